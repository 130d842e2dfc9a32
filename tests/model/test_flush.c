// SPDX-License-Identifier: GPL-2.0
/*
 * The table of SDM 3C 29.4.3 and 3A 4.10.4.1, row by row: what an event drops, and that
 * everything else is kept. Ten contexts differ in VPID, PCID and EPT; each has loaded two
 * pages of its own and two global ones. All tables are shared: EPT maps every address to
 * itself, so that one set of tables serves with and without it.
 */
#include <limits.h>

#include "check.h"
#include "machine.h"
#include "paging.h"

#define ALL UINT_MAX
#define BIT(n) (1u << (n))

/* Indices into what a context differs in. */
enum { EPT_NONE, EPT_A, EPT_B };

static const struct {
	const char *name;
	bool guest;
	uint16_t vpid, pcid;
	unsigned int ept;
} contexts[] = {
	{ "host, PCID 1", false, 0, 1, EPT_NONE },
	{ "host, PCID 2", false, 0, 2, EPT_NONE },
	{ "VPID 1, PCID 1", true, 1, 1, EPT_NONE },
	{ "VPID 1, PCID 2", true, 1, 2, EPT_NONE },
	{ "VPID 2, PCID 1", true, 2, 1, EPT_NONE },
	{ "VPID 0, PCID 1, EPT A", true, 0, 1, EPT_A },
	{ "VPID 1, PCID 1, EPT A", true, 1, 1, EPT_A },
	{ "VPID 1, PCID 2, EPT A", true, 1, 2, EPT_A },
	{ "VPID 1, PCID 1, EPT B", true, 1, 1, EPT_B },
	{ "VPID 2, PCID 1, EPT A", true, 2, 1, EPT_A },
};

enum {
	HOST_1, HOST_2, V1_P1, V1_P2, V2_P1, V0_P1_A, V1_P1_A, V1_P2_A, V1_P1_B, V2_P1_A,
	NR_CONTEXTS
};

/* The pages: each in areas of 512G of its own, so that they share no cached entry. */
enum { OWN_1, OWN_2, GLOBAL_1, GLOBAL_2, NR_PAGES };

#define PAGE_1 (BIT(OWN_1) | BIT(GLOBAL_1))

/* What is dropped: all bits have to hold. */
struct expect {
	unsigned int vpids, pcids, epts; /* by BIT() */
	unsigned int pages; /* own and global ones apart */
	bool nothing;
};

/*
 * Of the cached tables: of the areas of the two own pages. Of EPT's: of their
 * guest-physical addresses.
 */
struct row {
	const char *what;
	unsigned int in; /* the context that it happens in */
	void (*event)(struct machine *m);
	struct expect tlb, psc, ept;
};

static uint64_t address_of(unsigned int page)
{
	return (1 + page) * SIZE_512G;
}

static uint64_t gpa_of(unsigned int page)
{
	return (16 + page) * SIZE_1G;
}

static uint64_t eptp[3];

static void enter(struct machine *m, unsigned int context)
{
	m->guest = (struct model_context){
		.guest = contexts[context].guest,
		.pcid = true,
		.levels = 4,
		.vpid = contexts[context].vpid,
		.cr3 = (m->guest.cr3 & PAGING_ADDRESS) | contexts[context].pcid,
		.eptp = eptp[contexts[context].ept],
	};
	machine_in_guest(m);
}

static void map_identity(struct machine *m, unsigned int ept)
{
	eptp[ept] = machine_new_ept(m);
	m->guest.eptp = eptp[ept];
	for (uint64_t gpa = 0; gpa < 32 * SIZE_1G; gpa += SIZE_1G)
		machine_map_ept(m, gpa, gpa, MODEL_PAGE_1G, 0);
	m->guest.eptp = 0;
}

static void open_contexts(struct machine *m)
{
	machine_open(m, cpu_large(), false, false);
	for (unsigned int page = 0; page < NR_PAGES; page++) {
		const unsigned int flags = page >= GLOBAL_1 ? MAP_GLOBAL : 0;

		machine_map(m, address_of(page), gpa_of(page), MODEL_PAGE_4K, flags);
		machine_map(m, address_of(page) + SIZE_4K, gpa_of(page) + SIZE_4K, MODEL_PAGE_4K,
			    flags);
	}
	map_identity(m, EPT_A);
	map_identity(m, EPT_B);
	for (unsigned int context = 0; context < NR_CONTEXTS; context++) {
		enter(m, context);
		for (unsigned int page = 0; page < NR_PAGES; page++)
			machine_load(m, address_of(page));
	}
}

