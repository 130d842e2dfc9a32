/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ends a run from outside: the time limit, Ctrl-C and its kin, and the end
 * of whoever read our output. All reach the process as signals that interrupt a
 * blocking call; the runner asks stop_requested() before it goes on. None may end
 * the process by itself: the host's modules are to be put back.
 *
 * A signal that comes just before the call would be lost, so a timer repeats
 * it until stop_disarm(). One thread, one timer in the process.
 */
#ifndef BENCH_STOP_H
#define BENCH_STOP_H

#include <stdbool.h>

#include "failure.h"

enum stop { STOP_NONE, STOP_TIMEOUT, STOP_SIGNAL };

/* Installs the handlers for SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE and the timer. */
int stop_install(struct failure *why);
/* Starts the time limit of a run. */
void stop_arm(unsigned int seconds);
void stop_disarm(void);
/* A request by signal stays; one by time lasts until stop_disarm(). */
enum stop stop_requested(void);
/* Output went to a pipe that nobody reads any more. */
bool stop_unheard(void);
/* Forgets all requests; for tests. */
void stop_forget(void);

#endif
