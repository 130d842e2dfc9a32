// SPDX-License-Identifier: GPL-2.0
/*
 * The reverse map: for each guest frame the set of leaf entries that map it,
 * and two tags that say whether the frame is a guest table with shadow pages,
 * and whether the guest's writes to it are caught. One u64 a frame, in pages
 * made on demand, one for each 2M chunk of guest memory. Leaf entries that map
 * a whole chunk are in a set of the chunk's.
 *
 * A guest table is either protected (no shadow entry maps it writable, so that
 * its shadow pages cannot go stale unseen) or open (its pages are listed
 * as stale). Called by entry.c, page.c, fill.c and sync.c; for strategies that track.
 */
#include "spt.h"

static struct spt_chunk *chunk_of(const struct spt *spt, u64 gfn)
{
	u64 chunk = gfn / HV_CHUNK_FRAMES;

	return likely(chunk < spt->nr_chunks) ? &spt->chunk[chunk] : NULL;
}

void spt_chunk_use(struct spt *spt, struct spt_chunk *chunk)
{
	if (chunk->next)
		return;
	chunk->next = spt->used_chunks;
	spt->used_chunks = SPT_CHUNK_NAME(chunk - spt->chunk);
}

u64 *spt_rmap_make_page(struct spt *spt, u64 gfn)
{
	struct spt_chunk *chunk = chunk_of(spt, gfn);

	if (unlikely(!chunk)) {
		spt_broken(spt, "a frame outside memory");
		return NULL;
	}
	if (unlikely(!chunk->rmap)) {
		chunk->rmap = hv_pool_take_beside(spt->mmu->pool);
		if (!chunk->rmap) {
			spt_broken(spt, "no memory for the reverse map");
			return NULL;
		}
		spt_chunk_use(spt, chunk);
	}
	return &chunk->rmap[gfn % HV_CHUNK_FRAMES];
}

bool spt_may_map(const struct spt *spt, u64 gfn)
{
	const struct hv_pool *pool = spt->mmu->pool;
	const u64 *set = spt_rmap(spt, gfn);

	if (set && !spt_links_full(*set))
		return true;
	return hv_pool_has(pool, SPT_FAULT_PAGES + 1, SPT_FAULT_NODES + 1) &&
	       spt_held(pool) + 1 < pool->limit_pages;
}

void spt_rmap_del(struct spt *spt, struct spt_page *sp, u32 index)
{
	u64 gfn = spt_leaf_gfn(sp, index);
	u64 *set = spt_level(sp) == 1 ? spt_rmap(spt, gfn) : &chunk_of(spt, gfn)->large;

	if (!set || !spt_links_del(spt->mmu->pool, set, spt_link(sp, index), &spt->work))
		spt_broken(spt, "an entry is missing in the reverse map");
}

/*
 * Counts one link among the searched. False: they are too many, and the event ends by
 * forgetting everything, so that what is left here does not matter.
 */
static bool may_go_on(struct spt *spt)
{
	spt->work++;
	if (likely(!spt_is_overworked(spt)))
		return true;
	spt->overworked = true;
	return false;
}

static void protect(struct spt *spt, u64 *set)
{
	struct spt_links_iter iter = spt_links_begin(*set);
	u64 link;

	while ((link = spt_links_next(&iter)) && may_go_on(spt))
		spt_entry_protect(spt, spt_link_page(link), spt_link_index(link));
	*set |= SPT_PROTECTED;
}

/* A page table in the middle: what maps the chunk as a whole has to go. */
static void split(struct spt *spt, struct spt_chunk *chunk)
{
	while (!spt_links_empty(chunk->large) && !spt->broken && may_go_on(spt)) {
		u64 link = spt_links_first(chunk->large);

		spt_entry_drop(spt, spt_link_page(link), spt_link_index(link));
		hv_count(spt->mmu, spt_split);
	}
}