static bool expected(const struct expect *expect, unsigned int context, unsigned int page)
{
	return !expect->nothing && expect->vpids & BIT(contexts[context].vpid) &&
	       expect->epts & BIT(contexts[context].ept) && expect->pages & BIT(page) &&
	       (page >= GLOBAL_1 || expect->pcids & BIT(contexts[context].pcid));
}

/* Global pages are loaded only by the last context that shares them: ask all of them. */
static bool tlb_dropped(struct machine *m, unsigned int context, unsigned int page)
{
	enter(m, context);
	return machine_walks(m, address_of(page));
}

/* The page beside it walks anyway: from the cached PDE, or further up. */
static bool psc_dropped(struct machine *m, unsigned int context, unsigned int page)
{
	uint64_t before;

	enter(m, context);
	before = machine_count(m, contexts[context].guest ? MODEL_GUEST : MODEL_HOST,
			       MODEL_CNT_psc_hit_2);
	machine_load(m, address_of(page) + SIZE_4K);
	return machine_count(m, contexts[context].guest ? MODEL_GUEST : MODEL_HOST,
			     MODEL_CNT_psc_hit_2) == before;
}

/* EPT's part of that walk: all from the nested TLB, or not. */
static bool ept_dropped(struct machine *m, unsigned int context, unsigned int page)
{
	uint64_t before;

	enter(m, context);
	before = machine_count(m, MODEL_GUEST, MODEL_CNT_nested_tlb_miss);
	machine_load(m, address_of(page) + SIZE_4K);
	return machine_count(m, MODEL_GUEST, MODEL_CNT_nested_tlb_miss) != before;
}

/* One kind of entry: every question is asked of a machine of its own, that of the event. */
static void check_kind(const struct row *row, const struct expect *expect, const char *kind,
		       bool (*dropped)(struct machine *m, unsigned int context, unsigned int page),
		       unsigned int pages)
{
	unsigned int wrong = 0, lost = 0, kept = 0;

	for (unsigned int context = 0; context < NR_CONTEXTS; context++) {
		for (unsigned int page = 0; page < pages; page++) {
			struct machine m;
			bool is, should = expected(expect, context, page);

			if (dropped == ept_dropped && !contexts[context].ept)
				continue;
			open_contexts(&m);
			enter(&m, row->in);
			row->event(&m);
			is = dropped(&m, context, page);
			machine_close(&m);
			lost += is;
			kept += !is;
			if (is == should)
				continue;
			wrong++;
			check(false, "%s: %s, %s, page %u is %s", row->what, kind,
			      contexts[context].name, page, should ? "dropped" : "kept");
		}
	}
	if (!wrong)
		check(true, "%s: %s: %u dropped, %u kept", row->what, kind, lost, kept);
}

static void flush(struct machine *m, struct model_flush flush)
{
	model_flush(m->model, 0, &flush);
}

static void invlpg(struct machine *m)
{
	flush(m, (struct model_flush){ .kind = MODEL_FLUSH_INVLPG, .address = address_of(OWN_1) });
}

static void invlpg_global(struct machine *m)
{
	flush(m, (struct model_flush){ .kind = MODEL_FLUSH_INVLPG,
				       .address = address_of(GLOBAL_1) });
}

static void invpcid(struct machine *m, unsigned int type)
{
	flush(m, (struct model_flush){ .kind = MODEL_FLUSH_INVPCID, .type = type, .pcid = 2,
				       .address = address_of(OWN_1) });
}

static void invpcid_0(struct machine *m) { invpcid(m, 0); }
static void invpcid_1(struct machine *m) { invpcid(m, 1); }
static void invpcid_2(struct machine *m) { invpcid(m, 2); }
static void invpcid_3(struct machine *m) { invpcid(m, 3); }

static void mov_cr3(struct machine *m)
{
	flush(m, (struct model_flush){ .kind = MODEL_FLUSH_MOV_CR3,
				       .value = (m->guest.cr3 & PAGING_ADDRESS) | 2 });
}

