// SPDX-License-Identifier: GPL-2.0
/*
 * The shadow-page-table backend as the vCPU loop sees it: the operations of
 * hv/mmu.h, set-up and tear-down. See spt.h for the whole picture.
 */
#include "choices.h"
#include "spt.h"

#define HASH_BITS_MIN 8
#define HASH_BITS_MAX 16

/* Bits of CR0 that paging depends on. */
#define CR0_PAGING (HV_CR0_PG | HV_CR0_WP)

static const struct spt_strategy *const strategies[] = {
	[HVBENCH_SPT_SYNC_VTLB] = &spt_vtlb,
	[HVBENCH_SPT_SYNC_UNSYNC] = &spt_unsync,
	[HVBENCH_SPT_SYNC_TRAP] = &spt_trap,
};

/* By the choices of the knobs spt.prefill and spt.roots. */
static const u32 prefills[] = { 0, 8, 32 }, roots[] = { 1, 3, 16, SPT_MAX_KEPT };

#define PREFILL_DIRECT_MIN 8

/* Present, and reserved while MAXPHYADDR is below 52 (SDM 3A, 4.5.4). */
#define MARKER (PT_P | BIT_ULL(51))

/* One bucket for 16 frames: about one table in 16 frames is far more than usual. */
static u32 choose_hash_bits(u64 nr_frames)
{
	u32 bits = HASH_BITS_MIN;

	while (bits < HASH_BITS_MAX && BIT_ULL(bits) * 16 < nr_frames)
		bits++;
	return bits;
}

/*
 * The registers that decide how the CPU reads the shadow are ours (SDM 3A, 4.1).
 * SMEP and SMAP work on the shadow's U bits as they would on the guest's.
 */
static void set_controls(const struct spt *spt, struct hv_controls *controls)
{
	*controls = (struct hv_controls){
		.trap_cr3 = true,
		.trap_invlpg = true,
		.cr0_guest_owned = HV_CR0_MP | HV_CR0_AM,
		.cr4_guest_owned = 0, /* PGE flushes */
		.cr4_pass = HV_CR4_PSE | HV_CR4_PGE | HV_CR4_SMEP | HV_CR4_SMAP | HV_CR4_LA57,
		.cr0_force = HV_CR0_WP,
		.cr4_force = spt->pcid ? HV_CR4_PCIDE : 0,
		.efer_force = HV_EFER_NXE,
		.exception_bitmap = BIT(14), /* #PF */
		.changed = true,
	};
}

/* What config.c refuses with a sentence is refused here without one. */
static bool is_possible(const struct hv_mmu *mmu)
{
	const u32 *knob = mmu->knob;

	if (knob[HVBENCH_KNOB_SPT_SYNC] >= ARRAY_SIZE(strategies) ||
	    knob[HVBENCH_KNOB_SPT_PREFILL] >= ARRAY_SIZE(prefills) ||
	    knob[HVBENCH_KNOB_SPT_ROOTS] >= ARRAY_SIZE(roots) ||
	    knob[HVBENCH_KNOB_LOG] == HVBENCH_LOG_PML || mmu->pool->limit_pages < SPT_LIMIT_MIN)
		return false;
	if (knob[HVBENCH_KNOB_SPT_PCID] && !mmu->caps.pcid)
		return false;
	return !knob[HVBENCH_KNOB_SPT_FILTER] || (strategies[knob[HVBENCH_KNOB_SPT_SYNC]]->tracks &&
						  mmu->caps.physical_address_bits < 52);
}

/* With these registers, does a #PF for what is not present say the same to all? */
static bool filter_fits(const struct hv_paging *paging)
{
	/* The CPU has NXE on, which alone makes it tell fetches apart (4.7). */
	return paging->efer & HV_EFER_NXE || paging->cr4 & HV_CR4_SMEP;
}

static void set_knobs(struct spt *spt, const struct hv_mmu *mmu)
{
	const u32 *knob = mmu->knob;
	u32 nxe;

	spt->strategy = strategies[knob[HVBENCH_KNOB_SPT_SYNC]];
	spt->tracks = spt->strategy->tracks;
	spt->traps = spt->strategy->traps;
	spt->keeps_guest = spt->tracks || knob[HVBENCH_KNOB_LOG] == HVBENCH_LOG_AD;
	spt->pcid = spt->tracks && knob[HVBENCH_KNOB_SPT_PCID];
	spt->large = knob[HVBENCH_KNOB_SPT_LARGE];
	spt->prefill = prefills[knob[HVBENCH_KNOB_SPT_PREFILL]];
	spt->prefill_direct = max_t(u32, spt->prefill, PREFILL_DIRECT_MIN);
	spt->max_kept = spt->tracks ? roots[knob[HVBENCH_KNOB_SPT_ROOTS]] : 1;
	spt->absent = knob[HVBENCH_KNOB_SPT_FILTER] ? MARKER : 0;
	spt->filter_fits = filter_fits(&mmu->paging);
	spt->levels = mmu->paging.cr4 & HV_CR4_LA57 ? 5 : 4;
	for (nxe = 0; nxe < ARRAY_SIZE(spt->reserved); nxe++)
		pt_reserved_init(&spt->reserved[nxe], mmu->caps.physical_address_bits, nxe,
				 mmu->caps.gigabyte_pages);
}

