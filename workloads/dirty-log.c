// SPDX-License-Identifier: GPL-2.0
/*
 * Writes a share of its pages and asks the hypervisor which pages were written,
 * round after round. It stands for a VM that is migrated live, checkpointed or
 * backed up while it runs, as its hypervisor sees it: dirty logging. The guest
 * asks itself, so that one program measures all of it.
 *
 * Theory: the log's method decides. Write faults: one exit for each page that
 * is written for the first time since the last look. A/D bits: none, and a
 * look that reads all leaf entries. PML: none but one for each 512 entries of
 * the CPU's log. A page's A and D bits in the guest's own tables are set
 * before, so that no table is written. In each round the stack is one page
 * more, and the mailbox one more for the phase.
 */
#include "runtime/workload.h"

enum { PAGES, WRITTEN, ROUNDS, RANDOM, SEED };

#define MAX_ROUNDS 64

WORKLOAD("dirty-log", "write some pages, ask which were written",
	 "Live migration, checkpoints, incremental backup of a running "
	 "VM: which pages were written since the last look?",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "4K pages in all", 1024, 1, 1000000 },
	 [WRITTEN] = { "written", "writes in each round", 256, 1, 1000000 },
	 [ROUNDS] = { "rounds", "times of writing and asking", 4, 1, MAX_ROUNDS },
	 [RANDOM] = { "random", "1: to random pages; 0: to pages in a row, moving on", 0, 0, 1 },
	 [SEED] = { "seed", "of the random numbers", 1, 0, ~0ull });

static u64 bitmap[MAX_ROUNDS]; /* gpa of each round's answer */

static void write_row(u64 pages, u64 writes, u64 round)
{
	u64 page = round * writes % pages, i;

	for (i = 0; i < writes; i++) {
		*page_word(DATA_GVA, PAGE_BYTES, page) = round + 1;
		page = page + 1 == pages ? 0 : page + 1;
	}
}

static void write_randomly(u64 pages, u64 writes, u64 round, u64 seed)
{
	u64 state = random_mix(seed + round), i;

	for (i = 0; i < writes; i++)
		*page_word(DATA_GVA, PAGE_BYTES, random_below(&state, pages)) = round + 1;
}

static void write_round(u64 round)
{
	if (param(RANDOM))
		write_randomly(param(PAGES), param(WRITTEN), round, param(SEED));
	else
		write_row(param(PAGES), param(WRITTEN), round);
}

static void run_rounds(u64 rounds)
{
	u64 round;

	for (round = 0; round < rounds; round++) {
		write_round(round);
		doorbell_ask(HVBENCH_BELL_LOG_COLLECT, bitmap[round], 0);
	}
}

static bool is_logged(u64 round, u64 gpa)
{
	const u64 *words = gpa_pointer(bitmap[round]);
	u64 gfn = gpa / PAGE_BYTES;

	return words[gfn / 64] >> (gfn % 64) & 1;
}

/* The rounds once more, now that nobody looks: a page's word tells its last. */
static void verify_rounds(u64 gpa, u64 pages, u64 rounds)
{
	u64 round, i, word;
	bool written;

	for (round = 0; round < rounds; round++) {
		write_round(round);
		for (i = 0; i < pages; i++) {
			word = *page_word(gpa, PAGE_BYTES, i);
			written = word == round + 1;
			check(is_logged(round, gpa + i * PAGE_BYTES) == written,
			      "round %llu %s page %llu, and the log says the opposite", round,
			      written ? "wrote" : "did not write", i);
		}
	}
}

/* Of what all pages hold. */
static u64 content(u64 pages)
{
	u64 sum = 0, i;

	for (i = 0; i < pages; i++)
		sum = random_mix(sum + *page_word(DATA_GVA, PAGE_BYTES, i));
	return sum;
}

void workload_run(void)
{
	u64 pages = param(PAGES), rounds = param(ROUNDS);
	u64 bitmap_pages = (memory_bytes() / PAGE_BYTES / 8 + PAGE_BYTES - 1) / PAGE_BYTES;
	u64 gpa = frames_take(pages), answer, before, i;

	check(param(WRITTEN) <= pages || param(RANDOM), "written must not exceed pages");
	space_map_range(&boot_space, DATA_GVA, PAGE_BYTES, gpa, pages, MAP_RW);
	for (i = 0; i < pages; i++)
		*page_word(DATA_GVA, PAGE_BYTES, i) = 0;
	for (i = 0; i < rounds; i++) {
		bitmap[i] = frames_take(bitmap_pages);
		memset(gpa_pointer(bitmap[i]), 0xff, bitmap_pages * PAGE_BYTES);
	}

	phase_begin("start", CHANGE);
	answer = doorbell_ask(HVBENCH_BELL_LOG_START, 0, 0);
	phase_end(1);
	check(answer == 0, "this VM was made without a log: run it with log=fault, ad or pml");

	phase_begin("round", CHANGE);
	run_rounds(rounds);
	phase_end(rounds * param(WRITTEN));
	check(doorbell_ask(HVBENCH_BELL_LOG_STOP, 0, 0) == 0, "the log can't be stopped");

	before = content(pages);
	memset(gpa_pointer(gpa), 0, pages * PAGE_BYTES);
	verify_rounds(gpa, pages, rounds);
	check(content(pages) == before, "the same writes gave another content");
	for (i = 0; i < pages; i++)
		check_word(DATA_GVA, PAGE_BYTES, gpa, i, *page_word(gpa, PAGE_BYTES, i));
}
