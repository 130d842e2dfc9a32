/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One core of a modelled CPU: its context, all that it caches, and its counts. The files
 * that do the work share it: walk.c, flush.c, translate.c, model.c.
 */
#ifndef MODEL_CORE_H
#define MODEL_CORE_H

#include "cache.h"
#include "model.h"
#include "psc.h"
#include "tags.h"
#include "tlb.h"

#define NR_ACCESSES (MODEL_FETCH + 1)

/* A walk reads CR3's table, one on each level below, and the page. */
#define MAX_RELIED 8

/* A translation of EPT's that a walk has used. */
struct model_relied {
	uint64_t gpa, hpa;
	unsigned int rights; /* that it had to give */
};

/* Without EPT: a fault of the guest that a cached translation would have spared it. */
struct model_suspect {
	bool pending;
	struct model_stale stale;
};

struct model_core {
	struct model_context context;
	const struct model_memory *memory;
	bool native; /* the model's */
	bool ignored; /* nothing that happens now is counted */
	bool paused; /* nor what happens until model_pause() says otherwise */
	bool combined; /* translations are gva -> gpa -> hpa */
	uint64_t *count; /* of the world that runs; uncounted while it is paused */

	/* The running context's tags, in a key's place. */
	struct tlb_tags tlb_tag;
	uint64_t psc_tag, ept_tag;
	/* What the TLBs and the caches of both dimensions are tagged with. */
	struct tags tlb_tags, psc_tags, ept_tags;
	struct tlb_group tlb[NR_MODEL_TLB_ROLES];
	struct tlb_group *first_level[NR_ACCESSES]; /* by enum model_access */
	struct psc psc, ept_psc;
	struct nested_tlb nested;
	struct caches caches;

	uint64_t counts[NR_MODEL_WORLDS][NR_MODEL_COUNTS];
	uint64_t marked[NR_MODEL_WORLDS][NR_MODEL_COUNTS]; /* by model_mark() */
	uint64_t uncounted[NR_MODEL_COUNTS];
	struct model_relied relied[MAX_RELIED]; /* by the last walk */
	unsigned int nr_relied;
	bool walked_by_cache; /* the last walk used a paging-structure cache or the nested TLB */
	struct model_suspect suspect; /* until the next VM entry */
	bool stale_seen, stale_marked; /* the latter by model_mark() */
	struct model_stale stale; /* the first, without the core's number */
	uint16_t renumber[TAGS_NUMBERS]; /* scratch of core_select() */
};

int core_init(struct model_core *core, const struct model_cpu *cpu, bool native,
	      const struct model_memory *memory, struct sets *l3);
void core_free(struct model_core *core);
void core_reset(struct model_core *core);
/* Takes up the context as it is now: its world and tags. After each change, and each flush. */
void core_select(struct model_core *core);
/* Where the core counts, in its context. */
void core_select_count(struct model_core *core);

/* The tag of the running context, EPT or none. */
static inline uint64_t core_eptrta(const struct model_core *core)
{
	return core->combined ? core->context.eptp & PAGING_ADDRESS : TAG_LINEAR;
}

static inline uint16_t core_vpid(const struct model_core *core)
{
	return core->native ? 0 : core->context.vpid;
}

static inline uint16_t core_pcid(const struct model_core *core)
{
	return core->context.pcid ? core->context.cr3 & CR3_PCID : 0;
}

#endif
