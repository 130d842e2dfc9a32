// SPDX-License-Identifier: GPL-2.0
/*
 * The vCPU on VMX: its VMCS from creation to the entry into the guest. The
 * host's state that VMX does not save by itself is saved and restored here
 * (SDM 3C, 28.5: loading host state).
 */
#include <linux/idr.h>
#include <linux/log2.h>
#include <asm/cpu_entry_area.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/fsgsbase.h>
#include <asm/msr.h>
#include <asm/vmx.h>

#include "../compat.h"
#include "../trace.h"
#include "capability.h"
#include "enable.h"
#include "insn.h"
#include "mitigations.h"
#include "vmx.h"

int vmx_enter_guest(u64 *gpr, u8 entry);
extern const char vmx_exit_landing[];

static DEFINE_IDA(vpids);

int vmx_vcpu_create(struct hv_vcpu *vcpu, bool vpid)
{
	int id, err = vmx_vmcs_alloc(&vcpu->vmcs);

	if (err)
		return err;
	vmx_mitigations_choose(vcpu);
	vcpu->flushed_cpu = -1;
	vcpu->vpid = 0;
	err = vmx_pml_alloc(vcpu);
	if (err) {
		vmx_vmcs_free(&vcpu->vmcs);
		return err;
	}
	if (!vpid)
		return 0;
	id = ida_alloc_range(&vpids, 1, U16_MAX, HV_GFP);
	if (id < 0) {
		vmx_pml_free(vcpu);
		vmx_vmcs_free(&vcpu->vmcs);
		return id;
	}
	vcpu->vpid = id;
	return 0;
}

void vmx_vcpu_destroy(struct hv_vcpu *vcpu)
{
	if (vcpu->vpid)
		ida_free(&vpids, vcpu->vpid);
	vcpu->vpid = 0;
	/* The CPU may write to the log as long as it holds the VMCS. */
	vmx_vmcs_free(&vcpu->vmcs);
	vmx_pml_free(vcpu);
}

/* Host state that belongs to the CPU, written when the VMCS comes to it. */
static void program_host(void)
{
	int cpu = smp_processor_id();
	struct desc_ptr idt;
	u64 value;

	store_idt(&idt);
	vmwrite(HOST_IDTR_BASE, idt.address);
	vmwrite(HOST_GDTR_BASE, (unsigned long)get_current_gdt_ro());
	vmwrite(HOST_TR_SELECTOR, GDT_ENTRY_TSS * 8);
	vmwrite(HOST_TR_BASE, (unsigned long)&get_cpu_entry_area(cpu)->tss.x86_tss);
	vmwrite(HOST_CS_SELECTOR, __KERNEL_CS);
	vmwrite(HOST_SS_SELECTOR, __KERNEL_DS);
	/* The user's own, if not 0, come back in restore_segments(). */
	vmwrite(HOST_DS_SELECTOR, 0);
	vmwrite(HOST_ES_SELECTOR, 0);
	vmwrite(HOST_FS_SELECTOR, 0);
	vmwrite(HOST_GS_SELECTOR, 0);
	rdmsrl(MSR_GS_BASE, value);
	vmwrite(HOST_GS_BASE, value);
	rdmsrl(MSR_IA32_SYSENTER_CS, value);
	vmwrite(HOST_IA32_SYSENTER_CS, value);
	rdmsrl(MSR_IA32_SYSENTER_ESP, value);
	vmwrite(HOST_IA32_SYSENTER_ESP, value);
	rdmsrl(MSR_IA32_SYSENTER_EIP, value);
	vmwrite(HOST_IA32_SYSENTER_EIP, value);
	rdmsrl(MSR_EFER, value);
	vmwrite(HOST_IA32_EFER, value);
	vmwrite(HOST_CR0, read_cr0());
	vmwrite(HOST_RIP, (unsigned long)vmx_exit_landing);
}

