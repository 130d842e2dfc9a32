// SPDX-License-Identifier: GPL-2.0
/*
 * The CPU's own events that perf counts in the guest alone or in the host alone
 * (perf's :G and :H; perf's default leaves guests out): IA32_PERF_GLOBAL_CTRL is
 * switched at VM entry and exit (SDM 3C, 25.7.1 and 25.8.1). perf tells the two
 * values, as it tells KVM: it is asked each time that a vCPU takes its CPU, where the
 * CPU has such controls. The VMCS has them switched only in turns in which an event
 * asks for it, so that the exits of others don't pay.
 */
#include <asm/msr-index.h>
#include <asm/perf_event.h>
#include <asm/vmx.h>

#include "../compat.h"
#include "capability.h"
#include "insn.h"
#include "vmx.h"

/* Where perf has the two values; NULL where it has none, or no such MSR. */
static const struct perf_guest_switch_msr *global_ctrl(void)
{
	const struct perf_guest_switch_msr *msrs;
	int i, nr = 0;

	msrs = hv_perf_msrs(&nr);
	for (i = 0; msrs && i < nr; i++)
		if (msrs[i].msr == MSR_CORE_PERF_GLOBAL_CTRL)
			return &msrs[i];
	return NULL;
}

void vmx_split_perf(struct hv_vcpu *vcpu)
{
	const struct perf_guest_switch_msr *ctrl;
	u32 exit = vmx_capability.exit, entry = vmx_capability.entry;
	bool split;

	if (!vmx_capability.perf_split)
		return;
	ctrl = global_ctrl();
	split = ctrl && ctrl->guest != ctrl->host;
	if (likely(!split && !vcpu->perf_is_split))
		return;
	if (split) {
		vmwrite(GUEST_IA32_PERF_GLOBAL_CTRL, ctrl->guest);
		vmwrite(HOST_IA32_PERF_GLOBAL_CTRL, ctrl->host);
		exit |= VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL;
		entry |= VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL;
	}
	vmwrite(VM_EXIT_CONTROLS, exit);
	vmwrite(VM_ENTRY_CONTROLS, entry);
	vcpu->perf_is_split = split;
}
