// SPDX-License-Identifier: GPL-2.0
/*
 * Copy-on-write fork. fork copies the parent's entries into the child's tables
 * and makes both read-only; child and parent then write the same share of the
 * pages, each write a page fault: the child's handler copies the page, the
 * parent's finds that it is the last owner and makes it writable again. exit
 * empties the child's tables, and the next fork uses them anew. It stands for
 * shells, build systems, pre-forked servers, and snapshots by fork.
 *
 * Entries change as in Linux on x86: W is taken by LOCK BTR, a page that is
 * copied is taken out, flushed by INVLPG and put in with A and D set, one that
 * is only made writable needs no flush. Frames and tables were used before: a
 * round that nobody measures comes first.
 *
 * Theory: no exit under EPT. A shadow MMU sees every write to a table that it
 * shadows (all of the parent's and, from the second round on, the child's),
 * the guest's faults (P is set: no filter helps), INVLPG, and a fill for each
 * page that comes back.
 */
#include "runtime/workload.h"

enum { PAGES, EVERY };

WORKLOAD("fork", "copy-on-write fork, writes of child and parent, exit",
	 "Shells, build systems, pre-forked servers, snapshots by fork: "
	 "tables copied, pages copied on the first write.",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "4K pages of the parent", 256, 1, 1000000 },
	 [EVERY] = { "every", "of so many pages one is written by each", 4, 1, 1000000 });

static struct space child;
static const struct space *current;
static u64 data_end;
static u64 next_copy; /* gpa of the next frame that a copy goes to */
static u8 *owners; /* of each page's frame, as kernels count them */

static u64 parent_word(u64 round, u64 page)
{
	return round << 32 | page;
}

static u64 child_word(u64 round, u64 page)
{
	return 1ull << 63 | parent_word(round, page);
}

static bool copy_on_write(struct trap_frame *frame, u64 gva)
{
	u64 page = (gva - DATA_GVA) / PAGE_BYTES;
	u64 *entry;
	u64 old;

	if (frame->error_code != (PF_PRESENT | PF_WRITE) || gva < DATA_GVA || gva >= data_end)
		return false;
	entry = space_entry(current, gva, LEVEL_PTE);
	if (owners[page] == 1) {
		WRITE_ONCE(*entry, READ_ONCE(*entry) | ENTRY_WRITE | ENTRY_ACCESSED | ENTRY_DIRTY);
		return true;
	}
	frame_copy(next_copy, READ_ONCE(*entry) & ENTRY_ADDRESS);
	old = entry_take(entry);
	flush_page(gva);
	WRITE_ONCE(*entry, next_copy | MAP_RW_USED);
	check(old & ENTRY_PRESENT, "page %llu had no entry to copy", page);
	next_copy += PAGE_BYTES;
	owners[page]--;
	return true;
}

/* Nothing but phase_end() comes after the CR3 load, on the hot page. */
static HOT_CODE void fork(u64 pages)
{
	u64 gva = DATA_GVA, i;
	u64 *entry;

	for (i = 0; i < pages; i++, gva += PAGE_BYTES) {
		entry = space_entry(&boot_space, gva, LEVEL_PTE);
		entry_test_and_clear(entry, ENTRY_WRITE);
		WRITE_ONCE(*space_entry(&child, gva, LEVEL_PTE), READ_ONCE(*entry));
		owners[i]++;
	}
	space_switch(&boot_space);
}

static HOT_CODE void measure_fork(u64 pages)
{
	phase_begin("fork", CHANGE);
	fork(pages);
	phase_end(pages);
}

static void write_pages(u64 pages, u64 every, u64 first_word)
{
	u64 i;

	for (i = 0; i < pages; i += every)
		*page_word(DATA_GVA, PAGE_BYTES, i) = first_word + i;
}

static void exit_child(u64 pages)
{
	u64 gva = DATA_GVA, i;

	for (i = 0; i < pages; i++, gva += PAGE_BYTES) {
		entry_take(space_entry(&child, gva, LEVEL_PTE));
		if (owners[i] == 2)
			owners[i] = 1;
	}
}

/* What a kernel's map of all memory would hold already. */
static void touch_identity_map(u64 gpa, u64 frames)
{
	u64 i;

	for (i = 0; i < frames; i++)
		*page_word(gpa, PAGE_BYTES, i) = *page_word(gpa, PAGE_BYTES, i);
}

static void verify_pages(const char *who, u64 pages, u64 every, u64 round, bool wrote, u64 high)
{
	u64 i, expected, seen;

	for (i = 0; i < pages; i++) {
		expected = parent_word(round - 1, i);
		if (wrote && i % every == 0)
			expected = parent_word(round, i) | high;
		seen = *page_word(DATA_GVA, PAGE_BYTES, i);
		check(seen == expected, "page %llu of the %s holds 0x%llx instead of 0x%llx", i,
		      who, seen, expected);
	}
}

static void enter(const struct space *space, u64 gpa, u64 copies, u64 pages)
{
	current = space;
	space_switch(space);
	touch_identity_map(gpa, pages);
	touch_identity_map(copies, pages);
}

/* A phase where measured, and the same without. */
static void begin(bool measured, const char *name, enum phase_condition condition)
{
	if (measured)
		phase_begin(name, condition);
}

static void end(bool measured, u64 ops)
{
	if (measured)
		phase_end(ops);
}

static void one_round(u64 gpa, u64 copies, u64 round, bool measured)
{
	u64 pages = param(PAGES), every = param(EVERY);
	u64 written = (pages + every - 1) / every;

	if (measured)
		measure_fork(pages);
	else
		fork(pages);

	next_copy = copies;
	begin(measured, "child-start", SETUP);
	enter(&child, gpa, copies, pages);
	end(measured, 1);
	begin(measured, "child-write", CHANGE);
	write_pages(pages, every, child_word(round, 0));
	end(measured, written);

	begin(measured, "parent-resume", SETUP);
	verify_pages("child", pages, every, round, true, BIT(63));
	enter(&boot_space, gpa, copies, pages);
	verify_pages("parent", pages, every, round, false, 0);
	end(measured, 1);
	begin(measured, "parent-write", CHANGE);
	write_pages(pages, every, parent_word(round, 0));
	end(measured, written);
	verify_pages("parent", pages, every, round, true, 0);

	begin(measured, "exit", CHANGE);
	exit_child(pages);
	end(measured, pages);
	/* All pages are the parent's own again, and writable. */
	write_pages(pages, 1, parent_word(round, 0));
}

void workload_run(void)
{
	u64 pages = param(PAGES), i;
	u64 gpa = frames_take(pages), copies = frames_take(pages);

	owners = gpa_pointer(frames_take((pages + PAGE_BYTES - 1) / PAGE_BYTES));
	child = space_create();
	space_map_range(&boot_space, DATA_GVA, PAGE_BYTES, gpa, pages, MAP_RW);
	space_prepare_range(&child, DATA_GVA, pages * PAGE_BYTES);
	data_end = DATA_GVA + pages * PAGE_BYTES;
	memset(gpa_pointer(copies), 0, pages * PAGE_BYTES);
	memset(owners, 1, pages);
	page_fault_handler = copy_on_write;
	write_pages(pages, 1, parent_word(0, 0));

	one_round(gpa, copies, 1, false);
	one_round(gpa, copies, 2, true);
	for (i = 0; i < pages; i++)
		check_word(DATA_GVA, PAGE_BYTES, gpa, i, parent_word(2, i));
}
