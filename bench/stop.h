/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ends a run from outside: the time limit, Ctrl-C and its kin. Both
 * reach the process as signals that interrupt a blocking call; the runner
 * asks stop_requested() before it goes on.
 *
 * A signal that comes just before the call would be lost, so a timer repeats
 * it until stop_disarm(). One thread, one timer in the process.
 */
#ifndef BENCH_STOP_H
#define BENCH_STOP_H

#include "failure.h"

enum stop { STOP_NONE, STOP_TIMEOUT, STOP_SIGNAL };

/* Installs the handlers for SIGINT, SIGTERM, SIGHUP and the timer. */
int stop_install(struct failure *why);
/* Starts the time limit of a run. */
void stop_arm(unsigned int seconds);
void stop_disarm(void);
/* A request by signal stays; one by time lasts until stop_disarm(). */
enum stop stop_requested(void);
/* Forgets all requests; for tests. */
void stop_forget(void);

#endif
