// SPDX-License-Identifier: GPL-2.0
/*
 * The smallest right shadow MMU, to test the tests: a software TLB that fills
 * one 4K entry a fault, follows no guest write, and forgets everything on each
 * load of a control register. The harness must find nothing wrong with it,
 * and must find every bug that tiny_bug plants in it.
 */
#include "ref_walk.h"
#include "tiny_mmu.h"

enum tiny_bug tiny_bug;

const char *const tiny_bug_text[TINY_NR_BUGS] = {
#define TINY_BUG_TEXT(id, text) [TINY_BUG_##id] = text,
	TINY_BUGS(TINY_BUG_TEXT)
#undef TINY_BUG_TEXT
};

static bool bug(enum tiny_bug which)
{
	return tiny_bug == which;
}

static struct ref_cpu guest_cpu(const struct hv_mmu *mmu)
{
	struct ref_cpu cpu = {
		.reg = mmu->paging,
		.physical_address_bits = mmu->caps.physical_address_bits,
		.gigabyte_pages = mmu->caps.gigabyte_pages,
	};

	if (bug(TINY_BUG_WP_IGNORED))
		cpu.reg.cr0 |= HV_CR0_WP;
	return cpu;
}

struct reader {
	struct hv_mmu *mmu;
	bool absent;
};

static bool read_guest(void *context, u64 addr, u64 *value)
{
	struct reader *reader = context;
	u64 hpa = hv_memory_hpa(reader->mmu->memory, addr >> HV_PAGE_SHIFT);

	reader->absent = hpa == HV_HPA_ABSENT;
	if (!HV_HPA_VALID(hpa))
		return false;
	*value = *(u64 *)hv_va(hpa | (addr & 0xfff));
	return true;
}

static void free_below(struct hv_mmu *mmu, u64 *table, int level)
{
	int i;

	for (i = 0; i < HV_ENTRIES; i++) {
		u64 entry = table[i];

		table[i] = 0;
		if (level == 1 && bug(TINY_BUG_UNCLEAN))
			table[i] = entry & ~PTE_P;
		if (level == 1 || !(entry & PTE_P))
			continue;
		free_below(mmu, hv_va(entry & PTE_ADDR), level - 1);
		if (level == 2 && bug(TINY_BUG_LEAK))
			continue;
		hv_pool_give_page(mmu->pool, hv_va(entry & PTE_ADDR));
	}
}

static void drop_all(struct hv_mmu *mmu)
{
	free_below(mmu, hv_va(mmu->controls.root_hpa), 4);
	if (!bug(TINY_BUG_NO_CR3_FLUSH))
		hv_flush_context(mmu);
}

static u64 *entry_of(struct hv_mmu *mmu, u64 gva, bool build)
{
	u64 *table = hv_va(mmu->controls.root_hpa);
	int level;

	for (level = 4;; level--) {
		u64 *entry = &table[gva >> (12 + 9 * (level - 1)) & 511];

		if (level == 1)
			return entry;
		if (!(*entry & PTE_P)) {
			if (!build)
				return NULL;
			table = hv_pool_take_page(mmu->pool);
			*entry = hv_pa(table) | PTE_P | PTE_W | PTE_U;
		}
		table = hv_va(*entry & PTE_ADDR);
	}
}

static void drop_entry(struct hv_mmu *mmu, u64 gva)
{
	u64 *entry = entry_of(mmu, gva, false);

	if (entry)
		*entry = 0;
	hv_flush_addr(mmu, gva);
}

static void set_flags(struct hv_mmu *mmu, const struct ref_path *path, u32 access)
{
	bool dirty = access & HV_PF_WRITE || (bug(TINY_BUG_EARLY_DIRTY) && path->map.write);
	int i;

	for (i = 0; i < path->nr; i++) {
		u64 addr = path->step[i].addr;
		u64 hpa = hv_memory_hpa(mmu->memory, addr >> HV_PAGE_SHIFT);
		u64 *entry = hv_va(hpa | (addr & 0xfff));

		if (!bug(TINY_BUG_NO_ACCESSED))
			*entry |= PTE_A;
		if (i == path->nr - 1 && dirty && !bug(TINY_BUG_NO_DIRTY))
			*entry |= PTE_D;
	}
}

static u64 make_entry(const struct hv_mmu *mmu, const struct ref_path *path, u32 access, u64 hpa)
{
	const struct ref_map *map = &path->map;
	u64 entry = hpa | PTE_P | PTE_A | PTE_D;
	bool dirty = map->dirty || access & HV_PF_WRITE || bug(TINY_BUG_EARLY_WRITE);

	if (map->user && !bug(TINY_BUG_USER_LOST))
		entry |= PTE_U;
	if (map->write && dirty)
		entry |= PTE_W;
	if (map->nx && mmu->paging.efer & HV_EFER_NXE && !bug(TINY_BUG_NX_LOST))
		entry |= PTE_NX;
	/* CR0.WP = 0 lets the supervisor write: for it alone, then. */
	if (access & HV_PF_WRITE && !map->write)
		entry = (entry | PTE_W) & ~PTE_U;
	return entry;
}

