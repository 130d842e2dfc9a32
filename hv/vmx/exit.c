// SPDX-License-Identifier: GPL-2.0
/*
 * From VM exits to events: one table by basic exit reason (SDM 3D, appendix
 * C). A reason without a handler ends the guest, never the host.
 */
#include <asm/trapnr.h>
#include <asm/vmx.h>

#include "../trace.h"
#include "insn.h"
#include "vmx.h"

/* PREPARE turns interrupts on, and there the host takes it. */
static enum hv_next exit_external_interrupt(struct hv_vcpu *vcpu)
{
	vcpu->exit_owner = HV_EXIT_HOST;
	return HV_NEXT_PREPARE;
}

/* The guest ran for HV_SLICE_MS without an exit. */
static enum hv_next exit_preemption_timer(struct hv_vcpu *vcpu)
{
	vcpu->exit_owner = HV_EXIT_HOST;
	return HV_NEXT_PREPARE;
}

static enum hv_next exit_triple_fault(struct hv_vcpu *vcpu)
{
	return hv_vcpu_end(vcpu, HVBENCH_END_TRIPLE_FAULT);
}

static enum hv_next exit_cpuid(struct hv_vcpu *vcpu)
{
	hv_guest_cpuid(vcpu);
	vmx_skip_instruction(vcpu);
	return HV_NEXT_ENTER;
}

/* No interrupt can come, so HLT has nothing to wait for. */
static enum hv_next exit_hlt(struct hv_vcpu *vcpu)
{
	vmx_skip_instruction(vcpu);
	return HV_NEXT_ENTER;
}

static enum hv_next exit_invlpg(struct hv_vcpu *vcpu)
{
	bool done = false;
	enum hv_next next = hv_event_invlpg(vcpu, vmread(EXIT_QUALIFICATION), &done);

	if (done)
		vmx_skip_instruction(vcpu);
	return next;
}

#define ENOSYS_IN_RAX ((u64)-38)

static enum hv_next exit_vmcall(struct hv_vcpu *vcpu)
{
	vcpu->gpr[HV_RAX] = vcpu->gpr[HV_RAX] == HVBENCH_HC_NULL ? 0 : ENOSYS_IN_RAX;
	vmx_skip_instruction(vcpu);
	return HV_NEXT_ENTER;
}

/* Exit qualification for I/O instructions: SDM 3C, table 28-5. */
#define IO_BYTES(qualification) (((qualification)&7) + 1)
#define IO_IN BIT(3)
#define IO_STRING BIT(4)
#define IO_PORT(qualification) ((u16)((qualification) >> 16))

static bool is_log_bell(u32 bell)
{
	return bell >= HVBENCH_BELL_LOG_START && bell <= HVBENCH_BELL_LOG_STOP;
}

static enum hv_next exit_log_bell(struct hv_vcpu *vcpu)
{
	bool done = false;
	enum hv_next next = hv_dirty_bell(vcpu, (u32)vcpu->gpr[HV_RAX], &done);

	if (done)
		vmx_skip_instruction(vcpu);
	return next;
}

static enum hv_next exit_io_instruction(struct hv_vcpu *vcpu)
{
	u64 qualification = vmread(EXIT_QUALIFICATION);
	u16 port = IO_PORT(qualification);

	if (qualification & IO_STRING)
		return hv_vcpu_end(vcpu, HVBENCH_END_BAD_PORT);
	if (port == HVBENCH_PORT_NULL && IO_BYTES(qualification) == 1) {
		if (qualification & IO_IN)
			vcpu->gpr[HV_RAX] &= ~0xffull;
		vmx_skip_instruction(vcpu);
		return HV_NEXT_ENTER;
	}
	if (port == HVBENCH_PORT_DOORBELL && IO_BYTES(qualification) == 4 &&
	    !(qualification & IO_IN)) {
		if (is_log_bell((u32)vcpu->gpr[HV_RAX]))
			return exit_log_bell(vcpu);
		vmx_skip_instruction(vcpu);
		vcpu->exit_owner = HV_EXIT_HARNESS;
		if (trace_phase_enabled())
			hv_trace_phase(vcpu, (u32)vcpu->gpr[HV_RAX]);
		vcpu->control->run.exit = HVBENCH_RUN_DOORBELL;
		vcpu->control->run.doorbell = (u32)vcpu->gpr[HV_RAX];
		return HV_NEXT_TOOL;
	}
	return hv_vcpu_end(vcpu, HVBENCH_END_BAD_PORT);
}

/* Exit qualification for EPT violations: SDM 3C, table 28-7. */
#define EPT_VIOLATION_WRITE BIT(1)
#define EPT_VIOLATION_FETCH BIT(2)

static enum hv_next exit_ept_violation(struct hv_vcpu *vcpu)
{
	u64 qualification = vmread(EXIT_QUALIFICATION);
	struct hv_fault fault = {
		.space = HV_FAULT_GPA,
		.gpa = vmread(GUEST_PHYSICAL_ADDRESS),
	};

	if (qualification & EPT_VIOLATION_WRITE)
		fault.access |= HV_PF_WRITE;
	if (qualification & EPT_VIOLATION_FETCH)
		fault.access |= HV_PF_FETCH;
	vmx_recover_event(vcpu);
	return hv_event_fault(vcpu, &fault);
}

static enum hv_next exit_ept_misconfig(struct hv_vcpu *vcpu)
{
	vcpu->control->run.gpa = vmread(GUEST_PHYSICAL_ADDRESS);
	return hv_vcpu_end(vcpu, HVBENCH_END_EPT_MISCONFIG);
}

