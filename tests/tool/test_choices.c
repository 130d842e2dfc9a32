// SPDX-License-Identifier: GPL-2.0
/* How guests choose pages: workloads/runtime/random.h and zipf.h. */
#include <stdlib.h>
#include <string.h>

#include "../../workloads/runtime/zipf.h"
#include "check.h"

#define CHOICES 1000000u

static void test_scatter(void)
{
	static const u64 sizes[] = { 1, 2, 3, 7, 21, 31, 651, 40503, 196608 };
	u8 *seen = malloc(196608);
	u64 s, i, n, found;

	for (s = 0; s < ARRAY_SIZE(sizes); s++) {
		n = sizes[s];
		memset(seen, 0, n);
		for (i = 0; i < n; i++)
			seen[i * random_scatter(n) % n] = 1;
		for (i = found = 0; i < n; i++)
			found += seen[i];
		check(found == n, "of %llu numbers each comes once", (unsigned long long)n);
	}
	free(seen);
}

/* The rank of a page is what zipf_next() scattered. */
static void test_zipf_of(u64 pages)
{
	u32 *rank_of = malloc(pages * sizeof(*rank_of)), *chosen = calloc(pages, sizeof(*chosen));
	u64 in_octave[32] = { 0 }, seed = 1, outside = 0, uneven = 0, i, page;
	struct zipf zipf = zipf_begin(pages);

	for (i = 0; i < pages; i++)
		rank_of[i * zipf.scatter % pages] = i + 1;
	for (i = 0; i < CHOICES; i++) {
		page = zipf_next(&zipf, &seed);
		if (page >= pages) {
			outside++;
			continue;
		}
		chosen[page]++;
		in_octave[31 - __builtin_clz(rank_of[page])]++;
	}
	check(!outside, "of %llu pages, none beyond is chosen", (unsigned long long)pages);
	for (i = 0; i < zipf.octaves; i++)
		uneven += llabs((long long)(in_octave[i] * zipf.octaves) - CHOICES) > CHOICES / 50;
	check(!uneven, "of %llu pages, each octave of ranks is as likely as the next by 2 %%",
	      (unsigned long long)pages);
	for (i = uneven = 0; i < pages; i++)
		if (rank_of[i] == 2 || rank_of[i] == 3)
			uneven += llabs((long long)chosen[i] * 2 * (long long)zipf.octaves -
					CHOICES) > CHOICES / 50;
	check(!uneven, "of %llu pages, ranks 2 and 3 are each half as likely as rank 1",
	      (unsigned long long)pages);
	free(chosen);
	free(rank_of);
}

void test_choices(void)
{
	check_group("choices");
	test_scatter();
	test_zipf_of(7);
	test_zipf_of(1000);
	test_zipf_of(1024);
	test_zipf_of(196608);
}