static enum hv_verdict guest_fault(struct hv_mmu *mmu, u64 gva, u32 code, struct hv_answer *answer)
{
	if (bug(TINY_BUG_FETCH_CODE))
		code &= ~(u32)HV_PF_FETCH;
	if (bug(TINY_BUG_RSVD_CODE) && code & HV_PF_RSVD)
		code &= ~(u32)(HV_PF_RSVD | HV_PF_PRESENT);
	answer->gva = bug(TINY_BUG_WRONG_CR2) ? gva & ~0xfffull : gva;
	answer->error_code = code;
	if (!bug(TINY_BUG_STALE_AFTER_FAULT))
		drop_entry(mmu, gva);
	return HV_GUEST_FAULT;
}

static enum hv_verdict tiny_fault(struct hv_mmu *mmu, const struct hv_fault *fault,
				  struct hv_answer *answer)
{
	struct ref_cpu cpu = guest_cpu(mmu);
	struct reader reader = { .mmu = mmu };
	u32 access = fault->access;
	struct ref_path path;
	u64 hpa;

	if (bug(TINY_BUG_POOL_CHANGED))
		hv_count(mmu, spt_fill);
	if (!hv_pool_has(mmu->pool, mmu->ops->pages, 0))
		return HV_NEED_POOL;
	ref_walk(&cpu, ref_root(&cpu), fault->gva, read_guest, &reader, &path);
	if (path.end == REF_UNREADABLE) {
		answer->gpa = path.unreadable;
		return reader.absent ? HV_NEED_BACKING : HV_OUTSIDE;
	}
	if (bug(TINY_BUG_USER_INVERTED) && path.end == REF_MAPPED)
		path.map.user = !path.map.user;
	if (path.end != REF_MAPPED || !ref_allows(&cpu, &path.map, access))
		return guest_fault(mmu, fault->gva, ref_error_code(&cpu, path.end, access), answer);
	if (bug(TINY_BUG_LARGE_OFFSET) && path.map.level == 2)
		path.map.base &= ~0x1fffffull;
	hpa = hv_memory_hpa(mmu->memory, path.map.base >> HV_PAGE_SHIFT);
	answer->gpa = path.map.base | (fault->gva & 0xfff);
	if (hpa == HV_HPA_ABSENT)
		return HV_NEED_BACKING;
	if (hpa == HV_HPA_OUTSIDE)
		return HV_OUTSIDE;
	if (mmu->pool->used_pages + mmu->ops->pages > mmu->pool->limit_pages)
		drop_all(mmu);
	set_flags(mmu, &path, access);
	*entry_of(mmu, fault->gva, true) = make_entry(mmu, &path, access, hpa);
	if (!bug(TINY_BUG_POOL_CHANGED))
		hv_count(mmu, spt_fill);
	return HV_FILLED;
}

static enum hv_verdict tiny_set_paging(struct hv_mmu *mmu, const struct hv_paging *new,
				       struct hv_answer *answer)
{
	bool wp = (mmu->paging.cr0 ^ new->cr0) & HV_CR0_WP;

	if (wp && bug(TINY_BUG_WP_UNTRACKED))
		return HV_DONE;
	if (bug(TINY_BUG_NO_CR3_ZAP))
		hv_flush_context(mmu);
	else
		drop_all(mmu);
	return HV_DONE;
}

static enum hv_verdict tiny_invlpg(struct hv_mmu *mmu, u64 gva, struct hv_answer *answer)
{
	u64 *entry = entry_of(mmu, gva, false);

	if (entry && !bug(TINY_BUG_NO_INVLPG_ZAP))
		*entry = 0;
	if (!bug(TINY_BUG_NO_INVLPG_FLUSH))
		hv_flush_addr(mmu, gva);
	return HV_DONE;
}

static int tiny_create(struct hv_mmu *mmu)
{
	mmu->controls = (struct hv_controls){
		.root_hpa = hv_pa(hv_pool_take_page(mmu->pool)),
		.trap_cr3 = true,
		.trap_invlpg = true,
		.cr0_force = HV_CR0_WP,
		.efer_force = HV_EFER_NXE,
		.exception_bitmap = BIT(14),
		.changed = true,
	};
	return 0;
}

static void tiny_destroy(struct hv_mmu *mmu)
{
	u64 *root = hv_va(mmu->controls.root_hpa);

	free_below(mmu, root, 4);
	hv_pool_give_page(mmu->pool, root);
}

const struct hv_mmu_ops tiny_mmu_ops = {
	.name = "tiny",
	.pages = 4,
	.create = tiny_create,
	.destroy = tiny_destroy,
	.fault = tiny_fault,
	.set_paging = tiny_set_paging,
	.invlpg = tiny_invlpg,
};