static int spt_create(struct hv_mmu *mmu)
{
	struct spt_page *root;
	struct spt *spt;
	u32 bits;

	hv_assert_choices(strategies, HVBENCH_KNOB_SPT_SYNC);
	hv_assert_choices(prefills, HVBENCH_KNOB_SPT_PREFILL);
	hv_assert_choices(roots, HVBENCH_KNOB_SPT_ROOTS);
	if (!is_possible(mmu))
		return -EINVAL;
	bits = choose_hash_bits(mmu->memory->nr_frames);
	spt = hv_zalloc(sizeof(*spt) + sizeof(spt->hash[0]) * BIT(bits));
	if (!spt)
		return -ENOMEM;
	spt->mmu = mmu;
	spt->hash_bits = bits;
	INIT_LIST_HEAD(&spt->stale_upper);
	INIT_LIST_HEAD(&spt->stale_leaf);
	INIT_LIST_HEAD(&spt->aside);
	INIT_LIST_HEAD(&spt->lru);
	INIT_LIST_HEAD(&spt->orphans);
	INIT_LIST_HEAD(&spt->dead);
	set_knobs(spt, mmu);
	spt->nr_chunks = DIV_ROUND_UP(mmu->memory->nr_frames, HV_CHUNK_FRAMES);
	spt->used_chunks = SPT_CHUNK_END;
	spt->used_spare = SPT_CHUNK_END;
	spt->chunk = hv_zalloc(sizeof(*spt->chunk) * spt->nr_chunks);
	spt->spare = hv_zalloc(sizeof(*spt->spare) * spt->nr_chunks);
	if (!spt->chunk || !spt->spare)
		goto out_free;
	mmu->backend = spt;
	set_controls(spt, &mmu->controls);
	root = spt_root_create(spt, spt_root_key(spt, &mmu->paging));
	if (!root)
		goto out_free;
	spt_use_root(spt, root);
	return 0;

out_free:
	mmu->backend = NULL;
	hv_free(spt->chunk);
	hv_free(spt->spare);
	hv_free(spt);
	return -ENOMEM;
}

static void spt_destroy(struct hv_mmu *mmu)
{
	struct spt *spt = mmu->backend;

	spt_page_release_all(spt, &spt->lru);
	spt_page_release_all(spt, &spt->stale_upper);
	spt_page_release_all(spt, &spt->stale_leaf);
	spt_page_release_all(spt, &spt->aside);
	spt_page_release_all(spt, &spt->orphans);
	spt_page_release_all(spt, &spt->dead);
	spt_rmap_clear(spt);
	spt_rmap_set_aside(spt);
	spt_rmap_clear(spt);
	hv_free(spt->chunk);
	hv_free(spt->spare);
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
	spt->mmu->work = 0;
	spt->log_at = NULL;
	/* The event then begins with nothing done. */
	if (unlikely(spt->draining)) {
		spt_drain(spt);
		return HV_AGAIN;
	}
	return HV_DONE;
}

/* Where nothing is open that the root reaches, the guest's INVLPG finds nothing to do here. */
static void update_invlpg(struct spt *spt)
{
	struct hv_controls *controls = &spt->mmu->controls;
	bool trap = spt_is_stale(spt);

	if (controls->trap_invlpg == trap)
		return;
	controls->trap_invlpg = trap;
	controls->changed = true;
}

/* Where that took away what the event has filled, the access is to be tried again. */
static noinline enum hv_verdict give_back(struct spt *spt, enum hv_verdict verdict)
{
	spt->reap_zapped = false;
	spt_reap(spt);
	if (spt->overworked) {
		spt->strategy->zap_all(spt);
		spt->reap_zapped = true;
	}
	return spt->reap_zapped && verdict == HV_FILLED ? HV_AGAIN : verdict;
}

/* And ends here. */
static enum hv_verdict end(struct spt *spt, enum hv_verdict verdict)
{
	if (unlikely(!list_empty(&spt->orphans) || spt->overworked))
		verdict = give_back(spt, verdict);
	if (spt->absent)
		spt_filter_update(spt);
	if (spt->traps)
		update_invlpg(spt);
	return unlikely(spt->broken) ? HV_BROKEN : verdict;
}

static void trace_leaf(const struct spt *spt, u64 gva)
{
	const struct spt_page *sp = spt->root;
	u32 index = pt_index(gva, spt_level(sp));

	while (!spt_is_leaf(sp, index)) {
		sp = sp->child[index];
		if (WARN_ON_ONCE(!sp))
			return;
		index = pt_index(gva, spt_level(sp));
	}
	trace_shadow_fill(gva, spt_level(sp), sp->shadow[index]);
}

