/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest on the EPT backend for the tests of its parts: violations told to it
 * by hand, and its entries as the manual has them (not by ept/ept.h).
 */
#ifndef EPT_GUEST_H
#define EPT_GUEST_H

#include "report.h"
#include "uapi/hvbench.h"

#define LEAF_R 1ull
#define LEAF_W 2ull
#define LEAF_X 4ull
#define LEAF_RWX 7ull
#define LEAF_WB 0x70ull /* write-back, PAT ignored */
#define LEAF_PS 0x80ull
#define LEAF_A 0x100ull
#define LEAF_D 0x200ull

#define GIANT_CHUNKS 512 /* of guest memory, in 1G */
#define MIB(n) ((u64)(n) << 20)

static struct test_guest t;
static struct hv_answer answer;

static inline enum hv_verdict violate(u64 gpa, u32 access)
{
	struct hv_fault fault = { .space = HV_FAULT_GPA, .gpa = gpa, .access = access };

	memset(&answer, 0, sizeof(answer));
	return t.m.mmu.ops->fault(&t.m.mmu, &fault, &answer);
}

/* Where the path for gpa ends, and on which level. */
static inline u64 *end_of(u64 gpa, int *level)
{
	u64 table = t.m.mmu.controls.root_hpa, *entry;

	for (*level = 4;; (*level)--) {
		entry = (u64 *)hv_va(table) + (gpa >> (12 + 9 * (*level - 1)) & 511);
		if (!(*entry & LEAF_RWX) || *level == 1 || *entry & LEAF_PS)
			return entry;
		table = *entry & GENMASK_ULL(51, 12);
	}
}

/* The leaf of that level for gpa is there and maps it with these other bits. */
static inline bool is_leaf(u64 gpa, int level, u64 bits)
{
	u64 size = 1ull << (12 + 9 * (level - 1));
	int at;
	u64 entry = *end_of(gpa, &at);
	u64 hpa = hv_memory_hpa(&t.m.memory, (gpa & ~(size - 1)) >> HV_PAGE_SHIFT);

	return at == level && entry == (hpa | LEAF_WB | (level > 1 ? LEAF_PS : 0) | bits);
}

static inline u64 count(enum hvbench_counter counter)
{
	return t.m.counter[counter];
}

/* The next VM entry would flush the root; asks once. */
static inline bool flushes_root(void)
{
	bool root = t.m.mmu.flush.root;

	memset(&t.m.mmu.flush, 0, sizeof(t.m.mmu.flush));
	return root;
}

static inline void ept_defaults(enum hvbench_size backing, enum hvbench_size leaf)
{
	guest_defaults(&t, &ept_mmu_ops, backing == HVBENCH_SIZE_1G ? GIANT_CHUNKS : 8);
	t.config.caps.ept_1g = true;
	t.config.caps.ept_exec_only = true;
	t.config.caps.pml = true;
	t.config.knob[HVBENCH_KNOB_BACKING] = backing;
	t.config.knob[HVBENCH_KNOB_EPT_LEAF] = leaf;
}

static inline void ept_open(void)
{
	guest_open(&t);
	guest_start(&t);
	hv_pool_fill(&t.m.pool, 64, 0);
	flushes_root();
}

#endif
