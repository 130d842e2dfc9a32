// SPDX-License-Identifier: GPL-2.0
/* The shadow backend, from outside: exact counts where theory gives them. */
#include "report.h"

extern const struct hv_mmu_ops spt_mmu_ops __attribute__((weak));

#define RW (PTE_P | PTE_W)
#define RWAD (PTE_P | PTE_W | PTE_A | PTE_D)

static struct test_guest t;

/*
 * PML4 at 0x1000, then 0x2000, 0x3000, and the page table at 0x4000 for the
 * first 2M of linear addresses. Page i maps frame 16 + i; page 511 maps the
 * page table itself.
 */
static void start(u32 sync, u64 flags)
{
	u64 i;

	guest_defaults(&t, &spt_mmu_ops, 4);
	t.config.knob[HVBENCH_KNOB_SPT_SYNC] = sync;
	guest_open(&t);
	machine_poke(&t.m, 0x1000, 0x2000 | RWAD);
	machine_poke(&t.m, 0x2000, 0x3000 | RWAD);
	machine_poke(&t.m, 0x3000, 0x4000 | RWAD);
	for (i = 0; i < 511; i++)
		machine_poke(&t.m, 0x4000 + 8 * i, (16 + i) << 12 | flags);
	machine_poke(&t.m, 0x4ff8, 0x4000 | RWAD);
	guest_start(&t);
}

static u64 count(enum hvbench_counter counter)
{
	return t.m.counter[counter];
}

#define FILLS count(HVBENCH_CNT_fault_fill)
#define TRACKS count(HVBENCH_CNT_fault_track)

static u64 faults(void)
{
	return FILLS + TRACKS + count(HVBENCH_CNT_fault_guest) + count(HVBENCH_CNT_fault_host);
}

/* The guest writes entry i of its page table through page 511. */
static void edit(u64 i, u64 value)
{
	struct outcome out = guest_access(&t, 0x1ff000 + 8 * i, HV_PF_WRITE);

	if (out.kind != OUT_DONE) {
		report(false, "the guest can write its page table");
		return;
	}
	*(u64 *)hv_va(out.hpa) = value;
}

static void test_fill(u32 sync)
{
	bool right = true;
	u64 i, before;

	start(sync, RWAD);
	for (i = 0; i < 500; i++)
		right &= guest_reaches(&t, i << 12 | 0x128, 0, (16 + i) << 12 | 0x128);
	report(right, "500 pages reach their frames");
	report_equal(FILLS, 500, "by one fill a page");
	report_equal(count(HVBENCH_CNT_spt_fill), 500, "of one entry each");
	before = faults();
	for (i = 0; i < 500; i++)
		right &= guest_reaches(&t, i << 12, HV_PF_WRITE, (16 + i) << 12);
	report(right && faults() == before, "a warm pass, even writing, meets no fault");
	guest_close(&t);

	start(sync, RW);
	right = guest_reaches(&t, 0x3000, 0, 19 << 12);
	report(right && guest_word(&t, 0x4018) == (19ull << 12 | RW | PTE_A),
	       "a read sets A in the guest's entry, not D");
	right = guest_reaches(&t, 0x3000, HV_PF_WRITE, 19 << 12);
	report(right && guest_word(&t, 0x4018) == (19ull << 12 | RWAD), "a write after it sets D");
	report_equal(FILLS, 2, "two fills: the first was not writable, so that D can be set");
	guest_close(&t);
}

static void test_edit(u32 sync)
{
	u64 tracks, i;

	start(sync, RWAD);
	guest_reaches(&t, 0x3000, 0, 19 << 12);
	edit(3, 300ull << 12 | RWAD);
	machine_invlpg(&t.m, 0x3000);
	report(guest_reaches(&t, 0x3000, 0, 300 << 12),
	       "after an edit and INVLPG the page leads to the new frame");
	edit(3, 0);
	machine_invlpg(&t.m, 0x3000);
	report_equal(guest_access(&t, 0x3000, 0).kind, OUT_FAULT,
		     "unmapped and INVLPG: the guest faults");
	edit(3, 301ull << 12 | RWAD);
	report(guest_reaches(&t, 0x3000, 0, 301 << 12), "not present to present needs no INVLPG");
	tracks = TRACKS;
	for (i = 3; i < 100; i++)
		edit(i, (100 + i) << 12 | RWAD);
	report(TRACKS - tracks <= 1, "97 edits of one table: opened once at most");
	guest_close(&t);
}

