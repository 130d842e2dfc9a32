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
 * False: the walk ends in a page fault or an EPT violation, as far as the tables alone
 * tell (entries that are not present, EPT's rights), or where there is no memory.
 */
bool walk(struct model_core *core, enum model_access access, uint64_t address,
	  struct translation *translation);
/* The guest-physical address of a linear one by the tables as they are; nothing counts or fills. */
bool walk_peek_gpa(struct model_core *core, uint64_t address, uint64_t *gpa);

#endif
