// SPDX-License-Identifier: GPL-2.0
/* Runs all tests of the model and counts; see check.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

static unsigned int passed, failed;
static const char *group = "";

void check_group(const char *name)
{
	group = name;
}

static bool print_line(bool condition, const char *format, va_list args)
{
	printf("%s - %s: ", condition ? "ok" : "not ok", group);
	vprintf(format, args);
	putchar('\n');
	fflush(stdout);
	*(condition ? &passed : &failed) += 1;
	return condition;
}

bool check(bool condition, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(condition, format, args);
	va_end(args);
	return condition;
}

bool check_number(uint64_t number, uint64_t expected, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!print_line(number == expected, format, args))
		printf("# expected: %llu\n# found:    %llu\n", (unsigned long long)expected,
		       (unsigned long long)number);
	va_end(args);
	return number == expected;
}

bool check_holds(const char *text, const char *part, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!print_line(strstr(text, part), format, args))
		printf("# expected in it: %s\n# found: %s\n", part, text);
	va_end(args);
	return strstr(text, part);
}

int main(void)
{
	test_sets();
	test_tlb_order();
	test_walk();
	test_walk_warm();
	test_reach();
	test_flush();
	test_cpu_files();
	test_counting();
	test_native();
	test_stale();
	test_probe();
	test_nested_size();
	test_caches();
	test_description();
	test_cost();
	test_published();
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
