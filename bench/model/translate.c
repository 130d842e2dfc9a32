// SPDX-License-Identifier: GPL-2.0
/* TLB lookups, walks on their misses, and the check of their hits; see translate.h. */
#include "flush.h"
#include "translate.h"
#include "walk.h"

static bool allows(const struct tlb_hit *hit, enum model_access access)
{
	return access != MODEL_STORE || tlb_allows_store(hit->entry);
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

static uint64_t physical_of(const struct translation *found, uint64_t address)
{
	return found->hpa | page_offset(address, found->page);
}

/*
 * What was cached differs from what the access used. The hypervisor owes a flush, unless
 * under EPT the guest itself has given the address another guest-physical page: had it
 * flushed, which no hypervisor need see, the entry would be gone.
 */
static void count_stale(struct model_core *core, const struct translation *cached,
			enum model_access access, uint64_t address, uint64_t used)
{
	uint64_t gpa;

	if (core->combined && walk_peek_gpa(core, address, &gpa) &&
	    page_base(gpa, cached->page) != page_base(cached->gpa, cached->page))
		return;
	core->count[MODEL_CNT_stale_found]++;
	if (core->stale_seen || core->paused)
		return;
	core->stale_seen = true;
	core->stale = (struct model_stale){
		.context = core->context,
		.access = access,
		.address = address,
		.cached = page_base(physical_of(cached, address), MODEL_PAGE_4K),
		.used = page_base(used, MODEL_PAGE_4K),
	};
}

/* True: the hit may be used. If not, nothing is cached for the address any more. */
static bool check_hit(struct model_core *core, const struct tlb_hit *hit, enum model_access access,
		      uint64_t address, uint64_t used)
{
	const struct translation cached = of_hit(hit);

	if (used == HPA_UNKNOWN)
		return true;
	core->count[MODEL_CNT_stale_checked]++;
	if (physical_of(&cached, address) == used)
		return true;
	count_stale(core, &cached, access, address, used);
	flush_stale(core, address);
	return false;
}

static bool walk_once(struct model_core *core, enum model_access access, uint64_t address,
		      struct translation *found)
{
	count_walk(core, access);
	if (!walk(core, access, address, found)) {
		core->count[MODEL_CNT_walk_fault]++;
		return false;
	}
	core->count[MODEL_CNT_walk_4k + found->page]++;
	return true;
}

/*
 * A walk may begin at a stale entry of the paging-structure caches, or use one of the nested
 * TLB. Then it ends elsewhere than the access, and without them it ends where it should.
 */
static bool walk_checked(struct model_core *core, enum model_access access, uint64_t address,
			 uint64_t used, struct translation *found)
{
	struct translation cached;

	if (!walk_once(core, access, address, found))
		return false;
	if (used == HPA_UNKNOWN || physical_of(found, address) == used)
		return true;
	cached = *found;
	flush_stale(core, address);
	if (!walk_once(core, access, address, found))
		return false;
	if (physical_of(found, address) == used)
		count_stale(core, &cached, access, address, used);
	return true;
}

/* The walk after the lookups, with what it leaves behind in the TLBs. */
static bool walk_and_fill(struct model_core *core, enum model_access access, uint64_t address,
			  uint64_t used, uint64_t *physical)
{
	struct translation found;

	if (!walk_checked(core, access, address, used, &found))
		return false;
	/* The store did not fault: it was allowed, and the CPU has set the dirty bits. */
	if (access == MODEL_STORE) {
		found.writable = true;
		found.dirty = true;
	}
	tlb_fill(core->first_level[access], &core->tlb_tag, address, &found, true);
	tlb_fill(&core->tlb[MODEL_STLB], &core->tlb_tag, address, &found, false);
	*physical = physical_of(&found, address);
	return true;
}

static bool first_level_missed(struct model_core *core, enum model_access access, uint64_t address,
			       uint64_t used, uint64_t *physical)
{
	struct translation found;
	struct tlb_hit hit;

	count_miss(core, access);
	if (!tlb_find(&core->tlb[MODEL_STLB], &core->tlb_tag, address, &hit))
		return walk_and_fill(core, access, address, used, physical);
	core->count[MODEL_CNT_stlb_hit]++;
	if (!check_hit(core, &hit, access, address, used))
		return walk_and_fill(core, access, address, used, physical);
	if (!allows(&hit, access)) {
		core->count[MODEL_CNT_walk_permission]++;
		return walk_and_fill(core, access, address, used, physical);
	}
	found = of_hit(&hit);
	tlb_fill(core->first_level[access], &core->tlb_tag, address, &found, true);
	*physical = tlb_hpa(&hit, address);
	return true;
}

bool translate_slowly(struct model_core *core, enum model_access access, uint64_t address,
		      uint64_t used, uint64_t *physical)
{
	struct tlb_hit hit;

	if (!tlb_find(core->first_level[access], &core->tlb_tag, address, &hit))
		return first_level_missed(core, access, address, used, physical);
	if (!check_hit(core, &hit, access, address, used))
		return walk_and_fill(core, access, address, used, physical);
	if (!allows(&hit, access)) {
		core->count[MODEL_CNT_walk_permission]++;
		return walk_and_fill(core, access, address, used, physical);
	}
	*physical = tlb_hpa(&hit, address);
	return true;
}

void translate_faulting(struct model_core *core, enum model_access access, uint64_t address)
{
	struct translation ignored;
	struct tlb_hit hit;

	if (tlb_find(core->first_level[access], &core->tlb_tag, address, &hit)) {
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
