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

/* Of one set. */
struct sets_order {
	uint64_t bits; /* trees: one per node, and more; FIFO: the way to replace next */
	uint32_t recent; /* the slot used last */
};

struct sets {
	uint64_t *key; /* by slot: set * ways + way; 0: empty */
	uint64_t *stamp; /* LRU: when each slot was used last */
	struct sets_order *order; /* by set */
	const uint8_t *live; /* by tag number; NULL: keys have no tags */
	uint64_t clock;
	uint64_t mask; /* sets - 1 where they are a power of two, else 0 */
	unsigned int nr_sets, ways;
	unsigned int xor_bits; /* 0: linear */
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
/* Takes a slot for the key in that set, and replaces what was there. The array has sets. */
uint32_t sets_fill(struct sets *sets, unsigned int set, uint64_t key);
/* Every key's tag number becomes map[number]; 0: the key is dropped. */
void sets_renumber(struct sets *sets, const uint16_t *map);

static inline uint32_t sets_slots(const struct sets *sets)
{
	return sets->nr_sets * sets->ways;
}

/* The set of a page or line number. */
static inline unsigned int sets_index(const struct sets *sets, uint64_t number)
{
	if (sets->xor_bits)
		number ^= number >> sets->xor_bits;
	if (sets->mask || sets->nr_sets == 1)
		return number & sets->mask;
	return number % sets->nr_sets;
}

/* The slot that holds either key, or SETS_NONE. The array has sets. */
static inline uint32_t sets_find(const struct sets *sets, unsigned int set, uint64_t key,
				 uint64_t other)
{
	const uint32_t recent = sets->order[set].recent;
	const uint32_t end = (set + 1) * sets->ways;

	if (sets->key[recent] == key || sets->key[recent] == other)
		return recent;
	for (uint32_t slot = set * sets->ways; slot < end; slot++)
		if (sets->key[slot] == key || sets->key[slot] == other)
			return slot;
	return SETS_NONE;
}

/* The slot is now the one used last; in every order but FIFO that counts. */
static inline void sets_order_use(struct sets *sets, unsigned int set, uint32_t slot)
{
	const uint32_t way = slot - set * sets->ways;
	struct sets_order *order = &sets->order[set];

	order->recent = slot;
	switch (sets->replacement) {
	case MODEL_LRU:
		sets->stamp[slot] = ++sets->clock;
		break;
	case MODEL_PLRU:
	case MODEL_MRU_PLRU:
		order->bits = (order->bits & ~sets->clear[way]) | sets->set[way];
		break;
	case MODEL_FIFO:
		break;
	}
}

/* A hit. Using the slot that was used last once more changes no order. */
static inline void sets_use(struct sets *sets, unsigned int set, uint32_t slot)
{
	if (sets->order[set].recent != slot)
		sets_order_use(sets, set, slot);
}

#endif
