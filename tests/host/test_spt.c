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
	if (&spt_mmu_ops)
		test_tracking();
}
