/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPUs of the tests, as descriptions. They are parsed once; one that does not parse ends
 * the tests.
 */
#ifndef MODEL_TEST_CPUS_H
#define MODEL_TEST_CPUS_H

#include "description.h"

/* Where a part of the text does not matter to a test. */
#define TEXT_CACHES \
	"cache l1i size=32K ways=8 # test\ncache l1d size=32K ways=8 # test\n" \
	"cache l2 size=256K ways=8 # test\ncache l3 size=8M ways=16 # test\n"
#define TEXT_COSTS \
	"cost instruction 1 [0.7 1.5] # test\ncost stlb_hit 7 # test\n" \
	"cost l1 4 # test\ncost l2 12 # test\ncost l3 40 [30 50] # test\n" \
	"cost memory 200 # test\ncost walk_start 5 # test\n" \
	"cost walk_exposed 0.75 [0.5 1] # test\ncost data_exposed 0.5 # test\n" \
	"cost fetch_exposed 0.25 # test\ncost assist 150 # test\ncost exception 1000 # test\n" \
	"cost transition 700 [600 800] # test\ncost invlpg 200 # test\n" \
	"cost invpcid 350 # test\ncost mov_cr3 300 # test\ncost cr_write 100 # test\n" \
	"cost invvpid 1000 # test\ncost invept 1000 [300 3000] # test\n"
#define TEXT_NO_PSC \
	"psc pde entries=0 # test\npsc pdpte entries=0 # test\npsc pml4e entries=0 # test\n" \
	"nested-tlb entries=0 # test\n"
#define TEXT_PSC \
	"psc pde entries=32 ways=4 # test\npsc pdpte entries=4 ways=4 # test\n" \
	"psc pml4e entries=2 ways=2 # test\nnested-tlb entries=32 [16 64] # test\n"
#define TEXT_SMALL_TLBS \
	"tlb itlb pages=4k,2m,1g sets=1 ways=4 # test\n" \
	"tlb dtlb pages=4k sets=4 ways=4 # test\ntlb dtlb pages=2m,1g sets=1 ways=4 # test\n"
#define TEXT_NAME "name test # test\ntitle A CPU of the tests # test\n"

const struct model_cpu *cpu_plain(void); /* small TLBs, nothing that shortens a walk */
const struct model_cpu *cpu_full(void); /* the same with all paging-structure caches */
const struct model_cpu *cpu_large(void); /* arrays that nothing in a test can fill */
const struct model_cpu *cpu_skylake(void); /* its TLBs, as TLB;DR found them */
const struct model_cpu *cpu_no_1g(void); /* with no TLB for 1G pages */
const struct model_cpu *cpu_zen(void); /* 72 entries, LRU, no second level */

#endif
