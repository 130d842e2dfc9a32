// SPDX-License-Identifier: GPL-2.0
/*
 * `hvbench suite SUITE`: runs every configuration of a suite file and writes
 * results.csv and environment.json. A configuration that the first engine refuses
 * ends it before the first run. A run that fails is told of and left out, the
 * others go on; then there is no results.csv, only its partial twin.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "course.h"
#include "host.h"
#include "options.h"
#include "places.h"
#include "tool.h"
#include "values.h"

/* On metal, medians need some values; in emulation, counts are exact. */
#define REPEAT_METAL 5
#define REPEAT_EMULATED 1

enum { OUT, FORCE, REPEAT, TIMEOUT, CPU, DRY_RUN, QUIET, HELP };

static const struct option_text texts[] = {
	[OUT] = { "out", 'o', "DIR", "directory of this run alone (default: hvbench-results)" },
	[FORCE] = { "force", 'f', NULL, "remove the run that DIR holds, if it holds one" },
	[REPEAT] = { "repeat", 0, "N",
		     "repetitions where a line says nothing (default 5, emulated 1)" },
	[TIMEOUT] = { "timeout", 0, "SECONDS", "limit of each run (default 60, emulated 300)" },
	[CPU] = { "cpu", 0, "N", "run on this CPU; default: the current one, emulated: 0" },
	[DRY_RUN] = { "dry-run", 'n', NULL, "print the runs in their order, run nothing" },
	[QUIET] = { "quiet", 'q', NULL, "no progress: only what goes wrong or is left out" },
	[HELP] = { "help", 'h', NULL, "print this" },
};

#define NR_TEXTS (sizeof(texts) / sizeof(texts[0]))

struct request {
	const char *word, *out;
	uint64_t repeat, timeout, cpu;
	bool force, dry_run, quiet, help;
	char file[1024]; /* that word stands for */
};

static int take_option(struct request *r, int option, struct failure *why)
{
	switch (option) {
	case OUT:
		r->out = optarg;
		return 0;
	case FORCE:
		r->force = true;
		return 0;
	case REPEAT:
		return value_number("--repeat", optarg, 1, SUITE_MAX_REPEAT, &r->repeat, why);
	case TIMEOUT:
		return value_number("--timeout", optarg, 1, TIMEOUT_MAX, &r->timeout, why);
	case CPU:
		return value_number("--cpu", optarg, 0, INT_MAX, &r->cpu, why);
	case DRY_RUN:
		r->dry_run = true;
		return 0;
	case QUIET:
		r->quiet = true;
		return 0;
	default:
		r->help = true;
		return 0;
	}
}

static int parse(struct options *options, int argc, char **argv, struct request *r,
		 struct failure *why)
{
	int option;

	while ((option = options_next(options, argc, argv, why)) != OPTION_END) {
		if (option == OPTION_WRONG || take_option(r, option, why))
			return -1;
	}
	if (r->help)
		return 0;
	if (optind != argc - 1)
		return fail(why, STATUS_USAGE,
			    optind == argc ? "which suite? A file, or a name like default"
					   : "one suite at a time, please");
	r->word = argv[optind];
	return 0;
}

/* A dry run. */
static int print_plan(const struct tool *tool, const struct matrix *matrix, struct failure *why)
{
	struct pass pass[HVBENCH_NR_MMUS];
	unsigned int e, i, nr, s;
	struct plan plan;
	char label[1024];

	for (e = 0; tool->engines[e]; e++) {
		nr = plan_passes(tool->engines, e, pass);
		for (i = 0; i < nr; i++) {
			if (plan_make(matrix, &pass[i], &plan, why))
				return -1;
			for (s = 0; s < plan.nr; s++) {
				plan_label(matrix, &plan.step[s], tool->engines[0], label,
					   sizeof(label));
				fprintf(tool->out, "%s\n", label);
			}
			plan_free(&plan);
		}
	}
	return 0;
}

