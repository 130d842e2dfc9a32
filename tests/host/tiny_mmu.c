// SPDX-License-Identifier: GPL-2.0
/*
 * The smallest right shadow MMU, to test the tests: a software TLB that fills
 * one 4K entry a fault and follows no guest write. Each of the guest's PCIDs
 * has a tree, and with spt.pcid a hardware PCID too; a load of CR3 drops one
 * tree, of another register all. Dirty logging drops the trees at each look.
 * The harness must find nothing wrong with it, and must find every bug that tiny_bug plants
 * in it.
 */
#include "oracle.h"
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

#define TREES 4 /* the PCIDs of a guest of the harness */

struct tiny {
	u64 root[TREES]; /* hpa */
};

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

/* No deeper than the levels of paging. */
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

static int levels(const struct hv_mmu *mmu)
{
	return mmu->paging.cr4 & HV_CR4_LA57 ? 5 : 4;
}

/* Drops a tree; nobody has to forget what an empty one held. */
static void drop_tree(struct hv_mmu *mmu, u16 pcid)
{
	struct tiny *tiny = mmu->backend;
	u64 *root = hv_va(tiny->root[pcid]);
	bool empty = true;
	int i;

	for (i = 0; i < HV_ENTRIES; i++)
		empty &= !root[i];
	if (empty)
		return;
	free_below(mmu, root, levels(mmu));
	if (!bug(TINY_BUG_NO_CR3_FLUSH))
		hv_flush_context(mmu);
}

static void drop_all(struct hv_mmu *mmu)
{
	u16 pcid;

	for (pcid = 0; pcid < TREES; pcid++)
		drop_tree(mmu, pcid);
}

static void use_tree(struct hv_mmu *mmu, u16 pcid)
{
	struct tiny *tiny = mmu->backend;
	struct hv_controls *controls = &mmu->controls;

	if (controls->root_hpa == tiny->root[pcid])
		return;
	controls->root_hpa = tiny->root[pcid];
	if (!(controls->cr4_force & HV_CR4_PCIDE))
		hv_flush_context(mmu);
	else
		controls->pcid = 1 + (bug(TINY_BUG_PCID_SHARED) ? pcid / 2 : pcid);
	controls->changed = !bug(TINY_BUG_UNCHANGED);
}

