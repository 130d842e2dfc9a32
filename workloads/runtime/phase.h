/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A phase: the part of a run that is measured. Between the two calls the
 * runtime causes no fault of its own: phase_begin() touches all of the
 * image, the stack and the mailbox before the window opens, for writing
 * what is written later. Only a switch of address spaces inside the phase
 * can undo that, and then costs at most the two hot pages (guest.lds, hot.h)
 * a switch and the mailbox once.
 */
#ifndef RUNTIME_PHASE_H
#define RUNTIME_PHASE_H

#include "types.h"

/* name: kebab case, at most 31 characters. */
void phase_begin(const char *name);
/* ops: how many operations, as the workload counts them, the phase did. */
void phase_end(u64 ops);

#endif
