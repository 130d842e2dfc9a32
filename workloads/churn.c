// SPDX-License-Identifier: GPL-2.0
/*
 * Maps a page, writes to it, unmaps and flushes it, over and over on the same
 * frames. It stands for mmap/munmap loops, kernel scratch mappings (kmap),
 * and allocators that give memory back eagerly: the tables are what changes.
 *
 * Theory: no exit under EPT, since the frames are known. Under a shadow MMU
 * every round pays again for each page: INVLPG and fill, and, where table
 * writes are tracked, the write-protection faults.
 */
#include "runtime/workload.h"

enum { PAGES, ROUNDS };

WORKLOAD("churn", "map, touch, unmap, INVLPG, over and over",
	 "mmap/munmap loops, kernel scratch mappings, allocators that "
	 "give memory back eagerly: the page tables change all the time.",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "4K pages, one after the other", 256, 1, 1000000 },
	 [ROUNDS] = { "rounds", "times over all pages", 8, 1, 1000000 });

static void churn(u64 gpa, u64 pages, u64 value)
{
	u64 gva, i;

	for (i = 0; i < pages; i++) {
		gva = DATA_GVA + i * PAGE_BYTES;
		WRITE_ONCE(*space_entry(&boot_space, gva, LEVEL_PTE),
			   (gpa + i * PAGE_BYTES) | MAP_RW);
		*page_word(DATA_GVA, PAGE_BYTES, i) = value + i;
		space_unmap(&boot_space, gva);
	}
}

void workload_run(void)
{
	u64 pages = param(PAGES), rounds = param(ROUNDS);
	u64 gpa = frames_take(pages);
	u64 round, i, expected, stored;

	space_prepare_range(&boot_space, DATA_GVA, pages * PAGE_BYTES);
	memset(gpa_pointer(gpa), 0, pages * PAGE_BYTES);

	phase_begin("churn", CHANGE);
	for (round = 0; round < rounds; round++)
		churn(gpa, pages, round << 32);
	phase_end(pages * rounds);

	for (i = 0; i < pages; i++) {
		expected = ((rounds - 1) << 32) + i;
		stored = *page_word(gpa, PAGE_BYTES, i);
		check(stored == expected, "frame %llu holds 0x%llx instead of 0x%llx", i, stored,
		      expected);
		CATCH("movq (%[gva]), %%rax", [gva] "r"(DATA_GVA + i * PAGE_BYTES));
		check(catch_state.caught.vector == VECTOR_PAGE_FAULT,
		      "page %llu can be read after it was unmapped", i);
	}
}
