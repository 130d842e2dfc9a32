// SPDX-License-Identifier: GPL-2.0
/* See result.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_values.h"
#include "result.h"

uint64_t spec_memory(const struct guest_file *guest, uint64_t wanted, uint32_t backing)
{
	uint64_t unit = backing == HVBENCH_SIZE_1G ? 1ull << 30 : HVBENCH_MEMORY_UNIT;
	uint64_t bytes = wanted;

	if (!bytes)
		bytes = guest->info.min_memory_bytes > MEMORY_DEFAULT ? guest->info.min_memory_bytes
								      : MEMORY_DEFAULT;
	if (bytes > HVBENCH_MEMORY_MAX)
		bytes = HVBENCH_MEMORY_MAX;
	return (bytes + unit - 1) & ~(unit - 1);
}

void spec_init(struct run_spec *spec, const struct engine_ops *engine,
	       const struct guest_file *guest)
{
	unsigned int i;

	memset(spec, 0, sizeof(*spec));
	spec->engine = engine;
	spec->guest = guest;
	for (i = 0; i < HVBENCH_NR_KNOBS; i++)
		spec->knob[i] = knob_get(i)->def;
	for (i = 0; i < guest->info.nr_params; i++)
		spec->value[i] = guest->info.params[i].def;
	spec->memory_bytes = spec_memory(guest, 0, spec->knob[HVBENCH_KNOB_BACKING]);
}

bool spec_equal(const struct run_spec *a, const struct run_spec *b)
{
	return a->engine == b->engine && a->guest == b->guest && a->mmu == b->mmu &&
	       !memcmp(a->knob, b->knob, sizeof(a->knob)) &&
	       !memcmp(a->value, b->value, sizeof(a->value));
}

void spec_params(const struct run_spec *spec, char *buf, size_t size)
{
	const struct hvbench_guest_info *info = &spec->guest->info;
	size_t used = 0;
	unsigned int i;

	buf[0] = '\0';
	for (i = 0; i < info->nr_params && used < size; i++)
		used += snprintf(buf + used, size - used, "%s%s=%" PRIu64, i ? " " : "",
				 info->params[i].name, spec->value[i]);
}

bool spec_knob_applies(const struct run_spec *spec, unsigned int knob)
{
	return knob_applies(knob, spec->mmu) && engine_has_knob(spec->engine, knob);
}

void spec_variant(const struct run_spec *spec, const struct engine_ops *first, char *buf,
		  size_t size)
{
	size_t used = 0;
	unsigned int i;

	if (spec->engine != first)
		used = snprintf(buf, size, "engine=%s ", spec->engine->name);
	used += snprintf(buf + used, size - used, "mmu=%s", mmu_name(spec->mmu));

	for (i = 0; i < HVBENCH_NR_KNOBS && used < size; i++) {
		const struct knob *knob = knob_get(i);

		if (spec->knob[i] != knob->def && spec_knob_applies(spec, i))
			used += snprintf(buf + used, size - used, " %s=%s", knob->name,
					 knob->choice.name[spec->knob[i]]);
	}
}

void spec_config(const struct run_spec *spec, struct vm_config *config)
{
	memset(config, 0, sizeof(*config));
	config->mmu = spec->mmu;
	config->memory_bytes = spec->memory_bytes;
	memcpy(config->knob, spec->knob, sizeof(config->knob));
}

void result_free(struct run_result *result)
{
	free(result->phase);
	memset(result, 0, sizeof(*result));
}

/* Of a GAUGE or PEAK the level at the end. */
static uint64_t change(const struct counter *counter, uint64_t begin, uint64_t end)
{
	return counter->kind == COUNTER_EVENT ? end - begin : end;
}

void stats_subtract(const struct hvbench_stats *begin, const struct hvbench_stats *end,
		    struct hvbench_stats *delta)
{
	unsigned int i, b;

	for (i = 0; i < HVBENCH_NR_COUNTERS; i++)
		delta->counter[i] = change(counter_get(i), begin->counter[i], end->counter[i]);
	for (i = 0; i < HVBENCH_NR_EXIT_REASONS; i++) {
		delta->exits[i] = end->exits[i] - begin->exits[i];
		delta->outside_tsc[i] = end->outside_tsc[i] - begin->outside_tsc[i];
		for (b = 0; b < HVBENCH_HISTOGRAM_BUCKETS; b++)
			delta->outside_histogram[i][b] =
				end->outside_histogram[i][b] - begin->outside_histogram[i][b];
	}
}

void own_subtract(const struct engine_ops *engine, const uint64_t *begin, const uint64_t *end,
		  uint64_t *delta)
{
	unsigned int i;

	for (i = 0; i < engine->nr_own; i++)
		delta[i] = change(&engine->own[i], begin[i], end[i]);
}

uint64_t phase_flushes(const struct phase *phase)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < HVBENCH_NR_COUNTERS; i++) {
		if (counter_is_flush(i))
			sum += phase->stats.counter[i];
	}
	return sum;
}

