// SPDX-License-Identifier: GPL-2.0
/* Runs all tests of the tool and counts; see check.h. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "failure.h"
#include "stop.h"

static unsigned int passed, failed;
static const char *group = "";

void check_group(const char *name)
{
	group = name;
}

bool check(bool condition, const char *format, ...)
{
	va_list args;

	printf("%s - %s: ", condition ? "ok" : "not ok", group);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	*(condition ? &passed : &failed) += 1;
	return condition;
}

bool check_text(const char *text, const char *expected, const char *what)
{
	bool equal = !strcmp(text, expected);

	check(equal, "%s", what);
	if (!equal)
		printf("# expected: %s\n# found:    %s\n", expected, text);
	return equal;
}

bool check_holds(const char *text, const char *part, const char *what)
{
	bool holds = strstr(text, part);

	check(holds, "%s", what);
	if (!holds)
		printf("# expected in it: %s\n# found: %s\n", part, text);
	return holds;
}

bool check_number(uint64_t number, uint64_t expected, const char *what)
{
	bool equal = number == expected;

	check(equal, "%s", what);
	if (!equal)
		printf("# expected: %llu\n# found:    %llu\n", (unsigned long long)expected,
		       (unsigned long long)number);
	return equal;
}

int main(void)
{
	static const int signals[] = { SIGINT, SIGQUIT, SIGHUP, SIGTERM };
	struct failure why;
	size_t i;

	/*
	 * A shell has what runs in its background ignore SIGINT and SIGQUIT, nohup
	 * SIGHUP; and stop_install() leaves alone what is ignored.
	 */
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
	if (stop_install(&why)) {
		printf("not ok - %s\n", why.text);
		return 1;
	}
	test_names();
	test_result();
	test_guest_file();
	test_suite();
	test_matrix();
	test_csv();
	test_host();
	test_kvm_state();
	test_phases();
	test_counts();
	test_runner();
	test_cmd_run();
	test_cmd_suite();
	test_engines();
	test_interrupt();
	test_commands();
	test_places();
	test_model();
	test_choices();
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
