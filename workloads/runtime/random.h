/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SplitMix64 (Steele, Lea and Flood, 2014): a counter and a mixing function,
 * so that the n-th number is also to be had without the ones before it.
 */
#ifndef RUNTIME_RANDOM_H
#define RUNTIME_RANDOM_H

#include "types.h"

#define RANDOM_STEP 0x9e3779b97f4a7c15ull

static inline u64 random_mix(u64 x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static inline u64 random_next(u64 *state)
{
	return random_mix(*state += RANDOM_STEP);
}

/* 0..n-1, n < 2^32; the bias is below 2^-32. */
static inline u64 random_below(u64 *state, u64 n)
{
	return (random_next(state) >> 32) * n >> 32;
}

/*
 * For i = 0..n-1, i * random_scatter(n) % n has each number once, neighbours far
 * apart: any multiplier without a common factor permutes them.
 */
static ALWAYS_INLINE u64 random_scatter(u64 n)
{
	static const u64 primes[] = { 2654435761, 40503, 31, 7, 3 };
	u64 i;

	for (i = 0; i < sizeof(primes) / sizeof(primes[0]); i++)
		if (n % primes[i])
			return primes[i];
	return 1;
}

#endif
