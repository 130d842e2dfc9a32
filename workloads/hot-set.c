// SPDX-License-Identifier: GPL-2.0
/*
 * Fifteen touches of sixteen go to a few hot pages, the rest anywhere. It
 * stands for programs with locality: a hot index over a large table, a
 * generational heap. Theory, 4K leaves: first-touch takes one fault a page
 * under either MMU, hot none: what differs on hardware is the TLB miss.
 */
#include "runtime/workload.h"

enum { PAGES, HOT, TOUCHES, SEED };

WORKLOAD("hot-set", "most touches go to a few pages",
	 "Programs with locality: a hot index over a large table, a "
	 "generational heap. 15 of 16 touches hit the hot pages.",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "4K pages in all", 1024, 1, 1000000 },
	 [HOT] = { "hot", "hot pages among them", 16, 1, 1000000 },
	 [TOUCHES] = { "touches", "touches of the hot phase", 65536, 1, 1000000000 },
	 [SEED] = { "seed", "of the random numbers", 1, 0, ~0ull });

static void touch_randomly(u64 pages, u64 hot_pages, u64 touches, u64 seed)
{
	u64 random, among, i;

	for (i = 0; i < touches; i++) {
		random = random_next(&seed);
		among = random % 16 ? hot_pages : pages;
		++*page_word(DATA_GVA, PAGE_BYTES, (random >> 32) * among >> 32);
	}
}

void workload_run(void)
{
	u64 pages = param(PAGES), touches = param(TOUCHES);
	u64 gpa = frames_take(pages);
	u64 seen = 0, i, count;

	check(param(HOT) <= pages, "hot must not exceed pages");
	space_map_range(&boot_space, DATA_GVA, PAGE_BYTES, gpa, pages, MAP_RW);

	phase_begin("first-touch", COLD);
	for (i = 0; i < pages; i++)
		*page_word(DATA_GVA, PAGE_BYTES, i) = 1;
	phase_end(pages);

	phase_begin("hot", WARM);
	touch_randomly(pages, param(HOT), touches, param(SEED));
	phase_end(touches);

	for (i = 0; i < pages; i++) {
		count = *page_word(DATA_GVA, PAGE_BYTES, i);
		check_word(DATA_GVA, PAGE_BYTES, gpa, i, count);
		seen += count - 1;
	}
	check(seen == touches, "%llu touches were made, the pages hold %llu", touches, seen);
}
