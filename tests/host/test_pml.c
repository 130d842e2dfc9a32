// SPDX-License-Identifier: GPL-2.0
/* hv/vmx/pml.c: what the CPU logged, from the last entry of the page down, is noted once. */
#include "fake_vcpu.h"

#define ENTRIES 512

static u64 written[1024 / 64];

/* A log into which the CPU wrote so many frames, from the first of these on. */
static void log_frames(const u64 *gfn, u32 nr)
{
	u32 i;

	memset(written, 0, sizeof(written));
	for (i = 0; i < ENTRIES; i++)
		fake.vcpu.pml[i] = 0x3ffull << HV_PAGE_SHIFT;
	for (i = 0; i < nr; i++)
		fake.vcpu.pml[ENTRIES - 1 - i] = gfn[i] << HV_PAGE_SHIFT;
	vmwrite(GUEST_PML_INDEX, (u16)(ENTRIES - 1 - nr));
}

static u32 noted(void)
{
	u32 i, sum = 0;

	for (i = 0; i < ARRAY_SIZE(written); i++)
		sum += hweight64(written[i]);
	return sum;
}

static void test_alloc(void)
{
	fake_open();
	report(!vmx_pml_alloc(&fake.vcpu) && !fake.vcpu.pml, "no page without log=pml");
	vmx_pml_reset(&fake.vcpu);
	vmx_pml_drain(&fake.vcpu);
	report(!vmread(PML_ADDRESS) && !vmread(GUEST_PML_INDEX), "and nothing is programmed");
	fake.knob[HVBENCH_KNOB_LOG] = HVBENCH_LOG_PML;
	report(!vmx_pml_alloc(&fake.vcpu) && fake.vcpu.pml, "a page with it");
	vmx_pml_reset(&fake.vcpu);
	report(vmread(PML_ADDRESS) == hv_pa(fake.vcpu.pml) &&
	       vmread(GUEST_PML_INDEX) == ENTRIES - 1, "it is empty after a reset");
	vmx_pml_free(&fake.vcpu);
	report(!fake.vcpu.pml, "it is given back");
	fake_close();
}

static void test_drain(void)
{
	static u64 all[ENTRIES];
	u64 some[] = { 5, 64, 5 };
	u32 i;

	fake_open();
	fake.knob[HVBENCH_KNOB_LOG] = HVBENCH_LOG_PML;
	vmx_pml_alloc(&fake.vcpu);
	fake.vcpu.mmu.dirty = (struct hv_dirty){ .written = written, .words = ARRAY_SIZE(written) };
	log_frames(NULL, 0);
	vmx_pml_drain(&fake.vcpu);
	report(!noted(), "an empty log notes nothing");
	log_frames(some, 3);
	/* Bochs 2.7 leaves the offset in the page. */
	fake.vcpu.pml[ENTRIES - 1] |= 0x123;
	vmx_pml_drain(&fake.vcpu);
	report(noted() == 2 && hv_dirty_is(written, 5) && hv_dirty_is(written, 64),
	       "what the CPU logged is noted, and no entry beyond");
	report_equal(vmread(GUEST_PML_INDEX), ENTRIES - 1, "the log is empty then");
	for (i = 0; i < ENTRIES; i++)
		all[i] = i;
	log_frames(all, ENTRIES);
	report_equal(vmread(GUEST_PML_INDEX), 0xffff, "a full log stands below its first entry");
	vmwrite(IDT_VECTORING_INFO_FIELD, INTR_INFO_VALID_MASK | INTR_TYPE_HARD_EXCEPTION | 3);
	report(vmx_exit_pml_full(&fake.vcpu) == HV_NEXT_ENTER && noted() == ENTRIES,
	       "all of it is noted when it is full");
	report(fake.vcpu.event.info & INTR_INFO_VALID_MASK, "the event that met it comes again");
	some[0] = fake.memory.nr_frames;
	log_frames(some, 2);
	fprintf(stderr, "# a warning that belongs to the test follows\n");
	vmx_pml_drain(&fake.vcpu);
	report(shim_warnings == 1 && noted() == 1 && hv_dirty_is(written, 64),
	       "a frame outside memory is warned of and left out");
	shim_warnings = 0;
	vmx_pml_free(&fake.vcpu);
	fake_close();
}

void test_vmx_pml(void)
{
	report_prefix("pml");
	test_alloc();
	test_drain();
}
