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
 */
#include "runtime/workload.h"

enum { PAGES, STRIDE, LOCALITY, LOADS, SEED, PAGE };

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
		    HUGE_BYTES });

struct choice {
	u64 pages, seed;
	u64 octaves, scatter; /* of ZIPF */
	u64 page, block, made; /* the last one; of BLOCKED: its first page, loads made there */
};

/* Any multiplier without a common factor permutes the ranks. */
static u64 coprime(u64 n)
{
	static const u64 primes[] = { 2654435761, 40503, 31, 7, 3 };
	u64 i;

	for (i = 0; i < sizeof(primes) / sizeof(primes[0]); i++)
		if (n % primes[i])
			return primes[i];
	return 1;
}

static struct choice choice_begin(u64 pages, u64 seed)
{
	struct choice choice = { .pages = pages, .seed = seed, .scatter = coprime(pages) };

	while (pages >> choice.octaves)
		choice.octaves++;
	return choice;
}

static u64 choose_zipf(struct choice *choice)
{
	u64 random = random_next(&choice->seed);
	u64 first = 1ull << ((u32)random * choice->octaves >> 32);
	u64 width = first;

	/* The last octave may be cut short. */
	if (first - 1 + width > choice->pages)
		width = choice->pages - (first - 1);
	return (first - 1 + ((random >> 32) * width >> 32)) * choice->scatter % choice->pages;
}

static u64 choose_blocked(struct choice *choice)
{
	u64 pages = choice->pages < BLOCK_PAGES ? choice->pages : BLOCK_PAGES;

	if (choice->made++ % BLOCK_LOADS == 0)
		choice->block = random_below(&choice->seed, choice->pages - pages + 1);
	return choice->block + random_below(&choice->seed, pages);
}

static u64 choose(struct choice *choice, u64 locality)
{
	switch (locality) {
	case ZIPF:
		return choose_zipf(choice);
	case SEQUENTIAL:
		return choice->page + 1 == choice->pages ? 0 : choice->page + 1;
	case BLOCKED:
		return choose_blocked(choice);
	default:
		return random_below(&choice->seed, choice->pages);
	}
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

void workload_run(void)
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

	check(!wrong, "a load saw another page than its own (bits 0x%llx of the number differ)",
	      wrong);
	for (i = 0; i < pages; i++)
		check_word(area.gva, area.step, area.gpa, i, i);
}
