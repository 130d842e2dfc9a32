// SPDX-License-Identifier: GPL-2.0
/* What is counted, what is not, and what is taken back; the caches go on all the same. */
#include "check.h"
#include "machine.h"

#define ADDRESS 0x5000000000ull

static uint64_t count_of(struct machine *m, enum model_count count)
{
	return machine_count(m, MODEL_GUEST, count);
}

static void open_mapped(struct machine *m)
{
	machine_open(m, cpu_large(), true, false);
	machine_map(m, ADDRESS, SIZE_1G, MODEL_PAGE_4K, 0);
	machine_in_guest(m);
	machine_load(m, ADDRESS);
}

static void test_pause(void)
{
	const struct model_flush invlpg = { .kind = MODEL_FLUSH_INVLPG, .address = ADDRESS };
	struct machine m;

	open_mapped(&m);
	model_pause(m.model, 0, true);
	model_instructions(m.model, 0, 10);
	model_repeats(m.model, 0, 10);
	model_flush(m.model, 0, &invlpg);
	machine_in_host(&m);
	machine_in_guest(&m);
	check_number(count_of(&m, MODEL_CNT_instructions), 0, "no instruction while paused");
	check_number(count_of(&m, MODEL_CNT_repeats), 0, "and no repeat");
	check_number(count_of(&m, MODEL_CNT_invlpg), 0, "and no flush");
	model_pause(m.model, 0, false);
	model_instructions(m.model, 0, 10);
	model_repeats(m.model, 0, 3);
	check_number(count_of(&m, MODEL_CNT_instructions), 10, "what comes then is counted");
	check_number(count_of(&m, MODEL_CNT_repeats), 3, "repeats too");
	check_number(machine_walks(&m, ADDRESS), 1, "what was flushed while paused is gone");
	machine_close(&m);
}

static void test_take_back(void)
{
	struct machine m;

	open_mapped(&m);
	model_mark(m.model, 0);
	machine_load(&m, ADDRESS);
	model_instructions(m.model, 0, 7);
	check_number(count_of(&m, MODEL_CNT_loads), 2, "after a mark all is counted");
	model_take_back(m.model, 0);
	check_number(count_of(&m, MODEL_CNT_loads), 1, "loads are taken back");
	check_number(count_of(&m, MODEL_CNT_instructions), 0, "and instructions");
	machine_load(&m, ADDRESS);
	check_number(count_of(&m, MODEL_CNT_loads), 2, "and what comes then is counted");
	machine_close(&m);
}

void test_counting(void)
{
	check_group("pause");
	test_pause();
	check_group("take back");
	test_take_back();
}
