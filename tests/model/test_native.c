// SPDX-License-Identifier: GPL-2.0
/*
 * The native model: only the guest, over its own tables, as if there were no hypervisor. Cold
 * walks are test_walk.c's.
 */
#include "check.h"
#include "machine.h"

#define GVA (5 * SIZE_1G)

static void open_native(struct machine *m)
{
	machine_open(m, cpu_full(), true, true);
	machine_map(m, GVA, 7 * SIZE_1G, MODEL_PAGE_2M, 0);
	for (uint64_t at = 0; at < 8 * SIZE_4K; at += SIZE_4K)
		machine_map_ept(m, 7 * SIZE_1G + at, 9 * SIZE_1G + 2 * at, MODEL_PAGE_4K, 0);
	machine_in_guest(m);
}

static uint64_t total(struct machine *m, enum model_world world)
{
	uint64_t sum = 0;

	for (unsigned int count = 0; count < NR_MODEL_COUNTS; count++)
		sum += machine_count(m, world, count);
	return sum;
}

void test_native(void)
{
	struct model_flush flush = { .kind = MODEL_FLUSH_INVEPT, .type = 2 };
	struct machine m;
	uint64_t before;

	check_group("native");
	open_native(&m);
	check_number(machine_walks(&m, GVA), 1, "the guest's page is walked once");
	check_number(machine_walks(&m, GVA + 7 * SIZE_4K), 0,
		     "and is of 2M, however small EPT's are");
	check_number(machine_count(&m, MODEL_NATIVE, MODEL_CNT_stale_found), 0,
		     "its physical addresses are the guest's own");

	before = total(&m, MODEL_NATIVE);
	model_exit(m.model, 0, false, &m.host);
	machine_load(&m, GVA);
	model_instructions(m.model, 0, 100);
	model_flush(m.model, 0, &flush);
	model_enter(m.model, 0, false, &m.guest, false);
	check_number(total(&m, MODEL_NATIVE), before, "what the host does counts nothing");
	check_number(machine_walks(&m, GVA), 0, "and a transition without VPIDs flushes nothing");
	before = total(&m, MODEL_NATIVE);
	machine_fault(&m, MODEL_LOAD, GVA, 7 * SIZE_1G);
	check_number(total(&m, MODEL_NATIVE), before, "an EPT violation is no event");
	check_number(machine_walks(&m, GVA), 0, "and flushes nothing");

	flush = (struct model_flush){ .kind = MODEL_FLUSH_INVLPG, .address = GVA };
	model_flush(m.model, 0, &flush);
	check_number(machine_walks(&m, GVA), 1, "the guest's own INVLPG does");
	flush = (struct model_flush){ .kind = MODEL_FLUSH_MOV_CR3, .value = m.guest.cr3 };
	model_flush(m.model, 0, &flush);
	check_number(machine_walks(&m, GVA), 1, "and its MOV to CR3");
	machine_fault(&m, MODEL_LOAD, GVA, MODEL_NO_GPA);
	check_number(machine_walks(&m, GVA), 1, "and its page fault");
	check_number(total(&m, MODEL_GUEST) + total(&m, MODEL_HOST), 0, "no other world counts");

	/* Two addresses of one line of the guest's, which the host has put apart, and back. */
	before = machine_count(&m, MODEL_NATIVE, MODEL_CNT_data_served_memory);
	model_access(m.model, 0, MODEL_LOAD, GVA, 20 * SIZE_1G, 8);
	model_access(m.model, 0, MODEL_LOAD, GVA, 21 * SIZE_1G, 8);
	model_access(m.model, 0, MODEL_LOAD, GVA, 20 * SIZE_1G, 8);
	check_number(machine_count(&m, MODEL_NATIVE, MODEL_CNT_data_served_memory) - before, 2,
		     "lines are cached where the host has put them");

	before = total(&m, MODEL_NATIVE);
	m.guest.eptp = 0;
	machine_in_guest(&m);
	model_access(m.model, 0, MODEL_LOAD, GVA, GVA, 8);
	check_number(total(&m, MODEL_NATIVE), before, "without EPT nothing is native");
	machine_close(&m);
}
