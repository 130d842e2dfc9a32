// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables as memory: tables that are mapped, aliased, shared, split,
 * merged, recycled and used at two levels at once. Software that shadows
 * tables must keep up with all of it.
 */
#include "selftest.h"

#define GVA TABLE_GVA
#define ALIAS_GVA (TABLE_GVA + HUGE_BYTES)
#define SELF_SLOT 300ull

/* PML4 entry SELF_SLOT is the PML4: entries appear at these addresses. */
static u64 self_map(u64 gva)
{
	return (space_is_wide() ? 0 : ~0ull << 48) | SELF_SLOT << 39 |
	       (gva >> 12 & (BIT(36) - 1)) << 3;
}

static void recursive(u64 a, u64 b)
{
	u64 *slot = table_entry(boot_space.pml4, SELF_SLOT << 39, LEVEL_PML4E);
	u64 entry = self_map(GVA);
	u32 i;

	space_prepare(&boot_space, GVA, LEVEL_PTE);
	WRITE_ONCE(*slot, boot_space.pml4 | ENTRY_PRESENT | ENTRY_WRITE | ENTRY_NX);
	for (i = 0; i < 8; i++) {
		write_word(entry, (i % 2 ? b : a) | MAP_RW);
		flush_page(GVA);
		expect_word("edit through the recursive map", GVA, i % 2 ? 2 : 1);
		verify(read_word(entry) == ((i % 2 ? b : a) | MAP_RW | ENTRY_ACCESSED),
		       "the recursive map shows the entry 0x%llx", read_word(entry));
	}
	WRITE_ONCE(*slot, 0);
	flush_by_cr3(cpu_read_cr3());
	expect_fault("the recursive map, taken away", entry, 0);
}

/* A page table written through a mapping that it does not serve itself. */
static void aliased_table(u64 a, u64 b)
{
	u64 table = *space_entry(&boot_space, GVA, LEVEL_PDE) & ENTRY_ADDRESS;
	u64 entry = ALIAS_GVA + (GVA >> 12) % 512 * 8;
	u32 i;

	space_map(&boot_space, ALIAS_GVA, table, MAP_RW);
	for (i = 0; i < 8; i++) {
		write_word(entry, (i % 2 ? b : a) | MAP_RW);
		flush_page(GVA);
		expect_word("edit through an alias", GVA, i % 2 ? 2 : 1);
		WRITE_ONCE(*space_entry(&boot_space, GVA, LEVEL_PTE), 0);
		flush_page(GVA);
		expect_fault("taken away through the identity map", GVA, 0);
	}
	space_unmap(&boot_space, ALIAS_GVA);
}

/* 2M to 4K pieces and back; INVLPG anywhere in a large page drops it all. */
static void split_and_merge(u64 large, u64 other, u64 a)
{
	u64 gva = GVA + 2 * LARGE_BYTES, i;
	u64 table = frame_take_zeroed();
	u64 *pde = space_prepare(&boot_space, gva, LEVEL_PDE);
	u64 *pte = gpa_pointer(table);

	for (i = 0; i < 512; i += 73) {
		write_word(large + i * PAGE_BYTES, 100 + i);
		write_word(other + i * PAGE_BYTES, 5000 + i);
	}
	WRITE_ONCE(*pde, large | MAP_RW | ENTRY_LARGE);
	for (i = 0; i < 512; i += 73)
		expect_word("large page", gva + i * PAGE_BYTES, 100 + i);
	verify((*pde & (ENTRY_ACCESSED | ENTRY_DIRTY)) == ENTRY_ACCESSED,
	       "reads of a large page left its entry as 0x%llx", *pde);
	write_word(gva + 73 * PAGE_BYTES, 173);
	verify(*pde & ENTRY_DIRTY, "a write to a large page left its entry as 0x%llx", *pde);

	WRITE_ONCE(*pde, other | MAP_RW | ENTRY_LARGE);
	flush_page(gva + 300 * PAGE_BYTES + 8);
	for (i = 0; i < 512; i += 73)
		expect_word("large page after INVLPG", gva + i * PAGE_BYTES, 5000 + i);

	for (i = 0; i < 512; i++)
		pte[i] = (other + i * PAGE_BYTES) | MAP_RW;
	WRITE_ONCE(*pde, table | TABLE_FLAGS);
	flush_page(gva);
	for (i = 0; i < 512; i += 73)
		expect_word("split page", gva + i * PAGE_BYTES, 5000 + i);
	WRITE_ONCE(pte[73], a | MAP_RW);
	flush_page(gva + 73 * PAGE_BYTES);
	expect_word("one piece remapped", gva + 73 * PAGE_BYTES, 1);
	expect_word("its neighbour", gva + 146 * PAGE_BYTES, 5146);

	WRITE_ONCE(*pde, large | MAP_RW | ENTRY_LARGE);
	flush_by_cr3(cpu_read_cr3());
	for (i = 0; i < 512; i += 73)
		expect_word("merged page", gva + i * PAGE_BYTES, 100 + i);
	WRITE_ONCE(*pde, 0);
	flush_page(gva);
	expect_fault("large page taken away", gva + 5, 0);
}

