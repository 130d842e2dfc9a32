// SPDX-License-Identifier: GPL-2.0
/*
 * Events into the guest: exceptions that the hypervisor raises, and events
 * whose delivery a VM exit cut off and that must be delivered again (SDM 3C,
 * 25.8.3, 28.2.4; the double-fault table: SDM 3A, 6.15).
 */
#include <asm/cpufeature.h>
#include <asm/trapnr.h>
#include <asm/vmx.h>

#include "../trace.h"
#include "insn.h"
#include "vmx.h"

void vmx_recover_event(struct hv_vcpu *vcpu)
{
	u32 info = vmread(IDT_VECTORING_INFO_FIELD);

	if (likely(!(info & VECTORING_INFO_VALID_MASK)))
		return;
	/* Bit 12 is undefined here and reserved at entry. */
	vcpu->event.info = info & ~BIT(12);
	if (info & VECTORING_INFO_DELIVER_CODE_MASK)
		vcpu->event.error_code = vmread(IDT_VECTORING_ERROR_CODE);
	vcpu->event.instruction_bytes = vmread(VM_EXIT_INSTRUCTION_LEN);
}

/* Contributory exceptions: #DE, #TS, #NP, #SS, #GP. */
static bool is_contributory(u8 vector)
{
	return vector == 0 || (vector >= X86_TRAP_TS && vector <= X86_TRAP_GP);
}

static bool makes_double_fault(u8 first, u8 second)
{
	if (is_contributory(first))
		return is_contributory(second);
	return first == X86_TRAP_PF && (is_contributory(second) || second == X86_TRAP_PF);
}

static noinline void trace_event(const struct hv_vcpu *vcpu)
{
	const struct hv_event *event = &vcpu->event;
	u8 vector = event->info & INTR_INFO_VECTOR_MASK;

	trace_inject(vector, event->info & INTR_INFO_DELIVER_CODE_MASK ? event->error_code : 0,
		     vector == X86_TRAP_PF ? vcpu->cr2 : 0);
}

enum hv_next vmx_inject_exception(struct hv_vcpu *vcpu, u8 vector, u32 error_code)
{
	struct hv_event *event = &vcpu->event;

	if ((event->info & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_HARD_EXCEPTION &&
	    (event->info & INTR_INFO_VALID_MASK)) {
		u8 first = event->info & INTR_INFO_VECTOR_MASK;

		if (first == X86_TRAP_DF && (is_contributory(vector) || vector == X86_TRAP_PF))
			return hv_vcpu_end(vcpu, HVBENCH_END_TRIPLE_FAULT);
		if (makes_double_fault(first, vector)) {
			vector = X86_TRAP_DF;
			error_code = 0;
		}
	}
	event->info = vector | INTR_TYPE_HARD_EXCEPTION | INTR_INFO_VALID_MASK;
	event->instruction_bytes = 0;
	if (error_code != VMX_NO_ERROR_CODE) {
		event->info |= INTR_INFO_DELIVER_CODE_MASK;
		event->error_code = error_code;
	}
	if (trace_inject_enabled())
		trace_event(vcpu);
	return HV_NEXT_ENTER;
}

enum hv_next vmx_inject_page_fault(struct hv_vcpu *vcpu, u64 gva, u32 error_code)
{
	vcpu->cr2 = gva;
	return vmx_inject_exception(vcpu, X86_TRAP_PF, error_code);
}
