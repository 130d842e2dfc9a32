// SPDX-License-Identifier: GPL-2.0
/* Guest memory in the kernel, see memory.h. */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

#include "host_memory.h"
#include "memory.h"

#define LARGE_ORDER (HV_CHUNK_SHIFT - HV_PAGE_SHIFT)
#define GIANT_ORDER (HV_GIANT_SHIFT - HV_PAGE_SHIFT)
#define GIANT_CHUNKS (HV_GIANT_BYTES >> HV_CHUNK_SHIFT)

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
	page = hv_host_can_give(BIT_ULL(order)) ?
		       alloc_pages(HV_GFP | __GFP_ZERO | (order ? __GFP_COMP : 0), order) :
		       NULL;
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
	if (mem->backing != HVBENCH_SIZE_4K)
		return fill_slot(chunk, LARGE_ORDER, HV_CHUNK_LARGE);
	err = fill_slot(chunk, 0, 0);
	if (err)
		return err;
	return fill_slot((u64 *)hv_va(*chunk) + gfn % HV_CHUNK_FRAMES, 0, 0);
}

static int alloc_chunks(struct hv_memory *mem, u64 bytes, enum hvbench_size backing)
{
	mem->nr_frames = bytes >> HV_PAGE_SHIFT;
	mem->backing = backing;
	mem->pinned = NULL;
	mem->charged = NULL;
	mem->chunk = hv_zalloc(nr_chunks(mem) * sizeof(*mem->chunk));
	return mem->chunk ? 0 : -ENOMEM;
}

/* So much that the host could still run: an eighth of what is free stays so. */
static bool host_has_spare(u64 frames)
{
	long available = si_mem_available();

	return available > 0 && frames <= available - available / 8;
}

int hv_memory_create(struct hv_memory *mem, u64 bytes, enum hvbench_size backing, bool populate)
{
	u64 gfn, step = backing == HVBENCH_SIZE_2M ? HV_CHUNK_FRAMES : 1;
	int err;

	if (populate && !host_has_spare(bytes >> HV_PAGE_SHIFT))
		return -ENOMEM;
	err = alloc_chunks(mem, bytes, backing);
	if (err)
		return err;
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

/*
 * Pins the 1G page at that address of the caller. 0 or -errno, with *why set where
 * the errno does not say it.
 */
static int pin_giant(u64 address, struct page **pinned, const char **why)
{
	struct page *page;
	int nr = pin_user_pages_fast(address, 1, FOLL_WRITE | FOLL_LONGTERM, &page);

	if (nr == -EFAULT || !nr) {
		*why = "backing=1g: at a part of the memory that was brought nothing is mapped, or "
		       "nothing that may be written, or the host has no free 1G page for it";
		return -EFAULT;
	}
	if (nr < 0)
		return nr;
	/* Its first page is the head of a compound page, which is aligned. */
	if (!PageHead(page) || compound_order(page) != GIANT_ORDER) {
		unpin_user_page(page);
		*why = "backing=1g: the memory that was brought is not all 1G huge pages: reserve "
		       "them with hugepagesz=1G hugepages=N on the kernel's command line";
		return -EFAULT;
	}
	*pinned = page;
	return 0;
}

static int pin_all(struct hv_memory *mem, u64 address, const char **why)
{
	u64 i, nr = mem->nr_frames >> GIANT_ORDER;
	int err = 0;

	mem->pinned = hv_zalloc(nr * sizeof(*mem->pinned));
	if (!mem->pinned)
		return -ENOMEM;
	for (i = 0; i < nr && !err; i++) {
		err = fatal_signal_pending(current)
			      ? -EINTR
			      : pin_giant(address + (i << HV_GIANT_SHIFT), &mem->pinned[i], why);
		cond_resched();
	}
	return err;
}

/* Pinned memory counts as locked memory of the process that brought it. */
static int charge_locked(struct hv_memory *mem, const char **why)
{
	int err = account_locked_vm(current->mm, mem->nr_frames, true);

	if (err) {
		*why = "backing=1g: the memory is pinned, and RLIMIT_MEMLOCK allows less: raise it "
		       "(ulimit -l), or run as root";
		return err;
	}
	mem->charged = current->mm;
	mmgrab(mem->charged);
	return 0;
}

/* A process that is gone has nothing left to give back. */
static void uncharge_locked(struct hv_memory *mem)
{
	if (!mem->charged)
		return;
	if (mmget_not_zero(mem->charged)) {
		account_locked_vm(mem->charged, mem->nr_frames, false);
		mmput(mem->charged);
	}
	mmdrop(mem->charged);
	mem->charged = NULL;
}

int hv_memory_pin(struct hv_memory *mem, u64 bytes, u64 address, const char **why)
{
	int err = alloc_chunks(mem, bytes, HVBENCH_SIZE_1G);
	u64 i;

	if (err)
		return err;
	err = charge_locked(mem, why);
	if (!err)
		err = pin_all(mem, address, why);
	if (err) {
		hv_memory_destroy(mem);
		return err;
	}
	for (i = 0; i < nr_chunks(mem); i++)
		mem->chunk[i] = (page_to_phys(mem->pinned[i / GIANT_CHUNKS]) +
				 (i % GIANT_CHUNKS << HV_CHUNK_SHIFT)) |
				HV_CHUNK_LARGE;
	return 0;
}

static void unpin_all(struct hv_memory *mem)
{
	u64 i, nr = mem->nr_frames >> GIANT_ORDER;

	/* The guest may have written to them: dirty. */
	for (i = 0; mem->pinned && i < nr && mem->pinned[i]; i++)
		unpin_user_pages_dirty_lock(&mem->pinned[i], 1, true);
	hv_free(mem->pinned);
	mem->pinned = NULL;
	uncharge_locked(mem);
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
	if (mem->backing == HVBENCH_SIZE_1G)
		unpin_all(mem);
	for (i = 0; mem->backing != HVBENCH_SIZE_1G && i < nr_chunks(mem); i++) {
		free_chunk(mem->chunk[i]);
		cond_resched();
	}
	hv_free(mem->chunk);
	mem->chunk = NULL;
}
