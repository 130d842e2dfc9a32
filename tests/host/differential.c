// SPDX-License-Identifier: GPL-2.0
/*
 * The differential test: random guest programs on a backend, each access held
 * against what the architecture allows (oracle.h).
 *
 *   make -C tests/host && build/tests/host/differential [options]
 *     --strategy ept|vtlb|unsync|trap|tiny|all   (default: all; tiny tests the test)
 *     --mode strict|lazy|both               (default: both)
 *     --accesses N    in all, over all strategies and modes (default 200000)
 *     --seed S        of the first program; program i has seed S + i
 *     --program N     operations of one program (default 4000)
 *     --programs N    run that many programs instead of --accesses
 *     --bug N         strategy tiny: plant bug N of tiny_mmu.h
 *     --keep-going    don't stop a strategy at its first failure
 *     --verbose       print every operation
 *
 * A failure prints the seed and how to replay just that program; --program
 * with the number of the failing operation cuts it there. spt/'s spt_audit()
 * is called every 64 operations if it is linked in.
 *
 * What is compared: where the access went, or the error code and CR2 of the
 * fault, or the address outside memory; the A/D bits of every entry on the
 * way; now and then all of guest memory and the pool; at the end what the
 * backend gave back. Also the contract: HV_NEED_* changes nothing, no
 * HV_NEED_POOL with a full stock, no end of tries.
 *
 * A rule that is easy to miss: a page fault that the guest gets removes what
 * is cached for its page (SDM 3A, 4.10.4.1), so the backend must forget an
 * old entry for the page when it answers HV_GUEST_FAULT. And INVLPG of any
 * page empties all paging-structure caches.
 */
#include <getopt.h>
#include <time.h>

#include "program.h"
#include "tiny_mmu.h"

/* Not there while spt/ does not exist. */
extern const struct hv_mmu_ops spt_mmu_ops __attribute__((weak));
const char *spt_audit(struct hv_mmu *mmu) __attribute__((weak));

struct strategy {
	const char *name;
	const struct hv_mmu_ops *ops;
	u32 sync, features;
	bool in_all;
};

static const struct strategy strategies[] = {
	{ "ept", &ept_mmu_ops, 0, 0, true },
	{ "vtlb", &spt_mmu_ops, HVBENCH_SPT_SYNC_VTLB, PROGRAM_ALL, true },
	{ "unsync", &spt_mmu_ops, HVBENCH_SPT_SYNC_UNSYNC, PROGRAM_ALL, true },
	{ "trap", &spt_mmu_ops, HVBENCH_SPT_SYNC_TRAP, PROGRAM_ALL, true },
	{ "tiny", &tiny_mmu_ops, 0, PROGRAM_ALL, false },
};

static const char *const mode_name[] = { "strict", "lazy" };

struct options {
	const char *strategy, *mode;
	u64 accesses, seed;
	u32 program, programs;
	bool keep_going, verbose;
};

struct totals {
	u32 passed, failed;
	u64 accesses;
	double seconds;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print_failure(const struct options *opt, const struct strategy *s, const char *mode,
			  u64 seed, const struct program_result *result)
{
	const char *line = result->why;

	printf("# %s\n", result->setup);
	while (*line) {
		const char *end = strchrnul(line, '\n');

		printf("# %.*s\n", (int)(end - line), line);
		line = *end ? end + 1 : end;
	}
	printf("# replay: differential --strategy %s --mode %s --seed %llu --programs 1 --program "
	       "%u\n",
	       s->name, mode, seed, opt->program);
}

static void run_strategy(const struct options *opt, const struct strategy *s,
			 enum program_mode mode, u64 accesses, struct totals *totals)
{
	static struct program_result result;
	struct program_config config = {
		.ops = s->ops,
		.sync = s->sync,
		.mode = mode,
		.operations = opt->program,
		.features = s->features,
		.audit = s->ops == &spt_mmu_ops ? spt_audit : NULL,
		.verbose = opt->verbose,
	};
	u64 done = 0, faults = 0, edits = 0, flushes = 0, fills = 0, tracks = 0;
	u32 programs, failed = 0;

