/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The dirty log, done in slices: each ends when its work is done or
 * mmu->work_limit is reached, and the next one goes on where it stopped. A block
 * of guest frames is the unit: what a slice did to a block is complete, so that the
 * guest may run between two slices without a write being lost.
 *
 * Called by dirty_request.c with interrupts off (for the tool only where the log is
 * kept by PML), and by the tests.
 */
#ifndef HV_DIRTY_H
#define HV_DIRTY_H

#include "mmu.h"

/* Where a request's bitmaps go: nowhere, the caller takes the bits and clears them. */
#define HV_DIRTY_KEEP (~0ull)

/* The bitmaps of mmu->dirty, where the knob log wants them. 0 or -ENOMEM. */
int hv_dirty_create(struct hv_mmu *mmu);
void hv_dirty_destroy(struct hv_mmu *mmu);

/*
 * Goes on with a request, or begins it if it is another one than the last, which is
 * forgotten then. For COLLECT, written and touched are guest-physical addresses
 * that hv_dirty_fits(), or HV_DIRTY_KEEP.
 *
 * HV_DONE: it is complete. HV_AGAIN: call again in another slice. HV_NEED_BACKING:
 * and with a page behind answer->gpa. HV_FORBIDDEN: at answer->gpa a bitmap lies
 * where the guest may not write.
 */
enum hv_verdict hv_dirty_step(struct hv_mmu *mmu, enum hv_log_action action, u64 written,
			      u64 touched, struct hv_answer *answer);

/* Can a bitmap of all frames lie there? */
bool hv_dirty_fits(const struct hv_mmu *mmu, u64 gpa);

#endif