/* XSETBV: CR4.OSXSAVE is never on, so the CPU raises #UD before this exit. */
static enum hv_next exit_not_offered(struct hv_vcpu *vcpu)
{
	return hv_vcpu_end(vcpu, HVBENCH_END_BAD_INSTRUCTION);
}

/* The VMX instructions: a guest without CR4.VMXE gets #UD. */
static enum hv_next exit_vmx_instruction(struct hv_vcpu *vcpu)
{
	return vmx_inject_exception(vcpu, X86_TRAP_UD, VMX_NO_ERROR_CODE);
}

/* Counted, and no more: it comes after the instruction (SDM 3C, 26.2). */
static enum hv_next exit_bus_lock(struct hv_vcpu *vcpu)
{
	return HV_NEXT_ENTER;
}

/* The guest goes on, unless the CPU could not save its state. */
static enum hv_next exit_notify(struct hv_vcpu *vcpu)
{
	if (vmread(EXIT_QUALIFICATION) & NOTIFY_VM_CONTEXT_INVALID)
		return hv_vcpu_end(vcpu, HVBENCH_END_INTERNAL);
	return HV_NEXT_ENTER;
}

static enum hv_next (*const handlers[HVBENCH_NR_EXIT_REASONS])(struct hv_vcpu *vcpu) = {
	[EXIT_REASON_EXCEPTION_NMI] = vmx_exit_exception_nmi,
	[EXIT_REASON_EXTERNAL_INTERRUPT] = exit_external_interrupt,
	[EXIT_REASON_TRIPLE_FAULT] = exit_triple_fault,
	[EXIT_REASON_CPUID] = exit_cpuid,
	[EXIT_REASON_HLT] = exit_hlt,
	[EXIT_REASON_INVLPG] = exit_invlpg,
	[EXIT_REASON_VMCALL] = exit_vmcall,
	[EXIT_REASON_VMCLEAR] = exit_vmx_instruction,
	[EXIT_REASON_VMLAUNCH] = exit_vmx_instruction,
	[EXIT_REASON_VMPTRLD] = exit_vmx_instruction,
	[EXIT_REASON_VMPTRST] = exit_vmx_instruction,
	[EXIT_REASON_VMREAD] = exit_vmx_instruction,
	[EXIT_REASON_VMRESUME] = exit_vmx_instruction,
	[EXIT_REASON_VMWRITE] = exit_vmx_instruction,
	[EXIT_REASON_VMOFF] = exit_vmx_instruction,
	[EXIT_REASON_VMON] = exit_vmx_instruction,
	[EXIT_REASON_INVEPT] = exit_vmx_instruction,
	[EXIT_REASON_INVVPID] = exit_vmx_instruction,
	[EXIT_REASON_CR_ACCESS] = vmx_exit_cr_access,
	[EXIT_REASON_IO_INSTRUCTION] = exit_io_instruction,
	[EXIT_REASON_MSR_READ] = vmx_exit_msr_read,
	[EXIT_REASON_MSR_WRITE] = vmx_exit_msr_write,
	[EXIT_REASON_EPT_VIOLATION] = exit_ept_violation,
	[EXIT_REASON_PREEMPTION_TIMER] = exit_preemption_timer,
	[EXIT_REASON_EPT_MISCONFIG] = exit_ept_misconfig,
	[EXIT_REASON_INVPCID] = vmx_exit_invpcid,
	[EXIT_REASON_PML_FULL] = vmx_exit_pml_full,
	[EXIT_REASON_BUS_LOCK] = exit_bus_lock,
	[EXIT_REASON_NOTIFY] = exit_notify,
};

#define EXIT_REASON_FAILED_ENTRY BIT(31)

static __always_inline enum hv_next handle_exit(struct hv_vcpu *vcpu)
{
	u32 reason = vcpu->exit_reason;

	if (unlikely(reason & EXIT_REASON_FAILED_ENTRY)) {
		if ((u16)reason == EXIT_REASON_MCE_DURING_VMENTRY)
			vmx_exit_machine_check(vcpu);
		return hv_vcpu_end(vcpu, HVBENCH_END_ENTRY_FAILED);
	}
	reason &= 0xffff;
	if (unlikely(reason >= ARRAY_SIZE(handlers) || !handlers[reason]))
		return exit_not_offered(vcpu);
	return handlers[reason](vcpu);
}

/* Goes on to the handler by itself, so that nothing need outlive it in a register. */
static noinline enum hv_next trace_and_handle_exit(struct hv_vcpu *vcpu)
{
	u32 reason = vcpu->exit_reason & 0xffff, info = vmread(VM_EXIT_INTR_INFO);
	bool has_gpa = reason == EXIT_REASON_EPT_VIOLATION || reason == EXIT_REASON_EPT_MISCONFIG;

	/* All else in it is undefined then (SDM 3C, 28.2.2), and old where entry failed (27.8). */
	if (!(info & INTR_INFO_VALID_MASK) || vcpu->exit_reason & EXIT_REASON_FAILED_ENTRY)
		info = 0;
	trace_exit(reason, vmread(EXIT_QUALIFICATION), vmread(GUEST_RIP),
		   has_gpa ? vmread(GUEST_PHYSICAL_ADDRESS) : 0, info,
		   info & INTR_INFO_DELIVER_CODE_MASK ? vmread(VM_EXIT_INTR_ERROR_CODE) : 0);
	return handle_exit(vcpu);
}

enum hv_next vmx_handle_exit(struct hv_vcpu *vcpu)
{
	return trace_exit_enabled() ? trace_and_handle_exit(vcpu) : handle_exit(vcpu);
}
