// SPDX-License-Identifier: GPL-2.0
/*
 * Strategy vtlb: the shadow is a TLB in the shape of a tree. Nothing is
 * tracked; every flush of everything drops all pages but the root, INVLPG
 * drops one translation. An entry for an address is made by an access to that
 * very address, so it is stale only where the guest's TLB may be.
 */
#include "spt.h"

/*
 * A page of a tree that is cut off, with all that hangs on it: at most four levels
 * deep. What is gone is not in its parent any more, should the work come to its limit.
 */
static bool release(struct spt *spt, struct spt_page *sp)
{
	u32 index;

	spt_for_each_used(sp, index) {
		/* Leaf tables are most of it, and most have nothing to tell. */
		if (spt_level(sp) == 1 && likely(!spt->mmu->dirty.on))
			break;
		if (spt_is_leaf(sp, index)) {
			spt_log_keep(spt, sp, index);
			continue;
		}
		if (spt_is_over(spt) || !release(spt, sp->child[index]))
			return false;
		sp->child[index] = NULL;
		sp->shadow[index] = 0;
		sp->used[index / 64] &= ~BIT_ULL(index % 64);
	}
	spt->mmu->work += spt_page_work(sp);
	spt_page_release(spt, sp);
	return true;
}

static bool drop(struct spt *spt, struct spt_page *sp)
{
	u64 link = spt_links_first(sp->parents);

	spt_entry_unlink(spt, spt_link_page(link), spt_link_index(link));
	return true;
}

static void unlinked(struct spt *spt, struct spt_page *child)
{
	list_move_tail(&child->list, &spt->dead);
	spt->draining = true;
	spt_drain(spt);
}

static void zap_all(struct spt *spt)
{
	struct spt_page *root = spt->root;
	u32 index;

	spt_for_each_used(root, index)
		spt_entry_drop(spt, root, index);
}

static bool set_root(struct spt *spt, u64 key)
{
	hv_count(spt->mmu, spt_root_miss);
	zap_all(spt);
	spt->root->key = key;
	return true;
}

/* A translation of a large page goes with all its pieces. */
static enum hv_verdict invlpg(struct spt *spt, u64 gva)
{
	struct spt_page *sp = spt->root, *child;
	u32 level, index;

	for (level = spt->levels; level; level--) {
		index = pt_index(gva, level);
		if (!spt_is_used(sp, index))
			return HV_DONE;
		child = level > 1 ? spt_child(sp, index) : NULL;
		if (!child || spt_is_direct(child)) {
			spt_entry_drop(spt, sp, index);
			return HV_DONE;
		}
		sp = child;
	}
	return HV_DONE;
}

const struct spt_strategy spt_vtlb = {
	.tracks = false,
	.set_root = set_root,
	.invlpg = invlpg,
	.unlinked = unlinked,
	.drop = drop,
	.zap_all = zap_all,
	.release = release,
};
