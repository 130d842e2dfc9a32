// SPDX-License-Identifier: GPL-2.0
/*
 * Writes one word a page, page after page. It stands for streaming through a
 * freshly allocated buffer (memset, reading a file, a copying garbage
 * collector): first every page is new to the MMU, then all are known.
 *
 * Theory, 4K leaves: first-touch takes one fault a page under either MMU
 * (EPT violation; shadow fill), warm takes none. With page=2M or 1G the guest
 * maps large pages, which a shadow MMU without large leaves copies in pieces,
 * some of them at each fault.
 */
#include "runtime/workload.h"

enum { PAGES, PASSES, PAGE };

WORKLOAD("dense-sequential", "one word a page, in order: cold, then warm",
	 "Streaming through a fresh buffer: memset, reading a file, "
	 "a copying garbage collector. Dense: neighbours share their tables.",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "4K pages of the buffer", 1024, 1, 1000000 },
	 [PASSES] = { "passes", "passes over the warm buffer", 8, 1, 100000 },
	 [PAGE] = { "page", "bytes of the guest's own pages: 4K, 2M or 1G", PAGE_BYTES, PAGE_BYTES,
		    HUGE_BYTES });

static void write_pass(u64 gva, u64 pages, u64 value)
{
	u64 i;

	for (i = 0; i < pages; i++)
		*page_word(gva, PAGE_BYTES, i) = value + i;
}

void workload_run(void)
{
	u64 pages = param(PAGES), passes = param(PASSES);
	struct area area = area_map(pages, PAGE_BYTES, param(PAGE));
	u64 pass, i;

	phase_begin("first-touch", COLD);
	write_pass(area.gva, pages, 1);
	phase_end(pages);

	phase_begin("warm", WARM);
	for (pass = 0; pass < passes; pass++)
		write_pass(area.gva, pages, pass << 32);
	phase_end(pages * passes);

	for (i = 0; i < pages; i++)
		check_word(area.gva, PAGE_BYTES, area.gpa, i, ((passes - 1) << 32) + i);
}
