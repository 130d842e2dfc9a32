/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An engine runs guests: our module is one (engine_hvbench.c). The runner
 * drives whichever it is given through this interface and knows no ioctl.
 */
#ifndef BENCH_ENGINE_H
#define BENCH_ENGINE_H

#include <stdint.h>

#include "failure.h"
#include "hvbench.h"

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
	void (*read_stats)(struct vm *vm, struct hvbench_stats *stats);
};

extern const struct engine_ops engine_hvbench;

#endif