static void mov_cr3_no_flush(struct machine *m)
{
	flush(m, (struct model_flush){
		.kind = MODEL_FLUSH_MOV_CR3,
		.value = (m->guest.cr3 & PAGING_ADDRESS) | 2 | CR3_NO_FLUSH,
	});
}

static void mov_cr4(struct machine *m, uint64_t value, uint64_t changed)
{
	flush(m, (struct model_flush){ .kind = MODEL_FLUSH_CR4, .value = value,
				       .changed = changed });
}

static void cr4_pge(struct machine *m) { mov_cr4(m, CR4_PCIDE, CR4_PGE); }
static void cr4_no_pcide(struct machine *m) { mov_cr4(m, 0, CR4_PCIDE); }
static void cr4_pcide(struct machine *m) { mov_cr4(m, CR4_PCIDE, CR4_PCIDE); }
static void cr4_smep(struct machine *m) { mov_cr4(m, CR4_PCIDE | CR4_SMEP, CR4_SMEP); }
static void cr4_no_smep(struct machine *m) { mov_cr4(m, CR4_PCIDE, CR4_SMEP); }

static void cr0_wp(struct machine *m)
{
	flush(m, (struct model_flush){ .kind = MODEL_FLUSH_CR0, .value = CR0_PG,
				       .changed = 1 << 16 });
}

static void cr0_no_paging(struct machine *m)
{
	flush(m, (struct model_flush){ .kind = MODEL_FLUSH_CR0, .changed = CR0_PG });
}

static void invvpid(struct machine *m, unsigned int type)
{
	flush(m, (struct model_flush){ .kind = MODEL_FLUSH_INVVPID, .type = type, .vpid = 1,
				       .address = address_of(OWN_1) });
}

static void invvpid_0(struct machine *m) { invvpid(m, 0); }
static void invvpid_1(struct machine *m) { invvpid(m, 1); }
static void invvpid_2(struct machine *m) { invvpid(m, 2); }
static void invvpid_3(struct machine *m) { invvpid(m, 3); }

static void invept_1(struct machine *m)
{
	flush(m, (struct model_flush){ .kind = MODEL_FLUSH_INVEPT, .type = 1,
				       .value = eptp[EPT_A] });
}

static void invept_2(struct machine *m)
{
	flush(m, (struct model_flush){ .kind = MODEL_FLUSH_INVEPT, .type = 2 });
}

static void exit_vpid(struct machine *m)
{
	model_exit(m->model, 0, true, &m->host);
}

static void exit_no_vpid(struct machine *m)
{
	model_exit(m->model, 0, false, &m->host);
}

static void enter_no_vpid(struct machine *m)
{
	model_enter(m->model, 0, false, &m->guest, false);
}

static void page_fault(struct machine *m)
{
	machine_fault(m, MODEL_LOAD, address_of(OWN_1), MODEL_NO_GPA);
}

static void ept_violation(struct machine *m)
{
	machine_fault(m, MODEL_LOAD, address_of(OWN_1), gpa_of(OWN_1));
}

#define NOTHING { .nothing = true }
#define VPID(n) .vpids = BIT(n)
#define ANY_PCID .pcids = ALL
#define ANY_EPT .epts = ALL
#define EPTS (BIT(EPT_A) | BIT(EPT_B))
#define OWN (BIT(OWN_1) | BIT(OWN_2))

