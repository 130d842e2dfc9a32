// SPDX-License-Identifier: GPL-2.0
/*
 * Translations that changed: a hypervisor that flushed is not accused, one that did not is,
 * and a guest that changed its own tables without a flush is none of its business.
 */
#include "check.h"
#include "machine.h"
#include "paging.h"

#define GVA (5 * SIZE_1G)
#define GPA (7 * SIZE_1G)
#define HPA (9 * SIZE_1G)

static void open_stale(struct machine *m, const struct model_cpu *cpu, bool ept)
{
	machine_open(m, cpu, ept, false);
	machine_map(m, GVA, GPA, MODEL_PAGE_4K, 0);
	machine_map(m, GVA + SIZE_4K, GPA + SIZE_4K, MODEL_PAGE_4K, 0);
	if (ept) {
		machine_map_ept(m, GPA, HPA, MODEL_PAGE_4K, 0);
		machine_map_ept(m, GPA + SIZE_4K, HPA + SIZE_4K, MODEL_PAGE_4K, 0);
	}
	machine_in_guest(m);
	machine_load(m, GVA);
}

static uint64_t found(struct machine *m)
{
	return machine_count(m, MODEL_GUEST, MODEL_CNT_stale_found);
}

static void invept(struct machine *m)
{
	const struct model_flush flush = {
		.kind = MODEL_FLUSH_INVEPT, .type = 1, .value = m->guest.eptp,
	};

	machine_in_host(m);
	model_flush(m->model, 0, &flush);
	machine_in_guest(m);
}

static void test_taken_back(void)
{
	struct model_stale stale;
	struct machine m;

	open_stale(&m, cpu_full(), true);
	machine_load(&m, GVA);
	model_mark(m.model, 0);
	machine_map_ept(&m, GPA, HPA + SIZE_2M, MODEL_PAGE_4K, 0);
	machine_load(&m, GVA);
	check(model_first_stale(m.model, &stale), "a stale hit after a mark");
	model_take_back(m.model, 0);
	check(!found(&m) && !model_first_stale(m.model, &stale), "is taken back with the counts");
	machine_map_ept(&m, GPA, HPA, MODEL_PAGE_4K, 0);
	machine_load(&m, GVA);
	check(found(&m) == 1 && model_first_stale(m.model, &stale) && stale.used == HPA,
	      "and the next one is the first");
	machine_close(&m);
}

static void test_ept(void)
{
	struct model_stale stale;
	struct machine m;

	open_stale(&m, cpu_full(), true);
	machine_load(&m, GVA);
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_stale_checked), 1, "hits are checked");
	check(!model_first_stale(m.model, &stale), "and right");
	machine_map_ept(&m, GPA, HPA + SIZE_2M, MODEL_PAGE_4K, 0);
	machine_load(&m, GVA);
	check_number(found(&m), 1, "EPT's page changed without INVEPT: found");
	check(model_first_stale(m.model, &stale) && stale.address == GVA && stale.cached == HPA &&
	      stale.used == HPA + SIZE_2M && stale.context.vpid == 1 && stale.core == 0,
	      "with the address, both pages and the context");
	machine_load(&m, GVA);
	check_number(found(&m), 1, "once: the access walked anew");
	machine_close(&m);

	open_stale(&m, cpu_full(), true);
	machine_map_ept(&m, GPA, HPA + SIZE_2M, MODEL_PAGE_4K, 0);
	invept(&m);
	machine_load(&m, GVA);
	check_number(found(&m), 0, "with INVEPT: nothing");
	machine_close(&m);

	open_stale(&m, cpu_full(), true);
	machine_map(&m, GVA, GPA + SIZE_4K, MODEL_PAGE_4K, 0);
	machine_load(&m, GVA);
	check_number(found(&m), 0, "the guest's page changed without INVLPG: the guest's affair");
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_load), 2, "but it walks anew");
	machine_close(&m);
}

