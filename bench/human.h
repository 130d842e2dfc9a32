/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Results for a reader at a terminal: what was run, then a block per phase
 * with the cost of one operation. Counts are exact; only times of several
 * repetitions become medians.
 */
#ifndef BENCH_HUMAN_H
#define BENCH_HUMAN_H

#include <stdio.h>

#include "result.h"

void human_spec(FILE *out, const struct run_spec *spec, enum machine_kind machine,
		unsigned int repeat);
/* All repetitions of one run; their phases are the same. */
void human_results(FILE *out, const struct engine_ops *engine, const struct run_result *results,
		   unsigned int repeat, enum machine_kind machine);

#endif
