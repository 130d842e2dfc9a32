// SPDX-License-Identifier: GPL-2.0
/*
 * The operations of a random program: each runs on the backend (machine.h)
 * and on the model (oracle.h), and the outcome is held against it.
 */
#include "program_state.h"

static int random_bit(struct rng *rng, u64 bits)
{
	u32 skip = rng_below(rng, hweight64(bits));

	while (skip--)
		bits &= bits - 1;
	return __builtin_ctzll(bits);
}

/* ---- accesses ---- */

/* An access that must end as the reference says. */
static bool same_as_reference(struct program *p, const struct outcome *want,
			      const struct outcome *got)
{
	char why[512];
	int at;

	if (want->kind == got->kind && (want->kind != OUT_DONE || want->gpa == got->gpa) &&
	    (want->kind != OUT_FAULT || want->error_code == got->error_code))
		return true;
	at = snprintf(why, sizeof(why), "strict: got ");
	at += outcome_print(got, why + at, sizeof(why) - (size_t)at);
	at += snprintf(why + at, sizeof(why) - (size_t)at, ", reference ");
	outcome_print(want, why + at, sizeof(why) - (size_t)at);
	return program_fail(p, why);
}

/* The data of a write, in memory and in the model, which knows words. */
static bool write_data(struct program *p, const struct op *op)
{
	u64 gpa = op->out.gpa, at = gpa & ~7ull, words[2], i;
	u64 nr = ((gpa & 7) + op->bytes + 7) / 8;

	memcpy(hv_va(op->out.hpa), &op->value, op->bytes);
	for (i = 0; i < nr; i++)
		words[i] = p->o.memory[at / 8 + i];
	memcpy((char *)words + (gpa & 7), &op->value, op->bytes);
	for (i = 0; i < nr; i++)
		oracle_write(&p->o, at + 8 * i, words[i]);
	if (!op->out.emulated || machine_wrote(&p->m, gpa, op->bytes))
		return true;
	return program_fail(p, p->m.why);
}

/*
 * One access on both sides, and the data of a write. What to write is asked
 * for when it is known where it goes, so that tables get sensible entries.
 */
static bool do_access(struct program *p, struct op *op, int page, const u64 *value)
{
	struct oracle_access what = { .page = page, .gva = op->gva, .access = op->access };
	struct outcome want;
	char why[4096];

	p->result->accesses++;
	oracle_reference(&p->o, &what, &want);
	if (!machine_access(&p->m, &what, &op->out))
		return program_fail(p, p->m.why);
	if (!oracle_allows(&p->o, &p->m.memory, &what, &op->out, why, sizeof(why)))
		return program_fail(p, why);
	if (p->config->mode == PROGRAM_STRICT && !same_as_reference(p, &want, &op->out))
		return false;

	if (op->out.kind == OUT_FAULT)
		p->result->faults++;
	if (op->out.kind == OUT_OUTSIDE)
		p->result->outside++;
	if (op->out.kind != OUT_DONE || !(op->access & HV_PF_WRITE))
		return true;
	op->value = value ? *value : guest_data(&p->g, &p->rng, op->out.gpa);
	return write_data(p, op);
}

/* A page of the guest's; often one that an edit of late may concern. */
static int random_page(struct program *p)
{
	u64 pages = p->o.watch[p->edited[rng_below(&p->rng, PROGRAM_RECENT)] / 8];

	if (!pages || rng_once_in(&p->rng, 3))
		return (int)rng_below(&p->rng, (u32)p->g.nr_pages);
	return random_bit(&p->rng, pages);
}

static u32 random_kind(struct program *p)
{
	static const u32 kinds[] = {
		0,
		0,
		HV_PF_WRITE,
		HV_PF_WRITE,
		HV_PF_FETCH,
		HV_PF_USER,
		HV_PF_USER | HV_PF_WRITE,
		HV_PF_USER | HV_PF_FETCH,
	};
	u32 access = kinds[rng_below(&p->rng, ARRAY_SIZE(kinds))];

	if (!(access & (HV_PF_USER | HV_PF_FETCH)) && rng_once_in(&p->rng, 2))
		access |= HV_ACCESS_AC;
	return access;
}

/* Writes are of whole entries mostly, else of a part, or of two in part. */
static void choose_bytes(struct program *p, struct op *op)
{
	op->bytes = 8;
	if (!rng_once_in(&p->rng, 8))
		return;
	if (op->access & HV_PF_WRITE)
		op->bytes = 1u << rng_below(&p->rng, 4);
	op->gva += rng_below(&p->rng, 8);
	if ((op->gva & (HV_PAGE_BYTES - 1)) + op->bytes > HV_PAGE_BYTES)
		op->gva &= ~7ull;
}

static bool random_access(struct program *p)
{
	struct op *op = program_record(p, OP_ACCESS);
	int page = random_page(p);

	op->gva = p->o.page[page].gva | guest_offset(&p->g, &p->rng);
	op->access = random_kind(p);
	choose_bytes(p, op);
	return do_access(p, op, page, NULL);
}

