/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The look ahead of a suite: every configuration of a pass is shown to the engine
 * before its first run, so that a refusal comes at once and not after an hour.
 */
#ifndef BENCH_PREFLIGHT_H
#define BENCH_PREFLIGHT_H

#include "engine.h"
#include "missing.h"
#include "plan.h"

/*
 * 0, or -1 with the first refusal, as `name:line: why`. Where the machine lacks
 * what a configuration asks for that is optional, or of a dispensable pass, the
 * cell is left out and missing gets why, in the latter case as `engine: why`.
 */
int preflight(struct engine *engine, const struct pass *pass, struct matrix *matrix,
	      const char *name, struct missing *missing, struct failure *why);

#endif