static u64 *entry_of(struct hv_mmu *mmu, u64 root, u64 gva, bool build)
{
	u64 *table = hv_va(root);
	int level;

	for (level = levels(mmu);; level--) {
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

/* Drops what the current tree has for the page, of any size, that gva lies in. */
static void drop_piece(struct hv_mmu *mmu, u64 gva, int size)
{
	u64 *table = hv_va(mmu->controls.root_hpa);
	int level;

	for (level = levels(mmu);; level--) {
		u64 *entry = &table[gva >> (12 + 9 * (level - 1)) & 511];

		if (!(*entry & PTE_P))
			return;
		table = hv_va(*entry & PTE_ADDR);
		if (level > size)
			continue;
		*entry = 0;
		if (size == 1)
			return;
		free_below(mmu, table, size - 1);
		hv_pool_give_page(mmu->pool, table);
		hv_flush_context(mmu);
		return;
	}
}

/*
 * INVLPG and INVPCID take all pieces of a large page that the tables map now
 * (4.10.4.1): its level, or 1.
 */
static int page_size(struct hv_mmu *mmu, u64 gva)
{
	struct ref_cpu cpu = guest_cpu(mmu);
	struct reader reader = { .mmu = mmu };
	struct ref_path path;

	ref_walk(&cpu, ref_root(&cpu), gva, read_guest, &reader, &path);
	return path.end == REF_MAPPED && !bug(TINY_BUG_LARGE_PIECES) ? path.map.level : 1;
}

static void note_written(struct hv_mmu *mmu, u64 gpa)
{
	if (mmu->dirty.on)
		hv_dirty_note(mmu->dirty.written, gpa >> HV_PAGE_SHIFT);
}

static void set_flags(struct hv_mmu *mmu, const struct ref_path *path, u32 access)
{
	bool dirty = access & HV_PF_WRITE || (bug(TINY_BUG_EARLY_DIRTY) && path->map.write);
	int i;

	for (i = 0; i < path->nr; i++) {
		u64 addr = path->step[i].addr;
		u64 hpa = hv_memory_hpa(mmu->memory, addr >> HV_PAGE_SHIFT);
		u64 *entry = hv_va(hpa | (addr & 0xfff));
		u64 old = *entry;

		if (!bug(TINY_BUG_NO_ACCESSED))
			*entry |= PTE_A;
		if (i == path->nr - 1 && dirty && !bug(TINY_BUG_NO_DIRTY))
			*entry |= PTE_D;
		if (*entry != old && !bug(TINY_BUG_LOG_NO_FLAGS))
			note_written(mmu, addr);
	}
}

/*
 * CR0.WP = 0 lets the supervisor write to any page: the entry is for it alone
 * then, and must not allow what SMEP forbids.
 */
static u64 supervisor_entry(const struct hv_mmu *mmu, const struct ref_map *map, u64 entry)
{
	entry = (entry | PTE_W) & ~PTE_U;
	if (map->user && mmu->paging.cr4 & HV_CR4_SMEP && !bug(TINY_BUG_SMEP_WP))
		entry |= PTE_NX;
	return entry;
}

static u64 make_entry(const struct hv_mmu *mmu, const struct ref_path *path, u32 access, u64 hpa)
{
	const struct ref_map *map = &path->map;
	bool dirty = map->dirty || access & HV_PF_WRITE || bug(TINY_BUG_EARLY_WRITE);
	u64 entry = hpa | PTE_P | PTE_A | PTE_D;

	/* While writes are logged the first one must fault. */
	if (mmu->dirty.on && !(access & HV_PF_WRITE) && !bug(TINY_BUG_LOG_OPEN))
		dirty = false;
	if (map->user && !bug(TINY_BUG_USER_LOST))
		entry |= PTE_U;
	if (map->write && dirty)
		entry |= PTE_W;
	if (map->nx && mmu->paging.efer & HV_EFER_NXE && !bug(TINY_BUG_NX_LOST))
		entry |= PTE_NX;
	if (access & HV_PF_WRITE && !map->write)
		entry = supervisor_entry(mmu, map, entry);
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
	if (!bug(TINY_BUG_STALE_AFTER_FAULT)) {
		drop_piece(mmu, gva, 1);
		hv_flush_addr(mmu, gva);
	}
	return HV_GUEST_FAULT;
}

/* No entry allows a write without WP and nothing else that SMAP forbids. */
static bool must_emulate(const struct hv_mmu *mmu, const struct ref_path *path, u32 access)
{
	return access & HV_PF_WRITE && !path->map.write && path->map.user &&
	       mmu->paging.cr4 & HV_CR4_SMAP && !bug(TINY_BUG_SMAP_WP);
}

static enum hv_verdict fill(struct hv_mmu *mmu, const struct ref_path *path, u64 gva, u32 access,
			    u64 hpa)
{
	u64 gpa = path->map.base;

	set_flags(mmu, path, access);
	if (must_emulate(mmu, path, access))
		return HV_EMULATE;
	if (access & HV_PF_WRITE && !bug(TINY_BUG_LOG_LOST))
		note_written(mmu, gpa);
	if (mmu->dirty.on && !bug(TINY_BUG_TOUCH_LOST))
		hv_dirty_note(mmu->dirty.touched, gpa >> HV_PAGE_SHIFT);
	*entry_of(mmu, mmu->controls.root_hpa, gva, true) = make_entry(mmu, path, access, hpa);
	if (!bug(TINY_BUG_POOL_CHANGED))
		hv_count(mmu, spt_fill);
	return HV_FILLED;
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
	return fill(mmu, &path, fault->gva, access, hpa);
}

/* A tree stays while its PCID is not current, and may be out of date then. */
static void leave_tree(struct hv_mmu *mmu, const struct hv_paging *old, u16 pcid)
{
	if (!bug(TINY_BUG_CR3_OTHER_PCID) || paging_pcid(old) == pcid)
		drop_tree(mmu, pcid);
}

static enum hv_verdict tiny_set_paging(struct hv_mmu *mmu, const struct hv_paging *new,
				       struct hv_answer *answer)
{
	const struct hv_paging *old = &mmu->paging;
	bool cr3 = old->cr0 == new->cr0 && old->cr4 == new->cr4 && old->efer == new->efer;
	u16 pcid = paging_pcid(new);

	if ((old->cr0 ^ new->cr0) & HV_CR0_WP && bug(TINY_BUG_WP_UNTRACKED))
		return HV_DONE;
	if (cr3 && bug(TINY_BUG_NO_CR3_ZAP))
		hv_flush_context(mmu);
	else if (cr3)
		leave_tree(mmu, old, pcid);
	else
		drop_all(mmu);
	use_tree(mmu, pcid);
	return HV_DONE;
}

static enum hv_verdict tiny_invlpg(struct hv_mmu *mmu, u64 gva, struct hv_answer *answer)
{
	if (!bug(TINY_BUG_NO_INVLPG_ZAP))
		drop_piece(mmu, gva, page_size(mmu, gva));
	if (!bug(TINY_BUG_NO_INVLPG_FLUSH))
		hv_flush_addr(mmu, gva);
	return HV_DONE;
}

static enum hv_verdict tiny_invpcid(struct hv_mmu *mmu, enum hv_invpcid type, u16 pcid, u64 gva,
				    struct hv_answer *answer)
{
	/* A tree that is not current is dropped before it is used again. */
	if (type <= HV_INVPCID_SINGLE && pcid != paging_pcid(&mmu->paging))
		return HV_DONE;
	if (type == HV_INVPCID_ADDR) {
		if (!bug(TINY_BUG_INVPCID_ADDR))
			drop_piece(mmu, gva, page_size(mmu, gva));
		hv_flush_addr(mmu, gva);
	} else if (type == HV_INVPCID_SINGLE) {
		drop_tree(mmu, pcid);
	} else if (type == HV_INVPCID_ALL || !bug(TINY_BUG_INVPCID_GLOBAL)) {
		drop_all(mmu);
	}
	return HV_DONE;
}

/* What the CPU makes of a shadow entry. */
static u64 tiny_reach(struct hv_mmu *mmu, u64 gva, u32 access)
{
	const u64 *entry = entry_of(mmu, mmu->controls.root_hpa, gva, false);
	struct ref_cpu cpu = {
		.reg = {
			.cr0 = HV_CR0_WP,
			.cr4 = bug(TINY_BUG_REACH_SMAP) ? 0 : mmu->paging.cr4,
			.efer = HV_EFER_NXE,
		},
	};
	struct ref_map map;

	if (!entry || !*entry)
		return HV_HPA_ABSENT;
	map = (struct ref_map){
		.write = *entry & PTE_W,
		.user = *entry & PTE_U,
		.nx = *entry & PTE_NX,
	};
	if (!ref_allows(&cpu, &map, access))
		return HV_HPA_ABSENT;
	return (*entry & PTE_ADDR) | (gva & 0xfff);
}

/* No table is followed. */
static enum hv_verdict tiny_wrote(struct hv_mmu *mmu, u64 gpa, u32 bytes)
{
	return HV_DONE;
}

static enum hv_verdict tiny_cannot_emulate(struct hv_mmu *mmu, u64 gpa)
{
	return HV_UNSUPPORTED;
}

static bool tiny_log(struct hv_mmu *mmu, enum hv_log_action action, u64 gfn, u64 frames)
{
	u16 pcid;

	if (action == HV_LOG_STOP)
		return true;
	if (!bug(TINY_BUG_LOG_NO_FLUSH)) {
		drop_all(mmu);
		return true;
	}
	for (pcid = 0; pcid < TREES; pcid++)
		free_below(mmu, hv_va(((struct tiny *)mmu->backend)->root[pcid]), levels(mmu));
	return true;
}

static int tiny_create(struct hv_mmu *mmu)
{
	struct tiny *tiny = hv_zalloc(sizeof(*tiny));
	u16 pcid;

	if (!tiny)
		return -ENOMEM;
	mmu->backend = tiny;
	for (pcid = 0; pcid < TREES; pcid++)
		tiny->root[pcid] = hv_pa(hv_pool_take_page(mmu->pool));
	mmu->controls = (struct hv_controls){
		.trap_cr3 = true,
		.trap_invlpg = !bug(TINY_BUG_INVLPG_NATIVE),
		.filter_not_present = bug(TINY_BUG_FILTER_ON),
		.cr0_force = HV_CR0_WP,
		.cr4_pass = HV_CR4_LA57 | HV_CR4_SMEP | HV_CR4_SMAP,
		.cr4_force = mmu->knob[HVBENCH_KNOB_SPT_PCID] ? HV_CR4_PCIDE : 0,
		.efer_force = HV_EFER_NXE,
		.exception_bitmap = BIT(14),
		.changed = true,
	};
	if (bug(TINY_BUG_SMEP_IGNORED))
		mmu->controls.cr4_pass &= ~HV_CR4_SMEP;
	if (bug(TINY_BUG_SMAP_IGNORED))
		mmu->controls.cr4_pass &= ~HV_CR4_SMAP;
	use_tree(mmu, paging_pcid(&mmu->paging));
	mmu->controls.changed = true;
	return 0;
}

static void tiny_destroy(struct hv_mmu *mmu)
{
	struct tiny *tiny = mmu->backend;
	u16 pcid;

	for (pcid = 0; pcid < TREES; pcid++) {
		u64 *root = hv_va(tiny->root[pcid]);

		free_below(mmu, root, levels(mmu));
		hv_pool_give_page(mmu->pool, root);
	}
	hv_free(tiny);
}

const struct hv_mmu_ops tiny_mmu_ops = {
	.name = "tiny",
	.pages = TREES + 1,
	.create = tiny_create,
	.destroy = tiny_destroy,
	.fault = tiny_fault,
	.set_paging = tiny_set_paging,
	.invlpg = tiny_invlpg,
	.invpcid = tiny_invpcid,
	.reach = tiny_reach,
	.wrote = tiny_wrote,
	.cannot_emulate = tiny_cannot_emulate,
	.log = tiny_log,
};
