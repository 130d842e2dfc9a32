// SPDX-License-Identifier: GPL-2.0
/* The entry points of the model, see model.h: each hands on to the core that it is about. */
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "flush.h"
#include "translate.h"

struct model {
	struct sets l3;
	unsigned int nr_cores;
	struct model_core *core[];
};

struct model *model_new(const struct model_cpu *cpu, unsigned int nr_cores, bool native,
			const struct model_memory *memory)
{
	struct model *model = calloc(1, sizeof(*model) + nr_cores * sizeof(model->core[0]));

	if (!model)
		return NULL;
	if (sets_init(&model->l3, &cpu->cache[MODEL_L3], NULL))
		goto fail;
	for (; model->nr_cores < nr_cores; model->nr_cores++) {
		struct model_core *core = calloc(1, sizeof(*core));

		model->core[model->nr_cores] = core;
		if (!core)
			goto fail;
		if (core_init(core, cpu, native, memory, &model->l3)) {
			model->nr_cores++;
			goto fail;
		}
	}
	return model;
fail:
	model_free(model);
	return NULL;
}

void model_free(struct model *model)
{
	if (!model)
		return;
	for (unsigned int i = 0; i < model->nr_cores; i++) {
		core_free(model->core[i]);
		free(model->core[i]);
	}
	sets_free(&model->l3);
	free(model);
}

void model_reset(struct model *model)
{
	sets_reset(&model->l3);
	for (unsigned int i = 0; i < model->nr_cores; i++)
		core_reset(model->core[i]);
}

void model_set_context(struct model *model, unsigned int nr, const struct model_context *to)
{
	struct model_core *core = model->core[nr];

	core->context = *to;
	core_select(core);
}

/* A native CPU has no transitions: its guest goes on. */
static void transition(struct model *model, unsigned int nr, bool vpid,
		       const struct model_context *to)
{
	struct model_core *core = model->core[nr];

	if (!vpid && !core->native)
		flush_transition(core);
	core->context = *to;
	core_select(core);
}

void model_exit(struct model *model, unsigned int nr, bool vpid, const struct model_context *host)
{
	transition(model, nr, vpid, host);
	if (!model->core[nr]->ignored)
		model->core[nr]->count[MODEL_CNT_transition]++;
}

void model_enter(struct model *model, unsigned int nr, bool vpid,
		 const struct model_context *guest, bool page_fault)
{
	transition(model, nr, vpid, guest);
	translate_judge_suspect(model->core[nr], page_fault);
}

void model_instructions(struct model *model, unsigned int nr, uint64_t instructions)
{
	if (!model->core[nr]->ignored)
		model->core[nr]->count[MODEL_CNT_instructions] += instructions;
}

void model_repeats(struct model *model, unsigned int nr, uint64_t repeats)
{
	if (!model->core[nr]->ignored)
		model->core[nr]->count[MODEL_CNT_repeats] += repeats;
}

/* Without paging and without EPT a linear address is a physical one, and needs no TLB. */
static bool translates(const struct model_core *core)
{
	return core->context.levels || core->combined;
}

/* What a native CPU translates to is the guest's, with which no hpa can be compared. */
static uint64_t comparable(const struct model_core *core, uint64_t hpa)
{
	return core->native ? MODEL_NO_HPA : hpa;
}

void model_fetch(struct model *model, unsigned int nr, uint64_t rip, uint64_t hpa)
{
	struct model_core *core = model->core[nr];
	uint64_t physical = rip;
	enum cache_served served;

	if (core->ignored)
		return;
	if (translates(core) &&
	    !translate(core, MODEL_FETCH, rip, comparable(core, hpa), &physical))
		return;
	served = cache_access(&core->caches, &core->caches.l1i, physical >> CACHE_LINE_SHIFT);
	if (served != CACHE_L1)
		core->count[MODEL_CNT_fetch_served_l2 + served - CACHE_L2]++;
}

static void access_line(struct model_core *core, uint64_t line)
{
	const enum cache_served served = cache_access(&core->caches, &core->caches.l1d, line);

	if (served != CACHE_L1)
		core->count[MODEL_CNT_data_served_l2 + served - CACHE_L2]++;
}

void model_access(struct model *model, unsigned int nr, enum model_access access, uint64_t address,
		  uint64_t hpa, unsigned int bytes)
{
	struct model_core *core = model->core[nr];
	uint64_t line = hpa >> CACHE_LINE_SHIFT, last = (hpa + bytes - 1) >> CACHE_LINE_SHIFT;
	uint64_t physical;

	if (core->ignored)
		return;
	core->count[access == MODEL_STORE ? MODEL_CNT_stores : MODEL_CNT_loads]++;
	if (translates(core))
		translate(core, access, address, comparable(core, hpa), &physical);
	access_line(core, line);
	while (line < last)
		access_line(core, ++line);
}

void model_fault(struct model *model, unsigned int nr, const struct model_fault *fault)
{
	struct model_core *core = model->core[nr];

	if (core->ignored || !translates(core))
		return;
	/* A machine of the guest's own has all the memory that the guest believes in. */
	if (core->native && fault->gpa != MODEL_NO_GPA)
		return;
	translate_faulting(core, fault);
	if (fault->gpa == MODEL_NO_GPA)
		flush_page_fault(core, fault->address);
	else
		flush_ept_violation(core, fault->address, fault->gpa);
}

void model_assist(struct model *model, unsigned int nr, unsigned int assists)
{
	if (!model->core[nr]->ignored)
		model->core[nr]->count[MODEL_CNT_assist] += assists;
}

void model_exception(struct model *model, unsigned int nr)
{
	if (!model->core[nr]->ignored)
		model->core[nr]->count[MODEL_CNT_exception]++;
}

void model_flush(struct model *model, unsigned int nr, const struct model_flush *flush)
{
	struct model_core *core = model->core[nr];

	if (!core->ignored)
		flush_instruction(core, flush);
}

void model_pause(struct model *model, unsigned int nr, bool paused)
{
	struct model_core *core = model->core[nr];

	core->paused = paused;
	core_select_count(core);
}

void model_mark(struct model *model, unsigned int nr)
{
	struct model_core *core = model->core[nr];

	memcpy(core->marked, core->counts, sizeof(core->marked));
	core->stale_marked = core->stale_seen;
}

void model_take_back(struct model *model, unsigned int nr)
{
	struct model_core *core = model->core[nr];

	memcpy(core->counts, core->marked, sizeof(core->counts));
	/* What was seen before the mark is the first one still. */
	core->stale_seen = core->stale_marked;
}

void model_read(const struct model *model, struct model_counts *counts)
{
	for (unsigned int i = 0; i < model->nr_cores; i++)
		for (unsigned int world = 0; world < NR_MODEL_WORLDS; world++)
			for (unsigned int count = 0; count < NR_MODEL_COUNTS; count++)
				counts->count[world][count] +=
					model->core[i]->counts[world][count];
}

bool model_first_stale(const struct model *model, struct model_stale *stale)
{
	for (unsigned int i = 0; i < model->nr_cores; i++) {
		if (!model->core[i]->stale_seen)
			continue;
		*stale = model->core[i]->stale;
		stale->core = i;
		return true;
	}
	return false;
}
