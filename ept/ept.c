// SPDX-License-Identifier: GPL-2.0
/*
 * The EPT backend: the CPU walks the guest's own page tables and translates
 * every guest-physical address through a second table, the EPT, that this
 * directory builds. The guest pages as it likes and nothing of it exits; what
 * is left to do is to enter a guest-physical page into the EPT when the guest
 * first touches it (an EPT violation), to note writes (log.c) and to guard what
 * the tool forbids (rights.c).
 *
 * Called by the vCPU loop through ept_mmu_ops, under the rules of hv/mmu.h.
 * Touches the VM's pool and the tables taken from it, and reads guest memory's
 * map of host pages. A fill asks for no flush: it turns an entry from not
 * present to present, and the CPU caches nothing of an entry that is not present
 * (SDM 3C, 29.4.2).
 *
 * All EPT tables together are bounded by the size of guest memory (one 4K
 * table per 2M at most), so pool->limit_pages, which is there for caches that
 * could grow without end, does not concern this backend.
 *
 * References are to the Intel SDM, volume 3C, chapter 29 ("VMX support for
 * address translation"; chapter 28 in editions before 2023).
 */
#include "choices.h"
#include "table.h"

/* What of CR4 is between the guest and the CPU; LA57 is fixed, see hv/mmu.h. */
#define CR4_OF_GUEST (HV_CR4_PSE | HV_CR4_PGE | HV_CR4_PCIDE | HV_CR4_SMEP | HV_CR4_SMAP)

/*
 * One violation adds a table on each level below the root at most; splitting
 * a 1G leaf takes one less.
 */
#define EPT_MAX_NEW_TABLES (EPT_LEVELS - 1)

/* What the access needs, of EPT_RWX. */
static u64 ept_wanted(u32 access)
{
	if (access & HV_PF_WRITE)
		return EPT_WRITE;
	return access & HV_PF_FETCH ? EPT_EXEC : EPT_READ;
}

/* The guest fetches from a large leaf that may not be executable as a whole. */
static enum hv_verdict ept_fetch_from_large(struct hv_mmu *mmu, u64 gpa, u64 *entry, int level)
{
	if (!hv_pool_has(mmu->pool, level - 1, 0))
		return HV_NEED_POOL;
	/* Its 4K leaves have X again. */
	ept_split(mmu, gpa, entry, level);
	hv_count(mmu, ept_split_fetch);
	return HV_FILLED;
}

/*
 * A leaf that allows the access was filled after the CPU had looked. The
 * violation itself has removed what it had cached of that address (29.4.3.1):
 * the guest need only try again.
 */
static noinline enum hv_verdict ept_fault_present(struct hv_mmu *mmu, u64 gpa, u64 wanted,
						  u64 *entry, int level)
{
	if (!(ept_allowed(ept_state(mmu), gpa >> HV_PAGE_SHIFT) & wanted))
		return HV_FORBIDDEN;
	if (*entry & wanted)
		return HV_DONE;
	if (wanted == EPT_EXEC && level > 1 && ept_state(mmu)->nx_large)
		return ept_fetch_from_large(mmu, gpa, entry, level);
	if (WARN_ONCE(wanted != EPT_WRITE || !(mmu->dirty.on || ept_state(mmu)->stopping),
		      "EPT: a leaf %llx without a reason\n", *entry))
		return HV_BROKEN;
	return ept_log_write(mmu, gpa, entry, level);
}

static noinline enum hv_verdict ept_fill(struct hv_mmu *mmu, u64 gpa, u64 hpa, u64 wanted,
					 u64 *entry, int level)
{
	u64 gfn = gpa >> HV_PAGE_SHIFT;
	int leaf = ept_leaf_level(mmu, gfn);

	if (!(ept_allowed(ept_state(mmu), gfn) & wanted))
		return HV_FORBIDDEN;
	/* What is logged is a 4K page: a large leaf would be split at once. */
	if (unlikely(mmu->dirty.on) && wanted == EPT_WRITE)
		leaf = 1;
	if (wanted == EPT_EXEC && ept_state(mmu)->nx_large)
		leaf = 1;
	if (leaf > level)
		leaf = level;
	if (!hv_pool_has(mmu->pool, level - leaf, 0))
		return HV_NEED_POOL;
	if (ept_logs_by(mmu, HVBENCH_LOG_FAULT) && wanted == EPT_WRITE)
		hv_dirty_note(mmu->dirty.written, gfn);
	entry = ept_map(mmu, gpa, hpa, entry, level, leaf);
	if (leaf == 1 && ept_state(mmu)->fill > 1)
		ept_fill_around(mmu, gfn, entry);
	return HV_FILLED;
}

