// SPDX-License-Identifier: GPL-2.0
/*
 * A program that allocates in bursts and gives back what is oldest: each burst
 * of pages is mapped by demand and written whole; once the footprint is full,
 * the oldest burst is unmapped before each new one. Between two bursts the
 * program loads from what is mapped. It stands for gcc, dedup and the row
 * "1 MB allocated, touched and freed" of docs/calibration.md.
 *
 * The page-fault handler maps a page on its first write, with A and D set as
 * Linux does. A burst takes the addresses and the frames of the one that was
 * unmapped for it, the frames in another order, so that a translation that
 * should be gone shows another page. An entry is taken away as Linux does, with
 * XCHG. One flush follows all of them: a CR3 load, as docs/calibration.md has
 * it and as Linux does for more than 33 pages. flush=1 has INVLPG for each page
 * instead, as Linux since 3.17 does for up to 33.
 *
 * Theory: no exit in churn under EPT, since all frames are known. A shadow MMU
 * sees each fault twice, the guest's own, then the fill (trap: the write that
 * is emulated fills), and the flush; the loads miss the TLB more after a flush
 * under any MMU.
 */
#include "runtime/workload.h"
#include "runtime/zipf.h"

enum { PAGES, BURST, TABLE, LOADS, LOCALITY, READ, BURSTS, FLUSH };

enum { IN_TABLE, ZIPF };

WORKLOAD("allocate", "allocate in bursts, free the oldest, load in between",
	 "Allocators that take and give back many pages at a time: "
	 "compilers (gcc), pipelines of buffers (dedup), malloc and free of large blocks.",
	 LARGE_BYTES * 8,
	 [PAGES] = { "pages", "4K pages mapped by bursts when all are there", 1024, 1, 262144 },
	 [BURST] = { "burst", "pages of a burst", 16, 1, 262144 },
	 [TABLE] = { "table", "pages of a table that stays mapped; 0: none", 0, 0, 262144 },
	 [LOADS] = { "loads", "loads between two bursts", 256, 0, 1000000 },
	 [LOCALITY] = { "locality", "of the loads: 0 uniform in the table, 1 Zipf over all pages",
			ZIPF, IN_TABLE, ZIPF },
	 [READ] = { "read", "1: each burst is read once after it is written", 0, 0, 1 },
	 [BURSTS] = { "bursts", "bursts that are measured", 128, 1, 100000000 },
	 [FLUSH] = { "flush", "1: INVLPG for each unmapped page; 0: one CR3 load", 0, 0, 1 });

/* The burst that is written; it has the same place as `slots` bursts before it. */
static struct burst {
	u64 pages, slots;
	u64 slot, round; /* its place, and how often that one was used before */
	u64 gpa; /* of all frames */
} burst;

/* The page is counted from the begin of all data. */
static u64 gva_of(u64 page)
{
	return DATA_GVA + page * PAGE_BYTES;
}

static u64 first_page(void)
{
	return burst.slot * burst.pages;
}

static u64 frame_of(u64 page)
{
	u64 first = first_page();

	return burst.gpa + (first + (page - first + burst.round) % burst.pages) * PAGE_BYTES;
}

/* What each line of the page holds. */
static u64 value_of(u64 page)
{
	return burst.round << 32 | page;
}

static bool map_on_demand(struct trap_frame *frame, u64 gva)
{
	u64 page = (gva - DATA_GVA) / PAGE_BYTES;

	if (frame->error_code != PF_WRITE || page - first_page() >= burst.pages)
		return false;
	WRITE_ONCE(*space_entry(&boot_space, gva, LEVEL_PTE), frame_of(page) | MAP_RW_USED);
	return true;
}

static void write_pages(u64 first, u64 pages)
{
	u64 page, line, value;

	for (page = first; page < first + pages; page++) {
		value = value_of(page);
		for (line = 0; line < PAGE_LINES; line++)
			*line_word(DATA_GVA, PAGE_BYTES, page, line) = value;
	}
}

static u64 read_burst(void)
{
	u64 first = first_page(), wrong = 0, page, line, value;

	for (page = first; page < first + burst.pages; page++) {
		value = value_of(page);
		for (line = 0; line < PAGE_LINES; line++)
			wrong |= *line_word(DATA_GVA, PAGE_BYTES, page, line) ^ value;
	}
	return wrong;
}

