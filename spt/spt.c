// SPDX-License-Identifier: GPL-2.0
/*
 * The shadow-page-table backend as the vCPU loop sees it: the operations of
 * hv/mmu.h, set-up and tear-down. See spt.h for the whole picture.
 */
#include "spt.h"

#define HASH_BITS_MIN 8
#define HASH_BITS_MAX 16

/* Bits of CR0 that paging depends on. */
#define CR0_PAGING (HV_CR0_PG | HV_CR0_WP)

static const struct spt_strategy *const strategies[] = {
	[HVBENCH_SPT_SYNC_VTLB] = &spt_vtlb,
	[HVBENCH_SPT_SYNC_UNSYNC] = &spt_unsync,
};

static u64 root_key(const struct hv_paging *paging)
{
	u64 key = (paging->cr3 & PT_ADDR) | SPT_ACCESS | (u64)PT_LEVELS << SPT_LEVEL_SHIFT;

	if (paging->cr0 & HV_CR0_WP)
		key |= SPT_WP;
	if (paging->efer & HV_EFER_NXE)
		key |= SPT_NXE;
	return key;
}

void spt_use_root(struct spt *spt, struct spt_page *sp)
{
	struct hv_controls *controls = &spt->mmu->controls;
	u64 hpa;

	if (unlikely(!sp))
		return;
	spt->root = sp;
	hpa = hv_pa(sp->shadow);
	if (controls->root_hpa != hpa) {
		controls->root_hpa = hpa;
		controls->changed = true;
	}
}

/* One bucket for 16 frames: about one table in 16 frames is far more than usual. */
static u32 choose_hash_bits(u64 nr_frames)
{
	u32 bits = HASH_BITS_MIN;

	while (bits < HASH_BITS_MAX && BIT_ULL(bits) * 16 < nr_frames)
		bits++;
	return bits;
}

/* The registers that decide how the CPU reads the shadow are ours (SDM 3A, 4.1). */
static void set_controls(struct hv_controls *controls)
{
	*controls = (struct hv_controls){
		.trap_cr3 = true,
		.trap_invlpg = true,
		.cr0_guest_owned = HV_CR0_MP | HV_CR0_AM,
		.cr4_guest_owned = 0, /* PGE flushes */
		.cr0_force = HV_CR0_WP,
		.efer_force = HV_EFER_NXE,
		.exception_bitmap = BIT(14), /* #PF */
		.changed = true,
	};
}

static int spt_create(struct hv_mmu *mmu)
{
	u32 choice = mmu->knob[HVBENCH_KNOB_SPT_SYNC], bits, nxe;
	struct spt *spt;

	if (choice >= ARRAY_SIZE(strategies) || mmu->pool->limit_pages < SPT_LIMIT_MIN)
		return -EINVAL;
	bits = choose_hash_bits(mmu->memory->nr_frames);
	spt = hv_zalloc(sizeof(*spt) + sizeof(spt->hash[0]) * BIT(bits));
	if (!spt)
		return -ENOMEM;
	spt->mmu = mmu;
	spt->strategy = strategies[choice];
	spt->tracks = spt->strategy->tracks;
	spt->hash_bits = bits;
	spt->nr_chunks = DIV_ROUND_UP(mmu->memory->nr_frames, HV_CHUNK_FRAMES);
	INIT_LIST_HEAD(&spt->stale_upper);
	INIT_LIST_HEAD(&spt->stale_leaf);
	for (nxe = 0; nxe < ARRAY_SIZE(spt->reserved); nxe++)
		pt_reserved_init(&spt->reserved[nxe], mmu->caps.physical_address_bits, nxe,
				 mmu->caps.gigabyte_pages);
	if (spt->tracks) {
		spt->rmap = hv_zalloc(sizeof(*spt->rmap) * spt->nr_chunks);
		if (!spt->rmap)
			goto out_free;
	}
	mmu->backend = spt;
	set_controls(&mmu->controls);
	spt_use_root(spt, spt_page_create(spt, root_key(&mmu->paging)));
	if (!spt->root)
		goto out_rmap;
	return 0;

out_rmap:
	mmu->backend = NULL;
	hv_free(spt->rmap);
out_free:
	hv_free(spt);
	return -ENOMEM;
}

