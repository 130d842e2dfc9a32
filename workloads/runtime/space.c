// SPDX-License-Identifier: GPL-2.0
/* Making address spaces and their tables; see space.h. */
#include "space.h"
#include "report.h"

extern u8 boot_pml4[], boot_pml5[];

struct space boot_space = { (u64)boot_pml4, (u64)boot_pml4 };

void space_init(void)
{
	hot.tables = BOOT_TABLES;
	if (cpu_read_cr4() & CR4_LA57) {
		boot_space.root = (u64)boot_pml5;
		hot.tables++;
	}
}

static u64 table_take(void)
{
	hot.tables++;
	return frame_take_zeroed();
}

struct space space_create(void)
{
	struct space space;

	space.pml4 = table_take();
	space.root = space.pml4;
	*table_entry(space.pml4, 0, LEVEL_PML4E) = *table_entry(boot_space.pml4, 0, LEVEL_PML4E);
	if (space_is_wide()) {
		space.root = table_take();
		*table_entry(space.root, 0, LEVEL_PML5E) = space.pml4 | TABLE_FLAGS;
	}
	return space;
}

void space_enable_pcids(void)
{
	check(cpu_has_pcid(), "this CPU offers no PCIDs (CPUID.1:ECX bit 17): run with pcid=0");
	flush_by_cr4(cpu_read_cr4() | CR4_PCIDE);
}

u64 *space_prepare(const struct space *space, u64 gva, u32 level)
{
	u64 table = space->pml4;
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

static void map_at(const struct space *space, u64 gva, u64 gpa, u32 level, u64 flags)
{
	u64 *entry = space_prepare(space, gva, level);

	check(!(*entry & ENTRY_PRESENT), "gva 0x%llx is mapped already", gva);
	WRITE_ONCE(*entry, gpa | flags);
}

void space_map(const struct space *space, u64 gva, u64 gpa, u64 flags)
{
	map_at(space, gva, gpa, LEVEL_PTE, flags);
}

void space_map_sized(const struct space *space, u64 gva, u64 gpa, u64 page_bytes, u64 flags)
{
	if (page_bytes == PAGE_BYTES)
		map_at(space, gva, gpa, LEVEL_PTE, flags);
	else if (page_bytes == LARGE_BYTES)
		map_at(space, gva, gpa, LEVEL_PDE, flags | ENTRY_LARGE);
	else
		map_at(space, gva, gpa, LEVEL_PDPTE, flags | ENTRY_LARGE);
}

void space_map_range(const struct space *space, u64 gva, u64 stride, u64 gpa, u64 pages, u64 flags)
{
	u64 i;

	check(gva >= DATA_GVA && stride <= (DATA_GVA_END - gva) / pages,
	      "%llu pages, one per 0x%llx bytes, exceed the address space", pages, stride);
	for (i = 0; i < pages; i++)
		space_map(space, gva + i * stride, gpa + i * PAGE_BYTES, flags);
}
