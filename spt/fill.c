// SPDX-License-Identifier: GPL-2.0
/*
 * What a fault comes to: a walk of the guest's tables, and then the guest's own
 * fault, a write to perform for it, or filling, which makes the shadow hold the
 * translation that the walk found, from the root down to the leaf entry. Every
 * link on the way is held against the walk, because the guest may have changed
 * its upper tables without a flush. Called by spt.c; in one file for the
 * compiler's sake: this is the hot path.
 */
#include "leaf.h"

enum step { STEP_READY, STEP_RESTART };

/* The key of the page below sp for the address of the walk. */
static u64 child_key(const struct spt_page *sp, const struct spt_walk *walk)
{
	u32 level = spt_level(sp);

	if (level >= walk->level)
		return spt_child_key(sp->key, walk->entry[level]);
	return spt_direct_child_key(sp->key, pt_index(walk->gva, level));
}

/*
 * A page that is known already comes under a new address. What it holds may
 * be stale for the old one until the guest flushes, but under the new one it was
 * never cached: bring it up to date first, with all that lies below. It may be
 * gone then. A direct page depends on no guest table.
 *
 * The link is made in the same event: an instruction that touches two pages might
 * open again what was closed here, and would never end.
 */
static enum step refresh(struct spt *spt, struct spt_page *child)
{
	if (spt_is_direct(child))
		return STEP_READY;
	if (unlikely(spt_level(child) > 1))
		return !spt->nr_stale || spt_sync_below(spt, child) ? STEP_READY : STEP_RESTART;
	return !child->stale || spt_sync_open(spt, child) ? STEP_READY : STEP_RESTART;
}

/* Puts the page with that key under entry index of parent. */
static enum step relink(struct spt *spt, struct spt_page *parent, u32 index, u64 key)
{
	struct spt_page *child = spt->tracks ? spt_page_find(spt, key) : NULL;

	if (child) {
		if (refresh(spt, child) == STEP_RESTART)
			return STEP_RESTART;
		child = spt_page_find(spt, key);
	}
	if (!child) {
		child = spt_page_create(spt, key);
		if (unlikely(!child))
			return STEP_RESTART;
	}
	if (spt_is_used(parent, index))
		spt_entry_drop(spt, parent, index);
	spt_entry_link(spt, parent, index, child);
	return STEP_READY;
}

/* Does a stale page's entry still say what the link to child was made from? */
static bool is_link_right(const struct spt *spt, const struct spt_page *sp, u32 index,
			  const struct spt_page *child)
{
	const u64 *table = spt_guest_table(spt, sp);
	u64 now = table ? READ_ONCE(table[index]) : 0;

	return spt_is_cacheable(spt, sp, now) && spt_child_key(sp->key, now) == child->key;
}

/*
 * The deepest page on the way to gva to which all links say what the guest's
 * tables say. Its own entries may be old: the walk reads the guest's.
 */
static struct spt_page *known_page(const struct spt *spt, u64 gva)
{
	struct spt_page *sp = spt->root, *child;
	u32 level, index;

	if (unlikely(!spt->tracks))
		return sp;
	for (level = spt->levels; level > 1; level--) {
		index = pt_index(gva, level);
		child = likely(level > 2) ? sp->child[index] : spt_child(sp, index);
		if (unlikely(!child || spt_is_direct(child)))
			break;
		if (unlikely(sp->stale) && !is_link_right(spt, sp, index, child))
			break;
		sp = child;
	}
	return sp;
}

/*
 * The page of that level for the walk, which began at sp, with *written set if a
 * link had to be made; or NULL.
 */
static struct spt_page *leaf_page(struct spt *spt, struct spt_page *sp, const struct spt_walk *walk,
				  u32 leaf, bool *written)
{
	struct spt_page *child;
	u32 level, index;
	u64 key;

	for (level = walk->from; level > leaf; level--) {
		index = pt_index(walk->gva, level);
		key = child_key(sp, walk);
		child = spt_child(sp, index);
		if (unlikely(!child || child->key != key)) {
			*written = true;
			if (relink(spt, sp, index, key) == STEP_RESTART)
				return NULL;
			child = sp->child[index];
		}
		sp = child;
	}
	return sp;
}

/*
 * Fills the aligned group around a leaf entry that was filled, where the CPU
 * could have cached the translation by itself: the guest's A bit is set. All
 * pieces of a large page have the one that the walk has set.
 */
static void prefill(struct spt *spt, struct spt_page *sp, u32 index, const struct spt_walk *walk,
		    u32 group)
{
	const u64 *table = NULL;
	u32 i = ALIGN_DOWN(index, group), end = i + group;
	u64 entry = walk->entry[walk->level];

	if (!spt_is_direct(sp)) {
		table = spt_guest_table(spt, sp);
		if (!table)
			return;
	}
	for (; i < end; i++) {
		if (spt_is_used(sp, i))
			continue;
		if (table) {
			entry = READ_ONCE(table[i]);
			if (!spt_is_cacheable(spt, sp, entry))
				continue;
		}
		if (spt_leaf_try(spt, sp, i, entry))
			hv_count(spt->mmu, spt_prefill);
	}
}

