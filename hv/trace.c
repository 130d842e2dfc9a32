// SPDX-License-Identifier: GPL-2.0
/*
 * Where the tracepoints of trace.h live, and what the rarer of them gather
 * before they fire.
 */
#include <linux/ctype.h>

#include "vcpu.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* The guest's word: printable, and it ends. */
static void copy_name(char *to, const char *from)
{
	u32 i;

	memset(to, 0, HVBENCH_NAME_BYTES);
	for (i = 0; i < HVBENCH_NAME_BYTES - 1 && isascii(from[i]) && isprint(from[i]); i++)
		to[i] = from[i];
}

void hv_trace_phase(const struct hv_vcpu *vcpu, u32 bell)
{
	u64 hpa = hv_memory_hpa(vcpu->mmu.memory, HVBENCH_MAILBOX_GPA >> HV_PAGE_SHIFT);
	struct hvbench_mailbox *box;
	char said[HVBENCH_NAME_BYTES] = "", name[HVBENCH_NAME_BYTES];
	u64 ops = 0;

	/* The tool may write to it meanwhile: what is looked at is a copy. */
	if (HV_HPA_VALID(hpa)) {
		box = hv_va(hpa);
		memcpy(said, box->phase_name, sizeof(said));
		ops = READ_ONCE(box->ops);
	}
	copy_name(name, said);
	trace_phase(bell, name, bell == HVBENCH_BELL_PHASE_END ? ops : 0);
}
