// SPDX-License-Identifier: GPL-2.0
/*
 * Random guest programs. A guest has a little memory, a few frames that serve
 * as page tables on any level at once, a few address spaces and a few dozen
 * pages of linear addresses. It reads, writes and fetches there, and edits
 * its tables by ordinary writes: through an alias window that maps all table frames, or through
 * any other page that happens to map one (self-maps, large pages).
 *
 * Each operation runs on the backend (machine.h) and on the model (oracle.h).
 */
#include <stdarg.h>

#include "guest_tables.h"
#include "program.h"

#define RING 24 /* operations shown on a failure */
#define COMPARE_EVERY 1024 /* operations between looks at all of memory */
#define AUDIT_EVERY 64
#define RECENT 4 /* edits around which accesses gather */

enum op_kind { OP_ACCESS, OP_EDIT, OP_CR3, OP_INVLPG, OP_PGE, OP_WP, OP_NXE, OP_NR };

static const char *const op_name[OP_NR] = {
	"access", "edit", "MOV CR3", "INVLPG", "toggle CR4.PGE", "toggle CR0.WP", "toggle EFER.NXE",
};

struct op {
	u32 number;
	enum op_kind kind;
	u64 gva, value; /* value: written; or the new register */
	u32 access;
	struct outcome out;
};

struct program {
	const struct program_config *config;
	struct program_result *result;
	struct rng rng;
	struct machine m;
	struct oracle o;
	struct guest g;
	struct op ring[RING];
	u32 number; /* of operations begun */
	u32 flush_every; /* lazy: mean distance of random flushes */
	u64 edited[RECENT]; /* gpas of the entries edited last */
};

/* ---- reports ---- */

static struct op *record(struct program *p, enum op_kind kind)
{
	struct op *op = &p->ring[p->number++ % RING];

	*op = (struct op){ .number = p->number - 1, .kind = kind };
	return op;
}

static int op_print(const struct op *op, char *text, size_t size)
{
	int at;

	if (op->kind == OP_INVLPG)
		return snprintf(text, size, "#%u INVLPG %#llx", op->number, op->gva);
	if (op->kind > OP_EDIT)
		return snprintf(text, size, "#%u %s: now %#llx", op->number, op_name[op->kind],
				op->value);
	at = snprintf(text, size, "#%u %s: %s %s at %#llx", op->number, op_name[op->kind],
		      op->access & HV_PF_USER ? "user" : "supervisor",
		      op->access & HV_PF_WRITE	 ? "write"
		      : op->access & HV_PF_FETCH ? "fetch"
						 : "read",
		      op->gva);
	if (op->access & HV_PF_WRITE)
		at += snprintf(text + at, size - (size_t)at, " of %#llx", op->value);
	at += snprintf(text + at, size - (size_t)at, ": ");
	return at + outcome_print(&op->out, text + at, size - (size_t)at);
}

static bool fail(struct program *p, const char *why)
{
	char *text = p->result->why;
	size_t size = sizeof(p->result->why), at;
	u32 i = p->number > RING ? p->number - RING : 0;

	at = (size_t)snprintf(text, size, "%s\nlast operations:", why);
	for (; i < p->number && at + 300 < size; i++) {
		text[at++] = '\n';
		at += (size_t)op_print(&p->ring[i % RING], text + at, size - at);
	}
	snprintf(text + at, size - at, "\nregisters: cr0 %#llx cr3 %#llx cr4 %#llx efer %#llx",
		 p->o.cpu.reg.cr0, p->o.cpu.reg.cr3, p->o.cpu.reg.cr4, p->o.cpu.reg.efer);
	return false;
}

/* ---- operations ---- */

static int random_bit(struct rng *rng, u64 bits)
{
	u32 skip = rng_below(rng, hweight64(bits));

	while (skip--)
		bits &= bits - 1;
	return __builtin_ctzll(bits);
}

/* An access that must end as the reference says. */
static bool same_as_reference(struct program *p, const struct oracle_access *access,
			      const struct outcome *want, const struct outcome *got)
{
	char why[512];
	int at;

	if (want->kind == got->kind && (want->kind != OUT_DONE || want->gpa == got->gpa) &&
	    (want->kind != OUT_FAULT || want->error_code == got->error_code))
		return true;
	at = snprintf(why, sizeof(why), "strict: got %s", "");
	at += outcome_print(got, why + at, sizeof(why) - (size_t)at);
	at += snprintf(why + at, sizeof(why) - (size_t)at, ", reference ");
	outcome_print(want, why + at, sizeof(why) - (size_t)at);
	return fail(p, why);
}

