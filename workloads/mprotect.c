// SPDX-License-Identifier: GPL-2.0
/*
 * Makes all pages read-only with INVLPG, then writes to each: a fault whose
 * handler makes the page writable again. It stands for garbage collectors'
 * write barriers, incremental checkpoints, dirty tracking and fork with
 * copy-on-write (without the copy).
 *
 * Theory: no exit under EPT. Under a shadow MMU each operation pays INVLPG,
 * the guest's own fault and the fill after it, and, where table writes are
 * tracked, the write-protection faults.
 */
#include "runtime/workload.h"

enum { PAGES, ROUNDS };

WORKLOAD("mprotect", "make read-only, fault on the write, make writable",
	 "Write barriers of garbage collectors, incremental "
	 "checkpoints, dirty tracking, copy-on-write without the copy.",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "4K pages protected and written", 256, 1, 1000000 },
	 [ROUNDS] = { "rounds", "times over all pages", 8, 1, 1000000 });

static u64 protected_end;

static bool make_writable(struct trap_frame *frame, u64 gva)
{
	if (frame->error_code != (PF_PRESENT | PF_WRITE) || gva < DATA_GVA || gva >= protected_end)
		return false;
	space_permit(&boot_space, gva, MAP_RW);
	return true;
}

void workload_run(void)
{
	u64 pages = param(PAGES), rounds = param(ROUNDS);
	u64 gpa = frames_take(pages);
	u64 round, i;

	space_map_range(&boot_space, DATA_GVA, PAGE_BYTES, gpa, pages, MAP_RW);
	memset(gpa_pointer(gpa), 0, pages * PAGE_BYTES);
	protected_end = DATA_GVA + pages * PAGE_BYTES;
	page_fault_handler = make_writable;

	phase_begin("warm-up", COLD);
	for (i = 0; i < pages; i++)
		*page_word(DATA_GVA, PAGE_BYTES, i) = i;
	phase_end(pages);

	phase_begin("flip", CHANGE);
	for (round = 1; round <= rounds; round++) {
		for (i = 0; i < pages; i++)
			space_protect(&boot_space, DATA_GVA + i * PAGE_BYTES, MAP_RO);
		for (i = 0; i < pages; i++)
			*page_word(DATA_GVA, PAGE_BYTES, i) = (round << 32) + i;
	}
	phase_end(pages * rounds);
	check(hot.guest_faults == pages * rounds,
	      "%llu writes to read-only pages made %llu page faults", pages * rounds,
	      hot.guest_faults);

	for (i = 0; i < pages; i++)
		check_word(DATA_GVA, PAGE_BYTES, gpa, i, (rounds << 32) + i);
}
