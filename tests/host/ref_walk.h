/* SPDX-License-Identifier: GPL-2.0 */
/*
 * 4-level and 5-level paging as SDM 3A, chapter 4 describes it, and nothing
 * else: the yardstick of the tests. Plain on purpose, and independent of ept/
 * and spt/.
 *
 * The same walk serves as the reference on a model of guest memory, as the
 * simulated CPU's walk of the guest's tables through the EPT, and as its walk
 * of shadow tables in host memory: only the reader of memory differs.
 */
#ifndef REF_WALK_H
#define REF_WALK_H

#include "mmu.h"

/* Bits of a paging-structure entry (SDM 3A, tables 4-14 to 4-20). */
#define PTE_P BIT_ULL(0)
#define PTE_W BIT_ULL(1)
#define PTE_U BIT_ULL(2)
#define PTE_A BIT_ULL(5)
#define PTE_D BIT_ULL(6)
#define PTE_PS BIT_ULL(7)
#define PTE_G BIT_ULL(8)
#define PTE_NX BIT_ULL(63)
#define PTE_ADDR GENMASK_ULL(51, 12)

/* What of the registers and of CPUID a walk depends on. */
struct ref_cpu {
	struct hv_paging reg;
	u8 physical_address_bits;
	bool gigabyte_pages;
};

/* Where a walk begins: at CR3, or at what a paging-structure cache holds. */
struct ref_start {
	u64 table;
	u8 level; /* of the entry to read next: 4 or 5 at CR3, 1 for a PTE */
	bool write, user, nx; /* combined rights of the levels above */
};

/* A translation, as a TLB holds it (4.10.2.2), for one 4K page. */
struct ref_map {
	u64 base; /* of the 4K page */
	u8 level; /* of the entry that maps it: 3 for a 1G page, 2, 1 */
	bool write, user, nx, dirty, global;
};

#define REF_LEVELS 5

enum ref_end { REF_MAPPED, REF_NOT_PRESENT, REF_RESERVED, REF_UNREADABLE };

struct ref_step {
	u64 addr, value;
	u8 level;
};

struct ref_path {
	enum ref_end end;
	int nr; /* entries read; the last one is where it ended */
	struct ref_step step[REF_LEVELS];
	struct ref_start next[REF_LEVELS]; /* where step[i] leads, for i < nr - 1 */
	struct ref_map map; /* for REF_MAPPED */
	u64 unreadable; /* for REF_UNREADABLE: address of the entry */
};

/* Reads an entry of memory: false if there is no memory at addr. */
typedef bool ref_read_fn(void *context, u64 addr, u64 *value);

struct ref_start ref_root(const struct ref_cpu *cpu);
/* Looks and changes nothing. */
void ref_walk(const struct ref_cpu *cpu, struct ref_start start, u64 gva, ref_read_fn *read,
	      void *context, struct ref_path *path);

/* True if every entry read has A set: only then may a CPU cache it (4.10.2). */
bool ref_path_accessed(const struct ref_path *path);
/* The same but for the dirty flag. */
bool ref_same_map(const struct ref_map *a, const struct ref_map *b);
bool ref_same_start(const struct ref_start *a, const struct ref_start *b);
/* True if the rights allow the access (4.6.1): HV_PF_ACCESS bits and HV_ACCESS_AC. */
bool ref_allows(const struct ref_cpu *cpu, const struct ref_map *map, u32 access);
/* The error code of a #PF for that access (4.7). */
u32 ref_error_code(const struct ref_cpu *cpu, enum ref_end end, u32 access);

#endif
