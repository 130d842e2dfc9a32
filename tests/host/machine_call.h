/* SPDX-License-Identifier: GPL-2.0 */
/* What machine.c (calls into the backend) offers to machine_guest.c, and to nobody else. */
#ifndef MACHINE_CALL_H
#define MACHINE_CALL_H

#include "machine.h"

#define MACHINE_MAX_TRIES 48 /* of one instruction; more is a loop */
/* Slices of one instruction, with the least limit of work. */
#define MACHINE_MAX_SLICES 4096

static inline int machine_max_tries(const struct machine *m)
{
	return m->mmu.work_limit < HV_WORK_MAX ? MACHINE_MAX_SLICES : MACHINE_MAX_TRIES;
}

/* What must be the same after HV_NEED_*. */
struct before {
	u64 counter[HVBENCH_NR_COUNTERS];
	struct ref_path path;
	u32 used_pages, used_nodes;
	bool low;
};

bool machine_enter(struct machine *m);
void machine_exit(struct machine *m);
void machine_call_begins(struct machine *m, u64 gva, struct before *before);
/* Mends what the backend asks for; false on a breach of the contract. */
bool machine_obey(struct machine *m, enum hv_verdict verdict, u64 gva,
		  const struct hv_answer *answer, const struct before *before);

/* An instruction that exits: asked until the backend wants nothing first. */
struct machine_event {
	const struct hv_paging *paging;
	enum hv_invpcid type;
	u16 pcid;
	u64 gva;
};

typedef enum hv_verdict machine_ask(struct machine *m, const struct machine_event *event,
				    struct hv_answer *answer);

enum hv_verdict machine_event(struct machine *m, machine_ask *ask,
			      const struct machine_event *event, struct hv_answer *answer);

#endif
