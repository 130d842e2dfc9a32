// SPDX-License-Identifier: GPL-2.0
/*
 * What a walk costs once the caches for tables are warm: each case gives the references of
 * a walk and where they come from.
 */
#include "check.h"
#include "machine.h"

#define GVA (3 * SIZE_512G)
#define GPA (2 * SIZE_1G)

/* Round after round over pages at a stride, in guest-virtual and guest-physical memory. */
struct round {
	struct machine m;
	unsigned int pages;
	uint64_t gva_stride, gpa_stride;
	uint64_t before[NR_MODEL_COUNTS];
};

static void load_round(struct round *r)
{
	for (unsigned int i = 0; i < r->pages; i++)
		machine_load(&r->m, GVA + i * r->gva_stride);
}

static uint64_t counted(struct round *r, enum model_count count)
{
	return machine_count(&r->m, MODEL_GUEST, count) - r->before[count];
}

static uint64_t references(struct round *r)
{
	uint64_t sum = 0;

	for (unsigned int count = MODEL_CNT_ref_guest_1; count <= MODEL_CNT_ref_ept_5; count++)
		sum += counted(r, count);
	return sum;
}

/* Warm, and at the start of a round whose accesses all walk. */
static void open_round(struct round *r, const struct model_cpu *cpu, bool ept)
{
	machine_open(&r->m, cpu, ept, false);
	for (unsigned int i = 0; i < r->pages; i++) {
		machine_map(&r->m, GVA + i * r->gva_stride, GPA + i * r->gpa_stride, MODEL_PAGE_4K,
			    0);
		if (ept)
			machine_map_ept(&r->m, GPA + i * r->gpa_stride,
					8 * SIZE_1G + i * r->gpa_stride, MODEL_PAGE_4K, 0);
	}
	machine_in_guest(&r->m);
	load_round(r);
	load_round(r);
	for (unsigned int count = 0; count < NR_MODEL_COUNTS; count++)
		r->before[count] = machine_count(&r->m, MODEL_GUEST, count);
	load_round(r);
	check_number(counted(r, MODEL_CNT_walk_load), r->pages, "every access of the round walks");
}

void test_walk_warm(void)
{
	struct round r;

	check_group("warm walks, 256 pages in a row");
	r = (struct round){ .pages = 256, .gva_stride = SIZE_4K, .gpa_stride = SIZE_4K };
	open_round(&r, cpu_full(), true);
	check_number(references(&r), 2 * 256, "a guest's PTE and an EPT PTE each");
	check_number(counted(&r, MODEL_CNT_psc_hit_2), 256, "the guest's PDE is cached");
	check_number(counted(&r, MODEL_CNT_ept_psc_hit_2), 256, "so is EPT's");
	check_number(counted(&r, MODEL_CNT_nested_tlb_miss), 256,
		     "the nested TLB helps with no page of the data");
	machine_close(&r.m);
	open_round(&r, cpu_full(), false);
	check_number(references(&r), 256, "without EPT one reference each");
	machine_close(&r.m);

	check_group("warm walks, a page in each of 64 areas of 2M");
	r = (struct round){ .pages = 64, .gva_stride = SIZE_2M, .gpa_stride = SIZE_4K };
	open_round(&r, cpu_full(), false);
	check_number(references(&r), 2 * 64, "without EPT a PDE more: 32 are cached");
	check_number(counted(&r, MODEL_CNT_psc_hit_3), 64, "the PDPTE is cached");
	machine_close(&r.m);
	open_round(&r, cpu_full(), true);
	check_number(counted(&r, MODEL_CNT_ref_guest_2), 64, "under EPT a PDE more too");
	check_number(counted(&r, MODEL_CNT_ref_ept_1), 2 * 64,
		     "and an EPT PTE for the guest's page table, which the nested TLB lost");
	check_number(references(&r), 4 * 64, "four references each");
	machine_close(&r.m);

	check_group("warm walks, the same with the data's pages 2M apart");
	r = (struct round){ .pages = 64, .gva_stride = SIZE_2M, .gpa_stride = SIZE_2M };
	open_round(&r, cpu_full(), true);
	check_number(counted(&r, MODEL_CNT_ref_ept_2), 64, "an EPT PDE more for the data");
	check_number(references(&r), 5 * 64, "five references each");
	machine_close(&r.m);
}
