/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Paging-structure caches, and the nested TLB. A paging-structure cache holds, for the upper
 * bits of an address, where the table below that entry lies, so that a walk may begin
 * there (SDM 3A 4.10.3). A core has them twice: of the tables that CR3 names, with linear
 * or combined tags, and of EPT, by guest-physical address, tagged by EPTRTA only (SDM 3C
 * 29.4.1). The nested TLB holds translations of guest-physical addresses.
 */
#ifndef MODEL_PSC_H
#define MODEL_PSC_H

#include "paging.h"
#include "sets.h"
#include "tags.h"

/* The levels with a cache: of PDEs, PDPTEs and PML4Es. */
#define PSC_LOWEST 2
#define PSC_HIGHEST 4

struct psc_table {
	uint64_t hpa_rights; /* where the table lies | what all entries on the way allow */
	uint64_t gpa; /* of a guest's table under EPT: before EPT */
};

struct psc {
	struct sets sets[MODEL_PSC_LEVELS]; /* by the level of the entry that is cached */
	struct psc_table *table[MODEL_PSC_LEVELS]; /* by slot */
};

int psc_init(struct psc *psc, const struct model_cpu *cpu, const uint8_t *live);
void psc_free(struct psc *psc);
void psc_reset(struct psc *psc);
void psc_renumber(struct psc *psc, const uint16_t *map);
/*
 * The level of the deepest cached entry for the address, not above highest, and the table
 * below it; 0: none. tag is in a key's place.
 */
unsigned int psc_find(struct psc *psc, uint64_t tag, uint64_t address, unsigned int highest,
		      struct psc_table *table);
void psc_fill(struct psc *psc, uint64_t tag, uint64_t address, unsigned int level,
	      struct psc_table table);
/* Drops the entries on the way of that address under the tags that match. */
void psc_drop_address(struct psc *psc, const struct tags *tags, const struct tag_match *match,
		      uint64_t address);

/* What EPT makes of a page of guest-physical addresses. */
struct nested_page {
	uint64_t hpa; /* of the page */
	enum model_page page;
	unsigned int rights; /* EPT_RIGHTS */
	bool dirty; /* a write needs to set no dirty bit */
};

struct nested_tlb {
	struct sets sets;
	struct nested_page *entry; /* by slot */
};

int nested_tlb_init(struct nested_tlb *nested, unsigned int entries, const uint8_t *live);
void nested_tlb_free(struct nested_tlb *nested);
const struct nested_page *nested_tlb_find(struct nested_tlb *nested, uint64_t tag, uint64_t gpa);
void nested_tlb_fill(struct nested_tlb *nested, uint64_t tag, uint64_t gpa,
		     const struct nested_page *page);
/* Drops what is held for that address under that tag. */
void nested_tlb_drop_address(struct nested_tlb *nested, uint64_t tag, uint64_t gpa);

#endif
