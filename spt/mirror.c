// SPDX-License-Identifier: GPL-2.0
/*
 * Mirroring: after a write to a protected guest table that the hypervisor
 * performed, every shadow page of that table is brought up to date at once, and
 * the flush that this needs is asked for here and not left to the guest's own
 * INVLPG. So nothing is stale, and that INVLPG need not exit. Called by spt.c.
 */
#include "spt.h"

/*
 * Writes to a root that nobody runs on: a few are a kernel's that keeps its
 * spaces in step, more are a frame's that is no table any more.
 */
#define IDLE_ROOT_WRITES 16

static bool is_right(const struct spt *spt, const struct spt_page *sp, u32 index, u64 now)
{
	if (spt_is_leaf(sp, index))
		return !spt_leaf_changed(sp->guest[index], now);
	return spt_is_cacheable(spt, sp, now) &&
	       spt_child_key(sp->key, now) == sp->child[index]->key;
}

static void mirror_entry(struct spt *spt, struct spt_page *sp, u32 index, u64 now)
{
	if (spt_is_used(sp, index)) {
		if (is_right(spt, sp, index, now))
			return;
		spt_entry_drop(spt, sp, index);
	}
	hv_count(spt->mmu, spt_mirror);
	spt->work++;
	/* The CPU may cache it from now on, so the guest need not fault first. */
	if (spt_level(sp) == 1 && spt_is_cacheable(spt, sp, now) &&
	    spt_leaf_try(spt, sp, index, now))
		return;
	if (spt->absent)
		spt_filter_entry(spt, sp, index, now);
}

/* False if that was too much work. */
static bool mirror_page(struct spt *spt, struct spt_page *sp, u32 first, u32 last)
{
	const u64 *table = spt_guest_table(spt, sp);
	u32 index;

	spt->mmu->work += last - first;
	for (index = first; index <= last; index++) {
		mirror_entry(spt, sp, index, table ? READ_ONCE(table[index]) : 0);
		if (spt_is_overworked(spt))
			return false;
	}
	return true;
}

static bool is_idle_root(struct spt *spt, struct spt_page *sp)
{
	return sp->slot && sp != spt->root && ++sp->writes > IDLE_ROOT_WRITES;
}

void spt_mirror(struct spt *spt, u64 gpa, u32 bytes)
{
	u64 gfn = gpa >> HV_PAGE_SHIFT;
	u32 first = (gpa & (HV_PAGE_BYTES - 1)) / sizeof(u64);
	u32 last = ((gpa & (HV_PAGE_BYTES - 1)) + bytes - 1) / sizeof(u64);
	struct spt_page *sp, *next;
	bool done = true;

	for (sp = spt_page_first(spt, gfn); sp && done && !spt->broken; sp = next) {
		next = spt_page_next(sp);
		done = is_idle_root(spt, sp) ? spt_page_free(spt, sp)
					     : mirror_page(spt, sp, first, last);
	}
	if (unlikely(!done))
		spt->strategy->zap_all(spt);
}
