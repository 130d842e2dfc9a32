// SPDX-License-Identifier: GPL-2.0
/*
 * Cold walks take just the references that the tables' levels make: (g + 1)(e + 1) - 1 of
 * g levels of the guest's and e of EPT's. Once on a CPU without caches for tables, and once
 * with all of them, over tables so far apart that no two share a cached entry.
 */
#include "check.h"
#include "machine.h"
#include "paging.h"

#define GVA 0x7f12345678000ull
#define DATA_GPA (100 * SIZE_512G)

static const struct cold {
	const char *what;
	bool five, native, ept;
	enum model_page guest_page, ept_page;
	unsigned int references;
} cold[] = {
	{ "4K in both", false, false, true, MODEL_PAGE_4K, MODEL_PAGE_4K, 24 },
	{ "4K in the guest, 2M in EPT", false, false, true, MODEL_PAGE_4K, MODEL_PAGE_2M, 19 },
	{ "2M in both", false, false, true, MODEL_PAGE_2M, MODEL_PAGE_2M, 15 },
	{ "2M in the guest, 4K in EPT", false, false, true, MODEL_PAGE_2M, MODEL_PAGE_4K, 19 },
	{ "1G in both", false, false, true, MODEL_PAGE_1G, MODEL_PAGE_1G, 8 },
	{ "4K in both, 5 levels each", true, false, true, MODEL_PAGE_4K, MODEL_PAGE_4K, 35 },
	{ "4K without EPT", false, false, false, MODEL_PAGE_4K, MODEL_PAGE_4K, 4 },
	{ "2M without EPT", false, false, false, MODEL_PAGE_2M, MODEL_PAGE_4K, 3 },
	{ "1G without EPT", false, false, false, MODEL_PAGE_1G, MODEL_PAGE_4K, 2 },
	{ "4K native", false, true, true, MODEL_PAGE_4K, MODEL_PAGE_4K, 4 },
	{ "5 levels native", true, true, true, MODEL_PAGE_4K, MODEL_PAGE_4K, 5 },
	{ "2M native", false, true, true, MODEL_PAGE_2M, MODEL_PAGE_4K, 3 },
};

static void open_cold(struct machine *m, const struct model_cpu *cpu, const struct cold *c)
{
	machine_open(m, cpu, c->ept, c->native);
	if (c->five)
		machine_five_levels(m);
	m->table_stride = SIZE_512G;
	m->table_page = c->ept_page;
	m->host_stride = SIZE_1G;
	machine_map(m, page_base(GVA, c->guest_page), c->ept ? DATA_GPA : 0, c->guest_page, 0);
	if (c->ept)
		for (uint64_t gpa = 0; gpa < SIZE_2M; gpa += 1ull << page_shift(c->ept_page))
			machine_map_ept(m, DATA_GPA + gpa, SIZE_1G + gpa, c->ept_page, 0);
	machine_in_guest(m);
}

static void test_cold(const struct model_cpu *cpu, const char *name)
{
	for (unsigned int i = 0; i < sizeof(cold) / sizeof(cold[0]); i++) {
		const struct cold *c = &cold[i];
		const enum model_world world = c->native ? MODEL_NATIVE : MODEL_GUEST;
		const enum model_page page = c->ept && !c->native && c->ept_page < c->guest_page ?
					     c->ept_page : c->guest_page;
		struct machine m;

		open_cold(&m, cpu, c);
		machine_load(&m, page_base(GVA, c->guest_page));
		check_number(machine_references(&m, world), c->references,
			     "%s: %u references, %s", c->what, c->references, name);
		check_number(machine_count(&m, world, MODEL_CNT_walk_4k + page), 1,
			     "%s: it ends in the smaller page", c->what);
		machine_load(&m, page_base(GVA, c->guest_page) + 8);
		check_number(machine_references(&m, world), c->references,
			     "%s: the second access hits", c->what);
		machine_close(&m);
	}
}

/* Each level is counted as itself. */
static void test_levels(void)
{
	struct machine m;

	open_cold(&m, cpu_plain(), &cold[0]);
	machine_load(&m, page_base(GVA, MODEL_PAGE_4K));
	for (unsigned int level = 0; level < 4; level++) {
		check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_ref_guest_1 + level), 1,
			     "one reference to the guest's level %u", level + 1);
		check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_ref_ept_1 + level), 5,
			     "five references to EPT's level %u", level + 1);
	}
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_nested_tlb_miss), 5,
		     "five guest-physical addresses are translated");
	machine_close(&m);
}

