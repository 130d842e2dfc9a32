/* SPDX-License-Identifier: GPL-2.0 */
/* What tests ask of the kernel they run on: its memory, its log, its checks. */
#ifndef TESTS_MACHINE_KERNEL_H
#define TESTS_MACHINE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

bool write_file(const char *path, const char *text);

/*
 * Kilobytes. Unknown is what is not free and in no account of /proc/meminfo: pages that
 * somebody allocated one by one, as the module does for guests and tables.
 */
struct memory {
	long unknown, slab, vmalloc, tables;
};

/*
 * Of a kernel at rest: caches that can be dropped are dropped, and each slab cache gives back
 * what it keeps. That empties KASAN's quarantine too, which is why memory that was
 * freed would otherwise look used there.
 */
struct memory memory_at_rest(void);

long meminfo(const char *name); /* as /proc/meminfo has it; ends the test without it */

bool kernel_has_kasan(void);
bool kernel_has_fault_injection(void); /* /proc/self/fail-nth */

/*
 * Kernel log lines that a healthy kernel does not print, from the first call on: copies the
 * next one to line, or returns false. Other readers of the log lose nothing.
 */
bool kernel_complaint(char *line, size_t size);

#endif
