// SPDX-License-Identifier: GPL-2.0
/* See model_values.h. */
#include <stdio.h>

#include "model_values.h"

static const struct {
	const char *name, *unit;
} counts[NR_MODEL_COUNTS] = {
#define MODEL_COUNT_TEXT(name, unit, meaning) { #name, unit },
	MODEL_COUNTS(MODEL_COUNT_TEXT)
#undef MODEL_COUNT_TEXT
};

static const char *const causes[NR_MODEL_CAUSES] = {
#define MODEL_CAUSE_TEXT(name, meaning) #name,
	MODEL_CAUSES(MODEL_CAUSE_TEXT)
#undef MODEL_CAUSE_TEXT
};

const char *model_world_name(enum model_world world)
{
	static const char *const names[NR_MODEL_WORLDS] = {
		[MODEL_GUEST] = "guest",
		[MODEL_HOST] = "host",
		[MODEL_NATIVE] = "native",
	};

	return names[world];
}

const char *model_cause_name(enum model_cause cause)
{
	return causes[cause];
}

bool model_has_world(const struct modelled *modelled, enum model_world world)
{
	return world != MODEL_NATIVE || modelled->native;
}

bool model_count_is_exact(enum model_world world, enum model_count count)
{
	if (world == MODEL_HOST)
		return false;
	switch (count) {
	case MODEL_CNT_instructions:
	case MODEL_CNT_repeats:
	case MODEL_CNT_loads:
	case MODEL_CNT_stores:
	case MODEL_CNT_exception:
	case MODEL_CNT_invlpg:
	case MODEL_CNT_invpcid:
	case MODEL_CNT_mov_cr3:
	case MODEL_CNT_cr_write:
		return true;
	default:
		return false;
	}
}

const char *model_count_name(enum model_count count)
{
	return counts[count].name;
}

void model_value_name(const struct model_cpu *cpu, enum model_world world, const char *name,
		      char buf[MODEL_VALUE_NAME_BYTES])
{
	snprintf(buf, MODEL_VALUE_NAME_BYTES, "model.%s.%s.%s", cpu->name, model_world_name(world),
		 name);
}

void model_values(const struct model_cpu *cpu, const uint64_t count[NR_MODEL_COUNTS],
		  model_value each, void *opaque)
{
	struct model_cycles cycles;
	unsigned int i;
	char name[64];

	for (i = 0; i < NR_MODEL_COUNTS; i++) {
		if (count[i])
			each(opaque, counts[i].name, counts[i].unit, count[i]);
	}
	model_cycles(cpu, count, &cycles);
	each(opaque, "cycles_low", MODEL_CYCLES_UNIT, cycles.low);
	each(opaque, "cycles_mid", MODEL_CYCLES_UNIT, cycles.mid);
	each(opaque, "cycles_high", MODEL_CYCLES_UNIT, cycles.high);
	for (i = 0; i < NR_MODEL_CAUSES; i++) {
		snprintf(name, sizeof(name), "cycles_%s", causes[i]);
		each(opaque, name, MODEL_CYCLES_UNIT, cycles.cause[i]);
	}
}

void model_counts_subtract(const struct modelled *modelled, const struct model_counts *begin,
			   const struct model_counts *end, struct model_counts *delta)
{
	unsigned int c, w, i;

	for (c = 0; c < modelled->nr; c++) {
		for (w = 0; w < NR_MODEL_WORLDS; w++) {
			for (i = 0; i < NR_MODEL_COUNTS; i++)
				delta[c].count[w][i] = end[c].count[w][i] - begin[c].count[w][i];
		}
	}
}

void model_counts_run(const struct model_counts *all, uint64_t sum[NR_MODEL_COUNTS])
{
	unsigned int i;

	for (i = 0; i < NR_MODEL_COUNTS; i++)
		sum[i] = all->count[MODEL_GUEST][i] + all->count[MODEL_HOST][i];
}

uint64_t model_walks(const uint64_t count[NR_MODEL_COUNTS])
{
	return count[MODEL_CNT_walk_fetch] + count[MODEL_CNT_walk_load] +
	       count[MODEL_CNT_walk_store];
}

uint64_t model_references(const uint64_t count[NR_MODEL_COUNTS])
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = MODEL_CNT_ref_guest_1; i <= MODEL_CNT_ref_ept_5; i++)
		sum += count[i];
	return sum;
}
