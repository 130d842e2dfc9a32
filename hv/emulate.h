/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The emulator of instructions that write guest memory: for the strategy of
 * shadow paging that performs the guest's page-table writes itself. Pure logic
 * that builds in a process too.
 */
#ifndef HV_EMULATE_H
#define HV_EMULATE_H

#include "decode.h"

struct hv_emulation {
	struct hv_cpu_view cpu; /* in; out: as the instruction leaves it */
	u64 gva; /* in: where the write faulted */
	void *page; /* in: the 4K page that holds it, for this process */
	u32 offset, bytes; /* out: of page, what was written; bytes may be 0 */
};

/*
 * Performs the instruction at cpu.rip, whose write goes to that page and to no
 * other, with the atomicity that it has on a CPU: others may write there at the
 * same time. Of a repeated one as many iterations as stay in the page; rip stays
 * where some are left. False, with nothing changed: not one of the forms that
 * decode.h lists, or one that would fault, trap or leave the page.
 */
bool hv_emulate(struct hv_emulation *e);

#endif
