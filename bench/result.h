/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What to run, and what came of it: one run of one guest is a list of phases
 * with the counters' change over each. Pure data and the arithmetic on it;
 * the runner fills it, the writers (csv.c, json.c, human.c) print it.
 */
#ifndef BENCH_RESULT_H
#define BENCH_RESULT_H

#include "cpus.h"
#include "engine.h"
#include "guest_file.h"
#include "hvbench.h"
#include "tables.h"

/* One configuration, complete: nothing is left to defaults. */
struct run_spec {
	const struct engine_ops *engine;
	const struct guest_file *guest;
	uint32_t mmu;
	uint32_t knob[HVBENCH_MAX_KNOBS];
	uint64_t value[HVBENCH_MAX_PARAMS];
	uint64_t memory_bytes;
};

#define MEMORY_DEFAULT (64ull << 20)

struct phase {
	char name[HVBENCH_NAME_BYTES];
	uint32_t condition; /* enum hvbench_condition */
	uint64_t ops, tsc; /* tsc: without what the host's own exits took */
	struct hvbench_asked asked; /* flushes in this phase */
	uint64_t guest_table_bytes; /* at its end */
	uint64_t guest_faults;
	/* Change over the phase; of GAUGE and PEAK the level at its end. */
	struct hvbench_stats stats;
	uint64_t own[ENGINE_MAX_OWN]; /* the engine's own counters, alike */
	struct model_counts model[MODEL_MAX_CPUS]; /* by run_result.modelled */
};

#define MAX_PHASES 64

struct run_result {
	unsigned int nr_phases;
	struct phase *phase;
	/* From the VM's creation to the guest's EXIT, phases or not; as timed. */
	struct hvbench_stats total;
	struct modelled modelled;
};

/* All defaults: of the guest, of the knobs; ept; enough memory. */
void spec_init(struct run_spec *spec, const struct engine_ops *engine,
	       const struct guest_file *guest);
/* The default of memory for a guest, and any size rounded up to the unit. */
uint64_t spec_memory(const struct guest_file *guest, uint64_t wanted, uint32_t backing);
bool spec_equal(const struct run_spec *a, const struct run_spec *b);
/* `pages=1024 passes=8`: every parameter, in the guest's order. */
void spec_params(const struct run_spec *spec, char *buf, size_t size);
/* False for knobs of the other MMU, and for those that the engine lacks. */
bool spec_knob_applies(const struct run_spec *spec, unsigned int knob);
/*
 * `engine=kvm mmu=spt vpid=off`: the engine where it is not the first, the MMU
 * and every knob that is not at its default.
 */
void spec_variant(const struct run_spec *spec, const struct engine_ops *first, char *buf,
		  size_t size);
/* The VM that it asks for. */
void spec_config(const struct run_spec *spec, struct vm_config *config);

void result_free(struct run_result *result);

/* end - begin, counter by counter, into delta (which may be end). */
void stats_subtract(const struct hvbench_stats *begin, const struct hvbench_stats *end,
		    struct hvbench_stats *delta);
/* The same for the engine's own counters. */
void own_subtract(const struct engine_ops *engine, const uint64_t *begin, const uint64_t *end,
		  uint64_t *delta);

/* Flushes that the hypervisor executed: the sum of the flush_* counters. */
uint64_t phase_flushes(const struct phase *phase);
/* Flushes that the guest asked for and the hypervisor did not see. */
uint64_t phase_untrapped(const struct phase *phase);

/* True where both went through the same phases in the same order. */
bool results_same_phases(const struct run_result *a, const struct run_result *b);
/*
 * Compares the exact counts of two repetitions: all but times and what the
 * host's interrupts add. True when equal; else what says which one differs.
 */
bool results_counts_equal(const struct engine_ops *engine, const struct run_result *a,
			  const struct run_result *b, char *what, size_t size);

/* Sorts the values; the mean of the middle two of an even number. */
double median(double *values, unsigned int nr);

#endif
