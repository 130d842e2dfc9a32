/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the models get of what Bochs does: everything that a guest does, and what the
 * host does from a VM exit to the next entry to handle it. They do not get:
 * - What the host does for itself: from an exit that is its own (an interrupt, an NMI, the
 *   preemption timer) to the next entry, and in an interrupt that it takes while it
 *   handles an exit. What it does after that on the way back, before IRET, belongs to it.
 * - Other processes that the host runs meanwhile, or after the VM's has ended; nor the
 *   VM's own where it has not entered again for LONGEST_HANDLING instructions.
 * - What the tool does after a request.
 * - A guest with the page tables of 32-bit modes.
 * Flushes and VM transitions they always get, but do not count then.
 */
#ifndef PROBE_FEED_H
#define PROBE_FEED_H

#include <stdbool.h>

#include "bochs.h"

/* The functions for bochs_attach(); the one for BOCHS_OUTP is left to the caller. */
void feed_functions(void (*functions[BOCHS_NR_SLOTS])(void));

/* The models are new, a VM begins. False: no memory for them. */
bool feed_start(void);
/* A request of the tool: takes back and pauses what no guest does now. */
void feed_request(void);
void feed_stop(void);

/* Does the CPU run a guest? Known before feed_start(), too. */
bool feed_in_guest(unsigned int cpu);

#endif
