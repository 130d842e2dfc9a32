/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The order of a suite's runs. It is made of passes: engine by engine, since one
 * alone can be open, and MMU by MMU where an engine can't have both at a time.
 * Within a pass group by group; within a group round by round, the first round
 * forward, the next backward (ABBA), so that a drift of the machine falls on all
 * variants alike.
 */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include "suite.h"

struct pass {
	const struct engine_ops *engine;
	bool all_mmus; /* else mmu alone */
	uint32_t mmu;
	/* The suite goes on where there is no such engine or MMU. */
	bool dispensable;
};

/* The passes of one of the engines, in their order; returns how many. */
unsigned int plan_passes(const struct engine_ops *const *engines, unsigned int engine,
			 struct pass pass[HVBENCH_NR_MMUS]);
/* Is the cell one of the pass, and not left out? */
bool pass_has(const struct pass *pass, const struct cell *cell);
/* False for a pass of nothing. */
bool pass_has_any(const struct pass *pass, const struct matrix *matrix);

/* One run. */
struct step {
	unsigned int cell;
	unsigned int repetition; /* from 1 */
	bool last_of_group;
};

struct plan {
	struct step *step;
	unsigned int nr;
};

/* The runs of one pass. */
int plan_make(const struct matrix *matrix, const struct pass *pass, struct plan *plan,
	      struct failure *why);
void plan_free(struct plan *plan);
/* `random pages=64 mmu=spt repetition 1/3`; the first engine is not named. */
void plan_label(const struct matrix *matrix, const struct step *step,
		const struct engine_ops *first, char *buf, size_t size);

#endif
