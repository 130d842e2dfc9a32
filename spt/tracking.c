// SPDX-License-Identifier: GPL-2.0
/*
 * The strategies that track guest tables: they are write-protected, shadow
 * pages are shared and outlive a switch of address space.
 *
 * unsync: the first write opens a table, and the guest's next flush in a space
 * that reaches it compares and protects it again (sync.c). trap: each write is
 * performed by the hypervisor and mirrored (mirror.c), so that no table is ever
 * open and the guest's flushes have nothing to do; where a write can't be
 * performed, its table is opened.
 */
#include "spt.h"

static void keep_logged(struct spt *spt, const struct spt_page *sp)
{
	u32 index;

	if (likely(!spt->mmu->dirty.on))
		return;
	spt_for_each_used(sp, index)
		if (spt_is_leaf(sp, index))
			spt_log_keep(spt, sp, index);
}

/*
 * A page that is not in use any more, nor in the hash. What it maps is of the reverse
 * map that was set aside with it.
 */
static bool release(struct spt *spt, struct spt_page *sp)
{
	if (!spt_links_clear_some(spt->mmu->pool, &sp->parents, &spt->mmu->work,
				  spt->mmu->work_limit))
		return false;
	spt->mmu->work += spt_page_work(sp);
	keep_logged(spt, sp);
	sp->stale = false;
	spt_page_release(spt, sp);
	return true;
}

/* The lists of all pages that are in use. */
#define ALL_LISTS(spt)                                                                     \
	{                                                                                  \
		&(spt)->lru, &(spt)->stale_upper, &(spt)->stale_leaf, &(spt)->aside,       \
			&(spt)->orphans                                                    \
	}

static void set_aside(struct spt *spt)
{
	struct list_head *lists[] = ALL_LISTS(spt);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lists); i++)
		list_splice_tail_init(lists[i], &spt->dead);
	for (i = 0; i < spt->max_kept; i++) {
		if (spt->kept[i].page)
			spt->kept[i].page->slot = 0;
		spt->kept[i].page = NULL;
	}
	spt->nr_kept = 0;
	spt->nr_stale = 0;
	spt_rmap_set_aside(spt);
	spt->draining = true;
}

/* All in use now, in one go. */
static void release_all(struct spt *spt)
{
	struct list_head *lists[] = ALL_LISTS(spt);
	struct spt_page *sp;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		list_for_each_entry(sp, lists[i], list)
			keep_logged(spt, sp);
		spt_page_release_all(spt, lists[i]);
	}
	spt_rmap_clear(spt);
}

/*
 * However many they are: what they hold is given back in this event as far as its
 * work allows, and by the next ones (spt_drain()). Where there is something aside
 * already, what is in use was made in this event, and that is little.
 */
static void zap_all(struct spt *spt)
{
	u64 key = spt->root->key;

	if (unlikely(spt->broken))
		return;
	if (unlikely(!list_empty(&spt->dead) || spt->used_spare != SPT_CHUNK_END)) {
		release_all(spt);
	} else {
		set_aside(spt);
		spt_drain(spt);
	}
	memset(spt->hash, 0, sizeof(spt->hash[0]) << spt->hash_bits);
	spt->work = 0;
	spt->overworked = false;
	hv_flush_context(spt->mmu);
	spt_use_root(spt, spt_root_create(spt, key));
}

/* More open tables than that are compared before a root is used, not after. */
#define SYNC_AT_ONCE 16

/*
 * The guest goes on under the old root until all that the new one reaches is true:
 * false, and the load comes again.
 */
static bool sync_before(struct spt *spt, u64 old_key, struct spt_page *root)
{
	u64 key = root->key;
	bool done;

	/* With few roots the new one may have taken the old one's place, or the reverse. */
	if (unlikely(!spt->root))
		spt_use_root(spt, root);
	spt->next_root = root;
	done = spt_sync_root(spt, root, false);
	spt->next_root = NULL;
	spt->unfinished_root = key;
	if (done)
		return true;
	if (unlikely(spt->root->key != old_key))
		spt_use_root(spt, spt_root_create(spt, old_key));
	return false;
}

