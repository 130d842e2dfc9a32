// SPDX-License-Identifier: GPL-2.0
/*
 * The machine and the guest that a seed makes: every knob that means something to
 * the backend is turned at random, and the setup line names them all.
 */
#include "program_state.h"

static const struct {
	const char *name, *choices;
} knobs[] = {
#define KNOB(id, name, choices, def, help) { name, choices },
	HVBENCH_KNOBS(KNOB)
#undef KNOB
};

static void print_setup(struct program *p, const struct machine_config *config)
{
	char *text = p->result->setup;
	size_t size = sizeof(p->result->setup), at, i;

	at = (size_t)snprintf(text, size,
			      "memory %llu KB, MAXPHYADDR %u, 1G pages %s, PCIDs %s, table limit "
			      "%u;",
			      config->memory_bytes >> 10, config->caps.physical_address_bits,
			      config->caps.gigabyte_pages ? "yes" : "no",
			      config->caps.pcid ? "yes" : "no", config->limit_pages);
	for (i = 0; i < ARRAY_SIZE(knobs); i++) {
		const char *choice = knobs[i].choices;
		u32 skip = config->knob[i];

		for (; skip; choice++)
			skip -= *choice == '|';
		at += (size_t)snprintf(text + at, size - at, " %s=%.*s", knobs[i].name,
				       (int)strcspn(choice, "|"), choice);
	}
}

/* ---- the knobs ---- */

static void choose_ept(struct rng *rng, struct machine_config *config)
{
	u32 *knob = config->knob;

	knob[HVBENCH_KNOB_EPT_LEAF] = knob[HVBENCH_KNOB_BACKING] && rng_once_in(rng, 2);
	knob[HVBENCH_KNOB_EPT_FILL] = rng_below(rng, 4);
	knob[HVBENCH_KNOB_EPT_AD] = rng_once_in(rng, 2);
	config->caps.itlb_multihit = rng_once_in(rng, 2);
	if (rng_once_in(rng, 2))
		knob[HVBENCH_KNOB_LOG] =
			HVBENCH_LOG_FAULT + rng_below(rng, knob[HVBENCH_KNOB_EPT_AD] ? 3 : 1);
}

static void choose_limit(struct rng *rng, struct machine_config *config)
{
	if (rng_once_in(rng, 3))
		config->limit_pages = config->ops->pages * 2 + 8 + rng_below(rng, 64);
}

static void choose_spt(struct rng *rng, struct machine_config *config)
{
	u32 *knob = config->knob;

	choose_limit(rng, config);
	knob[HVBENCH_KNOB_SPT_PREFILL] = rng_below(rng, 3);
	knob[HVBENCH_KNOB_SPT_ROOTS] = rng_below(rng, 4);
	knob[HVBENCH_KNOB_SPT_PCID] = config->caps.pcid && rng_once_in(rng, 2);
	knob[HVBENCH_KNOB_SPT_LARGE] = rng_once_in(rng, 2);
	/* What the guest maps unseen can't be told from what it has not mapped. */
	if (knob[HVBENCH_KNOB_SPT_SYNC] != HVBENCH_SPT_SYNC_VTLB)
		knob[HVBENCH_KNOB_SPT_FILTER] = rng_once_in(rng, 2);
	if (rng_once_in(rng, 3))
		knob[HVBENCH_KNOB_LOG] = HVBENCH_LOG_FAULT + rng_below(rng, 2);
}

static void choose_tiny(struct rng *rng, struct machine_config *config)
{
	u32 *knob = config->knob;

	choose_limit(rng, config);
	knob[HVBENCH_KNOB_SPT_PCID] = config->caps.pcid && rng_once_in(rng, 2);
	if (rng_once_in(rng, 2))
		knob[HVBENCH_KNOB_LOG] = HVBENCH_LOG_FAULT + rng_below(rng, 2);
}

