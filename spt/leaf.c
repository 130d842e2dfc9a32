// SPDX-License-Identifier: GPL-2.0
/*
 * Leaf entries: which frame they map, when one may be made that no access
 * asked for, and how large it may be. Looks and decides; entry.c writes. Which
 * rights they may carry is in leaf.h. Called by fill.c, sync.c and mirror.c.
 */
#include "spt.h"

/* What the CPU makes something of. PWT, PCD, PAT, G and the ignored bits are not shadowed. */
#define LEAF_BITS (PT_P | PT_W | PT_U | PT_A | PT_D | PT_PS | PT_ADDR | PT_NX)

/* A large leaf that copies a piece of a 1G page, or a 4K piece of any. */
u64 spt_leaf_gfn(const struct spt_page *sp, u32 index)
{
	u32 level = spt_level(sp);

	if (spt_is_direct(sp))
		return spt_gfn(sp) + ((u64)index << (pt_shift(level) - HV_PAGE_SHIFT));
	return pt_leaf_base(sp->guest[index], level) >> HV_PAGE_SHIFT;
}

/*
 * Did the guest change an entry? A or D that came on may be our walker's own
 * work, in another page of the same table, and takes no right away.
 */
bool spt_leaf_changed(u64 then, u64 now)
{
	u64 changed = (then ^ now) & LEAF_BITS;

	return changed & ~(now & (PT_A | PT_D));
}

bool spt_is_cacheable(const struct spt *spt, const struct spt_page *sp, u64 entry)
{
	return (entry & (PT_P | PT_A)) == (PT_P | PT_A) &&
	       !pt_is_reserved(spt_reserved(spt, sp->key), entry, spt_level(sp));
}

bool spt_leaf_try(struct spt *spt, struct spt_page *sp, u32 index, u64 entry)
{
	u64 gfn, hpa, *set = NULL;

	gfn = spt_is_direct(sp) ? spt_leaf_gfn(sp, index) : (entry & PT_ADDR) >> HV_PAGE_SHIFT;
	hpa = hv_memory_hpa(spt->mmu->memory, gfn);
	if (!HV_HPA_VALID(hpa))
		return false;
	if (spt->tracks) {
		if (!spt_may_map(spt, gfn))
			return false;
		set = spt_rmap_make(spt, gfn);
		if (unlikely(!set))
			return false;
	}
	return spt_entry_map(spt, sp, index, entry, set, hpa, false);
}

bool spt_may_be_large(const struct spt *spt, u64 gfn)
{
	return spt->large && !spt->mmu->dirty.on && hv_memory_is_large(spt->mmu->memory, gfn) &&
	       !spt->chunk[gfn / HV_CHUNK_FRAMES].tables;
}
