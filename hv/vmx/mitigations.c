// SPDX-License-Identifier: GPL-2.0
/*
 * What keeps a guest from reading the host through the CPU's buffers and
 * predictors, as the host's own settings have it for KVM: L1D flush (L1TF), VERW
 * (MDS, TAA, RFDS), IBPB (Spectre v2, VMSCAPE) and IBRS. The knob mitigations=off leaves them out. Which
 * of them this CPU needs is read once at load; a vCPU has its own choice of them,
 * so that one that needs none takes the short way in entry.S.
 *
 * Not here: the refill of the return stack buffer and the clearing of the branch
 * history at VM exit (entry.S), which the kernel's alternatives switch on and no
 * knob switches off.
 */
#include <linux/cpu.h>
#include <linux/gfp.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/nospec-branch.h>
#include <asm/vmx.h>

#include "../compat.h"
#include "mitigations.h"
#include "vmx.h"

/* The software flush reads that much: more than any L1D that has L1TF holds. */
#define FILL_ORDER 4
#define FILL_BYTES (PAGE_SIZE << FILL_ORDER)
#define CACHE_LINE 64

#define EACH_ENTRY (HVBENCH_MITIGATION_L1D_ALWAYS | HVBENCH_MITIGATION_VERW)

static u32 host_mitigations __ro_after_init;
static const u8 *fill_pages __ro_after_init;

u32 vmx_mitigations(void)
{
	return host_mitigations;
}

/*
 * Under EPT the guest writes page tables that the CPU walks, so that with L1TF an
 * entry that is not present reads the L1D at any physical address. KVM chooses the
 * way by the kernel's l1tf= unless kvm_intel was loaded with vmentry_l1d_flush=.
 */
static u32 __init choose_l1d_flush(void)
{
	u64 arch_capabilities = 0;

	if (!boot_cpu_has_bug(X86_BUG_L1TF))
		return 0;
	if (boot_cpu_has(X86_FEATURE_ARCH_CAPABILITIES))
		rdmsrl(MSR_IA32_ARCH_CAPABILITIES, arch_capabilities);
	/* A hypervisor below does it. */
	if (arch_capabilities & ARCH_CAP_SKIP_VMENTRY_L1DFLUSH)
		return 0;
	switch (hv_l1d_flush()) {
	case HV_L1D_FLUSH_NEVER:
		return 0;
	case HV_L1D_FLUSH_ALWAYS:
		return HVBENCH_MITIGATION_L1D_ALWAYS;
	default:
		return HVBENCH_MITIGATION_L1D_COND;
	}
}

static int __init allocate_fill_pages(void)
{
	u8 *pages = (u8 *)__get_free_pages(GFP_KERNEL, FILL_ORDER);
	u32 i;

	if (!pages)
		return -ENOMEM;
	/* Alike, they could be merged by a hypervisor below, and be one page of the L1D. */
	for (i = 0; i < 1 << FILL_ORDER; i++)
		memset(pages + i * PAGE_SIZE, i + 1, PAGE_SIZE);
	fill_pages = pages;
	return 0;
}

int __init vmx_mitigations_init(void)
{
	u32 l1d = choose_l1d_flush();

	if (l1d && !boot_cpu_has(X86_FEATURE_FLUSH_L1D) && allocate_fill_pages())
		return -ENOMEM;
	host_mitigations = l1d | (hv_clears_cpu_buffers() ? HVBENCH_MITIGATION_VERW : 0) |
			   (hv_uses_ibpb() ? HVBENCH_MITIGATION_IBPB : 0) |
			   (hv_uses_ibpb_before_user() ? HVBENCH_MITIGATION_IBPB_USER : 0) |
			   (boot_cpu_has(X86_FEATURE_KERNEL_IBRS) ? HVBENCH_MITIGATION_IBRS : 0);
	return 0;
}

void vmx_mitigations_exit(void)
{
	free_pages((unsigned long)fill_pages, FILL_ORDER);
}

