/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A suite under way, from its matrix to results.csv and environment.json: the
 * passes of the plan, one engine open at a time.
 */
#ifndef BENCH_COURSE_H
#define BENCH_COURSE_H

#include "missing.h"
#include "outdir.h"
#include "plan.h"
#include "progress.h"
#include "tool.h"

struct course {
	const struct tool *tool;
	/* What was asked for. */
	const char *file, *out;
	bool force, quiet;
	unsigned int timeout;
	int cpu; /* that we are pinned to */
	const struct cpus *cpus; /* that the matrix's models are bits of */
	struct matrix matrix; /* the caller's to free */

	unsigned int cells, runs; /* all of the matrix that is not left out */
	struct missing missing;
	struct engine engine; /* the one that is open */
	struct plan plan; /* of the pass that is under way */
	json_t *ran, *described; /* the engines' names, and what they say for environment.json */
	struct probe probe; /* open where CPUs are modelled */

	bool begun; /* dir is open; set by the first run */
	struct outdir dir;
	struct progress progress;
	struct run_result *first; /* by cell: its first repetition, for a while */
	bool *given_up; /* by cell: a repetition failed */
	unsigned int passed, failed, left_out, unequal; /* runs */
};

int course_run(struct course *course, struct failure *why);

#endif
