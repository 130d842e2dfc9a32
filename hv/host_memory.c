// SPDX-License-Identifier: GPL-2.0
/* Memory from the host, see host_memory.h. */
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmstat.h>

#include "host_memory.h"

#define RESERVE_MAX (SZ_64M >> PAGE_SHIFT)

bool hv_host_can_give(u64 pages)
{
	u64 reserve = min_t(u64, totalram_pages() / 32, RESERVE_MAX);

	/* The usual answer, by one read; twice because of the watermarks in it. */
	if (likely(global_zone_page_state(NR_FREE_PAGES) >= pages + 2 * reserve))
		return true;
	return si_mem_available() >= (long)(pages + reserve);
}

void *hv_zalloc_page(void)
{
	return hv_host_can_give(1) ? (void *)__get_free_page(HV_GFP | __GFP_ZERO) : NULL;
}

void *hv_zalloc(size_t bytes)
{
	if (!hv_host_can_give(DIV_ROUND_UP(bytes, PAGE_SIZE)))
		return NULL;
	return kvzalloc(bytes, HV_GFP);
}

void hv_free(void *block)
{
	kvfree(block);
}