/* What kept the guest from writing to the frame, if it was not its own tables. */
enum caught { CAUGHT_NOT, CAUGHT_BY_PROTECTION, CAUGHT_BY_LOG };

/*
 * A write to a guest table that is caught opens it, so that this write and
 * those to come go through, until the guest flushes. (With trap it has been
 * dealt with before.) One that dirty logging waited for is noted.
 */
static enum caught let_write(struct spt *spt, const struct spt_walk *walk, const u64 *set)
{
	enum caught caught = CAUGHT_NOT;

	if (!(walk->access & HV_PF_WRITE))
		return CAUGHT_NOT;
	if (unlikely(spt->mmu->dirty.on) && spt_log_write(spt, walk->gfn) && spt->log_fault)
		caught = CAUGHT_BY_LOG;
	if (set && *set & SPT_PROTECTED) {
		spt_open(spt, walk->gfn);
		caught = CAUGHT_BY_PROTECTION;
	}
	return caught;
}

/* What a leaf entry of a frame is to be noted in: NULL without tracking. */
static u64 *set_for(struct spt *spt, const struct spt_walk *walk, u32 leaf)
{
	if (leaf > 1) {
		struct spt_chunk *chunk = &spt->chunk[walk->gfn / HV_CHUNK_FRAMES];

		spt_chunk_use(spt, chunk);
		return &chunk->large;
	}
	return spt_rmap_make(spt, walk->gfn);
}

/*
 * The entry was right: the fault came from an older one in the TLB, which the
 * CPU has dropped by now (4.10.4.3). Say it once more. If it comes again all the
 * same, it is an implicit access (to a descriptor, say), which SMAP holds back
 * whatever RFLAGS.AC is, and which nothing but this tells apart (4.6.1).
 */
static noinline enum hv_verdict nothing_to_fill(struct spt *spt, const struct spt_walk *walk,
						struct hv_answer *answer)
{
	if (walk->access & HV_ACCESS_AC && spt->right_gva == walk->gva + 1) {
		spt->right_gva = 0;
		answer->gva = walk->gva;
		answer->error_code = HV_PF_PRESENT | (walk->access & HV_PF_WRITE);
		return HV_GUEST_FAULT;
	}
	spt->right_gva = walk->gva + 1;
	hv_flush_addr(spt->mmu, walk->gva);
	return HV_DONE;
}

/*
 * Writes the leaf entry, when all tables on the path are there, and the group
 * of so many around it, unless that is 0.
 */
static enum hv_verdict fill_leaf(struct spt *spt, const struct spt_walk *walk, struct spt_page *sp,
				 u32 group, bool written, struct hv_answer *answer)
{
	u32 leaf = spt_level(sp), index = pt_index(walk->gva, leaf);
	u64 *set = NULL, hpa = walk->hpa;
	enum caught caught;
	bool was_used;

	if (spt->tracks) {
		set = set_for(spt, walk, leaf);
		if (unlikely(!set))
			return HV_BROKEN;
	}
	was_used = unlikely(spt->mmu->dirty.on) && spt_is_used(sp, index);
	caught = let_write(spt, walk, leaf == 1 ? set : NULL);
	if (leaf > 1) {
		hpa = pt_leaf_base(hpa, leaf);
		if (spt_is_used(sp, index) && !spt_is_leaf(sp, index))
			spt_entry_drop(spt, sp, index);
	}
	if (likely(spt_entry_map(spt, sp, index, walk->entry[walk->level], set, hpa,
				 walk->supervisor_write))) {
		hv_count(spt->mmu, spt_fill);
		spt->right_gva = 0;
		if (unlikely(leaf > 1))
			hv_count(spt->mmu, spt_fill_large);
		written = true;
	}
	if (group && leaf == 1)
		prefill(spt, sp, index, walk, group);
	if (caught == CAUGHT_BY_PROTECTION)
		return HV_TRACKED;
	if (caught == CAUGHT_BY_LOG && was_used)
		return HV_LOGGED;
	if (written)
		return HV_FILLED;
	return nothing_to_fill(spt, walk, answer);
}

/* Must the write be performed by the hypervisor, because it is to a tracked table? */
static bool is_trapped(const struct spt *spt, const struct spt_walk *walk)
{
	const u64 *set;

	if (!spt->traps || !(walk->access & HV_PF_WRITE))
		return false;
	set = spt_rmap(spt, walk->gfn);
	return set && *set & SPT_PROTECTED;
}