static void test_tracking(void)
{
	u64 i;

	start(HVBENCH_SPT_SYNC_UNSYNC, RWAD);
	guest_reaches(&t, 0x3000, 0, 19 << 12);
	edit(3, 300ull << 12 | RWAD);
	report_equal(TRACKS, 1, "the first write to a shadowed table opens it");
	for (i = 4; i < 100; i++)
		edit(i, (100 + i) << 12 | RWAD);
	report_equal(TRACKS, 1, "96 more writes meet no protection");
	machine_set_paging(&t.m, &t.config.paging, true);
	report_equal(count(HVBENCH_CNT_spt_sync), 1, "MOV to CR3 compares the one open table");
	report(guest_reaches(&t, 0x3000, 0, 300 << 12), "and the page leads to the new frame");
	edit(3, 301ull << 12 | RWAD);
	report_equal(TRACKS, 2, "after that the table is closed again: one more to open it");
	guest_close(&t);

	start(HVBENCH_SPT_SYNC_VTLB, RWAD);
	guest_reaches(&t, 0x3000, 0, 19 << 12);
	edit(3, 300ull << 12 | RWAD);
	report_equal(TRACKS, 0, "vtlb tracks nothing");
	guest_close(&t);
}

/* A page fault removes what is cached for its page: SDM 3A, 4.10.4.1. */
static void test_fault_forgets(u32 sync)
{
	start(sync, RWAD);
	guest_reaches(&t, 0x3000, 0, 19 << 12);
	edit(3, 300ull << 12 | PTE_P | PTE_A | PTE_D);
	report_equal(guest_access(&t, 0x3000, HV_PF_USER).kind, OUT_FAULT, "a user read faults");
	report(guest_reaches(&t, 0x3000, 0, 300 << 12),
	       "after the fault the old translation is gone");
	guest_close(&t);
}

/*
 * Two addresses share a page table. A fault on one rewrites the entry with
 * rights of which some are less than before: the TLB holds the old ones for the
 * other address, and INVLPG of that must end it.
 */
static void test_shared_rights(u32 sync)
{
	start(sync, RWAD | PTE_U | PTE_NX);
	machine_poke(&t.m, 0x3000, 0x4000 | RWAD | PTE_U);
	machine_poke(&t.m, 0x3008, 0x4000 | RWAD | PTE_U);
	report(guest_reaches(&t, 0x3000, HV_PF_WRITE, 19 << 12) &&
		       guest_reaches(&t, 0x203000, 0, 19 << 12),
	       "two addresses reach one page");
	edit(3, 19ull << 12 | PTE_P | PTE_A | PTE_D);
	report(guest_reaches(&t, 0x203000, HV_PF_FETCH, 19 << 12),
	       "NX taken off, the other address can be fetched from");
	machine_invlpg(&t.m, 0x3000);
	report_equal(guest_access(&t, 0x3000, HV_PF_WRITE).error_code, 3,
		     "W taken off and INVLPG, a write to the first one faults");
	guest_close(&t);
}

