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
	if (!ept->denied)
		return false;
	if (level == 3)
		return ept->limited[gfn / EPT_LEVEL_FRAMES(3)];
	return ept->denied[gfn / HV_CHUNK_FRAMES];
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

/* The two arrays that name chunks are made when the first right goes. */
static int make_arrays(struct hv_mmu *mmu)
{
	struct ept *ept = ept_state(mmu);
	u64 chunks = mmu->memory->nr_frames / HV_CHUNK_FRAMES;

	if (ept->denied)
		return 0;
	ept->limited = hv_zalloc(DIV_ROUND_UP(chunks, HV_ENTRIES) * sizeof(*ept->limited));
	ept->denied = hv_zalloc(chunks * sizeof(*ept->denied));
	if (ept->limited && ept->denied)
		return 0;
	ept_free_rights(mmu);
	return -ENOMEM;
}

/* What is denied in the chunk; a list that was there is freed. */
static void set_chunk(struct ept *ept, u64 chunk, u64 denied)
{
	u64 old = ept->denied[chunk];

	ept->limited[chunk / HV_ENTRIES] += !!denied - !!old;
	ept->denied[chunk] = denied;
	if (ept_is_list(old) && old != denied)
		hv_free(ept_list(old));
}

/* The chunk gets a list, frame by frame, that says what was said before. */
static int make_list(struct ept *ept, u64 chunk)
{
	u64 old = ept->denied[chunk];
	u8 *list;

	if (ept_is_list(old))
		return 0;
	list = hv_zalloc(HV_CHUNK_FRAMES);
	if (!list)
		return -ENOMEM;
	memset(list, old >> 1, HV_CHUNK_FRAMES);
	set_chunk(ept, chunk, (u64)(unsigned long)list);
	return 0;
}

/* A list that says the same of all frames is not needed. */
static void drop_list(struct ept *ept, u64 chunk)
{
	const u8 *list = ept_list(ept->denied[chunk]);
	int i;

	for (i = 1; i < HV_CHUNK_FRAMES; i++)
		if (list[i] != list[0])
			return;
	set_chunk(ept, chunk, ept_all_denied(list[0]));
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

/* The table of the chunk's leaves, where 4K pages are to differ; NULL: nothing is mapped. */
static int leaves_of(struct hv_mmu *mmu, u64 gfn, u64 **leaf)
{
	int level;
	u64 *entry = ept_walk(mmu, gfn << HV_PAGE_SHIFT, &level);

	*leaf = NULL;
	if (!ept_present(*entry) && level > 1)
		return 0;
	if (level > 1) {
		if (hv_pool_fill(mmu->pool, level - 1, 0))
			return -ENOMEM;
		entry = ept_split(mmu, gfn << HV_PAGE_SHIFT, entry, level);
	}
	*leaf = entry;
	return 0;
}

int ept_set_rights(struct hv_mmu *mmu, u64 gfn, u32 frames, u32 rights)
{
	struct ept *ept = ept_state(mmu);
	u64 chunk = gfn / HV_CHUNK_FRAMES, *leaf;
	u8 denied = EPT_RWX & ~rights;
	u32 i;

	if (!can_express(mmu, rights))
		return -EOPNOTSUPP;
	if (!denied && !is_limited(ept, gfn, 2))
		return 0;
	if (make_arrays(mmu))
		return -ENOMEM;
	ept_review(mmu);
	if (frames < HV_CHUNK_FRAMES && make_list(ept, chunk))
		return -ENOMEM;
	if (leaves_of(mmu, gfn, &leaf)) {
		if (frames < HV_CHUNK_FRAMES)
			drop_list(ept, chunk);
		return -ENOMEM;
	}
	if (frames == HV_CHUNK_FRAMES) {
		set_chunk(ept, chunk, ept_all_denied(denied));
	} else {
		memset(ept_list(ept->denied[chunk]) + gfn % HV_CHUNK_FRAMES, denied, frames);
		drop_list(ept, chunk);
	}
	for (i = 0; leaf && i < frames; i++)
		apply(mmu, gfn + i, leaf + i);
	/* A chunk of which nothing is denied any more is as if nothing ever was. */
	if (!ept->denied[chunk] && !mmu->dirty.on)
		ept_merge_around(mmu, gfn);
	return 0;
}

void ept_free_rights(struct hv_mmu *mmu)
{
	struct ept *ept = ept_state(mmu);
	u64 chunk;

	for (chunk = 0; ept->denied && chunk < mmu->memory->nr_frames / HV_CHUNK_FRAMES; chunk++)
		if (ept_is_list(ept->denied[chunk]))
			hv_free(ept_list(ept->denied[chunk]));
	hv_free(ept->denied);
	hv_free(ept->limited);
	ept->denied = NULL;
	ept->limited = NULL;
}
