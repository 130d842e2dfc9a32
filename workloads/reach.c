// SPDX-License-Identifier: GPL-2.0
/*
 * Dependent loads over a footprint whose size, density and locality are
 * parameters: what decides how far a TLB reaches. Theory, 4K leaves:
 * first-touch takes one fault a page under either MMU, access none; what
 * differs on hardware is how often the TLB misses and what a walk costs then.
 *
 * locality=0  uniform: every page is as likely as any other
 * locality=1  Zipf: the page of rank r is as likely as 1/r says (each octave of
 *             ranks is as likely as the next); ranks lie scattered over the footprint
 * locality=2  sequential: page after page, around and around
 * locality=3  blocked: BLOCK_LOADS loads within a block of BLOCK_PAGES pages in a row,
 *             then another block
 *
 * lines=0 reads one word of each page; lines=1 a random line within the page, so
 * that all lines of the footprint compete for the data caches, as in a program.
 * first-touch writes each of them then. compute lets a program do something
 * between its loads that waits for none of them: it has no exits of its own.
 */
#include "runtime/workload.h"
#include "runtime/zipf.h"

enum { PAGES, STRIDE, LOCALITY, LOADS, SEED, PAGE, LINES, COMPUTE };

enum { UNIFORM, ZIPF, SEQUENTIAL, BLOCKED };

#define BLOCK_PAGES 16u
#define BLOCK_LOADS 256u

WORKLOAD("reach", "dependent loads; footprint, density and locality to choose",
	 "Any program whose working set is larger than what the TLB holds: "
	 "how much larger, how dense and how local is for the parameters to say.",
	 LARGE_BYTES * 8, [PAGES] = { "pages", "4K pages in all", 1024, 1, 262144 },
	 [STRIDE] = { "stride", "bytes from page to page, a multiple of 4096", PAGE_BYTES,
		      PAGE_BYTES, BIT(30) },
	 [LOCALITY] = { "locality", "0 uniform, 1 Zipf, 2 sequential, 3 blocked", UNIFORM, UNIFORM,
			BLOCKED },
	 [LOADS] = { "loads", "loads made", 65536, 1, 1000000000 },
	 [SEED] = { "seed", "of the random numbers", 1, 0, ~0ull },
	 [PAGE] = { "page", "bytes of the guest's own pages: 4K, 2M or 1G", PAGE_BYTES, PAGE_BYTES,
		    HUGE_BYTES },
	 [LINES] = { "lines", "1: each load reads a random line of its page, 0: always the same", 0,
		     0, 1 },
	 [COMPUTE] = { "compute", "instructions between two loads that touch no memory", 0, 0,
		       1000000 });

#define WRONG_PAGE "a load saw another page than its own (bits 0x%llx of the number differ)"

/* run() and run_with_lines() each have a copy of what follows: none costs the other a step. */
struct choice {
	struct zipf zipf;
	u64 pages, seed;
	u64 page, block, made; /* the last one; of BLOCKED: its first page, loads made there */
};

static ALWAYS_INLINE u64 choose_blocked(struct choice *choice)
{
	u64 pages = choice->pages < BLOCK_PAGES ? choice->pages : BLOCK_PAGES;

	if (choice->made++ % BLOCK_LOADS == 0)
		choice->block = random_below(&choice->seed, choice->pages - pages + 1);
	return choice->block + random_below(&choice->seed, pages);
}

static ALWAYS_INLINE u64 choose(struct choice *choice, u64 locality)
{
	switch (locality) {
	case ZIPF:
		return zipf_next(&choice->zipf, &choice->seed);
	case SEQUENTIAL:
		return choice->page + 1 == choice->pages ? 0 : choice->page + 1;
	case BLOCKED:
		return choose_blocked(choice);
	default:
		return random_below(&choice->seed, choice->pages);
	}
}

/* Touches no memory, and nothing waits for it or is waited for. */
static inline void execute(u64 instructions)
{
	u64 pairs = instructions / 2;

	if (pairs)
		__asm__ volatile("1:	decq %0\n\t"
				 "jnz 1b"
				 : "+r"(pairs)
				 :
				 : "cc");
	if (instructions % 2)
		__asm__ volatile("nop");
}

/* Each page holds its own number. What was read takes part in the next choice. */
static u64 load(const struct area *area, struct choice *choice, u64 locality, u64 loads)
{
	u64 gva = area->gva, step = area->step, wrong = 0, differs;

	while (loads--) {
		choice->page = choose(choice, locality);
		differs = *page_word(gva, step, choice->page) ^ choice->page;
		choice->page ^= differs;
		choice->seed ^= differs;
		wrong |= differs;
	}
	return wrong;
}

/* The same of any line of the page, or with something to do in between. */
static u64 load_and_compute(const struct area *area, struct choice *choice, u64 locality, u64 loads,
			    bool lines, u64 compute)
{
	u64 gva = area->gva, step = area->step, wrong = 0, line, differs;

	while (loads--) {
		choice->page = choose(choice, locality);
		line = lines ? random_below(&choice->seed, PAGE_LINES) : choice->page % PAGE_LINES;
		differs = *line_word(gva, step, choice->page, line) ^ choice->page;
		choice->page ^= differs;
		choice->seed ^= differs;
		wrong |= differs;
		execute(compute);
	}
	return wrong;
}

static ALWAYS_INLINE struct choice choice_begin(u64 pages, u64 seed)
{
	return (struct choice){ .zipf = zipf_begin(pages), .pages = pages, .seed = seed };
}

/* In the page of hot code, which has room: one page of code more would be touched. */
static HOT_CODE void run_with_lines(void)
{
	u64 pages = param(PAGES), page, line, wrong;
	struct area area = area_map(pages, param(STRIDE), param(PAGE));
	struct choice choice = choice_begin(pages, param(SEED));

	phase_begin("first-touch", COLD);
	for (page = 0; page < pages; page++)
		for (line = 0; line < PAGE_LINES; line++)
			*line_word(area.gva, area.step, page, line) = page;
	phase_end(pages);

	phase_begin("access", WARM);
	wrong = load_and_compute(&area, &choice, param(LOCALITY), param(LOADS), param(LINES),
				 param(COMPUTE));
	phase_end(param(LOADS));
	check(!wrong, WRONG_PAGE, wrong);
	for (page = 0; page < pages; page++)
		check_word(area.gva, area.step, area.gpa, page, page);
}

static __attribute__((noinline)) void run(void)
{
	u64 pages = param(PAGES), locality = param(LOCALITY), i, wrong;
	struct area area = area_map(pages, param(STRIDE), param(PAGE));
	struct choice choice = choice_begin(pages, param(SEED));

	phase_begin("first-touch", COLD);
	for (i = 0; i < pages; i++)
		*page_word(area.gva, area.step, i) = i;
	phase_end(pages);

	phase_begin("access", WARM);
	wrong = load(&area, &choice, locality, param(LOADS));
	phase_end(param(LOADS));

	check(!wrong, WRONG_PAGE, wrong);
	for (i = 0; i < pages; i++)
		check_word(area.gva, area.step, area.gpa, i, i);
}

void workload_run(void)
{
	if (param(LINES) || param(COMPUTE))
		run_with_lines();
	else
		run();
}
