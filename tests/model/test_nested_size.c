// SPDX-License-Identifier: GPL-2.0
/*
 * What the unknown size of the nested TLB is worth: the uniform chase that stands for mcf
 * (docs/calibration.md), under EPT with pages of 4K in both dimensions, by the smallest, the
 * middle and the largest size that skylake-sp.cpu allows. docs/method.md has the figures.
 */
#include "check.h"
#include "cost.h"
#include "machine.h"
#include "published.h"

#define PAGES 196608u /* 768 MiB */
#define GVA (3 * SIZE_512G)
#define GPA (2 * SIZE_1G)
#define HPA (16 * SIZE_1G)
#define TABLES (PAGES / 512)
#define WARM 100000u
#define LOADS 50000u

static void chase(struct machine *m, uint32_t *seed, unsigned int loads)
{
	for (unsigned int i = 0; i < loads; i++) {
		uint64_t offset;

		*seed = *seed * 1664525 + 1013904223;
		offset = (uint64_t)(*seed >> 8) % (PAGES * 64) * 64;
		model_access(m->model, 0, MODEL_LOAD, GVA + offset, HPA + offset, 8);
	}
}

/* Hundredths of a modelled cycle that a walk takes with so many entries. */
static unsigned int walk_cycles(struct machine *m, struct model_cpu *cpu, unsigned int entries)
{
	struct model_counts before = { 0 }, after = { 0 };
	uint64_t count[NR_MODEL_COUNTS];
	struct model_cycles cycles;
	uint32_t seed = 1;

	model_free(m->model);
	cpu->nested_tlb_entries = entries;
	m->model = model_new(cpu, 1, false, &m->memory);
	machine_in_guest(m);
	chase(m, &seed, WARM);
	model_read(m->model, &before);
	chase(m, &seed, LOADS);
	model_read(m->model, &after);
	for (unsigned int i = 0; i < NR_MODEL_COUNTS; i++)
		count[i] = after.count[MODEL_GUEST][i] - before.count[MODEL_GUEST][i];
	model_cycles(cpu, count, &cycles);
	return cycles.cause[MODEL_CAUSE_walks] * 100 / count[MODEL_CNT_walk_load];
}

void test_nested_size(void)
{
	unsigned int low, mid, high, all;
	struct model_cpu cpu;
	struct machine m;

	check_group("size of the nested TLB");
	published_cpu("../../bench/model/cpus", "skylake-sp", &cpu);
	machine_open(&m, &cpu, true, false);
	for (unsigned int i = 0; i < PAGES; i++) {
		machine_map(&m, GVA + i * SIZE_4K, GPA + i * SIZE_4K, MODEL_PAGE_4K, 0);
		machine_map_ept(&m, GPA + i * SIZE_4K, HPA + i * SIZE_4K, MODEL_PAGE_4K, 0);
	}
	mid = walk_cycles(&m, &cpu, cpu.nested_tlb_entries);
	low = walk_cycles(&m, &cpu, cpu.nested_tlb_low);
	high = walk_cycles(&m, &cpu, cpu.nested_tlb_high);
	all = walk_cycles(&m, &cpu, 4 * TABLES);
	check(low >= mid && mid >= high && 100 * (low - high) < mid,
	      "%u to %u entries change a walk by less than a hundredth: %u.%02u, %u.%02u, %u.%02u",
	      cpu.nested_tlb_low, cpu.nested_tlb_high, low / 100, low % 100, mid / 100, mid % 100,
	      high / 100, high % 100);
	check(100 * (low - all) > 2 * low,
	      "entries for all tables, and pages between, change it by more than two hundredths: %u.%02u",
	      all / 100, all % 100);
	machine_close(&m);
}
