/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What hv/vmx/ does for the run loop in hv/vcpu.c: everything that knows the
 * VMCS. Another vendor's virtualisation would offer the same functions.
 *
 * Unless said otherwise: under vcpu->run_lock, interrupts off, between
 * vmx_switch_in() and vmx_switch_out().
 */
#ifndef HV_VMX_VMX_H
#define HV_VMX_VMX_H

#include "../decode.h"
#include "../vcpu.h"

/* Allocates VMCS and VPID; may sleep. 0, -ENOMEM, -ENOSPC (no VPID left). */
int vmx_vcpu_create(struct hv_vcpu *vcpu, bool vpid);
void vmx_vcpu_destroy(struct hv_vcpu *vcpu);

/*
 * Takes the CPU for this vCPU: current VMCS, host state, the guest's MSRs.
 * Called with preemption off and interrupts on; returns 0 with interrupts
 * off, or -EIO with interrupts on where the CPU is not in VMX operation.
 */
int vmx_switch_in(struct hv_vcpu *vcpu);
/* Gives the CPU back to the host; returns with interrupts on. */
void vmx_switch_out(struct hv_vcpu *vcpu);

/* Has perf's events count in guest or host alone where they ask for it: perf_split.c. */
void vmx_split_perf(struct hv_vcpu *vcpu);

/* Writes the architectural state of guest.h's start into the VMCS. */
void vmx_program_start(struct hv_vcpu *vcpu, const struct hvbench_start *start);

/*
 * Carries out what was asked for (controls, the event) and runs the guest until it
 * exits. vmx_flush() has succeeded since the last exit. False when VM entry failed.
 */
bool vmx_enter(struct hv_vcpu *vcpu);

/* How long the guest runs without an exit, where the preemption timer is used. */
void vmx_set_preemption_timer(u64 tsc);

/* What the last exit means for the run loop. */
enum hv_next vmx_handle_exit(struct hv_vcpu *vcpu);

/*
 * Executes and counts what mmu.flush asks for, see flush.c. 0, or -EIO where the CPU
 * refused: what was asked for is still to be done.
 */
int vmx_execute_flush(struct hv_vcpu *vcpu);

/* The same, at no cost of a call where nothing is asked for. */
static inline int vmx_flush(struct hv_vcpu *vcpu)
{
	const struct hv_flush *flush = &vcpu->mmu.flush;

	if (likely(vcpu->vpid && vcpu->flushed_cpu == vcpu->vmcs.cpu &&
		   !(flush->context | flush->root | flush->address)))
		return 0;
	return vmx_execute_flush(vcpu);
}

/* Programs mmu.controls, see controls.c. */
void vmx_apply_controls(struct hv_vcpu *vcpu);
/* The same where nothing but a root that is not nested has changed. */
void vmx_apply_root(struct hv_vcpu *vcpu);
/* The guest's own view of CR0, CR4 and CR3, read back where it owns bits. */
void vmx_read_paging(struct hv_vcpu *vcpu);

/* The EPTP of the controls (SDM 3C, 25.6.11): write-back, a walk of 4 (minus one), A/D flag. */
static inline u64 vmx_eptp(const struct hv_controls *controls)
{
	return controls->root_hpa | 6 | (3 << 3) | (controls->ept_ad ? BIT_ULL(6) : 0);
}

#define VMX_NO_ERROR_CODE (~0u)
/*
 * The guest is to take this exception at the next entry; combines with an
 * event whose delivery was under way (SDM 3A, 6.15: double fault). With
 * error_code VMX_NO_ERROR_CODE none is pushed.
 */
enum hv_next vmx_inject_exception(struct hv_vcpu *vcpu, u8 vector, u32 error_code);
enum hv_next vmx_inject_page_fault(struct hv_vcpu *vcpu, u64 gva, u32 error_code);
/* Takes up an event whose delivery the exit cut off, to deliver it again. */
void vmx_recover_event(struct hv_vcpu *vcpu);

/*
 * Moves RIP past the instruction that exited, by the length that the CPU tells
 * (not where an exception exited) or by what a decoder found.
 */
void vmx_skip_instruction(struct hv_vcpu *vcpu);
void vmx_skip_bytes(struct hv_vcpu *vcpu, u32 bytes);

/*
 * The guest's state for a decoder, but for view->read and context; false where
 * no instruction in 64-bit mode is at RIP. Then vmx_view_end(), which writes it
 * back where the instruction was executed; between them no exit is handled.
 */
bool vmx_view_begin(struct hv_vcpu *vcpu, struct hv_cpu_view *view);
void vmx_view_end(struct hv_vcpu *vcpu, const struct hv_cpu_view *view, bool executed);
u32 vmx_cpl(void);
bool vmx_in_64bit_mode(void);

/* Registers and reason of the last exit, for the tool. */
void vmx_describe(struct hv_vcpu *vcpu, struct hvbench_run *run);

/* An exception or an NMI; a machine check, which is the host's: see exception.c. */
enum hv_next vmx_exit_exception_nmi(struct hv_vcpu *vcpu);
enum hv_next vmx_exit_machine_check(struct hv_vcpu *vcpu);

/* The page-modification log, see pml.c; alloc and free may sleep. 0 or -ENOMEM. */
int vmx_pml_alloc(struct hv_vcpu *vcpu);
void vmx_pml_free(struct hv_vcpu *vcpu);
/* What it holds is forgotten, or noted in mmu.dirty.written. */
void vmx_pml_reset(struct hv_vcpu *vcpu);
void vmx_pml_drain(struct hv_vcpu *vcpu);
enum hv_next vmx_exit_pml_full(struct hv_vcpu *vcpu);

/* MOV to CRn and the like, RDMSR, WRMSR: see registers.c. */
enum hv_next vmx_exit_cr_access(struct hv_vcpu *vcpu);
enum hv_next vmx_exit_msr_read(struct hv_vcpu *vcpu);
enum hv_next vmx_exit_msr_write(struct hv_vcpu *vcpu);
u64 vmx_read_gpr(struct hv_vcpu *vcpu, u8 number);

/* INVPCID as an exit of its own or as an #UD: see invpcid.c. */
enum hv_next vmx_exit_invpcid(struct hv_vcpu *vcpu);
enum hv_next vmx_exit_undefined(struct hv_vcpu *vcpu);

#endif