/* No TLB has the page: what is stale is EPT's translation of the guest's page table. */
static void test_ept_table(void)
{
	uint64_t table, entry;
	struct machine m;

	open_stale(&m, cpu_large(), true);
	table = machine_entry(&m, GVA + SIZE_4K) & ~0xfffull;
	entry = machine_peek(&m, machine_entry(&m, GVA + SIZE_4K));
	/* The page table, moved to another host page, with another entry for the second page. */
	machine_poke(&m, HPA + SIZE_1G + (machine_entry(&m, GVA + SIZE_4K) - table),
		     (entry & ~PAGING_ADDRESS) | GPA);
	for (uint64_t gpa = 0x1000000; gpa < m.next_table; gpa += SIZE_4K)
		if ((machine_peek(&m, machine_ept_entry(&m, gpa)) & PAGING_ADDRESS) == table)
			machine_map_ept(&m, gpa, HPA + SIZE_1G, MODEL_PAGE_4K, 0);
	machine_load(&m, GVA + SIZE_4K);
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_load), 3,
		     "a walk through a stale table is done again");
	check_number(found(&m), 0, "where the guest's page differs too, nobody is accused");
	machine_close(&m);

	open_stale(&m, cpu_large(), true);
	machine_map(&m, GVA + SIZE_2M, GPA, MODEL_PAGE_4K, 0);
	machine_map_ept(&m, GPA, HPA + SIZE_2M, MODEL_PAGE_4K, 0);
	machine_load(&m, GVA + SIZE_2M);
	check_number(found(&m), 1, "a walk that used a stale entry of the nested TLB: found");
	machine_close(&m);
}

static void test_shadow(void)
{
	const struct model_flush flush = {
		.kind = MODEL_FLUSH_INVVPID, .type = 1, .vpid = 1,
	};
	struct machine m;

	open_stale(&m, cpu_full(), false);
	machine_map(&m, GVA, GPA + SIZE_4K, MODEL_PAGE_4K, 0);
	machine_load(&m, GVA);
	check_number(found(&m), 1, "without EPT, the tables changed without a flush: found");
	machine_close(&m);

	open_stale(&m, cpu_full(), false);
	machine_map(&m, GVA, GPA + SIZE_4K, MODEL_PAGE_4K, 0);
	machine_in_host(&m);
	model_flush(m.model, 0, &flush);
	machine_in_guest(&m);
	machine_load(&m, GVA);
	check_number(found(&m), 0, "with INVVPID: nothing");
	machine_close(&m);

	open_stale(&m, cpu_full(), false);
	machine_map(&m, GVA, GPA + SIZE_4K, MODEL_PAGE_4K, 0);
	machine_in_host(&m);
	model_flush(m.model, 0, &(struct model_flush){
		.kind = MODEL_FLUSH_INVVPID, .type = 1, .vpid = 2 });
	machine_in_guest(&m);
	machine_load(&m, GVA);
	check_number(found(&m), 1, "with INVVPID of another VPID: found");
	machine_close(&m);
}

/* The second level's hits are checked like the first's, and its rights too. */
static void test_second_level(void)
{
	struct machine m;

	for (unsigned int stale = 0; stale < 2; stale++) {
		machine_open(&m, cpu_skylake(), false, false);
		machine_map(&m, GVA, GPA, MODEL_PAGE_4K, MAP_CLEAN);
		/* Four others of its set in the first level. */
		for (unsigned int i = 1; i < 5; i++)
			machine_map(&m, GVA + i * 16 * SIZE_4K, GPA, MODEL_PAGE_4K, 0);
		machine_in_guest(&m);
		for (unsigned int i = 0; i < 5; i++)
			machine_load(&m, GVA + i * 16 * SIZE_4K);
		if (stale)
			machine_map(&m, GVA, GPA + SIZE_4K, MODEL_PAGE_4K, 0);
		machine_store(&m, GVA);
		check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_stlb_hit), 1,
			     "the second level has the page");
		check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_permission), !stale,
			     stale ? "which is stale" : "without the right to write");
		check_number(found(&m), stale, stale ? "which is found" : "which is not stale");
		machine_close(&m);
	}
}

void test_stale(void)
{
	check_group("stale translations");
	test_ept();
	test_taken_back();
	test_ept_table();
	test_shadow();
	test_second_level();
}