void vmx_mitigations_choose(struct hv_vcpu *vcpu)
{
	u32 chosen = host_mitigations;

	if (vcpu->mmu.knob[HVBENCH_KNOB_MITIGATIONS] == HVBENCH_MITIGATIONS_OFF)
		chosen = 0;
	/* The tables that the CPU walks are ours: an entry that is not present is 0 or a marker. */
	if (vcpu->mmu.ops != &ept_mmu_ops)
		chosen &= ~(HVBENCH_MITIGATION_L1D_COND | HVBENCH_MITIGATION_L1D_ALWAYS);
	vcpu->mitigations = chosen;
}

/* Every line of the L1D is replaced, in the order that KVM's has: the TLB comes first. */
static void fill_l1d(void)
{
	u32 i;

	for (i = 0; i < FILL_BYTES; i += PAGE_SIZE)
		(void)READ_ONCE(fill_pages[i]);
	barrier_nospec();
	for (i = 0; i < FILL_BYTES; i += CACHE_LINE)
		(void)READ_ONCE(fill_pages[i]);
	barrier_nospec();
}

static void flush_l1d(struct hv_vcpu *vcpu)
{
	hv_count(&vcpu->mmu, l1d_flush);
	if (boot_cpu_has(X86_FEATURE_FLUSH_L1D))
		wrmsrl(MSR_IA32_FLUSH_CMD, L1D_FLUSH);
	else
		fill_l1d();
}

/*
 * Called by entry.S before an entry that is not plain, as late as C can be: what
 * follows touches only the guest's registers.
 */
void vmx_before_entry(u64 *gpr)
{
	struct hv_vcpu *vcpu = container_of(gpr, struct hv_vcpu, gpr[0]);
	u32 mitigations = vcpu->mitigations;
	u64 begin;

	if (vcpu->l1d_is_stale || mitigations & HVBENCH_MITIGATION_L1D_ALWAYS) {
		begin = rdtsc();
		flush_l1d(vcpu);
		hv_vcpu_account_more(vcpu, rdtsc() - begin);
	}
	vcpu->l1d_is_stale = false;
	/* For the next one: a VMLAUNCH that fails is this vCPU's last entry. */
	vcpu->vmcs.launched = true;
	vcpu->entry = mitigations & EACH_ENTRY ? VMX_ENTRY_GUARDED : VMX_ENTRY_PLAIN;
}

/*
 * Called by entry.S after VM exit where the kernel uses IBRS without the enhanced
 * kind: it protects only when it is written after the transition, whatever it was
 * (Intel, Speculative Execution Side Channel Mitigations, 2.4.1). The guest runs
 * with the host's value, since its WRMSR exits.
 */
noinstr void vmx_restore_ibrs(const u64 *gpr)
{
	const struct hv_vcpu *vcpu = container_of(gpr, struct hv_vcpu, gpr[0]);

	if (vcpu->mitigations & HVBENCH_MITIGATION_IBRS)
		native_wrmsrl(MSR_IA32_SPEC_CTRL, this_cpu_read(x86_spec_ctrl_current));
	barrier_nospec();
}

void vmx_mitigations_switch_in(struct hv_vcpu *vcpu, bool other_vmcs)
{
	/* Another VM may have trained the predictors; a task's are switch_mm()'s business. */
	if (unlikely(other_vmcs) && vcpu->mitigations & HVBENCH_MITIGATION_IBPB)
		wrmsrl(MSR_IA32_PRED_CMD, PRED_CMD_IBPB);
	/* The host ran on this CPU, and who knows with what data. */
	vcpu->l1d_is_stale = vcpu->mitigations & HVBENCH_MITIGATION_L1D_COND;
	if (!vcpu->vmcs.launched)
		vcpu->entry = VMX_ENTRY_LAUNCH;
	else if (vcpu->mitigations & EACH_ENTRY || vcpu->l1d_is_stale)
		vcpu->entry = VMX_ENTRY_GUARDED;
	else
		vcpu->entry = VMX_ENTRY_PLAIN;
}

void vmx_mitigations_switch_out(struct hv_vcpu *vcpu)
{
	if (vcpu->mitigations & HVBENCH_MITIGATION_IBPB_USER)
		hv_ibpb_before_user();
}
