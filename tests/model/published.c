// SPDX-License-Identifier: GPL-2.0
/* Rows 1 to 3 of what was published, see published.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cost.h"
#include "machine.h"
#include "paging.h"
#include "permutation_vectors.h"
#include "published.h"

#define TEXT_MAX 32768

void published_cpu(const char *folder, const char *name, struct model_cpu *cpu)
{
	char path[512], text[TEXT_MAX], error[256];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.cpu", folder, name);
	file = fopen(path, "re");
	size = file ? fread(text, 1, sizeof(text), file) : 0;
	if (file)
		fclose(file);
	if (size && size < sizeof(text) &&
	    !model_cpu_parse(text, size, path, cpu, error, sizeof(error)))
		return;
	fprintf(stderr, "%s\n", size && size < sizeof(text) ? error : path);
	exit(1);
}

static struct published exactly(double value)
{
	return (struct published){ value, value, value };
}

/* Row 1. No two tables share an entry of any cache, as in test_walk.c. */
static const struct cold {
	const char *name;
	bool five;
	enum model_page guest_page, ept_page;
} cold[] = {
	{ "cold.refs.4k4k", false, MODEL_PAGE_4K, MODEL_PAGE_4K },
	{ "cold.refs.4k2m", false, MODEL_PAGE_4K, MODEL_PAGE_2M },
	{ "cold.refs.2m2m", false, MODEL_PAGE_2M, MODEL_PAGE_2M },
	{ "cold.refs.5x5", true, MODEL_PAGE_4K, MODEL_PAGE_4K },
};

static uint64_t cold_references(const struct model_cpu *cpu, const struct cold *c)
{
	const uint64_t gva = page_base(0x7f12345678000, c->guest_page), gpa = 100 * SIZE_512G;
	struct machine m;
	uint64_t found;

	machine_open(&m, cpu, true, false);
	if (c->five)
		machine_five_levels(&m);
	m.table_stride = SIZE_512G;
	m.table_page = c->ept_page;
	m.host_stride = SIZE_1G;
	machine_map(&m, gva, gpa, c->guest_page, 0);
	machine_map_ept(&m, gpa, SIZE_1G, c->ept_page, 0);
	machine_in_guest(&m);
	machine_load(&m, gva);
	found = machine_references(&m, MODEL_GUEST);
	machine_close(&m);
	return found;
}

void published_cold(const struct model_cpu *cpu, published_put *put)
{
	for (unsigned int i = 0; i < sizeof(cold) / sizeof(cold[0]); i++)
		put(cold[i].name, exactly(cold_references(cpu, &cold[i])));
}

/* Row 2. */
#define BASE 0x10000000ull
#define STEP_FIRST 64
#define STEP_LAST 80
#define STEP_PUBLISHED 73

struct round {
	double missing; /* loads that missed the first level, of all */
	struct published cycles; /* of a load */
};

static struct model_cycles cycles_of(struct machine *m)
{
	struct model_counts counts = { 0 };
	struct model_cycles cycles;

	model_read(m->model, &counts);
	model_cycles(m->cpu, counts.count[MODEL_GUEST], &cycles);
	return cycles;
}

/* A cycle through all pages in random order, by Sattolo: page i is followed by next[i]. */
static void random_cycle(unsigned int *next, unsigned int nr)
{
	unsigned int order[STEP_LAST];
	uint32_t seed = 1;

	for (unsigned int i = 0; i < nr; i++)
		order[i] = i;
	for (unsigned int i = nr - 1; i > 0; i--) {
		unsigned int other, kept = order[i];

		seed = seed * 1664525 + 1013904223;
		other = (seed >> 8) % i;
		order[i] = order[other];
		order[other] = kept;
	}
	for (unsigned int i = 0; i < nr; i++)
		next[order[i]] = order[(i + 1) % nr];
}

/* One line a page, another one in each, so that the data stays in L1. */
static unsigned int chase(struct machine *m, const unsigned int *next, unsigned int page,
			  unsigned int loads)
{
	while (loads--) {
		machine_load(m, BASE + page * SIZE_4K + page % 64 * 64);
		page = next[page];
	}
	return page;
}

static struct round chase_pages(const struct model_cpu *cpu, unsigned int nr)
{
	const unsigned int loads = 10 * nr;
	struct model_cycles before, after;
	unsigned int next[STEP_LAST], page;
	uint64_t missed;
	struct machine m;

	machine_open(&m, cpu, false, false);
	for (unsigned int i = 0; i < nr; i++)
		machine_map(&m, BASE + i * SIZE_4K, SIZE_1G + i * SIZE_4K, MODEL_PAGE_4K, 0);
	random_cycle(next, nr);
	machine_in_guest(&m);
	page = chase(&m, next, 0, loads);
	before = cycles_of(&m);
	missed = machine_count(&m, MODEL_GUEST, MODEL_CNT_dtlb_miss);
	chase(&m, next, page, loads);
	after = cycles_of(&m);
	missed = machine_count(&m, MODEL_GUEST, MODEL_CNT_dtlb_miss) - missed;
	machine_close(&m);
	return (struct round){
		.missing = (double)missed / loads,
		.cycles = { (double)(after.low - before.low) / loads,
			    (double)(after.mid - before.mid) / loads,
			    (double)(after.high - before.high) / loads },
	};
}

