// SPDX-License-Identifier: GPL-2.0
/*
 * Synchronisation: what a guest's flush asks for. Shadow pages whose guest
 * tables were open for writing are compared with guest memory; an entry whose
 * origin changed is dropped, or rewritten where the CPU itself might have
 * cached the new translation already, that is, where it is present with A set
 * (SDM 3A, 4.10.2.3): the guest then need not fault once more. Called by
 * unsync.c and by fill.c; for strategies that track.
 */
#include "spt.h"

static void sync_leaf(struct spt *spt, struct spt_page *sp, u32 index, u64 now)
{
	if (!spt_leaf_changed(sp->guest[index], now))
		return;
	hv_count(spt->mmu, spt_sync_entry);
	/* Always flushed: an old entry with less rights would cost a fault. */
	spt_entry_drop(spt, sp, index);
	if (spt_level(sp) == 1 && spt_is_cacheable(spt, sp, now))
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

bool spt_sync_page(struct spt *spt, struct spt_page *sp)
{
	const u64 *table = spt_guest_table(spt, sp);
	u32 index;

	spt_for_each_used(sp, index)
	{
		sync_index(spt, sp, table, index);
		if (spt->work > SPT_WORK_MAX)
			return false;
	}
	return true;
}

/*
 * A page that nothing points at, or that holds nothing any more, is not worth
 * catching writes for: its frame is probably no table now.
 */
static bool is_needless(const struct spt *spt, const struct spt_page *sp)
{
	if (sp == spt->root)
		return false;
	if (!sp->slot && spt_links_empty(sp->parents))
		return true;
	return spt_is_empty(sp);
}

static bool sync_first(struct spt *spt, struct list_head *list)
{
	struct spt_page *sp = list_first_entry(list, struct spt_page, list);

	if (is_needless(spt, sp))
		return spt_page_free(spt, sp);
	spt_close(spt, spt_gfn(sp));
	if (!spt_sync_page(spt, sp))
		return false;
	if (is_needless(spt, sp))
		return spt_page_free(spt, sp);
	sp->stale = false;
	list_move_tail(&sp->list, &spt->lru);
	if (spt->absent)
		spt_filter_page(spt, sp);
	return true;
}

/* With nothing left to compare, forgetting everything is right as well. */
static void sync_list(struct spt *spt, struct list_head *list)
{
	while (!list_empty(list)) {
		if (unlikely(!sync_first(spt, list)))
			spt->strategy->zap_all(spt);
		if (unlikely(spt->broken))
			return;
	}
}

void spt_sync_upper(struct spt *spt)
{
	sync_list(spt, &spt->stale_upper);
}

void spt_sync_all(struct spt *spt)
{
	sync_list(spt, &spt->stale_upper);
	sync_list(spt, &spt->stale_leaf);
}