static uint64_t beyond(uint64_t asked, uint64_t trapped)
{
	return asked > trapped ? asked - trapped : 0;
}

/* Kind by kind: a trapped load of CR4 must not hide an untrapped INVLPG. */
uint64_t phase_untrapped(const struct phase *phase)
{
	const __u64 *trapped = phase->stats.counter;

	return beyond(phase->asked.cr3, trapped[HVBENCH_CNT_guest_flush_cr3]) +
	       beyond(phase->asked.invlpg, trapped[HVBENCH_CNT_guest_flush_invlpg]) +
	       beyond(phase->asked.invpcid, trapped[HVBENCH_CNT_guest_flush_invpcid]) +
	       beyond(phase->asked.cr4, trapped[HVBENCH_CNT_guest_flush_cr4]);
}

static bool own_counts_equal(const struct engine_ops *engine, const struct phase *a,
			     const struct phase *b, char *what, size_t size)
{
	char name[64];
	unsigned int i;

	for (i = 0; i < engine->nr_own; i++) {
		if (a->own[i] == b->own[i] || !strcmp(engine->own[i].unit, "tsc"))
			continue;
		engine_own_name(engine, i, name, sizeof(name));
		snprintf(what, size, "%s in phase %s: %" PRIu64 " and %" PRIu64, name, a->name,
			 a->own[i], b->own[i]);
		return false;
	}
	return true;
}

static bool phase_counts_equal(const struct phase *a, const struct phase *b, char *what,
			       size_t size)
{
	char name[EXIT_NAME_BYTES];
	unsigned int i;

	for (i = 0; i < HVBENCH_NR_COUNTERS; i++) {
		uint64_t x = a->stats.counter[i], y = b->stats.counter[i];

		if (x == y || i == HVBENCH_CNT_host_exits || !strcmp(counter_get(i)->unit, "tsc"))
			continue;
		snprintf(what, size, "%s in phase %s: %" PRIu64 " and %" PRIu64,
			 counter_get(i)->name, a->name, x, y);
		return false;
	}
	for (i = 0; i < HVBENCH_NR_EXIT_REASONS; i++) {
		if (exit_is_hosts(i) || a->stats.exits[i] == b->stats.exits[i])
			continue;
		snprintf(what, size, "exit.%s in phase %s: %llu and %llu", exit_name(i, name),
			 a->name, a->stats.exits[i], b->stats.exits[i]);
		return false;
	}
	if (a->ops != b->ops || a->guest_faults != b->guest_faults ||
	    a->guest_table_bytes != b->guest_table_bytes ||
	    memcmp(&a->asked, &b->asked, sizeof(a->asked))) {
		snprintf(what, size,
			 "the guest's own counts (ops, faults, flushes asked for, table bytes) in "
			 "phase %s",
			 a->name);
		return false;
	}
	return true;
}

static bool model_counts_equal(const struct modelled *modelled, const struct phase *a,
			       const struct phase *b, char *what, size_t size)
{
	char name[MODEL_VALUE_NAME_BYTES];
	unsigned int c, w, i;

	for (c = 0; c < modelled->nr; c++) {
		for (w = 0; w < NR_MODEL_WORLDS; w++) {
			for (i = 0; i < NR_MODEL_COUNTS; i++) {
				uint64_t x = a->model[c].count[w][i], y = b->model[c].count[w][i];

				if (x == y || !model_count_is_exact(w, i))
					continue;
				model_value_name(&modelled->cpu[c]->cpu, w, model_count_name(i),
						 name);
				snprintf(what, size, "%s in phase %s: %" PRIu64 " and %" PRIu64,
					 name, a->name, x, y);
				return false;
			}
		}
	}
	return true;
}

bool results_same_phases(const struct run_result *a, const struct run_result *b)
{
	unsigned int i;

	if (a->nr_phases != b->nr_phases)
		return false;
	for (i = 0; i < a->nr_phases; i++) {
		if (strcmp(a->phase[i].name, b->phase[i].name) ||
		    a->phase[i].condition != b->phase[i].condition)
			return false;
	}
	return true;
}

bool results_counts_equal(const struct engine_ops *engine, const struct run_result *a,
			  const struct run_result *b, char *what, size_t size)
{
	unsigned int i;

	if (!results_same_phases(a, b)) {
		snprintf(what, size, "their phases");
		return false;
	}
	for (i = 0; i < a->nr_phases; i++) {
		if (!phase_counts_equal(&a->phase[i], &b->phase[i], what, size) ||
		    !own_counts_equal(engine, &a->phase[i], &b->phase[i], what, size) ||
		    !model_counts_equal(&a->modelled, &a->phase[i], &b->phase[i], what, size))
			return false;
	}
	return true;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double median(double *values, unsigned int nr)
{
	qsort(values, nr, sizeof(*values), by_value);
	if (nr % 2)
		return values[nr / 2];
	return (values[nr / 2 - 1] + values[nr / 2]) / 2;
}
