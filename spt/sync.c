// SPDX-License-Identifier: GPL-2.0
/*
 * Synchronisation: what a guest's flush asks for. Shadow pages whose guest
 * tables were open for writing are compared with guest memory; an entry whose
 * origin changed is dropped, or rewritten where the CPU itself might have
 * cached the new translation already, that is, where it is present with A set
 * (SDM 3A, 4.10.2.3): the guest then need not fault once more.
 *
 * A table that the current root does not reach may stay open: nothing of it can
 * be used before a root is loaded, or a link made, that leads to it. So a kernel
 * that fills or empties the tables of another space pays for the first write
 * alone. Called by tracking.c, spt.c and fill.c; for strategies that track.
 */
#include "spt.h"

/* More open tables than that are not worth a look at every load of a root. */
#define ASIDE_MAX 16

/* Links climbed before a table counts as reached, which is always right. */
#define CLIMB_MAX 64

/* With more open tables than that none is climbed from: all count as reached. */
#define CLIMB_PAGES_MAX 2048

/* The work of an entry that is found stale, beside that of comparing it. */
#define CHANGE_WORK 4

static void sync_leaf(struct spt *spt, struct spt_page *sp, u32 index, u64 now)
{
	u64 then = sp->guest[index];
	bool stays;

	if (!spt_leaf_changed(then, now))
		return;
	hv_count(spt->mmu, spt_sync_entry);
	stays = spt_level(sp) == 1 && spt_is_cacheable(spt, sp, now);
	if (stays && !((then ^ now) & PT_ADDR)) {
		spt_entry_change(spt, sp, index, now);
		return;
	}
	/* Always flushed: an old entry with less rights would cost a fault. */
	spt_entry_drop(spt, sp, index);
	if (stays)
		spt_leaf_try(spt, sp, index, now);
}

static void sync_table(struct spt *spt, struct spt_page *sp, u32 index, u64 now)
{
	if (spt_is_cacheable(spt, sp, now) && spt_child_key(sp->key, now) == sp->child[index]->key)
		return;
	hv_count(spt->mmu, spt_sync_entry);
	spt_entry_unlink(spt, sp, index);
}

const u64 *spt_guest_table(const struct spt *spt, const struct spt_page *sp)
{
	u64 hpa = hv_memory_hpa(spt->mmu->memory, spt_gfn(sp));

	return HV_HPA_VALID(hpa) ? hv_va(hpa) : NULL;
}

static void sync_index(struct spt *spt, struct spt_page *sp, const u64 *table, u32 index)
{
	u64 now = table ? READ_ONCE(table[index]) : 0;

	if (spt_is_leaf(sp, index))
		sync_leaf(spt, sp, index, now);
	else
		sync_table(spt, sp, index, now);
}

void spt_sync_entry(struct spt *spt, struct spt_page *sp, u32 index)
{
	if (spt_is_used(sp, index))
		sync_index(spt, sp, spt_guest_table(spt, sp), index);
}

/* False if too much work was met. */
static bool sync_entries(struct spt *spt, struct spt_page *sp)
{
	const u64 *changes = &spt->mmu->counter[HVBENCH_CNT_spt_sync_entry];
	const u64 *table = spt_guest_table(spt, sp);
	u64 before = *changes;
	u32 index;

	spt->mmu->work += spt_free_work(sp);
	spt_for_each_used(sp, index) {
		sync_index(spt, sp, table, index);
		if (spt_is_overworked(spt))
			return false;
	}
	spt->mmu->work += (*changes - before) * CHANGE_WORK;
	return true;
}

/*
 * A page that nothing points at, or that holds nothing any more, is not worth
 * catching writes for: its frame is probably no table now.
 */
static bool is_needless(const struct spt *spt, const struct spt_page *sp)
{
	if (sp == spt->root || sp == spt->next_root)
		return false;
	if (!sp->slot && spt_links_empty(sp->parents))
		return true;
	return spt_is_empty(sp);
}

