// SPDX-License-Identifier: GPL-2.0
/* Set-up of a core, and the tags of the context that it is in; see core.h. */
#include <string.h>

#include "core.h"

int core_init(struct model_core *core, const struct model_cpu *cpu, bool native,
	      const struct model_memory *memory, struct sets *l3)
{
	core->memory = memory;
	core->native = native;
	for (unsigned int role = 0; role < NR_MODEL_TLB_ROLES; role++)
		if (tlb_group_init(&core->tlb[role], cpu->tlb[role], cpu->nr_tlbs[role],
				   core->tlb_tags.live))
			return -1;
	if (psc_init(&core->psc, cpu, core->psc_tags.live) ||
	    psc_init(&core->ept_psc, cpu, core->ept_tags.live) ||
	    nested_tlb_init(&core->nested, cpu->nested_tlb_entries, core->ept_tags.live) ||
	    caches_init(&core->caches, cpu, l3))
		return -1;
	core->first_level[MODEL_FETCH] = &core->tlb[MODEL_ITLB];
	core->first_level[MODEL_LOAD] = &core->tlb[MODEL_DTLB];
	core->first_level[MODEL_STORE] =
		&core->tlb[cpu->nr_tlbs[MODEL_STORE_DTLB] ? MODEL_STORE_DTLB : MODEL_DTLB];
	core_reset(core);
	return 0;
}

void core_free(struct model_core *core)
{
	for (unsigned int role = 0; role < NR_MODEL_TLB_ROLES; role++)
		tlb_group_free(&core->tlb[role]);
	psc_free(&core->psc);
	psc_free(&core->ept_psc);
	nested_tlb_free(&core->nested);
	caches_free(&core->caches);
}

void core_reset(struct model_core *core)
{
	for (unsigned int role = 0; role < NR_MODEL_TLB_ROLES; role++)
		tlb_group_reset(&core->tlb[role]);
	psc_reset(&core->psc);
	psc_reset(&core->ept_psc);
	sets_reset(&core->nested.sets);
	caches_reset(&core->caches);
	tags_reset(&core->tlb_tags);
	tags_reset(&core->psc_tags);
	tags_reset(&core->ept_tags);
	core->suspect.pending = false;
	core->stale_seen = false;
	memset(&core->context, 0, sizeof(core->context));
	core_select(core);
}

/* Numbers run out after some 65,000 flushes: the live ones are given out anew. */
static void make_room(struct model_core *core)
{
	if (!tags_room(&core->tlb_tags)) {
		tags_compact(&core->tlb_tags, core->renumber);
		for (unsigned int role = 0; role < NR_MODEL_TLB_ROLES; role++)
			tlb_group_renumber(&core->tlb[role], core->renumber);
	}
	if (!tags_room(&core->psc_tags)) {
		tags_compact(&core->psc_tags, core->renumber);
		psc_renumber(&core->psc, core->renumber);
	}
	if (!tags_room(&core->ept_tags)) {
		tags_compact(&core->ept_tags, core->renumber);
		psc_renumber(&core->ept_psc, core->renumber);
		sets_renumber(&core->nested.sets, core->renumber);
	}
}

static uint64_t in_key(struct tags *tags, const struct tag *tag)
{
	return (uint64_t)tags_number(tags, tag) << SETS_TAG_SHIFT;
}

void core_select_count(struct model_core *core)
{
	const enum model_world world = core->native	      ? MODEL_NATIVE
				       : core->context.guest ? MODEL_GUEST
							     : MODEL_HOST;

	core->count = core->paused ? core->uncounted : core->counts[world];
}

void core_select(struct model_core *core)
{
	const struct model_context *context = &core->context;
	const struct tag of_ept = { .eptrta = context->eptp & PAGING_ADDRESS };
	struct tag own, global;

	core->ignored = core->native && (!context->guest || !context->eptp);
	core->combined = context->eptp && !core->native;
	core_select_count(core);
	own = (struct tag){
		.eptrta = core_eptrta(core),
		.vpid = core_vpid(core),
		.pcid = core_pcid(core),
	};
	global = own;
	global.pcid = 0;
	global.global = true;
	make_room(core);
	core->tlb_tag.own = in_key(&core->tlb_tags, &own);
	core->tlb_tag.global = in_key(&core->tlb_tags, &global);
	core->psc_tag = in_key(&core->psc_tags, &own);
	if (core->combined)
		core->ept_tag = in_key(&core->ept_tags, &of_ept);
}
