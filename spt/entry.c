// SPDX-License-Identifier: GPL-2.0
/*
 * One shadow entry: the only place that writes to a table which the CPU walks
 * (but for markers: filter.c, and A and D: log.c).
 * With the entry it keeps all that belongs to it: the bit in used[], child[] or
 * guest[], the parents of the child or the reverse map, and the TLB, by asking
 * for a flush when the entry loses a right (invariant 8). Called by fill.c,
 * sync.c, page.c, rmap.c and the strategies.
 */
#include "leaf.h"

/*
 * Do all entries of the set lie at one place in roots, as the tables do that
 * all spaces share? Then one address is still one address.
 */
static bool is_same_in_roots(const struct spt *spt, u64 set)
{
	struct spt_links_iter iter = spt_links_begin(set);
	u32 index = spt_link_index(spt_links_first(set));
	u64 link;

	while ((link = spt_links_next(&iter)))
		if (spt_link_index(link) != index || !spt_link_page(link)->slot)
			return false;
	return true;
}

/*
 * Asks for what makes the TLB forget entry index of sp. An entry that no live
 * root reaches was forgotten when it was cut off or the root changed. One
 * address is enough for a leaf that is reached one way only; what names a
 * table may be in the paging-structure caches for any address under it, and a
 * large leaf in the TLB for any piece of its page.
 */
static noinline void ask_flush(struct spt *spt, const struct spt_page *sp, u32 index)
{
	bool one_page = spt_level(sp) == 1;
	u64 gva = 0, link;

	for (;;) {
		gva |= (u64)index << pt_shift(spt_level(sp));
		if (sp->slot) {
			if (!spt_root_is_live(spt, sp))
				return;
			break;
		}
		if (spt_links_empty(sp->parents))
			return;
		link = spt_links_first(sp->parents);
		if (sp->parents & SPT_LINKS_MANY) {
			if (!is_same_in_roots(spt, sp->parents)) {
				hv_flush_context(spt->mmu);
				return;
			}
			gva |= (u64)spt_link_index(link) << pt_shift(spt->levels);
			break;
		}
		index = spt_link_index(link);
		sp = spt_link_page(link);
	}
	if (one_page)
		hv_flush_addr(spt->mmu, pt_canonical(gva, spt->levels));
	else
		hv_flush_context(spt->mmu);
}

/* Where many entries change, the second address has asked for everything. */
static inline void flush_entry(struct spt *spt, const struct spt_page *sp, u32 index)
{
	if (!spt->mmu->flush.context)
		ask_flush(spt, sp, index);
}

static void set_used(struct spt_page *sp, u32 index)
{
	sp->used[index / 64] |= BIT_ULL(index % 64);
}

static void clear_used(struct spt_page *sp, u32 index)
{
	sp->used[index / 64] &= ~BIT_ULL(index % 64);
}

/*
 * Upper entries allow everything and have A set already, so that the CPU
 * never writes to them.
 */
void spt_entry_link(struct spt *spt, struct spt_page *parent, u32 index, struct spt_page *child)
{
	if (!spt_links_add(spt->mmu->pool, &child->parents, spt_link(parent, index))) {
		spt_broken(spt, "no node for a parent");
		return;
	}
	if (unlikely(child->orphan)) {
		child->orphan = false;
		list_move_tail(&child->list, &spt->lru);
	}
	parent->child[index] = child;
	set_used(parent, index);
	WRITE_ONCE(parent->shadow[index], hv_pa(child->shadow) | PT_P | PT_W | PT_U | PT_A);
}

void spt_entry_unlink(struct spt *spt, struct spt_page *parent, u32 index)
{
	struct spt_page *child = parent->child[index];

	flush_entry(spt, parent, index);
	WRITE_ONCE(parent->shadow[index], spt->absent);
	parent->child[index] = NULL;
	clear_used(parent, index);
	if (!spt_links_del(spt->mmu->pool, &child->parents, spt_link(parent, index), &spt->work)) {
		spt_broken(spt, "a page does not know its parent");
		return;
	}
	if (spt->strategy->unlinked)
		spt->strategy->unlinked(spt, child);
}

