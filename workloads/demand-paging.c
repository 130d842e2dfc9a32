// SPDX-License-Identifier: GPL-2.0
/*
 * Nothing is mapped at first: the guest's own page-fault handler maps each
 * page when it is touched. It stands for every program that a real kernel
 * starts, and for growing heaps. The frames were used before, as on a system
 * that has run for a while, so that the cost of the guest's faults is not
 * mixed with that of new guest memory; fresh=1 takes untouched frames. The
 * handler's entries come with A and D set, as Linux on x86 makes them, which
 * lets a shadow MMU that sees the write fill at once (accessed=0: not).
 *
 * Theory: demand takes no exit under EPT (fresh: one violation a page). A
 * shadow MMU sees each fault twice, the guest's own, then the fill, and writes
 * to its table as its strategy has it. One that emulates these writes and lets
 * faults on what the guest has not mapped pass takes one exit a page: the
 * write. again takes none.
 */
#include "runtime/workload.h"

enum { PAGES, FRESH, ACCESSED };

WORKLOAD("demand-paging", "the guest's fault handler maps page after page",
	 "Program start, growing heaps, lazily mapped files: each "
	 "first touch is a page fault of the guest's own.",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "4K pages demanded", 1024, 1, 1000000 },
	 [FRESH] = { "fresh", "1: frames that nobody touched before", 0, 0, 1 },
	 [ACCESSED] = { "accessed", "1: the handler's entries come with A and D set", 1, 0, 1 });

static u64 next_gpa, demanded_end, new_flags;

static bool map_on_demand(struct trap_frame *frame, u64 gva)
{
	u64 *entry;

	if (frame->error_code != PF_WRITE || gva < DATA_GVA || gva >= demanded_end)
		return false;
	entry = space_entry(&boot_space, gva, LEVEL_PTE);
	WRITE_ONCE(*entry, next_gpa | new_flags);
	next_gpa += PAGE_BYTES;
	return true;
}

void workload_run(void)
{
	u64 pages = param(PAGES);
	u64 gpa = frames_take(pages);
	u64 i;

	space_prepare_range(&boot_space, DATA_GVA, pages * PAGE_BYTES);
	if (!param(FRESH))
		memset(gpa_pointer(gpa), 0, pages * PAGE_BYTES);
	next_gpa = gpa;
	demanded_end = DATA_GVA + pages * PAGE_BYTES;
	new_flags = MAP_RW | (param(ACCESSED) ? ENTRY_ACCESSED | ENTRY_DIRTY : 0);
	page_fault_handler = map_on_demand;

	phase_begin("demand", CHANGE);
	for (i = 0; i < pages; i++)
		*page_word(DATA_GVA, PAGE_BYTES, i) = i + 1;
	phase_end(pages);
	check(hot.guest_faults == pages, "%llu pages demanded, but %llu page faults met", pages,
	      hot.guest_faults);

	phase_begin("again", WARM);
	for (i = 0; i < pages; i++)
		*page_word(DATA_GVA, PAGE_BYTES, i) += 1;
	phase_end(pages);
	check(hot.guest_faults == 0, "%llu page faults met on pages that are mapped",
	      hot.guest_faults);

	for (i = 0; i < pages; i++)
		check_word(DATA_GVA, PAGE_BYTES, gpa, i, i + 2);
}
