/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Doorbells to phases: takes each ring of a guest, with a copy of its mailbox
 * and the counters of that moment, and keeps the book of phases. The mailbox
 * is the guest's word and may be hostile: every string, length and difference
 * is checked here, and what does not make sense ends the run.
 */
#ifndef BENCH_PHASES_H
#define BENCH_PHASES_H

#include <stdio.h>

#include "result.h"

struct phases {
	const struct engine_ops *engine;
	struct run_result *result; /* grows by one for each phase ended */
	FILE *console;
	size_t console_bytes; /* shown so far; there is a limit */
	bool open; /* between begin and end */
	char name[HVBENCH_NAME_BYTES];
	uint32_t condition;
	struct snapshot begin;
	bool exited;
};

/* Without a console, nothing is shown of what the guest says. */
void phases_init(struct phases *phases, const struct engine_ops *engine, struct run_result *result,
		 const struct modelled *modelled, FILE *console);
/* 0 to go on (see phases->exited), -1 with the reason why the run failed. */
int phases_ring(struct phases *phases, uint32_t doorbell, const struct hvbench_mailbox *box,
		const struct snapshot *now, struct failure *why);

#endif
