/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A set of shadow entries, each named by its page and index: all leaf entries
 * that map a guest frame (the reverse map), or all entries that point at a
 * shadow page (its parents).
 *
 * The set is one u64. Most hold one member, which lies in the u64 itself;
 * from two on it names a chain of pool nodes, of which only the first may be
 * partly filled. Nodes are 128-byte aligned and kernel pointers have at least
 * seven equal bits on top, so a shifted pointer leaves 14 bits free: an index
 * and five tags. Two tags are the owner's.
 */
#ifndef SPT_LINKS_H
#define SPT_LINKS_H

#include "pool.h"

struct spt_page;

#define SPT_LINKS_MANY BIT_ULL(0) /* the pointer is to a struct spt_links */
#define SPT_LINKS_TAG(n) BIT_ULL(1 + (n)) /* the owner's, n < 4 */
#define SPT_LINKS_TAGS GENMASK_ULL(4, 1)
#define SPT_LINKS_INDEX_SHIFT 5
#define SPT_LINKS_POINTER_SHIFT 14
#define SPT_LINKS_POINTER GENMASK_ULL(63, SPT_LINKS_POINTER_SHIFT)

#define SPT_LINKS_PER_NODE 15
#define SPT_LINKS_COUNT GENMASK_ULL(6, 0)

struct spt_links {
	u64 next; /* pointer to the next node | number of links in this one */
	u64 link[SPT_LINKS_PER_NODE];
};

static_assert(sizeof(struct spt_links) == HV_NODE_BYTES);
static_assert(SPT_LINKS_PER_NODE <= SPT_LINKS_COUNT);
static_assert(HV_ENTRIES <= BIT_ULL(SPT_LINKS_POINTER_SHIFT - SPT_LINKS_INDEX_SHIFT));

static inline u64 spt_links_pack(const void *node)
{
	return (u64)(unsigned long)node << 7;
}

static inline void *spt_links_unpack(u64 packed)
{
	s64 sign_extended = (s64)packed >> SPT_LINKS_POINTER_SHIFT;

	return (void *)(unsigned long)((u64)sign_extended << 7);
}

static inline u64 spt_link(const struct spt_page *sp, u32 index)
{
	return spt_links_pack(sp) | (u64)index << SPT_LINKS_INDEX_SHIFT;
}

static inline struct spt_page *spt_link_page(u64 link)
{
	return spt_links_unpack(link);
}

static inline u32 spt_link_index(u64 link)
{
	return link >> SPT_LINKS_INDEX_SHIFT & (HV_ENTRIES - 1);
}

static inline bool spt_links_empty(u64 set)
{
	return !(set & SPT_LINKS_POINTER);
}

/* Would adding a member take a node from the pool? */
bool spt_links_full(u64 set);
/* To a set that is not empty. False if that takes a node and the pool has none. */
bool spt_links_add_more(struct hv_pool *pool, u64 *set, u64 link);

static inline bool spt_links_add(struct hv_pool *pool, u64 *set, u64 link)
{
	if (unlikely(!spt_links_empty(*set)))
		return spt_links_add_more(pool, set, link);
	*set |= link;
	return true;
}

/* Those of sets with more than one member. */
bool spt_links_del_more(struct hv_pool *pool, u64 *set, u64 link, u32 *work);
u64 spt_links_first_of_more(u64 set);

/*
 * False if link is no member. Adds the number of nodes that were searched to
 * *work, by which callers stay within their bounds.
 */
static inline bool spt_links_del(struct hv_pool *pool, u64 *set, u64 link, u32 *work)
{
	if (*set & SPT_LINKS_MANY)
		return spt_links_del_more(pool, set, link, work);
	if ((*set & ~SPT_LINKS_TAGS) != link)
		return false;
	*set &= SPT_LINKS_TAGS;
	return true;
}

/*
 * Forgets members, node by node, while *work is not above limit; adds a node each to
 * it. False: some are left.
 */
bool spt_links_clear_some(struct hv_pool *pool, u64 *set, u32 *work, u32 limit);
/* Forgets all members; the owner's tags stay. */
void spt_links_clear(struct hv_pool *pool, u64 *set);
/* A member of a set that is not empty; it is the cheapest to delete. */
static inline u64 spt_links_first(u64 set)
{
	return set & SPT_LINKS_MANY ? spt_links_first_of_more(set) : set & ~SPT_LINKS_TAGS;
}

/* Going through a set that doesn't change meanwhile. */
struct spt_links_iter {
	u64 set;
	u32 at;
};

static inline struct spt_links_iter spt_links_begin(u64 set)
{
	return (struct spt_links_iter){ .set = set };
}

/* The next member, or 0. */
u64 spt_links_next(struct spt_links_iter *iter);

#endif
