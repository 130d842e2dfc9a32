// SPDX-License-Identifier: GPL-2.0
/* See steps.h. */
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "runner.h"
#include "steps.h"
#include "stop.h"

/* Deferred, so that a guest's text, or a warning, does not fall into the progress line. */
static void show_console(struct course *course, const char *text)
{
	if (!*text)
		return;
	progress_clear(&course->progress);
	fprintf(course->tool->err, "%s%s", text, text[strlen(text) - 1] == '\n' ? "" : "\n");
}

static int run_captured(struct course *course, const struct cell *cell, struct run_result *result,
			struct failure *why)
{
	struct run_terms terms = { .timeout_seconds = course->timeout,
				   .machine = course->tool->machine,
				   .probe = &course->probe };
	struct modelled modelled;
	char *text = NULL;
	size_t size;
	int ret;

	cpus_select(course->cpus, cell->models, &modelled);
	terms.modelled = modelled.nr ? &modelled : NULL;
	terms.console = open_memstream(&text, &size);
	if (!terms.console)
		return fail(why, STATUS_ENVIRONMENT, "out of memory");
	ret = run_guest(&course->engine, &cell->spec, &terms, result, why);
	fclose(terms.console);
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

static int take_step(struct course *course, const struct step *step, struct failure *why)
{
	const struct cell *cell = &course->matrix.cell[step->cell];
	struct run_result result;
	char label[1024];

	plan_label(&course->matrix, step, course->tool->engines[0], label, sizeof(label));
	if (course->given_up[step->cell]) {
		course->left_out++;
		progress_end(&course->progress, label, false, "left out after the failure above");
		return 0;
	}
	progress_begin(&course->progress, label);
	if (run_captured(course, cell, &result, why)) {
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

int steps_take(struct course *course, struct failure *why)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < course->plan.nr; i++) {
		if (stop_requested() == STOP_SIGNAL)
			ret = fail(why, STATUS_RUN_FAILED, "interrupted");
		else
			ret = take_step(course, &course->plan.step[i], why);
		if (course->plan.step[i].last_of_group)
			forget_results(course);
	}
	forget_results(course);
	progress_clear(&course->progress);
	return ret;
}
