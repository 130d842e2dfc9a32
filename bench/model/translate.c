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
		.readable = flags & TLB_READABLE,
		.executable = flags & TLB_EXECUTABLE,
		.writable = flags & TLB_WRITABLE,
		.user = flags & TLB_USER,
		.dirty = flags & TLB_DIRTY,
		.global = flags & TLB_GLOBAL,
	};
}

static uint64_t physical_of(const struct translation *found, uint64_t address)
{
	return found->hpa | page_offset(address, found->page);
}

static uint64_t page_of(const struct translation *found, uint64_t address)
{
	return page_base(physical_of(found, address), MODEL_PAGE_4K);
}

/* cached and used are pages, or MODEL_NO_HPA. */
static struct model_stale describe(const struct model_core *core, enum model_access access,
				   uint64_t address, uint64_t cached, uint64_t used)
{
	return (struct model_stale){
		.context = core->context,
		.access = access,
		.address = address,
		.cached = cached,
		.used = used,
	};
}

static void count_stale(struct model_core *core, uint64_t *count, const struct model_stale *stale)
{
	count[MODEL_CNT_stale_found]++;
	if (core->stale_seen || count == core->uncounted)
		return;
	core->stale_seen = true;
	core->stale = *stale;
}

/* EPT's rights that the translation was cached with, as far as the access needs them. */
static unsigned int ept_rights(const struct translation *cached, enum model_access access)
{
	return (cached->readable ? EPT_READ : 0) |
	       (access == MODEL_STORE && cached->writable ? EPT_WRITE : 0) |
	       (access == MODEL_FETCH && cached->executable ? EPT_EXECUTE : 0);
}

/*
 * What is cached for the address is no longer what the tables say: does the hypervisor owe a
 * flush? Under EPT it does only where EPT differs. What the guest has changed in its own
 * tables is its own affair: had it flushed, which no hypervisor need see, the entry would
 * be gone.
 */
static bool is_owed(struct model_core *core, const struct translation *cached,
		    enum model_access access, uint64_t address)
{
	return !core->combined ||
	       !walk_ept_allows(core, cached->gpa | page_offset(address, cached->page),
				physical_of(cached, address), ept_rights(cached, access));
}