static void spt_destroy(struct hv_mmu *mmu)
{
	struct spt *spt = mmu->backend;

	/* Without a root, which only a broken VM is, all else is gone already. */
	if (spt->root) {
		spt->strategy->zap_all(spt);
		spt_page_release(spt, spt->root);
	}
	if (spt->tracks)
		spt_rmap_clear(spt);
	hv_free(spt->rmap);
	hv_free(spt);
	mmu->backend = NULL;
}

/* Every event begins here: HV_DONE, or the verdict that it ends with at once. */
static enum hv_verdict begin(struct spt *spt)
{
	if (unlikely(spt->broken))
		return HV_BROKEN;
	if (unlikely(!hv_pool_has(spt->mmu->pool, SPT_EVENT_PAGES, SPT_EVENT_NODES)))
		return HV_NEED_POOL;
	spt->work = 0;
	return HV_DONE;
}

/* A full cache is emptied: the guest refaults, and notices nothing. */
static void make_room(struct spt *spt)
{
	const struct hv_pool *pool = spt->mmu->pool;

	if (unlikely(pool->used_pages + SPT_FAULT_PAGES > pool->limit_pages))
		spt->strategy->zap_all(spt);
}

static enum hv_verdict spt_fault(struct hv_mmu *mmu, const struct hv_fault *fault,
				 struct hv_answer *answer)
{
	struct spt *spt = mmu->backend;
	enum hv_verdict verdict = begin(spt);
	struct spt_walk walk;

	if (unlikely(verdict != HV_DONE))
		return verdict;
	if (unlikely(fault->space != HV_FAULT_GVA))
		return HV_BROKEN;
	verdict = spt_walk(spt, fault->gva, fault->access, &walk, answer);
	if (verdict == HV_GUEST_FAULT) {
		spt_forget_stale(spt, &walk);
		return spt->broken ? HV_BROKEN : HV_GUEST_FAULT;
	}
	if (verdict != HV_FILLED)
		return verdict;
	make_room(spt);
	return spt_fill(spt, &walk);
}

/* A write to CR0 that changes nothing about paging flushes nothing. */
static bool is_irrelevant(const struct hv_paging *old, const struct hv_paging *new)
{
	return old->cr0 != new->cr0 && !((old->cr0 ^ new->cr0) & CR0_PAGING) &&
	       old->cr3 == new->cr3 && old->cr4 == new->cr4 && old->efer == new->efer;
}

static enum hv_verdict spt_set_paging(struct hv_mmu *mmu, const struct hv_paging *new,
				      struct hv_answer *answer)
{
	struct spt *spt = mmu->backend;
	enum hv_verdict verdict = begin(spt);

	if (unlikely(verdict != HV_DONE) || is_irrelevant(&mmu->paging, new))
		return verdict;
	make_room(spt);
	spt->strategy->set_root(spt, root_key(new));
	return spt->broken ? HV_BROKEN : HV_DONE;
}

static enum hv_verdict spt_invlpg(struct hv_mmu *mmu, u64 gva, struct hv_answer *answer)
{
	struct spt *spt = mmu->backend;
	enum hv_verdict verdict = begin(spt);

	if (unlikely(verdict != HV_DONE))
		return verdict;
	spt->strategy->invlpg(spt, gva);
	return spt->broken ? HV_BROKEN : HV_DONE;
}

const struct hv_mmu_ops spt_mmu_ops = {
	.name = "spt",
	.pages = SPT_EVENT_PAGES,
	.nodes = SPT_EVENT_NODES,
	.create = spt_create,
	.destroy = spt_destroy,
	.fault = spt_fault,
	.set_paging = spt_set_paging,
	.invlpg = spt_invlpg,
};
