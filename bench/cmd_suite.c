// SPDX-License-Identifier: GPL-2.0
/*
 * `hvbench suite FILE`: runs every configuration of a suite file and writes
 * results.csv and environment.json. A configuration that the engine refuses
 * ends it before the first run. A run that fails is told of and left out, the
 * others go on; then there is no results.csv, only its partial twin.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "environment.h"
#include "host.h"
#include "options.h"
#include "outdir.h"
#include "preflight.h"
#include "progress.h"
#include "runner.h"
#include "stop.h"
#include "suite.h"
#include "tool.h"
#include "values.h"

/* On metal, medians need some values; in emulation, counts are exact. */
#define REPEAT_METAL 5
#define REPEAT_EMULATED 1

enum { OUT, REPEAT, TIMEOUT, CPU, DRY_RUN, HELP };

static const struct option_text texts[] = {
	[OUT] = { "out", 'o', "DIR", "where results go (default: hvbench-results)" },
	[REPEAT] = { "repeat", 0, "N",
		     "repetitions where a line says nothing (default 5, emulated 1)" },
	[TIMEOUT] = { "timeout", 0, "SECONDS", "limit of each run (default 60, emulated 300)" },
	[CPU] = { "cpu", 0, "N", "run on this CPU; default: the current one, emulated: 0" },
	[DRY_RUN] = { "dry-run", 'n', NULL, "print the runs in their order, run nothing" },
	[HELP] = { "help", 'h', NULL, "print this" },
};

#define NR_TEXTS (sizeof(texts) / sizeof(texts[0]))

struct request {
	const char *file, *out;
	uint64_t repeat, timeout, cpu;
	bool dry_run, help;
};

/* A suite under way. */
struct course {
	const struct tool *tool;
	const struct request *request;
	struct matrix matrix;
	struct plan plan;
	struct engine engine;
	json_t *missing; /* why optional configurations were left out, as texts */
	struct outdir dir;
	struct progress progress;
	struct run_result *first; /* by cell: its first repetition, for a while */
	bool *given_up; /* by cell: a repetition failed */
	unsigned int passed, failed, left_out, unequal;
};

static int take_option(struct request *r, int option, struct failure *why)
{
	switch (option) {
	case OUT:
		r->out = optarg;
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
			    optind == argc ? "which suite file?"
					   : "one suite file at a time, please");
	r->file = argv[optind];
	return 0;
}

static void step_label(const struct course *course, const struct step *step, char *buf, size_t size)
{
	const struct cell *cell = &course->matrix.cell[step->cell];
	char params[512], variant[256];

	spec_params(&cell->spec, params, sizeof(params));
	spec_variant(&cell->spec, course->tool->engines[0], variant, sizeof(variant));
	snprintf(buf, size, "%s %s %s repetition %u/%u", cell->spec.guest->info.name, params,
		 variant, step->repetition, cell->repeat);
}

/* Deferred, so that a guest's text does not fall into the progress line. */
static void show_console(struct course *course, const char *text)
{
	if (!*text)
		return;
	progress_clear(&course->progress);
	fprintf(course->tool->err, "%s%s", text, text[strlen(text) - 1] == '\n' ? "" : "\n");
}

static int run_captured(struct course *course, const struct run_spec *spec,
			struct run_result *result, struct failure *why)
{
	char *text = NULL;
	size_t size;
	FILE *console = open_memstream(&text, &size);
	int ret;

	if (!console)
		return fail(why, STATUS_ENVIRONMENT, "out of memory");
	ret = run_guest(&course->engine, spec, course->request->timeout, console, result, why);
	fclose(console);
	show_console(course, text);
	free(text);
	return ret;
}

/* In emulation counts are exact: a difference is a defect somewhere. */
static void compare(struct course *course, const struct step *step, const char *label,
		    const struct run_result *result)
{
	char what[256];

	if (course->tool->machine != MACHINE_EMULATED || step->repetition == 1 ||
	    results_counts_equal(course->engine.ops, &course->first[step->cell], result, what,
				 sizeof(what)))
		return;
	course->unequal++;
	progress_clear(&course->progress);
	fprintf(course->tool->err,
		"hvbench: WARNING: %s: counts should be exact, but this repetition and the first "
		"differ in %s\n",
		label, what);
}

/* -1: there is no point in going on. */
static int take_step(struct course *course, const struct step *step, struct failure *why)
{
	const struct cell *cell = &course->matrix.cell[step->cell];
	struct run_result result;
	char label[1024];

	step_label(course, step, label, sizeof(label));
	if (course->given_up[step->cell]) {
		course->left_out++;
		progress_end(&course->progress, label, false, "left out after the failure above");
		return 0;
	}
	progress_begin(&course->progress, label);
	if (run_captured(course, &cell->spec, &result, why)) {
		if (stop_requested() == STOP_SIGNAL)
			return -1;
		course->failed++;
		course->given_up[step->cell] = true;
		fail_within(why, "FAILED");
		progress_end(&course->progress, label, false, why->text);
		return 0;
	}
	course->passed++;
	compare(course, step, label, &result);
	csv_result(course->dir.csv, &cell->spec, &result, step->repetition, course->tool->machine);
	if (step->repetition == 1)
		course->first[step->cell] = result;
	else
		result_free(&result);
	progress_end(&course->progress, label, true, "ok");
	return outdir_flush(&course->dir, why);
}

static void forget_results(struct course *course)
{
	unsigned int i;

	for (i = 0; i < course->matrix.nr; i++)
		result_free(&course->first[i]);
}