/* A page through which the guest can write that frame now, or the window's. */
static int page_for_frame(struct program *p, u64 gfn, int window_page)
{
	u32 start = rng_below(&p->rng, (u32)p->o.nr_pages);
	int i;

	if (rng_once_in(&p->rng, 2))
		return window_page;
	for (i = 0; i < p->o.nr_pages; i++) {
		struct oracle_access what;
		struct outcome out;

		what.page = (int)(start + (u32)i) % p->o.nr_pages;
		what.gva = p->o.page[what.page].gva;
		what.access = HV_PF_WRITE | HV_ACCESS_AC;
		oracle_reference(&p->o, &what, &out);
		if (out.kind == OUT_DONE && out.gpa >> 12 == gfn)
			return what.page;
	}
	return window_page;
}

static bool edit(struct program *p)
{
	struct op *op = program_record(p, OP_EDIT);
	struct guest_edit edit;
	int page;

	guest_make_edit(&p->g, &p->rng, p->o.memory, &edit);
	p->result->edits++;
	p->edited[rng_below(&p->rng, PROGRAM_RECENT)] = edit.gfn << HV_PAGE_SHIFT | edit.offset;
	page = page_for_frame(p, edit.gfn, p->g.nr_pages + edit.window_page);
	op->gva = p->o.page[page].gva | edit.offset;
	op->access = HV_PF_WRITE | (rng_once_in(&p->rng, 8) ? 0 : HV_ACCESS_AC);
	op->bytes = 8;
	return do_access(p, op, page, &edit.value);
}

static bool check_reach(struct program *p)
{
	struct oracle_access what = {
		.page = random_page(p),
		.access = random_kind(p),
	};

	what.gva = p->o.page[what.page].gva | guest_offset(&p->g, &p->rng);
	return machine_check_reach(&p->m, &what) || program_fail(p, p->m.why);
}

/* ---- registers ---- */

static bool set_paging(struct program *p, enum op_kind kind, const struct hv_paging *new)
{
	enum paging_load load = kind == OP_CR3	      ? LOAD_CR3
				: kind == OP_CR3_KEEP ? LOAD_CR3_KEEP
						      : LOAD_OTHER;
	struct op *op = program_record(p, kind);

	op->value = kind == OP_CR0    ? new->cr0
		    : kind == OP_CR4  ? new->cr4
		    : kind == OP_EFER ? new->efer
				      : new->cr3;
	if (!machine_set_paging(&p->m, new, load))
		return program_fail(p, p->m.why);
	oracle_set_paging(&p->o, new, load);
	return true;
}

static bool uses_pcids(const struct program *p)
{
	return p->o.cpu.reg.cr4 & HV_CR4_PCIDE;
}

static bool load_cr3(struct program *p, u64 cr3, bool keep)
{
	struct hv_paging new = p->o.cpu.reg;

	new.cr3 = cr3;
	p->result->flushes += !keep;
	return set_paging(p, keep ? OP_CR3_KEEP : OP_CR3, &new);
}

static bool reload_cr3(struct program *p)
{
	return load_cr3(p, p->o.cpu.reg.cr3, false);
}

static bool switch_space(struct program *p)
{
	return load_cr3(p, guest_cr3(&p->g, &p->rng, uses_pcids(p)),
			uses_pcids(p) && !rng_once_in(&p->rng, 3));
}

static bool toggle_cr4(struct program *p, u64 bit)
{
	struct hv_paging new = p->o.cpu.reg;

	new.cr4 ^= bit;
	return set_paging(p, OP_CR4, &new);
}

/* CR4.PCIDE may be set only while CR3 names PCID 0 (SDM 3A, 4.10.1). */
static bool toggle_pcide(struct program *p)
{
	if (!uses_pcids(p) && p->o.cpu.reg.cr3 & 0xfff &&
	    !load_cr3(p, p->o.cpu.reg.cr3 & ~0xfffull, false))
		return false;
	return toggle_cr4(p, HV_CR4_PCIDE);
}

/* A change of CR4.PGE flushes everything; PGE is on most of the time. */
static bool flush_all(struct program *p)
{
	p->result->flushes++;
	if (!toggle_cr4(p, HV_CR4_PGE))
		return false;
	if (p->o.cpu.reg.cr4 & HV_CR4_PGE || rng_once_in(&p->rng, 4))
		return true;
	return toggle_cr4(p, HV_CR4_PGE);
}

static bool toggle_wp(struct program *p)
{
	struct hv_paging new = p->o.cpu.reg;

	new.cr0 ^= HV_CR0_WP;
	return set_paging(p, OP_CR0, &new);
}

/* Cached entries with XD set mean nothing definite after this: flush. */
static bool toggle_nxe(struct program *p)
{
	struct hv_paging new = p->o.cpu.reg;

	new.efer ^= HV_EFER_NXE;
	return set_paging(p, OP_EFER, &new) && flush_all(p);
}

/* ---- flushes ---- */

static bool invlpg(struct program *p, u64 gva)
{
	program_record(p, OP_INVLPG)->gva = gva;
	p->result->flushes++;
	if (!machine_invlpg(&p->m, gva))
		return program_fail(p, p->m.why);
	oracle_invlpg(&p->o, gva);
	return true;
}

