// SPDX-License-Identifier: GPL-2.0
/*
 * From the backend's controls and the guest's paging registers to VMCS
 * fields, and back. Only here does the rest of hv/vmx/ learn which MMU runs.
 */
#include <asm/trapnr.h>
#include <asm/vmx.h>

#include "capability.h"
#include "insn.h"
#include "vmx.h"

/* Bits of CR0 that a guest may choose; the others stay as here. */
#define CR0_CHOICE (HV_CR0_WP | HV_CR0_AM | HV_CR0_MP)
/* TS: an FPU instruction is #NM, so the host's FPU state is out of reach. */
#define CR0_ALWAYS (HV_CR0_PE | HV_CR0_ET | HV_CR0_NE | HV_CR0_PG | HV_CR0_TS)

/*
 * Exceptions that must exit whatever the backend says: #DB and #AC, whose
 * delivery can raise them again for ever with no interrupt window between,
 * and #MC, which is the host's.
 */
#define EXCEPTIONS_ALWAYS (BIT(1) | BIT(17) | BIT(18))

/*
 * CR4 as the CPU has it while the guest runs. MCE is the host's: with 0 a machine
 * check shuts the CPU down instead of causing a VM exit (SDM 3A, 6.15, interrupt 18).
 */
static u64 cr4_on_cpu(const struct hv_vcpu *vcpu)
{
	const struct hv_controls *controls = &vcpu->mmu.controls;

	return (vcpu->mmu.paging.cr4 & controls->cr4_pass) | controls->cr4_force | HV_CR4_PAE |
	       vmx_capability.cr4_fixed0 | (vcpu->host_fields.cr4 & HV_CR4_MCE);
}

/* A bit that is not offered exits, to be #GP, also where the CPU itself would take it. */
static u64 cr4_owned(const struct hv_controls *controls)
{
	return controls->cr4_guest_owned & vmx_capability.cr4_offered;
}

/*
 * The CPU may execute the guest's INVPCID where its PCIDs are the guest's, and
 * where it exits. Otherwise it is left off and #UD: see invpcid.c.
 */
static bool invpcid_is_ours(const struct hv_controls *controls, u64 cr4, u64 guest_cr4)
{
	return !controls->trap_invlpg && (cr4 ^ guest_cr4) & HV_CR4_PCIDE;
}

/* #PF by error code: exits are those where code & MASK == MATCH (SDM 3C, 26.2). */
static void apply_exceptions(const struct hv_controls *controls, u32 more)
{
	u32 present = controls->filter_not_present ? HV_PF_PRESENT : 0;

	vmwrite(EXCEPTION_BITMAP, controls->exception_bitmap | EXCEPTIONS_ALWAYS | more);
	vmwrite(PAGE_FAULT_ERROR_CODE_MASK, present);
	vmwrite(PAGE_FAULT_ERROR_CODE_MATCH, present);
}

static void apply_cr3(const struct hv_controls *controls, const struct hv_paging *paging)
{
	u64 pcid = controls->cr4_force & HV_CR4_PCIDE ? controls->pcid : 0;

	if (controls->nested)
		vmwrite(GUEST_CR3, paging->cr3);
	else
		vmwrite(GUEST_CR3, controls->root_hpa | pcid);
}

void vmx_apply_controls(struct hv_vcpu *vcpu)
{
	struct hv_mmu *mmu = &vcpu->mmu;
	struct hv_controls *controls = &mmu->controls;
	const struct hv_paging *paging = &mmu->paging;
	u32 primary = vmx_capability.primary;
	u32 secondary = vmx_capability.secondary;
	u32 exceptions = 0;
	u64 cr4;

	/* What the guest owns must not be set back to what it once was. */
	if (!vcpu->paging_loaded)
		vmx_read_paging(vcpu);
	vcpu->paging_loaded = false;
	cr4 = cr4_on_cpu(vcpu);
	/* The TRUE controls let these three be 0. */
	primary &= ~(CPU_BASED_INVLPG_EXITING | CPU_BASED_CR3_LOAD_EXITING |
		     CPU_BASED_CR3_STORE_EXITING);
	if (controls->trap_invlpg)
		primary |= CPU_BASED_INVLPG_EXITING;
	if (controls->trap_cr3)
		primary |= CPU_BASED_CR3_LOAD_EXITING | CPU_BASED_CR3_STORE_EXITING;
	if (controls->nested)
		secondary |= SECONDARY_EXEC_ENABLE_EPT;
	if (controls->pml)
		secondary |= SECONDARY_EXEC_ENABLE_PML;
	if (vcpu->vpid)
		secondary |= SECONDARY_EXEC_ENABLE_VPID;
	if (unlikely(invpcid_is_ours(controls, cr4, paging->cr4)))
		exceptions |= BIT(X86_TRAP_UD);
	else if (vmx_capability.invpcid)
		secondary |= SECONDARY_EXEC_ENABLE_INVPCID;
	vmwrite(CPU_BASED_VM_EXEC_CONTROL, primary);
	vmwrite(SECONDARY_VM_EXEC_CONTROL, secondary);
	apply_exceptions(controls, exceptions);

	vmwrite(CR0_GUEST_HOST_MASK, ~controls->cr0_guest_owned);
	vmwrite(CR0_READ_SHADOW, paging->cr0);
	vmwrite(GUEST_CR0, (paging->cr0 & CR0_CHOICE) | CR0_ALWAYS | controls->cr0_force);
	vmwrite(CR4_GUEST_HOST_MASK, ~cr4_owned(controls));
	vmwrite(CR4_READ_SHADOW, paging->cr4);
	vmwrite(GUEST_CR4, cr4);
	vmwrite(GUEST_IA32_EFER, paging->efer | controls->efer_force);
	if (controls->nested)
		vmwrite(EPT_POINTER, vmx_eptp(controls));
	apply_cr3(controls, paging);
	controls->changed = false;
	controls->root_changed = false;
}

void vmx_apply_root(struct hv_vcpu *vcpu)
{
	struct hv_controls *controls = &vcpu->mmu.controls;

	apply_cr3(controls, &vcpu->mmu.paging);
	controls->root_changed = false;
}

void vmx_read_paging(struct hv_vcpu *vcpu)
{
	struct hv_mmu *mmu = &vcpu->mmu;
	u64 owned0 = mmu->controls.cr0_guest_owned;
	u64 owned4 = cr4_owned(&mmu->controls);

	mmu->paging.cr0 = (mmu->paging.cr0 & ~owned0) | (vmread(GUEST_CR0) & owned0);
	mmu->paging.cr4 = (mmu->paging.cr4 & ~owned4) | (vmread(GUEST_CR4) & owned4);
	if (!mmu->controls.trap_cr3)
		mmu->paging.cr3 = vmread(GUEST_CR3);
}
