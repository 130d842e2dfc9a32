// SPDX-License-Identifier: GPL-2.0
/*
 * The page-modification log: a page into which the CPU writes the address of
 * every frame whose dirty bit in the EPT it sets (SDM 3C, 29.3.6). What it holds
 * goes into mmu.dirty when it is full, and when somebody looks (hv/dirty.c).
 */
#include <linux/gfp.h>
#include <asm/vmx.h>

#include "host_memory.h"
#include "insn.h"
#include "vmx.h"

/* The CPU fills it from the last entry down; the index is of the next one. */
#define PML_LAST_INDEX 511

int vmx_pml_alloc(struct hv_vcpu *vcpu)
{
	if (vcpu->mmu.knob[HVBENCH_KNOB_LOG] != HVBENCH_LOG_PML)
		return 0;
	vcpu->pml = hv_zalloc_page();
	return vcpu->pml ? 0 : -ENOMEM;
}

void vmx_pml_free(struct hv_vcpu *vcpu)
{
	free_page((unsigned long)vcpu->pml);
	vcpu->pml = NULL;
}

void vmx_pml_reset(struct hv_vcpu *vcpu)
{
	if (!vcpu->pml)
		return;
	vmwrite(PML_ADDRESS, hv_pa(vcpu->pml));
	vmwrite(GUEST_PML_INDEX, PML_LAST_INDEX);
}

void vmx_pml_drain(struct hv_vcpu *vcpu)
{
	struct hv_mmu *mmu = &vcpu->mmu;
	u32 i;

	if (!vcpu->pml)
		return;
	/* Full, it stands at 0xffff; any value beyond the page means the same. */
	i = (u16)(vmread(GUEST_PML_INDEX) + 1);
	for (; i <= PML_LAST_INDEX; i++) {
		/* Bochs 2.7 leaves the offset in the page in the address. */
		u64 gfn = vcpu->pml[i] >> HV_PAGE_SHIFT;

		if (!WARN_ONCE(gfn >= mmu->memory->nr_frames, "hvbench: PML of frame %#llx\n", gfn))
			hv_dirty_note(mmu->dirty.written, gfn);
	}
	vmwrite(GUEST_PML_INDEX, PML_LAST_INDEX);
}

/* The access that found it full did nothing yet and comes again. */
enum hv_next vmx_exit_pml_full(struct hv_vcpu *vcpu)
{
	vmx_recover_event(vcpu);
	vmx_pml_drain(vcpu);
	return HV_NEXT_ENTER;
}