static const struct row rows[] = {
	{ "INVLPG", V1_P1, invlpg,
	  { VPID(1), .pcids = BIT(1), ANY_EPT, .pages = BIT(OWN_1) },
	  { VPID(1), .pcids = BIT(1), ANY_EPT, .pages = OWN }, NOTHING },
	{ "INVLPG under EPT", V1_P1_A, invlpg,
	  { VPID(1), .pcids = BIT(1), ANY_EPT, .pages = BIT(OWN_1) },
	  { VPID(1), .pcids = BIT(1), ANY_EPT, .pages = OWN }, NOTHING },
	{ "INVLPG of a global page", V1_P1, invlpg_global,
	  { VPID(1), ANY_PCID, ANY_EPT, .pages = BIT(GLOBAL_1) },
	  { VPID(1), .pcids = BIT(1), ANY_EPT, .pages = OWN }, NOTHING },
	{ "INVLPG in the host", HOST_1, invlpg,
	  { VPID(0), .pcids = BIT(1), ANY_EPT, .pages = BIT(OWN_1) },
	  { VPID(0), .pcids = BIT(1), ANY_EPT, .pages = OWN }, NOTHING },
	{ "INVPCID 0", V1_P1, invpcid_0,
	  { VPID(1), .pcids = BIT(2), ANY_EPT, .pages = BIT(OWN_1) },
	  { VPID(1), .pcids = BIT(2), ANY_EPT, .pages = BIT(OWN_1) }, NOTHING },
	{ "INVPCID 1", V1_P1_A, invpcid_1,
	  { VPID(1), .pcids = BIT(2), ANY_EPT, .pages = OWN },
	  { VPID(1), .pcids = BIT(2), ANY_EPT, .pages = OWN }, NOTHING },
	{ "INVPCID 2", V1_P1, invpcid_2,
	  { VPID(1), ANY_PCID, ANY_EPT, .pages = ALL },
	  { VPID(1), ANY_PCID, ANY_EPT, .pages = OWN }, NOTHING },
	{ "INVPCID 3", V1_P1, invpcid_3,
	  { VPID(1), ANY_PCID, ANY_EPT, .pages = OWN },
	  { VPID(1), ANY_PCID, ANY_EPT, .pages = OWN }, NOTHING },
	{ "MOV CR3", V1_P1, mov_cr3,
	  { VPID(1), .pcids = BIT(2), ANY_EPT, .pages = OWN },
	  { VPID(1), .pcids = BIT(2), ANY_EPT, .pages = OWN }, NOTHING },
	{ "MOV CR3 with bit 63", V1_P1, mov_cr3_no_flush, NOTHING, NOTHING, NOTHING },
	{ "MOV CR4, PGE", V1_P1, cr4_pge,
	  { VPID(1), ANY_PCID, ANY_EPT, .pages = ALL },
	  { VPID(1), ANY_PCID, ANY_EPT, .pages = OWN }, NOTHING },
	{ "MOV CR4, PCIDE to 0", V1_P1, cr4_no_pcide,
	  { VPID(1), ANY_PCID, ANY_EPT, .pages = ALL },
	  { VPID(1), ANY_PCID, ANY_EPT, .pages = OWN }, NOTHING },
	{ "MOV CR4, PCIDE to 1", V1_P1, cr4_pcide, NOTHING, NOTHING, NOTHING },
	{ "MOV CR4, SMEP to 1", V1_P1, cr4_smep,
	  { VPID(1), .pcids = BIT(1), ANY_EPT, .pages = ALL },
	  { VPID(1), .pcids = BIT(1), ANY_EPT, .pages = OWN }, NOTHING },
	{ "MOV CR4, SMEP to 0", V1_P1, cr4_no_smep, NOTHING, NOTHING, NOTHING },
	{ "MOV CR0, WP", V1_P1, cr0_wp, NOTHING, NOTHING, NOTHING },
	{ "MOV CR0, PG to 0", V1_P1, cr0_no_paging,
	  { VPID(1), ANY_PCID, ANY_EPT, .pages = ALL },
	  { VPID(1), ANY_PCID, ANY_EPT, .pages = OWN }, NOTHING },
	{ "INVVPID 0", HOST_1, invvpid_0,
	  { VPID(1), ANY_PCID, ANY_EPT, .pages = BIT(OWN_1) },
	  { VPID(1), ANY_PCID, ANY_EPT, .pages = BIT(OWN_1) }, NOTHING },
	{ "INVVPID 1", HOST_1, invvpid_1,
	  { VPID(1), ANY_PCID, ANY_EPT, .pages = ALL },
	  { VPID(1), ANY_PCID, ANY_EPT, .pages = OWN }, NOTHING },
	{ "INVVPID 2", HOST_1, invvpid_2,
	  { .vpids = ~BIT(0), ANY_PCID, ANY_EPT, .pages = ALL },
	  { .vpids = ~BIT(0), ANY_PCID, ANY_EPT, .pages = OWN }, NOTHING },
	{ "INVVPID 3", HOST_1, invvpid_3,
	  { VPID(1), ANY_PCID, ANY_EPT, .pages = OWN },
	  { VPID(1), ANY_PCID, ANY_EPT, .pages = OWN }, NOTHING },
	{ "INVEPT 1", HOST_1, invept_1,
	  { .vpids = ALL, ANY_PCID, .epts = BIT(EPT_A), .pages = ALL },
	  { .vpids = ALL, ANY_PCID, .epts = BIT(EPT_A), .pages = OWN },
	  { .vpids = ALL, ANY_PCID, .epts = BIT(EPT_A), .pages = OWN } },
	{ "INVEPT 2", HOST_1, invept_2,
	  { .vpids = ALL, ANY_PCID, .epts = EPTS, .pages = ALL },
	  { .vpids = ALL, ANY_PCID, .epts = EPTS, .pages = OWN },
	  { .vpids = ALL, ANY_PCID, .epts = EPTS, .pages = OWN } },
	{ "VM exit with VPIDs", V1_P1, exit_vpid, NOTHING, NOTHING, NOTHING },
	{ "VM exit without VPIDs", V0_P1_A, exit_no_vpid,
	  { VPID(0), ANY_PCID, ANY_EPT, .pages = ALL },
	  { VPID(0), ANY_PCID, ANY_EPT, .pages = OWN }, NOTHING },
	{ "VM entry without VPIDs", V0_P1_A, enter_no_vpid,
	  { VPID(0), ANY_PCID, ANY_EPT, .pages = ALL },
	  { VPID(0), ANY_PCID, ANY_EPT, .pages = OWN }, NOTHING },
	{ "page fault", V1_P1, page_fault,
	  { VPID(1), .pcids = BIT(1), ANY_EPT, .pages = BIT(OWN_1) },
	  { VPID(1), .pcids = BIT(1), ANY_EPT, .pages = BIT(OWN_1) }, NOTHING },
	{ "EPT violation", V1_P1_A, ept_violation,
	  { VPID(1), .pcids = BIT(1), .epts = BIT(EPT_A), .pages = BIT(OWN_1) },
	  { VPID(1), .pcids = BIT(1), .epts = BIT(EPT_A), .pages = BIT(OWN_1) },
	  { .vpids = ALL, ANY_PCID, .epts = BIT(EPT_A), .pages = BIT(OWN_1) } },
};

