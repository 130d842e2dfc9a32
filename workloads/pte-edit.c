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
 * With loads=N each edit is followed by N loads from pages that nothing changes, chosen at
 * random: what an EPT walk costs more than a shadow one then counts against the edit.
 */
#include "runtime/workload.h"

enum { PAGES, ROUNDS, ACCESSED, LOADS, OVER };

WORKLOAD("pte-edit", "point a PTE at another frame, INVLPG, touch",
	 "Page migration, compaction, resolved copy-on-write, remapped "
	 "windows: the smallest change of a translation there is.",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "4K pages edited in turn", 256, 1, 1000000 },
	 [ROUNDS] = { "rounds", "times over all pages", 8, 1, 1000000 },
	 [ACCESSED] = { "accessed", "1: new entries come with A and D set", 1, 0, 1 },
	 [LOADS] = { "loads", "loads from other pages after each edit", 0, 0, 1000000 },
	 [OVER] = { "over", "4K pages that these loads choose from", 4096, 1, 1000000 });

static u64 tag(u64 set, u64 page)
{
	return (set + 1) << 32 | page;
}

/* Sets 0 and 1: two frames for each page. */
static inline void edit_one(u64 gpa, u64 set, u64 i, u64 flags)
{
	u64 gva = DATA_GVA + i * PAGE_BYTES, seen;

	WRITE_ONCE(*space_entry(&boot_space, gva, LEVEL_PTE), (gpa + i * PAGE_BYTES) | flags);
	flush_page(gva);
	seen = *page_word(DATA_GVA, PAGE_BYTES, i);
	check(seen == tag(set, i),
	      "page %llu shows 0x%llx after its entry was changed, expected 0x%llx", i, seen,
	      tag(set, i));
}

static void edit(u64 gpa, u64 pages, u64 set, u64 flags)
{
	u64 i;

	gpa += set * pages * PAGE_BYTES;
	for (i = 0; i < pages; i++)
		edit_one(gpa, set, i, flags);
}

/* Where the loads go: behind the edited pages, each page holds its own number. */
struct others {
	u64 gva, pages, seed;
};

static struct others others_map(u64 edited, u64 pages)
{
	/* Page tables of their own, whose shadows no edit touches. */
	u64 tables = edited * PAGE_BYTES / LARGE_BYTES + 1;
	struct others others = { .gva = DATA_GVA + tables * LARGE_BYTES, .pages = pages, .seed = 1 };
	u64 i;

	space_map_range(&boot_space, others.gva, PAGE_BYTES, frames_take(pages), pages, MAP_RW);
	for (i = 0; i < pages; i++)
		*page_word(others.gva, PAGE_BYTES, i) = i;
	return others;
}

/* What was read takes part in the next choice. */
static void load(struct others *others, u64 loads)
{
	u64 page, differs;

	while (loads--) {
		page = random_below(&others->seed, others->pages);
		differs = *page_word(others->gva, PAGE_BYTES, page) ^ page;
		check(!differs, "page %llu, which nothing changes, shows another number", page);
		others->seed ^= differs;
	}
}

static void edit_and_load(u64 gpa, u64 pages, u64 set, u64 flags, struct others *others, u64 loads)
{
	u64 i;

	gpa += set * pages * PAGE_BYTES;
	for (i = 0; i < pages; i++) {
		edit_one(gpa, set, i, flags);
		load(others, loads);
	}
}

void workload_run(void)
{
	u64 pages = param(PAGES), rounds = param(ROUNDS), loads = param(LOADS);
	u64 gpa = frames_take(2 * pages);
	u64 flags = MAP_RW;
	u64 set, round, i, sum = 0;
	struct others others = { 0 };

	for (set = 0; set < 2; set++)
		for (i = 0; i < pages; i++)
			*page_word(gpa + set * pages * PAGE_BYTES, PAGE_BYTES, i) = tag(set, i);
	space_map_range(&boot_space, DATA_GVA, PAGE_BYTES, gpa, pages, MAP_RW);

	if (loads)
		others = others_map(pages, param(OVER));

	phase_begin("warm-up", COLD);
	for (i = 0; i < pages; i++)
		sum += *page_word(DATA_GVA, PAGE_BYTES, i);
	phase_end(pages);
	check(sum == (pages << 32) + pages * (pages - 1) / 2,
	      "the pages do not hold their tags before the first edit");

	if (param(ACCESSED))
		flags |= ENTRY_ACCESSED | ENTRY_DIRTY;
	phase_begin("edit", CHANGE);
	for (round = 1; round <= rounds; round++) {
		if (loads)
			edit_and_load(gpa, pages, round % 2, flags, &others, loads);
		else
			edit(gpa, pages, round % 2, flags);
	}
	phase_end(pages * rounds);

	set = rounds % 2;
	for (i = 0; i < pages; i++)
		check_word(DATA_GVA, PAGE_BYTES, gpa + set * pages * PAGE_BYTES, i, tag(set, i));
}
