// SPDX-License-Identifier: GPL-2.0
/*
 * hv/vmx/controls.c: the CR4 that the CPU has while the guest runs, and what the
 * guest sees of it.
 */
#include "report.h"
#include "vmx/capability.h"
#include "vmx/insn.h"
#include "vmx/vmx.h"

#define SHADOW (HV_CR4_PAE | HV_CR4_PGE)

static struct hv_vcpu vcpu;

/* A guest under EPT whose CR4 is SHADOW and that owns PGE, on a host with this CR4. */
static void apply(u64 host_cr4)
{
	memset(&vcpu, 0, sizeof(vcpu));
	memset(vmx_process.field, 0, sizeof(vmx_process.field));
	vmx_capability.cr4_offered = SHADOW;
	vcpu.host_fields.cr4 = host_cr4;
	vcpu.mmu.paging.cr4 = SHADOW;
	vcpu.paging_loaded = true;
	vcpu.mmu.controls = (struct hv_controls){
		.nested = true,
		.root_hpa = 0x1000,
		.cr4_guest_owned = HV_CR4_PGE | HV_CR4_PCIDE,
		.cr4_pass = HV_CR4_PGE | HV_CR4_SMEP,
	};
	vmx_apply_controls(&vcpu);
}

void test_vmx_controls(void)
{
	report_prefix("controls");
	apply(HV_CR4_MCE | HV_CR4_SMEP | HV_CR4_PCIDE);
	report_equal(vmread(GUEST_CR4), SHADOW | HV_CR4_MCE,
		     "the CPU's CR4 is the guest's with MCE of the host and no other bit of it");
	report_equal(vmread(CR4_READ_SHADOW), SHADOW, "the guest reads MCE as 0");
	report(vmread(CR4_GUEST_HOST_MASK) & HV_CR4_MCE, "and can't clear it");
	report(!(vmread(CR4_GUEST_HOST_MASK) & HV_CR4_PGE), "a bit of the guest's does not exit");
	report(vmread(CR4_GUEST_HOST_MASK) & HV_CR4_PCIDE, "one that is not offered does");

	/* The guest clears what it owns; the rest of CR4 is not what it sees. */
	vmwrite(GUEST_CR4, vmread(GUEST_CR4) & ~HV_CR4_PGE);
	vmx_read_paging(&vcpu);
	report_equal(vcpu.mmu.paging.cr4, HV_CR4_PAE, "nor does MCE come back with what it owns");
	vcpu.mmu.controls.changed = true;
	vmx_apply_controls(&vcpu);
	report_equal(vmread(GUEST_CR4), HV_CR4_PAE | HV_CR4_MCE, "the next controls keep it");

	apply(HV_CR4_PGE);
	report_equal(vmread(GUEST_CR4), SHADOW, "where the host has no MCE the CPU has none");
	report(vmread(EXCEPTION_BITMAP) & BIT(18), "a machine check exits");
}
