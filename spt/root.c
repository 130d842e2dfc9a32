// SPDX-License-Identifier: GPL-2.0
/*
 * The roots that are kept: one for each address space (and set of register
 * values that shape its shadow) up to spt.roots, the one loaded longest ago
 * goes first. With spt.pcid a root's slot gives it a PCID on the CPU, so that a
 * switch to it leaves the TLB alone. Called by spt.c and the strategies.
 */
#include "spt.h"

/* PCID 0 stays unused: it is what CR3 names while the guest is set up. */
#define SLOT_PCID(slot) ((u16)(slot))

u64 spt_root_key(const struct spt *spt, const struct hv_paging *paging)
{
	u64 key = (paging->cr3 & PT_ADDR) | SPT_ACCESS | spt_level_bits(spt->levels);

	if (paging->efer & HV_EFER_NXE)
		key |= SPT_NXE;
	if (paging->cr0 & HV_CR0_WP)
		return key | SPT_WP;
	if (paging->cr4 & HV_CR4_SMEP)
		key |= SPT_SMEP;
	if (paging->cr4 & HV_CR4_SMAP)
		key |= SPT_SMAP;
	return key;
}

bool spt_root_is_live(const struct spt *spt, const struct spt_page *sp)
{
	return sp == spt->root || (spt->pcid && sp->slot);
}

void spt_use_root(struct spt *spt, struct spt_page *sp)
{
	struct hv_controls *controls = &spt->mmu->controls;
	u64 hpa = hv_pa(sp->shadow);
	u16 pcid = spt->pcid ? SLOT_PCID(sp->slot) : 0;

	spt->root = sp;
	sp->writes = 0;
	spt->kept[sp->slot - 1].last = ++spt->kept_clock;
	if (controls->root_hpa != hpa || controls->pcid != pcid) {
		controls->root_hpa = hpa;
		controls->pcid = pcid;
		controls->root_changed = true;
	}
}

static u32 oldest_slot(const struct spt *spt)
{
	u32 slot, oldest = 0;

	for (slot = 1; slot < spt->max_kept; slot++)
		if (spt->kept[slot].last < spt->kept[oldest].last)
			oldest = slot;
	return oldest;
}

/* Makes a slot free: the oldest root goes, with entries too many for one event all do. */
static void evict(struct spt *spt)
{
	hv_count(spt->mmu, spt_root_evict);
	if (likely(spt->strategy->drop(spt, spt->kept[oldest_slot(spt)].page)))
		return;
	spt->strategy->zap_all(spt);
	if (spt->nr_kept == spt->max_kept)
		spt->strategy->drop(spt, spt->root);
}

struct spt_page *spt_root_create(struct spt *spt, u64 key)
{
	struct spt_page *sp;
	u32 slot;

	if (spt->nr_kept == spt->max_kept)
		evict(spt);
	for (slot = 0; slot < spt->max_kept && spt->kept[slot].page; slot++)
		;
	if (unlikely(spt->broken || slot == spt->max_kept)) {
		spt_broken(spt, "no place for a root");
		return NULL;
	}
	sp = spt_page_create(spt, key);
	if (unlikely(!sp))
		return NULL;
	sp->slot = (u16)(slot + 1);
	spt->kept[slot].page = sp;
	spt->kept[slot].last = ++spt->kept_clock;
	spt->nr_kept++;
	return sp;
}

void spt_root_forget(struct spt *spt, struct spt_page *sp)
{
	u32 slot = sp->slot - 1u;

	spt->kept[slot].page = NULL;
	spt->nr_kept--;
	sp->slot = 0;
	if (spt->root == sp)
		spt->root = NULL;
}
