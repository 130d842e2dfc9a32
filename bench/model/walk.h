/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page walk: from an address that no TLB holds to its translation, through the tables
 * in memory. Without EPT it follows the tables that CR3 names (SDM 3A 4.5); under EPT
 * it is two-dimensional, each table and then the page itself being at guest-physical
 * addresses that EPT translates (SDM 3C 29.3). It begins at the deepest cached entry, sends every
 * reference through the data caches, counts it, and fills the paging-structure caches
 * and the nested TLB on its way. Not the TLBs: that is translate.c's.
 */
#ifndef MODEL_WALK_H
#define MODEL_WALK_H

#include "core.h"

/*
 * False: the walk ends in a page fault or an EPT violation, as far as only the tables
 * tell (entries that are not present, EPT's rights), or where there is no memory.
 */
bool walk(struct model_core *core, enum model_access access, uint64_t address,
	  struct translation *translation);
/* Did the last walk use what EPT, as it is in memory, does not say or allow any more? */
bool walk_relied_on_old_ept(struct model_core *core);

/* The following look into memory: no cache is asked or filled, and nothing counts. */

/* Does EPT translate gpa to hpa, with these EPT_RIGHTS? */
bool walk_ept_allows(struct model_core *core, uint64_t gpa, uint64_t hpa, unsigned int rights);
/* Without EPT: what the tables that CR3 names say. False: not present. */
bool walk_peek(struct model_core *core, uint64_t address, struct translation *found);

#endif
