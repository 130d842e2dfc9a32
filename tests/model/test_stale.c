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
	uint64_t table, entry, upper, walks;
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
	check_number(found(&m), 1, "EPT has moved the guest's page table: found");
	machine_close(&m);

	/* The same guest-physical page table, which the guest has changed itself. */
	open_stale(&m, cpu_large(), true);
	machine_map(&m, GVA + 2 * SIZE_2M, GPA, MODEL_PAGE_4K, 0);
	upper = machine_upper_entry(&m, GVA, 2);
	machine_poke(&m, upper, machine_peek(&m, machine_upper_entry(&m, GVA + 2 * SIZE_2M, 2)));
	machine_map(&m, GVA + SIZE_4K, GPA + SIZE_4K, MODEL_PAGE_4K, 0);
	walks = machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_load);
	machine_poke(&m, machine_entry(&m, GVA + SIZE_4K), 0);
	machine_map(&m, GVA + SIZE_4K, GPA, MODEL_PAGE_4K, 0);
	machine_load(&m, GVA + SIZE_4K);
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_load) - walks, 2,
		     "a walk through a page table that the guest has replaced is done again");
	check_number(found(&m), 0, "and no hypervisor is accused");
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

/* An EPT violation that a cached translation would have spared the guest. */
static void test_ept_violation(void)
{
	struct model_stale stale;
	struct machine m;

	open_stale(&m, cpu_full(), true);
	machine_poke(&m, machine_ept_entry(&m, GPA), 0);
	machine_fault(&m, MODEL_LOAD, GVA, GPA);
	check_number(found(&m), 1, "EPT's page taken away without INVEPT: found");
	check(model_first_stale(m.model, &stale) && stale.address == GVA && stale.cached == HPA &&
	      stale.used == MODEL_NO_HPA, "with the page that is cached, and none that was used");
	machine_fault(&m, MODEL_LOAD, GVA, GPA);
	check_number(found(&m), 1, "once: the violation has dropped the translation");
	machine_close(&m);

	open_stale(&m, cpu_full(), true);
	machine_poke(&m, machine_ept_entry(&m, GPA), 0);
	invept(&m);
	machine_fault(&m, MODEL_LOAD, GVA, GPA);
	check_number(found(&m), 0, "with INVEPT: nothing");
	machine_close(&m);

	open_stale(&m, cpu_full(), true);
	machine_store(&m, GVA);
	machine_map_ept(&m, GPA, HPA, MODEL_PAGE_4K, MAP_READ_ONLY);
	machine_load(&m, GVA);
	check_number(found(&m), 0, "the right to write taken away: a load may go on");
	machine_fault(&m, MODEL_STORE, GVA, GPA);
	check_number(found(&m), 1, "a store is not stopped: found");
	machine_close(&m);

	open_stale(&m, cpu_full(), true);
	machine_map_ept(&m, GPA, HPA, MODEL_PAGE_4K, MAP_READ_ONLY);
	invept(&m);
	machine_load(&m, GVA);
	machine_fault(&m, MODEL_STORE, GVA, GPA);
	check_number(found(&m), 0, "what was cached without the right stops it: nothing");
	machine_close(&m);

	open_stale(&m, cpu_full(), true);
	machine_map(&m, GVA, GPA + 8 * SIZE_4K, MODEL_PAGE_4K, 0);
	machine_fault(&m, MODEL_LOAD, GVA, GPA + 8 * SIZE_4K);
	check_number(found(&m), 0, "the guest has moved the page itself, without a flush: nothing");
	machine_close(&m);

	open_stale(&m, cpu_full(), true);
	machine_map(&m, GVA, GPA + 8 * SIZE_4K, MODEL_PAGE_4K, 0);
	machine_poke(&m, machine_ept_entry(&m, GPA), 0);
	machine_fault(&m, MODEL_LOAD, GVA, GPA + 8 * SIZE_4K);
	check_number(found(&m), 1, "and EPT's old page is gone too: found");
	machine_close(&m);

	/* No TLB has the other page; the nested TLB has EPT's translation of it. */
	open_stale(&m, cpu_full(), true);
	machine_map(&m, GVA + SIZE_2M, GPA, MODEL_PAGE_4K, 0);
	machine_poke(&m, machine_ept_entry(&m, GPA), 0);
	machine_fault(&m, MODEL_LOAD, GVA + SIZE_2M, GPA);
	check_number(found(&m), 1, "a stale entry of the nested TLB would have let it: found");
	machine_close(&m);
}

/* A page fault of a guest in shadow tables, and the entry that follows. */
static void fault_and_enter(struct machine *m, enum model_access access, bool page_fault)
{
	machine_fault(m, access, GVA, MODEL_NO_GPA);
	model_exit(m->model, 0, true, &m->host);
	model_enter(m->model, 0, true, &m->guest, page_fault);
}

