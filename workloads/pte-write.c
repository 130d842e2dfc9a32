// SPDX-License-Identifier: GPL-2.0
/*
 * Single writes to page-table entries, and nothing else: each phase writes one
 * kind of change to every entry. It stands for the nanobenchmark ptemod of
 * Adams and Agesen (ASPLOS 2006) and for what a kernel does to entries that
 * nobody uses meanwhile: munmap, swapping out, filling a table ahead.
 *
 * same-value             writes what is there, A and D included
 * present-to-not-present writes 0
 * not-present-to-present writes a new entry, with A and D set as kernels do
 *
 * No phase touches a page or flushes. A flush is owed only after entries were
 * taken away: the phase flush does it, a CR3 load. The pages are touched in the
 * phase touch, so that their tables are shadowed, and tracked where the
 * strategy tracks, when the first entry is written. A CR3 load at its end has
 * unsync track them again: pages that are touched twice could have opened them.
 *
 * Theory: no exit under EPT. Of shadow strategies trap has one a write, unsync
 * one for each page table that is opened, vtlb none.
 */
#include "runtime/workload.h"

enum { PAGES };

WORKLOAD("pte-write", "write page-table entries, each kind of change by itself",
	 "Kernels that change entries which nobody uses meanwhile: munmap, swapping out, "
	 "tables filled ahead; the nanobenchmark ptemod.",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "entries written in each phase", 256, 1, 262144 });

static u64 *entry_of(u64 page)
{
	return space_entry(&boot_space, DATA_GVA + page * PAGE_BYTES, LEVEL_PTE);
}

static u64 value_of(u64 gpa, u64 page)
{
	return (gpa + page * PAGE_BYTES) | MAP_RW_USED;
}

static void write_present(const char *phase, u64 gpa, u64 pages)
{
	u64 i;

	phase_begin(phase, CHANGE);
	for (i = 0; i < pages; i++)
		WRITE_ONCE(*entry_of(i), value_of(gpa, i));
	phase_end(pages);
}

/* Through the new entries; the frames are in another order than before. */
static void check_moved(u64 gpa, u64 pages)
{
	u64 i, seen;

	for (i = 0; i < pages; i++) {
		seen = *page_word(DATA_GVA, PAGE_BYTES, i);
		check(seen == i + 1, "page %llu shows 0x%llx after it was mapped, expected 0x%llx",
		      i, seen, i + 1);
		check_word(DATA_GVA, PAGE_BYTES, gpa, i, i + 1);
	}
}

void workload_run(void)
{
	u64 pages = param(PAGES), gpa = frames_take(pages), moved = frames_take(pages), i;

	for (i = 0; i < pages; i++)
		*page_word(moved, PAGE_BYTES, i) = i + 1;
	space_map_range(&boot_space, DATA_GVA, PAGE_BYTES, gpa, pages, MAP_RW_USED);

	phase_begin("touch", SETUP);
	for (i = 0; i < pages; i++)
		*page_word(DATA_GVA, PAGE_BYTES, i) = i;
	space_switch(&boot_space);
	phase_end(pages);

	write_present("same-value", gpa, pages);
	for (i = 0; i < pages; i++)
		check_word(DATA_GVA, PAGE_BYTES, gpa, i, i);

	phase_begin("present-to-not-present", CHANGE);
	for (i = 0; i < pages; i++)
		WRITE_ONCE(*entry_of(i), 0);
	phase_end(pages);

	phase_begin("flush", SETUP);
	space_switch(&boot_space);
	phase_end(1);
	for (i = 0; i < pages; i++) {
		CATCH("movq (%[gva]), %%rax", [gva] "r"(DATA_GVA + i * PAGE_BYTES));
		check(catch_state.caught.vector == VECTOR_PAGE_FAULT,
		      "page %llu can be read after it was unmapped", i);
	}

	write_present("not-present-to-present", moved, pages);
	check_moved(moved, pages);
}
