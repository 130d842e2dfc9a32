// SPDX-License-Identifier: GPL-2.0
/*
 * Touches one page per stride of virtual address space (2M: one per page
 * table; 1G: one per page directory). It stands for sparse heaps, sanitizer
 * shadow memory, thread stacks and memory-mapped indexes: few pages, many
 * tables.
 *
 * Theory, 4K leaves: first-touch takes one fault a page under either MMU,
 * warm none. The shadow MMU holds as many tables as the guest; the EPT's are
 * dense, since the frames are.
 */
#include "runtime/workload.h"

enum { PAGES, STRIDE, PASSES };

WORKLOAD("sparse-stride", "one page per stride of address space",
	 "Sparse heaps, sanitizer shadow memory, thread stacks, "
	 "memory-mapped indexes: few pages behind many page tables.",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "4K pages touched", 256, 1, 1000000 },
	 [STRIDE] = { "stride", "bytes from page to page, a multiple of 4096", LARGE_BYTES,
		      PAGE_BYTES, BIT(40) },
	 [PASSES] = { "passes", "passes over the warm pages", 8, 1, 100000 });

static void write_pass(u64 pages, u64 stride, u64 value)
{
	u64 i;

	for (i = 0; i < pages; i++)
		*page_word(DATA_GVA, stride, i) = value + i;
}

void workload_run(void)
{
	u64 pages = param(PAGES), stride = param(STRIDE);
	u64 passes = param(PASSES);
	u64 gpa = frames_take(pages);
	u64 pass, i;

	check(stride % PAGE_BYTES == 0, "stride must be a multiple of 4096");
	space_map_range(&boot_space, DATA_GVA, stride, gpa, pages, MAP_RW);

	phase_begin("first-touch");
	write_pass(pages, stride, 1);
	phase_end(pages);

	phase_begin("warm");
	for (pass = 0; pass < passes; pass++)
		write_pass(pages, stride, pass << 32);
	phase_end(pages * passes);

	for (i = 0; i < pages; i++)
		check_word(DATA_GVA, stride, gpa, i, ((passes - 1) << 32) + i);
}
