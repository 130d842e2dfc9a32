// SPDX-License-Identifier: GPL-2.0
/* hv/vmx/exception.c: whose an #AC is, and a machine check. */
#include "report.h"
#include "vmx/insn.h"
#include "vmx/vmx.h"

#define HV_COMPAT_H
#define hv_machine_check() (machine_checks++, has_handler)
#define hv_event_fault(vcpu, fault) HV_NEXT_ENTER
#define hv_vcpu_end(vcpu, reason) (ended = (reason), HV_NEXT_TOOL)
#define vmx_recover_event(vcpu) ((void)(vcpu))
#define vmx_skip_instruction(vcpu) ((void)(vcpu))
#define vmx_exit_undefined(vcpu) HV_NEXT_ENTER
#define vmx_cpl() cpl
#define vmx_inject_exception(vcpu, vector, code) \
	(injected = (vector), injected_code = (code), HV_NEXT_ENTER)

static int machine_checks, injected;
static u32 injected_code, cpl;
static bool has_handler;
static enum hvbench_end ended;

#include "../../hv/vmx/exception.c"

static struct hv_vcpu vcpu;

static enum hv_next exception(u8 vector)
{
	injected = -1;
	machine_checks = 0;
	ended = HVBENCH_END_NONE;
	vmwrite(VM_EXIT_INTR_INFO, INTR_INFO_VALID_MASK | INTR_TYPE_HARD_EXCEPTION | vector);
	vmwrite(VM_EXIT_INTR_ERROR_CODE, 0);
	return vmx_exit_exception_nmi(&vcpu);
}

/* CR0.AM is in the VMCS, because the guest may own it. */
static enum hv_next alignment_check(bool am, bool ac, u32 level)
{
	memset(&vcpu, 0, sizeof(vcpu));
	vcpu.mmu.controls.cr0_guest_owned = HV_CR0_AM;
	vmwrite(GUEST_CR0, am ? HV_CR0_AM : 0);
	vmwrite(GUEST_RFLAGS, ac ? X86_EFLAGS_AC : 0);
	cpl = level;
	return exception(X86_TRAP_AC);
}

void test_exception(void)
{
	report_prefix("exceptions");
	report(alignment_check(true, true, 3) == HV_NEXT_ENTER && injected == X86_TRAP_AC &&
	       !injected_code && ended == HVBENCH_END_NONE,
	       "an #AC that CR0.AM, RFLAGS.AC and CPL 3 allow is the guest's");
	report(alignment_check(false, true, 3) == HV_NEXT_TOOL && injected < 0 &&
	       ended == HVBENCH_END_SPLIT_LOCK, "without CR0.AM it is the host's: a split lock");
	report(alignment_check(true, false, 3) == HV_NEXT_TOOL && injected < 0 &&
	       ended == HVBENCH_END_SPLIT_LOCK, "so it is without RFLAGS.AC");
	report(alignment_check(true, true, 0) == HV_NEXT_TOOL && injected < 0 &&
	       ended == HVBENCH_END_SPLIT_LOCK, "and in the guest's kernel");
	has_handler = true;
	report(exception(X86_TRAP_MC) == HV_NEXT_PREPARE && machine_checks == 1 && injected < 0 &&
	       ended == HVBENCH_END_NONE, "a machine check goes to the host's handler");
	has_handler = false;
	printf("# a warning that belongs to the test follows\n");
	report(exception(X86_TRAP_MC) == HV_NEXT_TOOL && ended == HVBENCH_END_INTERNAL &&
	       shim_warnings == 1, "where the host has none, the guest ends");
	shim_warnings = 0;
}
