// SPDX-License-Identifier: GPL-2.0
/*
 * Rows 14 to 16 of what was published, see published.h: chases over large footprints. Page
 * tables are computed rather than stored: all is mapped by pages of one size in both
 * dimensions, and the tables of each level lie side by side.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "cost.h"
#include "machine.h"
#include "paging.h"
#include "published.h"
#include "translate.h"

#define WARM_UP 250000
#define LOADS 500000

#define ROOT_GVA (1ull << 39)
#define DATA (4 * SIZE_1G) /* gpa of the first page */
/* gpa of the guest's tables, by level, and hpa of EPT's; a level has less than 1G of them. */
#define GUEST_TABLES(level) (64 * SIZE_1G + (level) * SIZE_1G)
#define EPT_TABLES(level) (1024 * SIZE_1G + (level) * SIZE_1G)
#define HOST (256 * SIZE_1G) /* hpa - gpa */

/* The stand-ins of docs/calibration.md, section 4, with their native share of walks. */
static const struct program {
	const char *name;
	uint64_t pages;
	enum { UNIFORM, ZIPF, BLOCKED } locality;
	double share; /* of ideal time; Agile Paging, Figure 5, 4K, B */
	enum model_page page;
} programs[] = {
	{ "mcf", 196608, UNIFORM, 0.504, MODEL_PAGE_4K },
	{ "graph500", 196608, UNIFORM, 0.407, MODEL_PAGE_4K },
	{ "canneal", 190464, UNIFORM, 0.167, MODEL_PAGE_4K },
	{ "astar", 85504, BLOCKED, 0.117, MODEL_PAGE_4K },
	{ "tigr", 148992, ZIPF, 0.322, MODEL_PAGE_4K },
};

/*
 * Of row 14: 32 GiB of 2M pages, since Haswell's second level reaches 2 GiB of them: nine of ten
 * uniform loads miss it.
 */
static const struct program large_programs[] = {
	{ "uniform", 16384, UNIFORM, 0, MODEL_PAGE_2M },
	{ "zipf", 16384, ZIPF, 0, MODEL_PAGE_2M },
};

#define NR_PROGRAMS (sizeof(programs) / sizeof(programs[0]))

struct tables {
	bool ept; /* without it the guest's entries name host-physical addresses */
	enum model_page page;
};

static bool read_entry(void *opaque, uint64_t hpa, uint64_t *entry)
{
	const struct tables *tables = opaque;
	const bool guest = hpa < EPT_TABLES(1);
	const uint64_t at = guest ? hpa - HOST - GUEST_TABLES(0) : hpa - EPT_TABLES(0);
	const unsigned int level = at / SIZE_1G;
	const uint64_t number = at % SIZE_1G / 8; /* of the entry, among all of its level */
	const bool leaf = level == tables->page + 1u;
	uint64_t target;

	if (guest) {
		target = leaf ? DATA : GUEST_TABLES(level - 1);
		*entry = PAGING_PRESENT | PAGING_WRITABLE | PAGING_DIRTY;
		target += tables->ept ? 0 : HOST;
	} else {
		target = leaf ? HOST : EPT_TABLES(level - 1);
		*entry = EPT_RIGHTS | EPT_DIRTY;
	}
	if (leaf && level > 1)
		*entry |= PAGING_LEAF;
	/* The root's entries begin at that of ROOT_GVA. */
	*entry |= target + (guest && level == 4 ? number - 1 : number)
				   * (leaf ? 1ull << page_shift(tables->page) : SIZE_4K);
	return true;
}

static uint32_t pick(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return (*seed >> 32) * below >> 32;
}

