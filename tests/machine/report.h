/* SPDX-License-Identifier: GPL-2.0 */
/* The voice of the tests that run in the machine: one line a check. */
#ifndef TESTS_MACHINE_REPORT_H
#define TESTS_MACHINE_REPORT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

extern unsigned int report_passed, report_failed; /* in vm.c */

__attribute__((format(printf, 2, 3))) static inline bool report(bool ok, const char *expected, ...)
{
	va_list args;

	if (ok)
		report_passed++;
	else
		report_failed++;
	printf("%s - ", ok ? "ok" : "not ok");
	va_start(args, expected);
	vprintf(expected, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	return ok;
}

static inline int summary(void)
{
	printf("%u passed, %u failed\n", report_passed, report_failed);
	return report_failed || !report_passed;
}

#endif