static void save_segments(struct hv_vcpu *vcpu)
{
	struct hv_host_segments *host = &vcpu->host_segments;

	savesegment(ds, host->ds);
	savesegment(es, host->es);
	savesegment(fs, host->fs);
	savesegment(gs, host->gs);
	store_ldt(host->ldt);
	rdmsrl(MSR_FS_BASE, host->fs_base);
}

/*
 * What changes from turn to turn, but seldom. The VMCS keeps it, so it is written
 * where it changed; all of it where the VMCS comes to a CPU.
 */
static void update_host(struct hv_vcpu *vcpu, bool all)
{
	struct hv_host_fields *fields = &vcpu->host_fields;
	u64 cr3 = __read_cr3(), cr4 = __read_cr4(), fs_base = vcpu->host_segments.fs_base;

	if (cr3 != fields->cr3 || unlikely(all))
		vmwrite(HOST_CR3, cr3);
	if (fs_base != fields->fs_base || unlikely(all))
		vmwrite(HOST_FS_BASE, fs_base);
	if (unlikely(cr4 != fields->cr4 || all)) {
		vmwrite(HOST_CR4, cr4);
		/* The guest runs with the host's MCE: controls.c. */
		if ((cr4 ^ fields->cr4) & HV_CR4_MCE)
			vcpu->mmu.controls.changed = true;
	}
	*fields = (struct hv_host_fields){ .cr3 = cr3, .cr4 = cr4, .fs_base = fs_base };
}

/* VM exit nulls what the VMCS can't hold: LDT, user selectors, limits. */
static void restore_segments(struct hv_vcpu *vcpu)
{
	const struct hv_host_segments *host = &vcpu->host_segments;

	if (unlikely(host->ldt))
		asm volatile("lldt %0" : : "r"(host->ldt));
	if (unlikely(host->ds | host->es)) {
		loadsegment(ds, host->ds);
		loadsegment(es, host->es);
	}
	if (unlikely(host->fs)) {
		loadsegment(fs, host->fs);
		wrmsrl(MSR_FS_BASE, host->fs_base);
	}
	if (unlikely(host->gs))
		load_gs_index(host->gs);
	invalidate_tss_limit();
	load_fixmap_gdt(smp_processor_id());
}

/*
 * PEBS writes its records to a linear address: it must not while the guest's
 * tables translate (SDM 3B, 20.9.5).
 */
static void stop_pebs(struct hv_vcpu *vcpu)
{
	if (!boot_cpu_has(X86_FEATURE_PEBS))
		return;
	rdmsrl(MSR_IA32_PEBS_ENABLE, vcpu->host_pebs);
	if (vcpu->host_pebs)
		wrmsrl(MSR_IA32_PEBS_ENABLE, 0);
}

int vmx_switch_in(struct hv_vcpu *vcpu)
{
	bool moved, other;

	if (unlikely(READ_ONCE(vcpu->vmcs.cpu) != smp_processor_id()))
		vmx_vmcs_release(&vcpu->vmcs);
	local_irq_disable();
	moved = vcpu->vmcs.cpu < 0;
	other = !vmx_vmcs_is_current(&vcpu->vmcs);
	if (unlikely(vmx_begin_turn()) || unlikely(vmx_vmcs_make_current(&vcpu->vmcs))) {
		vmx_end_turn();
		local_irq_enable();
		return -EIO;
	}
	if (unlikely(moved))
		program_host();
	vmx_mitigations_switch_in(vcpu, other);
	save_segments(vcpu);
	update_host(vcpu, moved);
	vcpu->host_debugctl = get_debugctlmsr();
	stop_pebs(vcpu);
	vmx_split_perf(vcpu);
	/* Of the debug registers VM exit changes only DR7 (SDM 3C, 28.5.1). */
	vcpu->host_dr7 = unlikely(hw_breakpoint_active()) ? local_db_save() : 0;
	rdmsrl(MSR_KERNEL_GS_BASE, vcpu->host_kernel_gs_base);
	wrmsrl(MSR_KERNEL_GS_BASE, vcpu->kernel_gs_base);
	return 0;
}

