// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's instruction: what a decoder must know of the CPU, and what its
 * end does beside moving RIP. Called by exit handlers and by event.c.
 */
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/vmx.h>

#include "insn.h"
#include "vmx.h"

#define AR_LONG_MODE BIT(13) /* CS.L */
#define AR_DPL(rights) ((rights) >> 5 & 3)

u32 vmx_cpl(void)
{
	/* SS.DPL is the CPL, always (SDM 3C, 25.4.1). */
	return AR_DPL(vmread(GUEST_SS_AR_BYTES));
}

bool vmx_in_64bit_mode(void)
{
	return vmread(GUEST_CS_AR_BYTES) & AR_LONG_MODE;
}

/* One instruction is over: so is what STI or MOV SS held off. */
static __always_inline void end_blocking(void)
{
	u32 blocking = vmread(GUEST_INTERRUPTIBILITY_INFO);

	if (unlikely(blocking & (GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS)))
		vmwrite(GUEST_INTERRUPTIBILITY_INFO,
			blocking & ~(GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS));
}

static __always_inline void skip(u32 bytes)
{
	vmwrite(GUEST_RIP, vmread(GUEST_RIP) + bytes);
	end_blocking();
	if (unlikely(vmread(GUEST_RFLAGS) & X86_EFLAGS_TF))
		vmwrite(GUEST_PENDING_DBG_EXCEPTIONS,
			vmread(GUEST_PENDING_DBG_EXCEPTIONS) | DR_STEP);
}

void vmx_skip_instruction(struct hv_vcpu *vcpu)
{
	skip(vmread(VM_EXIT_INSTRUCTION_LEN));
}

void vmx_skip_bytes(struct hv_vcpu *vcpu, u32 bytes)
{
	skip(bytes);
}

/* entry.S keeps something of its own in the slot of RSP: it is swapped. */
bool vmx_view_begin(struct hv_vcpu *vcpu, struct hv_cpu_view *view)
{
	/* An event whose delivery was under way: no instruction made that access. */
	if (unlikely(vcpu->event.info || !vmx_in_64bit_mode()))
		return false;
	view->rip = vmread(GUEST_RIP);
	/*
	 * Where an address's sign changes, RIP may leave what is canonical; at
	 * some other places that look alike it doesn't, but the CPU can do those.
	 */
	if (unlikely((view->rip ^ (view->rip + 15)) >> 47))
		return false;
	view->rflags = vmread(GUEST_RFLAGS);
	view->cpl = vmx_cpl();
	view->fs_base = vmread(GUEST_FS_BASE);
	view->gs_base = vmread(GUEST_GS_BASE);
	view->gpr = vcpu->gpr;
	vcpu->entry_slot = vcpu->gpr[HV_RSP];
	vcpu->gpr[HV_RSP] = vcpu->view_rsp = vmread(GUEST_RSP);
	return true;
}

void vmx_view_end(struct hv_vcpu *vcpu, const struct hv_cpu_view *view, bool executed)
{
	if (executed) {
		vmwrite(GUEST_RIP, view->rip);
		vmwrite(GUEST_RFLAGS, view->rflags);
		if (unlikely(vcpu->gpr[HV_RSP] != vcpu->view_rsp))
			vmwrite(GUEST_RSP, vcpu->gpr[HV_RSP]);
		end_blocking();
	}
	vcpu->gpr[HV_RSP] = vcpu->entry_slot;
}
