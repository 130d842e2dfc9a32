// SPDX-License-Identifier: GPL-2.0
/*
 * Allocation, filling and replacement of set-associative arrays, see sets.h. Trees are
 * kept as bits numbered as in a heap: node 1 is the root, the children of n are 2n and
 * 2n+1, and a bit that is set says that the next replacement goes to the right.
 */
#include <stdlib.h>
#include <string.h>

#include "sets.h"

/* MRU-PLRU: three trees of four ways, each with a byte of bits; above them the tree used last. */
#define MRU_TREES 3
#define MRU_TREE_WAYS 4
#define MRU_SHIFT 32

/* The path to a way of a tree: using the way turns every node on it away from the way. */
static void tree_path(unsigned int ways, unsigned int way, uint64_t *clear, uint64_t *set)
{
	unsigned int node = 1;

	*clear = 0;
	*set = 0;
	for (unsigned int half = ways / 2; half; half /= 2) {
		bool right = way & half;

		*clear |= 1ull << node;
		if (!right)
			*set |= 1ull << node;
		node = 2 * node + right;
	}
}

static unsigned int tree_victim(uint64_t bits, unsigned int ways)
{
	unsigned int node = 1;

	while (node < ways)
		node = 2 * node + (bits >> node & 1);
	return node - ways;
}

static void init_trees(struct sets *sets)
{
	for (unsigned int way = 0; way < sets->ways; way++) {
		uint64_t *clear = &sets->clear[way], *set = &sets->set[way];
		uint64_t tree = way / MRU_TREE_WAYS;

		if (sets->replacement == MODEL_PLRU) {
			tree_path(sets->ways, way, clear, set);
			continue;
		}
		tree_path(MRU_TREE_WAYS, way % MRU_TREE_WAYS, clear, set);
		*clear = *clear << 8 * tree | 3ull << MRU_SHIFT;
		*set = *set << 8 * tree | tree << MRU_SHIFT;
	}
}

int sets_init(struct sets *sets, const struct model_geometry *geometry, const uint8_t *live)
{
	const unsigned int stride = (geometry->ways + 7) / 8 * 8;
	const size_t slots = (size_t)geometry->sets * stride;

	*sets = (struct sets){
		.live = live,
		.nr_sets = geometry->sets,
		.ways = geometry->ways,
		.stride = stride,
		.fold = geometry->index == MODEL_INDEX_XOR ? geometry->xor_bits : 63,
		.replacement = geometry->replacement,
	};
	if (!geometry->sets || !geometry->ways) {
		sets->nr_sets = 0;
		return 0;
	}
	sets->mask = sets->nr_sets - 1;
	sets->modulo = sets->nr_sets & (sets->nr_sets - 1);
	while (1u << sets->mark_shift < sets->nr_sets)
		sets->mark_shift++;
	if (sets->replacement == MODEL_PLRU || sets->replacement == MODEL_MRU_PLRU)
		init_trees(sets);
	sets->key = calloc(slots, sizeof(*sets->key));
	sets->marks = calloc(slots / 8, sizeof(*sets->marks));
	sets->order = calloc(sets->nr_sets, sizeof(*sets->order));
	if (sets->replacement == MODEL_LRU)
		sets->stamp = calloc(slots, sizeof(*sets->stamp));
	if (!sets->key || !sets->marks || !sets->order ||
	    (sets->replacement == MODEL_LRU && !sets->stamp)) {
		sets_free(sets);
		return -1;
	}
	sets_reset(sets);
	return 0;
}

void sets_free(struct sets *sets)
{
	free(sets->key);
	free(sets->marks);
	free(sets->stamp);
	free(sets->order);
	*sets = (struct sets){ 0 };
}

void sets_reset(struct sets *sets)
{
	const uint32_t slots = sets_slots(sets);

	if (!slots)
		return;
	memset(sets->key, 0, slots * sizeof(*sets->key));
	for (uint32_t slot = 0; sets->stamp && slot < slots; slot++)
		sets->stamp[slot] = slot % sets->stride;
	memset(sets->order, 0, sets->nr_sets * sizeof(*sets->order));
	sets->clock = 0;
}

static bool holds_nothing(const struct sets *sets, uint32_t slot)
{
	const uint64_t key = sets->key[slot];

	return !key || (sets->live && !sets->live[key >> SETS_TAG_SHIFT]);
}

/* The slot that was used longest ago. Slots never used come before all others. */
static uint32_t oldest(const struct sets *sets, uint32_t first)
{
	uint64_t found = sets->stamp[first];

	for (uint32_t slot = first + 1; slot < first + sets->ways; slot++)
		found = sets->stamp[slot] < found ? sets->stamp[slot] : found;
	return first + (found & ((1u << SETS_WAY_BITS) - 1));
}

/* What would be replaced by the order only. */
static uint32_t next_victim(const struct sets *sets, unsigned int set)
{
	const uint32_t first = set * sets->stride;
	const uint64_t bits = sets->order[set];
	unsigned int tree;

	switch (sets->replacement) {
	case MODEL_LRU:
		return oldest(sets, first);
	case MODEL_PLRU:
		return first + tree_victim(bits, sets->ways);
	case MODEL_MRU_PLRU:
		tree = ((bits >> MRU_SHIFT) + 1) % MRU_TREES;
		return first + tree * MRU_TREE_WAYS + tree_victim(bits >> 8 * tree, MRU_TREE_WAYS);
	case MODEL_FIFO:
		return first + bits;
	}
	return first;
}

/* An empty slot comes before the order's choice, which may itself be empty. */
static uint32_t choose(const struct sets *sets, unsigned int set)
{
	const uint32_t victim = next_victim(sets, set);
	const uint32_t first = set * sets->stride;

	if ((!sets->live && sets->replacement == MODEL_LRU) || holds_nothing(sets, victim))
		return victim;
	for (uint32_t slot = first; slot < first + sets->ways; slot++)
		if (holds_nothing(sets, slot))
			return slot;
	return victim;
}

uint32_t sets_fill(struct sets *sets, unsigned int set, uint64_t number, uint64_t key)
{
	const uint32_t slot = choose(sets, set);
	uint64_t *marks = &sets->marks[slot / 8];
	const unsigned int shift = slot % 8 * 8;

	sets->key[slot] = key;
	*marks = (*marks & ~(0xffull << shift)) | sets_mark(sets, number) << shift;
	if (sets->replacement == MODEL_FIFO)
		sets->order[set] = (slot - set * sets->stride + 1) % sets->ways;
	sets_use(sets, set, slot);
	return slot;
}

void sets_renumber(struct sets *sets, const uint16_t *map)
{
	const uint64_t rest = (1ull << SETS_TAG_SHIFT) - 1;

	for (uint32_t slot = 0; slot < sets_slots(sets); slot++) {
		const uint64_t number = map[sets->key[slot] >> SETS_TAG_SHIFT];

		sets->key[slot] = number ? number << SETS_TAG_SHIFT | (sets->key[slot] & rest) : 0;
	}
}
