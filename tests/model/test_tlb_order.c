// SPDX-License-Identifier: GPL-2.0
/*
 * Replacement as it was measured on Intel's TLBs: the arrays alone against the permutation
 * vectors that TLB;DR found on a Kaby Lake (permutation_vectors.h).
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "permutation_vectors.h"
#include "sets.h"

#define ACCESSES 50000

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
	/* The list, from what would be replaced next: by vectors of misses only. */
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
