// SPDX-License-Identifier: GPL-2.0
/*
 * Exceptions of the guest that exit, and NMIs, which are the host's: whose each one is
 * and what becomes of it.
 */
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/trapnr.h>
#include <asm/vmx.h>

#include "../compat.h"
#include "insn.h"
#include "vmx.h"

/*
 * RFLAGS.AC lets a supervisor's explicit access through SMAP; one that the CPU
 * makes for a user is implicit (SDM 3A, 4.6.1).
 */
static bool ac_allows(u32 error_code)
{
	return !(error_code & HV_PF_USER) && vmread(GUEST_RFLAGS) & X86_EFLAGS_AC && vmx_cpl() < 3;
}

static enum hv_next exit_page_fault(struct hv_vcpu *vcpu)
{
	struct hv_fault fault = {
		.space = HV_FAULT_GVA,
		.gva = vmread(EXIT_QUALIFICATION),
		.error_code = vmread(VM_EXIT_INTR_ERROR_CODE),
	};

	fault.access = fault.error_code & HV_PF_ACCESS;
	if (unlikely(vcpu->mmu.paging.cr4 & HV_CR4_SMAP) && ac_allows(fault.error_code))
		fault.access |= HV_ACCESS_AC;
	return hv_event_fault(vcpu, &fault);
}

enum hv_next vmx_exit_machine_check(struct hv_vcpu *vcpu)
{
	vcpu->exit_owner = HV_EXIT_HOST;
	/* Without a handler the host has CR4.MCE = 0, and none gets as far as here. */
	if (WARN_ONCE(!hv_machine_check(), "hvbench: machine check without a handler\n"))
		return hv_vcpu_end(vcpu, HVBENCH_END_INTERNAL);
	return HV_NEXT_PREPARE;
}

/*
 * The guest's own #AC needs all three of these (SDM 3A, 6.15, interrupt 17). Otherwise
 * the host has the CPU raise it for a locked access that crosses cache lines (split lock
 * detection, IA32_TEST_CTRL bit 29), and a guest that has never heard of #AC can't
 * handle it.
 */
static bool guest_wants_alignment_check(struct hv_vcpu *vcpu)
{
	vmx_read_paging(vcpu);
	return vcpu->mmu.paging.cr0 & HV_CR0_AM && vmread(GUEST_RFLAGS) & X86_EFLAGS_AC &&
	       vmx_cpl() == 3;
}

static enum hv_next exit_alignment_check(struct hv_vcpu *vcpu)
{
	if (!guest_wants_alignment_check(vcpu))
		return hv_vcpu_end(vcpu, HVBENCH_END_SPLIT_LOCK);
	return vmx_inject_exception(vcpu, X86_TRAP_AC, vmread(VM_EXIT_INTR_ERROR_CODE));
}

/*
 * Single-stepping with interrupts held off by STI or MOV SS: VM entry wants
 * to see the step pending, which a #DB exit does not record (SDM 3C, 27.3.1.5).
 */
static void restore_pending_step(void)
{
	if (vmread(GUEST_RFLAGS) & X86_EFLAGS_TF &&
	    vmread(GUEST_INTERRUPTIBILITY_INFO) & (GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS))
		vmwrite(GUEST_PENDING_DBG_EXCEPTIONS,
			vmread(GUEST_PENDING_DBG_EXCEPTIONS) | DR_STEP);
}

static enum hv_next exit_debug(struct hv_vcpu *vcpu, u32 info)
{
	/* INT1 is a trap: its handler returns behind it. */
	if ((info & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_PRIV_SW_EXCEPTION)
		vmx_skip_instruction(vcpu);
	else
		restore_pending_step();
	return vmx_inject_exception(vcpu, X86_TRAP_DB, VMX_NO_ERROR_CODE);
}

enum hv_next vmx_exit_exception_nmi(struct hv_vcpu *vcpu)
{
	u32 info = vmread(VM_EXIT_INTR_INFO);
	u8 vector = info & INTR_INFO_VECTOR_MASK;

	vmx_recover_event(vcpu);

	if ((info & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_NMI_INTR) {
		/* The host's: its handler's IRET unblocks NMIs again. */
		vcpu->exit_owner = HV_EXIT_HOST;
		asm volatile("int $2");
		return HV_NEXT_PREPARE;
	}
	switch (vector) {
	case X86_TRAP_MC:
		return vmx_exit_machine_check(vcpu);
	case X86_TRAP_PF:
		return exit_page_fault(vcpu);
	case X86_TRAP_UD:
		return vmx_exit_undefined(vcpu);
	case X86_TRAP_DB:
		return exit_debug(vcpu, info);
	case X86_TRAP_AC:
		return exit_alignment_check(vcpu);
	}
	return hv_vcpu_end(vcpu, HVBENCH_END_INTERNAL);
}
