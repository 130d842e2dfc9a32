// SPDX-License-Identifier: GPL-2.0
/*
 * Large pages with page tables inside: tables are written through a page of 2M
 * or 1G that holds them, large pages are split into tables that lie in
 * themselves, and joined again. Software that shadows large pages by large
 * entries must let go of them at the right time, and of nothing else.
 */
#include "selftest.h"

#define GVA LARGE_GVA
#define WINDOW_GVA (LARGE_GVA + HUGE_BYTES)
#define HUGE_GVA (LARGE_GVA + 2 * HUGE_BYTES)

/* 2M of frames, tagged by their number; one of them will be a table. */
static u64 block;

static u64 frame_of(u64 n)
{
	return block + n * PAGE_BYTES;
}

static void tag_block(void)
{
	u64 i;

	for (i = 0; i < 512; i++)
		write_word(frame_of(i), i);
}

static void expect_block(const char *test, u64 gva, u64 except)
{
	u64 i;

	for (i = 0; i < 512; i += 61)
		if (i != except)
			expect_word(test, gva + i * PAGE_BYTES, i);
}

/* Frame 300 of the block is a page table, written through the block. */
static void table_inside(u64 window, const char *test)
{
	u64 table = frame_of(300), at = window + 300 * PAGE_BYTES, i;
	u64 *pde = space_prepare(&boot_space, GVA, LEVEL_PDE);

	memset(gpa_pointer(table), 0, PAGE_BYTES);
	expect_block(test, window, 300);
	WRITE_ONCE(*pde, table | TABLE_FLAGS);
	for (i = 0; i < 16; i++) {
		write_word(at + 8 * i, frame_of(i) | MAP_RW);
		expect_word(test, GVA + i * PAGE_BYTES, i);
		write_word(at + 8 * i, frame_of(i + 100) | MAP_RW);
		flush_page(GVA + i * PAGE_BYTES);
		expect_word(test, GVA + i * PAGE_BYTES, i + 100);
		write_word(window + 100 * PAGE_BYTES + 64, i);
		verify(read_word(frame_of(100) + 64) == i, "%s: a write beside the table is lost",
		       test);
		verify((read_word(at + 8 * i) & ~ENTRY_ACCESSED) == (frame_of(i + 100) | MAP_RW),
		       "%s: an entry reads 0x%llx through the large page", test,
		       read_word(at + 8 * i));
	}
	expect_block(test, window, 300);
	/* No table any more: it holds data like the others. */
	WRITE_ONCE(*pde, 0);
	flush_page(GVA);
	flush_by_cr3(cpu_read_cr3());
	for (i = 0; i < 512; i += 7)
		write_word(at + 8 * i, RANDOM_STEP * i);
	for (i = 0; i < 512; i += 7)
		expect_word(test, table + 8 * i, RANDOM_STEP * i);
	write_word(table, 300);
	expect_block(test, window, 512);
}

/* The block is split by a table that lies in the block, and joined. */
static void split_by_itself(void)
{
	u64 *pde = space_entry(&boot_space, WINDOW_GVA, LEVEL_PDE);
	u64 *table = gpa_pointer(frame_of(8)), i, round;

	for (round = 0; round < 3; round++) {
		WRITE_ONCE(*pde, block | MAP_RW | ENTRY_LARGE);
		flush_by_cr3(cpu_read_cr3());
		write_word(frame_of(8), 8);
		expect_block("a large page", WINDOW_GVA, 512);
		for (i = 0; i < 512; i++)
			table[i] = frame_of(i) | MAP_RW;
		WRITE_ONCE(*pde, (u64)table | TABLE_FLAGS);
		flush_by_cr3(cpu_read_cr3());
		expect_block("a page split by a table inside it", WINDOW_GVA, 8);
		/* The table maps itself: an edit of its own entries. */
		write_word(WINDOW_GVA + 8 * PAGE_BYTES + 8 * 61, frame_of(122) | MAP_RW);
		flush_page(WINDOW_GVA + 61 * PAGE_BYTES);
		expect_word("an entry edited through the table's own page",
			    WINDOW_GVA + 61 * PAGE_BYTES, 122);
		expect_word("its neighbour", WINDOW_GVA + 60 * PAGE_BYTES, 60);
	}
	WRITE_ONCE(*pde, block | MAP_RW | ENTRY_LARGE);
	flush_by_cr3(cpu_read_cr3());
	write_word(frame_of(8), 8);
	expect_block("the page joined again", WINDOW_GVA, 512);
}

/* Read-only, written, read-only again: rights and the D bit of a large page. */
static void rights(void)
{
	u64 *pde = space_entry(&boot_space, WINDOW_GVA, LEVEL_PDE), address, i;
	struct caught caught;

	for (i = 0; i < 4; i++) {
		WRITE_ONCE(*pde, block | MAP_RO | ENTRY_LARGE);
		flush_page(WINDOW_GVA + i * 99 * PAGE_BYTES);
		expect_block("a read-only large page", WINDOW_GVA, 512);
		caught = try_access(WRITE, false, WINDOW_GVA + 3 * PAGE_BYTES, &address);
		verify(caught.vector == VECTOR_PAGE_FAULT &&
			       caught.error_code == (PF_PRESENT | PF_WRITE),
		       "a write to a read-only large page gave %llu", caught.vector);
		WRITE_ONCE(*pde, block | MAP_RW | ENTRY_LARGE | ENTRY_ACCESSED);
		flush_page(WINDOW_GVA);
		expect_block("a clean large page", WINDOW_GVA, 512);
		verify(!(READ_ONCE(*pde) & ENTRY_DIRTY), "reads made a large page dirty");
		write_word(WINDOW_GVA + i * PAGE_BYTES, i);
		verify(READ_ONCE(*pde) & ENTRY_DIRTY, "a write left a large page clean");
	}
}

/* A page of 1G holds all of memory: every table of this guest can be written. */
static void all_of_memory(void)
{
	u64 *pdpte = space_prepare(&boot_space, HUGE_GVA, LEVEL_PDPTE);

	if (!cpu_has_gigabyte_pages() || memory_bytes() > HUGE_BYTES)
		return;
	WRITE_ONCE(*pdpte, MAP_RW | ENTRY_LARGE);
	table_inside(HUGE_GVA + block, "a table inside a 1G page");
	WRITE_ONCE(*pdpte, 0);
	flush_page(HUGE_GVA);
	flush_by_cr3(cpu_read_cr3());
	expect_fault("a 1G page taken away", HUGE_GVA + block, 0);
}

void test_large_pages(void)
{
	block = frames_take_aligned(512, LARGE_BYTES);
	tag_block();
	space_map_sized(&boot_space, WINDOW_GVA, block, LARGE_BYTES, MAP_RW);
	table_inside(WINDOW_GVA, "a table inside a 2M page");
	table_inside(WINDOW_GVA, "once more");
	split_by_itself();
	rights();
	all_of_memory();
}
