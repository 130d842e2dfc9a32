/* SPDX-License-Identifier: GPL-2.0 */
/* The voice of the tests that run in the machine: one line a check. */
#ifndef TESTS_MACHINE_REPORT_H
#define TESTS_MACHINE_REPORT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static unsigned int passed, failed;

__attribute__((format(printf, 2, 3))) static inline bool report(bool ok, const char *expected, ...)
{
	va_list args;

	if (ok)
		passed++;
	else
		failed++;
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
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed;
}

#endif
