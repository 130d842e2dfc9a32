// SPDX-License-Identifier: GPL-2.0
/* See counts.h. */
#include <inttypes.h>
#include <stdio.h>

#include "counts.h"

bool counts_fit(const struct run_result *timed, const struct run_result *counted, char *what,
		size_t size)
{
	unsigned int i;

	for (i = 0; i < timed->nr_phases; i++) {
		uint64_t x = timed->phase[i].stats.counter[HVBENCH_CNT_vm_exits];
		uint64_t y = counted->phase[i].stats.counter[HVBENCH_CNT_vm_exits];

		if (x == y)
			continue;
		snprintf(what, size,
			 "phase %s: %" PRIu64 " VM exits where it was timed, %" PRIu64
			 " where they were counted",
			 timed->phase[i].name, x, y);
		return false;
	}
	return true;
}

static void take_exits(struct phase *timed, const struct phase *counted)
{
	unsigned int i;

	for (i = 0; i < HVBENCH_NR_EXIT_REASONS; i++) {
		if (!exit_is_hosts(i))
			timed->stats.exits[i] = counted->stats.exits[i];
	}
}

static void take_flushes(struct phase *timed, const struct phase *counted)
{
	unsigned int i;

	for (i = 0; i < HVBENCH_NR_COUNTERS; i++) {
		if (counter_is_flush(i))
			timed->stats.counter[i] = counted->stats.counter[i];
	}
}

void counts_take(struct run_result *timed, const struct run_result *counted)
{
	unsigned int i;

	for (i = 0; i < timed->nr_phases; i++) {
		take_exits(&timed->phase[i], &counted->phase[i]);
		take_flushes(&timed->phase[i], &counted->phase[i]);
	}
}
