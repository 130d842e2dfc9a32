/* SPDX-License-Identifier: GPL-2.0 */
/* A walk of the guest's page tables for one access, see walk.c. */
#ifndef SPT_WALK_H
#define SPT_WALK_H

#include "mmu.h"
#include "format.h"

struct spt;
struct spt_page;

struct spt_walk {
	u64 gva;
	u32 access; /* HV_PF_ACCESS bits and HV_ACCESS_AC */
	u32 level; /* where it ended; the leaf's: 1, 2, 3 for 4K, 2M, 1G */
	bool is_mapped; /* entry[level] is a valid leaf, whatever it allows */
	u32 from; /* the level where it began */
	u64 table; /* gpa of the table of that level */
	u64 entry[PT_MAX_LEVELS + 1]; /* by level, from there down to where the walk ended */
	u64 gfn; /* of the 4K frame that is accessed */
	u64 hpa; /* of that frame */
	bool supervisor_write; /* allowed by CR0.WP = 0 only */
	bool must_emulate; /* and, with SMAP, no shadow entry can allow just that */
};

/*
 * Walks from the guest table that start mirrors, at its level and with the
 * rights that it has there; all tables above are known to say so still.
 * HV_FILLED: the translation is there, walk is complete, A and D are set.
 * HV_GUEST_FAULT: answer says which; the fields up to entry[] are set.
 * HV_NEED_BACKING, HV_OUTSIDE: answer says where. In these three cases nothing was
 * changed. HV_DONE: guest memory changes under the walk, try again later.
 */
enum hv_verdict spt_walk(struct spt *spt, const struct spt_page *start, u64 gva, u32 access,
			 struct spt_walk *walk, struct hv_answer *answer);

#endif