static void choose_machine(struct program *p, struct machine_config *config)
{
	const struct hv_mmu_ops *ops = p->config->ops;
	struct rng *rng = &p->rng;
	bool tiny = !strcmp(ops->name, "tiny");

	*config = (struct machine_config){
		.ops = ops,
		.memory_bytes = (2 + rng_below(rng, 4)) << HV_CHUNK_SHIFT,
		.populate = rng_once_in(rng, 2),
		.caps = {
			.physical_address_bits = (u8)(36 + rng_below(rng, 15)),
			.gigabyte_pages = rng_once_in(rng, 2),
			.pcid = !rng_once_in(rng, 3),
			.ept_2m = true,
			.ept_1g = true,
			.ept_ad = true,
			.ept_exec_only = true,
			.pml = true,
		},
		.paging = {
			.cr0 = HV_CR0_PE | HV_CR0_ET | HV_CR0_NE | HV_CR0_WP |
			       HV_CR0_PG,
			.cr4 = HV_CR4_PAE | HV_CR4_PGE,
			.efer = HV_EFER_LME | HV_EFER_LMA | HV_EFER_NXE,
		},
		.seed = rng_next(rng),
	};
	config->knob[HVBENCH_KNOB_BACKING] = rng_once_in(rng, 2);
	config->knob[HVBENCH_KNOB_POPULATE] = config->populate;
	config->knob[HVBENCH_KNOB_VPID] = !rng_once_in(rng, 4);
	config->knob[HVBENCH_KNOB_LA57] = p->config->features & PROGRAM_LA57 && rng_once_in(rng, 3);
	config->knob[HVBENCH_KNOB_SPT_SYNC] = p->config->sync;
	if (ops == &ept_mmu_ops)
		choose_ept(rng, config);
	else if (tiny)
		choose_tiny(rng, config);
	else
		choose_spt(rng, config);
	if (config->knob[HVBENCH_KNOB_LA57])
		config->paging.cr4 |= HV_CR4_LA57;
	p->calm = rng_once_in(rng, 2);
	p->pcid = p->config->features & PROGRAM_PCID && config->caps.pcid;
	if (p->pcid && p->calm)
		config->paging.cr4 |= HV_CR4_PCIDE;
	print_setup(p, config);
}

/* ---- the guest ---- */

static void poke_both(void *context, u64 gpa, u64 value)
{
	struct program *p = context;

	machine_poke(&p->m, gpa, value);
	oracle_write(&p->o, gpa, value);
}

static void make_guest(struct program *p, struct machine_config *config)
{
	struct guest_shape shape = {
		.bytes = config->memory_bytes,
		.physical_address_bits = config->caps.physical_address_bits,
		.levels = config->knob[HVBENCH_KNOB_LA57] ? 5 : 4,
		.gigabyte_pages = config->caps.gigabyte_pages,
		.large = config->knob[HVBENCH_KNOB_BACKING] && rng_once_in(&p->rng, 2),
	};

	guest_create(&p->g, &p->rng, &shape);
	config->paging.cr3 = p->g.root[0] << HV_PAGE_SHIFT;
}

static void make_mean(struct program *p)
{
	p->m.evict = rng_once_in(&p->rng, 2) ? 0 : 8;
	p->m.denial = rng_once_in(&p->rng, 2) ? 0 : 4;
	p->m.low_pool = rng_once_in(&p->rng, 2) ? 0 : 8;
	p->m.no_emulation = rng_once_in(&p->rng, 2) ? 0 : 8;
	/* Seldom, and by a sequence of their own: each such flush may hide one that is missing. */
	p->m.migrate = rng_once_in(&p->m.cpu_rng, 2) ? 0 : 500;
	/* Little work at a time, in a third of the programs: slices of everything. */
	if (rng_once_in(&p->m.cpu_rng, 3))
		p->m.mmu.work_limit = 64u << rng_below(&p->m.cpu_rng, 6);
	p->m.refuse = rng_once_in(&p->m.cpu_rng, 2) ? 0 : 16;
	p->flush_every = 2 + rng_below(&p->rng, 40);
}

bool program_set_up(struct program *p)
{
	struct machine_config config;
	int i;

	choose_machine(p, &config);
	make_guest(p, &config);
	machine_create(&p->m, &config);
	make_mean(p);
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
			return program_fail(p, "create failed");
		p->m.pool.limit_pages += 8;
	}
	return true;
}
