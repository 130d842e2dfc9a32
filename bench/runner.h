/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One run of one guest, from the making of its VM to its end: the VM is gone
 * when the call returns, whatever happened.
 */
#ifndef BENCH_RUNNER_H
#define BENCH_RUNNER_H

#include <stdio.h>

#include "engine.h"
#include "probe.h"
#include "result.h"

struct run_terms {
	unsigned int timeout_seconds; /* of each VM */
	enum machine_kind machine; /* emulated: counts are exact, or the run failed */
	FILE *console; /* what the guest says, and warnings */
	/* The CPUs to model the run on, and what feeds them; NULL: none. */
	const struct modelled *modelled;
	struct probe *probe;
};

/*
 * 0 with a result to free, or -1 with the reason and nothing to free. With an
 * engine that counts apart, this is two VMs, one after the other; what is modelled is
 * the timed one.
 */
int run_guest(struct engine *engine, const struct run_spec *spec, const struct run_terms *terms,
	      struct run_result *result, struct failure *why);

#endif
