/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a CPU does with an address before it can access memory: the first-level TLB, the
 * second, then a walk, whose result both keep. Here hits are held against the translation
 * that the access really used.
 */
#ifndef MODEL_TRANSLATE_H
#define MODEL_TRANSLATE_H

#include "core.h"

/* All that the fast path below leaves: misses, larger pages, stale hits, stores that walk. */
bool translate_slowly(struct model_core *core, enum model_access access, uint64_t address,
		      uint64_t used, uint64_t *physical);
/*
 * An access that faults: its lookups and its walk, which fills no TLB. If what is cached
 * would have let it succeed, a flush may be missing: counted, or a suspect until the next entry.
 */
void translate_faulting(struct model_core *core, const struct model_fault *fault);
/* A VM entry after a fault; page_fault: it delivers one to the guest. */
void translate_judge_suspect(struct model_core *core, bool page_fault);

/*
 * The physical address that the model's CPU has for a linear one; used is the one that
 * the access went to. False: the model's walk found none. Most accesses are to a 4K page in
 * the first level, whose TLBs all have an array of those (description.h).
 */
static inline bool translate(struct model_core *core, enum model_access access, uint64_t address,
			     uint64_t used, uint64_t *physical)
{
	struct tlb *tlb = core->first_level[access]->probe[0].tlb;
	const uint32_t slot = tlb_find_page(tlb, &core->tlb_tag, address, MODEL_PAGE_4K);
	const struct tlb_entry *entry;

	if (slot == SETS_NONE)
		return translate_slowly(core, access, address, used, physical);
	entry = &tlb->entry[slot];
	*physical = entry->hpa | page_offset(address, MODEL_PAGE_4K);
	if ((used != MODEL_NO_HPA && *physical != used) ||
	    (access == MODEL_STORE && !tlb_allows_store(entry)))
		return translate_slowly(core, access, address, used, physical);
	core->count[MODEL_CNT_stale_checked] += used != MODEL_NO_HPA;
	return true;
}

#endif
