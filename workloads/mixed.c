// SPDX-License-Identifier: GPL-2.0
/*
 * One program from its start to its end, as a real one behaves: its memory is
 * demanded page by page; it works at random in a part of it; it is protected
 * for a snapshot, and the pages that are written then are copied; a scan looks
 * for pages in use; all is unmapped. It stands for no single behaviour but for
 * their mix, and shows what one setting means for all of them.
 *
 * Theory, phase by phase: start is demand-paging's demand, work takes no exit,
 * protect and copy are fork's of one process, scan is accessed-scan's clear
 * (one CR3 load), touch and scan together, unmap takes a page out with INVLPG.
 */
#include "runtime/workload.h"

enum { PAGES, WORKING_SET, UPDATES, SEED };

/* Of the working set, one of so many is written after the snapshot. */
#define WRITTEN 4

WORKLOAD("mixed", "a program's life: demand, work, snapshot, scan, unmap",
	 "A whole program: start-up, work on a working set, a snapshot with "
	 "copy-on-write, a scan for idle pages, the end.",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "4K pages of the program", 512, 1, 1000000 },
	 [WORKING_SET] = { "working-set", "pages that it works in", 128, 1, 1000000 },
	 [UPDATES] = { "updates", "updates of the phase work", 16384, 1, 1000000000 },
	 [SEED] = { "seed", "of the random numbers", 1, 0, ~0ull });

static u64 data_gpa, copies_gpa, data_end;

static u64 *entry_of(u64 page)
{
	return space_entry(&boot_space, DATA_GVA + page * PAGE_BYTES, LEVEL_PTE);
}

static bool handle_fault(struct trap_frame *frame, u64 gva)
{
	u64 page = (gva - DATA_GVA) / PAGE_BYTES;
	u64 *entry;

	if (gva < DATA_GVA || gva >= data_end)
		return false;
	entry = entry_of(page);
	if (frame->error_code == PF_WRITE) {
		WRITE_ONCE(*entry, (data_gpa + page * PAGE_BYTES) | MAP_RW_USED);
		return true;
	}
	if (frame->error_code != (PF_PRESENT | PF_WRITE))
		return false;
	frame_copy(copies_gpa + page * PAGE_BYTES, data_gpa + page * PAGE_BYTES);
	entry_take(entry);
	flush_page(gva);
	WRITE_ONCE(*entry, (copies_gpa + page * PAGE_BYTES) | MAP_RW_USED);
	return true;
}

static void update(u64 pages, u64 updates, u64 seed)
{
	u64 random, i;

	for (i = 0; i < updates; i++) {
		random = random_next(&seed);
		*page_word(DATA_GVA, PAGE_BYTES, (random >> 32) * pages >> 32) ^= random;
	}
}

/* Takes a right or a mark from all entries; nothing follows the CR3 load. */
static HOT_CODE void clear_all(u64 pages, u64 flag)
{
	u64 i;

	for (i = 0; i < pages; i++)
		entry_test_and_clear(entry_of(i), flag);
	space_switch(&boot_space);
}

static HOT_CODE void measure_protect(u64 pages)
{
	phase_begin("protect", CHANGE);
	clear_all(pages, ENTRY_WRITE);
	phase_end(pages);
}

static void measure_copy(u64 working_set)
{
	u64 i;

	phase_begin("copy", CHANGE);
	for (i = 0; i < working_set; i += WRITTEN)
		*page_word(DATA_GVA, PAGE_BYTES, i) ^= ~0ull;
	phase_end((working_set + WRITTEN - 1) / WRITTEN);
}

static void measure_scan(u64 pages, u64 working_set)
{
	u64 found = 0, sum = 0, i;

	phase_begin("scan", CHANGE);
	clear_all(pages, ENTRY_ACCESSED);
	for (i = 0; i < working_set; i++)
		sum += *page_word(DATA_GVA, PAGE_BYTES, i);
	for (i = 0; i < pages; i++)
		found += !!(READ_ONCE(*entry_of(i)) & ENTRY_ACCESSED);
	phase_end(pages);
	check(found == working_set, "%llu pages were used, the scan found %llu (sum 0x%llx)",
	      working_set, found, sum);
}

static void measure_unmap(u64 pages)
{
	u64 i;

	phase_begin("unmap", CHANGE);
	for (i = 0; i < pages; i++) {
		entry_take(entry_of(i));
		flush_page(DATA_GVA + i * PAGE_BYTES);
	}
	phase_end(pages);
	for (i = 0; i < pages; i++) {
		CATCH("movq (%[gva]), %%rax", [gva] "r"(DATA_GVA + i * PAGE_BYTES));
		check(catch_state.caught.vector == VECTOR_PAGE_FAULT,
		      "page %llu can be read after it was unmapped", i);
	}
}

/* XOR undoes itself: through the identity map all is as at the start. */
static void verify_pages(u64 pages, u64 working_set)
{
	u64 i, gpa, expected, seen;

	for (i = 0; i < pages; i++) {
		expected = i + 1;
		gpa = data_gpa;
		if (i < working_set && i % WRITTEN == 0) {
			expected ^= ~0ull;
			gpa = copies_gpa;
		}
		seen = *page_word(gpa, PAGE_BYTES, i);
		check(seen == expected, "page %llu holds 0x%llx instead of 0x%llx", i, seen,
		      expected);
		check_word(DATA_GVA, PAGE_BYTES, gpa, i, expected);
	}
}

void workload_run(void)
{
	u64 pages = param(PAGES), working_set = param(WORKING_SET), i;

	check(working_set <= pages, "working-set must not exceed pages");
	data_gpa = frames_take(pages);
	copies_gpa = frames_take(pages);
	memset(gpa_pointer(data_gpa), 0, 2 * pages * PAGE_BYTES);
	data_end = DATA_GVA + pages * PAGE_BYTES;
	space_prepare_range(&boot_space, DATA_GVA, pages * PAGE_BYTES);
	page_fault_handler = handle_fault;

	phase_begin("start", CHANGE);
	for (i = 0; i < pages; i++)
		*page_word(DATA_GVA, PAGE_BYTES, i) = i + 1;
	phase_end(pages);

	phase_begin("work", WARM);
	update(working_set, param(UPDATES), param(SEED));
	phase_end(param(UPDATES));
	update(working_set, param(UPDATES), param(SEED));

	measure_protect(pages);
	measure_copy(working_set);
	phase_begin("read-back", SETUP);
	verify_pages(pages, working_set);
	phase_end(pages);
	measure_scan(pages, working_set);
	measure_unmap(pages);
}