/* True: the hit may be used. If not, nothing is cached for the address any more. */
static bool check_hit(struct model_core *core, const struct tlb_hit *hit, enum model_access access,
		      uint64_t address, uint64_t used)
{
	const struct translation cached = of_hit(hit);

	if (used == MODEL_NO_HPA)
		return true;
	core->count[MODEL_CNT_stale_checked]++;
	if (physical_of(&cached, address) == used)
		return true;
	if (is_owed(core, &cached, access, address)) {
		const struct model_stale stale =
			describe(core, access, address, page_of(&cached, address),
				 page_base(used, MODEL_PAGE_4K));

		count_stale(core, core->count, &stale);
	}
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
 * TLB. Then it ends elsewhere than the access, or nowhere, and without them it ends where
 * it should.
 */
static bool walk_checked(struct model_core *core, enum model_access access, uint64_t address,
			 uint64_t used, struct translation *found)
{
	bool ended = walk_once(core, access, address, found), owed;
	uint64_t cached;

	if (ended && (used == MODEL_NO_HPA || physical_of(found, address) == used))
		return true;
	if (!ended && (used == MODEL_NO_HPA || !core->walked_by_cache))
		return false;
	owed = !core->combined || walk_relied_on_old_ept(core);
	cached = ended ? page_of(found, address) : MODEL_NO_HPA;
	flush_stale(core, address);
	if (!walk_once(core, access, address, found))
		return false;
	if (owed && physical_of(found, address) == used) {
		const struct model_stale stale = describe(core, access, address, cached,
							  page_base(used, MODEL_PAGE_4K));

		count_stale(core, core->count, &stale);
	}
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

/* What the TLBs hold for an access that faults. */
static bool find_cached(struct model_core *core, enum model_access access, uint64_t address,
			struct translation *cached)
{
	struct tlb_hit hit;

	if (!tlb_find(core->first_level[access], &core->tlb_tag, address, &hit)) {
		count_miss(core, access);
		if (!tlb_find(&core->tlb[MODEL_STLB], &core->tlb_tag, address, &hit))
			return false;
		core->count[MODEL_CNT_stlb_hit]++;
	}
	core->count[MODEL_CNT_walk_permission]++;
	*cached = of_hit(&hit);
	return true;
}

/* Would the access have succeeded with what was cached? A store needs no dirty bit set then. */
static bool would_allow(const struct translation *cached, enum model_access access)
{
	if (access == MODEL_STORE)
		return cached->writable && cached->dirty;
	return access == MODEL_FETCH ? cached->executable : cached->readable;
}

/* Is it these tables that forbid the access, and not SMEP, SMAP, or a key? */
static bool tables_forbid(struct model_core *core, const struct model_fault *fault)
{
	struct translation now;

	return fault->reserved || !walk_peek(core, fault->address, &now) ||
	       (fault->user && !now.user) || (fault->access == MODEL_STORE && !now.writable) ||
	       (fault->access == MODEL_FETCH && !now.executable);
}

/*
 * Without EPT, and what is cached would have let the access succeed. Whose fault it is shows at the
 * VM entry that follows: translate_judge_suspect().
 */
static void suspect(struct model_core *core, const struct translation *cached,
		    const struct model_fault *fault)
{
	if (!core->context.guest || !fault->exits || (fault->user && !cached->user) ||
	    !tables_forbid(core, fault))
		return;
	core->suspect = (struct model_suspect){
		.pending = true,
		.stale = describe(core, fault->access, fault->address,
				  page_of(cached, fault->address), MODEL_NO_HPA),
	};
}

/*
 * The hypervisor has handled the fault. If it delivers it to the guest, it is the guest's: its
 * own tables forbid the access, and it may have changed them without a flush. If not, they allow
 * it. Where what was cached leads to the page to which the hypervisor's tables lead now,
 * only the hypervisor had taken the translation, or its rights, away. Where they lead to another
 * page, or to none yet, the guest may have moved it, and nothing is counted.
 */
void translate_judge_suspect(struct model_core *core, bool page_fault)
{
	const struct model_stale *stale = &core->suspect.stale;
	struct translation now;

	if (!core->suspect.pending)
		return;
	core->suspect.pending = false;
	if (page_fault || core->combined || !walk_peek(core, stale->address, &now) ||
	    page_of(&now, stale->address) != stale->cached)
		return;
	/* The fault was counted, even if the host has been interrupted since. */
	count_stale(core, core->counts[MODEL_GUEST], stale);
}

static bool walk_to_fault(struct model_core *core, enum model_access access, uint64_t address,
			  struct translation *found)
{
	count_walk(core, access);
	core->count[MODEL_CNT_walk_fault]++;
	return walk(core, access, address, found);
}

void translate_faulting(struct model_core *core, const struct model_fault *fault)
{
	const enum model_access access = fault->access;
	const uint64_t address = fault->address;
	struct translation cached, walked;
	bool owed;

	if (find_cached(core, access, address, &cached) && would_allow(&cached, access)) {
		owed = is_owed(core, &cached, access, address);
		walk_to_fault(core, access, address, &walked);
	} else if (walk_to_fault(core, access, address, &cached)) {
		/* Through paging-structure caches or the nested TLB. It would set a dirty bit. */
		cached.dirty = true;
		owed = would_allow(&cached, access) &&
		       (!core->combined || walk_relied_on_old_ept(core));
	} else {
		return;
	}
	if (!owed || core->native)
		return;
	if (!core->combined) {
		suspect(core, &cached, fault);
	} else if (fault->gpa != MODEL_NO_GPA) {
		const struct model_stale stale = describe(core, access, address,
							  page_of(&cached, address), MODEL_NO_HPA);

		count_stale(core, core->count, &stale);
	}
}
