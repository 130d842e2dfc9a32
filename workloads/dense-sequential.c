// SPDX-License-Identifier: GPL-2.0
/*
 * Writes one word a page, page after page. It stands for streaming through a
 * freshly allocated buffer (memset, reading a file, a copying garbage
 * collector): first every page is new to the MMU, then all are known.
 *
 * Theory, 4K leaves: first-touch takes one fault a page under either MMU
 * (EPT violation; shadow fill), warm takes none.
 */
#include "runtime/workload.h"

enum { PAGES, PASSES };

WORKLOAD("dense-sequential", "one word a page, in order: cold, then warm",
	 "Streaming through a fresh buffer: memset, reading a file, "
	 "a copying garbage collector. Dense: neighbours share their tables.",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "4K pages of the buffer", 1024, 1, 1000000 },
	 [PASSES] = { "passes", "passes over the warm buffer", 8, 1, 100000 });

static void write_pass(u64 pages, u64 value)
{
	u64 i;

	for (i = 0; i < pages; i++)
		*page_word(DATA_GVA, PAGE_BYTES, i) = value + i;
}

void workload_run(void)
{
	u64 pages = param(PAGES), passes = param(PASSES);
	u64 gpa = frames_take(pages);
	u64 pass, i;

	space_map_range(&boot_space, DATA_GVA, PAGE_BYTES, gpa, pages, MAP_RW);

	phase_begin("first-touch");
	write_pass(pages, 1);
	phase_end(pages);

	phase_begin("warm");
	for (pass = 0; pass < passes; pass++)
		write_pass(pages, pass << 32);
	phase_end(pages * passes);

	for (i = 0; i < pages; i++)
		check_word(DATA_GVA, PAGE_BYTES, gpa, i, ((passes - 1) << 32) + i);
}
