// SPDX-License-Identifier: GPL-2.0
/*
 * Follows pointers along one random cycle through all pages, one node a page.
 * It stands for linked lists, trees and object graphs: each access waits for
 * the one before, so that on hardware nothing hides a page walk. Theory, 4K
 * leaves: build takes one fault a page under either MMU, chase none. page=2M or
 * 1G: the guest's own pages are large.
 */
#include "runtime/workload.h"

enum { PAGES, STEPS, SEED, PAGE };

WORKLOAD("pointer-chase", "dependent loads along a random cycle of pages",
	 "Linked lists, trees, object graphs: every load waits for "
	 "the one before, so that no page walk is hidden.",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "nodes, one a 4K page", 1024, 2, 1000000 },
	 [STEPS] = { "steps", "loads made", 131072, 1, 1000000000 },
	 [SEED] = { "seed", "of the random cycle", 1, 0, ~0ull },
	 [PAGE] = { "page", "bytes of the guest's own pages: 4K, 2M or 1G", PAGE_BYTES, PAGE_BYTES,
		    HUGE_BYTES });

/* Sattolo's shuffle: successor[] becomes one cycle through 0..n-1. */
static void make_cycle(u32 *successor, u64 n, u64 seed)
{
	u64 i, j;
	u32 swapped;

	for (i = 0; i < n; i++)
		successor[i] = (u32)i;
	for (i = n - 1; i > 0; i--) {
		j = random_below(&seed, i);
		swapped = successor[i];
		successor[i] = successor[j];
		successor[j] = swapped;
	}
}

static u64 chase(u64 node, u64 steps)
{
	while (steps--)
		node = *(volatile u64 *)gpa_pointer(node);
	return node;
}

static u64 node_gva(u64 gva, u64 i)
{
	return (u64)page_word(gva, PAGE_BYTES, i);
}

void workload_run(void)
{
	u64 pages = param(PAGES), steps = param(STEPS);
	struct area area = area_map(pages, PAGE_BYTES, param(PAGE));
	u32 *successor =
		gpa_pointer(frames_take((pages * sizeof(u32) + PAGE_BYTES - 1) / PAGE_BYTES));
	u64 gva = area.gva, reached, i, n;

	make_cycle(successor, pages, param(SEED));

	phase_begin("build", COLD);
	for (i = 0; i < pages; i++)
		*page_word(gva, PAGE_BYTES, i) = node_gva(gva, successor[i]);
	phase_end(pages);

	phase_begin("chase", WARM);
	reached = chase(node_gva(gva, 0), steps);
	phase_end(steps);

	for (i = 0, n = 0; n < steps % pages; n++)
		i = successor[i];
	check(reached == node_gva(gva, i), "%llu steps ended at 0x%llx instead of 0x%llx", steps,
	      reached, node_gva(gva, i));
	for (i = 0; i < pages; i++)
		check_word(gva, PAGE_BYTES, area.gpa, i, node_gva(gva, successor[i]));
}
