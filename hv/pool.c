// SPDX-License-Identifier: GPL-2.0
/* The stock of table memory in the kernel, see pool.h. */
#include <linux/gfp.h>
#include <linux/mm.h>

#include "host_memory.h"
#include "pool.h"

/* A page of nodes spends its first node on the link to the next such page. */
static int cut_nodes(struct hv_pool *pool)
{
	char *page = hv_zalloc_page();
	u32 offset;

	if (!page)
		return -ENOMEM;
	((struct hv_pool_link *)page)->next = pool->node_pages;
	pool->node_pages = page;
	for (offset = HV_NODE_BYTES; offset < HV_PAGE_BYTES; offset += HV_NODE_BYTES) {
		pool->used_nodes++;
		hv_pool_give_node(pool, page + offset);
	}
	return 0;
}

int hv_pool_fill(struct hv_pool *pool, u32 pages, u32 nodes)
{
	while (pool->free_pages < pages) {
		void *page = hv_zalloc_page();

		if (!page)
			return -ENOMEM;
		pool->used_pages++;
		hv_pool_give_page(pool, page);
	}
	while (pool->free_nodes < nodes) {
		if (cut_nodes(pool))
			return -ENOMEM;
	}
	return 0;
}

static void free_list(struct hv_pool_link *link)
{
	while (link) {
		struct hv_pool_link *next = link->next;

		free_page((unsigned long)link);
		link = next;
	}
}

void hv_pool_destroy(struct hv_pool *pool)
{
	WARN_ONCE(pool->used_pages || pool->used_nodes,
		  "hvbench: %u table pages and %u nodes were not given back\n", pool->used_pages,
		  pool->used_nodes);
	free_list(pool->pages);
	free_list(pool->node_pages);
	*pool = (struct hv_pool){};
}
