// SPDX-License-Identifier: GPL-2.0
/*
 * PCIDs and INVPCID: what is refused (SDM 3A, 2.5 and 4.10.1; SDM 2A, INVPCID),
 * and what each flush must forget (4.10.4.1). Where the manual lets a stale
 * translation live on, under another PCID or because bit 63 was set, either
 * answer is taken.
 */
#include "selftest.h"

#define GVA PCID_GVA
#define GLOBAL_GVA (PCID_GVA + LARGE_BYTES)
#define NR_PCIDS 3

/* Two frames that the entries change between. */
static u64 frames[2];

static void expect_gp(const char *test)
{
	verify(catch_state.caught.vector == VECTOR_GENERAL_PROTECTION,
	       "%s gave exception %llu, expected #GP", test, catch_state.caught.vector);
}

#define EXPECT_GP(test, instructions, ...)          \
	do {                                        \
		CATCH(instructions, ##__VA_ARGS__); \
		expect_gp(test);                    \
	} while (0)

#define MOVE_TO(reg, value) "movq %[v], %%" reg, [v] "r"((u64)(value))

static void invpcid_with(u64 type, u64 first, u64 second)
{
	struct invpcid_operand operand = { first, second };

	CATCH("invpcid (%[m]), %[type]", [m] "r"(&operand), [type] "r"(type));
}

static void without_pcids(void)
{
	u64 cr3 = cpu_read_cr3(), cr4 = cpu_read_cr4();

	EXPECT_GP("bit 63 of CR3 without PCIDs", MOVE_TO("cr3", cr3 | CR3_NO_FLUSH));
	flush_by_cr3(cr3 | ENTRY_PWT);
	EXPECT_GP("PCIDE while CR3 holds low bits", MOVE_TO("cr4", cr4 | CR4_PCIDE));
	flush_by_cr3(cr3);
	if (!cpu_has_invpcid())
		return;
	invpcid_with(INVPCID_SINGLE, 0, 0);
	verify(catch_state.caught.vector == VECTOR_NONE,
	       "INVPCID of PCID 0 without PCIDs gave %llu", catch_state.caught.vector);
	invpcid_with(INVPCID_SINGLE, 1, 0);
	expect_gp("INVPCID of PCID 1 without PCIDs");
	invpcid_with(INVPCID_ADDRESS, 1, 0);
	expect_gp("INVPCID of an address in PCID 1 without PCIDs");
}

static void refused_operands(void)
{
	u64 type;

	for (type = INVPCID_ADDRESS; type <= INVPCID_NON_GLOBAL; type++) {
		invpcid_with(type, BIT(12), 0);
		expect_gp("INVPCID with bit 12 of the descriptor");
		invpcid_with(type, BIT(63), 0);
		expect_gp("INVPCID with bit 63 of the descriptor");
	}
	invpcid_with(4, 0, 0);
	expect_gp("INVPCID of type 4");
	invpcid_with(INVPCID_ADDRESS, 0, space_is_wide() ? BIT(56) : BIT(47));
	expect_gp("INVPCID of a non-canonical address");
	invpcid_with(INVPCID_SINGLE, 4095, BIT(62));
	verify(catch_state.caught.vector == VECTOR_NONE,
	       "INVPCID of a whole PCID looks at the address: %llu", catch_state.caught.vector);
	CATCH("invpcid (%[m]), %[type]", [m] "r"(GVA + HUGE_BYTES), [type] "r"(2ull));
	verify(catch_state.caught.vector == VECTOR_PAGE_FAULT &&
		       catch_state.caught.cr2 == GVA + HUGE_BYTES &&
		       catch_state.caught.error_code == 0,
	       "INVPCID with an unmapped operand gave %llu at 0x%llx", catch_state.caught.vector,
	       catch_state.caught.cr2);
	CATCH("invpcid (%[m]), %[type]", [m] "r"(BIT(62)), [type] "r"(2ull));
	expect_gp("INVPCID with a non-canonical operand");
}

/* Loads the tables under that PCID; keep: without a flush. */
static void load(u64 pcid, bool keep)
{
	flush_by_cr3(boot_space.root | pcid | (keep ? CR3_NO_FLUSH : 0));
	verify(cpu_read_cr3() == (boot_space.root | pcid), "CR3 reads 0x%llx under PCID %llu",
	       cpu_read_cr3(), pcid);
}

static void point(u64 gva, u32 which, u64 flags)
{
	WRITE_ONCE(*space_entry(&boot_space, gva, LEVEL_PTE), frames[which] | MAP_RW | flags);
}

/* Every PCID knows both pages by their frame `which`. */
static void warm_up(u32 which)
{
	u64 pcid;

	point(GVA, which, 0);
	point(GLOBAL_GVA, which, ENTRY_GLOBAL);
	flush_by_cr4(cpu_read_cr4() ^ CR4_PGE);
	flush_by_cr4(cpu_read_cr4() ^ CR4_PGE);
	for (pcid = 1; pcid <= NR_PCIDS; pcid++) {
		load(pcid, true);
		expect_word("a page known under a PCID", GVA, which);
		expect_word("a global page known under a PCID", GLOBAL_GVA, which);
	}
}

/* After the flush of what `flushes` says, seen from PCID 1 to 3. */
static void verify_after(const char *test, u32 which, u32 pcids_flushed, bool global_flushed)
{
	u64 pcid, seen;

	for (pcid = 1; pcid <= NR_PCIDS; pcid++) {
		load(pcid, true);
		seen = read_word(GVA);
		verify(seen == which || (seen == !which && !(pcids_flushed >> pcid & 1)),
		       "%s: PCID %llu shows frame %llu, expected %u", test, pcid, seen, which);
		seen = read_word(GLOBAL_GVA);
		verify(seen == which || (seen == !which && !global_flushed),
		       "%s: PCID %llu shows global frame %llu, expected %u", test, pcid, seen,
		       which);
	}
}

#define ALL_PCIDS 0xe

enum flush { BY_CR3, BY_INVLPG, BY_ADDRESS, BY_SINGLE, BY_ALL, BY_NON_GLOBAL, BY_PGE, NR_FLUSHES };

/* Under PCID 2: edit, flush in one way, look from everywhere. */
static void flush_in_one_way(enum flush flush, u32 which)
{
	switch (flush) {
	case BY_CR3:
		load(2, false);
		verify_after("CR3 load", which, BIT(2), false);
		break;
	case BY_INVLPG:
		flush_page(GVA);
		flush_page(GLOBAL_GVA);
		verify_after("INVLPG", which, BIT(2), true);
		break;
	case BY_ADDRESS:
		flush_by_invpcid(INVPCID_ADDRESS, 3, GVA + 5);
		verify_after("INVPCID of an address in PCID 3", which, BIT(3), false);
		break;
	case BY_SINGLE:
		flush_by_invpcid(INVPCID_SINGLE, 1, 0);
		verify_after("INVPCID of PCID 1", which, BIT(1), false);
		break;
	case BY_ALL:
		flush_by_invpcid(INVPCID_ALL, 0, 0);
		verify_after("INVPCID of all", which, ALL_PCIDS, true);
		break;
	case BY_NON_GLOBAL:
		flush_by_invpcid(INVPCID_NON_GLOBAL, 0, 0);
		verify_after("INVPCID of all but global", which, ALL_PCIDS, false);
		break;
	default:
		flush_by_cr4(cpu_read_cr4() ^ CR4_PGE);
		flush_by_cr4(cpu_read_cr4() ^ CR4_PGE);
		verify_after("CR4.PGE", which, ALL_PCIDS, true);
	}
}

static void all_flushes(void)
{
	u32 round, flush;

	for (round = 0; round < 4; round++) {
		for (flush = BY_CR3; flush < NR_FLUSHES; flush++) {
			if (!cpu_has_invpcid() && flush >= BY_ADDRESS && flush <= BY_NON_GLOBAL)
				continue;
			warm_up(round % 2);
			load(2, true);
			point(GVA, !(round % 2), 0);
			point(GLOBAL_GVA, !(round % 2), ENTRY_GLOBAL);
			flush_in_one_way(flush, !(round % 2));
		}
	}
}

/* Spaces of their own, one PCID each; a PCID that changes hands is flushed. */
static void spaces(void)
{
	struct space space[4];
	u64 seen, i;

	for (i = 0; i < ARRAY_SIZE(space); i++) {
		space[i] = space_create();
		space_map(&space[i], GVA, frames[i % 2], MAP_RW);
	}
	for (i = 0; i < 32; i++) {
		flush_by_cr3(space[i % 4].root | (10 + i % 4) | CR3_NO_FLUSH);
		seen = read_word(GVA);
		verify(seen == i % 2, "space %llu under its PCID shows frame %llu", i % 4, seen);
	}
	for (i = 0; i < 32; i++) {
		flush_by_cr3(space[i * 3 % 4].root | 10);
		seen = read_word(GVA);
		verify(seen == i * 3 % 4 % 2, "space %llu, loaded under PCID 10, shows frame %llu",
		       i * 3 % 4, seen);
	}
	/* Not present under one PCID says nothing of another. */
	WRITE_ONCE(*space_entry(&space[1], GVA, LEVEL_PTE), 0);
	flush_by_cr3(space[1].root | 11);
	expect_fault("a page that this space unmapped", GVA, 0);
	flush_by_cr3(space[3].root | 13);
	expect_word("the same page of another space", GVA, 1);
}

void test_pcids(void)
{
	u64 cr3 = cpu_read_cr3(), cr4 = cpu_read_cr4();

	if (!cpu_has_pcid()) {
		EXPECT_GP("CR4.PCIDE on a CPU without", MOVE_TO("cr4", cr4 | CR4_PCIDE));
		return;
	}
	frames[0] = frame_tagged(0);
	frames[1] = frame_tagged(1);
	space_prepare(&boot_space, GVA, LEVEL_PTE);
	space_prepare(&boot_space, GLOBAL_GVA, LEVEL_PTE);
	without_pcids();
	flush_by_cr4(cr4 | CR4_PCIDE | CR4_PGE);
	if (cpu_has_invpcid())
		refused_operands();
	all_flushes();
	spaces();
	flush_by_cr3(cr3);
	flush_by_cr4(cr4);
	verify(cpu_read_cr4() == cr4, "CR4 became 0x%llx", cpu_read_cr4());
}