/* Has the leaf entry been made from that guest entry, or gives as little as it would? */
static bool is_leaf_fresh(const struct spt *spt, const struct spt_page *sp, u32 index, u64 now)
{
	u64 shadow = sp->shadow[index], most, hpa;

	if (spt->tracks)
		return !spt_leaf_changed(sp->guest[index], now);
	hpa = hv_memory_hpa(spt->mmu->memory, pt_leaf_base(now, spt_level(sp)) >> HV_PAGE_SHIFT);
	most = spt_leaf_rights(sp, now, !(shadow & PT_U));
	return (shadow & PT_ADDR) == hpa && !(shadow & ~most & (PT_W | PT_U)) &&
	       (shadow & PT_NX) == (most & PT_NX);
}

/* Does entry index of sp, on the path of the walk, say what the walk says? */
static bool is_fresh(const struct spt *spt, const struct spt_page *sp, u32 index,
		     const struct spt_walk *walk)
{
	u32 level = spt_level(sp);
	u64 now = walk->entry[level];

	if (level == walk->level && !walk->is_mapped)
		return false;
	if (!(now & PT_A))
		return false;
	if (spt_is_leaf(sp, index))
		return pt_is_leaf(now, level) && is_leaf_fresh(spt, sp, index, now);
	return sp->child[index]->key == spt_child_key(sp->key, now);
}

/*
 * A page fault drops what the TLB and the paging-structure caches hold for its
 * address (SDM 3A, 4.10.4.1), so a guest that gets one may count on its
 * current tables there, without a flush. Below a direct page nothing can be old.
 */
static noinline void forget_stale(struct spt *spt, struct spt_page *sp, const struct spt_walk *walk)
{
	u32 level, index;

	for (level = walk->from; level && !spt_is_direct(sp); level--) {
		index = pt_index(walk->gva, level);
		if (!spt_is_used(sp, index)) {
			if (level == walk->level)
				spt_filter_entry(spt, sp, index, walk->entry[level]);
			return;
		}
		if (!is_fresh(spt, sp, index, walk)) {
			spt_entry_drop(spt, sp, index);
			return;
		}
		if (spt_is_leaf(sp, index))
			return;
		sp = sp->child[index];
	}
}

static enum hv_verdict emulate(struct spt *spt, const struct spt_walk *walk,
			       struct hv_answer *answer)
{
	spt->must_emulate = walk->must_emulate;
	spt->right_gva = 0;
	answer->gpa = walk->gfn << HV_PAGE_SHIFT | (walk->gva & (HV_PAGE_BYTES - 1));
	return HV_EMULATE;
}

/*
 * The table pages on the path come first: they may make the frame that is
 * written to a table, protect it again, or split what was one large page.
 */
static enum hv_verdict fill(struct spt *spt, struct spt_page *start, const struct spt_walk *walk,
			    struct hv_answer *answer)
{
	struct spt_page *sp = start;
	u32 group = spt->prefill;
	bool written = false;

	if (unlikely(walk->from > 1)) {
		u32 leaf = walk->level > 1 && spt_may_be_large(spt, walk->gfn) ? 2 : 1;

		sp = leaf_page(spt, start, walk, leaf, &written);
		if (unlikely(spt->broken))
			return HV_BROKEN;
		/* What the walk began with may be gone: the guest tries again. */
		if (unlikely(!sp || (leaf > 1 && !spt_may_be_large(spt, walk->gfn))))
			return HV_DONE;
		if (spt_is_direct(sp))
			group = spt->prefill_direct;
	}
	if (unlikely(is_trapped(spt, walk)))
		return emulate(spt, walk, answer);
	return fill_leaf(spt, walk, sp, group, written, answer);
}

enum hv_verdict spt_resolve(struct spt *spt, const struct hv_fault *fault, struct hv_answer *answer)
{
	struct spt_page *start = known_page(spt, fault->gva);
	struct spt_walk walk __uninitialized;
	enum hv_verdict verdict;

	verdict = spt_walk(spt, start, fault->gva, fault->access, &walk, answer);
	if (verdict == HV_FILLED && spt_make_room(spt)) {
		/* There is room when that is given back. */
		if (unlikely(spt->draining))
			return HV_AGAIN;
		/* Where the walk began may be gone. */
		start = known_page(spt, fault->gva);
		verdict = spt_walk(spt, start, fault->gva, fault->access, &walk, answer);
	}
	if (unlikely(verdict != HV_FILLED)) {
		spt->right_gva = 0;
		if (verdict == HV_GUEST_FAULT)
			forget_stale(spt, start, &walk);
		return verdict;
	}
	if (unlikely(walk.must_emulate))
		return emulate(spt, &walk, answer);
	return fill(spt, start, &walk, answer);
}
