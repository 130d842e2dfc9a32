// SPDX-License-Identifier: GPL-2.0
/*
 * Loads one address space after the other and reads some pages in each: all
 * spaces map the same addresses to frames of their own. It stands for context
 * switches among processes, and for kernels that switch tables on every
 * system call.
 *
 * Theory: no exit under EPT. Under a shadow MMU one exit a switch for CR3;
 * where roots are cached nothing else after the first round, otherwise a
 * fill for each page read, for the page of hot code and for the stack, and
 * one more at the end of the phase for the mailbox. With pcid=1 each space has
 * a PCID and its load flushes nothing: what hardware keeps then is another
 * matter than what a shadow MMU keeps.
 */
#include "runtime/workload.h"

enum { SPACES, ROUNDS, TOUCHES, PCID };

#define MAX_SPACES 256

WORKLOAD("switch", "load another CR3, touch some pages of that space",
	 "Context switches among processes, and kernels that switch "
	 "tables on every system call.",
	 LARGE_BYTES * 8, [SPACES] = { "spaces", "address spaces, in turn", 8, 1, MAX_SPACES },
	 [ROUNDS] = { "rounds", "times over all spaces", 64, 1, 1000000 },
	 [TOUCHES] = { "touches", "pages read after each switch", 8, 0, 512 },
	 [PCID] = { "pcid", "1: the spaces have PCIDs, and loading one flushes nothing", 0, 0, 1 });

static inline u64 tag(u64 space, u64 page)
{
	return (space + 1) << 32 | page;
}

static HOT_CODE void visit(const u64 *cr3, u64 n, u64 touches)
{
	u64 s, i;

	for (s = 0; s < n; s++) {
		flush_by_cr3(cr3[s]);
		for (i = 0; i < touches; i++)
			check(*page_word(DATA_GVA, PAGE_BYTES, i) == tag(s, i),
			      "page %llu of space %llu shows 0x%llx", i, s,
			      *page_word(DATA_GVA, PAGE_BYTES, i));
	}
}

/* From here on all code runs in the hot page, phase_end() included. */
static HOT_CODE void measure(const char *name, enum phase_condition condition, const u64 *cr3,
			     u64 n, u64 touches, u64 rounds)
{
	u64 ops = n * rounds;

	phase_begin(name, condition);
	while (rounds--)
		visit(cr3, n, touches);
	phase_end(ops);
}

void workload_run(void)
{
	u64 n = param(SPACES), touches = param(TOUCHES);
	u64 cr3[MAX_SPACES]; /* beside the stack: see hot.h */
	struct space space;
	u64 gpa, s, i;

	for (s = 0; s < n; s++) {
		space = space_create();
		cr3[s] = space.root | (param(PCID) ? (s + 1) | CR3_NO_FLUSH : 0);
		if (!touches)
			continue;
		gpa = frames_take(touches);
		for (i = 0; i < touches; i++)
			*page_word(gpa, PAGE_BYTES, i) = tag(s, i);
		space_map_range(&space, DATA_GVA, PAGE_BYTES, gpa, touches, MAP_RW);
	}

	if (param(PCID))
		space_enable_pcids();
	measure("first-round", COLD, cr3, n, touches, 1);
	measure("switch", CHANGE, cr3, n, touches, param(ROUNDS));
	space_switch(&boot_space);
}