	for (programs = 0; opt->programs ? programs < opt->programs : done < accesses; programs++) {
		config.seed = opt->seed + programs;
		if (!program_run(&config, &result)) {
			print_failure(opt, s, mode_name[mode], config.seed, &result);
			failed++;
		}
		done += result.accesses;
		faults += result.faults;
		edits += result.edits;
		flushes += result.flushes;
		fills += result.counter[HVBENCH_CNT_fault_fill];
		tracks += result.counter[HVBENCH_CNT_fault_track];
		if (failed && !opt->keep_going) {
			programs++;
			break;
		}
	}
	printf("%s - differential %s %s: %llu accesses in %u programs from seed %llu (%llu edits, "
	       "%llu flushes, %llu guest faults, %llu filled, %llu tracked)\n",
	       failed ? "not ok" : "ok", s->name, mode_name[mode], done, programs, opt->seed, edits,
	       flushes, faults, fills, tracks);
	totals->accesses += done;
	totals->failed += !!failed;
	totals->passed += !failed;
}

static void run_all(const struct options *opt, struct totals *totals)
{
	bool all = !strcmp(opt->strategy, "all");
	bool both = !strcmp(opt->mode, "both");
	u32 i, mode, runs = 0;

	for (i = 0; i < ARRAY_SIZE(strategies); i++)
		if (all ? strategies[i].in_all && strategies[i].ops
			: !strcmp(strategies[i].name, opt->strategy))
			runs += both ? 2 : 1;
	for (i = 0; i < ARRAY_SIZE(strategies); i++) {
		const struct strategy *s = &strategies[i];

		if (all ? !s->in_all : !!strcmp(s->name, opt->strategy))
			continue;
		if (!s->ops) {
			printf("skip - differential %s: spt/ is not linked in\n", s->name);
			continue;
		}
		for (mode = 0; mode < 2; mode++)
			if (both || !strcmp(opt->mode, mode_name[mode]))
				run_strategy(opt, s, mode, opt->accesses / runs, totals);
	}
}

static void usage(void)
{
	fprintf(stderr, "usage: differential [--strategy ept|vtlb|unsync|trap|tiny|all] [--mode "
			"strict|lazy|both] [--accesses N] [--seed S] [--program N] [--programs N] "
			"[--bug N] [--keep-going] [--verbose]\n");
	exit(2);
}

static u64 number(const char *text)
{
	char *end;
	u64 value = strtoull(text, &end, 0);

	if (!*text || *end)
		usage();
	return value;
}

static void parse(int argc, char **argv, struct options *opt)
{
	static const struct option names[] = {
		{ "strategy", 1, NULL, 's' }, { "mode", 1, NULL, 'm' },
		{ "accesses", 1, NULL, 'a' }, { "seed", 1, NULL, 'S' },
		{ "program", 1, NULL, 'p' },  { "programs", 1, NULL, 'P' },
		{ "bug", 1, NULL, 'b' },      { "keep-going", 0, NULL, 'k' },
		{ "verbose", 0, NULL, 'v' },  { NULL, 0, NULL, 0 },
	};
	bool known = false;
	u32 i;
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (c) {
		case 's':
			opt->strategy = optarg;
			break;
		case 'm':
			opt->mode = optarg;
			break;
		case 'a':
			opt->accesses = number(optarg);
			break;
		case 'S':
			opt->seed = number(optarg);
			break;
		case 'p':
			opt->program = (u32)number(optarg);
			break;
		case 'P':
			opt->programs = (u32)number(optarg);
			break;
		case 'b':
			tiny_bug = (enum tiny_bug)number(optarg);
			break;
		case 'k':
			opt->keep_going = true;
			break;
		case 'v':
			opt->verbose = true;
			break;
		default:
			usage();
		}
	}
	for (i = 0; i < ARRAY_SIZE(strategies); i++)
		known |= !strcmp(opt->strategy, strategies[i].name);
	if (optind < argc || (!known && strcmp(opt->strategy, "all")) || tiny_bug >= TINY_NR_BUGS ||
	    (strcmp(opt->mode, "both") && strcmp(opt->mode, "strict") && strcmp(opt->mode, "lazy")))
		usage();
}

int main(int argc, char **argv)
{
	struct options opt = {
		.strategy = "all",
		.mode = "both",
		.accesses = 200000,
		.seed = 1,
		.program = 4000,
	};
	struct totals totals = { 0 };

	setvbuf(stdout, NULL, _IOLBF, 0);
	parse(argc, argv, &opt);
	totals.seconds = now();
	run_all(&opt, &totals);
	totals.seconds = now() - totals.seconds;
	printf("# %llu accesses, %.0f a second of CPU time\n", totals.accesses,
	       (double)totals.accesses / totals.seconds);
	printf("%u passed, %u failed\n", totals.passed, totals.failed);
	return totals.failed || !totals.passed;
}
