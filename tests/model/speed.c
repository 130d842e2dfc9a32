// SPDX-License-Identifier: GPL-2.0
/*
 * How many accesses a second the model takes, built without sanitizers: streams that hit,
 * and one that walks, on a CPU with Skylake's TLBs. No test: it says, and never fails.
 */
#include <stdio.h>
#include <time.h>

#include "check.h"
#include "machine.h"

#define ACCESSES 100000000u
#define ADDRESSES 65536
#define BASE SIZE_1G

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void map_pages(struct machine *m, unsigned int pages)
{
	for (unsigned int i = 0; i < pages; i++) {
		const uint64_t at = BASE + i * SIZE_4K;

		machine_map(m, at, at, MODEL_PAGE_4K, 0);
		machine_map_ept(m, at, at, MODEL_PAGE_4K, 0);
	}
	machine_in_guest(m);
}

/* Lines are chosen so that those of all pages together spread over a cache's sets. */
static void measure(const char *what, unsigned int pages, unsigned int lines, unsigned int accesses)
{
	static uint64_t address[ADDRESSES];
	struct machine m;
	uint32_t seed = 1;
	double begin;

	for (unsigned int i = 0; i < ADDRESSES; i++) {
		unsigned int page;

		seed = seed * 1664525 + 1013904223;
		page = (seed >> 12) % pages;
		address[i] = BASE + page * SIZE_4K + (page * lines + (seed >> 8) % lines) % 64 * 64;
	}
	machine_open(&m, cpu_skylake(), true, false);
	map_pages(&m, pages);
	begin = now();
	for (unsigned int i = 0; i < accesses; i++) {
		const uint64_t at = address[i % ADDRESSES];

		model_access(m.model, 0, i & 3 ? MODEL_LOAD : MODEL_STORE, at, at, 8);
	}
	printf("%-44s %7.1f million accesses a second\n", what, accesses / (now() - begin) / 1e6);
	machine_close(&m);
}

int main(void)
{
	measure("one line", 1, 1, ACCESSES);
	measure("16 pages, 16 lines each: hits", 16, 16, ACCESSES);
	measure("64 pages, 4 lines each: hits", 64, 4, ACCESSES);
	measure("1024 pages, a line each: second-level hits", 1024, 1, ACCESSES / 10);
	measure("64K pages: walks", 65536, 64, ACCESSES / 20);
	return 0;
}
