// SPDX-License-Identifier: GPL-2.0
/* See cpus.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpus.h"

static const char plain[] = TEXT_NAME TEXT_SMALL_TLBS TEXT_NO_PSC TEXT_CACHES TEXT_COSTS;

static const char full[] = TEXT_NAME TEXT_SMALL_TLBS TEXT_PSC TEXT_CACHES TEXT_COSTS;

static const char large[] = TEXT_NAME
	"tlb itlb pages=4k,2m,1g sets=1 ways=512 # test\n"
	"tlb dtlb pages=4k,2m,1g sets=1 ways=512 # test\n"
	"tlb stlb pages=4k,2m sets=1 ways=512 # test\n"
	"psc pde entries=128 ways=128 # test\npsc pdpte entries=128 ways=128 # test\n"
	"psc pml4e entries=128 ways=128 # test\nnested-tlb entries=256 # test\n"
	TEXT_CACHES TEXT_COSTS;

static const char skylake[] = TEXT_NAME
	"tlb itlb pages=4k sets=16 ways=8 replacement=plru # TLB;DR\n"
	"tlb dtlb pages=4k sets=16 ways=4 replacement=plru # TLB;DR\n"
	"tlb dtlb pages=2m sets=8 ways=4 replacement=plru # test\n"
	"tlb dtlb pages=1g sets=1 ways=4 replacement=plru # test\n"
	"tlb stlb pages=4k,2m sets=128 ways=12 index=xor7 replacement=mru-plru # TLB;DR\n"
	TEXT_PSC TEXT_CACHES TEXT_COSTS;

static const char no_1g[] = TEXT_NAME
	"tlb itlb pages=4k,2m sets=1 ways=16 # test\n"
	"tlb dtlb pages=4k,2m sets=1 ways=16 # test\n"
	TEXT_PSC TEXT_CACHES TEXT_COSTS;

static const char zen[] = TEXT_NAME
	"tlb itlb pages=4k,2m,1g sets=1 ways=64 # test\n"
	"tlb dtlb pages=4k,2m,1g sets=1 ways=72 # a step at the 73rd page was measured\n"
	TEXT_PSC TEXT_CACHES TEXT_COSTS;

static const struct model_cpu *parsed(struct model_cpu *cpu, const char *text)
{
	char error[256];

	if (cpu->name[0])
		return cpu;
	if (model_cpu_parse(text, strlen(text), "cpus.c", cpu, error, sizeof(error))) {
		printf("not ok - %s\n", error);
		exit(1);
	}
	return cpu;
}

const struct model_cpu *cpu_plain(void)
{
	static struct model_cpu cpu;

	return parsed(&cpu, plain);
}

const struct model_cpu *cpu_full(void)
{
	static struct model_cpu cpu;

	return parsed(&cpu, full);
}

const struct model_cpu *cpu_large(void)
{
	static struct model_cpu cpu;

	return parsed(&cpu, large);
}

const struct model_cpu *cpu_skylake(void)
{
	static struct model_cpu cpu;

	return parsed(&cpu, skylake);
}

const struct model_cpu *cpu_no_1g(void)
{
	static struct model_cpu cpu;

	return parsed(&cpu, no_1g);
}

const struct model_cpu *cpu_zen(void)
{
	static struct model_cpu cpu;

	return parsed(&cpu, zen);
}
