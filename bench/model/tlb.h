/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Translation lookaside buffers: arrays that hold linear or combined mappings under their
 * tags (SDM 3A 4.10.2, 3C 29.4.1), of one or several page sizes each. Arrays of one role
 * make a group: the instruction TLBs, the data TLBs, the second level. The levels are as
 * TLB;DR found them on Intel's CPUs from Ivy Bridge to Kaby Lake: a walk fills both, a hit
 * in the second is put into the first as well, a replaced entry of the first is lost, and
 * replacing one in the second leaves the first alone.
 */
#ifndef MODEL_TLB_H
#define MODEL_TLB_H

#include "paging.h"
#include "sets.h"
#include "tags.h"

/* A translation. The page is the smaller one of the guest's and EPT's. */
struct translation {
	uint64_t hpa; /* of the page */
	uint64_t gpa; /* under EPT: the page before EPT; else that of hpa */
	enum model_page page;
	enum model_page linear_page; /* of the linear address's own tables: no smaller */
	bool readable, executable; /* of an EPT also what it allows */
	bool writable; /* every entry on the way allows writing */
	bool user; /* to CPL 3 as well */
	bool dirty; /* a store needs to set no dirty bit */
	bool global;
};

struct tlb_entry {
	uint64_t hpa;
	uint64_t gpa_flags;
};

/* Flags below the page's address. */
#define TLB_WRITABLE 1u
#define TLB_DIRTY 2u
#define TLB_LINEAR_PAGE_SHIFT 2 /* enum model_page: the page that this is all, or a piece, of */
#define TLB_GLOBAL 16u
#define TLB_READABLE 32u
#define TLB_EXECUTABLE 64u
#define TLB_USER 128u
#define TLB_STORES (TLB_WRITABLE | TLB_DIRTY) /* what a store needs */

struct tlb {
	struct sets sets;
	struct tlb_entry *entry; /* by slot */
	unsigned int pages; /* MODEL_PAGE_BIT()s */
};

struct tlb_group {
	struct tlb tlb[NR_MODEL_PAGES];
	unsigned int nr;
	/* Each size of page that an array has, smaller ones first. */
	struct {
		struct tlb *tlb;
		enum model_page page;
	} probe[NR_MODEL_PAGES];
	unsigned int nr_probes;
	bool pieces; /* some entry, once, was a piece of a larger page */
};

/* The two tags under which the running context finds a translation, in a key's place. */
struct tlb_tags {
	uint64_t own, global;
};

struct tlb_hit {
	const struct tlb_entry *entry;
	enum model_page page;
};

int tlb_group_init(struct tlb_group *group, const struct model_tlb_description *description,
		   unsigned int nr, const uint8_t *live);
void tlb_group_free(struct tlb_group *group);
void tlb_group_reset(struct tlb_group *group);
void tlb_group_renumber(struct tlb_group *group, const uint16_t *map);
/* Looks the address up, smaller pages first. */
bool tlb_find(struct tlb_group *group, const struct tlb_tags *tags, uint64_t address,
	      struct tlb_hit *hit);
/*
 * Puts a translation of address into the array that has its page size; if there is none,
 * and with split, it goes as a smaller page into one that has such pages. What the
 * context had there for the address is replaced.
 */
void tlb_fill(struct tlb_group *group, const struct tlb_tags *tags, uint64_t address,
	      const struct translation *translation, bool split);
/*
 * Drops what is held for that address, in every page size, under the tags that match; of
 * a larger page that is held in pieces, every piece (SDM 3A 4.10.4.1).
 */
void tlb_drop_address(struct tlb_group *group, const struct tags *tags,
		      const struct tag_match *match, uint64_t address);

/* A key: the page's number, its size, the tag's number. */
#define TLB_PAGE_SHIFT 45
#define TLB_KEY_NUMBER ((1ull << TLB_PAGE_SHIFT) - 1)
#define TLB_KEY_PAGE ((1ull << SETS_TAG_SHIFT) - 1)

static inline uint64_t tlb_page_number(uint64_t address, enum model_page page)
{
	return (address & PAGING_LINEAR) >> page_shift(page);
}

static inline uint64_t tlb_page_key(uint64_t address, enum model_page page)
{
	return tlb_page_number(address, page) | (uint64_t)page << TLB_PAGE_SHIFT;
}

/* The slot of an array that holds that page, which then counts as used; or SETS_NONE. */
static inline uint32_t tlb_find_page(struct tlb *tlb, const struct tlb_tags *tags,
				     uint64_t address, enum model_page page)
{
	const uint64_t number = tlb_page_number(address, page);
	const uint64_t key = number | (uint64_t)page << TLB_PAGE_SHIFT;
	const unsigned int set = sets_index(&tlb->sets, number);
	const uint32_t slot =
		sets_find(&tlb->sets, set, number, key | tags->own, key | tags->global);

	if (slot != SETS_NONE)
		sets_use(&tlb->sets, set, slot);
	return slot;
}

static inline uint64_t tlb_hpa(const struct tlb_hit *hit, uint64_t address)
{
	return hit->entry->hpa | page_offset(address, hit->page);
}

static inline bool tlb_allows_store(const struct tlb_entry *entry)
{
	return (entry->gpa_flags & TLB_STORES) == TLB_STORES;
}

#endif
