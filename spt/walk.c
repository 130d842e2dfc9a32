// SPDX-License-Identifier: GPL-2.0
/*
 * The walk of the guest's page tables: what the CPU would do if it ran on them
 * (SDM 3A, 4.5 to 4.8). Called for every page fault; reads guest memory and
 * sets A and D there, and touches nothing of the shadow.
 *
 * Order of checks: on the way down an entry is first absent, then reserved;
 * rights are checked once, at the end, for all levels together. A fault thus
 * never hides behind missing host memory further down, and nothing is written
 * before the access is known to succeed.
 */
#include "spt.h"

/* Someone else must be writing to the tables if a walk fails that often. */
#define MAX_ATTEMPTS 16

static enum hv_verdict guest_fault(const struct spt *spt, const struct spt_walk *walk, u32 code,
				   struct hv_answer *answer)
{
	const struct hv_paging *paging = &spt->mmu->paging;

	code |= walk->access & (HV_PF_WRITE | HV_PF_USER);
	/* I/D is 0 for fetches too, unless NXE or SMEP is on (4.7). */
	if (walk->access & HV_PF_FETCH && (paging->efer & HV_EFER_NXE || paging->cr4 & HV_CR4_SMEP))
		code |= HV_PF_FETCH;
	answer->gva = walk->gva;
	answer->error_code = code;
	return HV_GUEST_FAULT;
}

/* The host's pointer to a guest frame: HV_FILLED if there is one. */
static inline enum hv_verdict translate(const struct spt *spt, u64 gpa, u64 *hpa,
					struct hv_answer *answer)
{
	*hpa = hv_memory_hpa(spt->mmu->memory, gpa >> HV_PAGE_SHIFT);
	if (likely(HV_HPA_VALID(*hpa)))
		return HV_FILLED;
	answer->gpa = gpa;
	return *hpa == HV_HPA_OUTSIDE ? HV_OUTSIDE : HV_NEED_BACKING;
}

/* A supervisor's access to a user page, as SMEP and SMAP see it. */
static bool is_prevented(const struct hv_paging *paging, u32 access)
{
	if (access & HV_PF_FETCH)
		return paging->cr4 & HV_CR4_SMEP;
	return paging->cr4 & HV_CR4_SMAP && !(access & HV_ACCESS_AC);
}

/* The rights of the whole path against the access (SDM 3A, 4.6.1). */
static __always_inline bool is_allowed(struct spt_walk *walk, u64 access,
				       const struct hv_paging *paging)
{
	bool user = walk->access & HV_PF_USER, user_page = access & SPT_ACCESS_U;

	walk->supervisor_write = false;
	walk->must_emulate = false;
	if (user && !user_page)
		return false;
	if (unlikely(!user && user_page && is_prevented(paging, walk->access)))
		return false;
	if (walk->access & HV_PF_FETCH)
		return access & SPT_ACCESS_X;
	if (walk->access & HV_PF_WRITE && !(access & SPT_ACCESS_W)) {
		walk->supervisor_write = !user && !(paging->cr0 & HV_CR0_WP);
		/* An entry that let this through would switch SMAP off for its page. */
		walk->must_emulate =
			walk->supervisor_write && user_page && paging->cr4 & HV_CR4_SMAP;
		return walk->supervisor_write;
	}
	return true;
}

/* A guest frame that the walk itself writes to counts as written by the guest. */
static void note_table_write(struct spt *spt, const struct spt_walk *walk, u32 level)
{
	u64 table = level == walk->from ? walk->table : walk->entry[level + 1];

	hv_dirty_note(spt->mmu->dirty.written, (table & PT_ADDR) >> HV_PAGE_SHIFT);
}

