// SPDX-License-Identifier: GPL-2.0
/* The page walk in one and two dimensions, see walk.h. */
#include "walk.h"

static bool is_leaf(uint64_t entry, unsigned int level)
{
	return level == 1 || (entry & PAGING_LEAF && level <= NR_MODEL_PAGES);
}

/* EPT as it is in memory: no cache is asked or filled, and nothing counts. */
static bool peek_ept(struct model_core *core, uint64_t gpa, uint64_t *hpa, unsigned int *rights)
{
	const uint64_t eptp = core->context.eptp;
	uint64_t table = eptp & PAGING_ADDRESS;

	*rights = EPT_RIGHTS;
	for (unsigned int level = eptp_levels(eptp);; level--) {
		uint64_t entry;

		if (!core->memory->read(core->memory->opaque, table + 8 * level_index(gpa, level),
					&entry) ||
		    !(entry & EPT_RIGHTS))
			return false;
		*rights &= entry;
		table = entry & PAGING_ADDRESS;
		if (is_leaf(entry, level)) {
			*hpa = page_base(table, level - 1) | page_offset(gpa, level - 1);
			return true;
		}
	}
}

/*
 * One reference of a walk; first: the count of level 1 in its dimension. A native CPU's
 * tables are the guest's. Their lines are where the host has put them, so that
 * native, nested and shadow walks compete for the same sets of the caches.
 */
static bool refer(struct model_core *core, uint64_t table, uint64_t address, unsigned int level,
		  enum model_count first, uint64_t *entry)
{
	uint64_t at = table + 8 * level_index(address, level);
	enum cache_served served;
	unsigned int rights;

	if (core->native && !peek_ept(core, at, &at, &rights))
		return false;
	served = cache_access(&core->caches, &core->caches.l1d, at >> CACHE_LINE_SHIFT);
	core->count[first + level - 1]++;
	core->count[MODEL_CNT_walk_served_l1 + served]++;
	return core->memory->read(core->memory->opaque, at, entry);
}

/* A walk of EPT from the deepest cached entry. */
static bool walk_ept(struct model_core *core, uint64_t gpa, struct nested_page *nested)
{
	const uint64_t eptp = core->context.eptp;
	unsigned int level = eptp_levels(eptp), cached;
	uint64_t table = eptp & PAGING_ADDRESS, rights = EPT_RIGHTS, entry;
	struct psc_table below;

	cached = psc_find(&core->ept_psc, core->ept_tag, gpa, level, &below);
	if (cached) {
		core->count[MODEL_CNT_ept_psc_hit_2 + cached - PSC_LOWEST]++;
		core->walked_by_cache = true;
		rights = below.hpa_rights & EPT_RIGHTS;
		table = below.hpa_rights & PAGING_ADDRESS;
		level = cached - 1;
	}
	for (;; level--) {
		if (!refer(core, table, gpa, level, MODEL_CNT_ref_ept_1, &entry) ||
		    !(entry & EPT_RIGHTS))
			return false;
		rights &= entry;
		table = entry & PAGING_ADDRESS;
		if (is_leaf(entry, level))
			break;
		if (level <= PSC_HIGHEST)
			psc_fill(&core->ept_psc, core->ept_tag, gpa, level,
				 (struct psc_table){ table | rights, 0 });
	}
	*nested = (struct nested_page){
		.hpa = page_base(table, level - 1),
		.page = level - 1,
		.rights = rights,
		.dirty = !(eptp & EPTP_ACCESSED_DIRTY) || entry & EPT_DIRTY,
	};
	return true;
}

/* The walk relies on EPT having translated gpa to hpa, with these rights. */
static void rely(struct model_core *core, uint64_t gpa, uint64_t hpa, unsigned int rights)
{
	core->relied[core->nr_relied++] = (struct model_relied){ gpa, hpa, rights };
}

/*
 * EPT's translation of one guest-physical address, for an access that wants these rights.
 * A write through a cached entry without them or without the dirty bit walks again.
 */
static bool translate_gpa(struct model_core *core, uint64_t gpa, unsigned int rights,
			  struct nested_page *nested)
{
	const struct nested_page *held = nested_tlb_find(&core->nested, core->ept_tag, gpa);

	if (held && (held->rights & rights) == rights && (!(rights & EPT_WRITE) || held->dirty)) {
		core->count[MODEL_CNT_nested_tlb_hit]++;
		core->walked_by_cache = true;
		*nested = *held;
		rely(core, gpa, nested->hpa | page_offset(gpa, nested->page), rights);
		return true;
	}
	core->count[MODEL_CNT_nested_tlb_miss]++;
	if (!walk_ept(core, gpa, nested) || (nested->rights & rights) != rights)
		return false;
	if (rights & EPT_WRITE)
		nested->dirty = true;
	nested_tlb_fill(&core->nested, core->ept_tag, gpa, nested);
	rely(core, gpa, nested->hpa | page_offset(gpa, nested->page), rights);
	return true;
}

/* Under EPT's accessed and dirty flags the use of a table is a write (SDM 3C 29.3.5). */
static unsigned int table_rights(const struct model_core *core)
{
	return core->context.eptp & EPTP_ACCESSED_DIRTY ? EPT_READ | EPT_WRITE : EPT_READ;
}

/* Where a table lies. */
static bool find_table(struct model_core *core, uint64_t *table)
{
	struct nested_page nested;

	if (!core->combined)
		return true;
	if (!translate_gpa(core, *table, table_rights(core), &nested))
		return false;
	*table = nested.hpa | page_offset(*table, nested.page);
	return true;
}

