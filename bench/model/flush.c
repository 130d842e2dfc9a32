// SPDX-License-Identifier: GPL-2.0
/*
 * The table of flush.h. Each row says which tags it is about; whole tags are dropped by
 * taking their numbers away (tags.h), single addresses where they are.
 */
#include "flush.h"

enum invpcid { INVPCID_ADDRESS, INVPCID_PCID, INVPCID_ALL, INVPCID_ALL_BUT_GLOBAL };
enum invvpid { INVVPID_ADDRESS, INVVPID_VPID, INVVPID_ALL, INVVPID_VPID_BUT_GLOBAL };
enum invept { INVEPT_EPTRTA = 1, INVEPT_ALL };

/* The running VPID and PCID under any EPT, without global entries. */
static struct tag_match current_pcid(const struct model_core *core)
{
	return (struct tag_match){
		.vpid = core_vpid(core),
		.pcid = core_pcid(core),
		.any_eptrta = true,
	};
}

/* All of a VPID, global entries too. */
static struct tag_match whole_vpid(uint16_t vpid)
{
	return (struct tag_match){
		.vpid = vpid,
		.any_pcid = true,
		.globals = true,
		.any_eptrta = true,
	};
}

static void drop_tlb_address(struct model_core *core, const struct tag_match *match,
			     uint64_t address)
{
	for (unsigned int role = 0; role < NR_MODEL_TLB_ROLES; role++)
		tlb_drop_address(&core->tlb[role], &core->tlb_tags, match, address);
}

static void drop_address(struct model_core *core, const struct tag_match *match, uint64_t address)
{
	drop_tlb_address(core, match, address);
	psc_drop_address(&core->psc, &core->psc_tags, match, address);
}

/* Everything under these tags. */
static void drop(struct model_core *core, const struct tag_match *match)
{
	tags_drop(&core->tlb_tags, match);
	tags_drop(&core->psc_tags, match);
}

static void invlpg(struct model_core *core, uint64_t address)
{
	struct tag_match match = current_pcid(core);

	tags_drop(&core->psc_tags, &match);
	match.globals = true;
	drop_tlb_address(core, &match, address);
}

static void invpcid(struct model_core *core, const struct model_flush *flush)
{
	struct tag_match match = current_pcid(core);

	switch ((enum invpcid)flush->type) {
	case INVPCID_ADDRESS:
		match.pcid = flush->pcid;
		drop_address(core, &match, flush->address);
		break;
	case INVPCID_PCID:
		match.pcid = flush->pcid;
		drop(core, &match);
		break;
	case INVPCID_ALL:
		match = whole_vpid(core_vpid(core));
		drop(core, &match);
		break;
	case INVPCID_ALL_BUT_GLOBAL:
		match.any_pcid = true;
		drop(core, &match);
		break;
	}
}

static void mov_cr3(struct model_core *core, uint64_t value)
{
	const bool keep = core->context.pcid && value & CR3_NO_FLUSH;
	struct tag_match match;

	core->context.cr3 = value & ~CR3_NO_FLUSH;
	if (keep)
		return;
	match = current_pcid(core);
	drop(core, &match);
}

static void mov_cr0(struct model_core *core, const struct model_flush *flush)
{
	const struct tag_match match = whole_vpid(core_vpid(core));

	if (flush->changed & CR0_PG && !(flush->value & CR0_PG))
		drop(core, &match);
}

static void mov_cr4(struct model_core *core, const struct model_flush *flush)
{
	const uint64_t set = flush->changed & flush->value;
	const uint64_t cleared = flush->changed & ~flush->value;
	struct tag_match match = whole_vpid(core_vpid(core));

	if (flush->changed & CR4_PGE || cleared & CR4_PCIDE) {
		drop(core, &match);
	} else if (flush->changed & CR4_PAE || set & CR4_SMEP) {
		match.any_pcid = false;
		match.pcid = core_pcid(core);
		drop(core, &match);
	}
	core->context.pcid = flush->value & CR4_PCIDE;
	if (core->context.levels)
		core->context.levels = flush->value & CR4_LA57 ? 5 : 4;
}