static enum hv_verdict ept_fault(struct hv_mmu *mmu, const struct hv_fault *fault,
				 struct hv_answer *answer)
{
	u64 gpa = fault->gpa;
	u64 hpa = hv_memory_hpa(mmu->memory, gpa >> HV_PAGE_SHIFT);
	u64 *entry;
	int level;

	/* With EPT the guest's page faults are its own and don't exit. */
	if (WARN_ONCE(fault->space != HV_FAULT_GPA, "EPT: a fault by gva\n"))
		return HV_BROKEN;

	answer->gpa = gpa;
	if (unlikely(!HV_HPA_VALID(hpa)))
		return hpa == HV_HPA_OUTSIDE ? HV_OUTSIDE : HV_NEED_BACKING;
	entry = ept_walk(mmu, gpa, &level);
	if (ept_present(*entry))
		return ept_fault_present(mmu, gpa, ept_wanted(fault->access), entry, level);
	if (unlikely(level > 1 || !ept_state(mmu)->plain))
		return ept_fill(mmu, gpa, hpa, ept_wanted(fault->access), entry, level);
	WRITE_ONCE(*entry, ept_make_leaf(hpa, 1, EPT_RWX));
	hv_count(mmu, ept_fill_4k);
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

/* hv/config.c refuses with a sentence; this guards against its absence. */
static bool ept_can(const struct hv_mmu *mmu)
{
	const struct hv_mmu_caps *caps = &mmu->caps;
	const u32 *knob = mmu->knob;
	u32 leaf = knob[HVBENCH_KNOB_EPT_LEAF], log = knob[HVBENCH_KNOB_LOG];

	if (knob[HVBENCH_KNOB_EPT_AD] && !caps->ept_ad)
		return false;
	if ((leaf == HVBENCH_SIZE_2M && !caps->ept_2m) ||
	    (leaf == HVBENCH_SIZE_1G && !caps->ept_1g))
		return false;
	if (leaf > (u32)mmu->memory->backing)
		return false;
	if (log == HVBENCH_LOG_PML && !caps->pml)
		return false;
	return (log != HVBENCH_LOG_AD && log != HVBENCH_LOG_PML) || knob[HVBENCH_KNOB_EPT_AD];
}

static int ept_create(struct hv_mmu *mmu)
{
	static const u32 fills[] = { 1, 8, 64, 512 };
	const u32 *knob = mmu->knob;
	struct ept *ept;
	u64 *root;

	hv_assert_choices(fills, HVBENCH_KNOB_EPT_FILL);
	if (!ept_can(mmu))
		return -EINVAL;
	root = hv_pool_take_page(mmu->pool);
	if (!root)
		return -ENOMEM;
	ept = hv_zalloc(sizeof(*ept));
	if (!ept) {
		hv_pool_give_page(mmu->pool, root);
		return -ENOMEM;
	}
	/* A leaf of the smallest size is on level 1, and so on. */
	ept->largest = 1 + knob[HVBENCH_KNOB_EPT_LEAF];
	ept->fill = fills[knob[HVBENCH_KNOB_EPT_FILL]];
	ept->nx_large = mmu->caps.itlb_multihit &&
			knob[HVBENCH_KNOB_MITIGATIONS] == HVBENCH_MITIGATIONS_HOST;
	mmu->backend = ept;
	ept_review(mmu);
	mmu->controls = (struct hv_controls){
		.root_hpa = hv_pa(root),
		.nested = true,
		.ept_ad = knob[HVBENCH_KNOB_EPT_AD],
		/* Bits that mean nothing to the EPT need no exit. */
		.cr0_guest_owned = HV_CR0_WP | HV_CR0_AM | HV_CR0_MP,
		/* The CPU checks them all, PCIDE against CR3 too, and the PCIDs are the guest's. */
		.cr4_guest_owned = CR4_OF_GUEST,
		.cr4_pass = CR4_OF_GUEST | HV_CR4_LA57,
		.changed = true,
	};
	/*
	 * The CPU tags what it caches with the root's address, and this page
	 * may have been the root of a VM that is gone.
	 */
	hv_flush_root(mmu);
	return 0;
}

static void ept_destroy(struct hv_mmu *mmu)
{
	ept_free_tables(mmu);
	ept_free_rights(mmu);
	hv_free(mmu->backend);
	mmu->backend = NULL;
}

static bool ept_may_write(const struct hv_mmu *mmu, u64 gfn)
{
	return ept_allowed(ept_state(mmu), gfn) & EPT_WRITE;
}

const struct hv_mmu_ops ept_mmu_ops = {
	.name = "ept",
	.pages = EPT_MAX_NEW_TABLES,
	.create = ept_create,
	.destroy = ept_destroy,
	.fault = ept_fault,
	.set_paging = ept_set_paging,
	.invlpg = ept_invlpg,
	.log = ept_log,
	.may_write = ept_may_write,
	.set_rights = ept_set_rights,
};