/* What set_root() does where tables are open or the root is not there. */
static noinline bool set_root_slowly(struct spt *spt, u64 key)
{
	u64 old_key = spt->root->key;
	struct spt_page *root = spt_page_find(spt, key), *old;

	/* A load that was not finished has been counted. */
	if (spt->unfinished_root != key) {
		if (root)
			hv_count(spt->mmu, spt_root_hit);
		else
			hv_count(spt->mmu, spt_root_miss);
	}
	if (!root)
		root = spt_root_create(spt, key);
	if (spt->nr_stale > SYNC_AT_ONCE && root) {
		if (!sync_before(spt, old_key, root))
			return false;
		/* It may have gone with everything else. */
		root = spt_page_find(spt, key);
		if (unlikely(!root))
			root = spt_root_create(spt, key);
	}
	spt->unfinished_root = 0;
	if (unlikely(!root))
		return true;
	old = spt->root;
	if (old != root)
		spt_use_root(spt, root);
	if (old && old != root && spt_is_empty(old))
		spt_page_free(spt, old);
	if (spt->nr_stale)
		spt_sync_root(spt, root, true);
	return true;
}

/*
 * MOV to CR3 and the like drop every translation of the guest's TLB, so all
 * that the root reaches must be true now. With a PCID of its own the CPU may
 * still hold what a kept root reached before: what goes now is flushed there too.
 */
static bool set_root(struct spt *spt, u64 key)
{
	struct spt_page *old = spt->root, *root;

	if (key != old->key && !spt->pcid)
		hv_flush_context(spt->mmu);
	root = spt_page_find(spt, key);
	if (unlikely(!root || spt->nr_stale || spt->unfinished_root || spt_is_empty(old)))
		return set_root_slowly(spt, key);
	hv_count(spt->mmu, spt_root_hit);
	if (likely(old != root))
		spt_use_root(spt, root);
	return true;
}

/*
 * INVLPG drops the paging-structure caches for all addresses, and the
 * translations of the page that holds gva (SDM 3A, 4.10.4.1). With the upper
 * tables true, the path shows what the shadow has for gva: nothing, a piece
 * of a large page, which then is true as well, or an entry of one leaf table,
 * the rest of which may stay as it is.
 */
static enum hv_verdict invlpg(struct spt *spt, u64 gva)
{
	struct spt_page *sp;
	u32 level;

	if (!list_empty(&spt->stale_upper)) {
		if (!spt_sync_upper(spt))
			return HV_AGAIN;
		if (unlikely(spt->broken))
			return HV_DONE;
	}
	sp = spt->root;
	for (level = spt->levels; level > 1; level--) {
		sp = spt_child(sp, pt_index(gva, level));
		if (!sp)
			return HV_DONE;
	}
	if (sp->stale)
		spt_sync_entry(spt, sp, pt_index(gva, 1));
	return HV_DONE;
}

/*
 * A table that nothing points at is most likely none any more, and each write
 * to it would cost an exit. (unsync keeps it: it opens once, and may be wanted
 * again.) Freed at the end of the event, if nothing points at it again.
 */
static void unlinked(struct spt *spt, struct spt_page *child)
{
	if (!spt_links_empty(child->parents) || child->slot || child->stale)
		return;
	child->orphan = true;
	list_move_tail(&child->list, &spt->orphans);
}

const struct spt_strategy spt_unsync = {
	.tracks = true,
	.traps = false,
	.set_root = set_root,
	.invlpg = invlpg,
	.unlinked = NULL,
	.drop = spt_page_free,
	.zap_all = zap_all,
	.release = release,
};

const struct spt_strategy spt_trap = {
	.tracks = true,
	.traps = true,
	.set_root = set_root,
	.invlpg = invlpg,
	.unlinked = unlinked,
	.drop = spt_page_free,
	.zap_all = zap_all,
	.release = release,
};
