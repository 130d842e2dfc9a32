// SPDX-License-Identifier: GPL-2.0
/* The parser of CPU descriptions: what it reads, and what it says to mistakes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cpus.h"

#define GOOD TEXT_NAME TEXT_SMALL_TLBS TEXT_PSC TEXT_CACHES TEXT_COSTS

static int parse(const char *text, struct model_cpu *cpu, char *error, size_t size)
{
	/* Without its NUL, so that the sanitizer sees who reads on. */
	const size_t length = strlen(text);
	char *copy = malloc(length + !length);
	int result;

	memcpy(copy, text, length);
	result = model_cpu_parse(copy, length, "my.cpu", cpu, error, size);
	free(copy);
	return result;
}

static void test_good(void)
{
	char error[256] = "";
	struct model_cpu cpu;

	check(!parse(GOOD "tlb store-dtlb ways=16 pages=4k,2m,1g sets=1 replacement=fifo # test\n"
		     "\t# only a comment\n\n"
		     "tlb stlb pages=4k,2m sets=128 ways=12 index=xor7 replacement=mru-plru # t",
		     &cpu, error, sizeof(error)), "a whole description is read");
	check(!error[0], "without a word");
	check(!strcmp(cpu.name, "test"), "its name");
	check(!strcmp(cpu.title, "A CPU of the tests"), "its title, of several words");
	check_number(cpu.nr_tlbs[MODEL_DTLB], 2, "two data TLBs");
	check_number(cpu.tlb[MODEL_DTLB][1].pages,
		     MODEL_PAGE_BIT(MODEL_PAGE_2M) | MODEL_PAGE_BIT(MODEL_PAGE_1G), "of two sizes");
	check_number(cpu.tlb[MODEL_STORE_DTLB][0].geometry.replacement, MODEL_FIFO, "a replacement");
	check_number(cpu.tlb[MODEL_STLB][0].geometry.index, MODEL_INDEX_XOR, "an index");
	check_number(cpu.tlb[MODEL_STLB][0].geometry.xor_bits, 7, "of 7 bits");
	check_number(cpu.psc[2].sets, 8, "32 cached PDEs in 4 ways are 8 sets");
	check_number(cpu.nested_tlb_low, 16, "a range's low end");
	check_number(cpu.nested_tlb_high, 64, "and its high end");
	check_number(cpu.cache[MODEL_L1D].sets, 64, "32K in 8 ways are 64 sets");
	check_number(cpu.cost[MODEL_COST_walk_exposed].mid, 75, "a fraction is per cent");
	check_number(cpu.cost[MODEL_COST_instruction].low, 70, "cycles are hundredths");
	check_number(cpu.cost[MODEL_COST_invlpg].high, 20000, "without a range there is no doubt");
}