static int run(const struct tool *tool, const struct request *r, struct matrix *matrix,
	       const struct cpus *cpus, struct failure *why)
{
	int cpu = host_pin(r->cpu == UINT64_MAX ? -1 : (int)r->cpu, tool->machine, why);
	struct course course = {
		.tool = tool,
		.file = r->file,
		.out = r->out,
		.force = r->force,
		.quiet = r->quiet,
		.timeout = r->timeout,
		.cpu = cpu,
		.cpus = cpus,
		.matrix = *matrix,
	};

	if (cpu < 0)
		return -1;
	/* Before anything is tried out: a machine's modules may have to change for that. */
	if (!r->force && outdir_check(r->out, why))
		return -1;
	return course_run(&course, why);
}

/* From the file to the plan, then on. */
static int suite(const struct tool *tool, struct request *r, struct failure *why)
{
	char own[sizeof(r->file) - 300];
	struct catalog catalog;
	struct matrix matrix;
	struct suite suite;
	int ret = -1;

	if (place_own(own, sizeof(own), why) ||
	    place_named(&place_suites, own, r->word, r->file, sizeof(r->file), why))
		return -1;
	if (catalog_open(&catalog, tool->err, why))
		return -1;
	if (suite_read(r->file, &catalog, tool->engines, &suite, why))
		goto close_catalog;
	if (matrix_expand(&suite, r->file, r->repeat, &matrix, why))
		goto free_suite;
	if (matrix.merged)
		fprintf(tool->err,
			"%s: %u configurations are named more than once; each runs once\n", r->file,
			matrix.merged);
	ret = r->dry_run ? print_plan(tool, &matrix, why) : run(tool, r, &matrix, &suite.cpus, why);
	matrix_free(&matrix);
free_suite:
	suite_free(&suite);
close_catalog:
	catalog_close(&catalog);
	return ret;
}

int cmd_suite(const struct tool *tool, int argc, char **argv)
{
	struct request request = {
		.out = "hvbench-results",
		.repeat = tool->machine == MACHINE_EMULATED ? REPEAT_EMULATED : REPEAT_METAL,
		.timeout = tool_timeout(tool),
		.cpu = UINT64_MAX,
	};
	struct options options;
	struct failure why;

	options_init(&options, texts, NR_TEXTS, false);
	if (parse(&options, argc, argv, &request, &why))
		return tool_failed(tool, &why);
	if (request.help) {
		fprintf(tool->out, "usage: hvbench suite FILE|NAME [OPTION]...\n\n");
		options_help(&options, tool->out);
		fprintf(tool->out,
			"\nNAME is that of a suite that comes with this command, such as default "
			"or full.\n"
			"A suite file holds one experiment a line, # begins a comment:\n"
			"  WORKLOAD key=value[,value]...\n"
			"where a key is a parameter of the workload, a knob, engine (default "
			"hvbench),\n"
			"mmu (default ept,spt), repeat, memory, optional or model. Lists expand to "
			"all their\n"
			"combinations; a knob of one MMU or engine multiplies the runs of that "
			"alone, and\n"
			"a combination that one engine of a line can never run is left to the "
			"others.\n"
			"The engines have their turns one after the other: first all runs of "
			"hvbench,\n"
			"then those of kvm, MMU by MMU. Where the machine has no KVM, or not that "
			"MMU of\n"
			"it, its runs are left out and told of.\n"
			"A combination that our module refuses ends the suite before its first "
			"run. On a\n"
			"line with optional=on it is left out instead, and told of, where the "
			"machine\n"
			"lacks what it asks for.\n"
			"model=CPU[,CPU]... has each run of a line modelled on these CPUs (see "
			"`hvbench list`)\n"
			"in the emulated machine; a machine that can't is told of, and the rows "
			"are missing.\n"
			"The line\n"
			"  defaults key=value...\n"
			"says repeat, memory, optional or model for the lines below it that don't; "
			"a line\n"
			"that is to have none says model=none.\n");
		return STATUS_OK;
	}
	return suite(tool, &request, &why) ? tool_failed(tool, &why) : STATUS_OK;
}
