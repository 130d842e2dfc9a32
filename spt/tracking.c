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

static void keep_logged(struct spt *spt, const struct list_head *list)
{
	const struct spt_page *sp;
	u32 index;

	list_for_each_entry(sp, list, list)
		spt_for_each_used(sp, index)
			if (spt_is_leaf(sp, index))
				spt_log_keep(spt, sp, index);
}

static void zap_all(struct spt *spt)
{
	struct list_head *lists[] = { &spt->lru, &spt->stale_upper, &spt->stale_leaf, &spt->aside,
				      &spt->orphans };
	u64 key = spt->root->key;
	u32 i;

	if (unlikely(spt->broken))
		return;
	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		if (unlikely(spt->mmu->dirty.on))
			keep_logged(spt, lists[i]);
		spt_page_release_all(spt, lists[i]);
	}
	memset(spt->hash, 0, sizeof(spt->hash[0]) << spt->hash_bits);
	spt_rmap_clear(spt);
	spt->work = 0;
	hv_flush_context(spt->mmu);
	spt_use_root(spt, spt_root_create(spt, key));
}

/*
 * MOV to CR3 and the like drop every translation of the guest's TLB, so all
 * that the root reaches must be true now. With a PCID of its own the CPU may
 * still hold what a kept root reached before: what goes now is flushed there too.
 */
static void set_root(struct spt *spt, u64 key)
{
	struct spt_page *old = spt->root, *root;

	if (key != old->key && !spt->pcid)
		hv_flush_context(spt->mmu);
	root = spt_page_find(spt, key);
	if (likely(root)) {
		hv_count(spt->mmu, spt_root_hit);
	} else {
		hv_count(spt->mmu, spt_root_miss);
		root = spt_root_create(spt, key);
		if (!root)
			return;
	}
	old = spt->root;
	if (likely(old != root))
		spt_use_root(spt, root);
	if (old && old != root && unlikely(spt_is_empty(old)))
		spt_page_free(spt, old);
	if (unlikely(spt->nr_stale))
		spt_sync_root(spt);
}

/*
 * INVLPG drops the paging-structure caches for all addresses, and the
 * translations of the page that holds gva (SDM 3A, 4.10.4.1). With the upper
 * tables true, the path shows what the shadow has for gva: nothing, a piece
 * of a large page, which then is true as well, or an entry of one leaf table,
 * the rest of which may stay as it is.
 */
static void invlpg(struct spt *spt, u64 gva)
{
	struct spt_page *sp;
	u32 level;

	spt_sync_upper(spt);
	if (unlikely(spt->broken))
		return;
	sp = spt->root;
	for (level = spt->levels; level > 1; level--) {
		sp = spt_child(sp, pt_index(gva, level));
		if (!sp)
			return;
	}
	if (sp->stale)
		spt_sync_entry(spt, sp, pt_index(gva, 1));
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
};

const struct spt_strategy spt_trap = {
	.tracks = true,
	.traps = true,
	.set_root = set_root,
	.invlpg = invlpg,
	.unlinked = unlinked,
	.drop = spt_page_free,
	.zap_all = zap_all,
};
