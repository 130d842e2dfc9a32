/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The format of 4- and 5-level paging (SDM 3A, 4.5): the entries that the guest
 * writes and the CPU reads, and the same bits in the entries that this
 * backend writes for the CPU. Pure arithmetic; everything in spt/ knows it.
 */
#ifndef SPT_FORMAT_H
#define SPT_FORMAT_H

#include "shim.h"

#define PT_P BIT_ULL(0)
#define PT_W BIT_ULL(1)
#define PT_U BIT_ULL(2)
#define PT_A BIT_ULL(5)
#define PT_D BIT_ULL(6) /* of a leaf; ignored in an entry that names a table */
#define PT_PS BIT_ULL(7) /* levels 2 and 3: a large page. Level 1: PAT */
#define PT_NX BIT_ULL(63)
#define PT_ADDR GENMASK_ULL(51, 12)

#define PT_MAX_LEVELS 5 /* with CR4.LA57, else 4 */

static inline u32 pt_shift(u32 level)
{
	return HV_PAGE_SHIFT + 9 * (level - 1);
}

static inline u32 pt_index(u64 gva, u32 level)
{
	return gva >> pt_shift(level) & (HV_ENTRIES - 1);
}

/* Address bits below what one entry of that level covers. */
static inline u64 pt_offset_mask(u32 level)
{
	return BIT_ULL(pt_shift(level)) - 1;
}

static inline bool pt_is_leaf(u64 entry, u32 level)
{
	return level == 1 || entry & PT_PS;
}

/* The guest-physical (or host-physical) base of the page that a leaf maps. */
static inline u64 pt_leaf_base(u64 entry, u32 level)
{
	/* Bit 12 of a large page's entry is PAT: below the mask, so dropped. */
	return entry & PT_ADDR & ~pt_offset_mask(level);
}

/* Linear addresses are 48 or 57 bits, sign-extended (SDM 1, 3.3.7.1). */
static inline u64 pt_canonical(u64 gva, u32 levels)
{
	u32 unused = 64 - pt_shift(levels + 1);

	return (u64)((s64)(gva << unused) >> unused);
}

/*
 * What is reserved in a present entry (SDM 3A, 4.5.4 and tables 4-14 to 4-20):
 * the same bits in all of them, and more in those with PS. Ready-made per
 * EFER.NXE, because the walker asks for every entry.
 */
struct pt_reserved {
	u64 always;
	u64 with_ps[PT_MAX_LEVELS + 1]; /* by level; bit 7 of a PTE is PAT, so [1] is 0 */
};

static inline void pt_reserved_init(struct pt_reserved *reserved, u32 maxphyaddr, bool nxe,
				    bool gigabyte_pages)
{
	*reserved = (struct pt_reserved){
		.always = (PT_ADDR & ~(BIT_ULL(maxphyaddr) - 1)) | (nxe ? 0 : PT_NX),
		.with_ps[2] = GENMASK_ULL(20, 13),
		.with_ps[3] = gigabyte_pages ? GENMASK_ULL(29, 13) : PT_PS,
		.with_ps[4] = PT_PS,
		.with_ps[5] = PT_PS,
	};
}

static inline bool pt_is_reserved(const struct pt_reserved *reserved, u64 entry, u32 level)
{
	if (entry & reserved->always)
		return true;
	return entry & PT_PS && entry & reserved->with_ps[level];
}

#endif
