/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An engine runs guests: our module is one (engine_hvbench.c), KVM the other
 * (engine_kvm.c). The runner drives whichever it is given through this
 * interface and knows no ioctl.
 */
#ifndef BENCH_ENGINE_H
#define BENCH_ENGINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "failure.h"
#include "hvbench.h"
#include "model/channel.h"
#include "tables.h"

struct engine_ops;

struct engine {
	const struct engine_ops *ops;
	/* What module and CPU offer; version 0 where the engine can't tell. */
	struct hvbench_info info;
	int fd;
};

/* What a VM is made of. */
struct vm_config {
	uint32_t mmu; /* enum hvbench_mmu */
	uint32_t knob[HVBENCH_MAX_KNOBS]; /* of the other MMU: the default */
	uint64_t memory_bytes; /* a multiple of HVBENCH_MEMORY_UNIT */
	/* For an engine whose counting costs: what this run counts, not what it takes. */
	bool counting;
};

/* Counters of an engine's own, beside hv/uapi/counters.h. */
#define ENGINE_MAX_OWN 24

/* All counters of one moment. */
struct snapshot {
	struct hvbench_stats stats;
	uint64_t own[ENGINE_MAX_OWN]; /* in the order of engine_ops.own */
	/* Of the CPUs that the run is modelled on; no engine's, but the runner's. */
	struct model_counts model[MODEL_MAX_CPUS];
};

struct vm {
	struct engine *engine;
	struct vm_config config;
	void *memory; /* guest memory, config.memory_bytes of it */
	int fd;
	void *state; /* the engine's own */
};

struct engine_ops {
	const char *name; /* as in the CSV */
	/*
	 * Only one MMU can be in use at a time, and to change it takes long: a suite
	 * goes through all of one MMU's runs first.
	 */
	bool one_mmu_at_a_time;
	/*
	 * Counts exits by reason and flushes by kind in a run of their own, with
	 * vm_config.counting, because it would be slower and take more than others.
	 */
	bool counts_apart;
	/* NULL: of all; else of which of our counters and knobs it knows. */
	bool (*has_counter)(unsigned int counter);
	bool (*has_knob)(unsigned int knob);
	/* Its own counters; NULL where it has none. */
	const struct counter *own;
	unsigned int nr_own;
	/* Says without the machine what can never be run; NULL: nothing. */
	int (*check)(const struct vm_config *config, struct failure *why);
	/*
	 * One line of what it offers, or why it does not: for a look that must change
	 * nothing. NULL: open() does no harm and tells it better.
	 */
	void (*offer)(char *buf, size_t size);
	/* Checks that the engine is there and usable. */
	int (*open)(struct engine *engine, struct failure *why);
	void (*close)(struct engine *engine);
	/* A VM with empty memory; -1 leaves nothing behind. */
	int (*create)(struct engine *engine, const struct vm_config *config, struct vm *vm,
		      struct failure *why);
	void (*destroy)(struct vm *vm);
	int (*start)(struct vm *vm, const struct hvbench_start *start, struct failure *why);
	/*
	 * Runs the guest until it rings or ends, see struct hvbench_run. With
	 * HVBENCH_RUN_NONE a signal came in between: ask stop_requested().
	 */
	int (*run)(struct vm *vm, struct hvbench_run *run, struct failure *why);
	/* The counters since creation, all of one moment between two runs. */
	void (*read_counters)(struct vm *vm, struct snapshot *now);
	/* What results depend on, into environment.json; called before close. */
	void (*describe)(const struct engine *engine, json_t *environment);
};

extern const struct engine_ops engine_hvbench, engine_kvm;

bool engine_has_counter(const struct engine_ops *ops, unsigned int counter);
/* True where it counts the flushes that it executes. */
bool engine_has_flushes(const struct engine_ops *ops);
/* True where it counts all flushes of the guest that it traps. */
bool engine_has_trapped(const struct engine_ops *ops);
bool engine_has_knob(const struct engine_ops *ops, unsigned int knob);
/* What can never be run: -1 and a sentence. */
int engine_check(const struct engine_ops *ops, const struct vm_config *config, struct failure *why);
/* The name of one of its own counters, as results have it: kvm.tlb_flush. */
void engine_own_name(const struct engine_ops *ops, unsigned int own, char *buf, size_t size);

#endif