static void test_shadow_fault(void)
{
	uint64_t entry;
	struct machine m;

	for (unsigned int delivered = 0; delivered < 2; delivered++) {
		open_stale(&m, cpu_full(), false);
		entry = machine_entry(&m, GVA);
		machine_poke(&m, entry, 0);
		machine_fault(&m, MODEL_LOAD, GVA, MODEL_NO_GPA);
		check_number(found(&m), 0, "an entry of the shadow is gone: not yet certain");
		model_exit(m.model, 0, true, &m.host);
		machine_poke(&m, entry, GPA | PAGING_PRESENT | PAGING_DIRTY);
		model_enter(m.model, 0, true, &m.guest, delivered);
		check_number(found(&m), !delivered,
			     delivered ? "the guest gets the fault: it was its own"
				       : "the hypervisor fills it as it was: found");
		machine_close(&m);
	}

	open_stale(&m, cpu_full(), false);
	entry = machine_entry(&m, GVA);
	machine_poke(&m, entry, 0);
	fault_and_enter(&m, MODEL_LOAD, false);
	check_number(found(&m), 0, "nothing is filled: not certain");
	machine_load(&m, GVA + SIZE_4K);
	machine_map(&m, GVA, GPA, MODEL_PAGE_4K, 0);
	model_exit(m.model, 0, true, &m.host);
	model_enter(m.model, 0, true, &m.guest, false);
	check_number(found(&m), 0, "and later entries say nothing of it");
	machine_close(&m);

	open_stale(&m, cpu_full(), false);
	machine_poke(&m, machine_entry(&m, GVA), 0);
	machine_fault(&m, MODEL_LOAD, GVA, MODEL_NO_GPA);
	model_exit(m.model, 0, true, &m.host);
	machine_map(&m, GVA, GPA + SIZE_4K, MODEL_PAGE_4K, 0);
	model_enter(m.model, 0, true, &m.guest, false);
	check_number(found(&m), 0, "filled with another page, which the guest may have chosen");
	machine_close(&m);

	open_stale(&m, cpu_full(), false);
	machine_store(&m, GVA);
	machine_map(&m, GVA, GPA, MODEL_PAGE_4K, MAP_READ_ONLY);
	fault_and_enter(&m, MODEL_STORE, false);
	check_number(found(&m), 1, "write-protected without a flush, and the write emulated: found");
	machine_close(&m);

	open_stale(&m, cpu_full(), false);
	machine_map(&m, GVA, GPA, MODEL_PAGE_4K, MAP_READ_ONLY);
	model_flush(m.model, 0, &(struct model_flush){
		.kind = MODEL_FLUSH_INVVPID, .type = 1, .vpid = 1 });
	machine_load(&m, GVA);
	fault_and_enter(&m, MODEL_STORE, false);
	check_number(found(&m), 0, "what was cached without the right to write: nothing");
	machine_close(&m);

	/* SMEP or SMAP forbid, and no table. */
	open_stale(&m, cpu_full(), false);
	fault_and_enter(&m, MODEL_LOAD, false);
	check_number(found(&m), 0, "the tables allow what faults: nothing");
	machine_close(&m);

	open_stale(&m, cpu_full(), false);
	machine_poke(&m, machine_entry(&m, GVA), 0);
	model_fault(m.model, 0, &(struct model_fault){
		.access = MODEL_LOAD, .exits = true, .user = true, .address = GVA,
		.gpa = MODEL_NO_GPA });
	machine_map(&m, GVA, GPA, MODEL_PAGE_4K, 0);
	model_enter(m.model, 0, true, &m.guest, false);
	check_number(found(&m), 0, "the supervisor's page would not have let the user in: nothing");
	machine_close(&m);
}

/* A walk from a paging-structure cache ends at an entry that is not present. */
static void test_absent_by_cache(void)
{
	uint64_t walks, upper, table;
	struct machine m;

	open_stale(&m, cpu_large(), false);
	upper = machine_upper_entry(&m, GVA, 2);
	table = machine_peek(&m, upper) & PAGING_ADDRESS;
	machine_poke(&m, upper, m.next_table | PAGING_PRESENT | PAGING_WRITABLE);
	machine_poke(&m, m.next_table, 0);
	m.next_table += SIZE_4K;
	machine_map(&m, GVA + SIZE_4K, GPA + SIZE_4K, MODEL_PAGE_4K, 0);
	machine_poke(&m, table + 8, 0);
	walks = machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_load);
	machine_load(&m, GVA + SIZE_4K);
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_load) - walks, 2,
		     "a walk that ends in a table that is no longer one is done again");
	check_number(found(&m), 1, "the cached PDE is stale: found");
	machine_close(&m);
}

static void test_fetch(void)
{
	struct machine m;

	open_stale(&m, cpu_full(), true);
	model_fetch(m.model, 0, GVA, HPA); /* walks */
	model_fetch(m.model, 0, GVA, HPA);
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_stale_checked), 1,
		     "hits of instruction fetches are checked");
	check_number(found(&m), 0, "and right");
	machine_map_ept(&m, GPA, HPA + SIZE_2M, MODEL_PAGE_4K, 0);
	model_fetch(m.model, 0, GVA + 64, MODEL_NO_HPA);
	check_number(found(&m), 0, "with nothing to compare with nothing is found");
	model_fetch(m.model, 0, GVA, HPA + SIZE_2M);
	check_number(found(&m), 1, "EPT's page changed without INVEPT: found");
	machine_close(&m);

	open_stale(&m, cpu_full(), false);
	model_fetch(m.model, 0, GVA, GPA);
	machine_poke(&m, machine_entry(&m, GVA), GPA | PAGING_PRESENT | PAGING_NX);
	machine_fault(&m, MODEL_FETCH, GVA, MODEL_NO_GPA);
	model_exit(m.model, 0, true, &m.host);
	machine_poke(&m, machine_entry(&m, GVA), GPA | PAGING_PRESENT);
	model_enter(m.model, 0, true, &m.guest, false);
	check_number(found(&m), 1, "the right to execute taken away and given back: found");
	machine_close(&m);
}

void test_stale(void)
{
	check_group("stale translations");
	test_ept();
	test_taken_back();
	test_ept_table();
	test_shadow();
	test_second_level();
	test_ept_violation();
	test_shadow_fault();
	test_absent_by_cache();
	test_fetch();
}
