/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a CPU does with an address before it can access memory: the first-level TLB, the
 * second, then a walk, whose result both keep. Here hits are held against the translation
 * that the access really used.
 */
#ifndef MODEL_TRANSLATE_H
#define MODEL_TRANSLATE_H

#include "core.h"

/* No host-physical address is known to compare with. */
#define HPA_UNKNOWN UINT64_MAX

/*
 * The physical address that the model's CPU has for a linear one; used is the one that
 * the access went to. False: the model's walk found none.
 */
bool translate(struct model_core *core, enum model_access access, uint64_t address, uint64_t used,
	       uint64_t *physical);
/* An access that faults: its lookups and its walk, which fills no TLB. */
void translate_faulting(struct model_core *core, enum model_access access, uint64_t address);

#endif