static void test_switch(u32 sync)
{
	struct hv_paging new;
	u64 root;
	bool right = true;

	guest_defaults(&t, &spt_mmu_ops, 4);
	t.config.knob[HVBENCH_KNOB_SPT_SYNC] = sync;
	t.config.knob[HVBENCH_KNOB_SPT_ROOTS] = 1; /* 3 roots */
	guest_open(&t);
	/* Two spaces, whose one page leads to another frame. */
	for (root = 0; root < 2; root++) {
		u64 at = 0x1000 + root * 0x10000;

		machine_poke(&t.m, at, (at + 0x1000) | RWAD);
		machine_poke(&t.m, at + 0x1000, (at + 0x2000) | RWAD);
		machine_poke(&t.m, at + 0x2000, (at + 0x3000) | RWAD);
		machine_poke(&t.m, at + 0x3000, (0x40000 + root * 0x1000) | RWAD);
	}
	guest_start(&t);
	new = t.config.paging;
	for (root = 0; root < 8; root++) {
		new.cr3 = 0x1000 + (root & 1) * 0x10000;
		machine_set_paging(&t.m, &new, true);
		right &= guest_reaches(&t, 0, 0, 0x40000 + (root & 1) * 0x1000);
	}
	report(right, "each space sees its own page over 8 switches");
	report_equal(FILLS, sync == HVBENCH_SPT_SYNC_VTLB ? 8 : 2, "%s",
		     sync == HVBENCH_SPT_SYNC_VTLB ? "vtlb fills after every switch"
						   : "a cached root needs no second fill");
	guest_close(&t);
}

/*
 * Two spaces whose page tables are at 0x4000 and 0x14000. Page 511 of the first
 * maps the page table of the second: a kernel at work on another space.
 */
static void test_aside(void)
{
	struct hv_paging first, second;
	u64 at;

	start(HVBENCH_SPT_SYNC_UNSYNC, RWAD);
	machine_poke(&t.m, 0x4ff8, 0x14000 | RWAD);
	for (at = 0x11000; at < 0x14000; at += 0x1000)
		machine_poke(&t.m, at, (at + 0x1000) | RWAD);
	machine_poke(&t.m, 0x14000, 0x40000 | RWAD);
	first = second = t.config.paging;
	second.cr3 = 0x11000;
	machine_set_paging(&t.m, &second, LOAD_CR3);
	guest_reaches(&t, 0, 0, 0x40000);
	machine_set_paging(&t.m, &first, LOAD_CR3);
	edit(0, 0x41000 | RWAD);
	machine_set_paging(&t.m, &first, LOAD_CR3);
	edit(0, 0x42000 | RWAD);
	report(TRACKS == 1 && count(HVBENCH_CNT_spt_sync) == 0,
	       "a table that the root does not reach stays open over a load of CR3");
	machine_set_paging(&t.m, &second, LOAD_CR3);
	report(guest_reaches(&t, 0, 0, 0x42000) && count(HVBENCH_CNT_spt_sync) == 1,
	       "and is compared when its own root is loaded");
	machine_set_paging(&t.m, &first, LOAD_CR3);
	edit(0, 0x43000 | RWAD);
	report_equal(TRACKS, 2, "which closes it");
	/* The first space's second gigabyte becomes the second space. */
	machine_poke(&t.m, 0x2008, 0x13000 | RWAD);
	report(guest_reaches(&t, 1 << 30, 0, 0x43000), "one that gets linked shows what is in it");
	guest_close(&t);
}

static void test_outside(u32 sync)
{
	struct outcome out;

	start(sync, RWAD);
	machine_poke(&t.m, 0x4010, 0x900000 | RWAD);
	out = guest_access(&t, 0x2468, 0);
	report(out.kind == OUT_OUTSIDE && out.gpa == 0x900468,
	       "an address outside memory is named exactly");
	machine_poke(&t.m, 0x3008, 0xa00000 | RWAD);
	out = guest_access(&t, 0x203000, 0);
	report(out.kind == OUT_OUTSIDE && out.gpa >> 12 == 0xa00, "so is a table outside memory");
	guest_close(&t);
}

/* ---- the knobs ---- */

static void start_with(u32 sync, enum hvbench_knob knob, u32 choice)
{
	u64 i;

	guest_defaults(&t, &spt_mmu_ops, 4);
	t.config.knob[HVBENCH_KNOB_SPT_SYNC] = sync;
	t.config.knob[knob] = choice;
	guest_open(&t);
	machine_poke(&t.m, 0x1000, 0x2000 | RWAD | PTE_U);
	machine_poke(&t.m, 0x2000, 0x3000 | RWAD | PTE_U);
	machine_poke(&t.m, 0x3000, 0x4000 | RWAD | PTE_U);
	for (i = 0; i < 256; i++)
		machine_poke(&t.m, 0x4000 + 8 * i, (16 + i) << 12 | RWAD);
	machine_poke(&t.m, 0x4ff8, 0x4000 | RWAD);
	guest_start(&t);
}

