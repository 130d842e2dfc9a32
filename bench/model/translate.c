// SPDX-License-Identifier: GPL-2.0
/* TLB lookups, walks on their misses, and the check of their hits; see translate.h. */
#include "flush.h"
#include "translate.h"
#include "walk.h"

/* First-level TLBs for that kind of access. */
static struct tlb_group *first_level(struct model_core *core, enum model_access access)
{
	if (access == MODEL_FETCH)
		return &core->tlb[MODEL_ITLB];
	if (access == MODEL_STORE && core->tlb[MODEL_STORE_DTLB].nr)
		return &core->tlb[MODEL_STORE_DTLB];
	return &core->tlb[MODEL_DTLB];
}

static bool allows(const struct tlb_hit *hit, enum model_access access)
{
	return access != MODEL_STORE || tlb_allows_store(hit);
}

static void count_miss(struct model_core *core, enum model_access access)
{
	core->count[access == MODEL_FETCH ? MODEL_CNT_itlb_miss : MODEL_CNT_dtlb_miss]++;
}

static void count_walk(struct model_core *core, enum model_access access)
{
	static const enum model_count count[] = {
		[MODEL_LOAD] = MODEL_CNT_walk_load,
		[MODEL_STORE] = MODEL_CNT_walk_store,
		[MODEL_FETCH] = MODEL_CNT_walk_fetch,
	};

	core->count[count[access]]++;
}

/*
 * The hit differs from what the access used. The hypervisor owes a flush, unless under
 * EPT the guest itself has given the address another guest-physical page: had it flushed,
 * which no hypervisor need see, the entry would be gone.
 */
static void found_stale(struct model_core *core, const struct tlb_hit *hit,
			enum model_access access, uint64_t address, uint64_t used)
{
	const uint64_t cached_gpa = page_base(hit->entry->gpa_flags, MODEL_PAGE_4K);
	uint64_t gpa;

	if (core->combined && walk_peek_gpa(core, address, &gpa) &&
	    page_base(gpa, hit->page) != page_base(cached_gpa, hit->page))
		return;
	core->count[MODEL_CNT_stale_found]++;
	if (core->stale_seen)
		return;
	core->stale_seen = true;
	core->stale = (struct model_stale){
		.context = core->context,
		.access = access,
		.address = address,
		.cached = page_base(tlb_hpa(hit, address), MODEL_PAGE_4K),
		.used = page_base(used, MODEL_PAGE_4K),
	};
}

/* True: the hit may be used. If not, nothing is cached for the address any more. */
static bool check_hit(struct model_core *core, const struct tlb_hit *hit, enum model_access access,
		      uint64_t address, uint64_t used)
{
	uint64_t gpa;

	if (used == HPA_UNKNOWN)
		return true;
	core->count[MODEL_CNT_stale_checked]++;
	if (tlb_hpa(hit, address) == used)
		return true;
	gpa = page_base(hit->entry->gpa_flags, MODEL_PAGE_4K) | page_offset(address, hit->page);
	found_stale(core, hit, access, address, used);
	if (core->combined)
		flush_ept_violation(core, address, gpa);
	else
		flush_page_fault(core, address);
	return false;
}

/* The walk after the lookups, with what it leaves behind in the TLBs. */
static bool walk_and_fill(struct model_core *core, enum model_access access, uint64_t address,
			  uint64_t *physical)
{
	struct translation found;

	count_walk(core, access);
	if (!walk(core, access, address, &found)) {
		core->count[MODEL_CNT_walk_fault]++;
		return false;
	}
	core->count[MODEL_CNT_walk_4k + found.page]++;
	/* The store did not fault: it was allowed, and the CPU has set the dirty bits. */
	if (access == MODEL_STORE)
		found.writable = found.dirty = true;
	tlb_fill(first_level(core, access), &core->tlb_tag, address, &found, true);
	tlb_fill(&core->tlb[MODEL_STLB], &core->tlb_tag, address, &found, false);
	*physical = found.hpa | page_offset(address, found.page);
	return true;
}

static struct translation of_hit(const struct tlb_hit *hit)
{
	const uint64_t flags = hit->entry->gpa_flags;

	return (struct translation){
		.hpa = hit->entry->hpa,
		.gpa = page_base(flags, MODEL_PAGE_4K),
		.page = hit->page,
		.linear_page = flags >> TLB_LINEAR_PAGE_SHIFT & 3,
		.writable = flags & TLB_WRITABLE,
		.dirty = flags & TLB_DIRTY,
		.global = flags & TLB_GLOBAL,
	};
}

static bool first_level_missed(struct model_core *core, enum model_access access, uint64_t address,
			       uint64_t used, uint64_t *physical)
{
	struct translation found;
	struct tlb_hit hit;

	count_miss(core, access);
	if (!tlb_find(&core->tlb[MODEL_STLB], &core->tlb_tag, address, &hit))
		return walk_and_fill(core, access, address, physical);
	core->count[MODEL_CNT_stlb_hit]++;
	if (!check_hit(core, &hit, access, address, used))
		return walk_and_fill(core, access, address, physical);
	if (!allows(&hit, access)) {
		core->count[MODEL_CNT_walk_permission]++;
		return walk_and_fill(core, access, address, physical);
	}
	found = of_hit(&hit);
	tlb_fill(first_level(core, access), &core->tlb_tag, address, &found, true);
	*physical = tlb_hpa(&hit, address);
	return true;
}

bool translate(struct model_core *core, enum model_access access, uint64_t address, uint64_t used,
	       uint64_t *physical)
{
	struct tlb_hit hit;

	if (!tlb_find(first_level(core, access), &core->tlb_tag, address, &hit))
		return first_level_missed(core, access, address, used, physical);
	if (!check_hit(core, &hit, access, address, used))
		return walk_and_fill(core, access, address, physical);
	if (!allows(&hit, access)) {
		core->count[MODEL_CNT_walk_permission]++;
		return walk_and_fill(core, access, address, physical);
	}
	*physical = tlb_hpa(&hit, address);
	return true;
}

void translate_faulting(struct model_core *core, enum model_access access, uint64_t address)
{
	struct translation ignored;
	struct tlb_hit hit;

	if (tlb_find(first_level(core, access), &core->tlb_tag, address, &hit)) {
		core->count[MODEL_CNT_walk_permission]++;
	} else {
		count_miss(core, access);
		if (tlb_find(&core->tlb[MODEL_STLB], &core->tlb_tag, address, &hit)) {
			core->count[MODEL_CNT_stlb_hit]++;
			core->count[MODEL_CNT_walk_permission]++;
		}
	}
	count_walk(core, access);
	core->count[MODEL_CNT_walk_fault]++;
	walk(core, access, address, &ignored);
}
