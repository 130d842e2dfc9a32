// SPDX-License-Identifier: GPL-2.0
/* See cure.h. */
#include <stdio.h>
#include <string.h>

#include "cure.h"
#include "places.h"

void cure_no_vmx(const char *base, char *buf, size_t size)
{
	snprintf(buf, size, "%s",
		 place_in_tree(base) ? "run it in the emulated machine: MACHINE=emulated make bench"
				     : "for such a machine hvbench's source tree has an emulated "
				       "one: make bench");
}

void cure_no_module(const char *base, const char *modules, const char *release, char *buf,
		    size_t size)
{
	char path[1200];

	/* Modules of DKMS are modprobe's, but the build's own goes first: it fits this command. */
	if (place_module(base, modules, release, path, sizeof(path)) &&
	    strncmp(path, modules, strlen(modules)))
		snprintf(buf, size, "as root: insmod %s", path);
	else if (place_has_dkms(modules, release))
		snprintf(buf, size, "as root: modprobe hvbench");
	else if (place_in_tree(base))
		snprintf(buf, size, "make build, then as root: insmod build/module/%s/hvbench.ko",
			 release);
	else
		snprintf(buf, size,
			 "there is none for the kernel %s: install the package hvbench-dkms (or "
			 "make dkms-install in hvbench's source tree) and this kernel's headers, "
			 "then as root: modprobe hvbench",
			 release);
}

/* Names of groups take libraries that a static program has not. The rule's is hvbench. */
void cure_no_permission(const struct stat *device, char *buf, size_t size)
{
	mode_t both = S_IRGRP | S_IWGRP;

	snprintf(buf, size, "run as root (sudo), or %s",
		 device->st_gid && (device->st_mode & both) == both
			 ? "become a member of its group and log in anew: sudo adduser USER hvbench"
			 : "let the group hvbench use it: hvbench's udev rule, 60-hvbench.rules, "
			   "does that for a group that exists when the module is loaded");
}
