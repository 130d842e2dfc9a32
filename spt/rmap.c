// SPDX-License-Identifier: GPL-2.0
/*
 * The reverse map: for each guest frame the set of leaf entries that map it,
 * and two tags that say whether the frame is a guest table with shadow pages,
 * and whether the guest's writes to it are caught. One u64 a frame, in pages
 * made on demand, one for each 2M chunk of guest memory.
 *
 * A guest table is either protected (no shadow entry maps it writable, so that
 * its shadow pages cannot go stale unseen) or open (its pages are listed
 * as stale). Called by entry.c, page.c, fill.c and sync.c; for strategies that track.
 */
#include "spt.h"

u64 *spt_rmap(const struct spt *spt, u64 gfn)
{
	u64 chunk = gfn / HV_CHUNK_FRAMES;

	if (chunk >= spt->nr_chunks || !spt->rmap[chunk])
		return NULL;
	return &spt->rmap[chunk][gfn % HV_CHUNK_FRAMES];
}

u64 *spt_rmap_make(struct spt *spt, u64 gfn)
{
	u64 chunk = gfn / HV_CHUNK_FRAMES;

	if (unlikely(chunk >= spt->nr_chunks)) {
		spt_broken(spt, "a frame outside memory");
		return NULL;
	}
	if (unlikely(!spt->rmap[chunk])) {
		spt->rmap[chunk] = hv_pool_take_page(spt->mmu->pool);
		if (!spt->rmap[chunk]) {
			spt_broken(spt, "no memory for the reverse map");
			return NULL;
		}
	}
	return &spt->rmap[chunk][gfn % HV_CHUNK_FRAMES];
}

bool spt_may_map(const struct spt *spt, u64 gfn)
{
	const struct hv_pool *pool = spt->mmu->pool;
	const u64 *set = spt_rmap(spt, gfn);

	if (set && !spt_links_full(*set))
		return true;
	return hv_pool_has(pool, SPT_FAULT_PAGES + 1, SPT_FAULT_NODES + 1) &&
	       pool->used_pages < pool->limit_pages;
}

void spt_rmap_del(struct spt *spt, u64 gfn, struct spt_page *sp, u32 index)
{
	u64 *set = spt_rmap(spt, gfn);

	if (!set || !spt_links_del(spt->mmu->pool, set, spt_link(sp, index), &spt->work))
		spt_broken(spt, "an entry is missing in the reverse map");
}

static void protect(struct spt *spt, u64 *set)
{
	struct spt_links_iter iter = spt_links_begin(*set);
	u64 link;

	while ((link = spt_links_next(&iter)))
		spt_entry_protect(spt, spt_link_page(link), spt_link_index(link));
	*set |= SPT_PROTECTED;
}

static void make_stale(struct spt *spt, struct spt_page *sp)
{
	if (list_empty(&sp->stale))
		list_add(&sp->stale, spt_level(sp) > 1 ? &spt->stale_upper : &spt->stale_leaf);
}

static struct hlist_head *bucket(struct spt *spt, u64 gfn)
{
	return &spt->hash[hash_64(gfn, spt->hash_bits)];
}

/* A root that lies outside memory has nothing to track: it stays empty. */
static bool is_trackable(const struct spt *spt, const struct spt_page *sp)
{
	return !spt_is_direct(sp) && spt_gfn(sp) < spt->mmu->memory->nr_frames;
}

void spt_track(struct spt *spt, struct spt_page *sp)
{
	u64 *set;

	if (!is_trackable(spt, sp))
		return;
	set = spt_rmap_make(spt, spt_gfn(sp));
	if (!set)
		return;
	if (!(*set & SPT_TABLE)) {
		*set |= SPT_TABLE;
		protect(spt, set);
	} else if (!(*set & SPT_PROTECTED)) {
		make_stale(spt, sp);
	}
}

void spt_untrack(struct spt *spt, struct spt_page *sp)
{
	u64 gfn = spt_gfn(sp);
	struct spt_page *other;

	if (!is_trackable(spt, sp))
		return;
	hlist_for_each_entry (other, bucket(spt, gfn), hash)
		if (other != sp && !spt_is_direct(other) && spt_gfn(other) == gfn)
			return;
	*spt_rmap(spt, gfn) &= ~(SPT_TABLE | SPT_PROTECTED);
}

void spt_open(struct spt *spt, u64 gfn)
{
	struct spt_page *sp;

	*spt_rmap(spt, gfn) &= ~SPT_PROTECTED;
	hlist_for_each_entry (sp, bucket(spt, gfn), hash)
		if (!spt_is_direct(sp) && spt_gfn(sp) == gfn)
			make_stale(spt, sp);
	hv_count(spt->mmu, spt_unsync);
}

void spt_close(struct spt *spt, u64 gfn)
{
	u64 *set = spt_rmap(spt, gfn);

	if (*set & SPT_PROTECTED)
		return;
	protect(spt, set);
	hv_count(spt->mmu, spt_sync);
}

void spt_rmap_clear(struct spt *spt)
{
	struct hv_pool *pool = spt->mmu->pool;
	u32 chunk, i;

	for (chunk = 0; chunk < spt->nr_chunks; chunk++) {
		u64 *page = spt->rmap[chunk];

		if (!page)
			continue;
		for (i = 0; i < HV_CHUNK_FRAMES; i++) {
			if (page[i]) {
				spt_links_clear(pool, &page[i]);
				page[i] = 0;
			}
		}
		hv_pool_give_page(pool, page);
		spt->rmap[chunk] = NULL;
	}
}