/* What is in the place of the next burst. */
static void unmap_burst(bool by_address)
{
	u64 first = first_page(), page;

	for (page = first; page < first + burst.pages; page++)
		entry_take(space_entry(&boot_space, gva_of(page), LEVEL_PTE));
	if (by_address)
		for (page = first; page < first + burst.pages; page++)
			flush_page(gva_of(page));
	else
		space_switch(&boot_space);
}

static void next_place(void)
{
	if (++burst.slot == burst.slots) {
		burst.slot = 0;
		burst.round++;
	}
	barrier(); /* the page-fault handler reads it, between two writes of pages */
}

/* Each from a random line; what was read takes part in the next choice. */
static u64 load(const struct zipf *zipf, u64 *seed, u64 loads)
{
	u64 table = param(TABLE), table_page = param(PAGES), wrong = 0, page, line, differs;
	bool in_table = param(LOCALITY) == IN_TABLE;

	while (loads--) {
		if (in_table)
			page = table_page + random_below(seed, table);
		else
			page = zipf_next(zipf, seed);
		line = random_below(seed, PAGE_LINES);
		differs = (u32)*line_word(DATA_GVA, PAGE_BYTES, page, line) ^ page;
		*seed ^= differs;
		wrong |= differs;
	}
	return wrong;
}

static void churn(const struct zipf *zipf, u64 bursts)
{
	u64 loads = param(LOADS), seed = 1, misread = 0, wrong = 0;
	bool read = param(READ), by_address = param(FLUSH);

	phase_begin("churn", CHANGE);
	while (bursts--) {
		unmap_burst(by_address);
		write_pages(first_page(), burst.pages);
		if (read)
			misread |= read_burst();
		wrong |= load(zipf, &seed, loads);
		next_place();
	}
	phase_end(param(BURSTS) * burst.pages);
	check(hot.guest_faults == param(BURSTS) * burst.pages,
	      "%llu pages were allocated, but %llu page faults met", param(BURSTS) * burst.pages,
	      hot.guest_faults);
	check(!misread, "a burst was not read as it was written (bits 0x%llx differ)", misread);
	check(!wrong, "a load saw another page than its own (bits 0x%llx of the number differ)",
	      wrong);
}

/* Each burst through both maps, the one before the next first. */
static void check_bursts(void)
{
	u64 slot, page, expected, stored;

	for (slot = 0; slot < burst.slots; slot++) {
		if (burst.slot == 0)
			burst.round--;
		burst.slot = (burst.slot ? burst.slot : burst.slots) - 1;
		check(!read_burst(), "the burst at page %llu is not what was written last",
		      first_page());
		for (page = first_page(); page < first_page() + burst.pages; page++) {
			expected = value_of(page);
			stored = *page_word(frame_of(page), PAGE_BYTES, 0);
			check(stored == expected,
			      "page %llu: its frame 0x%llx holds 0x%llx instead of 0x%llx", page,
			      frame_of(page), stored, expected);
		}
	}
}

void workload_run(void)
{
	u64 pages = param(PAGES), table = param(TABLE), i;
	struct zipf zipf = zipf_begin(pages + table);

	check(pages % param(BURST) == 0, "pages must be a multiple of burst");
	check(param(LOCALITY) == ZIPF || table || !param(LOADS),
	      "locality=0 loads from the table, but there is none: set table, or loads=0");
	burst = (struct burst){ .pages = param(BURST), .slots = pages / param(BURST) };
	burst.gpa = frames_take(pages + table);
	if (table)
		space_map_range(&boot_space, gva_of(pages), PAGE_BYTES,
				burst.gpa + pages * PAGE_BYTES, table, MAP_RW_USED);
	space_prepare_range(&boot_space, DATA_GVA, pages * PAGE_BYTES);
	write_pages(pages, table);
	page_fault_handler = map_on_demand;

	phase_begin("fill", COLD);
	for (i = 0; i < burst.slots; i++) {
		write_pages(first_page(), burst.pages);
		next_place();
	}
	phase_end(pages);
	check(hot.guest_faults == pages, "%llu pages were allocated, but %llu page faults met",
	      pages, hot.guest_faults);

	churn(&zipf, param(BURSTS));
	check_bursts();
	for (i = pages; i < pages + table; i++)
		check_word(DATA_GVA, PAGE_BYTES, burst.gpa, i, i);
}