void published_step(const struct model_cpu *zen_4, published_put *put)
{
	unsigned int all_hit = 0, all_miss = 0;
	struct round round, before = { 0 };

	for (unsigned int nr = STEP_FIRST; nr <= STEP_LAST; nr++) {
		round = chase_pages(zen_4, nr);
		if (round.missing == 0)
			all_hit = nr;
		if (round.missing == 1 && !all_miss)
			all_miss = nr;
		if (nr == STEP_PUBLISHED)
			put("step.cycles", (struct published){
				round.cycles.low - before.cycles.low,
				round.cycles.mid - before.cycles.mid,
				round.cycles.high - before.cycles.high,
			});
		before = round;
	}
	put("step.all_hit", exactly(all_hit));
	put("step.all_miss", exactly(all_miss));
}

/*
 * Row 3. Pages of one set of the second level, by XOR-7, which is one set of the first as
 * well. Between two of the accesses that count, eight other pages of that set of the first push
 * out what it holds, or the second level would not see the access.
 */
#define WAYS 12
#define EVICTORS 4
#define ROUNDS 10

static uint64_t in_set(unsigned int i)
{
	return BASE + ((uint64_t)i << 14) * SIZE_4K;
}

/* Of the same set of the first level, and of other ones of the second. */
static uint64_t evictor(unsigned int i)
{
	return BASE + (i + 1) * 16 * SIZE_4K;
}

static void empty_first_level(struct machine *m, unsigned int group)
{
	for (unsigned int i = 0; i < EVICTORS; i++)
		machine_load(m, evictor(group * EVICTORS + i));
}

/*
 * WAYS pages fill the empty set, so that the list of the vectors has the last one at place 0.
 * A hit at a place, so many misses; then, does the page of that place still hit?
 */
static bool stays(struct machine *m, unsigned int hit, unsigned int misses, unsigned int place)
{
	model_reset(m->model);
	machine_in_guest(m);
	for (unsigned int i = 0; i < WAYS; i++)
		machine_load(m, in_set(i));
	empty_first_level(m, 0);
	machine_load(m, in_set(WAYS - 1 - hit));
	for (unsigned int i = 0; i < misses; i++)
		machine_load(m, in_set(WAYS + i));
	empty_first_level(m, 1);
	return !machine_walks(m, in_set(WAYS - 1 - place));
}

/* A page that the n-th miss replaces was, after the hit, at place WAYS - n. */
static unsigned int same_entries(struct machine *m)
{
	unsigned int same = 0;

	for (unsigned int hit = 0; hit < WAYS; hit++) {
		for (unsigned int misses = 1; misses <= WAYS; misses++) {
			const unsigned int place = mru_plru[hit][WAYS - misses];

			same += stays(m, hit, misses - 1, place) && !stays(m, hit, misses, place);
		}
	}
	return same;
}

/* Walks of ROUNDS rounds over so many pages of the set, after it was filled. */
static uint64_t round_walks(struct machine *m, unsigned int pages)
{
	uint64_t before = 0;

	model_reset(m->model);
	machine_in_guest(m);
	for (unsigned int i = 0; i < WAYS + ROUNDS * pages; i++) {
		if (i == WAYS)
			before = machine_count(m, MODEL_GUEST, MODEL_CNT_walk_load);
		machine_load(m, in_set(i < WAYS ? i : (i - WAYS) % pages));
	}
	return machine_count(m, MODEL_GUEST, MODEL_CNT_walk_load) - before;
}

/* The same by the vectors. */
static uint64_t vector_walks(unsigned int pages)
{
	unsigned int list[WAYS], before[WAYS];
	uint64_t walks = 0;

	for (unsigned int i = 0; i < WAYS; i++)
		list[i] = WAYS - 1 - i;
	for (unsigned int i = 0; i < ROUNDS * pages; i++) {
		unsigned int at = 0;

		while (at < WAYS && list[at] != i % pages)
			at++;
		if (at == WAYS) {
			walks++;
			list[--at] = i % pages;
		}
		memcpy(before, list, sizeof(before));
		for (unsigned int j = 0; j < WAYS; j++)
			list[j] = before[mru_plru[at][j]];
	}
	return walks;
}

void published_victims(const struct model_cpu *skylake, published_put *put)
{
	struct machine m;

	machine_open(&m, skylake, false, false);
	for (unsigned int i = 0; i < 2 * WAYS; i++)
		machine_map(&m, in_set(i), SIZE_1G + i * SIZE_4K, MODEL_PAGE_4K, 0);
	for (unsigned int i = 0; i < 2 * EVICTORS; i++)
		machine_map(&m, evictor(i), 2 * SIZE_1G + i * SIZE_4K, MODEL_PAGE_4K, 0);
	put("victims.vector_entries", exactly(same_entries(&m)));
	put("victims.walks.12", exactly(round_walks(&m, WAYS)));
	put("victims.walks.13", exactly(round_walks(&m, WAYS + 1)));
	put("victims.walks.13.vectors", exactly(vector_walks(WAYS + 1)));
	machine_close(&m);
}