static void test_faults(void)
{
	struct machine m;

	check_group("walks that fault");
	open_cold(&m, cpu_full(), &cold[0]);
	machine_poke(&m, machine_entry(&m, GVA), 0);
	machine_fault(&m, MODEL_STORE, GVA, MODEL_NO_GPA);
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_fault), 1, "a page fault counts");
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_store), 1,
		     "as a walk for a store");
	check_number(machine_references(&m, MODEL_GUEST), 20, "it ends at the guest's PTE");
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_4k), 0, "with no translation");
	machine_map(&m, GVA, DATA_GPA, MODEL_PAGE_4K, 0);
	check_number(machine_walks(&m, GVA), 1, "nothing not present was cached");
	machine_close(&m);

	open_cold(&m, cpu_full(), &cold[0]);
	machine_poke(&m, machine_ept_entry(&m, DATA_GPA), 0);
	machine_fault(&m, MODEL_LOAD, GVA, DATA_GPA);
	check_number(machine_references(&m, MODEL_GUEST), 24, "an EPT violation ends at EPT's PTE");
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_fault), 1, "and counts");
	machine_close(&m);
}

static void test_stores(void)
{
	struct machine m;

	check_group("stores");
	open_cold(&m, cpu_full(), &cold[0]);
	machine_map(&m, GVA, DATA_GPA, MODEL_PAGE_4K, MAP_CLEAN);
	machine_load(&m, GVA);
	machine_store(&m, GVA);
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_permission), 1,
		     "a store through a clean entry walks again");
	machine_store(&m, GVA);
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_store), 1, "the next one hits");
	machine_close(&m);

	open_cold(&m, cpu_full(), &cold[0]);
	machine_map_ept(&m, DATA_GPA, SIZE_1G, MODEL_PAGE_4K, MAP_READ_ONLY);
	machine_load(&m, GVA);
	machine_fault(&m, MODEL_STORE, GVA, DATA_GPA);
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_permission), 1,
		     "a store that EPT forbids walks, though the entry hits");
	machine_map_ept(&m, DATA_GPA, SIZE_1G, MODEL_PAGE_4K, 0);
	machine_store(&m, GVA);
	machine_store(&m, GVA);
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_store), 2,
		     "after the violation one walk, no flush was needed");
	machine_close(&m);

	open_cold(&m, cpu_full(), &cold[0]);
	m.guest.eptp |= EPTP_ACCESSED_DIRTY;
	machine_map_ept(&m, DATA_GPA, SIZE_1G, MODEL_PAGE_4K, MAP_CLEAN);
	machine_in_guest(&m);
	machine_load(&m, GVA);
	machine_store(&m, GVA);
	machine_store(&m, GVA);
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_permission), 1,
		     "EPT's clean entry makes the first store walk");
	machine_close(&m);
}

/* What one walk caches of EPT, the next one finds, dirty bits and rights included. */
static void test_ept_rights(void)
{
	struct machine m;

	check_group("EPT's rights");
	open_cold(&m, cpu_full(), &cold[0]);
	machine_map_ept(&m, DATA_GPA, SIZE_1G, MODEL_PAGE_4K, MAP_READ_ONLY);
	machine_load(&m, GVA);
	machine_map_ept(&m, DATA_GPA, SIZE_1G, MODEL_PAGE_4K, 0);
	machine_store(&m, GVA);
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_permission), 1,
		     "a page that EPT has cached read-only takes no store");
	machine_store(&m, GVA);
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_store), 1, "but after a walk it does");
	machine_close(&m);

	open_cold(&m, cpu_large(), &cold[0]);
	m.guest.eptp |= EPTP_ACCESSED_DIRTY;
	machine_map_ept(&m, m.guest.cr3, 0x10000000, MODEL_PAGE_4K, MAP_CLEAN);
	machine_in_guest(&m);
	machine_load(&m, GVA);
	model_flush(m.model, 0, &(struct model_flush){ .kind = MODEL_FLUSH_INVLPG, .address = GVA });
	machine_load(&m, GVA);
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_nested_tlb_miss), 5,
		     "a walk that dirties EPT's entry for a table does so once");
	machine_close(&m);
}

void test_walk(void)
{
	check_group("cold walks");
	test_cold(cpu_plain(), "with no caches for tables");
	test_cold(cpu_full(), "with tables far apart");
	test_levels();
	test_faults();
	test_stores();
	test_ept_rights();
}