static int take_steps(struct course *course, struct failure *why)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < course->plan.nr; i++) {
		ret = take_step(course, &course->plan.step[i], why);
		if (course->plan.step[i].last_of_group)
			forget_results(course);
	}
	forget_results(course);
	progress_clear(&course->progress);
	return ret;
}

static int finish(struct course *course, int cpu, struct failure *why)
{
	FILE *err = course->tool->err;
	json_t *environment;

	if (course->unequal)
		fprintf(err,
			"hvbench: WARNING: %u repetitions did not repeat their counts; in "
			"emulation they must\n",
			course->unequal);
	if (course->failed && !course->passed)
		return fail(why, STATUS_RUN_FAILED, "all runs failed; nothing was written to %s",
			    course->dir.path);
	if (course->failed)
		return fail(why, STATUS_RUN_FAILED,
			    "%u of %u runs failed, %u were left out after that; there is no new "
			    "results.csv, the %u that went well are in %s/results.csv.partial",
			    course->failed, course->plan.nr, course->left_out, course->passed,
			    course->dir.path);
	environment = environment_json(course->tool, cpu);
	if (json_array_size(course->missing))
		json_object_set(environment, "left_out", course->missing);
	course->engine.ops->describe(&course->engine, environment);
	if (outdir_commit(&course->dir, environment, why))
		return -1;
	fprintf(course->tool->out, "%u runs of %u configurations passed; results are in %s\n",
		course->passed, course->matrix.nr, course->dir.path);
	return 0;
}

/* With the engine open. */
static int run_plan(struct course *course, int cpu, struct failure *why)
{
	const struct tool *tool = course->tool;
	int ret;

	if (outdir_open(&course->dir, course->request->out, why))
		return -1;
	csv_header(course->dir.csv);
	progress_init(&course->progress, tool->err, tool->terminal, course->plan.nr);
	ret = take_steps(course, why);
	if (ret && stop_requested() == STOP_SIGNAL)
		fail(why, STATUS_RUN_FAILED,
		     course->passed ? "interrupted; there is no new results.csv, the %u of %u runs "
				      "that went well are in %s/results.csv.partial"
				    : "interrupted after %u of %u runs; nothing was written to %s",
		     course->passed, course->plan.nr, course->dir.path);
	if (!ret)
		ret = finish(course, cpu, why);
	if (ret)
		outdir_abandon(&course->dir, course->passed);
	return ret;
}

/* With the engine open: from the matrix to the results. */
static int fly(struct course *course, int cpu, struct failure *why)
{
	int ret;

	if (preflight(&course->engine, &course->matrix, course->request->file, course->tool->err,
		      course->missing, why) ||
	    plan_make(&course->matrix, &course->plan, why))
		return -1;
	ret = run_plan(course, cpu, why);
	plan_free(&course->plan);
	return ret;
}

static int run_course(struct course *course, struct failure *why)
{
	const struct request *r = course->request;
	int cpu = host_pin(r->cpu == UINT64_MAX ? -1 : (int)r->cpu, course->tool->machine, why);
	int ret = -1;

	if (cpu < 0)
		return -1;
	course->engine.ops = course->tool->engines[0];
	course->missing = json_array();
	course->first = calloc(course->matrix.nr, sizeof(*course->first));
	course->given_up = calloc(course->matrix.nr, sizeof(*course->given_up));
	if (!course->missing || !course->first || !course->given_up) {
		fail(why, STATUS_ENVIRONMENT, "out of memory");
	} else if (!course->engine.ops->open(&course->engine, why)) {
		ret = fly(course, cpu, why);
		course->engine.ops->close(&course->engine);
	}
	json_decref(course->missing);
	free(course->first);
	free(course->given_up);
	return ret;
}

static int print_plan(struct course *course, struct failure *why)
{
	unsigned int i;
	char label[1024];

	if (plan_make(&course->matrix, &course->plan, why))
		return -1;
	for (i = 0; i < course->plan.nr; i++) {
		step_label(course, &course->plan.step[i], label, sizeof(label));
		fprintf(course->tool->out, "%s\n", label);
	}
	plan_free(&course->plan);
	return 0;
}

/* From the file to the plan, then on. */
static int suite(const struct tool *tool, const struct request *r, struct failure *why)
{
	struct course course = { .tool = tool, .request = r };
	struct catalog catalog;
	struct suite suite;
	int ret = -1;

	if (catalog_open(&catalog, tool->err, why))
		return -1;
	if (suite_read(r->file, &catalog, &suite, why))
		goto close_catalog;
	if (matrix_expand(&suite, tool->engines[0], r->file, r->repeat, &course.matrix, why))
		goto free_suite;
	if (course.matrix.merged)
		fprintf(tool->err,
			"%s: %u configurations are named more than once; each runs once\n", r->file,
			course.matrix.merged);
	ret = r->dry_run ? print_plan(&course, why) : run_course(&course, why);
	matrix_free(&course.matrix);
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
		fprintf(tool->out, "usage: hvbench suite FILE [OPTION]...\n\n");
		options_help(&options, tool->out);
		fprintf(tool->out,
			"\nA suite file holds one experiment a line, # begins a comment:\n"
			"  WORKLOAD key=value[,value]...\n"
			"where a key is a parameter of the workload, a knob, mmu (default "
			"ept,spt),\n"
			"repeat, memory or optional. Lists expand to all their combinations; a "
			"knob "
			"of\n"
			"one MMU multiplies the runs of that MMU alone.\n"
			"A combination that the module refuses ends the suite before its first "
			"run. "
			"On a\n"
			"line with optional=on it is left out instead, and told of, where the "
			"machine\n"
			"lacks what it asks for.\n");
		return STATUS_OK;
	}
	return suite(tool, &request, &why) ? tool_failed(tool, &why) : STATUS_OK;
}
