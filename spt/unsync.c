// SPDX-License-Identifier: GPL-2.0
/*
 * Strategy unsync: guest tables are write-protected; the first write opens a
 * table, and the guest's next flush compares and protects it again. Shadow
 * pages are shared and outlive a switch of address space.
 */
#include "spt.h"

static void zap_all(struct spt *spt)
{
	struct spt_page *sp;
	struct hlist_node *next;
	u64 key = spt->root->key;
	u32 i;

	for (i = 0; i < BIT(spt->hash_bits); i++) {
		hlist_for_each_entry_safe (sp, next, &spt->hash[i], hash)
			spt_page_release(spt, sp);
		INIT_HLIST_HEAD(&spt->hash[i]);
	}
	spt_rmap_clear(spt);
	INIT_LIST_HEAD(&spt->stale_upper);
	INIT_LIST_HEAD(&spt->stale_leaf);
	spt->work = 0;
	spt->root = NULL;
	hv_flush_context(spt->mmu);
	spt_use_root(spt, spt_page_create(spt, key));
}

/*
 * MOV to CR3 and the like drop every translation of the guest's TLB, so all of
 * the shadow must be true now: also what other roots reach, because a later
 * switch to them need not flush for what they share.
 */
static void set_root(struct spt *spt, u64 key)
{
	struct spt_page *old, *root;

	if (key != spt->root->key)
		hv_flush_context(spt->mmu);
	spt_sync_all(spt);
	if (unlikely(spt->broken))
		return;
	root = spt_page_find(spt, key);
	if (root) {
		hv_count(spt->mmu, spt_root_hit);
	} else {
		hv_count(spt->mmu, spt_root_miss);
		root = spt_page_create(spt, key);
		if (!root)
			return;
	}
	old = spt->root;
	spt_use_root(spt, root);
	if (old != root && spt_is_empty(old))
		spt_page_free(spt, old);
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
	for (level = PT_LEVELS; level > 1; level--) {
		sp = sp->child[pt_index(gva, level)];
		if (!sp)
			return;
	}
	if (!list_empty(&sp->stale))
		spt_sync_entry(spt, sp, pt_index(gva, 1));
}

const struct spt_strategy spt_unsync = {
	.tracks = true,
	.set_root = set_root,
	.invlpg = invlpg,
	.unlinked = NULL, /* stays in the hash: it may be wanted again */
	.zap_all = zap_all,
};
