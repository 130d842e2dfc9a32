/* SPDX-License-Identifier: GPL-2.0 */
/* What a healthy kernel never prints: for monitor.c, and for tests inside the machine. */
#ifndef MACHINE_COMPLAINTS_H
#define MACHINE_COMPLAINTS_H

#include <string.h>

/*
 * A call trace alone is no complaint: an administrator can ask for one, and so does a
 * test. "WARNING: " and "BUG: " cover most of KASAN's and lockdep's reports.
 */
static inline int is_complaint(const char *line)
{
	static const char *const bad[] = {
		"WARNING: ", "BUG: ", "kernel BUG at", "Oops: ", "Oops ",
		"general protection fault", "Kernel panic", "self-detected stall",
		"detected stalls", "soft lockup",
		"INFO: task ", "UBSAN: ", "KASAN: ", "unchecked MSR access",
		"double fault", "refcount_t: ", "Bad page ", "Bad rss-counter",
		"suspicious RCU usage", "trying to register non-static key",
		"lockdep is turned off", "DEBUG_LOCKS_WARN_ON", "ODEBUG: ",
		"list_add corruption", "list_del corruption", "pagealloc: ",
		"new suspected memory leaks", "usercopy: ",
		"VM_FAULT_OOM leaked out to the #PF handler",
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (strstr(line, bad[i]))
			return 1;
	return 0;
}

#endif
