// SPDX-License-Identifier: GPL-2.0
/*
 * Updates a word of a random page, over and over: the RandomAccess (GUPS)
 * shape. It stands for hash tables, graph algorithms and large joins: the
 * worst that a TLB can be given. Theory, 4K leaves: first-touch takes one
 * fault a page under either MMU, update none. page=2M or 1G: the guest's own
 * pages are large, as with huge pages for a heap.
 */
#include "runtime/workload.h"

enum { PAGES, UPDATES, SEED, PAGE };

WORKLOAD("random", "read-modify-write of random pages (GUPS)",
	 "Hash tables, graph algorithms, large joins: no locality, "
	 "the most TLB misses a program can have.",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "4K pages in all", 1024, 1, 1000000 },
	 [UPDATES] = { "updates", "updates made", 65536, 1, 1000000000 },
	 [SEED] = { "seed", "of the random numbers", 1, 0, ~0ull },
	 [PAGE] = { "page", "bytes of the guest's own pages: 4K, 2M or 1G", PAGE_BYTES, PAGE_BYTES,
		    HUGE_BYTES });

static void update(u64 gva, u64 pages, u64 updates, u64 seed)
{
	u64 random, i;

	for (i = 0; i < updates; i++) {
		random = random_next(&seed);
		*page_word(gva, PAGE_BYTES, (random >> 32) * pages >> 32) ^= random;
	}
}

void workload_run(void)
{
	u64 pages = param(PAGES);
	struct area area = area_map(pages, PAGE_BYTES, param(PAGE));
	u64 i;

	phase_begin("first-touch", COLD);
	for (i = 0; i < pages; i++)
		*page_word(area.gva, PAGE_BYTES, i) = i;
	phase_end(pages);

	phase_begin("update", WARM);
	update(area.gva, pages, param(UPDATES), param(SEED));
	phase_end(param(UPDATES));

	/* XOR undoes itself: after the same updates again, all is as before. */
	for (i = 0; i < pages; i++)
		check_word(area.gva, PAGE_BYTES, area.gpa, i, *page_word(area.gva, PAGE_BYTES, i));
	update(area.gva, pages, param(UPDATES), param(SEED));
	for (i = 0; i < pages; i++)
		check_word(area.gva, PAGE_BYTES, area.gpa, i, i);
}