static void drop_leaf(struct spt *spt, struct spt_page *sp, u32 index)
{
	flush_entry(spt, sp, index);
	if (spt->tracks)
		spt_rmap_del(spt, sp, index);
	if (unlikely(spt->mmu->dirty.on))
		spt_log_keep(spt, sp, index);
	WRITE_ONCE(sp->shadow[index], spt->absent);
	clear_used(sp, index);
	if (!spt_is_direct(sp) && spt_has_second(spt, sp))
		sp->guest[index] = 0;
}

void spt_entry_drop(struct spt *spt, struct spt_page *sp, u32 index)
{
	if (spt_is_leaf(sp, index))
		drop_leaf(spt, sp, index);
	else
		spt_entry_unlink(spt, sp, index);
}

void spt_entry_protect(struct spt *spt, struct spt_page *sp, u32 index)
{
	u64 old = sp->shadow[index];

	if (!(old & PT_W))
		return;
	flush_entry(spt, sp, index);
	WRITE_ONCE(sp->shadow[index], old & ~PT_W);
}

static bool takes_rights(u64 old, u64 next)
{
	return (old & ~next & (PT_W | PT_U)) | (next & ~old & PT_NX);
}

/*
 * A and D are set already, so that the CPU never writes to a shadow table,
 * unless it is to tell by them what the guest touches.
 */
static __always_inline u64 leaf_value(const struct spt *spt, const struct spt_page *sp, u32 index,
				      u64 entry, const u64 *set, u64 hpa, bool supervisor_write)
{
	u64 value = hpa | PT_P | PT_A | PT_D | spt_leaf_rights(sp, entry, supervisor_write);

	if (spt_level(sp) > 1)
		return value | PT_PS;
	if (set && *set & SPT_PROTECTED)
		value &= ~PT_W;
	if (unlikely(spt->log_ad))
		value &= ~(PT_A | PT_D);
	else if (unlikely(spt->log_fault) &&
		 spt_log_withholds(spt, spt_is_direct(sp) ? spt_leaf_gfn(sp, index)
							  : (entry & PT_ADDR) >> HV_PAGE_SHIFT))
		value &= ~PT_W;
	return value;
}

void spt_entry_change(struct spt *spt, struct spt_page *sp, u32 index, u64 entry)
{
	u64 old = sp->shadow[index], next;

	next = leaf_value(spt, sp, index, entry, NULL, old & PT_ADDR, false);
	if (next & PT_W && *spt_rmap(spt, spt_leaf_gfn(sp, index)) & SPT_PROTECTED)
		next &= ~PT_W;
	sp->guest[index] = entry;
	if (old == next)
		return;
	/* Not for lost rights alone: an old entry with less of them would cost a fault. */
	flush_entry(spt, sp, index);
	if (unlikely(spt->mmu->dirty.on))
		spt_log_keep(spt, sp, index);
	WRITE_ONCE(sp->shadow[index], next);
}

bool spt_entry_map(struct spt *spt, struct spt_page *sp, u32 index, u64 entry, u64 *set, u64 hpa,
		   bool supervisor_write)
{
	u64 next = leaf_value(spt, sp, index, entry, set, hpa, supervisor_write);
	bool used = spt_is_used(sp, index);
	u64 old = sp->shadow[index];

	if (unlikely(used && (old ^ next) & PT_ADDR)) {
		drop_leaf(spt, sp, index);
		used = false;
	}
	if (used) {
		if (takes_rights(old, next))
			flush_entry(spt, sp, index);
		if (unlikely(spt->mmu->dirty.on))
			spt_log_keep(spt, sp, index);
	} else {
		if (set && !spt_links_add(spt->mmu->pool, set, spt_link(sp, index))) {
			spt_broken(spt, "no node for the reverse map");
			return false;
		}
		set_used(sp, index);
	}
	if (!spt_is_direct(sp) && spt_has_second(spt, sp))
		sp->guest[index] = entry;
	WRITE_ONCE(sp->shadow[index], next);
	return !used || (old ^ next) & ~(PT_A | PT_D);
}
