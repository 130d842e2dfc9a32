// SPDX-License-Identifier: GPL-2.0
/*
 * The test of the test: the differential harness must find nothing wrong with
 * the right little backend of tiny_mmu.c, and must find each bug planted in it.
 */
#include <time.h>

#include "program.h"
#include "tiny_mmu.h"

#define PROGRAMS 80 /* tried until a planted bug shows */
#define OPERATIONS 4000

static u32 passed, failed;

static void result_line(bool ok, const char *text, const char *more)
{
	printf("%s - harness: %s%s\n", ok ? "ok" : "not ok", text, more);
	if (ok)
		passed++;
	else
		failed++;
}

/* The seed of the first program that fails, or 0. */
static u64 first_failure(enum program_mode mode, u32 programs, struct program_result *result)
{
	struct program_config config = {
		.ops = &tiny_mmu_ops,
		.mode = mode,
		.operations = OPERATIONS,
		.features = PROGRAM_ALL,
	};

	for (config.seed = 1; config.seed <= programs; config.seed++)
		if (!program_run(&config, result))
			return config.seed;
	return 0;
}

static void test_no_bug(enum program_mode mode, struct program_result *result)
{
	bool clean = !first_failure(mode, 6, result);

	result_line(clean, "nothing found in a right backend, ",
		    mode == PROGRAM_STRICT ? "strict" : "lazy");
	if (!clean)
		printf("# %s\n", result->why);
}

static void test_bug(struct program_result *result)
{
	char more[320];
	u64 seed = first_failure(PROGRAM_STRICT, PROGRAMS, result);
	const char *mode = "strict";

	/* Some freedoms are only taken by a guest that doesn't flush at once. */
	if (!seed) {
		seed = first_failure(PROGRAM_LAZY, PROGRAMS, result);
		mode = "lazy";
	}
	if (seed)
		snprintf(more, sizeof(more), " (%s, seed %llu, operation %u: %.*s)", mode, seed,
			 result->operations, (int)strcspn(result->why, "\n"), result->why);
	else
		snprintf(more, sizeof(more), " (not found)");
	printf("%s - harness finds: %s%s\n", seed ? "ok" : "not ok", tiny_bug_text[tiny_bug], more);
	if (seed)
		passed++;
	else
		failed++;
}

int main(void)
{
	static struct program_result result;

	setvbuf(stdout, NULL, _IOLBF, 0);
	test_no_bug(PROGRAM_STRICT, &result);
	test_no_bug(PROGRAM_LAZY, &result);
	for (tiny_bug = TINY_BUG_NONE + 1; tiny_bug < TINY_NR_BUGS; tiny_bug++)
		test_bug(&result);
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed;
}