/* Looks for the entry afterwards: the hot path shall not keep it for a tracepoint. */
static noinline enum hv_verdict resolve_and_trace(struct spt *spt, const struct hv_fault *fault,
						  struct hv_answer *answer)
{
	const u64 *fills = &spt->mmu->counter[HVBENCH_CNT_spt_fill];
	u64 before = *fills;
	enum hv_verdict verdict = spt_resolve(spt, fault, answer);

	if (*fills != before)
		trace_leaf(spt, fault->gva);
	return verdict;
}

static enum hv_verdict spt_fault(struct hv_mmu *mmu, const struct hv_fault *fault,
				 struct hv_answer *answer)
{
	struct spt *spt = mmu->backend;
	enum hv_verdict verdict = begin(spt);

	if (unlikely(verdict != HV_DONE))
		return verdict;
	if (unlikely(fault->space != HV_FAULT_GVA))
		return HV_BROKEN;
	if (trace_shadow_fill_enabled())
		return end(spt, resolve_and_trace(spt, fault, answer));
	return end(spt, spt_resolve(spt, fault, answer));
}

static enum hv_verdict spt_wrote(struct hv_mmu *mmu, u64 gpa, u32 bytes)
{
	struct spt *spt = mmu->backend;
	const u64 *set;

	if (unlikely(spt->broken))
		return HV_BROKEN;
	spt->work = 0;
	set = spt_rmap(spt, gpa >> HV_PAGE_SHIFT);
	if (set && *set & SPT_PROTECTED) {
		spt_mirror(spt, gpa, bytes);
		mmu->work += spt->work;
		spt->log_at = NULL;
	}
	return end(spt, HV_DONE);
}

static enum hv_verdict spt_cannot_emulate(struct hv_mmu *mmu, u64 gpa)
{
	struct spt *spt = mmu->backend;
	u64 gfn = gpa >> HV_PAGE_SHIFT;
	const u64 *set = spt_rmap(spt, gfn);

	if (spt->must_emulate)
		return HV_UNSUPPORTED;
	spt->log_at = NULL;
	if (set && *set & SPT_PROTECTED)
		spt_open(spt, gfn);
	return end(spt, HV_TRACKED);
}

/* Registers that shape the shadow or flush the TLB, CR3 aside. */
static bool is_same_mode(const struct hv_paging *old, const struct hv_paging *new)
{
	return !((old->cr0 ^ new->cr0) & CR0_PAGING) && old->cr4 == new->cr4 &&
	       old->efer == new->efer;
}

static enum hv_verdict spt_set_paging(struct hv_mmu *mmu, const struct hv_paging *wanted,
				      struct hv_answer *answer)
{
	struct spt *spt = mmu->backend;
	enum hv_verdict verdict = begin(spt);
	bool same_mode = true;
	u64 key;

	if (unlikely(verdict != HV_DONE))
		return verdict;
	spt->right_gva = 0;
	if (likely(is_same_mode(&mmu->paging, wanted))) {
		/* A write to CR0 that changes nothing about paging flushes nothing. */
		if (unlikely(mmu->paging.cr0 != wanted->cr0))
			return HV_DONE;
		key = (wanted->cr3 & PT_ADDR) | (spt->root->key & ~PT_ADDR);
	} else {
		same_mode = false;
		key = spt_root_key(spt, wanted);
	}
	if (spt_make_room(spt) && unlikely(spt->draining))
		return end(spt, HV_AGAIN);
	if (unlikely(!spt->strategy->set_root(spt, key)))
		return end(spt, HV_AGAIN);
	if (unlikely(!same_mode))
		spt->filter_fits = filter_fits(wanted);
	return end(spt, HV_DONE);
}

static enum hv_verdict spt_invlpg(struct hv_mmu *mmu, u64 gva, struct hv_answer *answer)
{
	struct spt *spt = mmu->backend;
	enum hv_verdict verdict = begin(spt);

	if (unlikely(verdict != HV_DONE))
		return verdict;
	spt->right_gva = 0;
	return end(spt, spt->strategy->invlpg(spt, gva));
}

/*
 * The shadow knows no PCIDs of the guest's: what the root reaches is true after
 * this, and what another root reaches is when it is loaded, under whatever PCID.
 * That is more than any type of INVPCID asks for.
 */
static enum hv_verdict spt_invpcid(struct hv_mmu *mmu, enum hv_invpcid type, u16 pcid, u64 gva,
				   struct hv_answer *answer)
{
	struct spt *spt = mmu->backend;
	enum hv_verdict verdict = begin(spt);

	if (unlikely(verdict != HV_DONE))
		return verdict;
	spt->right_gva = 0;
	if (!spt->tracks)
		spt->strategy->zap_all(spt);
	else if (!spt_sync_root(spt, spt->root, false))
		verdict = HV_AGAIN;
	return end(spt, verdict);
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
	.invpcid = spt_invpcid,
	.reach = spt_reach,
	.wrote = spt_wrote,
	.cannot_emulate = spt_cannot_emulate,
	.log = spt_log,
};