/* Another page table under the same PDE. */
static void swap_tables(u64 a, u64 b)
{
	u64 gva = GVA + 3 * LARGE_BYTES;
	u64 *pde = space_prepare(&boot_space, gva, LEVEL_PDE);
	u64 first = frame_take_zeroed(), second = frame_take_zeroed();
	u32 i;

	write_word(first, a | MAP_RW);
	write_word(second, b | MAP_RW);
	for (i = 0; i < 8; i++) {
		WRITE_ONCE(*pde, (i % 2 ? second : first) | TABLE_FLAGS);
		flush_page(gva);
		expect_word("another table", gva, i % 2 ? 2 : 1);
	}
	/* One table under two PDEs: an edit shows at both addresses. */
	WRITE_ONCE(pde[1], second | TABLE_FLAGS);
	expect_word("a table shared by two PDEs", gva + LARGE_BYTES, 2);
	write_word(second, a | MAP_RW);
	flush_page(gva);
	flush_page(gva + LARGE_BYTES);
	expect_word("edit of a shared table, first", gva, 1);
	expect_word("edit of a shared table, second", gva + LARGE_BYTES, 1);
	WRITE_ONCE(pde[0], 0);
	WRITE_ONCE(pde[1], 0);
	flush_by_cr3(cpu_read_cr3());
}

/* A page that was a table becomes data, is filled with junk, and again. */
static void recycle(u64 a, u64 b)
{
	u64 gva = GVA + 5 * LARGE_BYTES, data = GVA + 6 * LARGE_BYTES, j;
	u64 *pde = space_prepare(&boot_space, gva, LEVEL_PDE);
	u64 page = frame_take_zeroed();
	u32 i;

	for (i = 0; i < 4; i++) {
		memset(gpa_pointer(page), 0, PAGE_BYTES);
		write_word(page, (i % 2 ? b : a) | MAP_RW);
		WRITE_ONCE(*pde, page | TABLE_FLAGS);
		flush_page(gva);
		expect_word("recycled table", gva, i % 2 ? 2 : 1);

		WRITE_ONCE(*pde, 0);
		flush_page(gva);
		space_map(&boot_space, data, page, MAP_RW);
		for (j = 0; j < 512; j++)
			write_word(data + 8 * j, RANDOM_STEP * (j + i));
		for (j = 0; j < 512; j++)
			expect_word("recycled data", page + 8 * j, RANDOM_STEP * (j + i));
		space_unmap(&boot_space, data);
	}
}