/* Sets A in all entries and, for a write, D in the leaf (4.8). */
static __always_inline bool set_accessed_dirty(struct spt *spt, struct spt_walk *walk, u32 from,
					       u64 *const *slot)
{
	u32 level;

	for (level = from; level >= walk->level; level--) {
		u64 old = walk->entry[level], new = old | PT_A;

		if (level == walk->level && walk->access & HV_PF_WRITE)
			new |= PT_D;
		if (new == old)
			continue;
		if (cmpxchg(slot[level], old, new) != old)
			return false;
		walk->entry[level] = new;
		if (unlikely(spt->mmu->dirty.on))
			note_table_write(spt, walk, level);
	}
	return true;
}

static bool has_accessed_dirty(const struct spt_walk *walk, u64 all)
{
	return all & PT_A && (!(walk->access & HV_PF_WRITE) || walk->entry[walk->level] & PT_D);
}

/*
 * One attempt. above: the rights that the tables above leave. *again: an entry
 * changed. Inlined for from = 1, where the loop is none: nearly all walks.
 */
static __always_inline enum hv_verdict attempt(struct spt *spt, struct spt_walk *walk, u32 from,
					       u64 above, bool *again, struct hv_answer *answer)
{
	const struct hv_paging *paging = &spt->mmu->paging;
	const struct pt_reserved *reserved = &spt->reserved[!!(paging->efer & HV_EFER_NXE)];
	u64 entry = walk->table, all = ~0ull, any = 0; /* bits that all, or any, entries have */
	u64 *slot[PT_MAX_LEVELS + 1] __uninitialized, gpa, hpa;
	u32 level, shift = pt_shift(from);
	enum hv_verdict verdict;

	walk->is_mapped = false;
	for (level = from;; level--, shift -= 9) {
		gpa = (entry & PT_ADDR) | (walk->gva >> shift & (HV_ENTRIES - 1)) * sizeof(u64);
		verdict = translate(spt, gpa, &hpa, answer);
		if (unlikely(verdict != HV_FILLED))
			return verdict;
		slot[level] = hv_va(hpa | (gpa & (HV_PAGE_BYTES - 1)));
		entry = READ_ONCE(*slot[level]);
		walk->level = level;
		walk->entry[level] = entry;
		if (!(entry & PT_P))
			return guest_fault(spt, walk, 0, answer);
		if (unlikely(pt_is_reserved(reserved, entry, level)))
			return guest_fault(spt, walk, HV_PF_PRESENT | HV_PF_RSVD, answer);
		all &= entry;
		any |= entry;
		if (level == 1 || pt_is_leaf(entry, level))
			break;
	}
	walk->is_mapped = true;
	if (!is_allowed(walk, above & spt_entry_access((all & ~PT_NX) | (any & PT_NX)), paging))
		return guest_fault(spt, walk, HV_PF_PRESENT, answer);

	gpa = pt_leaf_base(entry, level) | (walk->gva & pt_offset_mask(level));
	walk->gfn = gpa >> HV_PAGE_SHIFT;
	verdict = translate(spt, gpa, &walk->hpa, answer);
	if (likely(verdict == HV_FILLED) && !has_accessed_dirty(walk, all))
		*again = !set_accessed_dirty(spt, walk, from, slot);
	return verdict;
}

static noinline enum hv_verdict walk_from_above(struct spt *spt, struct spt_walk *walk, u64 above,
						bool *again, struct hv_answer *answer)
{
	return attempt(spt, walk, walk->from, above, again, answer);
}

enum hv_verdict spt_walk(struct spt *spt, const struct spt_page *start, u64 gva, u32 access,
			 struct spt_walk *walk, struct hv_answer *answer)
{
	u64 above = start->key & SPT_ACCESS;
	u32 attempts;

	walk->gva = gva;
	walk->access = access;
	walk->from = spt_level(start);
	walk->table = start->key & PT_ADDR;
	for (attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
		bool again = false;
		enum hv_verdict verdict =
			likely(walk->from == 1) ? attempt(spt, walk, 1, above, &again, answer)
						: walk_from_above(spt, walk, above, &again, answer);

		if (likely(!again))
			return verdict;
	}
	return HV_DONE;
}
