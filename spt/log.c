// SPDX-License-Identifier: GPL-2.0
/*
 * Dirty logging, the shadow's answer to it. By fault: a leaf entry has no W
 * until its frame is noted. By A and D: leaf entries start without these bits,
 * the CPU sets them in the shadow, and a look reads and clears them; an entry
 * that goes meanwhile leaves its bits behind. Large leaves make way, since pages
 * are 4K here. What the walker and the emulator write counts as well. Called by
 * the loop through spt_mmu_ops, and by entry.c, fill.c and walk.c.
 */
#include "spt.h"

bool spt_log_withholds(const struct spt *spt, u64 gfn)
{
	return spt->log_fault && !hv_dirty_is(spt->mmu->dirty.written, gfn);
}

bool spt_log_write(struct spt *spt, u64 gfn)
{
	u64 *written = spt->mmu->dirty.written;
	bool news = !hv_dirty_is(written, gfn);

	hv_dirty_note(written, gfn);
	return news;
}

void spt_log_keep(struct spt *spt, const struct spt_page *sp, u32 index)
{
	u64 entry = sp->shadow[index], gfn;

	if (!spt->log_ad || !(entry & (PT_A | PT_D)))
		return;
	gfn = spt_leaf_gfn(sp, index);
	if (entry & PT_A)
		hv_dirty_note(spt->mmu->dirty.touched, gfn);
	if (entry & PT_D)
		hv_dirty_note(spt->mmu->dirty.written, gfn);
}

/* What a new period takes from each leaf entry. */
static u64 watched_bits(const struct spt *spt)
{
	return (spt->log_fault ? PT_W : 0) | (spt->log_ad ? PT_A | PT_D : 0);
}

static void renew_page(struct spt *spt, struct spt_page *sp, bool keep)
{
	u64 watched = watched_bits(spt);
	u32 index;

	spt_for_each_used(sp, index) {
		if (!spt_is_leaf(sp, index))
			continue;
		if (spt_level(sp) > 1) {
			spt_entry_drop(spt, sp, index);
			continue;
		}
		if (!(sp->shadow[index] & watched))
			continue;
		if (keep)
			spt_log_keep(spt, sp, index);
		WRITE_ONCE(sp->shadow[index], sp->shadow[index] & ~watched);
	}
}

/* Where the list of a page ends the next one begins, and NULL says that all are through. */
static struct list_head *next_page(struct spt *spt, struct list_head *at)
{
	if (at == &spt->lru)
		at = spt->stale_upper.next;
	if (at == &spt->stale_upper)
		at = spt->stale_leaf.next;
	if (at == &spt->stale_leaf)
		at = spt->aside.next;
	return at == &spt->aside ? NULL : at;
}

/*
 * keep: what the old period has in the entries is to be told. The flush makes
 * the CPU look at them again. False at the limit of work: spt->log_at says where
 * it goes on, if no event comes first, which may have moved or changed pages that are
 * done. With all done it stays at the end, and this does nothing, until such an event.
 */
static bool renew(struct spt *spt, bool keep)
{
	struct list_head *at = spt->log_at ? spt->log_at : spt->lru.next;

	if (at == &spt->aside)
		return true;
	hv_flush_context(spt->mmu);
	while ((at = next_page(spt, at))) {
		struct spt_page *sp = list_entry(at, struct spt_page, list);

		if (spt_is_over(spt)) {
			spt->log_at = at;
			return false;
		}
		at = at->next;
		spt->mmu->work += spt_page_work(sp);
		renew_page(spt, sp, keep);
	}
	spt->log_at = &spt->aside;
	return true;
}

static bool start(struct spt *spt, bool last)
{
	u32 method = spt->mmu->knob[HVBENCH_KNOB_LOG];

	spt->log_fault = method == HVBENCH_LOG_FAULT;
	spt->log_ad = method == HVBENCH_LOG_AD;
	/* When no bit is left of which an entry could be made writable. */
	return !last || renew(spt, false);
}

/*
 * A shadow knows no blocks of guest frames: START goes through all its pages at the
 * last block, COLLECT at the first. After STOP entries without W get it back when a
 * write faults, and those without A and D cost the CPU a write each, once.
 */
bool spt_log(struct hv_mmu *mmu, enum hv_log_action action, u64 gfn, u64 frames)
{
	struct spt *spt = mmu->backend;
	bool last = gfn + frames == mmu->memory->nr_frames, done = true;

	if (unlikely(spt->broken))
		return true;
	spt->work = 0;
	if (mmu->dirty.fresh)
		spt->log_at = NULL;
	/* What was put aside may have A and D to tell. */
	if (unlikely(spt->draining) && !spt_drain(spt))
		return false;
	switch (action) {
	case HV_LOG_START:
		done = start(spt, last);
		break;
	case HV_LOG_COLLECT:
		done = renew(spt, true);
		break;
	case HV_LOG_STOP:
		spt->log_fault = false;
		spt->log_ad = false;
		break;
	}
	return done;
}
