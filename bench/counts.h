/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two runs made one: an engine whose counting costs (engine_ops.counts_apart)
 * runs a guest once for its times and once more for its counts. The second
 * gives the exits by reason and the flush_* counters, the first all the rest:
 * the host's exits and their time among it, since those it tells by itself.
 */
#ifndef BENCH_COUNTS_H
#define BENCH_COUNTS_H

#include "result.h"

/*
 * Both must have gone through the same phases. True where each took as many VM
 * exits in both, but for the host's; else what says which did not.
 */
bool counts_fit(const struct run_result *timed, const struct run_result *counted, char *what,
		size_t size);
/* Takes over into timed what counted alone knows; phases are the same. */
void counts_take(struct run_result *timed, const struct run_result *counted);

#endif
