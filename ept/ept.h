/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The format of EPT paging-structure entries (SDM 3C, 29.3.2, tables 29-1 to
 * 29-7): table.c, split.c, rights.c and log.c build and change them, tests read them.
 *
 * An entry is present if any of the three permission bits is set. All bits
 * that are not named here are ignored by the CPU, or reserved and left 0.
 */
#ifndef EPT_H
#define EPT_H

#include "shim.h"

#define EPT_READ BIT_ULL(0)
#define EPT_WRITE BIT_ULL(1)
#define EPT_EXEC BIT_ULL(2)
#define EPT_RWX (EPT_READ | EPT_WRITE | EPT_EXEC)
#define EPT_TYPE_WB \
	(6ull << 3 | BIT_ULL(6)) /* leaf only: write-back, whatever the guest's PAT says */
#define EPT_LARGE BIT_ULL(7) /* levels 2 and 3: a leaf, not a table */
#define EPT_ACCESSED BIT_ULL(8) /* the CPU's, where EPT A/D is on */
#define EPT_DIRTY BIT_ULL(9)
#define EPT_ADDR GENMASK_ULL(51, 12)

static_assert(!(EPT_RWX & EPT_TYPE_WB) && !(EPT_TYPE_WB & EPT_LARGE));
static_assert(!((EPT_RWX | EPT_TYPE_WB | EPT_LARGE | EPT_ACCESSED | EPT_DIRTY) & EPT_ADDR));

#define EPT_LEVELS 4
#define EPT_LEVEL_SHIFT(level) (HV_PAGE_SHIFT + 9 * ((level)-1))
/* What one entry of that level covers. */
#define EPT_LEVEL_BYTES(level) (1ull << EPT_LEVEL_SHIFT(level))

static inline bool ept_present(u64 entry)
{
	return entry & EPT_RWX;
}

/* True if the entry, seen at that level, maps memory and names no table. */
static inline bool ept_is_leaf(u64 entry, int level)
{
	return level == 1 || entry & EPT_LARGE;
}

static inline unsigned int ept_index(u64 gpa, int level)
{
	return gpa >> EPT_LEVEL_SHIFT(level) & (HV_ENTRIES - 1);
}

#endif
