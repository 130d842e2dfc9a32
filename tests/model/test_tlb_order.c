// SPDX-License-Identifier: GPL-2.0
/*
 * Replacement as it was measured on Intel's TLBs: the permutation vectors that TLB;DR
 * (Tatar et al., USENIX Security 2022) found on a Kaby Lake, from the sample output in its
 * TLB/README.md. A vector describes a set as a list of what it holds, the next to be
 * replaced last: after a hit at place i, place j has what was at place vector[i][j]. A miss
 * replaces the last and permutes as a hit there.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "sets.h"

#define ACCESSES 50000

static const uint8_t plru4[4][12] = {
	{ 0, 1, 2, 3 },
	{ 1, 0, 3, 2 },
	{ 2, 1, 0, 3 },
	{ 3, 0, 1, 2 },
};

static const uint8_t plru8[8][12] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7 },
	{ 1, 0, 3, 2, 5, 4, 7, 6 },
	{ 2, 1, 0, 3, 6, 5, 4, 7 },
	{ 3, 0, 1, 2, 7, 4, 5, 6 },
	{ 4, 1, 2, 3, 0, 5, 6, 7 },
	{ 5, 0, 3, 2, 1, 4, 7, 6 },
	{ 6, 1, 0, 3, 2, 5, 4, 7 },
	{ 7, 0, 1, 2, 3, 4, 5, 6 },
};

static const uint8_t mru_plru[12][12] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 },
	{ 1, 2, 0, 4, 5, 3, 7, 8, 6, 10, 11, 9 },
	{ 2, 0, 1, 5, 3, 4, 8, 6, 7, 11, 9, 10 },
	{ 3, 1, 2, 0, 4, 5, 9, 7, 8, 6, 10, 11 },
	{ 4, 2, 0, 1, 5, 3, 10, 8, 6, 7, 11, 9 },
	{ 5, 0, 1, 2, 3, 4, 11, 6, 7, 8, 9, 10 },
	{ 6, 1, 2, 3, 4, 5, 0, 7, 8, 9, 10, 11 },
	{ 7, 2, 0, 4, 5, 3, 1, 8, 6, 10, 11, 9 },
	{ 8, 0, 1, 5, 3, 4, 2, 6, 7, 11, 9, 10 },
	{ 9, 1, 2, 0, 4, 5, 3, 7, 8, 6, 10, 11 },
	{ 10, 2, 0, 1, 5, 3, 4, 8, 6, 7, 11, 9 },
	{ 11, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 },
};

static uint32_t seed;

static unsigned int pick(unsigned int below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

/* The list's answer: the key that was replaced, 0 for a hit. */
static uint64_t list_access(uint64_t *list, const uint8_t vector[][12], unsigned int ways,
			    uint64_t key)
{
	uint64_t before[12], replaced = 0;
	unsigned int at = 0;

	while (at < ways && list[at] != key)
		at++;
	if (at == ways) {
		at = ways - 1;
		replaced = list[at];
		list[at] = key;
	}
	memcpy(before, list, sizeof(before));
	for (unsigned int i = 0; i < ways; i++)
		list[i] = before[vector[at][i]];
	return replaced;
}

/* The array's. */
static uint64_t sets_access(struct sets *sets, uint64_t key)
{
	const uint32_t slot = sets_find(sets, 0, key, key, key);
	uint64_t before[12];

	if (slot != SETS_NONE) {
		sets_use(sets, 0, slot);
		return 0;
	}
	memcpy(before, sets->key, sets->ways * sizeof(uint64_t));
	return before[sets_fill(sets, 0, key, key)];
}

static void compare(const char *what, enum model_replacement replacement, unsigned int ways,
		    const uint8_t vector[][12])
{
	const struct model_geometry geometry = {
		.sets = 1, .ways = ways, .replacement = replacement,
	};
	uint64_t list[12];
	unsigned int same = 0;
	struct sets sets;

	sets_init(&sets, &geometry, NULL);
	for (unsigned int i = 1; i <= ways; i++)
		sets_access(&sets, 100 + i);
	/* The list, from what would be replaced next: by vectors of misses alone. */
	for (unsigned int i = 0; i < ways; i++)
		list[i] = 100 + ways - i;
	for (unsigned int i = 0; i < ACCESSES; i++) {
		const uint64_t key = 1 + pick(ways + 3);

		same += sets_access(&sets, key) == list_access(list, vector, ways, key);
	}
	check_number(same, ACCESSES, "%s: what hits, and what is replaced, is as measured", what);
	sets_free(&sets);
}

/* Each hit on its own: after it, misses replace in the order of the vector. */
static void each_hit(const char *what, enum model_replacement replacement, unsigned int ways,
		     const uint8_t vector[][12])
{
	const struct model_geometry geometry = {
		.sets = 1, .ways = ways, .replacement = replacement,
	};
	unsigned int right = 0;

	for (unsigned int at = 0; at < ways; at++) {
		struct sets sets;

		sets_init(&sets, &geometry, NULL);
		for (unsigned int i = 1; i <= ways; i++)
			sets_access(&sets, i);
		/* Place i of the list has key ways - i. */
		sets_access(&sets, ways - at);
		for (unsigned int i = 0; i < ways; i++)
			right += sets_access(&sets, 100 + i) ==
				 (uint64_t)ways - vector[at][ways - 1 - i];
		sets_free(&sets);
	}
	check_number(right, ways * ways, "%s: after a hit at each place, misses replace in the measured order",
		     what);
}

void test_tlb_order(void)
{
	check_group("measured permutation vectors");
	seed = 2;
	compare("data TLB, PLRU of 4", MODEL_PLRU, 4, plru4);
	compare("instruction TLB, PLRU of 8", MODEL_PLRU, 8, plru8);
	compare("second level, (MRU+1)%3 over PLRU of 4", MODEL_MRU_PLRU, 12, mru_plru);
	each_hit("data TLB", MODEL_PLRU, 4, plru4);
	each_hit("instruction TLB", MODEL_PLRU, 8, plru8);
	each_hit("second level", MODEL_MRU_PLRU, 12, mru_plru);
}
