/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The look ahead of a suite: every configuration is shown to the engine before
 * the first run, so that a refusal comes at once and not after an hour.
 */
#ifndef BENCH_PREFLIGHT_H
#define BENCH_PREFLIGHT_H

#include <jansson.h>

#include "engine.h"
#include "suite.h"

/*
 * 0, or -1 with the first refusal, as `name:line: why`. Where the machine lacks
 * what an optional configuration asks for, it goes from the matrix, and why
 * goes to err and to the array missing, once for each line and reason.
 */
int preflight(struct engine *engine, struct matrix *matrix, const char *name, FILE *err,
	      json_t *missing, struct failure *why);

#endif
