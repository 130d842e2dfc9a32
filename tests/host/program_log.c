// SPDX-License-Identifier: GPL-2.0
/*
 * Dirty logging in a random program: after each look the frames that the log
 * names are held against those that the model saw written, and accessed.
 *
 * What the model saw written must be named. Beyond that the log may name page
 * tables, which the CPU writes, and walks, when it likes; and where bits of large leaves
 * are all there is (methods ad and pml), what lies beside a written frame.
 */
#include "program_state.h"

/* The frames from *from on that one leaf may stand for with gfn. */
static u64 leaf_frames(const struct program *p, u64 gfn, u64 *from)
{
	u32 leaf = p->m.knob[HVBENCH_KNOB_EPT_LEAF];
	u64 frames = 1;

	if (p->m.knob[HVBENCH_KNOB_LOG] != HVBENCH_LOG_FAULT) {
		if (leaf == HVBENCH_SIZE_1G)
			frames = p->m.memory.nr_frames;
		else if (leaf == HVBENCH_SIZE_2M)
			frames = HV_CHUNK_FRAMES;
	}
	*from = ALIGN_DOWN(gfn, frames);
	return frames;
}

static bool may_be_named(const struct program *p, const bool *seen, u64 gfn)
{
	u64 from, frames = leaf_frames(p, gfn, &from), i;

	for (i = from; i < from + frames; i++)
		if (seen[i] || p->o.table[i])
			return true;
	return false;
}

static bool check_bits(struct program *p, const u64 *bits, const bool *seen, const char *what)
{
	char why[128];
	u64 gfn;

	for (gfn = 0; gfn < p->m.memory.nr_frames; gfn++) {
		bool named = hv_dirty_is(bits, gfn);

		if (seen[gfn] ? named : !named || may_be_named(p, seen, gfn))
			continue;
		snprintf(why, sizeof(why), "dirty log: frame %#llx was %s%s, and is %snamed", gfn,
			 seen[gfn] ? "" : "not ", what, named ? "" : "not ");
		return program_fail(p, why);
	}
	return true;
}

static bool check_look(struct program *p)
{
	const struct hv_dirty *dirty = &p->m.mmu.dirty;

	if (!check_bits(p, dirty->written, p->o.written, "written"))
		return false;
	return p->m.knob[HVBENCH_KNOB_LOG] != HVBENCH_LOG_AD ||
	       check_bits(p, dirty->touched, p->o.accessed, "touched");
}

bool program_log(struct program *p)
{
	struct hv_dirty *dirty = &p->m.mmu.dirty;
	enum hv_log_action action = HV_LOG_COLLECT;

	if (!dirty->on)
		action = HV_LOG_START;
	else if (rng_once_in(&p->rng, 6))
		action = HV_LOG_STOP;
	program_record(p, OP_LOG)->value = action;
	if (!machine_log(&p->m, action))
		return program_fail(p, p->m.why);
	if (action == HV_LOG_COLLECT && !check_look(p))
		return false;
	memset(dirty->written, 0, dirty->words * 2 * sizeof(u64));
	oracle_look(&p->o);
	return true;
}
