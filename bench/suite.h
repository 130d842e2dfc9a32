/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A suite file: one experiment a line, `WORKLOAD key=value[,value]...`, where
 * a key is a parameter of the workload, a knob, `engine`, `mmu`, `repeat`,
 * `memory`, `optional` or `model`. The line `defaults key=value...` says what the
 * lines below it have of the last four where they do not say it.
 * suite_parse.c reads it, matrix.c expands its lists to single configurations,
 * plan.c puts their runs in order.
 */
#ifndef BENCH_SUITE_H
#define BENCH_SUITE_H

#include "catalog.h"
#include "cpus.h"
#include "result.h"

#define SUITE_MAX_VALUES 64
#define SUITE_MAX_CELLS 4096
#define SUITE_MAX_REPEAT 1000
/* In suite_line.model, alone: no CPU. */
#define SUITE_NO_MODEL UINT64_MAX

/* The values of one key; none where the line does not name it. */
struct suite_values {
	uint64_t value[SUITE_MAX_VALUES];
	unsigned int nr;
};

struct suite_line {
	unsigned int number; /* in the file, from 1 */
	const struct engine_ops *const *engines; /* all there are */
	const struct guest_file *guest;
	struct suite_values engine; /* indices into engines; none: the first */
	struct suite_values mmu;
	struct suite_values knob[HVBENCH_NR_KNOBS];
	struct suite_values param[HVBENCH_MAX_PARAMS];
	struct suite_values repeat, memory; /* one value at most */
	/* The same: 1 where the line is left out on a machine that lacks what it asks for. */
	struct suite_values optional;
	/* Indices into suite.cpus: not one run for each, but all for each run. */
	struct suite_values model;
};

struct suite {
	struct suite_line *line;
	unsigned int nr;
	struct cpus cpus; /* that its lines name */
};

/*
 * Parses a whole text; name stands for it in errors, which are of the form
 * `name:line: what`. 0, or -1 with nothing held.
 */
int suite_parse(const char *text, const char *name, const struct catalog *catalog,
		const struct engine_ops *const *engines, struct suite *suite, struct failure *why);
int suite_read(const char *path, const struct catalog *catalog,
	       const struct engine_ops *const *engines, struct suite *suite, struct failure *why);
void suite_free(struct suite *suite);

/* One configuration to be run. */
struct cell {
	struct run_spec spec;
	unsigned int line; /* of the suite file */
	unsigned int repeat;
	/* Cells of one group differ in engine, MMU and knobs alone. */
	unsigned int group;
	bool optional; /* every line that names it says so */
	bool left_out; /* what it asks for is not to be had */
	uint32_t models; /* bits by index into suite.cpus */
};

struct matrix {
	struct cell *cell;
	unsigned int nr;
	unsigned int merged; /* configurations that the file names twice */
};

/*
 * Lines that say nothing of repeat get that many repetitions. A combination that
 * an engine can never run is dropped where another engine of the line takes it;
 * else the line is wrong.
 */
int matrix_expand(const struct suite *suite, const char *name, unsigned int repeat,
		  struct matrix *matrix, struct failure *why);
void matrix_free(struct matrix *matrix);
/* What is not left out: how many cells, and how many runs of them. */
void matrix_count(const struct matrix *matrix, unsigned int *cells, unsigned int *runs);

#endif