/*
 * One access on both sides, and the data of a write. What to write is asked
 * for when it is known where it goes, so that tables get sensible entries.
 */
static bool do_access(struct program *p, enum op_kind kind, int page, u64 offset, u32 access,
		      const u64 *value)
{
	struct oracle_access what = {
		.page = page,
		.gva = p->o.page[page].gva | offset,
		.access = access,
	};
	struct op *op = record(p, kind);
	struct outcome want;
	char why[4096];

	op->gva = what.gva;
	op->access = access;
	p->result->accesses++;
	oracle_reference(&p->o, &what, &want);
	if (!machine_access(&p->m, &what, &op->out))
		return fail(p, p->m.why);
	if (!oracle_allows(&p->o, &p->m.memory, &what, &op->out, why, sizeof(why)))
		return fail(p, why);
	if (p->config->mode == PROGRAM_STRICT && !same_as_reference(p, &what, &want, &op->out))
		return false;

	if (op->out.kind == OUT_FAULT)
		p->result->faults++;
	if (op->out.kind == OUT_OUTSIDE)
		p->result->outside++;
	if (op->out.kind == OUT_DONE && access & HV_PF_WRITE) {
		op->value = value ? *value : guest_data(&p->g, &p->rng, op->out.gpa);
		*(u64 *)hv_va(op->out.hpa) = op->value;
		oracle_write(&p->o, op->out.gpa, op->value);
	}
	return true;
}

/* A page of the guest's; often one that an edit of late may concern. */
static int random_page(struct program *p)
{
	u64 pages = p->o.watch[p->edited[rng_below(&p->rng, RECENT)] / 8];

	if (!pages || rng_once_in(&p->rng, 3))
		return (int)rng_below(&p->rng, (u32)p->g.nr_pages);
	return random_bit(&p->rng, pages);
}

static bool random_access(struct program *p)
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

	return do_access(p, OP_ACCESS, random_page(p), guest_offset(&p->g, &p->rng), access, NULL);
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
		what.access = HV_PF_WRITE;
		oracle_reference(&p->o, &what, &out);
		if (out.kind == OUT_DONE && out.gpa >> 12 == gfn)
			return what.page;
	}
	return window_page;
}

static bool edit(struct program *p)
{
	struct guest_edit edit;

	guest_make_edit(&p->g, &p->rng, p->o.memory, &edit);
	p->result->edits++;
	p->edited[rng_below(&p->rng, RECENT)] = edit.gfn << HV_PAGE_SHIFT | edit.offset;
	return do_access(p, OP_EDIT, page_for_frame(p, edit.gfn, p->g.nr_pages + edit.window_page),
			 edit.offset, HV_PF_WRITE, &edit.value);
}

static bool set_paging(struct program *p, enum op_kind kind, const struct hv_paging *new)
{
	struct op *op = record(p, kind);

	op->value = kind == OP_CR3   ? new->cr3
		    : kind == OP_PGE ? new->cr4
		    : kind == OP_WP  ? new->cr0
				     : new->efer;
	if (!machine_set_paging(&p->m, new, kind == OP_CR3))
		return fail(p, p->m.why);
	oracle_set_paging(&p->o, new, kind == OP_CR3);
	return true;
}

static bool load_cr3(struct program *p, u64 cr3)
{
	struct hv_paging new = p->o.cpu.reg;

	new.cr3 = cr3;
	p->result->flushes++;
	return set_paging(p, OP_CR3, &new);
}

static bool invlpg(struct program *p, u64 gva)
{
	record(p, OP_INVLPG)->gva = gva;
	p->result->flushes++;
	if (!machine_invlpg(&p->m, gva))
		return fail(p, p->m.why);
	oracle_invlpg(&p->o, gva);
	return true;
}

