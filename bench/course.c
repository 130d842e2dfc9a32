// SPDX-License-Identifier: GPL-2.0
/* See course.h. */
#include <stdlib.h>

#include "course.h"
#include "csv.h"
#include "environment.h"
#include "host.h"
#include "preflight.h"
#include "steps.h"
#include "stop.h"

/* After cells were left out: what remains is the whole. */
static int recount(struct course *course, struct failure *why)
{
	matrix_count(&course->matrix, &course->cells, &course->runs);
	course->progress.total = course->runs;
	if (course->cells)
		return 0;
	return fail(why, STATUS_ENVIRONMENT,
		    "%s: this machine lacks what every line of it asks for", course->file);
}

/* Nothing is written before there is something to run. */
static int begin(struct course *course, struct failure *why)
{
	const struct tool *tool = course->tool;

	if (course->begun)
		return 0;
	if (course->force && outdir_clear(course->out, why))
		return -1;
	if (outdir_open(&course->dir, course->out, why))
		return -1;
	csv_header(course->dir.csv);
	progress_init(&course->progress, tool->err, tool->terminal && !course->quiet, course->runs);
	course->progress.quiet = course->quiet;
	course->begun = true;
	return 0;
}

/* With its engine open. */
static int run_pass(struct course *course, const struct pass *pass, struct failure *why)
{
	int ret;

	if (!pass_has_any(pass, &course->matrix))
		return 0;
	if (preflight(&course->engine, pass, &course->matrix, course->file, &course->missing,
		      why) ||
	    recount(course, why) || plan_make(&course->matrix, pass, &course->plan, why))
		return -1;
	ret = course->plan.nr ? begin(course, why) : 0;
	if (!ret)
		ret = steps_take(course, why);
	plan_free(&course->plan);
	return ret;
}

static void leave_out(struct course *course, const struct engine_ops *engine, struct failure *why)
{
	unsigned int i;

	for (i = 0; i < course->matrix.nr; i++) {
		if (course->matrix.cell[i].spec.engine == engine)
			course->matrix.cell[i].left_out = true;
	}
	fail_within(why, "%s", engine->name);
	missing_tell(&course->missing, why->text);
}

/* With the engine open. */
static int run_passes(struct course *course, const struct pass *pass, unsigned int nr,
		      struct failure *why)
{
	const struct engine_ops *ops = course->engine.ops;
	unsigned int i, before = course->passed + course->failed;

	for (i = 0; i < nr; i++) {
		if (run_pass(course, &pass[i], why))
			return -1;
	}
	if (course->passed + course->failed == before)
		return 0;
	json_array_append_new(course->ran, json_string(ops->name));
	ops->describe(&course->engine, course->described);
	return 0;
}

/*
 * Where modules can't be loaded (a container), ours can't be had: what other engines
 * run is better than nothing. Elsewhere the cure is to load it.
 */
static bool dispensable(const struct course *course, const struct pass *pass)
{
	unsigned int i;

	if (pass->dispensable)
		return true;
	if (host_may_load_modules())
		return false;
	for (i = 0; i < course->matrix.nr; i++) {
		if (course->matrix.cell[i].spec.engine != pass->engine)
			return true;
	}
	return false;
}

static int run_engine(struct course *course, unsigned int e, struct failure *why)
{
	const struct engine_ops *ops = course->tool->engines[e];
	struct pass pass[HVBENCH_NR_MMUS], all = { .engine = ops, .all_mmus = true };
	unsigned int nr = plan_passes(course->tool->engines, e, pass);
	int ret;

	if (!pass_has_any(&all, &course->matrix))
		return 0;
	course->engine = (struct engine){ .ops = ops };
	if (ops->open(&course->engine, why)) {
		if (!dispensable(course, &pass[0]) || why->status != STATUS_ENVIRONMENT ||
		    stop_requested() == STOP_SIGNAL)
			return -1;
		leave_out(course, ops, why);
		return recount(course, why);
	}
	ret = run_passes(course, pass, nr, why);
	ops->close(&course->engine);
	return ret;
}

static json_t *environment(const struct course *course)
{
	json_t *object = environment_json(course->tool, course->cpu);

	json_object_set(object, "engine", json_array_get(course->ran, 0));
	json_object_set(object, "engines", course->ran);
	json_object_update(object, course->described);
	if (json_array_size(course->missing.texts))
		json_object_set(object, "left_out", course->missing.texts);
	return object;
}

static int finish(struct course *course, struct failure *why)
{
	FILE *err = course->tool->err;

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
			    course->failed, course->runs, course->left_out, course->passed,
			    course->dir.path);
	if (outdir_commit(&course->dir, environment(course), why))
		return -1;
	if (course->quiet)
		return 0;
	fprintf(course->tool->out, "%u runs of %u configurations passed; results are in %s\n",
		course->passed, course->cells, course->dir.path);
	return 0;
}

/*
 * Models are an extra: where the machine can't feed them, the suite is run without their
 * rows, and both its output and environment.json say so.
 */
static void open_models(struct course *course)
{
	struct failure why;
	uint32_t models = 0;
	unsigned int i;

	for (i = 0; i < course->matrix.nr; i++)
		models |= course->matrix.cell[i].models;
	if (!models)
		return;
	if (!probe_open(&course->probe, course->tool->probe_port, course->tool->machine, &why)) {
		json_object_set_new(course->described, "model",
				    environment_models(course->cpus, models));
		return;
	}
	for (i = 0; i < course->matrix.nr; i++)
		course->matrix.cell[i].models = 0;
	fail_within(&why, "not available");
	fprintf(course->tool->err, "model: %s\n", why.text);
	json_object_set_new(course->described, "model", json_string(why.text));
}

/* All passes, then the end; what was begun is closed in any case. */
static int fly(struct course *course, struct failure *why)
{
	unsigned int e;
	int ret = 0;

	open_models(course);
	for (e = 0; !ret && course->tool->engines[e]; e++)
		ret = run_engine(course, e, why);
	if (!course->begun)
		return ret;
	if (ret && stop_requested() == STOP_SIGNAL)
		fail(why, STATUS_RUN_FAILED,
		     course->passed ? "interrupted; there is no new results.csv, the %u of %u runs "
				      "that went well are in %s/results.csv.partial"
				    : "interrupted after %u of %u runs; nothing was written to %s",
		     course->passed, course->runs, course->dir.path);
	if (!ret)
		ret = finish(course, why);
	if (ret)
		outdir_abandon(&course->dir, course->passed);
	return ret;
}

int course_run(struct course *course, struct failure *why)
{
	int ret = -1;

	matrix_count(&course->matrix, &course->cells, &course->runs);
	course->missing = (struct missing){ .err = course->tool->err, .texts = json_array() };
	course->ran = json_array();
	course->described = json_object();
	course->first = calloc(course->matrix.nr, sizeof(*course->first));
	course->given_up = calloc(course->matrix.nr, sizeof(*course->given_up));
	if (!course->missing.texts || !course->ran || !course->described || !course->first ||
	    !course->given_up)
		fail(why, STATUS_ENVIRONMENT, "out of memory");
	else
		ret = fly(course, why);
	probe_close(&course->probe);
	json_decref(course->missing.texts);
	json_decref(course->ran);
	json_decref(course->described);
	free(course->first);
	free(course->given_up);
	return ret;
}
