// SPDX-License-Identifier: GPL-2.0
/* Making address spaces and their tables; see space.h. */
#include "space.h"
#include "report.h"

extern u8 boot_pml4[];

struct space boot_space = { (u64)boot_pml4 };

static u64 table_take(void)
{
	hot.tables++;
	return frame_take_zeroed();
}

struct space space_create(void)
{
	struct space space = { table_take() };

	*table_entry(space.root, 0, LEVEL_PML4E) = *table_entry(boot_space.root, 0, LEVEL_PML4E);
	return space;
}

u64 *space_prepare(const struct space *space, u64 gva, u32 level)
{
	u64 table = space->root;
	u64 *entry;
	u32 l;

	for (l = LEVEL_PML4E; l > level; l--) {
		entry = table_entry(table, gva, l);
		if (!(*entry & ENTRY_PRESENT))
			WRITE_ONCE(*entry, table_take() | TABLE_FLAGS);
		check(!(*entry & ENTRY_LARGE),
		      "gva 0x%llx lies in a large page, no table fits below", gva);
		table = *entry;
	}
	return table_entry(table, gva, level);
}

void space_prepare_range(const struct space *space, u64 gva, u64 bytes)
{
	u64 at;

	for (at = gva & ~(LARGE_BYTES - 1); at < gva + bytes; at += LARGE_BYTES)
		space_prepare(space, at, LEVEL_PTE);
}

void space_map(const struct space *space, u64 gva, u64 gpa, u64 flags)
{
	u32 level = flags & ENTRY_LARGE ? LEVEL_PDE : LEVEL_PTE;
	u64 *entry = space_prepare(space, gva, level);

	check(!(*entry & ENTRY_PRESENT), "gva 0x%llx is mapped already", gva);
	WRITE_ONCE(*entry, gpa | flags);
}

void space_map_range(const struct space *space, u64 gva, u64 stride, u64 gpa, u64 pages, u64 flags)
{
	u64 i;

	check(gva >= DATA_GVA && stride <= (DATA_GVA_END - gva) / pages,
	      "%llu pages, one per 0x%llx bytes, exceed the address space", pages, stride);
	for (i = 0; i < pages; i++)
		space_map(space, gva + i * stride, gpa + i * PAGE_BYTES, flags);
}
