/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One run of one guest, from the making of its VM to its end: the VM is gone
 * when the call returns, whatever happened.
 */
#ifndef BENCH_RUNNER_H
#define BENCH_RUNNER_H

#include <stdio.h>

#include "engine.h"
#include "result.h"

/* 0 with a result to free, or -1 with the reason and nothing to free. */
int run_guest(struct engine *engine, const struct run_spec *spec, unsigned int timeout_seconds,
	      FILE *console, struct run_result *result, struct failure *why);

#endif