/* One page is a page directory at one address, a page table at another. */
static void two_levels(u64 a)
{
	u64 as_pd = GVA + 8 * HUGE_BYTES, as_pt = GVA + 7 * LARGE_BYTES;
	u64 both = frame_take_zeroed(), below = frame_take_zeroed();
	u64 *pdpte = space_prepare(&boot_space, as_pd, LEVEL_PDPTE);
	u64 *pde = space_prepare(&boot_space, as_pt, LEVEL_PDE);

	write_word(both, below | TABLE_FLAGS);
	write_word(below, a | MAP_RW);
	WRITE_ONCE(*pdpte, both | TABLE_FLAGS);
	WRITE_ONCE(*pde, both | TABLE_FLAGS);
	expect_word("through it as a directory", as_pd, 1);
	verify((read_word(as_pt) & ENTRY_ADDRESS) == a, "through it as a table: 0x%llx",
	       read_word(as_pt));
	write_word(as_pt + 8, (a + 0) | MAP_RW);
	expect_word("an entry made through its own mapping", as_pd + PAGE_BYTES, 1);
	WRITE_ONCE(*pdpte, 0);
	WRITE_ONCE(*pde, 0);
	flush_by_cr3(cpu_read_cr3());
}

/* 1G pages where the CPU has them; otherwise PS is reserved in a PDPTE. */
static void gigabyte_page(void)
{
	u64 gva = GVA + 16 * HUGE_BYTES;
	u64 *pdpte = space_prepare(&boot_space, gva, LEVEL_PDPTE);
	u64 frame = frame_tagged(31337);

	WRITE_ONCE(*pdpte, MAP_RW | ENTRY_LARGE);
	if (cpu_id(0x80000001).edx & BIT(26)) {
		expect_word("1G page", gva + frame, 31337);
		verify(*pdpte == (MAP_RW | ENTRY_LARGE | ENTRY_ACCESSED),
		       "a read of a 1G page left its entry as 0x%llx", *pdpte);
	} else {
		expect_fault("1G page on a CPU without", gva + frame, reserved_error(0));
	}
	WRITE_ONCE(*pdpte, 0);
	flush_page(gva + frame);
	expect_fault("1G page taken away", gva + frame, 0);
}

void test_tables(void)
{
	u64 a = frame_tagged(1), b = frame_tagged(2);
	u64 large = frames_take_aligned(1024, LARGE_BYTES);

	recursive(a, b);
	aliased_table(a, b);
	split_and_merge(large, large + LARGE_BYTES, a);
	swap_tables(a, b);
	recycle(a, b);
	two_levels(a);
	gigabyte_page();
}

/*
 * Global pages (4.10.2.4): a CR3 load may keep them, INVLPG and a change of
 * CR4.PGE never do. Pages without G don't survive a CR3 load.
 */
void test_global_pages(void)
{
	u64 a = frame_tagged(1), b = frame_tagged(2), seen;
	u64 gva = DATA_GVA + HUGE_BYTES, cr4 = cpu_read_cr4();
	u64 *entry = space_prepare(&boot_space, gva, LEVEL_PTE);
	u32 i;

	flush_by_cr4(cr4 | CR4_PGE);
	verify(cpu_read_cr4() == (cr4 | CR4_PGE), "CR4.PGE does not stay set");
	for (i = 0; i < 8; i++) {
		WRITE_ONCE(*entry, (i % 2 ? b : a) | MAP_RW | ENTRY_GLOBAL);
		flush_by_cr3(cpu_read_cr3());
		seen = read_word(gva);
		verify(seen == 1 || seen == 2, "a global page whose entry changes shows 0x%llx",
		       seen);
		if (i < 4)
			flush_page(gva);
		else
			flush_by_cr4(cpu_read_cr4() ^ CR4_PGE);
		expect_word("global page after a real flush", gva, i % 2 ? 2 : 1);
	}
	flush_by_cr4(cr4 | CR4_PGE);
	WRITE_ONCE(*entry, a | MAP_RW);
	flush_page(gva);
	expect_word("page without G", gva, 1);
	WRITE_ONCE(*entry, b | MAP_RW);
	flush_by_cr3(cpu_read_cr3());
	expect_word("page without G after a CR3 load", gva, 2);
	space_unmap(&boot_space, gva);
	flush_by_cr4(cr4);
}
