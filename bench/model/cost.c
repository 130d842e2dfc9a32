// SPDX-License-Identifier: GPL-2.0
/*
 * Counts times constants, see cost.h. Constants are in hundredths of a cycle and fractions
 * per cent, so that a product with a fraction is in ten-thousandths; the sums are of 128
 * bits, and nothing is rounded before the end.
 */
#include "cost.h"

typedef unsigned __int128 uint128;

#define UNITS_PER_CYCLE 10000
#define NO_FRACTION 100 /* per cent */

enum bound { LOW, MID, HIGH, NR_BOUNDS };

/* What one count costs. */
static const struct charge {
	enum model_cause cause;
	enum model_count count;
	enum model_cost cost;
	int fraction; /* enum model_cost, or NONE */
} charges[] = {
#define NONE (-1)
#define CHARGE(cause, count, cost, fraction) \
	{ MODEL_CAUSE_##cause, MODEL_CNT_##count, MODEL_COST_##cost, fraction }
	CHARGE(instructions, instructions, instruction, NONE),
	CHARGE(walks, stlb_hit, stlb_hit, NONE),
	CHARGE(walks, walk_fetch, walk_start, MODEL_COST_walk_exposed),
	CHARGE(walks, walk_load, walk_start, MODEL_COST_walk_exposed),
	CHARGE(walks, walk_store, walk_start, MODEL_COST_walk_exposed),
	CHARGE(walks, walk_served_l1, l1, MODEL_COST_walk_exposed),
	CHARGE(walks, walk_served_l2, l2, MODEL_COST_walk_exposed),
	CHARGE(walks, walk_served_l3, l3, MODEL_COST_walk_exposed),
	CHARGE(walks, walk_served_memory, memory, MODEL_COST_walk_exposed),
	CHARGE(data, data_served_l2, l2, MODEL_COST_data_exposed),
	CHARGE(data, data_served_l3, l3, MODEL_COST_data_exposed),
	CHARGE(data, data_served_memory, memory, MODEL_COST_data_exposed),
	CHARGE(fetches, fetch_served_l2, l2, MODEL_COST_fetch_exposed),
	CHARGE(fetches, fetch_served_l3, l3, MODEL_COST_fetch_exposed),
	CHARGE(fetches, fetch_served_memory, memory, MODEL_COST_fetch_exposed),
	CHARGE(transitions, transition, transition, NONE),
	CHARGE(flushes, invlpg, invlpg, NONE),
	CHARGE(flushes, invpcid, invpcid, NONE),
	CHARGE(flushes, mov_cr3, mov_cr3, NONE),
	CHARGE(flushes, cr_write, cr_write, NONE),
	CHARGE(flushes, invvpid, invvpid, NONE),
	CHARGE(flushes, invept, invept, NONE),
	CHARGE(assists, assist, assist, NONE),
	CHARGE(assists, exception, exception, NONE),
#undef CHARGE
};

static uint64_t constant(const struct model_cpu *cpu, int cost, enum bound bound)
{
	const struct model_band *band = &cpu->cost[cost];

	if (bound == LOW)
		return band->low;
	return bound == MID ? band->mid : band->high;
}

static uint64_t to_cycles(uint128 units)
{
	return (units + UNITS_PER_CYCLE / 2) / UNITS_PER_CYCLE;
}

/* All causes together; one by one in by_cause unless it is NULL. */
static uint64_t sum(const struct model_cpu *cpu, const uint64_t count[NR_MODEL_COUNTS],
		    enum bound bound, uint64_t *by_cause)
{
	uint128 units[NR_MODEL_CAUSES] = { 0 }, all = 0;

	for (unsigned int i = 0; i < sizeof(charges) / sizeof(charges[0]); i++) {
		const struct charge *charge = &charges[i];
		const uint64_t fraction = charge->fraction == NONE ? NO_FRACTION :
					  constant(cpu, charge->fraction, bound);

		units[charge->cause] += (uint128)count[charge->count] *
					constant(cpu, charge->cost, bound) * fraction;
	}
	for (unsigned int cause = 0; cause < NR_MODEL_CAUSES; cause++) {
		all += units[cause];
		if (by_cause)
			by_cause[cause] = to_cycles(units[cause]);
	}
	return to_cycles(all);
}

void model_cycles(const struct model_cpu *cpu, const uint64_t count[NR_MODEL_COUNTS],
		  struct model_cycles *cycles)
{
	cycles->low = sum(cpu, count, LOW, NULL);
	cycles->mid = sum(cpu, count, MID, cycles->cause);
	cycles->high = sum(cpu, count, HIGH, NULL);
}
