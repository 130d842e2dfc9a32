// SPDX-License-Identifier: GPL-2.0
/* Paging-structure caches and the nested TLB, see psc.h. */
#include <stdlib.h>

#include "psc.h"

#define NESTED_PAGE_SHIFT 45 /* of a key: above the page's number */

int psc_init(struct psc *psc, const struct model_cpu *cpu, const uint8_t *live)
{
	for (unsigned int level = PSC_LOWEST; level <= PSC_HIGHEST; level++) {
		struct sets *sets = &psc->sets[level];

		if (sets_init(sets, &cpu->psc[level], live))
			return -1;
		psc->table[level] = calloc(sets_slots(sets) + 1, sizeof(*psc->table[level]));
		if (!psc->table[level])
			return -1;
	}
	return 0;
}

void psc_free(struct psc *psc)
{
	for (unsigned int level = PSC_LOWEST; level <= PSC_HIGHEST; level++) {
		sets_free(&psc->sets[level]);
		free(psc->table[level]);
	}
}

void psc_reset(struct psc *psc)
{
	for (unsigned int level = PSC_LOWEST; level <= PSC_HIGHEST; level++)
		sets_reset(&psc->sets[level]);
}

void psc_renumber(struct psc *psc, const uint16_t *map)
{
	for (unsigned int level = PSC_LOWEST; level <= PSC_HIGHEST; level++)
		sets_renumber(&psc->sets[level], map);
}

static uint64_t upper_bits(uint64_t address, unsigned int level)
{
	return (address & PAGING_LINEAR) >> level_shift(level);
}

unsigned int psc_find(struct psc *psc, uint64_t tag, uint64_t address, unsigned int highest,
		      struct psc_table *table)
{
	for (unsigned int level = PSC_LOWEST; level <= PSC_HIGHEST && level <= highest; level++) {
		const uint64_t upper = upper_bits(address, level);
		struct sets *sets = &psc->sets[level];
		unsigned int set;
		uint32_t slot;

		if (!sets->nr_sets)
			continue;
		set = sets_index(sets, upper);
		slot = sets_find(sets, set, upper, tag | upper, tag | upper);
		if (slot == SETS_NONE)
			continue;
		sets_use(sets, set, slot);
		*table = psc->table[level][slot];
		return level;
	}
	return 0;
}

void psc_fill(struct psc *psc, uint64_t tag, uint64_t address, unsigned int level,
	      struct psc_table table)
{
	const uint64_t upper = upper_bits(address, level);
	struct sets *sets = &psc->sets[level];
	unsigned int set;
	uint32_t slot;

	if (!sets->nr_sets)
		return;
	set = sets_index(sets, upper);
	slot = sets_find(sets, set, upper, tag | upper, tag | upper);
	if (slot == SETS_NONE)
		slot = sets_fill(sets, set, upper, tag | upper);
	else
		sets_use(sets, set, slot);
	psc->table[level][slot] = table;
}

void psc_drop_address(struct psc *psc, const struct tags *tags, const struct tag_match *match,
		      uint64_t address)
{
	const uint64_t rest = (1ull << SETS_TAG_SHIFT) - 1;

	for (unsigned int level = PSC_LOWEST; level <= PSC_HIGHEST; level++) {
		struct sets *sets = &psc->sets[level];

		for (uint32_t slot = 0; slot < sets_slots(sets); slot++) {
			const uint64_t key = sets->key[slot];

			if (key && (key & rest) == upper_bits(address, level) &&
			    tag_matches(&tags->tag[key >> SETS_TAG_SHIFT], match))
				sets->key[slot] = 0;
		}
	}
}

int nested_tlb_init(struct nested_tlb *nested, unsigned int entries, const uint8_t *live)
{
	const struct model_geometry geometry = {
		.sets = 1,
		.ways = entries,
		.replacement = MODEL_LRU,
	};

	if (sets_init(&nested->sets, &geometry, live))
		return -1;
	nested->entry = calloc(entries + 1, sizeof(*nested->entry));
	return nested->entry ? 0 : -1;
}

void nested_tlb_free(struct nested_tlb *nested)
{
	sets_free(&nested->sets);
	free(nested->entry);
}

/* The page's number with its size above, as in a TLB's key. */
static uint64_t nested_key(uint64_t tag, uint64_t gpa, unsigned int page)
{
	return tag | (uint64_t)page << NESTED_PAGE_SHIFT | gpa >> page_shift(page);
}

const struct nested_page *nested_tlb_find(struct nested_tlb *nested, uint64_t tag, uint64_t gpa)
{
	if (!nested->sets.nr_sets)
		return NULL;
	for (unsigned int page = 0; page < NR_MODEL_PAGES; page++) {
		const uint64_t number = gpa >> page_shift(page);
		const uint64_t key = nested_key(tag, gpa, page);
		const uint32_t slot = sets_find(&nested->sets, 0, number, key, key);

		if (slot == SETS_NONE)
			continue;
		sets_use(&nested->sets, 0, slot);
		return &nested->entry[slot];
	}
	return NULL;
}

void nested_tlb_fill(struct nested_tlb *nested, uint64_t tag, uint64_t gpa,
		     const struct nested_page *page)
{
	const uint64_t number = gpa >> page_shift(page->page);
	const uint64_t key = nested_key(tag, gpa, page->page);
	uint32_t slot;

	if (!nested->sets.nr_sets)
		return;
	slot = sets_find(&nested->sets, 0, number, key, key);
	if (slot == SETS_NONE)
		slot = sets_fill(&nested->sets, 0, number, key);
	else
		sets_use(&nested->sets, 0, slot);
	nested->entry[slot] = *page;
}

void nested_tlb_drop_address(struct nested_tlb *nested, uint64_t tag, uint64_t gpa)
{
	for (uint32_t slot = 0; slot < sets_slots(&nested->sets); slot++)
		for (unsigned int page = 0; page < NR_MODEL_PAGES; page++)
			if (nested->sets.key[slot] == nested_key(tag, gpa, page))
				nested->sets.key[slot] = 0;
}
