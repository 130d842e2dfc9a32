// SPDX-License-Identifier: GPL-2.0
/*
 * One shadow entry: the only place that writes to a table which the CPU walks.
 * With the entry it keeps all that belongs to it: the bit in used[], child[] or
 * guest[], the parents of the child or the reverse map, and the TLB, by asking
 * for a flush when the entry loses a right (invariant 8). Called by fill.c,
 * sync.c, page.c, rmap.c and the strategies.
 */
#include "spt.h"

/*
 * Asks for what makes the TLB forget entry index of sp. An entry that the
 * root does not reach was forgotten when it was cut off or the root changed. One
 * address is enough for a leaf that is reached one way only; what names a
 * table may be in the paging-structure caches for any address under it.
 */
static void flush_entry(struct spt *spt, const struct spt_page *sp, u32 index)
{
	bool leaf = spt_level(sp) == 1;
	u64 gva = 0;

	if (spt->mmu->flush.context)
		return;
	for (;;) {
		gva |= (u64)index << pt_shift(spt_level(sp));
		if (sp == spt->root)
			break;
		if (spt_links_empty(sp->parents))
			return;
		if (sp->parents & SPT_LINKS_MANY) {
			hv_flush_context(spt->mmu);
			return;
		}
		index = spt_link_index(sp->parents);
		sp = spt_link_page(sp->parents);
	}
	if (leaf)
		hv_flush_addr(spt->mmu, pt_canonical(gva));
	else
		hv_flush_context(spt->mmu);
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
 * never writes to a shadow table.
 */
void spt_entry_link(struct spt *spt, struct spt_page *parent, u32 index, struct spt_page *child)
{
	if (!spt_links_add(spt->mmu->pool, &child->parents, spt_link(parent, index))) {
		spt_broken(spt, "no node for a parent");
		return;
	}
	parent->child[index] = child;
	set_used(parent, index);
	WRITE_ONCE(parent->shadow[index], hv_pa(child->shadow) | PT_P | PT_W | PT_U | PT_A);
}

void spt_entry_unlink(struct spt *spt, struct spt_page *parent, u32 index)
{
	struct spt_page *child = parent->child[index];

	flush_entry(spt, parent, index);
	WRITE_ONCE(parent->shadow[index], 0);
	parent->child[index] = NULL;
	clear_used(parent, index);
	if (!spt_links_del(spt->mmu->pool, &child->parents, spt_link(parent, index), &spt->work)) {
		spt_broken(spt, "a page does not know its parent");
		return;
	}
	if (spt->strategy->unlinked)
		spt->strategy->unlinked(spt, child);
}

u64 spt_leaf_gfn(const struct spt_page *sp, u32 index)
{
	if (spt_is_direct(sp))
		return spt_gfn(sp) + index;
	return (sp->guest[index] & PT_ADDR) >> HV_PAGE_SHIFT;
}

static void drop_leaf(struct spt *spt, struct spt_page *sp, u32 index)
{
	flush_entry(spt, sp, index);
	WRITE_ONCE(sp->shadow[index], 0);
	clear_used(sp, index);
	if (!spt->tracks)
		return;
	spt_rmap_del(spt, spt_leaf_gfn(sp, index), sp, index);
	if (!spt_is_direct(sp))
		sp->guest[index] = 0;
}

void spt_entry_drop(struct spt *spt, struct spt_page *sp, u32 index)
{
	if (spt_level(sp) == 1)
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

/*
 * The CPU runs with CR0.WP = 1 and NXE = 1, so the entry must say what the
 * guest's registers would make of the guest's rights (SDM 3A, 4.6.1). With the
 * guest's WP = 0 a supervisor may write to any page. No entry allows that
 * and keeps user code from writing too, so a user page that is not writable
 * goes to and fro between "user may read" and "supervisor may write". W waits
 * for D to be set by the walker, or else a write would leave no trace.
 */
u64 spt_leaf_value(const struct spt_page *sp, u64 entry, u64 hpa, bool protected,
		   bool supervisor_write)
{
	u64 access = sp->key & SPT_ACCESS, dirty = sp->key & SPT_DIRTY;

	if (!spt_is_direct(sp)) {
		access &= spt_entry_access(entry);
		dirty = entry & PT_D;
	}
	if (!(access & SPT_ACCESS_W) && !(sp->key & SPT_WP)) {
		if (!(access & SPT_ACCESS_U))
			access |= SPT_ACCESS_W;
		else if (supervisor_write)
			access = (access | SPT_ACCESS_W) & ~SPT_ACCESS_U;
	}
	if (!dirty || protected)
		access &= ~SPT_ACCESS_W;
	return hpa | PT_P | PT_A | PT_D | (access & (PT_W | PT_U)) |
	       (access & SPT_ACCESS_X ? 0 : PT_NX);
}

static bool takes_rights(u64 old, u64 new)
{
	return (old & ~new &(PT_W | PT_U)) | (new & ~old &PT_NX);
}

bool spt_entry_map(struct spt *spt, struct spt_page *sp, u32 index, u64 entry, u64 *set, u64 hpa,
		   bool supervisor_write)
{
	bool protected = set && *set & SPT_PROTECTED;
	u64 new = spt_leaf_value(sp, entry, hpa, protected, supervisor_write);
	u64 old = sp->shadow[index];

	if (unlikely(old && (old ^ new) & PT_ADDR)) {
		drop_leaf(spt, sp, index);
		old = 0;
	}
	if (old) {
		if (takes_rights(old, new))
			flush_entry(spt, sp, index);
	} else {
		if (set && !spt_links_add(spt->mmu->pool, set, spt_link(sp, index))) {
			spt_broken(spt, "no node for the reverse map");
			return false;
		}
		set_used(sp, index);
	}
	if (set && !spt_is_direct(sp))
		sp->guest[index] = entry;
	WRITE_ONCE(sp->shadow[index], new);
	return old != new;
}
