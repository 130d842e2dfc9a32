// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a shadow page: found by its key, made, emptied, given back. It
 * is a pool node that owns the table for the CPU and, where needed, a second
 * page (child[] or guest[]). Called by fill.c, sync.c and the strategies.
 */
#include "spt.h"

static struct hlist_head *bucket(struct spt *spt, u64 gfn)
{
	return &spt->hash[hash_64(gfn, spt->hash_bits)];
}

struct spt_page *spt_page_find(struct spt *spt, u64 key)
{
	struct spt_page *sp;

	hlist_for_each_entry (sp, bucket(spt, key >> HV_PAGE_SHIFT), hash)
		if (sp->key == key)
			return sp;
	return NULL;
}

/* A direct leaf table knows its frames, and vtlb never looks back at entries. */
static bool has_second_page(const struct spt *spt, const struct spt_page *sp)
{
	return spt_level(sp) > 1 || (spt->tracks && !spt_is_direct(sp));
}

struct spt_page *spt_page_create(struct spt *spt, u64 key)
{
	struct hv_pool *pool = spt->mmu->pool;
	struct spt_page *sp;

	if (!hv_pool_has(pool, 2, 1)) {
		spt_broken(spt, "no memory for a shadow page");
		return NULL;
	}
	sp = hv_pool_take_node(pool);
	sp->key = key;
	sp->shadow = hv_pool_take_page(pool);
	if (has_second_page(spt, sp))
		sp->guest = hv_pool_take_page(pool);
	INIT_LIST_HEAD(&sp->stale);
	if (spt->tracks) {
		spt_track(spt, sp);
		hlist_add_head(&sp->hash, bucket(spt, spt_gfn(sp)));
	}
	return sp;
}

/* The pool wants zeroes: only what was used needs clearing. */
void spt_page_release(struct spt *spt, struct spt_page *sp)
{
	struct hv_pool *pool = spt->mmu->pool;
	bool second = has_second_page(spt, sp);
	u32 index;

	spt_for_each_used(sp, index)
	{
		sp->shadow[index] = 0;
		if (second)
			sp->guest[index] = 0;
	}
	hv_pool_give_page(pool, sp->shadow);
	if (second)
		hv_pool_give_page(pool, sp->guest);
	spt_links_clear(pool, &sp->parents);
	memset(sp, 0, sizeof(*sp));
	hv_pool_give_node(pool, sp);
	hv_count(spt->mmu, spt_zap);
}

bool spt_page_free(struct spt *spt, struct spt_page *sp)
{
	u32 index;

	while (!spt_links_empty(sp->parents)) {
		u64 link = spt_links_first(sp->parents);

		spt_entry_unlink(spt, spt_link_page(link), spt_link_index(link));
		if (unlikely(spt->broken))
			return false;
	}
	spt_for_each_used(sp, index)
	{
		spt_entry_drop(spt, sp, index);
		if (spt->work > SPT_WORK_MAX)
			return false;
	}
	list_del_init(&sp->stale);
	hlist_del(&sp->hash);
	spt_untrack(spt, sp);
	spt_page_release(spt, sp);
	return true;
}
