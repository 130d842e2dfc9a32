// SPDX-License-Identifier: GPL-2.0
/*
 * Touches one page per stride of virtual address space (2M: one per page
 * table; 1G: one per page directory). It stands for sparse heaps, sanitizer
 * shadow memory, thread stacks and memory-mapped indexes: few pages, many
 * tables.
 *
 * Theory, 4K leaves: first-touch takes one fault a page under either MMU,
 * warm none. The shadow MMU holds as many tables as the guest; the EPT's are
 * dense, since the frames are. With page=2M or 1G each touched word lies in a
 * large page of its own, and these are aliases of few frames.
 */
#include "runtime/workload.h"

enum { PAGES, STRIDE, PASSES, PAGE };

WORKLOAD("sparse-stride", "one page per stride of address space",
	 "Sparse heaps, sanitizer shadow memory, thread stacks, "
	 "memory-mapped indexes: few pages behind many page tables.",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "4K pages touched", 256, 1, 1000000 },
	 [STRIDE] = { "stride", "bytes from page to page, a multiple of 4096", LARGE_BYTES,
		      PAGE_BYTES, BIT(40) },
	 [PASSES] = { "passes", "passes over the warm pages", 8, 1, 100000 },
	 [PAGE] = { "page", "bytes of the guest's own pages: 4K, 2M or 1G", PAGE_BYTES, PAGE_BYTES,
		    HUGE_BYTES });

static void write_pass(const struct area *area, u64 pages, u64 value)
{
	u64 gva = area->gva, step = area->step, i;

	for (i = 0; i < pages; i++)
		*page_word(gva, step, i) = value + i;
}

void workload_run(void)
{
	u64 pages = param(PAGES), passes = param(PASSES);
	struct area area = area_map(pages, param(STRIDE), param(PAGE));
	u64 pass, i;

	phase_begin("first-touch", COLD);
	write_pass(&area, pages, 1);
	phase_end(pages);

	phase_begin("warm", WARM);
	for (pass = 0; pass < passes; pass++)
		write_pass(&area, pages, pass << 32);
	phase_end(pages * passes);

	for (i = 0; i < pages; i++)
		check_word(area.gva, area.step, area.gpa, i, ((passes - 1) << 32) + i);
}