/* The same as edit(), where the hypervisor performs the write. */
static bool edit_emulated(u64 i, u64 value)
{
	struct outcome out = guest_access(&t, 0x1ff000 + 8 * i, HV_PF_WRITE);

	if (out.kind != OUT_DONE || !out.emulated)
		return false;
	*(u64 *)hv_va(out.hpa) = value;
	return machine_wrote(&t.m, 0x4000 + 8 * i, 8);
}

static void test_trap(void)
{
	bool right = true;
	u64 i, before;

	report_prefix("spt trap");
	start_with(HVBENCH_SPT_SYNC_TRAP, HVBENCH_KNOB_SPT_FILTER, 1);
	guest_reaches(&t, 0x3000, 0, 19 << 12);
	guest_reaches(&t, 0x1ff000, 0, 0x4000);
	before = faults();
	for (i = 0; i < 100; i++)
		right &= edit_emulated(i, (300 + i) << 12 | RWAD);
	report(right && faults() == before, "100 edits of a table are 100 emulated writes");
	report(!t.m.mmu.controls.trap_invlpg, "and INVLPG need not exit");
	for (i = 0; i < 100; i++)
		right &= guest_reaches(&t, i << 12, HV_PF_WRITE, (300 + i) << 12);
	report(right && faults() == before, "the new pages are there without a fault or INVLPG");
	report(edit_emulated(5, 0), "an entry is taken away");
	before = faults();
	report(guest_access(&t, 0x5000, 0).kind == OUT_FAULT && faults() == before,
	       "its fault reaches the guest without an exit");
	report(t.m.mmu.controls.filter_not_present, "the filter is armed");
	guest_close(&t);
}

static void test_fallback(void)
{
	struct outcome out;

	report_prefix("spt trap");
	start_with(HVBENCH_SPT_SYNC_TRAP, HVBENCH_KNOB_SPT_FILTER, 1);
	guest_reaches(&t, 0x3000, 0, 19 << 12);
	t.m.no_emulation = 1;
	edit(3, 300ull << 12 | RWAD);
	report_equal(count(HVBENCH_CNT_spt_unsync), 1, "what can't be emulated opens the table");
	report(t.m.mmu.controls.trap_invlpg, "then INVLPG exits");
	edit(300, 301ull << 12 | RWAD);
	out = guest_access(&t, 300 << 12, 0);
	report(out.kind == OUT_DONE, "what an open table maps is not filtered");
	machine_invlpg(&t.m, 0x3000);
	report(guest_reaches(&t, 0x3000, 0, 300 << 12), "and INVLPG makes the edit seen");
	guest_close(&t);
}

static void test_prefill(void)
{
	u64 i;

	report_prefix("spt prefill");
	start_with(HVBENCH_SPT_SYNC_UNSYNC, HVBENCH_KNOB_SPT_PREFILL, 1);
	for (i = 0; i < 64; i++)
		guest_reaches(&t, i << 12, 0, (16 + i) << 12);
	report_equal(FILLS, 8, "one fault for each group of 8");
	report_equal(count(HVBENCH_CNT_spt_prefill), 56, "which fills the other 7");
	guest_close(&t);
}

