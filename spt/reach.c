// SPDX-License-Identifier: GPL-2.0
/*
 * What the CPU reaches through the shadow tables now: by this the emulator
 * fetches the instruction that the CPU has just fetched, and its operands, with
 * the same rights and no effect on the guest. Called by the loop.
 */
#include "spt.h"

static bool is_canonical(const struct spt *spt, u64 gva)
{
	return pt_canonical(gva, spt->levels) == gva;
}

/* The CPU's rules (SDM 3A, 4.6.1) with its registers: WP and NXE are 1. */
static bool is_allowed(const struct hv_paging *paging, u64 entry, u32 access)
{
	bool user = access & HV_PF_USER, user_page = entry & PT_U;

	if (access & HV_PF_WRITE && !(entry & PT_W))
		return false;
	if (access & HV_PF_FETCH && entry & PT_NX)
		return false;
	if (user || !user_page)
		return !user || user_page;
	if (access & HV_PF_FETCH)
		return !(paging->cr4 & HV_CR4_SMEP);
	return !(paging->cr4 & HV_CR4_SMAP) || access & HV_ACCESS_AC;
}

u64 spt_reach(struct hv_mmu *mmu, u64 gva, u32 access)
{
	const struct spt *spt = mmu->backend;
	const struct spt_page *sp = spt->root;
	u32 level, index;
	u64 entry;

	if (spt->broken || !is_canonical(spt, gva))
		return HV_HPA_ABSENT;
	for (level = spt->levels;; level--) {
		index = pt_index(gva, level);
		if (!spt_is_used(sp, index))
			return HV_HPA_ABSENT;
		if (spt_is_leaf(sp, index))
			break;
		sp = sp->child[index];
	}
	entry = sp->shadow[index];
	if (!is_allowed(&mmu->paging, entry, access))
		return HV_HPA_ABSENT;
	return pt_leaf_base(entry, level) | (gva & pt_offset_mask(level));
}
