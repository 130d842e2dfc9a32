/* SPDX-License-Identifier: GPL-2.0 */
/* What the models of CPUs say of a phase, for a reader at a terminal: a block for each CPU. */
#ifndef BENCH_HUMAN_MODEL_H
#define BENCH_HUMAN_MODEL_H

#include <stdio.h>

#include "result.h"

void human_model(FILE *out, const struct modelled *modelled, const struct phase *phase);

#endif
