// SPDX-License-Identifier: GPL-2.0
/*
 * How many pages TLBs reach, where it has been measured: AMD's Zen 4 misses always from the
 * 73rd page on, Skylake's second level holds 12 pages of one set and its levels are neither
 * inclusive nor exclusive.
 */
#include "check.h"
#include "machine.h"

#define BASE 0x10000000ull

static void load_all(struct machine *m, const uint64_t *address, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		machine_load(m, address[i]);
}

/* Walks of one round over the pages, after two others. */
static uint64_t walks_a_round(struct machine *m, const uint64_t *address, unsigned int nr)
{
	uint64_t before;

	load_all(m, address, nr);
	load_all(m, address, nr);
	before = machine_count(m, MODEL_GUEST, MODEL_CNT_walk_load);
	load_all(m, address, nr);
	return machine_count(m, MODEL_GUEST, MODEL_CNT_walk_load) - before;
}

static void open_pages(struct machine *m, const struct model_cpu *cpu, const uint64_t *address,
		       unsigned int nr)
{
	machine_open(m, cpu, false, false);
	for (unsigned int i = 0; i < nr; i++)
		machine_map(m, address[i], 0x100000000ull + i * SIZE_4K, MODEL_PAGE_4K, 0);
	machine_in_guest(m);
}

static void test_zen(void)
{
	uint64_t address[73];
	struct machine m;

	for (unsigned int i = 0; i < 73; i++)
		address[i] = BASE + i * 7 * SIZE_4K;
	open_pages(&m, cpu_zen(), address, 73);
	check_number(walks_a_round(&m, address, 72), 0, "72 pages: no access misses");
	check_number(walks_a_round(&m, address, 73), 73, "73 pages: every access misses");
	machine_close(&m);
}

/* Pages of one set of the XOR-7 index, and of one set of 16 by the low bits. */
static void one_set(uint64_t *address, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		address[i] = BASE + ((uint64_t)i << 14) * SIZE_4K;
}

static void test_skylake(void)
{
	uint64_t address[13], before;
	struct machine m;

	one_set(address, 13);
	open_pages(&m, cpu_skylake(), address, 13);
	check_number(walks_a_round(&m, address, 12), 0, "12 pages of one XOR-7 set: no walk");
	check(walks_a_round(&m, address, 13) > 0, "13 pages of it: walks");
	machine_close(&m);

	/* Six pages of one set in each level: the first holds four, the second all. */
	for (unsigned int i = 0; i < 6; i++)
		address[i] = BASE + i * 16 * 128 * SIZE_4K;
	open_pages(&m, cpu_skylake(), address, 6);
	check_number(walks_a_round(&m, address, 6), 0, "what the first level lost, the second has");
	machine_load(&m, address[0]);
	before = machine_count(&m, MODEL_GUEST, MODEL_CNT_dtlb_miss);
	machine_load(&m, address[0]);
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_dtlb_miss), before,
		     "a hit in the second level is put into the first");
	machine_close(&m);
}

/* Each level loses a page without a word to the other. */
static void test_not_inclusive(void)
{
	uint64_t address[40];
	struct machine m;

	/* 32 pages of one set of the second level, over all of the first; 8 the other way round. */
	for (unsigned int i = 0; i < 32; i++)
		address[i] = BASE + ((uint64_t)i << 7 | i) * SIZE_4K;
	for (unsigned int i = 32; i < 40; i++)
		address[i] = BASE + (uint64_t)i * 16 * SIZE_4K;
	open_pages(&m, cpu_skylake(), address, 40);
	for (unsigned int i = 0; i < 32; i++) {
		machine_load(&m, address[i]);
		machine_load(&m, address[0]);
	}
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_walk_load), 32,
		     "a page in use stays in the first level when the second loses it");
	load_all(&m, address + 32, 8);
	check_number(machine_walks(&m, address[0]), 1,
		     "what the first level replaces is not put into the second");
	machine_close(&m);
}

/* 2M pages in a TLB of their own, and as pieces where no TLB takes them. */
static void test_page_sizes(void)
{
	struct machine m;

	machine_open(&m, cpu_skylake(), true, false);
	machine_map(&m, SIZE_1G, SIZE_1G, MODEL_PAGE_2M, 0);
	for (uint64_t at = 0; at < SIZE_2M; at += SIZE_4K)
		machine_map_ept(&m, SIZE_1G + at, 4 * SIZE_1G + at, MODEL_PAGE_4K, 0);
	machine_in_guest(&m);
	check_number(machine_walks(&m, SIZE_1G), 1, "a 2M page over 4K of EPT");
	check_number(machine_walks(&m, SIZE_1G + SIZE_4K), 1, "is cached by 4K");
	check_number(machine_walks(&m, SIZE_1G + 8), 0, "each");
	machine_close(&m);

	machine_open(&m, cpu_skylake(), true, false);
	machine_map(&m, SIZE_1G, SIZE_1G, MODEL_PAGE_2M, 0);
	machine_map_ept(&m, SIZE_1G, 4 * SIZE_1G, MODEL_PAGE_2M, 0);
	machine_in_guest(&m);
	check_number(machine_walks(&m, SIZE_1G), 1, "a 2M page over 2M of EPT");
	check_number(machine_walks(&m, SIZE_1G + SIZE_4K), 0, "is cached whole");
	machine_close(&m);
}

/* A 1G page where the first level holds 2M at most: each piece is the right one. */
static void test_split(void)
{
	struct machine m;

	machine_open(&m, cpu_no_1g(), false, false);
	machine_map(&m, SIZE_1G, 4 * SIZE_1G, MODEL_PAGE_1G, 0);
	machine_in_guest(&m);
	check_number(machine_walks(&m, SIZE_1G + 5 * SIZE_2M), 1, "a 1G page without a TLB for it");
	check_number(machine_walks(&m, SIZE_1G + 5 * SIZE_2M + SIZE_4K), 0, "is cached by 2M");
	check_number(machine_walks(&m, SIZE_1G + 6 * SIZE_2M), 1, "each");
	check_number(machine_count(&m, MODEL_GUEST, MODEL_CNT_stale_found), 0,
		     "and each piece is where it should be");
	machine_close(&m);
}

void test_reach(void)
{
	check_group("reach");
	test_zen();
	test_skylake();
	test_not_inclusive();
	test_page_sizes();
	test_split();
}
