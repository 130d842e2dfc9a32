// SPDX-License-Identifier: GPL-2.0
/* Counts and constants to cycles, each cause by hand; the constants are cpus.h's. */
#include "check.h"
#include "cost.h"
#include "cpus.h"

static void test_causes(void)
{
	static const struct {
		const char *what;
		enum model_count count;
		uint64_t nr;
		enum model_cause cause;
		uint64_t low, mid, high;
	} rows[] = {
		{ "instructions", MODEL_CNT_instructions, 1000, MODEL_CAUSE_instructions,
		  700, 1000, 1500 },
		{ "second-level TLB hits", MODEL_CNT_stlb_hit, 10, MODEL_CAUSE_walks, 70, 70, 70 },
		{ "walks, before their references", MODEL_CNT_walk_load, 100, MODEL_CAUSE_walks,
		  250, 375, 500 },
		{ "walks for fetches", MODEL_CNT_walk_fetch, 100, MODEL_CAUSE_walks, 250, 375, 500 },
		{ "walks for stores", MODEL_CNT_walk_store, 100, MODEL_CAUSE_walks, 250, 375, 500 },
		{ "references in L1", MODEL_CNT_walk_served_l1, 100, MODEL_CAUSE_walks,
		  200, 300, 400 },
		{ "references in L3", MODEL_CNT_walk_served_l3, 100, MODEL_CAUSE_walks,
		  1500, 3000, 5000 },
		{ "references in memory", MODEL_CNT_walk_served_memory, 1, MODEL_CAUSE_walks,
		  100, 150, 200 },
		{ "data in L2", MODEL_CNT_data_served_l2, 3, MODEL_CAUSE_data, 18, 18, 18 },
		{ "code in memory", MODEL_CNT_fetch_served_memory, 1, MODEL_CAUSE_fetches,
		  50, 50, 50 },
		{ "transitions", MODEL_CNT_transition, 2, MODEL_CAUSE_transitions,
		  1200, 1400, 1600 },
		{ "INVEPT", MODEL_CNT_invept, 1, MODEL_CAUSE_flushes, 300, 1000, 3000 },
		{ "INVLPG", MODEL_CNT_invlpg, 2, MODEL_CAUSE_flushes, 400, 400, 400 },
		{ "assists", MODEL_CNT_assist, 2, MODEL_CAUSE_assists, 300, 300, 300 },
		{ "exceptions", MODEL_CNT_exception, 1, MODEL_CAUSE_assists, 1000, 1000, 1000 },
		{ "references by level", MODEL_CNT_ref_ept_1, 1000, MODEL_CAUSE_walks, 0, 0, 0 },
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t count[NR_MODEL_COUNTS] = { 0 };
		struct model_cycles cycles;

		count[rows[i].count] = rows[i].nr;
		model_cycles(cpu_plain(), count, &cycles);
		check_number(cycles.cause[rows[i].cause], rows[i].mid, "%s: the cause", rows[i].what);
		check_number(cycles.low, rows[i].low, "%s: low", rows[i].what);
		check_number(cycles.mid, rows[i].mid, "%s: middle", rows[i].what);
		check_number(cycles.high, rows[i].high, "%s: high", rows[i].what);
	}
}

void test_cost(void)
{
	uint64_t count[NR_MODEL_COUNTS] = { 0 };
	struct model_cycles cycles;

	check_group("cycles");
	test_causes();
	count[MODEL_CNT_instructions] = 1000000000000000ull;
	count[MODEL_CNT_walk_served_memory] = 1000000000000000ull;
	model_cycles(cpu_plain(), count, &cycles);
	check_number(cycles.mid, 151000000000000000ull, "a run of years does not overflow");
	check_number(cycles.mid, cycles.cause[MODEL_CAUSE_instructions] +
		     cycles.cause[MODEL_CAUSE_walks], "the middle is the sum of its causes");
}
