// SPDX-License-Identifier: GPL-2.0
/*
 * Faults on what the guest itself has not mapped: error code and CR2, at every
 * level, whatever else the entry says, by every kind of access; and the way in
 * and out of that state, with tables that were just written. Software that
 * keeps such faults from exiting must tell them from its own.
 */
#include "selftest.h"

#define GVA FAULTS_GVA

/* What software keeps in entries that are not present: swap, migration. */
static const u64 absent_entries[] = {
	0,
	~0ull & ~ENTRY_PRESENT,
	ENTRY_WRITE | ENTRY_USER | ENTRY_ACCESSED | ENTRY_DIRTY,
	ENTRY_LARGE | ENTRY_WRITE,
	BIT(51) | BIT(1),
	0x000ffffffffff000,
	0x5a5a5a5a5a5a5a5a,
	ENTRY_NX,
};

static void expect_absent(const char *test, u64 gva)
{
	struct caught caught;
	u64 address;
	u32 access, user;

	for (access = READ; access < NR_ACCESSES; access++) {
		for (user = 0; user < 2; user++) {
			caught = try_access(access, user, gva, &address);
			verify(caught.vector == VECTOR_PAGE_FAULT &&
				       caught.error_code == access_bits(access, user) &&
				       caught.cr2 == address,
			       "%s: access %u of %s gave %llu, error code 0x%llx, cr2 0x%llx", test,
			       access, user ? "a user" : "a supervisor", caught.vector,
			       caught.error_code, caught.cr2);
		}
	}
}

/* An entry of that level comes and goes; what is below it stays. */
static void absent_at(u32 level, u64 frame)
{
	u64 *entry = space_entry(&boot_space, GVA, level), present = *entry;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(absent_entries); i++) {
		WRITE_ONCE(*entry, absent_entries[i]);
		flush_page(GVA);
		expect_absent("an entry that is not present", GVA);
		expect_absent("the same, further on", GVA + 7 * PAGE_BYTES);
		verify(READ_ONCE(*entry) == absent_entries[i],
		       "an entry that is not present became 0x%llx", *entry);
		/* No flush: what is not present is not cached (4.10.2.3). */
		WRITE_ONCE(*entry, present);
		expect_word("an entry that came back", GVA, frame);
		expect_absent("its neighbour", GVA + PAGE_BYTES);
	}
}

/* Addresses that nobody ever mapped anything near to. */
static void never_mapped(void)
{
	static const u64 far[] = { BIT(46), BIT(46) + BIT(39), BIT(47) - PAGE_BYTES, GVA + BIT(38),
				   GVA + BIT(37) + BIT(21) };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(far); i++)
		expect_absent("an address that was never mapped", far[i]);
	if (!space_is_wide())
		expect_absent("the upper half", ~0ull << 47);
}

/* Demand paging in small: fault, map, go on, by every page of a table. */
static void map_on_demand(u64 frame)
{
	u64 gva = GVA + LARGE_BYTES, i, round;
	u64 *pde = space_entry(&boot_space, gva, LEVEL_PDE);
	u64 *table = gpa_pointer(frame_take_zeroed());

	for (round = 0; round < 2; round++) {
		/* The first round's table is new to the MMU, the second's is not. */
		WRITE_ONCE(*pde, (u64)table | TABLE_FLAGS);
		for (i = 0; i < 512; i += 3) {
			expect_fault("a page on demand", gva + i * PAGE_BYTES, 0);
			WRITE_ONCE(table[i],
				   frame | MAP_RW | (i % 2 ? ENTRY_ACCESSED | ENTRY_DIRTY : 0));
			expect_word("a page that was demanded", gva + i * PAGE_BYTES, frame);
			expect_fault("the page behind it", gva + (i + 1) * PAGE_BYTES, 0);
		}
		for (i = 0; i < 512; i += 3) {
			WRITE_ONCE(table[i], 0);
			flush_page(gva + i * PAGE_BYTES);
			expect_fault("a page taken away again", gva + i * PAGE_BYTES, 0);
		}
		WRITE_ONCE(*pde, 0);
		flush_page(gva);
		expect_fault("its table taken away", gva, 0);
	}
}

/* All entries taken away first, one flush for all of them after. */
static void unmap_many(u64 frame)
{
	u64 gva = GVA + 2 * LARGE_BYTES, i;
	u64 *table = gpa_pointer(frame_take_zeroed());

	WRITE_ONCE(*space_entry(&boot_space, gva, LEVEL_PDE), (u64)table | TABLE_FLAGS);
	for (i = 0; i < 64; i++) {
		WRITE_ONCE(table[i], frame | MAP_RW);
		expect_word("one of many pages", gva + i * PAGE_BYTES, frame);
	}
	for (i = 0; i < 64; i++)
		WRITE_ONCE(table[i], i % 2 ? 0 : frame | MAP_RO);
	flush_by_cr3(cpu_read_cr3());
	for (i = 0; i < 64; i++) {
		struct caught caught;
		u64 address;

		caught = try_access(WRITE, false, gva + i * PAGE_BYTES, &address);
		verify(caught.vector == VECTOR_PAGE_FAULT &&
			       caught.error_code == (PF_WRITE | (i % 2 ? 0 : PF_PRESENT)),
		       "a write to page %llu gave %llu, error code 0x%llx", i, caught.vector,
		       caught.error_code);
	}
}

/* A table written while another space is current, then entered. */
static void from_afar(u64 frame)
{
	struct space other = space_create();
	u64 gva = GVA + 3 * LARGE_BYTES, i;
	u64 *entry;

	space_map(&other, gva, frame, MAP_RW);
	entry = space_entry(&other, gva, LEVEL_PTE);
	for (i = 0; i < 8; i++) {
		space_switch(&other);
		if (i % 2)
			expect_fault("unmapped from another space", gva, 0);
		else
			expect_word("mapped from another space", gva, frame);
		expect_fault("a page beside it", gva + PAGE_BYTES, 0);
		space_switch(&boot_space);
		expect_fault("the same address in this space", gva, 0);
		WRITE_ONCE(*entry, i % 2 ? frame | MAP_RW : 0);
	}
}

void test_faults(void)
{
	u64 frame = frame_take_zeroed();
	u32 level;

	/* A frame's tag is its own address. */
	write_word(frame, frame);
	space_map(&boot_space, GVA, frame, MAP_RW);
	expect_word("the page of these tests", GVA, frame);
	for (level = LEVEL_PTE; level <= LEVEL_PML4E; level++)
		absent_at(level, frame);
	never_mapped();
	map_on_demand(frame);
	unmap_many(frame);
	from_afar(frame);
}
