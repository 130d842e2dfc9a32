// SPDX-License-Identifier: GPL-2.0
/*
 * Clears the A bit of every page, flushes, touches some pages, then reads the
 * entries to see which were touched. It stands for page reclaim (LRU aging,
 * idle-page tracking), working-set estimation, and collectors that ask the
 * MMU what the program used. A bit is cleared by LOCK BTR, as kernels do it.
 *
 * Theory: no exit under EPT, the CPU sets A by itself. A shadow MMU must take
 * a translation away to learn of the next access: touch pays a fill for every
 * page touched. clear pays INVLPG for each page (flush=1) or one CR3 load
 * (flush=0), and writes to the table as the strategy has them: one exit for
 * each where they are emulated. scan reads only and takes none.
 */
#include "runtime/workload.h"

enum { PAGES, EVERY, FLUSH };

WORKLOAD("accessed-scan", "clear A bits, flush, touch some pages, find them",
	 "Page reclaim, idle-page tracking, working-set estimation, "
	 "garbage collectors: which pages did the program use?",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "4K pages scanned", 256, 1, 1000000 },
	 [EVERY] = { "every", "of so many pages one is touched", 4, 1, 1000000 },
	 [FLUSH] = { "flush", "1: INVLPG for each page; 0: one CR3 load at the end", 0, 0, 1 });

/* Nothing but phase_end() comes after the CR3 load, on the hot page. */
static HOT_CODE void clear(u64 pages, bool each)
{
	u64 gva = DATA_GVA, i;

	phase_begin("clear", CHANGE);
	for (i = 0; i < pages; i++, gva += PAGE_BYTES) {
		entry_test_and_clear(space_entry(&boot_space, gva, LEVEL_PTE), ENTRY_ACCESSED);
		if (each)
			flush_page(gva);
	}
	if (!each)
		space_switch(&boot_space);
	phase_end(pages);
}

static u64 touch(u64 pages, u64 every)
{
	u64 sum = 0, i;

	for (i = 0; i < pages; i += every)
		sum += *page_word(DATA_GVA, PAGE_BYTES, i);
	return sum;
}

static u64 scan(u64 pages, u64 every)
{
	u64 found = 0, i, entry;

	for (i = 0; i < pages; i++) {
		entry = READ_ONCE(*space_entry(&boot_space, DATA_GVA + i * PAGE_BYTES, LEVEL_PTE));
		check(!(entry & ENTRY_ACCESSED) == !!(i % every),
		      "page %llu was %stouched, its entry is 0x%llx", i, i % every ? "not " : "",
		      entry);
		found += !!(entry & ENTRY_ACCESSED);
	}
	return found;
}

void workload_run(void)
{
	u64 pages = param(PAGES), every = param(EVERY);
	u64 touched = (pages + every - 1) / every;
	u64 gpa = frames_take(pages);
	u64 i, sum, found;

	space_map_range(&boot_space, DATA_GVA, PAGE_BYTES, gpa, pages, MAP_RW);
	for (i = 0; i < pages; i++)
		*page_word(DATA_GVA, PAGE_BYTES, i) = i + 1;

	clear(pages, param(FLUSH));

	phase_begin("touch", CHANGE);
	sum = touch(pages, every);
	phase_end(touched);
	check(sum == touched + every * (touched * (touched - 1) / 2),
	      "the touched pages hold the sum %llu", sum);

	phase_begin("scan", WARM);
	found = scan(pages, every);
	phase_end(pages);
	check(found == touched, "%llu pages were touched, %llu found", touched, found);

	for (i = 0; i < pages; i++)
		check_word(DATA_GVA, PAGE_BYTES, gpa, i, i + 1);
}
