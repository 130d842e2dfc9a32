// SPDX-License-Identifier: GPL-2.0
/* See host.h. */
#include <ctype.h>
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host.h"
#include "places.h"

/* CPUID.1:ECX[31] is 0 on every CPU, and hypervisors set it by convention. */
#define CPUID_HYPERVISOR (1u << 31)
#define CPUID_HYPERVISOR_LEAF 0x40000000u

/* EBX, ECX and EDX. */
static void read_cpuid(unsigned int leaf, unsigned int word[3])
{
	unsigned int sub_leaf = 0;

	asm volatile("cpuid"
		     : "+a"(leaf), "=b"(word[0]), "+c"(sub_leaf), "=d"(word[2]));
	word[1] = sub_leaf;
}

bool host_has_hypervisor(void)
{
	unsigned int word[3];

	read_cpuid(1, word);
	return word[1] & CPUID_HYPERVISOR;
}

void host_hypervisor(char *buf, size_t size)
{
	unsigned int word[3];
	char name[sizeof(word) + 1] = "";
	size_t i;

	if (host_has_hypervisor()) {
		read_cpuid(CPUID_HYPERVISOR_LEAF, word);
		memcpy(name, word, sizeof(word));
	}
	for (i = 0; name[i]; i++) {
		if (!isprint((unsigned char)name[i]))
			name[i] = '?';
	}
	snprintf(buf, size, "%s", name[0] ? name : HOST_NOT_AVAILABLE);
}

enum machine_kind host_machine(const char *cmdline_path, bool hypervisor)
{
	char line[4096], *word, *rest = line;

	host_read_line(cmdline_path, line, sizeof(line));
	while ((word = strsep(&rest, " "))) {
		if (!strcmp(word, "hvbench.machine=emulated"))
			return MACHINE_EMULATED;
	}
	return hypervisor ? MACHINE_NESTED : MACHINE_METAL;
}

void host_read_line(const char *path, char *buf, size_t size)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;

	snprintf(buf, size, HOST_NOT_AVAILABLE);
	if (!file)
		return;
	if (getline(&line, &room, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0])
			snprintf(buf, size, "%s", line);
	}
	free(line);
	fclose(file);
}

void host_read_field(const char *path, const char *name, char *buf, size_t size)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, *value;
	size_t room = 0, len = strlen(name);

	snprintf(buf, size, HOST_NOT_AVAILABLE);
	if (!file)
		return;
	while (getline(&line, &room, file) > 0) {
		if (strncmp(line, name, len))
			continue;
		value = line + len;
		value += strspn(value, " \t");
		if (*value++ != ':')
			continue;
		value += strspn(value, " \t");
		value[strcspn(value, "\n")] = '\0';
		if (*value)
			snprintf(buf, size, "%s", value);
		break;
	}
	free(line);
	fclose(file);
}

bool host_has_vmx(void)
{
	char flags[8192], *word, *rest = flags;

	host_read_field("/proc/cpuinfo", "flags", flags, sizeof(flags));
	while ((word = strsep(&rest, " "))) {
		if (!strcmp(word, "vmx"))
			return true;
	}
	return false;
}

bool host_may_load_modules(void)
{
	char effective[64];

	host_read_field("/proc/self/status", "CapEff", effective, sizeof(effective));
	return strtoull(effective, NULL, 16) & 1ull << CAP_SYS_MODULE;
}

void host_module_path(char *buf, size_t size)
{
	struct failure why;
	char own[512];
	struct utsname kernel;

	if (uname(&kernel))
		strcpy(kernel.release, "unknown");
	if (place_own(own, sizeof(own), &why))
		strcpy(own, ".");
	place_module(own, HOST_MODULES, kernel.release, buf, size);
}

int host_pin(int cpu, enum machine_kind machine, struct failure *why)
{
	cpu_set_t set;

	if (cpu < 0 && machine != MACHINE_EMULATED)
		cpu = sched_getcpu();
	if (cpu < 0)
		cpu = 0;
	CPU_ZERO(&set);
	if (cpu < CPU_SETSIZE)
		CPU_SET(cpu, &set);
	if (cpu >= CPU_SETSIZE || sched_setaffinity(0, sizeof(set), &set))
		return fail(why, STATUS_ENVIRONMENT,
			    "can't run on CPU %d: %s (the allowed ones: grep Cpus_allowed_list "
			    "/proc/self/status)",
			    cpu, cpu >= CPU_SETSIZE ? "no such CPU" : strerror(errno));
	return cpu;
}