/* A 2M page of the guest's that its page tables lie in: frames 1 to 3. */
static void test_pieces(u32 choice, u64 group)
{
	bool right = true;
	u64 i;

	guest_defaults(&t, &spt_mmu_ops, 4);
	t.config.knob[HVBENCH_KNOB_SPT_SYNC] = HVBENCH_SPT_SYNC_UNSYNC;
	t.config.knob[HVBENCH_KNOB_SPT_PREFILL] = choice;
	guest_open(&t);
	machine_poke(&t.m, 0x1000, 0x2000 | RWAD);
	machine_poke(&t.m, 0x2000, 0x3000 | RWAD);
	machine_poke(&t.m, 0x3000, RWAD | PTE_PS);
	guest_start(&t);
	for (i = 0; i < 64; i++)
		right &= guest_reaches(&t, i << 12, 0, i << 12);
	report(right && FILLS == 64 / group, "pieces of a large page: one fault for %llu", group);
	report_equal(count(HVBENCH_CNT_spt_prefill), 64 - 64 / group, "which fills the others");
	report(guest_reaches(&t, 0x5000, HV_PF_WRITE, 0x5000) && !TRACKS,
	       "they are writable, as the whole page is");
	report(guest_reaches(&t, 0x2000, HV_PF_WRITE, 0x2000) && TRACKS == 1,
	       "but for page tables among them");
	guest_close(&t);
}

/* Two 2M pages of the guest's; a page table may turn up in the second. */
static void test_large(void)
{
	bool right = true;
	u64 i;

	report_prefix("spt large");
	guest_defaults(&t, &spt_mmu_ops, 4);
	t.config.knob[HVBENCH_KNOB_SPT_SYNC] = HVBENCH_SPT_SYNC_UNSYNC;
	t.config.knob[HVBENCH_KNOB_SPT_LARGE] = 1;
	t.config.knob[HVBENCH_KNOB_BACKING] = HVBENCH_SIZE_2M;
	guest_open(&t);
	machine_poke(&t.m, 0x1000, 0x2000 | RWAD);
	machine_poke(&t.m, 0x2000, 0x3000 | RWAD);
	for (i = 1; i < 3; i++)
		machine_poke(&t.m, 0x3000 + 8 * i, i << 21 | RWAD | PTE_PS);
	machine_poke(&t.m, 0x3018, 0x400000 | RWAD);
	machine_poke(&t.m, 0x400000, 0x9000 | RWAD);
	guest_start(&t);
	for (i = 0; i < 1024; i++)
		right &= guest_reaches(&t, 0x200000 + (i << 12), HV_PF_WRITE, 0x200000 + (i << 12));
	report(right && FILLS == 2 && count(HVBENCH_CNT_spt_fill_large) == 2,
	       "two large pages are two entries");
	report(guest_reaches(&t, 0x600000, 0, 0x9000), "a table inside the second is used");
	report_equal(count(HVBENCH_CNT_spt_split), 1, "which splits it");
	report(guest_reaches(&t, 0x401000, HV_PF_WRITE, 0x401000) &&
		       count(HVBENCH_CNT_spt_fill_large) == 2,
	       "its pages are 4K then");
	guest_close(&t);
}

static void test_eviction(void)
{
	bool right = true;
	u64 i, round;

	report_prefix("spt memory");
	guest_defaults(&t, &spt_mmu_ops, 4);
	t.config.knob[HVBENCH_KNOB_SPT_SYNC] = HVBENCH_SPT_SYNC_UNSYNC;
	t.config.limit_pages = 80;
	guest_open(&t);
	machine_poke(&t.m, 0x1000, 0x2000 | RWAD);
	machine_poke(&t.m, 0x2000, 0x3000 | RWAD);
	for (i = 0; i < 100; i++) {
		machine_poke(&t.m, 0x3000 + 8 * i, (0x100 + i) << 12 | RWAD);
		machine_poke(&t.m, (0x100 + i) << 12, (0x200 + i) << 12 | RWAD);
	}
	guest_start(&t);
	for (round = 0; round < 3; round++)
		for (i = 0; i < 100; i++)
			right &= guest_reaches(&t, i << 21, 0, (0x200 + i) << 12);
	report(right, "100 tables work in 80 pages");
	report(count(HVBENCH_CNT_spt_evict) > 200 && FILLS == 300,
	       "the oldest go one by one, and each comes back by one fault (%llu went)",
	       count(HVBENCH_CNT_spt_evict));
	guest_close(&t);
}

