// SPDX-License-Identifier: GPL-2.0
/*
 * Dirty logging by the three methods of the knob log, all by 4K page:
 *
 * fault  Leaves lose W. The first write to a page violates; it is noted here
 *        and the leaf has W until the next COLLECT.
 * ad     The CPU notes in the leaves' A and D bits; COLLECT reads and clears
 *        them. A large leaf nobody writes to tells of all its frames when it
 *        was touched.
 * pml    The CPU notes in D and writes the page's address into a log, which
 *        hv/vmx/ carries into mmu->dirty.written; COLLECT clears D of these.
 *
 * Under each method a large leaf has no W, and the first write splits it. The
 * CPU may go on by what it has cached of an entry, so that taking W, A or D
 * away asks for a flush of the root (SDM 3C, 29.4.3.3 and 29.3.5).
 *
 * Each action is done block by block (hv/dirty.c), and the guest may run between two:
 * new leaves are at once as the action wants them, others when their block's turn comes.
 */
#include "table.h"

#define EPT_AD (EPT_ACCESSED | EPT_DIRTY)

void ept_log_leaf(struct hv_mmu *mmu, u64 gfn, u64 entry, int level)
{
	u64 frames = EPT_LEVEL_FRAMES(level);

	if (!ept_logs_by(mmu, HVBENCH_LOG_AD))
		return;
	if (entry & EPT_DIRTY)
		hv_dirty_note_all(mmu->dirty.written, gfn, frames);
	if (entry & EPT_ACCESSED)
		hv_dirty_note_all(mmu->dirty.touched, gfn, frames);
}

enum hv_verdict ept_log_write(struct hv_mmu *mmu, u64 gpa, u64 *entry, int level)
{
	if (!mmu->dirty.on) {
		/* STOP has not come here yet. */
		WRITE_ONCE(*entry, *entry | EPT_WRITE);
		return HV_DONE;
	}
	if (!hv_pool_has(mmu->pool, level - 1, 0))
		return HV_NEED_POOL;
	/* By the other methods the CPU notes it when the guest tries again. */
	if (ept_logs_by(mmu, HVBENCH_LOG_FAULT))
		hv_dirty_note(mmu->dirty.written, gpa >> HV_PAGE_SHIFT);
	entry = ept_split(mmu, gpa, entry, level);
	/* The violation has removed what was cached of that address (29.4.3.1). */
	WRITE_ONCE(*entry, *entry | EPT_WRITE);
	return HV_LOGGED;
}

/* Leaves get the rights that the log's state wants, and lose the bits in clear. */
static void rewrite(struct hv_mmu *mmu, u64 *table, u64 gfn, int level, u32 from, u32 to, u64 clear)
{
	u32 i;

	gfn += from * EPT_LEVEL_FRAMES(level);
	for (i = from; i < to; i++, gfn += EPT_LEVEL_FRAMES(level)) {
		u64 entry = table[i];

		if (!ept_present(entry) || !ept_is_leaf(entry, level))
			continue;
		entry = (entry & ~(EPT_RWX | clear)) | ept_leaf_rights(mmu, gfn, level);
		if (entry == table[i])
			continue;
		WRITE_ONCE(table[i], entry);
		hv_flush_root(mmu);
	}
}

static void start_in(struct hv_mmu *mmu, u64 *table, u64 gfn, int level, u32 from, u32 to)
{
	rewrite(mmu, table, gfn, level, from, to, EPT_AD);
}

/*
 * W comes back, which needs no flush, but without one every page would violate
 * once more where the CPU has cached it without (29.4.3.3).
 */
static void stop_in(struct hv_mmu *mmu, u64 *table, u64 gfn, int level, u32 from, u32 to)
{
	rewrite(mmu, table, gfn, level, from, to, 0);
	/* A 1G is merged when all of it is done. */
	if (level == 2)
		ept_merge(mmu, table, gfn, level, from, to);
}