/* A change of CR4.PGE flushes everything; PGE is on most of the time. */
static bool flush_all(struct program *p)
{
	struct hv_paging new = p->o.cpu.reg;

	p->result->flushes++;
	new.cr4 ^= HV_CR4_PGE;
	if (!set_paging(p, OP_PGE, &new))
		return false;
	if (new.cr4 & HV_CR4_PGE || rng_once_in(&p->rng, 4))
		return true;
	new.cr4 ^= HV_CR4_PGE;
	return set_paging(p, OP_PGE, &new);
}

static bool toggle_wp(struct program *p)
{
	struct hv_paging new = p->o.cpu.reg;

	new.cr0 ^= HV_CR0_WP;
	return set_paging(p, OP_WP, &new);
}

/* Cached entries with XD set mean nothing definite after this: flush. */
static bool toggle_nxe(struct program *p)
{
	struct hv_paging new = p->o.cpu.reg;

	new.efer ^= HV_EFER_NXE;
	return set_paging(p, OP_NXE, &new) && flush_all(p);
}

/* ---- flushing what must be flushed ---- */

/* Strict: until nothing stale can be cached. A few ways to the same end. */
static bool flush_stale(struct program *p)
{
	u64 stale;
	int tries = 0;

	while ((stale = oracle_stale(&p->o))) {
		bool ok;

		tries++;
		if (tries > 6 || rng_once_in(&p->rng, 16))
			ok = flush_all(p);
		else if (hweight64(stale) > 4 || rng_once_in(&p->rng, 4))
			ok = load_cr3(p, p->o.cpu.reg.cr3);
		else
			ok = invlpg(p, p->o.page[random_bit(&p->rng, stale)].gva |
					       rng_below(&p->rng, 4096));
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
		return flush_all(p);
	case 1:
		return load_cr3(p, p->o.cpu.reg.cr3);
	case 2:
		return invlpg(p, p->o.page[random_page(p)].gva);
	default:
		stale = oracle_stale(&p->o);
		return !stale || invlpg(p, p->o.page[random_bit(&p->rng, stale)].gva);
	}
}

static bool flush(struct program *p)
{
	if (p->o.overflow && !flush_all(p))
		return false;
	return p->config->mode == PROGRAM_STRICT ? flush_stale(p) : flush_at_random(p);
}

/* ---- the program ---- */

static bool operate(struct program *p)
{
	u32 dice = rng_below(&p->rng, 200);

	if (dice < 130)
		return random_access(p);
	if (dice < 190)
		return edit(p);
	if (dice < 196)
		return load_cr3(p, guest_root(&p->g, &p->rng));
	if (dice < 197)
		return invlpg(p, p->o.page[rng_below(&p->rng, (u32)p->o.nr_pages)].gva);
	if (dice < 198)
		return toggle_wp(p);
	return rng_once_in(&p->rng, 4) ? toggle_nxe(p) : flush_all(p);
}

static bool check_whole(struct program *p)
{
	const char *error = NULL;
	char why[256];

	if (p->config->audit && p->number % AUDIT_EVERY == 0)
		error = p->config->audit(&p->m.mmu);
	if (!error && p->number % COMPARE_EVERY == 0) {
		error = pool_check(&p->m.pool);
		if (!error && !oracle_same_memory(&p->o, &p->m.memory, why, sizeof(why)))
			error = why;
	}
	return !error || fail(p, error);
}