/* The page of the next load, as workloads/reach.c chooses. */
static uint64_t next_page(const struct program *program, uint64_t *seed, uint64_t *block,
			  unsigned int load)
{
	unsigned int octaves = 0;
	uint64_t first, width;

	switch (program->locality) {
	case ZIPF:
		while (program->pages >> octaves)
			octaves++;
		first = 1ull << pick(seed, octaves);
		width = first - 1 + first > program->pages ? program->pages - (first - 1) : first;
		return (first - 1 + pick(seed, width)) * 2654435761ull % program->pages;
	case BLOCKED:
		if (load % 256 == 0)
			*block = pick(seed, program->pages - 15);
		return *block + pick(seed, 16);
	case UNIFORM:
		break;
	}
	return pick(seed, program->pages);
}

static void load(struct model_core *core, uint64_t offset)
{
	const uint64_t hpa = HOST + DATA + offset;
	enum cache_served served;
	uint64_t physical;

	/* The tables lead to what was loaded, or they are computed wrongly. */
	if (!translate(core, MODEL_LOAD, ROOT_GVA + offset, hpa, &physical) || physical != hpa) {
		fprintf(stderr, "a walk ended elsewhere than the load at %#llx\n",
			(unsigned long long)offset);
		exit(1);
	}
	served = cache_access(&core->caches, &core->caches.l1d, hpa >> CACHE_LINE_SHIFT);
	core->count[MODEL_CNT_loads]++;
	if (served != CACHE_L1)
		core->count[MODEL_CNT_data_served_l2 + served - CACHE_L2]++;
}

enum machine_kind { NATIVE, NESTED, NO_NESTED_TLB, NO_EPT_CACHES };

/* Takes away what the kind of machine lacks. */
static void ablate(struct model_core *core, const struct model_cpu *cpu, enum machine_kind kind)
{
	struct model_cpu without = *cpu;

	memset(without.psc, 0, sizeof(without.psc));
	if (kind >= NO_NESTED_TLB) {
		nested_tlb_free(&core->nested);
		nested_tlb_init(&core->nested, 0, core->ept_tags.live);
	}
	if (kind == NO_EPT_CACHES) {
		psc_free(&core->ept_psc);
		psc_init(&core->ept_psc, &without, core->ept_tags.live);
	}
}

/* The counts of LOADS loads, after WARM_UP others. */
static void run(const struct model_cpu *cpu, const struct program *program, enum machine_kind kind,
		uint64_t count[NR_MODEL_COUNTS])
{
	struct tables tables = { .ept = kind != NATIVE, .page = program->page };
	struct model_memory memory = { .read = read_entry, .opaque = &tables };
	const unsigned int shift = page_shift(program->page);
	struct model_core *core = calloc(1, sizeof(*core));
	uint64_t seed = 1, block = 0;
	struct sets l3;

	if (!core || sets_init(&l3, &cpu->cache[MODEL_L3], NULL) ||
	    core_init(core, cpu, false, &memory, &l3))
		abort();
	ablate(core, cpu, kind);
	core->context = (struct model_context){
		.guest = true,
		.levels = 4,
		.vpid = 1,
		.cr3 = GUEST_TABLES(4) + (kind == NATIVE ? HOST : 0),
		.eptp = kind == NATIVE ? 0 : EPT_TABLES(4) | 3 << 3 | 6,
	};
	core_select(core);
	for (unsigned int i = 0; i < WARM_UP + LOADS; i++) {
		const uint64_t page = next_page(program, &seed, &block, i);
		const uint64_t line = pick(&seed, 1u << (shift - CACHE_LINE_SHIFT));

		if (i == WARM_UP)
			memset(core->counts, 0, sizeof(core->counts));
		load(core, page << shift | line << CACHE_LINE_SHIFT);
	}
	memcpy(count, core->counts[MODEL_GUEST], sizeof(core->counts[MODEL_GUEST]));
	core_free(core);
	sets_free(&l3);
	free(core);
}

/* In cycles: the walks, and what else the loads wait for. */
struct time {
	struct published walks, rest;
};

static struct published cycles(const struct model_cpu *cpu, const uint64_t count[NR_MODEL_COUNTS])
{
	struct model_cycles found;

