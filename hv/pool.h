/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VM's stock of memory for tables. Backends run with interrupts off and
 * never allocate: they take from the stock and give back to it. The vCPU loop
 * fills it up while it may sleep; a backend that finds too little there
 * answers HV_NEED_POOL before it changed anything.
 *
 * Two kinds of object: pages (4K, page aligned) and nodes (128 bytes, for
 * bookkeeping). Both are zero when taken and must be zero when given back,
 * which lets an owner that knows its few used entries clear only those.
 *
 * Locking: none of its own; for the callers of the backend, see mmu.h.
 */
#ifndef HV_POOL_H
#define HV_POOL_H

#include "shim.h"

#define HV_NODE_BYTES 128

struct hv_pool_link {
	struct hv_pool_link *next;
};

struct hv_pool {
	struct hv_pool_link *pages, *nodes;
	u32 free_pages, free_nodes;
	u32 used_pages, used_nodes; /* taken and not given back */
	u32 beside; /* of used_pages: no tables, but what is kept beside them */
	u64 peak_bytes; /* the most that both ever held */
	/*
	 * A backend whose tables are a cache drops some before it goes beyond;
	 * EPT needs none: its tables are bounded by guest memory.
	 */
	u32 limit_pages;
	void *node_pages; /* the pages that nodes were cut from, see pool.c */
};

/* Bytes held by tables and their bookkeeping now. */
static inline u64 hv_pool_used_bytes(const struct hv_pool *pool)
{
	return pool->used_pages * (u64)HV_PAGE_BYTES + pool->used_nodes * (u64)HV_NODE_BYTES;
}

static inline void hv_pool_note_peak(struct hv_pool *pool)
{
	u64 bytes = hv_pool_used_bytes(pool);

	if (bytes > pool->peak_bytes)
		pool->peak_bytes = bytes;
}

/* Nothing or zeroed memory; never sleeps. */
static inline void *hv_pool_take_page(struct hv_pool *pool)
{
	struct hv_pool_link *link = pool->pages;

	if (!link)
		return NULL;
	pool->pages = link->next;
	link->next = NULL;
	pool->free_pages--;
	pool->used_pages++;
	hv_pool_note_peak(pool);
	return link;
}

static inline void hv_pool_give_page(struct hv_pool *pool, void *zeroed)
{
	struct hv_pool_link *link = zeroed;

	link->next = pool->pages;
	pool->pages = link;
	pool->free_pages++;
	pool->used_pages--;
}

/* The same for a page that is no table. */
static inline void *hv_pool_take_beside(struct hv_pool *pool)
{
	void *page = hv_pool_take_page(pool);

	pool->beside += page != NULL;
	return page;
}

static inline void hv_pool_give_beside(struct hv_pool *pool, void *zeroed)
{
	hv_pool_give_page(pool, zeroed);
	pool->beside--;
}

static inline void *hv_pool_take_node(struct hv_pool *pool)
{
	struct hv_pool_link *link = pool->nodes;

	if (!link)
		return NULL;
	pool->nodes = link->next;
	link->next = NULL;
	pool->free_nodes--;
	pool->used_nodes++;
	hv_pool_note_peak(pool);
	return link;
}

static inline void hv_pool_give_node(struct hv_pool *pool, void *zeroed)
{
	struct hv_pool_link *link = zeroed;

	link->next = pool->nodes;
	pool->nodes = link;
	pool->free_nodes++;
	pool->used_nodes--;
}

static inline bool hv_pool_has(const struct hv_pool *pool, u32 pages, u32 nodes)
{
	return pool->free_pages >= pages && pool->free_nodes >= nodes;
}

/*
 * Fills the stock up to at least that many objects. May sleep. 0 or -ENOMEM.
 */
int hv_pool_fill(struct hv_pool *pool, u32 pages, u32 nodes);

/* Frees everything; a used object left over is a leak and warned of. */
void hv_pool_destroy(struct hv_pool *pool);

#endif