static void invvpid(struct model_core *core, const struct model_flush *flush)
{
	struct tag_match match = whole_vpid(flush->vpid);

	switch ((enum invvpid)flush->type) {
	case INVVPID_ADDRESS:
		drop_address(core, &match, flush->address);
		break;
	case INVVPID_VPID:
		drop(core, &match);
		break;
	case INVVPID_ALL:
		match.any_vpid = true;
		match.but_vpid_0 = true;
		drop(core, &match);
		break;
	case INVVPID_VPID_BUT_GLOBAL:
		match.globals = false;
		drop(core, &match);
		break;
	}
}

static void invept(struct model_core *core, const struct model_flush *flush)
{
	struct tag_match match = {
		.any_vpid = true,
		.any_pcid = true,
		.globals = true,
	};

	switch ((enum invept)flush->type) {
	case INVEPT_EPTRTA:
		match.eptrta = flush->value & PAGING_ADDRESS;
		break;
	case INVEPT_ALL:
		match.any_eptrta = true;
		match.but_linear = true;
		break;
	default:
		return;
	}
	drop(core, &match);
	tags_drop(&core->ept_tags, &match);
}

void flush_instruction(struct model_core *core, const struct model_flush *flush)
{
	switch (flush->kind) {
	case MODEL_FLUSH_INVLPG:
		core->count[MODEL_CNT_invlpg]++;
		invlpg(core, flush->address);
		break;
	case MODEL_FLUSH_INVPCID:
		core->count[MODEL_CNT_invpcid]++;
		invpcid(core, flush);
		break;
	case MODEL_FLUSH_MOV_CR3:
		core->count[MODEL_CNT_mov_cr3]++;
		mov_cr3(core, flush->value);
		break;
	case MODEL_FLUSH_CR0:
		core->count[MODEL_CNT_cr_write]++;
		mov_cr0(core, flush);
		break;
	case MODEL_FLUSH_CR4:
		core->count[MODEL_CNT_cr_write]++;
		mov_cr4(core, flush);
		break;
	case MODEL_FLUSH_INVVPID:
		core->count[MODEL_CNT_invvpid]++;
		invvpid(core, flush);
		break;
	case MODEL_FLUSH_INVEPT:
		core->count[MODEL_CNT_invept]++;
		invept(core, flush);
		break;
	}
	core_select(core);
}

void flush_transition(struct model_core *core)
{
	const struct tag_match match = whole_vpid(0);

	drop(core, &match);
	core_select(core);
}

/* The guest-physical mappings of that address, of the running EPTRTA. */
static void flush_guest_physical(struct model_core *core, uint64_t gpa)
{
	const struct tag_match match = { .eptrta = core_eptrta(core) };

	nested_tlb_drop_address(&core->nested, core->ept_tag, gpa);
	psc_drop_address(&core->ept_psc, &core->ept_tags, &match, gpa);
}

/*
 * SDM 3C 29.4.3.1 wants the combined mappings gone only where the gpa is the translation of
 * the linear address. Where it is a table's, there is none to be kept.
 */
void flush_ept_violation(struct model_core *core, uint64_t address, uint64_t gpa)
{
	struct tag_match match = current_pcid(core);

	match.any_eptrta = false;
	match.eptrta = core_eptrta(core);
	match.globals = true;
	drop_address(core, &match, address);
	flush_guest_physical(core, gpa);
}

/*
 * As INVLPG does (SDM 3C 29.4.3.1). Global entries belong to it, for SDM 3A 4.10.4.1 promises
 * that a fault does not come again because of a cached entry.
 */
void flush_page_fault(struct model_core *core, uint64_t address)
{
	struct tag_match match = current_pcid(core);

	match.globals = true;
	drop_address(core, &match, address);
}

void flush_stale(struct model_core *core, uint64_t address)
{
	const struct tag_match match = { .eptrta = core_eptrta(core) };

	flush_page_fault(core, address);
	if (!core->combined)
		return;
	tags_drop(&core->ept_tags, &match);
	core_select(core);
}
