// SPDX-License-Identifier: GPL-2.0
/*
 * What the tool forbids the guest, by 4K frame (HVBENCH_SET_RIGHTS): kept here
 * so that later fills obey, and written into the leaves that are there. Called
 * by the hypervisor between two runs, and by all of ept/ for the answer.
 *
 * With accessed and dirty bits on, the CPU's walk of a guest table counts as a
 * write of it (SDM 3C, 29.3.3.2): a frame without W can't be a guest table then.
 */
#include "table.h"

static_assert(HV_MAY_READ == EPT_READ && HV_MAY_WRITE == EPT_WRITE && HV_MAY_EXECUTE == EPT_EXEC);

/* True where the tool took rights away in the chunks that an entry covers. */
static bool is_limited(const struct ept *ept, u64 gfn, int level)
{
	u64 chunk, nr = EPT_LEVEL_FRAMES(level) / HV_CHUNK_FRAMES;

	gfn = ALIGN_DOWN(gfn, EPT_LEVEL_FRAMES(level));
	for (chunk = gfn / HV_CHUNK_FRAMES; ept->denied && nr; chunk++, nr--)
		if (ept->denied[chunk])
			return true;
	return false;
}

int ept_leaf_level(const struct hv_mmu *mmu, u64 gfn)
{
	const struct ept *ept = ept_state(mmu);

	if (ept->largest >= 3 && hv_memory_is_giant(mmu->memory, gfn) && !is_limited(ept, gfn, 3))
		return 3;
	if (ept->largest >= 2 && hv_memory_is_large(mmu->memory, gfn) && !is_limited(ept, gfn, 2))
		return 2;
	return 1;
}

/* Table 29-7 and 29.3.3.1: what would be a misconfiguration can't be had. */
static bool can_express(const struct hv_mmu *mmu, u64 rights)
{
	if (rights & EPT_READ || !rights)
		return true;
	return rights == EPT_EXEC && mmu->caps.ept_exec_only;
}

/* The chunk's list of what is denied, made if need be; NULL: no memory. */
static u8 *denied_in(const struct hv_mmu *mmu, u64 chunk)
{
	struct ept *ept = ept_state(mmu);

	if (!ept->denied)
		ept->denied =
			hv_zalloc(mmu->memory->nr_frames / HV_CHUNK_FRAMES * sizeof(*ept->denied));
	if (!ept->denied)
		return NULL;
	if (!ept->denied[chunk])
		ept->denied[chunk] = hv_zalloc(HV_CHUNK_FRAMES);
	return ept->denied[chunk];
}

/* A chunk of which nothing is denied any more is as if nothing ever was. */
static void tidy(struct hv_mmu *mmu, u64 chunk)
{
	struct ept *ept = ept_state(mmu);
	int i;

	for (i = 0; i < HV_CHUNK_FRAMES; i++)
		if (ept->denied[chunk][i])
			return;
	hv_free(ept->denied[chunk]);
	ept->denied[chunk] = NULL;
	if (!mmu->dirty.on)
		ept_each_table(mmu, ept_merge);
}

/* The frame's leaf, if there is one, follows. */
static void apply(struct hv_mmu *mmu, u64 gfn, u64 *entry)
{
	u64 rights = ept_leaf_rights(mmu, gfn, 1);
	u64 old = *entry;

	if (!ept_present(old))
		return;
	if (!rights)
		ept_log_leaf(mmu, gfn, old, 1);
	WRITE_ONCE(*entry, rights ? (old & ~EPT_RWX) | rights : 0);
	/* What is granted needs no flush: 29.4.3.3. */
	if (old & EPT_RWX & ~rights)
		hv_flush_root(mmu);
}

int ept_set_rights(struct hv_mmu *mmu, u64 gfn, u32 frames, u32 rights)
{
	struct ept *ept = ept_state(mmu);
	u64 chunk = gfn / HV_CHUNK_FRAMES, *entry;
	u8 *denied;
	int level;
	u32 i;

	if (!can_express(mmu, rights))
		return -EOPNOTSUPP;
	if (rights == EPT_RWX && !(ept->denied && ept->denied[chunk]))
		return 0;
	denied = denied_in(mmu, chunk);
	ept_review(mmu);
	if (!denied || hv_pool_fill(mmu->pool, EPT_LEVELS - 2, 0))
		return -ENOMEM;
	entry = ept_walk(mmu, gfn << HV_PAGE_SHIFT, &level);
	if (ept_present(*entry))
		entry = ept_split(mmu, gfn << HV_PAGE_SHIFT, entry, level);
	else if (level > 1)
		entry = NULL;
	for (i = 0; i < frames; i++) {
		denied[gfn % HV_CHUNK_FRAMES + i] = EPT_RWX & ~rights;
		if (entry)
			apply(mmu, gfn + i, entry + i);
	}
	tidy(mmu, chunk);
	return 0;
}

void ept_free_rights(struct hv_mmu *mmu)
{
	struct ept *ept = ept_state(mmu);
	u64 chunk;

	for (chunk = 0; ept->denied && chunk < mmu->memory->nr_frames / HV_CHUNK_FRAMES; chunk++)
		hv_free(ept->denied[chunk]);
	hv_free(ept->denied);
	ept->denied = NULL;
}
