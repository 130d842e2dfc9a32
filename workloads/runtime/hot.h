/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the runtime itself writes while a phase is measured, kept in the same
 * page as the top of the stack: under an MMU that drops everything on a
 * switch, a workload's loop costs one data page of the runtime's, not three.
 */
#ifndef RUNTIME_HOT_H
#define RUNTIME_HOT_H

#include "layout.h"
#include "types.h"
#include "uapi/guest.h"

struct hot {
	struct hvbench_asked asked; /* flushes since the start, see flush.h */
	struct hvbench_asked asked_begin; /* the same when the phase began */
	u64 guest_faults; /* handled in this phase, see trap.c */
	u64 tsc_begin;
	u64 in_setup; /* the phase that setup_begin() opened is open: phase.c */
	u64 tables; /* page tables made so far, the boot tables included: space.c */
};

struct stack_area {
	u8 stack[STACK_BYTES - HOT_BYTES];
	struct hot hot;
	u8 unused[HOT_BYTES - sizeof(struct hot)];
};

extern struct stack_area stack_area;

#define hot (stack_area.hot)

#endif