static bool invpcid(struct program *p, enum hv_invpcid type, u16 pcid, u64 gva)
{
	struct op *op = program_record(p, OP_INVPCID);

	op->value = type;
	op->pcid = pcid;
	op->gva = gva;
	p->result->flushes++;
	if (!machine_invpcid(&p->m, type, pcid, gva))
		return program_fail(p, p->m.why);
	oracle_invpcid(&p->o, type, pcid, gva);
	return true;
}

/* Of the current PCID mostly. Without CR4.PCIDE only PCID 0 may be named. */
static bool random_invpcid(struct program *p, u64 gva)
{
	u16 pcid = paging_pcid(&p->o.cpu.reg);
	u32 type = rng_below(&p->rng, 4);

	if (uses_pcids(p) && rng_once_in(&p->rng, 3))
		pcid = (u16)rng_below(&p->rng, ORACLE_PCIDS);
	if (p->calm && !rng_once_in(&p->rng, 16))
		type &= 1; /* of one PCID */
	return invpcid(p, (enum hv_invpcid)type, pcid, gva);
}

static bool flush_page(struct program *p, u64 gva)
{
	if (p->pcid && rng_once_in(&p->rng, 3))
		return invpcid(p, HV_INVPCID_ADDR, paging_pcid(&p->o.cpu.reg), gva);
	return invlpg(p, gva);
}

/* Strict: until nothing stale can be used. A few ways to the same end. */
static bool flush_stale(struct program *p)
{
	u64 stale;
	int tries = 0;

	while ((stale = oracle_stale(&p->o))) {
		u64 gva = p->o.page[random_bit(&p->rng, stale)].gva | rng_below(&p->rng, 4096);
		bool ok;

		tries++;
		if (tries > (p->calm ? 40 : 8) || rng_once_in(&p->rng, p->calm ? 0 : 32))
			ok = flush_all(p);
		else if (p->pcid && rng_once_in(&p->rng, 6))
			ok = random_invpcid(p, gva);
		else if (hweight64(stale) > (p->calm ? 20 : 4) ||
			 rng_once_in(&p->rng, p->calm ? 12 : 4))
			ok = reload_cr3(p);
		else
			ok = flush_page(p, gva);
		if (!ok)
			return false;
	}
	return true;
}

static bool flush_at_random(struct program *p)
{
	u64 stale;

	if (!rng_once_in(&p->rng, p->flush_every))
		return true;
	switch (rng_below(&p->rng, 8)) {
	case 0:
		return p->calm || flush_all(p);
	case 1:
		return reload_cr3(p);
	case 2:
		return invlpg(p, p->o.page[random_page(p)].gva);
	case 3:
		return !p->pcid || random_invpcid(p, p->o.page[random_page(p)].gva);
	default:
		stale = oracle_stale(&p->o);
		return !stale || flush_page(p, p->o.page[random_bit(&p->rng, stale)].gva);
	}
}

bool program_flush(struct program *p)
{
	if (p->o.overflow && !flush_all(p))
		return false;
	return p->config->mode == PROGRAM_STRICT ? flush_stale(p) : flush_at_random(p);
}

/* ---- one operation ---- */

/* What makes a backend forget everything, or nearly. */
static bool change_mode(struct program *p)
{
	bool smep_smap = p->config->features & PROGRAM_SMEP_SMAP;

	if (p->calm && !rng_once_in(&p->rng, 8))
		return true;
	switch (rng_below(&p->rng, 5)) {
	case 0:
		return toggle_wp(p);
	case 1:
		return rng_once_in(&p->rng, 4) ? toggle_nxe(p) : flush_all(p);
	case 2:
		return !smep_smap || toggle_cr4(p, HV_CR4_SMEP);
	case 3:
		return !smep_smap || toggle_cr4(p, HV_CR4_SMAP);
	default:
		return !p->pcid || (p->calm && uses_pcids(p)) || toggle_pcide(p);
	}
}

static bool rare_operation(struct program *p)
{
	switch (rng_below(&p->rng, 8)) {
	case 0:
		return !p->pcid || random_invpcid(p, p->o.page[random_page(p)].gva);
	case 1:
	case 2:
		return !p->m.mmu.dirty.written || program_log(p);
	default:
		return change_mode(p);
	}
}

bool program_operate(struct program *p)
{
	u32 dice = rng_below(&p->rng, 200);

	if (p->m.mmu.ops->reach && rng_once_in(&p->rng, 16) && !check_reach(p))
		return false;
	if (p->calm && rng_once_in(&p->rng, 24))
		return switch_space(p);
	if (dice < 128)
		return random_access(p);
	if (dice < 188)
		return p->calm && rng_once_in(&p->rng, 2) ? random_access(p) : edit(p);
	if (dice < 195)
		return switch_space(p);
	if (dice < 196)
		return invlpg(p, p->o.page[rng_below(&p->rng, (u32)p->o.nr_pages)].gva);
	return rare_operation(p);
}