/* A look's path: 64 4K leaves, whose bits make one word of each bitmap. */
static void harvest_word(struct hv_mmu *mmu, u64 *leaf, u64 word)
{
	u64 written = 0, touched = 0, bit;

	for (bit = 1; bit; bit <<= 1, leaf++) {
		u64 entry = *leaf;

		/* An entry that is not present is 0. */
		if (!(entry & EPT_AD))
			continue;
		if (entry & EPT_DIRTY)
			written |= bit;
		if (entry & EPT_ACCESSED)
			touched |= bit;
		WRITE_ONCE(*leaf, entry & ~EPT_AD);
	}
	if (!(written | touched))
		return;
	mmu->dirty.written[word] |= written;
	mmu->dirty.touched[word] |= touched;
	hv_flush_root(mmu);
}

static void harvest_large(struct hv_mmu *mmu, u64 *table, u64 gfn, int level, u32 from, u32 to)
{
	u32 i;

	gfn += from * EPT_LEVEL_FRAMES(level);
	for (i = from; i < to; i++, gfn += EPT_LEVEL_FRAMES(level)) {
		u64 entry = table[i];

		if (!(entry & EPT_AD) || !ept_present(entry) || !ept_is_leaf(entry, level))
			continue;
		ept_log_leaf(mmu, gfn, entry, level);
		WRITE_ONCE(table[i], entry & ~EPT_AD);
		hv_flush_root(mmu);
	}
}

static void harvest_in(struct hv_mmu *mmu, u64 *table, u64 gfn, int level, u32 from, u32 to)
{
	u32 i;

	if (level > 1) {
		harvest_large(mmu, table, gfn, level, from, to);
		return;
	}
	/* Blocks are of whole tables. */
	for (i = from; i < to; i += 64)
		harvest_word(mmu, &table[i], (gfn + i) / 64);
}

/* The leaves of the range's frames noted as written lose this bit. */
static void rearm(struct hv_mmu *mmu, const struct ept_range *range, u64 bit)
{
	const u64 *written = mmu->dirty.written;
	u64 word;

	for (word = range->first / 64; word < range->end / 64; word++) {
		u64 left = written[word], gfn = word * 64, *entry;
		int level;

		if (!left)
			continue;
		/* 64 frames' entries lie side by side in one table. */
		entry = ept_walk(mmu, gfn << HV_PAGE_SHIFT, &level);
		mmu->work += 4 + hweight64(left) / 4;
		for (; level == 1 && left; left &= left - 1) {
			u64 *leaf = entry + __ffs(left);

			if (*leaf & bit)
				hv_flush_root(mmu);
			WRITE_ONCE(*leaf, *leaf & ~bit);
		}
	}
}

static void collect(struct hv_mmu *mmu, const struct ept_range *range)
{
	u32 method = mmu->knob[HVBENCH_KNOB_LOG];

	if (method == HVBENCH_LOG_AD)
		ept_each_table(mmu, range, harvest_in);
	else
		rearm(mmu, range, method == HVBENCH_LOG_PML ? EPT_DIRTY : EPT_WRITE);
}

static void stop(struct hv_mmu *mmu, const struct ept_range *range)
{
	ept_each_table(mmu, range, stop_in);
	if (ept_state(mmu)->largest == 3 && !(range->end % EPT_LEVEL_FRAMES(3)))
		ept_merge_around(mmu, range->end - 1);
}

/* At the first block of START and STOP: what holds from now on, for new leaves too. */
static void change(struct hv_mmu *mmu, bool on)
{
	ept_state(mmu)->stopping = !on;
	ept_review(mmu);
	/* Before D goes anywhere: what the CPU sets from then on must be in its log. */
	mmu->controls.pml = on && mmu->knob[HVBENCH_KNOB_LOG] == HVBENCH_LOG_PML;
	mmu->controls.changed = true;
}

/* A block is within the bounds of one slice, so that it is always done. */
bool ept_log(struct hv_mmu *mmu, enum hv_log_action action, u64 gfn, u64 frames)
{
	const struct ept_range range = { gfn, gfn + frames };

	if (action != HV_LOG_COLLECT && !gfn)
		change(mmu, action == HV_LOG_START);
	switch (action) {
	case HV_LOG_START:
		ept_each_table(mmu, &range, start_in);
		break;
	case HV_LOG_COLLECT:
		collect(mmu, &range);
		break;
	case HV_LOG_STOP:
		stop(mmu, &range);
		if (range.end == mmu->memory->nr_frames)
			ept_state(mmu)->stopping = false;
		break;
	}
	return true;
}