/* SMAP ignores AC for implicit accesses, of which the fault says nothing. */
static void test_implicit(void)
{
	struct hv_fault fault = {
		.space = HV_FAULT_GVA,
		.gva = 0x3008,
		.access = HV_ACCESS_AC,
		.error_code = HV_PF_PRESENT,
	};
	struct hv_answer answer = { 0 };

	report_prefix("spt smap");
	guest_defaults(&t, &spt_mmu_ops, 4);
	t.config.knob[HVBENCH_KNOB_SPT_SYNC] = HVBENCH_SPT_SYNC_UNSYNC;
	t.config.paging.cr4 |= HV_CR4_SMAP;
	guest_open(&t);
	machine_poke(&t.m, 0x1000, 0x2000 | RWAD | PTE_U);
	machine_poke(&t.m, 0x2000, 0x3000 | RWAD | PTE_U);
	machine_poke(&t.m, 0x3000, 0x4000 | RWAD | PTE_U);
	machine_poke(&t.m, 0x4018, 0x9000 | RWAD | PTE_U);
	guest_start(&t);
	report(guest_reaches(&t, 0x3008, HV_ACCESS_AC, 0x9008), "AC lets an access through");
	hv_pool_fill(&t.m.pool, t.m.mmu.ops->pages, t.m.mmu.ops->nodes);
	report_equal(t.m.mmu.ops->fault(&t.m.mmu, &fault, &answer), HV_DONE,
		     "a fault on an entry that is right may come from the TLB");
	report_equal(t.m.mmu.ops->fault(&t.m.mmu, &fault, &answer), HV_GUEST_FAULT,
		     "the second in a row is the guest's");
	report(answer.gva == 0x3008 && answer.error_code == HV_PF_PRESENT, "a protection fault");
	report_equal(t.m.mmu.ops->fault(&t.m.mmu, &fault, &answer), HV_DONE,
		     "and the next one may come from the TLB again");
	guest_close(&t);
}

/*
 * Two entries of the PDPT name one page directory. A write crosses from the last
 * page below 1G, which is a page table below that directory, to the first above:
 * the first page's fault opens the table, the second's wants it closed.
 */
static void test_two_pages(void)
{
	struct outcome out;

	guest_defaults(&t, &spt_mmu_ops, 4);
	t.config.knob[HVBENCH_KNOB_SPT_SYNC] = HVBENCH_SPT_SYNC_UNSYNC;
	guest_open(&t);
	machine_poke(&t.m, 0x1000, 0x2000 | RWAD);
	machine_poke(&t.m, 0x2000, 0x3000 | RWAD);
	machine_poke(&t.m, 0x2008, 0x3000 | RWAD);
	machine_poke(&t.m, 0x3000, 0x4000 | RWAD);
	machine_poke(&t.m, 0x3ff8, 0x5000 | RWAD);
	machine_poke(&t.m, 0x4000, 0x10000 | RWAD);
	machine_poke(&t.m, 0x5ff8, 0x4000 | RWAD);
	guest_start(&t);
	report(guest_reaches(&t, 0, 0, 0x10000), "the directory is shadowed for the first entry");
	out = guest_access_both(&t, 0x3ffff000, 0x40000000, HV_PF_WRITE);
	report(out.kind == OUT_DONE,
	       "an instruction that opens a table and links above it comes to its end");
	guest_close(&t);
}

void test_spt(void)
{
	u32 sync;

	for (sync = 0; sync <= HVBENCH_SPT_SYNC_UNSYNC; sync++) {
		report_prefix(sync ? "spt unsync" : "spt vtlb");
		if (!&spt_mmu_ops) {
			report_skip("spt/ is not linked in");
			continue;
		}
		test_fill(sync);
		test_edit(sync);
		test_fault_forgets(sync);
		test_shared_rights(sync);
		test_switch(sync);
		test_outside(sync);
	}
	report_prefix("spt tracking");
	if (!&spt_mmu_ops)
		return;
	test_tracking();
	test_aside();
	test_trap();
	test_fallback();
	test_prefill();
	test_pieces(0, 8);
	test_pieces(2, 32);
	test_large();
	test_eviction();
	test_implicit();
	test_two_pages();
}
