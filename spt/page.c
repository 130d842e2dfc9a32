// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a shadow page: found by its key, made, emptied, given back; and
 * which pages go when the pool's limit is reached. A page is a pool node that
 * owns the table for the CPU and, where needed, a second page (child[] or
 * guest[]). Called by fill.c, sync.c, root.c and the strategies.
 */
#include "spt.h"

static struct spt_page **bucket(struct spt *spt, u64 gfn)
{
	return &spt->hash[hash_64(gfn, spt->hash_bits)];
}

struct spt_page *spt_page_find(const struct spt *spt, u64 key)
{
	struct spt_page *sp = spt->hash[hash_64(key >> HV_PAGE_SHIFT, spt->hash_bits)];

	while (sp && sp->key != key)
		sp = sp->next;
	return sp;
}

static struct spt_page *next_mirror(struct spt_page *sp, u64 gfn)
{
	while (sp && (spt_gfn(sp) != gfn || spt_is_direct(sp)))
		sp = sp->next;
	return sp;
}

struct spt_page *spt_page_first(const struct spt *spt, u64 gfn)
{
	return next_mirror(spt->hash[hash_64(gfn, spt->hash_bits)], gfn);
}

struct spt_page *spt_page_next(const struct spt_page *sp)
{
	return next_mirror(sp->next, spt_gfn(sp));
}

static void unhash(struct spt *spt, struct spt_page *sp)
{
	struct spt_page **at = bucket(spt, spt_gfn(sp));

	while (*at != sp)
		at = &(*at)->next;
	*at = sp->next;
	sp->next = NULL;
}

struct spt_page *spt_page_create(struct spt *spt, u64 key)
{
	struct hv_pool *pool = spt->mmu->pool;
	struct spt_page *sp, **first;

	if (!hv_pool_has(pool, 2, 1)) {
		spt_broken(spt, "no memory for a shadow page");
		return NULL;
	}
	sp = hv_pool_take_node(pool);
	sp->key = key;
	sp->shadow = hv_pool_take_page(pool);
	if (spt_has_second(spt, sp))
		sp->guest = hv_pool_take_beside(pool);
	list_add_tail(&sp->list, &spt->lru);
	if (spt->tracks) {
		first = bucket(spt, spt_gfn(sp));
		sp->next = *first;
		*first = sp;
		spt_track(spt, sp);
	}
	if (spt->absent)
		spt_filter_page(spt, sp);
	return sp;
}

/* The pool wants zeroes: without markers only what was used needs clearing. */
static void clear(struct spt *spt, struct spt_page *sp, bool second)
{
	u32 index;

	if (spt->absent)
		memset(sp->shadow, 0, HV_PAGE_BYTES);
	spt_for_each_used(sp, index) {
		sp->shadow[index] = 0;
		if (second)
			sp->guest[index] = 0;
	}
}

void spt_page_release(struct spt *spt, struct spt_page *sp)
{
	struct hv_pool *pool = spt->mmu->pool;
	bool second = spt_has_second(spt, sp);

	if (sp->slot)
		spt_root_forget(spt, sp);
	clear(spt, sp, second);
	hv_pool_give_page(pool, sp->shadow);
	if (second)
		hv_pool_give_beside(pool, sp->guest);
	spt_links_clear(pool, &sp->parents);
	spt->nr_stale -= sp->stale;
	list_del(&sp->list);
	memset(sp, 0, sizeof(*sp));
	hv_pool_give_node(pool, sp);
	hv_count(spt->mmu, spt_zap);
}

void spt_page_release_all(struct spt *spt, struct list_head *list)
{
	while (!list_empty(list))
		spt_page_release(spt, list_first_entry(list, struct spt_page, list));
}

bool spt_page_free(struct spt *spt, struct spt_page *sp)
{
	u32 index;

	while (!spt_links_empty(sp->parents)) {
		u64 link = spt_links_first(sp->parents);

		spt_entry_unlink(spt, spt_link_page(link), spt_link_index(link));
		spt->work++;
		if (unlikely(spt->broken || spt_is_overworked(spt)))
			return false;
	}
	spt->mmu->work += spt_free_work(sp);
	spt_for_each_used(sp, index) {
		spt_entry_drop(spt, sp, index);
		if (spt_is_overworked(spt))
			return false;
	}
	spt_untrack(spt, sp);
	unhash(spt, sp);
	spt_page_release(spt, sp);
	return true;
}

/* A page that is open and that the root does not reach, else the oldest, or NULL. */
static struct spt_page *oldest(struct spt *spt)
{
	struct spt_page *sp;

	if (!list_empty(&spt->aside))
		return list_first_entry(&spt->aside, struct spt_page, list);
	list_for_each_entry(sp, &spt->lru, list)
		if (sp != spt->root)
			return sp;
	return NULL;
}

/*
 * A full cache loses its oldest pages: the guest refaults, and notices
 * nothing. What the reverse map itself holds goes only with everything. Where
 * giving it all back is too much for one event, the next ones do, before anything else.
 */
void spt_evict(struct spt *spt)
{
	const struct hv_pool *pool = spt->mmu->pool;
	struct spt_page *sp;

	while (!spt_has_room(pool) && !spt->broken && !spt->draining) {
		sp = oldest(spt);
		if (!sp || !spt->strategy->drop(spt, sp)) {
			spt->strategy->zap_all(spt);
			return;
		}
		hv_count(spt->mmu, spt_evict);
		spt_reap(spt);
	}
}

bool spt_drain(struct spt *spt)
{
	if (!spt_reap(spt))
		return false;
	while (!list_empty(&spt->dead)) {
		struct spt_page *sp = list_first_entry(&spt->dead, struct spt_page, list);

		if (spt_is_over(spt) || !spt->strategy->release(spt, sp))
			return false;
	}
	if (!spt_rmap_drain(spt))
		return false;
	spt->draining = false;
	return true;
}

bool spt_reap(struct spt *spt)
{
	while (!list_empty(&spt->orphans) && !spt->broken) {
		struct spt_page *sp = list_first_entry(&spt->orphans, struct spt_page, list);

		if (unlikely(spt_is_over(spt))) {
			spt->draining = true;
			return false;
		}
		if (unlikely(!spt_page_free(spt, sp))) {
			spt->strategy->zap_all(spt);
			spt->reap_zapped = true;
		}
	}
	return true;
}