/* A line added to a good description, and what has to be in the sentence. */
static const struct {
	const char *line, *error;
} mistakes[] = {
	{ "cost invept 7", "no source is named; end the line with `#" },
	{ "cost invept 7 #  ", "no source is named" },
	{ "tbl itlb # s", "`tbl` is no subject of a line; write one of name, title, tlb" },
	{ "name Haswell # s", "a second name" },
	{ "title # s", "a second title" },
	{ "tlb # s", "the TLB's role is missing" },
	{ "tlb l2tlb pages=4k sets=1 ways=1 # s", "`l2tlb` is no role of a TLB; write one of itlb" },
	{ "tlb stlb sets=1 ways=1 # s", "pages is missing; write `pages=4k`" },
	{ "tlb stlb pages=4M sets=1 ways=1 # s", "`4M` is no size of pages; write one of 4k, 2m, 1g" },
	{ "tlb stlb pages=4k ways=1 # s", "sets is missing; write `sets=NUMBER`" },
	{ "tlb stlb pages=4k sets=0 ways=1 # s", "`0` is no value of sets; write a whole number from 1" },
	{ "tlb stlb pages=4k sets=1x ways=1 # s", "`1x` is no value of sets" },
	{ "tlb stlb pages=4k sets=99999999999999999999 ways=1 # s", "is no value of sets" },
	{ "tlb stlb pages=4k sets=1 ways=6 replacement=plru # s", "6 ways make no binary tree" },
	{ "tlb stlb pages=4k sets=1 ways=128 replacement=plru # s", "128 ways make no binary tree" },
	{ "tlb stlb pages=4k sets=1 ways=8 replacement=mru-plru # s", "it has 12, write ways=12" },
	{ "tlb stlb pages=4k sets=1 ways=8 replacement=random # s",
	  "`random` is no replacement; write one of lru, plru, mru-plru, fifo" },
	{ "tlb stlb pages=4k sets=64 ways=8 index=xor7 # s", "xor7 is an index of 128 sets" },
	{ "tlb stlb pages=4k sets=64 ways=8 index=hash # s", "`hash` is no index" },
	{ "tlb stlb pages=4k sets=64 ways=8 way=8 # s", "`way=8` has no meaning in a line of tlb" },
	{ "tlb stlb pages=4k sets=64 ways=8 ways=8 # s", "or comes twice; leave it out" },
	{ "tlb dtlb pages=2m sets=8 ways=4 # s", "a second dtlb for the same pages" },
	{ "tlb stlb pages=4k sets=64 ways=8 [1 2] # s", "tlb has no range; leave `[...]` out" },
	{ "psc pte entries=4 ways=4 # s", "`pte` is no entry that is cached; write one of pde" },
	{ "psc pde entries=4 ways=4 # s", "psc pde comes twice" },
	{ "nested-tlb entries=4 # s", "nested-tlb comes twice" },
	{ "cache l4 size=1K ways=1 # s", "`l4` is no cache; write one of l1i, l1d, l2, l3" },
	{ "cache l3 size=1M ways=8 # s", "cache l3 comes twice" },
	{ "tlb stlb pages=1g sets=4096 ways=4096 replacement=fifo # s", "more than a model holds" },
	{ "cost invfoo 3 # s", "`invfoo` is no cost; write one of instruction" },
	{ "cost invept # s", "the cost's value is missing; write it after `cost`" },
	{ "cost invept 3 # s", "cost invept comes twice" },
	{ "cost invept 3 [4 5] # s", "3 is not between 4 and 5" },
	{ "cost invept 3 [1 2] # s", "3 is not between 1 and 2" },
	{ "cost invept 3 [1 # s", "a range is not closed; write `[LOW HIGH]`" },
	{ "cost invept 3 [1] # s", "a range has two values" },
	{ "cost invept 3 [1 3 5] # s", "a range has two values" },
	{ "cost invept 3 [1 5] 7 # s", "write the range last" },
	{ "[1 5] # s", "a range of nothing" },
	{ "cost invept -3 # s", "`-3` is no value of invept; write a number" },
	{ "cost invept 1.234 # s", "with at most two decimals" },
	{ "cost invept . # s", "`.` is no value of invept" },
	{ "cost invept 1. # s", "`1.` is no value of invept" },
	{ "cost invept 99999999999999999999 # s", "is no value of invept" },
	{ "cost walk_exposed 1.5 # s", "walk_exposed is a fraction; write values from 0 to 1" },
};

static void test_mistakes(void)
{
	static const char good[] = GOOD;
	unsigned int lines = 1;
	struct model_cpu cpu;
	char error[512];

	for (const char *c = good; *c; c++)
		lines += *c == '\n';
	for (unsigned int i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		char text[sizeof(good) + 256], place[32];

		snprintf(text, sizeof(text), "%s%s\n# the last line\n", good, mistakes[i].line);
		snprintf(place, sizeof(place), "my.cpu:%u: ", lines);
		error[0] = '\0';
		check(parse(text, &cpu, error, sizeof(error)) == -1 &&
		      !strncmp(error, place, strlen(place)), "`%s` is an error of its line",
		      mistakes[i].line);
		check_holds(error, mistakes[i].error, "`%s`: the sentence", mistakes[i].line);
	}
}

/* Each line of the good description left out. */
static void test_missing(void)
{
	static const char good[] = GOOD;
	unsigned int refused = 0, lines = 0;
	char text[sizeof(good)], error[512];
	struct model_cpu cpu;

	for (const char *line = good; *line; line = strchr(line, '\n') + 1) {
		const char *rest = strchr(line, '\n') + 1;

		/* A CPU may have no L3, and no TLB for large pages. */
		if (!strncmp(line, "cache l3", 8) || !strncmp(line, "tlb dtlb pages=2m", 17))
			continue;
		lines++;
		snprintf(text, sizeof(text), "%.*s%s", (int)(line - good), good, rest);
		if (parse(text, &cpu, error, sizeof(error)) == -1 && strstr(error, "; write"))
			refused++;
		else
			printf("# not refused: %.*s", (int)(rest - line), line);
	}
	check_number(refused, lines, "a description without one of its lines is refused, with what to write");
	check(parse("", &cpu, error, sizeof(error)) == -1, "an empty file is refused");
	check_holds(error, "my.cpu:0: the CPU has no name", "in words");
	check(parse(TEXT_NAME TEXT_SMALL_TLBS TEXT_PSC TEXT_CACHES, &cpu, error, 20) == -1 &&
	      strlen(error) == 19, "a short buffer gets a short sentence");
}

void test_description(void)
{
	check_group("descriptions");
	test_good();
	test_mistakes();
	test_missing();
}
