// SPDX-License-Identifier: GPL-2.0
/*
 * Page faults and protection faults by themselves, as lat_pagefault and
 * `lat_sig prot` of lmbench have them.
 *
 * page-fault: reads the pages of a file that is in memory, in scattered order; the
 * handler maps the page with A set and read-only, and with around=16 all pages of
 * the aligned 64 KB around it, as Linux does for files since 3.15
 * (fault_around_bytes). When all are mapped, all entries are taken away with XCHG,
 * and one CR3 load flushes them: lmbench unmaps and maps the file, and subtracts
 * the time that this takes with no page touched.
 *
 * protection-fault: writes to a page that is mapped read-only. The handler finds
 * that the write is not allowed and goes on behind it: lmbench has a signal
 * handler there, and subtracts the time of a signal. No entry changes.
 *
 * Theory: no exit under EPT. Under a shadow MMU a protection fault is one exit,
 * that of the guest's own fault. A page fault is one too, then the handler's
 * write as its strategy has it, and the fill; with around there is one fault for
 * many writes and fills.
 */
#include "runtime/workload.h"

enum { PAGES, AROUND, ROUNDS, FAULTS };

WORKLOAD("fault", "page faults and protection faults by themselves",
	 "The price of a fault: a page of a file in memory that is not mapped yet, "
	 "and a write that is not allowed (lmbench).",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "4K pages of the file", 256, 1, 262144 },
	 [AROUND] = { "around", "pages mapped at each fault, an aligned group", 1, 1, 512 },
	 [ROUNDS] = { "rounds", "times over all pages", 8, 1, 1000000 },
	 [FAULTS] = { "faults", "writes to a read-only page", 1024, 1, 100000000 });

static u64 file_gpa, file_pages, group_pages;

static u64 *entry_of(u64 page)
{
	return space_entry(&boot_space, DATA_GVA + page * PAGE_BYTES, LEVEL_PTE);
}

static bool map_around(struct trap_frame *frame, u64 gva)
{
	u64 page = (gva - DATA_GVA) / PAGE_BYTES, i;

	if (frame->error_code != 0 || page >= file_pages)
		return false;
	page -= page % group_pages;
	for (i = page; i < page + group_pages && i < file_pages; i++)
		WRITE_ONCE(*entry_of(i), (file_gpa + i * PAGE_BYTES) | MAP_RO | ENTRY_ACCESSED);
	return true;
}

/* In scattered order. Each page holds its number; 0 if all of them do. */
static u64 read_all(u64 scatter)
{
	u64 wrong = 0, i, page;

	for (i = 0; i < file_pages; i++) {
		page = i * scatter % file_pages;
		wrong |= *page_word(DATA_GVA, PAGE_BYTES, page) ^ page;
	}
	return wrong;
}

static void measure_page_faults(u64 rounds)
{
	u64 groups = (file_pages + group_pages - 1) / group_pages;
	u64 scatter = random_scatter(file_pages), wrong = 0, round, i;

	page_fault_handler = map_around;
	phase_begin("page-fault", CHANGE);
	for (round = 0; round < rounds; round++) {
		wrong |= read_all(scatter);
		for (i = 0; i < file_pages; i++)
			entry_take(entry_of(i));
		space_switch(&boot_space);
	}
	phase_end(file_pages * rounds);
	check(!wrong, "a page of the file shows what is not in it (0x%llx)", wrong);
	check(hot.guest_faults == groups * rounds,
	      "%llu groups of pages were read first, but %llu page faults met", groups * rounds,
	      hot.guest_faults);
}

extern const u8 fault_write[], fault_write_end[];

/* A write of its own, so that the handler knows what to skip. */
static __attribute__((noinline)) void write_read_only(u64 gva)
{
	__asm__ volatile(".globl fault_write, fault_write_end\n"
			 "fault_write:\n\t"
			 "movq %0, (%0)\n"
			 "fault_write_end:"
			 :
			 : "r"(gva)
			 : "memory");
}

static bool skip_write(struct trap_frame *frame, u64 gva)
{
	if (frame->error_code != (PF_PRESENT | PF_WRITE) || gva != DATA_GVA ||
	    frame->rip != (u64)fault_write)
		return false;
	frame->rip = (u64)fault_write_end;
	return true;
}

static void measure_protection_faults(u64 faults)
{
	u64 i;

	page_fault_handler = map_around;
	phase_begin("read", SETUP);
	check(!read_all(1), "a page of the file shows what is not in it");
	phase_end(file_pages);

	page_fault_handler = skip_write;
	phase_begin("protection-fault", CHANGE);
	for (i = 0; i < faults; i++)
		write_read_only(DATA_GVA);
	phase_end(faults);
	check(hot.guest_faults == faults, "%llu writes to a read-only page made %llu page faults",
	      faults, hot.guest_faults);
}

void workload_run(void)
{
	u64 i;

	file_pages = param(PAGES);
	group_pages = param(AROUND);
	file_gpa = frames_take(file_pages);
	for (i = 0; i < file_pages; i++)
		*page_word(file_gpa, PAGE_BYTES, i) = i;
	space_prepare_range(&boot_space, DATA_GVA, file_pages * PAGE_BYTES);

	measure_page_faults(param(ROUNDS));
	measure_protection_faults(param(FAULTS));
	for (i = 0; i < file_pages; i++)
		check_word(DATA_GVA, PAGE_BYTES, file_gpa, i, i);
}
