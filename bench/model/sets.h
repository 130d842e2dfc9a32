/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A set-associative array of keys: every TLB, paging-structure cache and data cache of the
 * model is one. It knows which keys it holds and which one to replace; what belongs to a
 * key is kept by its owner in an array of its own, by the slot's number.
 *
 * A key is any number but 0. Keys of the structures that translate have a tag number in
 * bits 63:48 (tags.h); a key whose tag is no longer live counts as absent, so that one
 * store flushes everything under a tag.
 */
#ifndef MODEL_SETS_H
#define MODEL_SETS_H

#include <stdbool.h>
#include <stdint.h>

#include "description.h"

#define SETS_TAG_SHIFT 48
#define SETS_MAX_TREE_WAYS 64
#define SETS_WAY_BITS 16

struct sets {
	uint64_t *key; /* by slot: set * stride + way; 0: empty */
	uint64_t *marks; /* a byte for each slot, see sets_mark() */
	uint64_t *stamp; /* LRU, by slot: when it was used last, and its way in the lowest bits */
	uint64_t *order; /* by set; trees: a bit per node, and more; FIFO: the next way */
	const uint8_t *live; /* by tag number; NULL: keys have no tags, and none is ever dropped */
	uint64_t clock;
	uint64_t mask; /* sets - 1, where they are a power of two */
	bool modulo; /* they are not */
	unsigned int nr_sets, ways;
	unsigned int stride; /* slots of a set: the ways, and what makes them a multiple of 8 */
	unsigned int mark_shift;
	unsigned int fold; /* index=xorN: N; else 63, by which nothing is left */
	enum model_replacement replacement;
	/* Trees: using a way clears some bits of the order and sets others. */
	uint64_t clear[SETS_MAX_TREE_WAYS], set[SETS_MAX_TREE_WAYS];
};

#define SETS_NONE UINT32_MAX

/* 0, or -1: no memory. A geometry without sets gives an array that never holds anything. */
int sets_init(struct sets *sets, const struct model_geometry *geometry, const uint8_t *live);
void sets_free(struct sets *sets);
/* All empty, and as never used. */
void sets_reset(struct sets *sets);
/*
 * Takes a slot for the key in that set, and replaces what was there. number is what
 * the key has been found by, and the index made of. The array has sets.
 */
uint32_t sets_fill(struct sets *sets, unsigned int set, uint64_t number, uint64_t key);
/* Every key's tag number becomes map[number]; 0: the key is dropped. */
void sets_renumber(struct sets *sets, const uint16_t *map);

static inline uint32_t sets_slots(const struct sets *sets)
{
	return sets->nr_sets * sets->stride;
}

/* The set of a page or line number, which has less than 63 bits. */
static inline unsigned int sets_index(const struct sets *sets, uint64_t number)
{
	number ^= number >> sets->fold;
	return sets->modulo ? number % sets->nr_sets : number & sets->mask;
}

/* A byte that tells most keys of a set apart: number is what the index is made of. */
static inline uint64_t sets_mark(const struct sets *sets, uint64_t number)
{
	return number >> sets->mark_shift & 0xff;
}

/*
 * The slot that holds either key, both of that number, or SETS_NONE. The array has sets.
 * The marks of eight slots are compared at once: no branch depends on which way it is.
 */
static inline uint32_t sets_find(const struct sets *sets, unsigned int set, uint64_t number,
				 uint64_t key, uint64_t other)
{
	const uint64_t low = 0x0101010101010101ull, high = 0x8080808080808080ull;
	const uint64_t wanted = sets_mark(sets, number) * low;
	const uint32_t end = (set + 1) * sets->stride;

	for (uint32_t first = set * sets->stride; first < end; first += 8) {
		const uint64_t differ = sets->marks[first / 8] ^ wanted;

		/* Every byte that is 0, and now and then one above it. */
		for (uint64_t found = (differ - low) & ~differ & high; found; found &= found - 1) {
			const uint32_t slot = first + __builtin_ctzll(found) / 8;

			if (sets->key[slot] == key || sets->key[slot] == other)
				return slot;
		}
	}
	return SETS_NONE;
}

/* The slot is now the one used last, which is nothing to FIFO. */
static inline void sets_use(struct sets *sets, unsigned int set, uint32_t slot)
{
	const uint32_t way = slot - set * sets->stride;

	switch (sets->replacement) {
	case MODEL_LRU:
		sets->stamp[slot] = ++sets->clock << SETS_WAY_BITS | way;
		break;
	case MODEL_PLRU:
	case MODEL_MRU_PLRU:
		sets->order[set] = (sets->order[set] & ~sets->clear[way]) | sets->set[way];
		break;
	case MODEL_FIFO:
		break;
	}
}

#endif
