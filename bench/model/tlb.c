// SPDX-License-Identifier: GPL-2.0
/* Filling and flushing the TLBs, see tlb.h. */
#include <stdlib.h>

#include "tlb.h"

static void add_probes(struct tlb_group *group)
{
	for (unsigned int page = 0; page < NR_MODEL_PAGES; page++)
		for (unsigned int i = 0; i < group->nr; i++) {
			if (!(group->tlb[i].pages & MODEL_PAGE_BIT(page)))
				continue;
			group->probe[group->nr_probes].tlb = &group->tlb[i];
			group->probe[group->nr_probes++].page = page;
		}
}

int tlb_group_init(struct tlb_group *group, const struct model_tlb_description *description,
		   unsigned int nr, const uint8_t *live)
{
	group->nr = nr;
	for (unsigned int i = 0; i < nr; i++) {
		struct tlb *tlb = &group->tlb[i];

		tlb->pages = description[i].pages;
		if (sets_init(&tlb->sets, &description[i].geometry, live))
			return -1;
		tlb->entry = calloc(sets_slots(&tlb->sets), sizeof(*tlb->entry));
		if (!tlb->entry)
			return -1;
	}
	add_probes(group);
	return 0;
}

void tlb_group_free(struct tlb_group *group)
{
	for (unsigned int i = 0; i < group->nr; i++) {
		sets_free(&group->tlb[i].sets);
		free(group->tlb[i].entry);
	}
}

void tlb_group_reset(struct tlb_group *group)
{
	group->pieces = false;
	for (unsigned int i = 0; i < group->nr; i++)
		sets_reset(&group->tlb[i].sets);
}

void tlb_group_renumber(struct tlb_group *group, const uint16_t *map)
{
	for (unsigned int i = 0; i < group->nr; i++)
		sets_renumber(&group->tlb[i].sets, map);
}

bool tlb_find(struct tlb_group *group, const struct tlb_tags *tags, uint64_t address,
	      struct tlb_hit *hit)
{
	for (unsigned int i = 0; i < group->nr_probes; i++) {
		const enum model_page page = group->probe[i].page;
		struct tlb *tlb = group->probe[i].tlb;
		const uint32_t slot = tlb_find_page(tlb, tags, address, page);

		if (slot != SETS_NONE) {
			*hit = (struct tlb_hit){ &tlb->entry[slot], page };
			return true;
		}
	}
	return false;
}

/* The array for pages of that size; with split for the next smaller one that any array has. */
static struct tlb *array_for(struct tlb_group *group, bool split, enum model_page *page)
{
	for (int size = *page; size >= 0; size--) {
		for (unsigned int i = 0; i < group->nr; i++)
			if (group->tlb[i].pages & MODEL_PAGE_BIT(size)) {
				*page = size;
				return &group->tlb[i];
			}
		if (!split)
			break;
	}
	return NULL;
}

void tlb_fill(struct tlb_group *group, const struct tlb_tags *tags, uint64_t address,
	      const struct translation *translation, bool split)
{
	enum model_page page = translation->page;
	struct tlb *tlb = array_for(group, split, &page);
	uint64_t number, key, tagged, part;
	unsigned int set;
	uint32_t slot;

	if (!tlb)
		return;
	number = tlb_page_number(address, page);
	key = tlb_page_key(address, page);
	set = sets_index(&tlb->sets, number);
	tagged = key | (translation->global ? tags->global : tags->own);
	slot = sets_find(&tlb->sets, set, number, key | tags->own, key | tags->global);
	if (slot == SETS_NONE) {
		slot = sets_fill(&tlb->sets, set, number, tagged);
	} else {
		tlb->sets.key[slot] = tagged;
		sets_use(&tlb->sets, set, slot);
	}
	group->pieces |= page < translation->linear_page;
	/* Where the page is split: the part of it that has the address. */
	part = page_base(page_offset(address, translation->page), page);
	tlb->entry[slot] = (struct tlb_entry){
		.hpa = translation->hpa | part,
		.gpa_flags = translation->gpa | part |
			     (translation->writable ? TLB_WRITABLE : 0) |
			     (translation->dirty ? TLB_DIRTY : 0) |
			     (translation->global ? TLB_GLOBAL : 0) |
			     (translation->readable ? TLB_READABLE : 0) |
			     (translation->executable ? TLB_EXECUTABLE : 0) |
			     (translation->user ? TLB_USER : 0) |
			     translation->linear_page << TLB_LINEAR_PAGE_SHIFT,
	};
}

static bool key_matches(const struct tags *tags, const struct tag_match *match, uint64_t key)
{
	return key && tag_matches(&tags->tag[key >> SETS_TAG_SHIFT], match);
}

static void drop_page(struct tlb *tlb, const struct tags *tags, const struct tag_match *match,
		      uint64_t address, enum model_page page)
{
	const uint64_t key = tlb_page_key(address, page);
	const unsigned int set = sets_index(&tlb->sets, tlb_page_number(address, page));
	const uint32_t first = set * tlb->sets.stride;

	for (uint32_t slot = first; slot < first + tlb->sets.stride; slot++) {
		const uint64_t held = tlb->sets.key[slot];

		if ((held & TLB_KEY_PAGE) == key && key_matches(tags, match, held))
			tlb->sets.key[slot] = 0;
	}
}

/* Is the entry a piece of the larger page that has the address? */
static bool is_piece(const struct tlb *tlb, uint32_t slot, uint64_t address)
{
	const uint64_t held = tlb->sets.key[slot];
	const enum model_page page = held >> TLB_PAGE_SHIFT & 3;
	const enum model_page whole = tlb->entry[slot].gpa_flags >> TLB_LINEAR_PAGE_SHIFT & 3;
	const uint64_t start = (held & TLB_KEY_NUMBER) << page_shift(page);

	return whole > page && page_base(start, whole) == page_base(address & PAGING_LINEAR, whole);
}

static void drop_pieces(struct tlb *tlb, const struct tags *tags, const struct tag_match *match,
			uint64_t address)
{
	for (uint32_t slot = 0; slot < sets_slots(&tlb->sets); slot++)
		if (is_piece(tlb, slot, address) && key_matches(tags, match, tlb->sets.key[slot]))
			tlb->sets.key[slot] = 0;
}

void tlb_drop_address(struct tlb_group *group, const struct tags *tags,
		      const struct tag_match *match, uint64_t address)
{
	for (unsigned int i = 0; i < group->nr; i++) {
		for (unsigned int page = 0; page < NR_MODEL_PAGES; page++)
			if (group->tlb[i].pages & MODEL_PAGE_BIT(page))
				drop_page(&group->tlb[i], tags, match, address, page);
		if (group->pieces)
			drop_pieces(&group->tlb[i], tags, match, address);
	}
}
