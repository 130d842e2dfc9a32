/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From counts to modelled cycles: linear in the counts, so that it may be applied to the
 * difference of two moments.
 */
#ifndef MODEL_COST_H
#define MODEL_COST_H

#include "counts.h"
#include "description.h"

/* X(name, "meaning"): where modelled cycles go. */
#define MODEL_CAUSES(X) \
	X(instructions, "instructions at the CPU's cycles per instruction") \
	X(walks, "page walks, and second-level TLB hits") \
	X(data, "data cache misses") \
	X(fetches, "instruction cache misses") \
	X(transitions, "VM exits and entries, the hardware's part") \
	X(flushes, "instructions that flush TLBs") \
	X(assists, "updates of accessed and dirty bits, and exceptions")

enum model_cause {
#define MODEL_CAUSE_ENUM(name, meaning) MODEL_CAUSE_##name,
	MODEL_CAUSES(MODEL_CAUSE_ENUM)
#undef MODEL_CAUSE_ENUM
	NR_MODEL_CAUSES
};

/* In cycles, rounded to the nearest. */
struct model_cycles {
	uint64_t cause[NR_MODEL_CAUSES]; /* by the middle of each constant */
	uint64_t low, mid, high; /* mid is the sum of cause[] but for rounding */
};

/* The modelled cycles of one world's counts. */
void model_cycles(const struct model_cpu *cpu, const uint64_t count[NR_MODEL_COUNTS],
		  struct model_cycles *cycles);

#endif
