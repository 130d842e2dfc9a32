/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The data and instruction caches: L1I, L1D and L2 of a core and the L3 that the cores
 * share, of 64-byte lines by host-physical address. A line is put into every level that
 * missed it, and a level that loses a line tells no other. Writing back costs nothing, and a
 * store takes no line away from other cores: what cores pay for shared lines is not modelled.
 */
#ifndef MODEL_CACHE_H
#define MODEL_CACHE_H

#include "sets.h"

#define CACHE_LINE_SHIFT 6

struct caches {
	struct sets l1i, l1d, l2;
	struct sets *l3; /* the model's */
};

/* The order is that of the counts *_served_l2, _l3, _memory, and of walk_served_l1. */
enum cache_served { CACHE_L1, CACHE_L2, CACHE_L3, CACHE_MEMORY };

int caches_init(struct caches *caches, const struct model_cpu *cpu, struct sets *l3);
void caches_free(struct caches *caches);
void caches_reset(struct caches *caches);
/* After a miss of the first level: who has the line, which all levels then have. */
enum cache_served cache_miss(struct caches *caches, struct sets *l1, uint64_t line);

static inline uint64_t cache_key(uint64_t line)
{
	return line | 1ull << 63;
}

/* True: the array holds the line, and it counts as used. */
static inline bool cache_hit(struct sets *sets, uint64_t line)
{
	unsigned int set;
	uint32_t slot;

	if (!sets->nr_sets)
		return false;
	set = sets_index(sets, line);
	slot = sets_find(sets, set, line, cache_key(line), cache_key(line));
	if (slot == SETS_NONE)
		return false;
	sets_use(sets, set, slot);
	return true;
}

/* One access through a first-level cache. */
static inline enum cache_served cache_access(struct caches *caches, struct sets *l1, uint64_t line)
{
	return cache_hit(l1, line) ? CACHE_L1 : cache_miss(caches, l1, line);
}

#endif
