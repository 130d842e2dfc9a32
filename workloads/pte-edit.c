// SPDX-License-Identifier: GPL-2.0
/*
 * Points a page-table entry at another frame, flushes it with INVLPG and reads
 * the page. It stands for page migration, copy-on-write resolution, compaction
 * and remapped windows: the smallest change of a translation there is.
 *
 * Theory: no exit under EPT. Under a shadow MMU each operation pays INVLPG
 * and the fill of the new translation, and, where table writes are tracked,
 * the write-protection faults. Kernels that copy or migrate a page set A and D
 * in the new entry, which lets a shadow MMU fill it at once (accessed=0: not).
 */
#include "runtime/workload.h"

enum { PAGES, ROUNDS, ACCESSED };

WORKLOAD("pte-edit", "point a PTE at another frame, INVLPG, touch",
	 "Page migration, compaction, resolved copy-on-write, remapped "
	 "windows: the smallest change of a translation there is.",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "4K pages edited in turn", 256, 1, 1000000 },
	 [ROUNDS] = { "rounds", "times over all pages", 8, 1, 1000000 },
	 [ACCESSED] = { "accessed", "1: new entries come with A and D set", 1, 0, 1 });

static u64 tag(u64 set, u64 page)
{
	return (set + 1) << 32 | page;
}

/* Sets 0 and 1: two frames for each page. */
static void edit(u64 gpa, u64 pages, u64 set, u64 flags)
{
	u64 gva, i, seen;

	gpa += set * pages * PAGE_BYTES;
	for (i = 0; i < pages; i++) {
		gva = DATA_GVA + i * PAGE_BYTES;
		WRITE_ONCE(*space_entry(&boot_space, gva, LEVEL_PTE),
			   (gpa + i * PAGE_BYTES) | flags);
		flush_page(gva);
		seen = *page_word(DATA_GVA, PAGE_BYTES, i);
		check(seen == tag(set, i),
		      "page %llu shows 0x%llx after its entry was changed, expected 0x%llx", i,
		      seen, tag(set, i));
	}
}

void workload_run(void)
{
	u64 pages = param(PAGES), rounds = param(ROUNDS);
	u64 gpa = frames_take(2 * pages);
	u64 flags = MAP_RW;
	u64 set, round, i, sum = 0;

	for (set = 0; set < 2; set++)
		for (i = 0; i < pages; i++)
			*page_word(gpa + set * pages * PAGE_BYTES, PAGE_BYTES, i) = tag(set, i);
	space_map_range(&boot_space, DATA_GVA, PAGE_BYTES, gpa, pages, MAP_RW);

	phase_begin("warm-up", COLD);
	for (i = 0; i < pages; i++)
		sum += *page_word(DATA_GVA, PAGE_BYTES, i);
	phase_end(pages);
	check(sum == (pages << 32) + pages * (pages - 1) / 2,
	      "the pages do not hold their tags before the first edit");

	if (param(ACCESSED))
		flags |= ENTRY_ACCESSED | ENTRY_DIRTY;
	phase_begin("edit", CHANGE);
	for (round = 1; round <= rounds; round++)
		edit(gpa, pages, round % 2, flags);
	phase_end(pages * rounds);

	set = rounds % 2;
	for (i = 0; i < pages; i++)
		check_word(DATA_GVA, PAGE_BYTES, gpa + set * pages * PAGE_BYTES, i, tag(set, i));
}
