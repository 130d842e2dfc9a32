/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A phase: the part of a run that is measured. Between the two calls the
 * runtime causes no fault of its own: phase_begin() touches all of the
 * image, the stack and the mailbox before the window opens, for writing
 * what is written later. Only a switch of address spaces inside the phase
 * can undo that, and then costs at most the two hot pages (guest.lds, hot.h)
 * a switch and the mailbox once.
 *
 * What a guest does before its first phase is a phase, too: the runtime opens
 * "setup" when the guest starts, and the first phase_begin() closes it. That one
 * holds the first touch of image and stack, so that all phases together are
 * the whole of a run, but for its first few instructions and its last checks.
 */
#ifndef RUNTIME_PHASE_H
#define RUNTIME_PHASE_H

#include "types.h"
#include "uapi/guest.h"

/* What a phase measures; guest.h says what each means. */
enum phase_condition {
	SETUP = HVBENCH_CONDITION_SETUP,
	COLD = HVBENCH_CONDITION_COLD,
	WARM = HVBENCH_CONDITION_WARM,
	CHANGE = HVBENCH_CONDITION_CHANGE,
	EXIT = HVBENCH_CONDITION_EXIT,
};

/* name: kebab case, at most 31 characters, and none of "setup". */
void phase_begin(const char *name, enum phase_condition condition);
/* ops: how many operations, as the workload counts them, the phase did. */
void phase_end(u64 ops);

/* main.c calls them, workloads need not. The second does nothing after a phase_begin(). */
void setup_begin(void);
void setup_end(void);

#endif