void vmx_switch_out(struct hv_vcpu *vcpu)
{
	vmx_mitigations_switch_out(vcpu);
	rdmsrl(MSR_KERNEL_GS_BASE, vcpu->kernel_gs_base);
	restore_segments(vcpu);
	wrmsrl(MSR_KERNEL_GS_BASE, vcpu->host_kernel_gs_base);
	if (unlikely(vcpu->host_debugctl))
		update_debugctlmsr(vcpu->host_debugctl);
	if (unlikely(vcpu->host_pebs))
		wrmsrl(MSR_IA32_PEBS_ENABLE, vcpu->host_pebs);
	if (unlikely(vcpu->host_dr7))
		local_db_restore(vcpu->host_dr7);
	vmx_end_turn();
	local_irq_enable();
}

static void program_segment(u32 selector_field, u16 selector, u64 base, u32 limit,
			    u32 access_rights)
{
	/* The fields of one segment lie at fixed distances of each other. */
	u32 index = selector_field - GUEST_ES_SELECTOR;

	vmwrite(selector_field, selector);
	vmwrite(GUEST_ES_BASE + index, base);
	vmwrite(GUEST_ES_LIMIT + index, limit);
	vmwrite(GUEST_ES_AR_BYTES + index, access_rights);
}

/* The timer counts every 2^n-th TSC tick (SDM 3D, A.6). */
void vmx_set_preemption_timer(u64 tsc)
{
	u64 misc;

	if (!vmx_capability.preemption_timer)
		return;
	rdmsrl(MSR_IA32_VMX_MISC, misc);
	vmwrite(VMX_PREEMPTION_TIMER_VALUE, max_t(u64, tsc >> (misc & 31), 1));
}

#define AR_CODE_64 0xa09b /* present, ring 0, code, accessed, L, G */
#define AR_DATA 0xc093 /* present, ring 0, writable data, accessed, B, G */
#define AR_TSS_BUSY 0x008b
#define AR_UNUSABLE 0x10000

void vmx_program_start(struct hv_vcpu *vcpu, const struct hvbench_start *start)
{
	vmwrite(PIN_BASED_VM_EXEC_CONTROL, vmx_capability.pin);
	vmwrite(VM_EXIT_CONTROLS, vmx_capability.exit);
	vmwrite(VM_ENTRY_CONTROLS, vmx_capability.entry);
	vcpu->perf_is_split = false;
	vmx_set_preemption_timer(vmx_capability.slice_tsc);
	/* The CPU adds what the longest of its own instructions takes. */
	if (vmx_capability.secondary & SECONDARY_EXEC_NOTIFY_VM_EXITING)
		vmwrite(NOTIFY_WINDOW, 0);
	if (vmx_capability.secondary & SECONDARY_EXEC_ENCLS_EXITING)
		vmwrite(ENCLS_EXITING_BITMAP, ~0ull);
	vmwrite(CR3_TARGET_COUNT, 0);
	vmwrite(VM_EXIT_MSR_STORE_COUNT, 0);
	vmwrite(VM_EXIT_MSR_LOAD_COUNT, 0);
	vmwrite(VM_ENTRY_MSR_LOAD_COUNT, 0);
	vmwrite(VM_ENTRY_INTR_INFO_FIELD, 0);
	if (vcpu->vpid)
		vmwrite(VIRTUAL_PROCESSOR_ID, vcpu->vpid);

	vmwrite(VMCS_LINK_POINTER, ~0ull);
	vmwrite(GUEST_IA32_DEBUGCTL, 0);
	vmwrite(GUEST_DR7, 0x400);
	vmwrite(GUEST_ACTIVITY_STATE, 0);
	vmwrite(GUEST_INTERRUPTIBILITY_INFO, 0);
	vmwrite(GUEST_PENDING_DBG_EXCEPTIONS, 0);
	vmwrite(GUEST_SYSENTER_CS, 0);
	vmwrite(GUEST_SYSENTER_ESP, 0);
	vmwrite(GUEST_SYSENTER_EIP, 0);
	program_segment(GUEST_CS_SELECTOR, 0x08, 0, ~0u, AR_CODE_64);
	program_segment(GUEST_DS_SELECTOR, 0x10, 0, ~0u, AR_DATA);
	program_segment(GUEST_ES_SELECTOR, 0x10, 0, ~0u, AR_DATA);
	program_segment(GUEST_SS_SELECTOR, 0x10, 0, ~0u, AR_DATA);
	program_segment(GUEST_FS_SELECTOR, 0x10, 0, ~0u, AR_DATA);
	program_segment(GUEST_GS_SELECTOR, 0x10, 0, ~0u, AR_DATA);
	program_segment(GUEST_LDTR_SELECTOR, 0, 0, 0, AR_UNUSABLE);
	program_segment(GUEST_TR_SELECTOR, 0, 0, 0x67, AR_TSS_BUSY);
	vmwrite(GUEST_GDTR_BASE, 0);
	vmwrite(GUEST_GDTR_LIMIT, 0);
	vmwrite(GUEST_IDTR_BASE, 0);
	vmwrite(GUEST_IDTR_LIMIT, 0);
	vmwrite(GUEST_RSP, 0);
	vmwrite(GUEST_RIP, start->rip);
	vmwrite(GUEST_RFLAGS, X86_EFLAGS_FIXED);
	vcpu->mmu.controls.changed = true;
}