/* Of all entries on the way together: bit 63 says that none has NX. */
#define LINEAR_RIGHTS (PAGING_WRITABLE | PAGING_USER | PAGING_NX)

/* What the tables that CR3 names say; under EPT the page's hpa is still its gpa. */
static struct translation of_leaf(uint64_t base, unsigned int level, uint64_t rights,
				  uint64_t entry)
{
	return (struct translation){
		.hpa = page_base(base, level - 1),
		.gpa = page_base(base, level - 1),
		.page = level - 1,
		.linear_page = level - 1,
		.readable = true,
		.executable = rights & PAGING_NX,
		.writable = rights & PAGING_WRITABLE,
		.user = rights & PAGING_USER,
		.dirty = entry & PAGING_DIRTY,
		.global = entry & PAGING_GLOBAL,
	};
}

/* The tables that CR3 names. */
static bool walk_linear(struct model_core *core, uint64_t address, struct translation *found)
{
	unsigned int level = core->context.levels, cached;
	uint64_t table = core->context.cr3 & PAGING_ADDRESS, rights = LINEAR_RIGHTS, entry, gpa;
	struct psc_table below;

	cached = psc_find(&core->psc, core->psc_tag, address, level, &below);
	if (cached) {
		core->count[MODEL_CNT_psc_hit_2 + cached - PSC_LOWEST]++;
		core->walked_by_cache = true;
		rights = below.hpa_rights & LINEAR_RIGHTS;
		table = below.hpa_rights & PAGING_ADDRESS;
		level = cached - 1;
		if (core->combined)
			rely(core, below.gpa, table, table_rights(core));
	} else if (!find_table(core, &table)) {
		return false;
	}
	for (;; level--) {
		if (!refer(core, table, address, level, MODEL_CNT_ref_guest_1, &entry) ||
		    !(entry & PAGING_PRESENT))
			return false;
		rights &= entry ^ PAGING_NX;
		table = entry & PAGING_ADDRESS;
		if (is_leaf(entry, level))
			break;
		gpa = table;
		if (!find_table(core, &table))
			return false;
		if (level <= PSC_HIGHEST)
			psc_fill(&core->psc, core->psc_tag, address, level,
				 (struct psc_table){ table | rights, gpa });
	}
	*found = of_leaf(table, level, rights, entry);
	return true;
}

/* EPT's part of the page itself: the translation shrinks to the smaller page of both. */
static bool walk_page(struct model_core *core, enum model_access access, uint64_t address,
		      struct translation *found)
{
	static const unsigned int rights[] = {
		[MODEL_LOAD] = EPT_READ,
		[MODEL_STORE] = EPT_WRITE,
		[MODEL_FETCH] = EPT_EXECUTE,
	};
	const uint64_t gpa = found->hpa | page_offset(address, found->page);
	struct nested_page nested;

	if (!translate_gpa(core, gpa, rights[access], &nested))
		return false;
	if (nested.page < found->page)
		found->page = nested.page;
	found->gpa = page_base(gpa, found->page);
	found->hpa = page_base(nested.hpa | page_offset(gpa, nested.page), found->page);
	found->readable = nested.rights & EPT_READ;
	found->executable &= !!(nested.rights & EPT_EXECUTE);
	found->writable &= !!(nested.rights & EPT_WRITE);
	found->dirty &= nested.dirty;
	return true;
}

/* CR0.PG = 0: linear addresses are physical ones, of any page size. */
static void no_paging(uint64_t address, struct translation *found)
{
	*found = (struct translation){
		.hpa = page_base(address, MODEL_PAGE_1G),
		.page = MODEL_PAGE_1G,
		.linear_page = MODEL_PAGE_1G,
		.readable = true,
		.executable = true,
		.writable = true,
		.user = true,
		.dirty = true,
	};
}

bool walk(struct model_core *core, enum model_access access, uint64_t address,
	  struct translation *translation)
{
	address &= PAGING_LINEAR;
	core->nr_relied = 0;
	core->walked_by_cache = false;
	if (!core->context.levels)
		no_paging(address, translation);
	else if (!walk_linear(core, address, translation))
		return false;
	translation->gpa = translation->hpa;
	return !core->combined || walk_page(core, access, address, translation);
}

bool walk_ept_allows(struct model_core *core, uint64_t gpa, uint64_t hpa, unsigned int rights)
{
	unsigned int allowed;
	uint64_t now;

	return peek_ept(core, gpa, &now, &allowed) && now == hpa && (allowed & rights) == rights;
}

bool walk_relied_on_old_ept(struct model_core *core)
{
	for (unsigned int i = 0; i < core->nr_relied; i++) {
		const struct model_relied *relied = &core->relied[i];

		if (!walk_ept_allows(core, relied->gpa, relied->hpa, relied->rights))
			return true;
	}
	return false;
}

bool walk_peek(struct model_core *core, uint64_t address, struct translation *found)
{
	uint64_t table = core->context.cr3 & PAGING_ADDRESS, rights = LINEAR_RIGHTS, entry;

	address &= PAGING_LINEAR;
	if (!core->context.levels) {
		no_paging(address, found);
		return true;
	}
	for (unsigned int level = core->context.levels;; level--) {
		const uint64_t at = table + 8 * level_index(address, level);

		if (!core->memory->read(core->memory->opaque, at, &entry) ||
		    !(entry & PAGING_PRESENT))
			return false;
		rights &= entry ^ PAGING_NX;
		table = entry & PAGING_ADDRESS;
		if (is_leaf(entry, level)) {
			*found = of_leaf(table, level, rights, entry);
			return true;
		}
	}
}
