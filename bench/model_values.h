/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the models of CPUs say of a phase, value by value, under the names and units that
 * all outputs use: the one place that makes them. The writers (csv.c, json.c) print them.
 */
#ifndef BENCH_MODEL_VALUES_H
#define BENCH_MODEL_VALUES_H

#include "cpus.h"
#include "model/cost.h"

#define MODEL_CYCLES_UNIT "modelled cycles"
#define MODEL_VALUE_NAME_BYTES 96

const char *model_count_name(enum model_count count);
const char *model_world_name(enum model_world world);
const char *model_cause_name(enum model_cause cause);
/* False for native where it is unknown. */
bool model_has_world(const struct modelled *modelled, enum model_world world);

/* `model.skylake-sp.guest.walk_load` */
void model_value_name(const struct model_cpu *cpu, enum model_world world, const char *name,
		      char buf[MODEL_VALUE_NAME_BYTES]);

typedef void (*model_value)(void *opaque, const char *name, const char *unit, uint64_t value);

/* Calls each for every count that is not 0, then for the modelled cycles of all kinds. */
void model_values(const struct model_cpu *cpu, const uint64_t count[NR_MODEL_COUNTS],
		  model_value each, void *opaque);

/*
 * A count that is the same in each repetition: what the guest executes. What it finds in
 * TLBs and caches depends on the host's interrupts and on which frames the VM got.
 */
bool model_count_is_exact(enum model_world world, enum model_count count);

/* end - begin, count by count, into delta (which may be end). */
void model_counts_subtract(const struct modelled *modelled, const struct model_counts *begin,
			   const struct model_counts *end, struct model_counts *delta);
/* The two worlds that a run really has, together. */
void model_counts_run(const struct model_counts *counts, uint64_t sum[NR_MODEL_COUNTS]);

/* Page walks of all kinds, and their references of all kinds. */
uint64_t model_walks(const uint64_t count[NR_MODEL_COUNTS]);
uint64_t model_references(const uint64_t count[NR_MODEL_COUNTS]);

#endif
