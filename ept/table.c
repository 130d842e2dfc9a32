// SPDX-License-Identifier: GPL-2.0
/*
 * The EPT's tables: entries put into them, and the visit of all of them. Called
 * by the other files of ept/; takes pages from the VM's pool and gives them
 * back, and counts the leaves that it fills.
 */
#include "table.h"

u64 *ept_map(struct hv_mmu *mmu, u64 gpa, u64 hpa, u64 *entry, int from, int level)
{
	for (; from > level; from--) {
		u64 *table = hv_pool_take_page(mmu->pool);

		WRITE_ONCE(*entry, ept_make_table(table));
		entry = &table[ept_index(gpa, from - 1)];
	}
	WRITE_ONCE(*entry,
		   ept_make_leaf(hpa, level, ept_leaf_rights(mmu, gpa >> HV_PAGE_SHIFT, level)));
	if (likely(level == 1))
		hv_count(mmu, ept_fill_4k);
	else if (level == 2)
		hv_count(mmu, ept_fill_2m);
	else
		hv_count(mmu, ept_fill_1g);
	return entry;
}

void ept_fill_around(struct hv_mmu *mmu, u64 gfn, u64 *entry)
{
	u32 nr = ept_state(mmu)->fill, filled = 0;
	u64 first = ALIGN_DOWN(gfn, nr), end = first + nr;

	/* A table is as long as the largest group, so that all are in one. */
	entry -= gfn - first;
	for (gfn = first; gfn < end; gfn++, entry++) {
		u64 rights, hpa;

		if (ept_present(*entry))
			continue;
		hpa = hv_memory_hpa(mmu->memory, gfn);
		rights = ept_leaf_rights(mmu, gfn, 1);
		if (!HV_HPA_VALID(hpa) || !rights)
			continue;
		WRITE_ONCE(*entry, ept_make_leaf(hpa, 1, rights));
		filled++;
	}
	mmu->counter[HVBENCH_CNT_ept_fill_4k] += filled;
	mmu->counter[HVBENCH_CNT_ept_fill_around] += filled;
}

/* The first entry of the table that begins at frame or behind it. */
static u32 entry_from(u64 gfn, u64 frame, int level)
{
	if (frame <= gfn)
		return 0;
	return min_t(u64, DIV_ROUND_UP(frame - gfn, EPT_LEVEL_FRAMES(level)), HV_ENTRIES);
}

/* The depth is bounded by EPT_LEVELS. */
static void visit(struct hv_mmu *mmu, u64 *table, u64 gfn, int level, const struct ept_range *range,
		  ept_table_fn *fn)
{
	u32 from = entry_from(gfn, range->first, level), to = entry_from(gfn, range->end, level), i;
	/* An entry that begins before the range may reach into it. */
	u32 reached = gfn < range->first ? (range->first - gfn) / EPT_LEVEL_FRAMES(level) : 0;

	for (i = reached; level > 1 && i < to; i++) {
		if (ept_present(table[i]) && !ept_is_leaf(table[i], level))
			visit(mmu, hv_va(table[i] & EPT_ADDR), gfn + i * EPT_LEVEL_FRAMES(level),
			      level - 1, range, fn);
	}
	mmu->work += 1 + (to - from) / 2;
	fn(mmu, table, gfn, level, from, to);
}

void ept_each_table(struct hv_mmu *mmu, const struct ept_range *range, ept_table_fn *fn)
{
	visit(mmu, hv_va(mmu->controls.root_hpa), 0, EPT_LEVELS, range, fn);
}

static void free_table(struct hv_mmu *mmu, u64 *table, u64 gfn, int level, u32 from, u32 to)
{
	memset(table, 0, HV_PAGE_BYTES);
	hv_pool_give_page(mmu->pool, table);
}

void ept_free_tables(struct hv_mmu *mmu)
{
	const struct ept_range all = { 0, EPT_LEVEL_FRAMES(EPT_LEVELS + 1) };

	ept_each_table(mmu, &all, free_table);
	mmu->controls.root_hpa = 0;
}
