// SPDX-License-Identifier: GPL-2.0
/* Guest memory in the kernel, see memory.h. The pages belong to the VM. */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "memory.h"

#define LARGE_ORDER (HV_CHUNK_SHIFT - HV_PAGE_SHIFT)

static u64 nr_chunks(const struct hv_memory *mem)
{
	return mem->nr_frames / HV_CHUNK_FRAMES;
}

static void free_at(u64 hpa, unsigned int order)
{
	if (hpa)
		__free_pages(virt_to_page(hv_va(hpa)), order);
}

/*
 * Puts a new zeroed block of 2^order pages into the slot, unless somebody was
 * faster. 0 or -ENOMEM.
 */
static int fill_slot(u64 *slot, unsigned int order, u64 flag)
{
	struct page *page;

	if (READ_ONCE(*slot))
		return 0;
	page = alloc_pages(GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN |
				   (order ? __GFP_COMP | __GFP_RETRY_MAYFAIL : 0),
			   order);
	if (!page)
		return -ENOMEM;
	if (cmpxchg(slot, 0, page_to_phys(page) | flag))
		__free_pages(page, order);
	return 0;
}

int hv_memory_populate(struct hv_memory *mem, u64 gfn)
{
	u64 *chunk;
	int err;

	if (gfn >= mem->nr_frames)
		return -EFAULT;
	chunk = &mem->chunk[gfn / HV_CHUNK_FRAMES];
	if (mem->large)
		return fill_slot(chunk, LARGE_ORDER, HV_CHUNK_LARGE);
	err = fill_slot(chunk, 0, 0);
	if (err)
		return err;
	return fill_slot((u64 *)hv_va(*chunk) + gfn % HV_CHUNK_FRAMES, 0, 0);
}

int hv_memory_create(struct hv_memory *mem, u64 bytes, bool large, bool populate)
{
	u64 gfn, step = large ? HV_CHUNK_FRAMES : 1;
	int err;

	mem->nr_frames = bytes >> HV_PAGE_SHIFT;
	mem->large = large;
	mem->chunk = kvcalloc(nr_chunks(mem), sizeof(*mem->chunk), GFP_KERNEL_ACCOUNT);
	if (!mem->chunk)
		return -ENOMEM;
	for (gfn = 0; populate && gfn < mem->nr_frames; gfn += step) {
		err = fatal_signal_pending(current) ? -EINTR : hv_memory_populate(mem, gfn);
		if (err) {
			hv_memory_destroy(mem);
			return err;
		}
		cond_resched();
	}
	return 0;
}

static void free_chunk(u64 chunk)
{
	u64 *table;
	int i;

	if (chunk & HV_CHUNK_LARGE) {
		free_at(chunk & ~HV_CHUNK_LARGE, LARGE_ORDER);
		return;
	}
	if (!chunk)
		return;
	table = hv_va(chunk);
	for (i = 0; i < HV_CHUNK_FRAMES; i++)
		free_at(table[i], 0);
	free_at(chunk, 0);
}

void hv_memory_destroy(struct hv_memory *mem)
{
	u64 i;

	if (!mem->chunk)
		return;
	for (i = 0; i < nr_chunks(mem); i++) {
		free_chunk(mem->chunk[i]);
		cond_resched();
	}
	kvfree(mem->chunk);
	mem->chunk = NULL;
}