/* Before any event everything hits: the rows above find what only the event dropped. */
static void test_loaded(void)
{
	unsigned int walks = 0;
	struct machine m;

	open_contexts(&m);
	for (unsigned int context = 0; context < NR_CONTEXTS; context++)
		for (unsigned int page = 0; page < NR_PAGES; page++)
			walks += tlb_dropped(&m, context, page);
	check_number(walks, 0, "every context has its pages cached");
	machine_close(&m);
}

/* One PCID's global page is every PCID's, under the same VPID and EPT. */
static void test_shared_global(void)
{
	struct machine m;

	open_contexts(&m);
	enter(&m, V1_P1);
	cr4_pge(&m);
	enter(&m, V1_P1);
	machine_load(&m, address_of(GLOBAL_1));
	check_number(tlb_dropped(&m, V1_P2, GLOBAL_1), 0, "a global page is every PCID's");
	check_number(tlb_dropped(&m, V1_P2, OWN_1), 1, "another is not");
	check_number(tlb_dropped(&m, V1_P1_A, GLOBAL_1), 1, "nor is it another EPT's");
	machine_close(&m);
}

/* Bit 63 means something only with CR4.PCIDE. */
static void test_no_pcide(void)
{
	struct machine m;

	machine_open(&m, cpu_large(), false, false);
	machine_map(&m, SIZE_1G, SIZE_1G, MODEL_PAGE_4K, 0);
	machine_in_guest(&m);
	machine_load(&m, SIZE_1G);
	flush(&m, (struct model_flush){ .kind = MODEL_FLUSH_MOV_CR3,
					.value = m.guest.cr3 | CR3_NO_FLUSH });
	check_number(machine_walks(&m, SIZE_1G), 1, "without PCIDE, MOV CR3 always flushes");
	machine_close(&m);
}

