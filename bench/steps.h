/* SPDX-License-Identifier: GPL-2.0 */
/* The runs of a pass, one after the other, into the rows of results.csv. */
#ifndef BENCH_STEPS_H
#define BENCH_STEPS_H

#include "course.h"

/*
 * All runs of course->plan, with the engine and the directory open. A run that
 * fails is told of and counted; -1: there is no point in going on.
 */
int steps_take(struct course *course, struct failure *why);

#endif
