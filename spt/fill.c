// SPDX-License-Identifier: GPL-2.0
/*
 * Filling: makes the shadow hold the translation that a walk just found, from
 * the root down to the leaf entry. Every link on the way is held against the
 * walk, because the guest may have changed its upper tables without a flush.
 * Called by spt.c for each fault that is not the guest's own.
 */
#include "spt.h"

enum step { STEP_READY, STEP_RESTART };

/* The key of the page below sp for the address of the walk. */
static u64 child_key(const struct spt_page *sp, const struct spt_walk *walk)
{
	u32 level = spt_level(sp);

	if (level >= walk->level)
		return spt_child_key(sp->key, walk->entry[level]);
	return spt_direct_child_key(sp->key, pt_index(walk->gva, level));
}

/*
 * A page that is known already comes under a new address. What it holds may
 * be stale for the old one until the guest flushes, but under the new one it was
 * never cached: bring it up to date first. What lies below an upper page is
 * not known without a search, so then everything is, and the path may have
 * changed. A direct page depends on no guest table.
 */
static enum step refresh(struct spt *spt, struct spt_page *child)
{
	if (spt_is_direct(child))
		return STEP_READY;
	if (spt_level(child) > 1) {
		if (list_empty(&spt->stale_upper) && list_empty(&spt->stale_leaf))
			return STEP_READY;
		spt_sync_all(spt);
		return STEP_RESTART;
	}
	if (list_empty(&child->stale) || spt_sync_page(spt, child))
		return STEP_READY;
	spt->strategy->zap_all(spt);
	return STEP_RESTART;
}

/* Puts the page with that key under entry index of parent. */
static enum step relink(struct spt *spt, struct spt_page *parent, u32 index, u64 key)
{
	struct spt_page *child = spt->tracks ? spt_page_find(spt, key) : NULL;

	if (child) {
		if (refresh(spt, child) == STEP_RESTART)
			return STEP_RESTART;
	} else {
		child = spt_page_create(spt, key);
		if (unlikely(!child))
			return STEP_RESTART;
	}
	if (parent->child[index])
		spt_entry_unlink(spt, parent, index);
	spt_entry_link(spt, parent, index, child);
	return STEP_READY;
}

/* The leaf page for the walk, with *written set if a link had to be made; or NULL. */
static struct spt_page *leaf_page(struct spt *spt, const struct spt_walk *walk, bool *written)
{
	struct spt_page *sp = spt->root, *child;
	u32 level, index;
	u64 key;

	for (level = PT_LEVELS; level > 1; level--) {
		index = pt_index(walk->gva, level);
		key = child_key(sp, walk);
		child = sp->child[index];
		if (unlikely(!child || child->key != key)) {
			*written = true;
			if (relink(spt, sp, index, key) == STEP_RESTART)
				return NULL;
			child = sp->child[index];
		}
		sp = child;
	}
	return sp;
}

/*
 * A write to a guest table that is caught opens it, so that this write and
 * those to come go through, until the guest flushes.
 */
static bool is_caught(const struct spt_walk *walk, const u64 *set)
{
	return set && *set & SPT_PROTECTED && walk->access & HV_PF_WRITE;
}

/* Writes the leaf entry, when all tables on the path are there. */
static enum hv_verdict fill_leaf(struct spt *spt, const struct spt_walk *walk, struct spt_page *sp,
				 bool written)
{
	bool opened = false;
	u64 *set = NULL;

	if (spt->tracks) {
		set = spt_rmap_make(spt, walk->gfn);
		if (unlikely(!set))
			return HV_BROKEN;
		opened = is_caught(walk, set);
		if (opened)
			spt_open(spt, walk->gfn);
	}
	if (likely(spt_entry_map(spt, sp, pt_index(walk->gva, 1), walk->entry[walk->level], set,
				 walk->hpa, walk->supervisor_write))) {
		hv_count(spt->mmu, spt_fill);
		written = true;
	}
	if (unlikely(spt->broken))
		return HV_BROKEN;
	if (opened)
		return HV_TRACKED;
	if (written)
		return HV_FILLED;
	/*
	 * The entry was right: the fault came from an older one in the TLB,
	 * which the CPU has dropped by now (4.10.4.3). Say it once more.
	 */
	hv_flush_addr(spt->mmu, walk->gva);
	return HV_DONE;
}

/*
 * The table pages on the path come first: they may make the frame that is
 * written to a table, or protect it again.
 */
enum hv_verdict spt_fill(struct spt *spt, const struct spt_walk *walk)
{
	struct spt_page *sp;
	bool written = false;

	do {
		sp = leaf_page(spt, walk, &written);
		if (unlikely(spt->broken))
			return HV_BROKEN;
	} while (unlikely(!sp));
	return fill_leaf(spt, walk, sp, written);
}

/* Is a leaf entry still what the guest's entry makes of it? */
static bool is_leaf_fresh(const struct spt *spt, const struct spt_page *sp, u32 index, u64 now)
{
	u64 hpa;

	if (spt->tracks)
		return !spt_leaf_changed(sp->guest[index], now);
	hpa = hv_memory_hpa(spt->mmu->memory, (now & PT_ADDR) >> HV_PAGE_SHIFT);
	return HV_HPA_VALID(hpa) &&
	       (sp->shadow[index] == spt_leaf_value(sp, now, hpa, false, false) ||
		sp->shadow[index] == spt_leaf_value(sp, now, hpa, false, true));
}

/* Does entry index of sp, on the path of the walk, say what the walk says? */
static bool is_fresh(const struct spt *spt, const struct spt_page *sp, u32 index,
		     const struct spt_walk *walk)
{
	u32 level = spt_level(sp);
	u64 now = walk->entry[level];

	if (level == walk->level && !walk->is_mapped)
		return false;
	if (!(now & PT_A))
		return false;
	if (level > 1)
		return sp->child[index]->key == spt_child_key(sp->key, now);
	return is_leaf_fresh(spt, sp, index, now);
}

/*
 * A page fault drops what the TLB and the paging-structure caches hold for its
 * address (SDM 3A, 4.10.4.1), so a guest that gets one may count on its
 * current tables there, without a flush. Below a direct page nothing can be old.
 */
void spt_forget_stale(struct spt *spt, const struct spt_walk *walk)
{
	struct spt_page *sp = spt->root;
	u32 level, index;

	for (level = PT_LEVELS; level && !spt_is_direct(sp); level--) {
		index = pt_index(walk->gva, level);
		if (!sp->shadow[index])
			return;
		if (!is_fresh(spt, sp, index, walk)) {
			spt_entry_drop(spt, sp, index);
			return;
		}
		if (level > 1)
			sp = sp->child[index];
	}
}