static void deliver_event(struct hv_vcpu *vcpu)
{
	const struct hv_event *event = &vcpu->event;

	vmwrite(VM_ENTRY_INTR_INFO_FIELD, event->info);
	if (event->info & INTR_INFO_DELIVER_CODE_MASK)
		vmwrite(VM_ENTRY_EXCEPTION_ERROR_CODE, event->error_code);
	/* Only software interrupts and exceptions look at it. */
	vmwrite(VM_ENTRY_INSTRUCTION_LEN, event->instruction_bytes);
	vcpu->event.info = 0;
}

static noinline void trace_enter(const struct hv_vcpu *vcpu)
{
	trace_entry(vmread(GUEST_RIP), vcpu->event.info);
}

bool vmx_enter(struct hv_vcpu *vcpu)
{
	struct hv_mmu *mmu = &vcpu->mmu;
	int failed;

	if (mmu->controls.changed)
		vmx_apply_controls(vcpu);
	else if (mmu->controls.root_changed)
		vmx_apply_root(vcpu);
	if (trace_entry_enabled())
		trace_enter(vcpu);
	if (vcpu->event.info)
		deliver_event(vcpu);
	if (vcpu->cr2 != read_cr2())
		write_cr2(vcpu->cr2);
	hv_vcpu_account(vcpu);
	failed = vmx_enter_guest(vcpu->gpr, vcpu->entry);
	vcpu->exit_tsc = rdtsc();
	vcpu->cr2 = read_cr2();
	if (unlikely(failed)) {
		vcpu->entered = false;
		vcpu->control->run.entry_error = vmread(VM_INSTRUCTION_ERROR);
		return false;
	}
	vcpu->entered = true;
	vcpu->exit_owner = HV_EXIT_GUEST;
	vcpu->exit_reason = vmread(VM_EXIT_REASON);
	return true;
}

void vmx_describe(struct hv_vcpu *vcpu, struct hvbench_run *run)
{
	vmx_read_paging(vcpu);
	run->exit_reason = vcpu->exit_reason;
	run->exit_qualification = vmread(EXIT_QUALIFICATION);
	run->rip = vmread(GUEST_RIP);
	run->rsp = vmread(GUEST_RSP);
	run->rflags = vmread(GUEST_RFLAGS);
	run->cr0 = vcpu->mmu.paging.cr0;
	run->cr2 = vcpu->cr2;
	run->cr3 = vcpu->mmu.paging.cr3;
	run->cr4 = vcpu->mmu.paging.cr4;
}