static void make_stale(struct spt *spt, struct spt_page *sp)
{
	if (sp->stale)
		return;
	sp->stale = true;
	spt->nr_stale++;
	sp->orphan = false;
	list_move(&sp->list, spt_level(sp) > 1 ? &spt->stale_upper : &spt->stale_leaf);
	if (spt->absent)
		spt_unfilter_page(spt, sp);
}

/* A root that lies outside memory has nothing to track: it stays empty. */
static bool is_trackable(const struct spt *spt, const struct spt_page *sp)
{
	return !spt_is_direct(sp) && spt_gfn(sp) < spt->mmu->memory->nr_frames;
}

void spt_track(struct spt *spt, struct spt_page *sp)
{
	struct spt_chunk *chunk;
	u64 *set;

	if (!is_trackable(spt, sp))
		return;
	set = spt_rmap_make(spt, spt_gfn(sp));
	if (!set)
		return;
	if (!(*set & SPT_TABLE)) {
		chunk = chunk_of(spt, spt_gfn(sp));
		chunk->tables++;
		split(spt, chunk);
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
	spt_for_each_mirror(spt, other, gfn)
		if (other != sp)
			return;
	*spt_rmap(spt, gfn) &= ~(SPT_TABLE | SPT_PROTECTED);
	chunk_of(spt, gfn)->tables--;
}

void spt_open(struct spt *spt, u64 gfn)
{
	struct spt_page *sp;

	*spt_rmap(spt, gfn) &= ~SPT_PROTECTED;
	spt_for_each_mirror(spt, sp, gfn)
		make_stale(spt, sp);
	hv_count(spt->mmu, spt_unsync);
	trace_shadow_unsync(gfn);
}

void spt_close(struct spt *spt, u64 gfn)
{
	u64 *set = spt_rmap(spt, gfn);

	if (*set & SPT_PROTECTED)
		return;
	protect(spt, set);
	hv_count(spt->mmu, spt_sync);
	trace_shadow_sync(gfn);
}

/* False at the limit of work. A frame's set, once empty, has no tags either. */
static bool clear_chunk(struct spt *spt, struct spt_chunk *chunk)
{
	struct hv_pool *pool = spt->mmu->pool;
	u32 *work = &spt->mmu->work, limit = spt->mmu->work_limit, i;

	if (!spt_links_clear_some(pool, &chunk->large, work, limit))
		return false;
	chunk->tables = 0;
	*work += HV_CHUNK_FRAMES / 16;
	for (i = 0; chunk->rmap && i < HV_CHUNK_FRAMES; i++) {
		if (!chunk->rmap[i])
			continue;
		if (!spt_links_clear_some(pool, &chunk->rmap[i], work, limit))
			return false;
		chunk->rmap[i] = 0;
	}
	if (chunk->rmap)
		hv_pool_give_beside(pool, chunk->rmap);
	chunk->rmap = NULL;
	return true;
}

static bool clear_map(struct spt *spt, struct spt_chunk *map, u32 *used)
{
	while (*used != SPT_CHUNK_END) {
		struct spt_chunk *chunk = &map[*used - SPT_CHUNK_NAME(0)];

		if (spt_is_over(spt) || !clear_chunk(spt, chunk))
			return false;
		*used = chunk->next;
		chunk->next = 0;
	}
	return true;
}

void spt_rmap_set_aside(struct spt *spt)
{
	swap(spt->chunk, spt->spare);
	swap(spt->used_chunks, spt->used_spare);
}

bool spt_rmap_drain(struct spt *spt)
{
	return clear_map(spt, spt->spare, &spt->used_spare);
}

void spt_rmap_clear(struct spt *spt)
{
	u32 work = spt->mmu->work, limit = spt->mmu->work_limit;

	spt->work = 0;
	spt->mmu->work = 0;
	spt->mmu->work_limit = ~0u;
	clear_map(spt, spt->chunk, &spt->used_chunks);
	spt->mmu->work = work;
	spt->mmu->work_limit = limit;
}
