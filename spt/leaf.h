/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rights of a leaf entry: what becomes of the guest's in the entry that the
 * CPU uses. The whole of permission emulation is here and in walk.c. Used by
 * entry.c and fill.c.
 */
#ifndef SPT_LEAF_H
#define SPT_LEAF_H

#include "spt.h"

/*
 * The CPU runs with CR0.WP = 1 and NXE = 1, so the entry must say what the
 * guest's registers would make of the guest's rights (SDM 3A, 4.6.1). With the
 * guest's WP = 0 a supervisor may write to any page. No entry allows that
 * and keeps user code from writing too, so a user page that is not writable
 * goes to and fro between "user may read" and "supervisor may write". The latter
 * is a supervisor page for the CPU, which then neither SMEP (so NX stands in for
 * it) nor SMAP sees (so that the walker has such writes emulated). W waits for
 * D to be set by the walker, or else a write would leave no trace.
 */
static inline u64 spt_leaf_rights(const struct spt_page *sp, u64 entry, bool supervisor_write)
{
	u64 access = sp->key & SPT_ACCESS, dirty = sp->key & SPT_DIRTY;

	if (!spt_is_direct(sp)) {
		access &= spt_entry_access(entry);
		dirty = entry & PT_D;
	}
	if (!(access & SPT_ACCESS_W) && !(sp->key & SPT_WP)) {
		if (!(access & SPT_ACCESS_U)) {
			access |= SPT_ACCESS_W;
		} else if (supervisor_write) {
			access = (access | SPT_ACCESS_W) & ~SPT_ACCESS_U;
			if (sp->key & SPT_SMEP)
				access &= ~SPT_ACCESS_X;
		}
	}
	if (!dirty)
		access &= ~SPT_ACCESS_W;
	return (access & (PT_W | PT_U)) | (access & SPT_ACCESS_X ? 0 : PT_NX);
}

#endif
