/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A random guest program, run on a backend and checked access by access, see
 * program.c. Who runs programs: differential.c, test_harness.c, fuzz.c.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "machine.h"

enum program_mode {
	/* The guest flushes at once what an edit made stale. */
	PROGRAM_STRICT,
	/* It flushes when it likes; old translations may live on until then. */
	PROGRAM_LAZY,
};

/* What a guest may use; a backend that has less than all is named with what it has. */
#define PROGRAM_PCID BIT(0) /* CR4.PCIDE, INVPCID */
#define PROGRAM_SMEP_SMAP BIT(1)
#define PROGRAM_LA57 BIT(2)
#define PROGRAM_LOG BIT(3)
#define PROGRAM_KNOBS BIT(4) /* all knobs of its own */
#define PROGRAM_ALL GENMASK(4, 0)

struct program_config {
	const struct hv_mmu_ops *ops;
	u32 sync; /* enum hvbench_spt_sync */
	enum program_mode mode;
	u64 seed; /* everything random comes from it */
	u32 operations;
	const u8 *tape; /* or NULL: what the operations are made of, and its length */
	size_t tape_bytes;
	u32 features; /* PROGRAM_PCID and so on */
	/* The backend's own check of its tables, or NULL. */
	const char *(*audit)(struct hv_mmu *mmu);
	bool verbose; /* print every operation */
};

struct program_result {
	u64 accesses, faults, outside, edits, flushes;
	u32 operations; /* done; on failure the last one failed */
	u64 counter[HVBENCH_NR_COUNTERS];
	char why[8192]; /* empty, or what went wrong, with the last operations */
	char setup[1024]; /* the machine that the seed made, with all knobs */
};

/* True if every outcome was one that the architecture allows. */
bool program_run(const struct program_config *config, struct program_result *result);

#endif
