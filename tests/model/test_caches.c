// SPDX-License-Identifier: GPL-2.0
/* Data, instruction lines and walk references in the caches, by who served them. */
#include "check.h"
#include "machine.h"

static uint64_t guest(struct machine *m, enum model_count count)
{
	return machine_count(m, MODEL_GUEST, count);
}

static void access(struct machine *m, uint64_t hpa, unsigned int bytes)
{
	model_access(m->model, 0, MODEL_LOAD, hpa, hpa, bytes);
}

/* Without paging an address is physical, and no walk disturbs the counts. */
static void open_physical(struct machine *m)
{
	machine_open(m, cpu_plain(), false, false);
	m->guest.levels = 0;
	machine_in_guest(m);
}

static void test_data(void)
{
	struct machine m;

	check_group("caches");
	open_physical(&m);
	access(&m, 0x100000, 8);
	check_number(guest(&m, MODEL_CNT_data_served_memory), 1, "a line's first access is memory's");
	access(&m, 0x100038, 8);
	check_number(guest(&m, MODEL_CNT_data_served_memory), 1, "the second is L1's");
	access(&m, 0x10003c, 8);
	check_number(guest(&m, MODEL_CNT_data_served_memory), 2, "an access over two lines is two");
	access(&m, 0x110000, 4096);
	check_number(guest(&m, MODEL_CNT_data_served_memory), 2 + 64, "one of a page is 64");
	check_number(guest(&m, MODEL_CNT_loads), 4, "and one load");
	machine_close(&m);

	/* 32K, 256K and 8M: of 64K L1 has the last half, of 512K L2. */
	open_physical(&m);
	for (unsigned int round = 0; round < 2; round++)
		for (uint64_t at = 0; at < 64 << 10; at += 64)
			access(&m, 0x200000 + at, 8);
	check_number(guest(&m, MODEL_CNT_data_served_l2), 1024, "64K again and again: L2 serves all");
	for (unsigned int round = 0; round < 2; round++)
		for (uint64_t at = 0; at < 512 << 10; at += 64)
			access(&m, 0x400000 + at, 8);
	check_number(guest(&m, MODEL_CNT_data_served_l3), 8192, "512K: L3 serves all");
	check_number(guest(&m, MODEL_CNT_data_served_memory), 1024 + 8192, "memory each line once");
	machine_close(&m);
}

static void test_fetches(void)
{
	struct machine m;

	check_group("fetches");
	machine_open(&m, cpu_plain(), true, false);
	machine_map(&m, SIZE_1G, SIZE_1G, MODEL_PAGE_4K, 0);
	machine_map_ept(&m, SIZE_1G, 2 * SIZE_1G, MODEL_PAGE_4K, 0);
	machine_in_guest(&m);
	model_fetch(m.model, 0, SIZE_1G, MODEL_NO_HPA);
	model_fetch(m.model, 0, SIZE_1G + 64, MODEL_NO_HPA);
	model_fetch(m.model, 0, SIZE_1G, MODEL_NO_HPA);
	check_number(guest(&m, MODEL_CNT_itlb_miss), 1, "a page of code misses once");
	check_number(guest(&m, MODEL_CNT_walk_fetch), 1, "and walks once");
	check_number(guest(&m, MODEL_CNT_fetch_served_memory), 2, "each of its lines is fetched once");
	access(&m, SIZE_1G, 8);
	check_number(guest(&m, MODEL_CNT_dtlb_miss), 1, "data have TLBs of their own");
	machine_close(&m);
}

/* The hypervisor's accesses displace the guest's lines, and count as its own. */
static void test_worlds(void)
{
	struct machine m;

	check_group("worlds");
	machine_open(&m, cpu_plain(), false, false);
	m.guest.levels = 0;
	m.host.levels = 0;
	machine_in_guest(&m);
	access(&m, 0x100000, 8);
	model_instructions(m.model, 0, 10);
	model_exit(m.model, 0, true, &m.host);
	for (uint64_t at = 0; at < 32 << 10; at += 64)
		access(&m, 0x800000 + at, 8);
	model_instructions(m.model, 0, 200);
	model_enter(m.model, 0, true, &m.guest, false);
	access(&m, 0x100000, 8);
	check_number(guest(&m, MODEL_CNT_data_served_l2), 1, "the host's data displace the guest's");
	check_number(guest(&m, MODEL_CNT_loads), 2, "the guest's accesses are the guest's");
	check_number(guest(&m, MODEL_CNT_instructions), 10, "and its instructions");
	check_number(machine_count(&m, MODEL_HOST, MODEL_CNT_loads), 512, "the host's are the host's");
	check_number(machine_count(&m, MODEL_HOST, MODEL_CNT_transition), 1, "as is the transition");
	model_assist(m.model, 0, 3);
	model_exception(m.model, 0);
	check_number(guest(&m, MODEL_CNT_assist), 3, "assists count");
	check_number(guest(&m, MODEL_CNT_exception), 1, "exceptions count");
	model_reset(m.model);
	machine_in_guest(&m);
	access(&m, 0x100000, 8);
	check_number(guest(&m, MODEL_CNT_data_served_memory), 2, "a reset empties the caches");
	machine_close(&m);
}

/* Lines of tables lie in the caches beside data: L3 is all cores', the rest a core's own. */
static void test_walk_lines(void)
{
	struct machine m;

	check_group("lines of tables");
	machine_open(&m, cpu_plain(), false, false);
	machine_map(&m, SIZE_1G, SIZE_1G, MODEL_PAGE_4K, 0);
	machine_map(&m, SIZE_1G + SIZE_4K, SIZE_1G, MODEL_PAGE_4K, 0);
	machine_in_guest(&m);
	machine_load(&m, SIZE_1G);
	check_number(guest(&m, MODEL_CNT_walk_served_memory), 4, "a cold walk is memory's");
	machine_load(&m, SIZE_1G + SIZE_4K);
	check_number(guest(&m, MODEL_CNT_walk_served_l1), 4, "its neighbour's is L1's");
	machine_close(&m);
}

static void test_cores(void)
{
	struct model_counts counts = { 0 };
	struct machine m;

	check_group("cores");
	open_physical(&m);
	model_free(m.model);
	m.model = model_new(m.cpu, 2, false, &m.memory);
	for (unsigned int core = 0; core < 2; core++) {
		model_set_context(m.model, core, &m.guest);
		model_access(m.model, core, MODEL_LOAD, 0x100000, 0x100000, 8);
	}
	model_read(m.model, &counts);
	check_number(counts.count[MODEL_GUEST][MODEL_CNT_data_served_memory], 1,
		     "what one core loaded from memory");
	check_number(counts.count[MODEL_GUEST][MODEL_CNT_data_served_l3], 1,
		     "the other has from the L3 that they share");
	machine_close(&m);
}

void test_caches(void)
{
	test_data();
	test_fetches();
	test_worlds();
	test_walk_lines();
	test_cores();
}