/* The page's table is closed. False if too much work was met. */
static bool sync_and_close(struct spt *spt, struct spt_page *sp)
{
	if (is_needless(spt, sp))
		return spt_page_free(spt, sp);
	spt_close(spt, spt_gfn(sp));
	if (!sync_entries(spt, sp))
		return false;
	if (is_needless(spt, sp))
		return spt_page_free(spt, sp);
	sp->stale = false;
	spt->nr_stale--;
	list_move_tail(&sp->list, &spt->lru);
	if (spt->absent)
		spt_filter_page(spt, sp);
	return true;
}

/* With nothing left to compare, forgetting everything is right as well. */
static bool sync_page(struct spt *spt, struct spt_page *sp)
{
	if (likely(sync_and_close(spt, sp)))
		return true;
	spt->strategy->zap_all(spt);
	return false;
}

bool spt_sync_open(struct spt *spt, struct spt_page *sp)
{
	list_move_tail(&sp->list, &spt->stale_leaf);
	if (likely(sync_entries(spt, sp)))
		return true;
	spt->strategy->zap_all(spt);
	return false;
}

bool spt_sync_upper(struct spt *spt)
{
	struct list_head *list = &spt->stale_upper;

	while (!list_empty(list) && !spt->broken) {
		if (unlikely(spt_is_over(spt)))
			return false;
		sync_page(spt, list_first_entry(list, struct spt_page, list));
	}
	return true;
}

/* Does a way lead from top to the page? Few links do, so it is climbed. */
static bool climbs_to(const struct spt_page *sp, const struct spt_page *top, u32 *steps)
{
	struct spt_links_iter iter;
	u64 link;

	if (sp == top)
		return true;
	if (spt_level(sp) >= spt_level(top))
		return false;
	iter = spt_links_begin(sp->parents);
	while ((link = spt_links_next(&iter)))
		if (++*steps > CLIMB_MAX || climbs_to(spt_link_page(link), top, steps))
			return true;
	return false;
}

static bool is_reached(const struct spt *spt, const struct spt_page *sp, const struct spt_page *top)
{
	u32 steps = 0;

	return unlikely(spt->nr_stale > CLIMB_PAGES_MAX) || climbs_to(sp, top, &steps);
}

/* Pages that are not reached go aside, or stay there. */
static bool settle(struct spt *spt, struct list_head *list, const struct spt_page *root, bool whole)
{
	struct spt_page *sp, *next;

	list_for_each_entry_safe(sp, next, list, list) {
		if (is_needless(spt, sp) || is_reached(spt, sp, root)) {
			if (unlikely(spt_is_over(spt) && !whole))
				return false;
			/* All is gone, and with it what is next. */
			if (!sync_page(spt, sp))
				return true;
		} else if (list != &spt->aside) {
			list_move_tail(&sp->list, &spt->aside);
		}
	}
	return true;
}

bool spt_sync_root(struct spt *spt, struct spt_page *root, bool whole)
{
	if (!settle(spt, &spt->aside, root, whole) ||
	    !settle(spt, &spt->stale_upper, root, whole) ||
	    !settle(spt, &spt->stale_leaf, root, whole))
		return false;
	while (spt->nr_stale > ASIDE_MAX && !spt->broken) {
		if (unlikely(spt_is_over(spt) && !whole))
			return false;
		sync_page(spt, list_first_entry(&spt->aside, struct spt_page, list));
	}
	return true;
}

bool spt_sync_below(struct spt *spt, struct spt_page *top)
{
	struct list_head *lists[] = { &spt->stale_upper, &spt->stale_leaf, &spt->aside };
	struct spt_page *sp, *next;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		list_for_each_entry_safe(sp, next, lists[i], list) {
			if (sp == top || !is_reached(spt, sp, top))
				continue;
			if (unlikely(spt_is_over(spt)) || !sync_page(spt, sp))
				return false;
		}
	}
	/* The last, because this may be the end of it. */
	return !top->stale || sync_page(spt, top);
}
