/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a user can do where the device is not to be had, in words that are right
 * where this command lies: in its source tree, or installed. The engine of our
 * module asks; pure but for a look at what files there are.
 */
#ifndef BENCH_CURE_H
#define BENCH_CURE_H

#include <stddef.h>
#include <sys/stat.h>

/* base is where this command lies, see place_own(). */
void cure_no_vmx(const char *base, char *buf, size_t size);
/* modules is /lib/modules, release that of the running kernel. */
void cure_no_module(const char *base, const char *modules, const char *release, char *buf,
		    size_t size);
void cure_no_permission(const struct stat *device, char *buf, size_t size);

#endif
