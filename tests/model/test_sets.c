// SPDX-License-Identifier: GPL-2.0
/*
 * Replacement orders against slow implementations that say what they mean: a list for LRU
 * and FIFO, a tree of booleans for PLRU. Random streams over a few more keys than ways, with
 * keys dropped now and then.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "sets.h"

#define ACCESSES 20000
#define MAX_WAYS 72

static uint32_t seed;

static unsigned int pick(unsigned int below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

/* One set, by the book. */
struct book {
	enum model_replacement replacement;
	unsigned int ways;
	uint64_t held[MAX_WAYS]; /* by way; 0: empty */
	unsigned int order[MAX_WAYS]; /* LRU, FIFO: ways, the next to be replaced first */
	bool right[MAX_WAYS * 2]; /* PLRU: of node n, the next replacement goes there */
};

static void book_open(struct book *b, enum model_replacement replacement, unsigned int ways)
{
	memset(b, 0, sizeof(*b));
	b->replacement = replacement;
	b->ways = ways;
	for (unsigned int way = 0; way < ways; way++)
		b->order[way] = way;
}

static void move_to_end(struct book *b, unsigned int way)
{
	unsigned int at = 0;

	while (b->order[at] != way)
		at++;
	memmove(&b->order[at], &b->order[at + 1], (b->ways - at - 1) * sizeof(b->order[0]));
	b->order[b->ways - 1] = way;
}

/* From the leaf up: each parent points to its other child. */
static void point_away(struct book *b, unsigned int way)
{
	for (unsigned int node = b->ways + way; node > 1; node /= 2)
		b->right[node / 2] = !(node & 1);
}

static unsigned int book_victim(const struct book *b)
{
	unsigned int node = 1;

	if (b->replacement != MODEL_PLRU)
		return b->order[0];
	while (node < b->ways)
		node = 2 * node + b->right[node];
	return node - b->ways;
}

static bool book_access(struct book *b, uint64_t key)
{
	unsigned int way, victim;
	bool hit;

	for (way = 0; way < b->ways && b->held[way] != key; way++)
		;
	hit = way < b->ways;
	if (!hit) {
		victim = book_victim(b);
		for (way = 0; way < b->ways && b->held[way]; way++)
			;
		if (way == b->ways || !b->held[victim])
			way = victim;
		b->held[way] = key;
	}
	if (b->replacement == MODEL_PLRU)
		point_away(b, way);
	else if (b->replacement == MODEL_LRU || !hit)
		move_to_end(b, way);
	return hit;
}

static bool sets_access(struct sets *sets, uint64_t key)
{
	const uint32_t slot = sets_find(sets, 0, key, key, key);

	if (slot == SETS_NONE) {
		sets_fill(sets, 0, key, key);
		return false;
	}
	sets_use(sets, 0, slot);
	return true;
}

static void compare(enum model_replacement replacement, const char *name, unsigned int ways,
		    bool drops)
{
	const struct model_geometry geometry = {
		.sets = 1, .ways = ways, .replacement = replacement,
	};
	static const uint8_t live[1] = { 1 };
	unsigned int same = 0;
	struct sets sets;
	struct book book;

	sets_init(&sets, &geometry, drops ? live : NULL);
	book_open(&book, replacement, ways);
	for (unsigned int i = 0; i < ACCESSES; i++) {
		const uint64_t key = 1 + pick(ways + 1 + ways / 4);

		if (drops && !pick(10)) {
			const unsigned int way = pick(ways);

			sets.key[way] = 0;
			book.held[way] = 0;
		}
		same += sets_access(&sets, key) == book_access(&book, key);
	}
	check_number(same, ACCESSES, "%s of %u ways%s: every access hits or misses as by the book",
		     name, ways, drops ? ", keys dropped" : "");
	check(!memcmp(sets.key, book.held, ways * sizeof(uint64_t)),
	      "%s of %u ways%s: the same keys stay in the same ways", name, ways,
	      drops ? ", keys dropped" : "");
	sets_free(&sets);
}

static void test_index(void)
{
	struct model_geometry geometry = { .sets = 128, .ways = 12 };
	struct sets sets;

	sets_init(&sets, &geometry, NULL);
	check_number(sets_index(&sets, 0x3fff), 0x7f, "linear: the low bits");
	sets_free(&sets);
	geometry.index = MODEL_INDEX_XOR;
	geometry.xor_bits = 7;
	sets_init(&sets, &geometry, NULL);
	check_number(sets_index(&sets, 0x3fff), 0, "xor7: seven bits and the next seven");
	check_number(sets_index(&sets, 0x5 << 7 | 0x3), 0x6, "xor7: bit by bit");
	check_number(sets_index(&sets, 0xf << 14), 0, "xor7: no others");
	sets_free(&sets);
	geometry = (struct model_geometry){ .sets = 11 * 2048, .ways = 16 };
	sets_init(&sets, &geometry, NULL);
	check_number(sets_index(&sets, 11 * 2048 + 5), 5, "sets that are no power of two: modulo");
	sets_free(&sets);
}

/* A tag that is no longer live makes its keys room for others. */
static void test_dead_tags(void)
{
	static uint8_t live[8] = { 0, 1, 1 };
	const struct model_geometry geometry = { .sets = 1, .ways = 4 };
	const uint64_t first = 1ull << SETS_TAG_SHIFT, second = 2ull << SETS_TAG_SHIFT;
	struct sets sets;

	sets_init(&sets, &geometry, live);
	sets_fill(&sets, 0, 1, first | 1);
	for (unsigned int i = 2; i < 5; i++)
		sets_fill(&sets, 0, i, second | i);
	sets_use(&sets, 0, sets_find(&sets, 0, 1, first | 1, first | 1));
	live[1] = 0;
	sets_fill(&sets, 0, 5, second | 5);
	check(sets_find(&sets, 0, 1, first | 1, first | 1) == SETS_NONE,
	      "a dead key is replaced before a live one, though used last");
	check(sets_find(&sets, 0, 2, second | 2, second | 2) != SETS_NONE, "the oldest live one stays");
	sets_free(&sets);
}

void test_sets(void)
{
	static const unsigned int ways[] = { 1, 2, 4, 8, 16, 32, 64 };

	check_group("replacement");
	seed = 1;
	for (unsigned int i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (ways[i] > 1)
			compare(MODEL_PLRU, "PLRU", ways[i], false);
		compare(MODEL_LRU, "LRU", ways[i], false);
		compare(MODEL_FIFO, "FIFO", ways[i], false);
	}
	compare(MODEL_LRU, "LRU", 72, false);
	compare(MODEL_PLRU, "PLRU", 8, true);
	compare(MODEL_LRU, "LRU", 12, true);
	check_group("index");
	test_index();
	check_group("tags in keys");
	test_dead_tags();
}
