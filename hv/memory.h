/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory: which host page lies behind which guest frame. One range of
 * guest-physical addresses from 0, in 2M chunks; a chunk is one 2M host page
 * or a table of 512 4K host pages, each perhaps not allocated yet.
 *
 * Look-up takes no lock and never sleeps; pages are only ever added, each by
 * one compare-and-exchange, until the VM is freed.
 */
#ifndef HV_MEMORY_H
#define HV_MEMORY_H

#include "shim.h"

#define HV_CHUNK_SHIFT 21
#define HV_CHUNK_FRAMES 512

/* A chunk's entry: 0 (nothing yet), a 2M page, or a table of 4K pages. */
#define HV_CHUNK_LARGE 1ull

struct hv_memory {
	u64 nr_frames; /* guest frames are [0, nr_frames) */
	u64 *chunk; /* hpa of a 2M page | HV_CHUNK_LARGE, or hpa of a table */
	bool large; /* backing of new chunks */
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

/* True where the 2M around gfn are one aligned 2M host page. */
static inline bool hv_memory_is_large(const struct hv_memory *mem, u64 gfn)
{
	return gfn < mem->nr_frames &&
	       READ_ONCE(mem->chunk[gfn / HV_CHUNK_FRAMES]) & HV_CHUNK_LARGE;
}

/*
 * 0, or -ENOMEM with nothing left behind. bytes: a multiple of 2M. With
 * populate, all pages are allocated (zeroed) now, otherwise on first use.
 */
int hv_memory_create(struct hv_memory *mem, u64 bytes, bool large, bool populate);
void hv_memory_destroy(struct hv_memory *mem);

/* Makes sure that a host page lies behind gfn. May sleep. 0, -ENOMEM, -EFAULT. */
int hv_memory_populate(struct hv_memory *mem, u64 gfn);

#endif
