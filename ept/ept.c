// SPDX-License-Identifier: GPL-2.0
/*
 * The EPT backend: the CPU walks the guest's own page tables and translates
 * every guest-physical address through a second table, the EPT, that this
 * file builds. The guest pages as it likes and nothing of it exits; what is
 * left to do is to enter a guest-physical page into the EPT when the guest
 * first touches it (an EPT violation).
 *
 * Called by the vCPU loop through ept_mmu_ops, under the rules of hv/mmu.h.
 * Touches the VM's pool and the tables taken from it, and reads guest memory's
 * map of host pages. After the first entry it never asks for a flush: entries
 * only ever turn from not present to present, and the CPU caches nothing of an
 * entry that is not present (SDM 3C, 29.4.2).
 *
 * All EPT tables together are bounded by the size of guest memory (one 4K
 * table per 2M at most), so pool->limit_pages, which is there for caches that
 * could grow without end, does not concern this backend.
 *
 * References are to the Intel SDM, volume 3C, chapter 29 ("VMX support for
 * address translation"; chapter 28 in editions before 2023).
 */
#include "mmu.h"
#include "ept.h"

/* One violation adds a table on each level below the root at most. */
#define EPT_MAX_NEW_TABLES (EPT_LEVELS - 1)

/* The level whose entry maps gfn: 2 for a 2M leaf, 1 for a 4K leaf. */
static int ept_leaf_level(const struct hv_mmu *mmu, u64 gfn)
{
	if (mmu->knob[HVBENCH_KNOB_EPT_LEAF] == HVBENCH_SIZE_2M &&
	    hv_memory_is_large(mmu->memory, gfn))
		return 2;
	return 1;
}

static u64 ept_make_table(const void *table)
{
	return hv_pa(table) | EPT_RWX;
}

static u64 ept_make_leaf(u64 hpa, int level)
{
	/* hpa is of a 4K page; a large leaf starts at its own boundary. */
	u64 entry = ALIGN_DOWN(hpa, EPT_LEVEL_BYTES(level)) | EPT_RWX | EPT_TYPE_WB;

	return level > 1 ? entry | EPT_LARGE : entry;
}

/*
 * Goes down towards the entry of that level for gpa and stops early at an
 * entry that is not present or is a leaf. Returns that entry and its level.
 */
static u64 *ept_walk(const struct hv_mmu *mmu, u64 gpa, int *level)
{
	int to = *level;
	u64 *table = hv_va(mmu->controls.root_hpa);
	u64 *entry;

	for (*level = EPT_LEVELS;; (*level)--) {
		entry = &table[ept_index(gpa, *level)];
		if (*level == to || !ept_present(*entry) || ept_is_leaf(*entry, *level))
			return entry;
		table = hv_va(*entry & EPT_ADDR);
	}
}

/*
 * Maps gpa by a leaf of that level. The path to it ends so far at entry, which
 * is on level from and not present; the pool holds the tables between.
 */
static void ept_map(struct hv_mmu *mmu, u64 gpa, u64 hpa, u64 *entry, int from, int level)
{
	for (; from > level; from--) {
		u64 *table = hv_pool_take_page(mmu->pool);

		WRITE_ONCE(*entry, ept_make_table(table));
		entry = &table[ept_index(gpa, from - 1)];
	}
	WRITE_ONCE(*entry, ept_make_leaf(hpa, level));
	if (level == 2)
		hv_count(mmu, ept_fill_2m);
	else
		hv_count(mmu, ept_fill_4k);
}

static enum hv_verdict ept_fault(struct hv_mmu *mmu, const struct hv_fault *fault,
				 struct hv_answer *answer)
{
	u64 gpa = fault->gpa;
	u64 hpa = hv_memory_hpa(mmu->memory, gpa >> HV_PAGE_SHIFT);
	int leaf, level;
	u64 *entry;

	/* With EPT the guest's page faults are its own and don't exit. */
	if (WARN_ONCE(fault->space != HV_FAULT_GPA, "EPT: a fault by gva\n"))
		return HV_BROKEN;

	answer->gpa = gpa;
	if (hpa == HV_HPA_OUTSIDE)
		return HV_OUTSIDE;
	if (hpa == HV_HPA_ABSENT)
		return HV_NEED_BACKING;

	leaf = ept_leaf_level(mmu, gpa >> HV_PAGE_SHIFT);
	level = leaf;
	entry = ept_walk(mmu, gpa, &level);
	/*
	 * Present entries allow everything, so the CPU looked before somebody
	 * else filled this one. The violation itself has removed what it had
	 * cached of that address (29.4.3.1): the guest need only try again.
	 */
	if (ept_present(*entry))
		return HV_DONE;
	if (!hv_pool_has(mmu->pool, level - leaf, 0))
		return HV_NEED_POOL;
	ept_map(mmu, gpa, hpa, entry, level, leaf);
	return HV_FILLED;
}

/* CR0, CR3, CR4 and EFER are between the guest and the CPU. */
static enum hv_verdict ept_set_paging(struct hv_mmu *mmu, const struct hv_paging *new,
				      struct hv_answer *answer)
{
	return HV_DONE;
}

static enum hv_verdict ept_invlpg(struct hv_mmu *mmu, u64 gva, struct hv_answer *answer)
{
	return HV_DONE;
}

static int ept_create(struct hv_mmu *mmu)
{
	const u32 *knob = mmu->knob;
	u64 *root;

	if (knob[HVBENCH_KNOB_EPT_AD] && !mmu->caps.ept_ad)
		return -EINVAL;
	if (knob[HVBENCH_KNOB_EPT_LEAF] == HVBENCH_SIZE_2M &&
	    !(mmu->caps.ept_2m && mmu->memory->backing != HVBENCH_SIZE_4K))
		return -EINVAL;

	root = hv_pool_take_page(mmu->pool);
	if (!root)
		return -ENOMEM;
	mmu->controls = (struct hv_controls){
		.root_hpa = hv_pa(root),
		.nested = true,
		.ept_ad = knob[HVBENCH_KNOB_EPT_AD],
		/* Bits that mean nothing to the EPT need no exit. */
		.cr0_guest_owned = HV_CR0_WP | HV_CR0_AM | HV_CR0_MP,
		.cr4_guest_owned = HV_CR4_PGE,
		.changed = true,
	};
	/*
	 * The CPU tags what it caches with the root's address, and this page
	 * may have been the root of a VM that is gone.
	 */
	hv_flush_root(mmu);
	return 0;
}

/* Gives back a table and all below it; the depth is bounded by EPT_LEVELS. */
static void ept_free_table(struct hv_mmu *mmu, u64 *table, int level)
{
	int i;

	for (i = 0; i < HV_ENTRIES; i++) {
		if (ept_present(table[i]) && !ept_is_leaf(table[i], level))
			ept_free_table(mmu, hv_va(table[i] & EPT_ADDR), level - 1);
		table[i] = 0;
	}
	hv_pool_give_page(mmu->pool, table);
}

static void ept_destroy(struct hv_mmu *mmu)
{
	ept_free_table(mmu, hv_va(mmu->controls.root_hpa), EPT_LEVELS);
	mmu->controls.root_hpa = 0;
}

const struct hv_mmu_ops ept_mmu_ops = {
	.name = "ept",
	.pages = EPT_MAX_NEW_TABLES,
	.create = ept_create,
	.destroy = ept_destroy,
	.fault = ept_fault,
	.set_paging = ept_set_paging,
	.invlpg = ept_invlpg,
};
