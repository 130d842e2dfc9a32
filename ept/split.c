// SPDX-License-Identifier: GPL-2.0
/*
 * Large leaves taken apart into tables of smaller ones, and put together
 * again. Called where 4K pages must differ from their neighbours (log.c,
 * rights.c) and when they need no longer.
 *
 * Both change the size of a translation. The CPU may use the old one until it
 * is flushed, and a merged table's page until then too, so both ask for a flush
 * of the root (SDM 3A, 4.10.2.3 for the sizes; 3C, 29.4.3.4 for the flush).
 */
#include "table.h"

/* One level down: the leaf becomes a table of leaves; returns that table. */
static u64 *split_once(struct hv_mmu *mmu, u64 gfn, u64 *entry, int level)
{
	u64 *table = hv_pool_take_page(mmu->pool);
	/* Address, type and what the CPU noted in A and D stay. */
	u64 leaf = *entry & ~EPT_RWX;
	int i;

	if (level == 2)
		leaf &= ~EPT_LARGE;
	gfn = ALIGN_DOWN(gfn, EPT_LEVEL_FRAMES(level));
	for (i = 0; i < HV_ENTRIES; i++) {
		table[i] = leaf | ept_leaf_rights(mmu, gfn, level - 1);
		leaf += EPT_LEVEL_BYTES(level - 1);
		gfn += EPT_LEVEL_FRAMES(level - 1);
	}
	WRITE_ONCE(*entry, ept_make_table(table));
	hv_count(mmu, ept_split);
	return table;
}

u64 *ept_split(struct hv_mmu *mmu, u64 gpa, u64 *entry, int level)
{
	for (; level > 1; level--) {
		u64 *table = split_once(mmu, gpa >> HV_PAGE_SHIFT, entry, level);

		entry = &table[ept_index(gpa, level - 1)];
		hv_flush_root(mmu);
	}
	return entry;
}

/*
 * All of the table's present entries are leaves: of a table that may become a
 * 1G leaf the tables have become 2M leaves just before.
 */
static void merge_once(struct hv_mmu *mmu, u64 *entry, u64 gfn, int level)
{
	u64 *table = hv_va(*entry & EPT_ADDR);
	u64 leaf = ept_make_leaf(hv_memory_hpa(mmu->memory, gfn), level,
				 ept_leaf_rights(mmu, gfn, level));
	int i;

	for (i = 0; i < HV_ENTRIES; i++) {
		leaf |= table[i] & (EPT_ACCESSED | EPT_DIRTY);
		table[i] = 0;
	}
	WRITE_ONCE(*entry, leaf);
	hv_pool_give_page(mmu->pool, table);
	mmu->work += HV_ENTRIES / 8;
	hv_count(mmu, ept_merge);
	hv_flush_root(mmu);
}

static void merge_entry(struct hv_mmu *mmu, u64 *entry, u64 gfn, int level)
{
	if (ept_present(*entry) && !ept_is_leaf(*entry, level) && ept_leaf_level(mmu, gfn) >= level)
		merge_once(mmu, entry, gfn, level);
}

void ept_merge(struct hv_mmu *mmu, u64 *table, u64 gfn, int level, u32 from, u32 to)
{
	u32 i;

	if (level == 1 || level > ept_state(mmu)->largest)
		return;
	for (i = from; i < to; i++)
		merge_entry(mmu, &table[i], gfn + i * EPT_LEVEL_FRAMES(level), level);
}

void ept_merge_around(struct hv_mmu *mmu, u64 gfn)
{
	u64 *table = hv_va(mmu->controls.root_hpa), *path[EPT_LEVELS + 1] = {};
	int level;

	for (level = EPT_LEVELS; level > 1; level--) {
		u64 *entry = &table[ept_index(gfn << HV_PAGE_SHIFT, level)];

		if (!ept_present(*entry) || ept_is_leaf(*entry, level))
			break;
		path[level] = entry;
		table = hv_va(*entry & EPT_ADDR);
	}
	for (level = 2; level <= ept_leaf_level(mmu, gfn); level++) {
		u64 first = ALIGN_DOWN(gfn, EPT_LEVEL_FRAMES(level));

		if (!path[level])
			continue;
		/* All of a 1G's tables first: this one is its last that was limited. */
		if (level == 3)
			ept_merge(mmu, hv_va(*path[3] & EPT_ADDR), first, 2, 0, HV_ENTRIES);
		merge_entry(mmu, path[level], first, level);
	}
}