	model_cycles(cpu, count, &found);
	return (struct published){ found.low, found.mid, found.high };
}

static struct time time_of(const struct model_cpu *cpu, const struct program *program,
			   enum machine_kind kind)
{
	uint64_t count[NR_MODEL_COUNTS], rest[NR_MODEL_COUNTS] = { 0 };

	run(cpu, program, kind, count);
	for (unsigned int i = MODEL_CNT_data_served_l2; i <= MODEL_CNT_data_served_memory; i++) {
		rest[i] = count[i];
		count[i] = 0;
	}
	/* A hit of the second-level TLB is no walk. */
	rest[MODEL_CNT_stlb_hit] = count[MODEL_CNT_stlb_hit];
	count[MODEL_CNT_stlb_hit] = 0;
	return (struct time){ cycles(cpu, count), cycles(cpu, rest) };
}

/*
 * How much faster a run is than the slower one, in per cent. The ideal time, native without its
 * walks, is made what the published share of native walks says, as by instructions between
 * the loads, which are the same in every kind of machine.
 */
static double gain(double share, double native_walks, double native_rest, double slow_walks,
		   double slow_rest, double fast_walks, double fast_rest)
{
	const double ideal = native_walks / share;
	const double slow = ideal + slow_walks + slow_rest - native_rest;
	const double fast = ideal + fast_walks + fast_rest - native_rest;

	return 100 * (slow / fast - 1);
}

static struct published gains(double share, const struct time *native, const struct time *slow,
			      const struct time *fast)
{
#define GAIN(end) gain(share, native->walks.end, native->rest.end, slow->walks.end, \
		       slow->rest.end, fast->walks.end, fast->rest.end)
	return (struct published){ GAIN(low), GAIN(mid), GAIN(high) };
#undef GAIN
}

void published_ablation(const struct model_cpu *sandy_bridge, published_put *put)
{
	for (unsigned int i = 0; i < NR_PROGRAMS; i++) {
		const struct program *program = &programs[i];
		struct time time[NO_EPT_CACHES + 1];
		char name[64];

		for (enum machine_kind kind = NATIVE; kind <= NO_EPT_CACHES; kind++)
			time[kind] = time_of(sandy_bridge, program, kind);
		snprintf(name, sizeof(name), "ablation.ept_caches.%s", program->name);
		put(name, gains(program->share, &time[NATIVE], &time[NO_EPT_CACHES],
				&time[NO_NESTED_TLB]));
		snprintf(name, sizeof(name), "ablation.nested_tlb.%s", program->name);
		put(name, gains(program->share, &time[NATIVE], &time[NO_NESTED_TLB], &time[NESTED]));
	}
}

void published_large_pages(const struct model_cpu *haswell, published_put *put)
{
	for (unsigned int i = 0; i < sizeof(large_programs) / sizeof(large_programs[0]); i++) {
		const struct program *program = &large_programs[i];
		const struct time native = time_of(haswell, program, NATIVE);
		const struct time nested = time_of(haswell, program, NESTED);
		char name[64];

		snprintf(name, sizeof(name), "large_pages.%s", program->name);
		put(name, (struct published){ nested.walks.low / native.walks.low,
					      nested.walks.mid / native.walks.mid,
					      nested.walks.high / native.walks.high });
	}
}

static double references(const struct model_cpu *cpu, enum machine_kind kind)
{
	uint64_t count[NR_MODEL_COUNTS], sum = 0;

	run(cpu, &programs[0], kind, count);
	for (unsigned int i = MODEL_CNT_ref_guest_1; i <= MODEL_CNT_ref_ept_5; i++)
		sum += count[i];
	return (double)sum / count[MODEL_CNT_walk_load];
}

void published_references(const struct model_cpu *skylake, published_put *put)
{
	const double native = references(skylake, NATIVE), nested = references(skylake, NESTED);

	put("references.native", (struct published){ native, native, native });
	put("references.virtual", (struct published){ nested, nested, nested });
}