static void choose_machine(struct program *p, struct machine_config *config)
{
	struct rng *rng = &p->rng;
	bool large = rng_once_in(rng, 2);
	bool ept = p->config->ops == &ept_mmu_ops;

	*config = (struct machine_config){
		.ops = p->config->ops,
		.memory_bytes = (2 + rng_below(rng, 4)) << HV_CHUNK_SHIFT,
		.populate = rng_once_in(rng, 2),
		.caps = {
			.physical_address_bits = (u8)(36 + rng_below(rng, 15)),
			.gigabyte_pages = rng_once_in(rng, 2),
			.ept_2m = true,
			.ept_ad = true,
		},
		.seed = rng_next(rng),
	};
	config->knob[HVBENCH_KNOB_BACKING] = large;
	config->knob[HVBENCH_KNOB_POPULATE] = config->populate;
	config->knob[HVBENCH_KNOB_EPT_LEAF] = ept && large && rng_once_in(rng, 2);
	config->knob[HVBENCH_KNOB_EPT_AD] = ept && rng_once_in(rng, 2);
	config->knob[HVBENCH_KNOB_SPT_SYNC] = p->config->sync;
	if (rng_once_in(rng, 3))
		config->limit_pages = config->ops->pages * 2 + 8 + rng_below(rng, 64);
	config->paging = (struct hv_paging){
		.cr0 = HV_CR0_PE | HV_CR0_ET | HV_CR0_NE | HV_CR0_WP | HV_CR0_PG,
		.cr4 = HV_CR4_PAE | HV_CR4_PGE,
		.efer = HV_EFER_LME | HV_EFER_LMA | HV_EFER_NXE,
	};
	snprintf(p->result->setup, sizeof(p->result->setup),
		 "memory %llu KB of %s pages, %s; MAXPHYADDR %u, 1G pages %s; table limit %u; "
		 "ept.leaf %u, ept.ad %u",
		 config->memory_bytes >> 10, large ? "2M" : "4K",
		 config->populate ? "populated" : "lazy", config->caps.physical_address_bits,
		 config->caps.gigabyte_pages ? "yes" : "no", config->limit_pages,
		 config->knob[HVBENCH_KNOB_EPT_LEAF], config->knob[HVBENCH_KNOB_EPT_AD]);
}

static void poke_both(void *context, u64 gpa, u64 value)
{
	struct program *p = context;

	machine_poke(&p->m, gpa, value);
	oracle_write(&p->o, gpa, value);
}

static bool set_up(struct program *p)
{
	struct machine_config config;
	int i;

	choose_machine(p, &config);
	guest_create(&p->g, &p->rng, config.memory_bytes, config.caps.physical_address_bits,
		     config.caps.gigabyte_pages);
	config.paging.cr3 = p->g.root[0] << HV_PAGE_SHIFT;
	machine_create(&p->m, &config);
	p->m.evict = rng_once_in(&p->rng, 2) ? 0 : 8;
	p->m.denial = rng_once_in(&p->rng, 2) ? 0 : 4;
	p->m.low_pool = rng_once_in(&p->rng, 2) ? 0 : 8;
	p->flush_every = 2 + rng_below(&p->rng, 40);
	oracle_create(&p->o, config.memory_bytes);
	guest_build(&p->g, &p->rng, poke_both, p);
	p->o.cpu = (struct ref_cpu){
		.reg = config.paging,
		.physical_address_bits = config.caps.physical_address_bits,
		.gigabyte_pages = config.caps.gigabyte_pages,
	};
	for (i = 0; i < p->g.nr_pages + p->g.nr_tables; i++) {
		u64 gva = guest_page(&p->g, i);

		oracle_add_page(&p->o, gva);
		machine_add_page(&p->m, gva);
	}
	/* A backend may need a higher limit to make progress, and says so. */
	while (machine_start(&p->m)) {
		if (p->m.pool.limit_pages > 1024)
			return fail(p, "create failed");
		p->m.pool.limit_pages += 8;
	}
	return true;
}

static bool run(struct program *p)
{
	while (p->number < p->config->operations) {
		if (p->config->verbose && p->number) {
			char text[512];

			op_print(&p->ring[(p->number - 1) % RING], text, sizeof(text));
			printf("# %s\n", text);
		}
		if (!operate(p) || !flush(p) || !check_whole(p))
			return false;
		if (rng_once_in(&p->rng, 4))
			machine_speculate(&p->m, (int)rng_below(&p->rng, (u32)p->o.nr_pages));
	}
	return true;
}

bool program_run(const struct program_config *config, struct program_result *result)
{
	struct program *p = calloc(1, sizeof(*p));
	const char *left;
	bool ok;

	memset(result, 0, sizeof(*result));
	p->config = config;
	p->result = result;
	p->rng.state = config->seed;
	shim_warnings = 0;
	arena_init();
	arena_rewind();
	ok = set_up(p) && run(p);
	left = machine_destroy(&p->m);
	if (ok && left)
		ok = fail(p, left);
	if (ok && arena_pages_out())
		ok = fail(p, "host pages were not given back");
	oracle_destroy(&p->o);
	result->operations = p->number;
	memcpy(result->counter, p->m.counter, sizeof(result->counter));
	free(p);
	return ok;
}