/* After an EPT violation, the walk for that address starts at EPT's root, for others it doesn't. */
static void test_violation_tables(void)
{
	uint64_t before;
	struct machine m;

	machine_open(&m, cpu_large(), true, false);
	for (unsigned int i = 0; i < 2; i++) {
		machine_map(&m, SIZE_1G + i * SIZE_4K, (1 + i) * SIZE_512G, MODEL_PAGE_4K, 0);
		machine_map_ept(&m, (1 + i) * SIZE_512G, SIZE_1G, MODEL_PAGE_4K, 0);
		machine_map_ept(&m, (1 + i) * SIZE_512G + SIZE_4K, SIZE_1G, MODEL_PAGE_4K, 0);
	}
	machine_in_guest(&m);
	machine_load(&m, SIZE_1G);
	machine_load(&m, SIZE_1G + SIZE_4K);
	machine_fault(&m, MODEL_LOAD, SIZE_1G, SIZE_512G);
	for (unsigned int i = 0; i < 2; i++) {
		machine_map(&m, SIZE_1G + (2 + i) * SIZE_4K, (1 + i) * SIZE_512G + SIZE_4K,
			    MODEL_PAGE_4K, 0);
		before = machine_count(&m, MODEL_GUEST, MODEL_CNT_ref_ept_4);
		machine_load(&m, SIZE_1G + (2 + i) * SIZE_4K);
		check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_ref_ept_4) - before, !i,
			     "an EPT violation drops cached EPT tables %s",
			     i ? "of no other address" : "of its address");
	}
	machine_close(&m);
}

/* A 2M page that is cached in pieces of 4K loses all of them by one INVLPG. */
static void test_pieces(void)
{
	struct model_flush flush = { .kind = MODEL_FLUSH_INVLPG, .address = SIZE_1G + SIZE_4K };
	struct machine m;

	machine_open(&m, cpu_large(), true, false);
	machine_map(&m, SIZE_1G, SIZE_1G, MODEL_PAGE_2M, 0);
	machine_map(&m, SIZE_1G + SIZE_2M, SIZE_1G, MODEL_PAGE_2M, 0);
	for (uint64_t at = 0; at < SIZE_2M; at += SIZE_4K)
		machine_map_ept(&m, SIZE_1G + at, SIZE_1G + at, MODEL_PAGE_4K, 0);
	machine_in_guest(&m);
	machine_load(&m, SIZE_1G);
	machine_load(&m, SIZE_1G + 2 * SIZE_4K);
	machine_load(&m, SIZE_1G + SIZE_2M);
	model_flush(m.model, 0, &flush);
	check_number(machine_walks(&m, SIZE_1G + 2 * SIZE_4K), 1,
		     "INVLPG of a 2M page drops its pieces of 4K");
	check_number(machine_walks(&m, SIZE_1G), 1, "all of them");
	check_number(machine_walks(&m, SIZE_1G + SIZE_2M), 0, "and no other page's");
	machine_close(&m);
}

/* Tag numbers run out and are given out anew: nothing that is live is lost. */
static void test_many_flushes(void)
{
	struct machine m;

	open_contexts(&m);
	enter(&m, HOST_1);
	for (unsigned int i = 0; i < 100000; i++)
		invvpid_1(&m);
	for (unsigned int i = 0; i < 100000; i++) {
		enter(&m, V1_P1_A);
		mov_cr3(&m);
	}
	check_number(tlb_dropped(&m, V2_P1, OWN_1), 0, "after 200,000 flushes others are still cached");
	check_number(tlb_dropped(&m, HOST_2, GLOBAL_2), 0, "global ones too");
	check_number(tlb_dropped(&m, V1_P1, OWN_1), 1, "and what was flushed is not");
	machine_close(&m);
}

void test_flush(void)
{
	check_group("flushes");
	test_loaded();
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_kind(&rows[i], &rows[i].tlb, "translations", tlb_dropped, NR_PAGES);
		check_kind(&rows[i], &rows[i].psc, "cached tables", psc_dropped, GLOBAL_1);
		check_kind(&rows[i], &rows[i].ept, "guest-physical", ept_dropped, GLOBAL_1);
	}
	test_shared_global();
	test_no_pcide();
	test_violation_tables();
	test_pieces();
	test_many_flushes();
}
