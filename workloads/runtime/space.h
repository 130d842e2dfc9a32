/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Address spaces: page tables that a workload edits as it likes. The tables
 * below PML4 entry 0 (the runtime's identity map) are shared by all spaces; a
 * workload's data lives from DATA_GVA up, in tables of its own. On 5-level
 * paging all of that is below PML5 entry 0, and the functions below speak of
 * the one PML4 that struct space names.
 *
 * Table pages are written through the identity map. Entries are made with A
 * and D clear. Nothing here flushes but the functions that say so.
 */
#ifndef RUNTIME_SPACE_H
#define RUNTIME_SPACE_H

#include "flush.h"
#include "frames.h"
#include "types.h"

#define ENTRY_PRESENT BIT(0)
#define ENTRY_WRITE BIT(1)
#define ENTRY_USER BIT(2)
#define ENTRY_PWT BIT(3)
#define ENTRY_PCD BIT(4)
#define ENTRY_ACCESSED BIT(5)
#define ENTRY_DIRTY BIT(6)
#define ENTRY_LARGE BIT(7)
#define ENTRY_GLOBAL BIT(8)
#define ENTRY_NX BIT(63)
#define ENTRY_ADDRESS 0x000ffffffffff000ull

/* What space_map() and space_protect() take. */
#define MAP_RO (ENTRY_PRESENT | ENTRY_NX)
#define MAP_RW (ENTRY_PRESENT | ENTRY_WRITE | ENTRY_NX)
/* The same as a fault handler puts it in: the access that follows has no bit to set. */
#define MAP_RW_USED (MAP_RW | ENTRY_ACCESSED | ENTRY_DIRTY)
#define MAP_FLAGS (ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER | ENTRY_GLOBAL | ENTRY_NX)

/* Upper entries allow everything; the leaf decides. */
#define TABLE_FLAGS (ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER)

/* PML4 entry 1 and up; the lower canonical half ends at 2^47. */
#define DATA_GVA BIT(39)
#define DATA_GVA_END BIT(47)

#define LEVEL_PTE 1
#define LEVEL_PDE 2
#define LEVEL_PDPTE 3
#define LEVEL_PML4E 4
#define LEVEL_PML5E 5

struct space {
	u64 root; /* gpa of what CR3 names: the PML5, or the PML4 */
	u64 pml4; /* gpa of the PML4 */
};

extern struct space boot_space;

/* PML4, PDPT, four page directories and one page table: boot_tables.S. */
#define BOOT_TABLES 7

/* Looks how this guest was started; before everything else here. */
void space_init(void);

/* On 5-level paging? It stays so: a guest never leaves 64-bit mode. */
static inline bool space_is_wide(void)
{
	return boot_space.root != boot_space.pml4;
}

/* Memory of all page tables of this guest, the boot tables included. */
static inline u64 space_table_bytes(void)
{
	return hot.tables * PAGE_BYTES;
}

struct space space_create(void);

/* Turns PCIDs on, or fails with the sentence that the parameter pcid needs. */
void space_enable_pcids(void);

/* Makes the tables so that space_entry() of that level exists. */
u64 *space_prepare(const struct space *space, u64 gva, u32 level);
/* The same for all leaf entries of [gva, gva + bytes). */
void space_prepare_range(const struct space *space, u64 gva, u64 bytes);

/* One page; tables are made as needed. The entry must not be present. */
void space_map(const struct space *space, u64 gva, u64 gpa, u64 flags);
/* The same with a page of page_bytes: PAGE_BYTES, LARGE_BYTES or HUGE_BYTES. */
void space_map_sized(const struct space *space, u64 gva, u64 gpa, u64 page_bytes, u64 flags);
/* pages 4K pages at gva, gva + stride ... to frames in a row. */
void space_map_range(const struct space *space, u64 gva, u64 stride, u64 gpa, u64 pages, u64 flags);

static inline u64 *table_entry(u64 table, u64 gva, u32 level)
{
	u32 shift = 12 + 9 * (level - 1);

	return (u64 *)gpa_pointer(table & ENTRY_ADDRESS) + (gva >> shift) % 512;
}

/* The entry that maps gva at that level; the tables above it must exist. */
static inline u64 *space_entry(const struct space *space, u64 gva, u32 level)
{
	u64 table = space->pml4;
	u32 l;

	for (l = LEVEL_PML4E; l > level; l--)
		table = *table_entry(table, gva, l);
	return table_entry(table, gva, level);
}

/* As kernels clear A or W: with LOCK, for the CPU may set bits at that time. */
static inline bool entry_test_and_clear(u64 *entry, u64 flag)
{
	bool was_set;

	__asm__ volatile("lock btrq %2, %0"
			 : "+m"(*entry), "=@ccc"(was_set)
			 : "r"((u64)__builtin_ctzll(flag))
			 : "memory");
	return was_set;
}

/* As kernels take an entry away: what it was, A and D included. */
static inline u64 entry_take(u64 *entry)
{
	u64 old = 0;

	__asm__ volatile("xchgq %0, %1" : "+r"(old), "+m"(*entry)::"memory");
	return old;
}

/* Takes the 4K page out of the current space and flushes it. */
static inline void space_unmap(const struct space *space, u64 gva)
{
	WRITE_ONCE(*space_entry(space, gva, LEVEL_PTE), 0);
	flush_page(gva);
}

/* Changes the 4K page's permissions; A, D and the frame stay. No flush. */
static inline void space_permit(const struct space *space, u64 gva, u64 flags)
{
	u64 *entry = space_entry(space, gva, LEVEL_PTE);

	WRITE_ONCE(*entry, (READ_ONCE(*entry) & ~MAP_FLAGS) | flags);
}

/* The same for the current space, with the flush that taking away needs. */
static inline void space_protect(const struct space *space, u64 gva, u64 flags)
{
	space_permit(space, gva, flags);
	flush_page(gva);
}

static inline void space_switch(const struct space *space)
{
	flush_by_cr3(space->root);
}

#endif
