/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory: which host page lies behind which guest frame. One range of
 * guest-physical addresses from 0, in 2M chunks; a chunk is 2M of one large host
 * page or a table of 512 4K host pages, each perhaps not allocated yet.
 *
 * 4K and 2M pages are the VM's own. 1G pages can't be had from the kernel's
 * allocator: the tool brings memory made of them, and the VM pins it.
 *
 * Look-up takes no lock and never sleeps; pages are only ever added, each by
 * one compare-and-exchange, until the VM is freed.
 */
#ifndef HV_MEMORY_H
#define HV_MEMORY_H

#include "shim.h"
#include "uapi/knobs.h"

#define HV_CHUNK_SHIFT 21
#define HV_CHUNK_FRAMES 512
#define HV_GIANT_SHIFT 30
#define HV_GIANT_BYTES (1ull << HV_GIANT_SHIFT)

/* A chunk's entry: 0 (nothing yet), 2M of a large page, or a table of 4K pages. */
#define HV_CHUNK_LARGE 1ull

struct mm_struct;
struct page;

struct hv_memory {
	u64 nr_frames; /* guest frames are [0, nr_frames) */
	u64 *chunk; /* hpa of the 2M | HV_CHUNK_LARGE, or hpa of a table */
	enum hvbench_size backing;
	struct page **pinned; /* the tool's 1G pages, by guest address */
	struct mm_struct *charged; /* the process whose locked memory they count as */
};

/* Answers of hv_memory_hpa() that are no address. */
#define HV_HPA_OUTSIDE (~0ull) /* no memory at that gfn, ever */
#define HV_HPA_ABSENT (~1ull) /* memory, but no host page yet */
#define HV_HPA_VALID(hpa) ((hpa) < HV_HPA_ABSENT)

/* The host-physical address of a guest frame, or one of the above. */
static inline u64 hv_memory_hpa(const struct hv_memory *mem, u64 gfn)
{
	u64 chunk, page;

	if (unlikely(gfn >= mem->nr_frames))
		return HV_HPA_OUTSIDE;
	chunk = READ_ONCE(mem->chunk[gfn / HV_CHUNK_FRAMES]);
	if (unlikely(!chunk))
		return HV_HPA_ABSENT;
	if (chunk & HV_CHUNK_LARGE)
		return (chunk & ~HV_CHUNK_LARGE) + ((gfn % HV_CHUNK_FRAMES) << HV_PAGE_SHIFT);
	page = READ_ONCE(((u64 *)hv_va(chunk))[gfn % HV_CHUNK_FRAMES]);
	return likely(page) ? page : HV_HPA_ABSENT;
}

/* True where the 2M around gfn are 2M of host memory, contiguous and aligned. */
static inline bool hv_memory_is_large(const struct hv_memory *mem, u64 gfn)
{
	return gfn < mem->nr_frames &&
	       READ_ONCE(mem->chunk[gfn / HV_CHUNK_FRAMES]) & HV_CHUNK_LARGE;
}

/* The same for the 1G around gfn. */
static inline bool hv_memory_is_giant(const struct hv_memory *mem, u64 gfn)
{
	return mem->backing == HVBENCH_SIZE_1G && gfn < mem->nr_frames;
}

/*
 * 0, or -ENOMEM with nothing left behind. bytes: a multiple of 2M; backing: 4K
 * or 2M. With populate, all pages are allocated (zeroed) now, otherwise on first
 * use.
 */
int hv_memory_create(struct hv_memory *mem, u64 bytes, enum hvbench_size backing, bool populate);
/*
 * Takes the caller's memory at address instead, as it is: whole 1G pages, which
 * stay pinned until destroy and are charged to the caller as locked memory. 0, or
 * with nothing left behind -EFAULT where a part of it is not a 1G page of the
 * caller's, -ENOMEM, -EINTR, or what else get_user_pages() says. *why is set to a
 * sentence where there is more to say than the errno does.
 */
int hv_memory_pin(struct hv_memory *mem, u64 bytes, u64 address, const char **why);
void hv_memory_destroy(struct hv_memory *mem);

/* Makes sure that a host page lies behind gfn. May sleep. 0, -ENOMEM, -EFAULT. */
int hv_memory_populate(struct hv_memory *mem, u64 gfn);

#endif
