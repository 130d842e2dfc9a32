// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's control registers and MSRs: what is offered, what a bad value
 * costs (#GP as the manual says: SDM 2B, MOV to control registers; 2C, WRMSR).
 */
#include <asm/msr.h>
#include <asm/trapnr.h>
#include <asm/vmx.h>

#include "../compat.h"
#include "capability.h"
#include "insn.h"
#include "vmx.h"

#define CR0_KNOWN                                                                             \
	(HV_CR0_PE | HV_CR0_MP | BIT_ULL(2) | HV_CR0_TS | HV_CR0_ET | HV_CR0_NE | HV_CR0_WP | \
	 HV_CR0_AM | HV_CR0_NW | HV_CR0_CD | HV_CR0_PG)
/* SDM 2B, MOV to control registers: with CR4.PCIDE, "do not flush"; never read back. */
#define CR3_NO_FLUSH BIT_ULL(63)
#define CR3_PCID 0xfffull
#define EFER_OFFERED (HV_EFER_LME | HV_EFER_LMA | HV_EFER_NXE)

static enum hv_next inject_gp(struct hv_vcpu *vcpu)
{
	return vmx_inject_exception(vcpu, X86_TRAP_GP, 0);
}

u64 vmx_read_gpr(struct hv_vcpu *vcpu, u8 number)
{
	return number == HV_RSP ? vmread(GUEST_RSP) : vcpu->gpr[number];
}

static void write_gpr(struct hv_vcpu *vcpu, u8 number, u64 value)
{
	if (number == HV_RSP)
		vmwrite(GUEST_RSP, value);
	else
		vcpu->gpr[number] = value;
}

static enum hv_next load_paging(struct hv_vcpu *vcpu, const struct hv_paging *wanted,
				enum hv_paging_register which)
{
	bool done = false;
	enum hv_next next = hv_event_set_paging(vcpu, wanted, which, &done);

	if (done)
		vmx_skip_instruction(vcpu);
	return next;
}

static enum hv_next set_cr0(struct hv_vcpu *vcpu, u64 value)
{
	struct hv_paging wanted = vcpu->mmu.paging;

	if (value >> 32 || ((value & HV_CR0_PG) && !(value & HV_CR0_PE)) ||
	    ((value & HV_CR0_NW) && !(value & HV_CR0_CD)))
		return inject_gp(vcpu);
	/* A 64-bit code segment can't leave paging: #GP (SDM 3A, 4.1.1). */
	if (!(value & HV_CR0_PG))
		return inject_gp(vcpu);
	wanted.cr0 = (value & CR0_KNOWN) | HV_CR0_ET;
	return load_paging(vcpu, &wanted, HV_LOAD_CR0);
}

static enum hv_next set_cr3(struct hv_vcpu *vcpu, u64 value)
{
	struct hv_paging wanted = vcpu->mmu.paging;
	enum hv_paging_register which = HV_LOAD_CR3;

	if (wanted.cr4 & HV_CR4_PCIDE && value & CR3_NO_FLUSH) {
		value &= ~CR3_NO_FLUSH;
		which = HV_LOAD_CR3_KEEP;
	}
	if (value >> vmx_capability.physical_address_bits)
		return inject_gp(vcpu);
	wanted.cr3 = value;
	return load_paging(vcpu, &wanted, which);
}

/* LA57 can't change in 64-bit mode, PAE can't be cleared (SDM 3A, 4.1.2). */
static enum hv_next set_cr4(struct hv_vcpu *vcpu, u64 value)
{
	struct hv_paging wanted = vcpu->mmu.paging;
	u64 changed = value ^ wanted.cr4;

	if (value & ~vmx_capability.cr4_offered || changed & (HV_CR4_PAE | HV_CR4_LA57))
		return inject_gp(vcpu);
	if (changed & value & HV_CR4_PCIDE && wanted.cr3 & CR3_PCID)
		return inject_gp(vcpu);
	wanted.cr4 = value;
	return load_paging(vcpu, &wanted, HV_LOAD_CR4);
}

enum hv_next vmx_exit_cr_access(struct hv_vcpu *vcpu)
{
	u64 qualification = vmread(EXIT_QUALIFICATION);
	u8 cr = qualification & 15, gpr = (qualification >> 8) & 15;
	struct hv_paging *paging = &vcpu->mmu.paging;

	/* CR3 exits only where none of it is the guest's own: the hot path. */
	if (likely(cr == 3 && !(qualification >> 4 & 3)))
		return set_cr3(vcpu, vmx_read_gpr(vcpu, gpr));
	vmx_read_paging(vcpu);
	switch ((qualification >> 4) & 3) {
	case 0: /* MOV to CR */
		if (cr == 0)
			return set_cr0(vcpu, vmx_read_gpr(vcpu, gpr));
		if (cr == 4)
			return set_cr4(vcpu, vmx_read_gpr(vcpu, gpr));
		break;
	case 1: /* MOV from CR; CR0 and CR4 come from their read shadows */
		if (cr != 3)
			break;
		write_gpr(vcpu, gpr, paging->cr3);
		vmx_skip_instruction(vcpu);
		return HV_NEXT_ENTER;
	case 2: /* CLTS */
		return set_cr0(vcpu, paging->cr0 & ~HV_CR0_TS);
	case 3: /* LMSW: the low four bits, but PE can't be cleared */
		return set_cr0(vcpu, (paging->cr0 & ~(HV_CR0_MP | BIT_ULL(2) | HV_CR0_TS)) |
					     ((qualification >> 16) & 15));
	}
	return hv_vcpu_end(vcpu, HVBENCH_END_BAD_INSTRUCTION); /* CR8 */
}

enum hv_next vmx_exit_msr_read(struct hv_vcpu *vcpu)
{
	u64 value;

	switch ((u32)vcpu->gpr[HV_RCX]) {
	case MSR_EFER:
		value = vcpu->mmu.paging.efer;
		break;
	case MSR_FS_BASE:
		value = vmread(GUEST_FS_BASE);
		break;
	case MSR_GS_BASE:
		value = vmread(GUEST_GS_BASE);
		break;
	case MSR_KERNEL_GS_BASE: /* the guest's is loaded, SWAPGS does not exit */
		rdmsrl(MSR_KERNEL_GS_BASE, value);
		break;
	default:
		return inject_gp(vcpu);
	}
	vcpu->gpr[HV_RAX] = (u32)value;
	vcpu->gpr[HV_RDX] = value >> 32;
	vmx_skip_instruction(vcpu);
	return HV_NEXT_ENTER;
}

enum hv_next vmx_exit_msr_write(struct hv_vcpu *vcpu)
{
	u64 value = (u32)vcpu->gpr[HV_RAX] | vcpu->gpr[HV_RDX] << 32;
	struct hv_paging wanted;

	switch ((u32)vcpu->gpr[HV_RCX]) {
	case MSR_EFER:
		vmx_read_paging(vcpu);
		wanted = vcpu->mmu.paging;
		/* LMA is read-only; LME can't change while paging is on. */
		if (value & ~EFER_OFFERED || !(value & HV_EFER_LME))
			return inject_gp(vcpu);
		wanted.efer = value | HV_EFER_LMA;
		return load_paging(vcpu, &wanted, HV_LOAD_EFER);
	case MSR_FS_BASE:
		if (!hv_is_canonical(&vcpu->mmu, value))
			return inject_gp(vcpu);
		vmwrite(GUEST_FS_BASE, value);
		break;
	case MSR_GS_BASE:
		if (!hv_is_canonical(&vcpu->mmu, value))
			return inject_gp(vcpu);
		vmwrite(GUEST_GS_BASE, value);
		break;
	case MSR_KERNEL_GS_BASE:
		if (!hv_is_canonical(&vcpu->mmu, value))
			return inject_gp(vcpu);
		wrmsrl(MSR_KERNEL_GS_BASE, value);
		break;
	default:
		return inject_gp(vcpu);
	}
	vmx_skip_instruction(vcpu);
	return HV_NEXT_ENTER;
}
