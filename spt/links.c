// SPDX-License-Identifier: GPL-2.0
/*
 * Sets of shadow entries, see links.h. Called by rmap.c and entry.c; touches
 * nothing but the set and the pool.
 */
#include "links.h"

static u32 chain_count(const struct spt_links *node)
{
	return node->next & SPT_LINKS_COUNT;
}

static struct spt_links *chain_next(const struct spt_links *node)
{
	return (struct spt_links *)(unsigned long)(node->next & ~SPT_LINKS_COUNT);
}

static void chain_set(struct spt_links *node, struct spt_links *next, u32 count)
{
	node->next = (u64)(unsigned long)next | count;
}

static struct spt_links *chain_head(u64 set)
{
	return spt_links_unpack(set);
}

/* All bits but the owner's tags. */
static void set_content(u64 *set, u64 content)
{
	*set = (*set & SPT_LINKS_TAGS) | content;
}

bool spt_links_full(u64 set)
{
	if (spt_links_empty(set))
		return false;
	return !(set & SPT_LINKS_MANY) || chain_count(chain_head(set)) == SPT_LINKS_PER_NODE;
}

bool spt_links_add_more(struct hv_pool *pool, u64 *set, u64 link)
{
	struct spt_links *first, *node;
	u32 count;

	if (!spt_links_full(*set)) {
		first = chain_head(*set);
		count = chain_count(first);
		first->link[count] = link;
		chain_set(first, chain_next(first), count + 1);
		return true;
	}
	node = hv_pool_take_node(pool);
	if (!node)
		return false;
	if (*set & SPT_LINKS_MANY) {
		node->link[0] = link;
		chain_set(node, chain_head(*set), 1);
	} else {
		node->link[0] = *set & ~SPT_LINKS_TAGS;
		node->link[1] = link;
		chain_set(node, NULL, 2);
	}
	set_content(set, spt_links_pack(node) | SPT_LINKS_MANY);
	return true;
}

/* Takes the last link out of the first node and frees what becomes needless. */
static u64 pop(struct hv_pool *pool, u64 *set)
{
	struct spt_links *first = chain_head(*set), *next = chain_next(first);
	u32 count = chain_count(first) - 1;
	u64 link = first->link[count];

	first->link[count] = 0;
	chain_set(first, next, count);
	if (!count) {
		set_content(set, spt_links_pack(next) | SPT_LINKS_MANY);
	} else if (count == 1 && !next) {
		set_content(set, first->link[0]);
		first->link[0] = 0;
	} else {
		return link;
	}
	first->next = 0;
	hv_pool_give_node(pool, first);
	return link;
}

/* Where link lies in the chain, or NULL. The newest are looked at first. */
static u64 *find(u64 set, u64 link, u32 *work)
{
	struct spt_links *node;
	u32 i;

	for (node = chain_head(set); node; node = chain_next(node)) {
		(*work)++;
		for (i = chain_count(node); i--;)
			if (node->link[i] == link)
				return &node->link[i];
	}
	return NULL;
}

bool spt_links_del_more(struct hv_pool *pool, u64 *set, u64 link, u32 *work)
{
	struct spt_links *first;
	u64 *at = find(*set, link, work);

	if (!at)
		return false;
	first = chain_head(*set);
	*at = first->link[chain_count(first) - 1];
	pop(pool, set);
	return true;
}

bool spt_links_clear_some(struct hv_pool *pool, u64 *set, u32 *work, u32 limit)
{
	struct spt_links *node, *next;

	for (; *set & SPT_LINKS_MANY; (*work)++) {
		if (*work > limit)
			return false;
		node = chain_head(*set);
		next = chain_next(node);
		memset(node, 0, sizeof(*node));
		hv_pool_give_node(pool, node);
		set_content(set, next ? spt_links_pack(next) | SPT_LINKS_MANY : 0);
	}
	set_content(set, 0);
	return true;
}

void spt_links_clear(struct hv_pool *pool, u64 *set)
{
	u32 work = 0;

	spt_links_clear_some(pool, set, &work, ~0u);
}

u64 spt_links_first_of_more(u64 set)
{
	const struct spt_links *first = chain_head(set);

	return first->link[chain_count(first) - 1];
}

u64 spt_links_next(struct spt_links_iter *iter)
{
	const struct spt_links *node;
	u64 link;

	if (spt_links_empty(iter->set))
		return 0;
	if (!(iter->set & SPT_LINKS_MANY)) {
		link = iter->set & ~SPT_LINKS_TAGS;
		iter->set = 0;
		return link;
	}
	node = chain_head(iter->set);
	link = node->link[iter->at++];
	if (iter->at == chain_count(node)) {
		iter->set = spt_links_pack(chain_next(node)) | SPT_LINKS_MANY;
		iter->at = 0;
	}
	return link;
}
