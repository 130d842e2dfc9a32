// SPDX-License-Identifier: GPL-2.0
/* 4-level and 5-level paging by the book, see ref_walk.h. */
#include "ref_walk.h"

struct ref_start ref_root(const struct ref_cpu *cpu)
{
	return (struct ref_start){
		.table = cpu->reg.cr3 & PTE_ADDR,
		.level = cpu->reg.cr4 & HV_CR4_LA57 ? 5 : 4,
		.write = true,
		.user = true,
	};
}

/*
 * The reserved bits of a present entry, by level (4.5.4, and table 4-14 and
 * following): address bits from MAXPHYADDR on; PS in a PML5E and PML4E, and in a PDPTE
 * where there are no 1G pages; the low address bits of a large page, of which
 * bit 12 is PAT; XD while EFER.NXE = 0.
 */
static u64 reserved_bits(const struct ref_cpu *cpu, u64 entry, int level)
{
	u64 bits = GENMASK_ULL(51, 0) & ~GENMASK_ULL(cpu->physical_address_bits - 1, 0);

	if (!(cpu->reg.efer & HV_EFER_NXE))
		bits |= PTE_NX;
	if (level >= 4)
		bits |= PTE_PS;
	if (level == 3 && !cpu->gigabyte_pages)
		bits |= PTE_PS;
	if (level == 3 && entry & PTE_PS)
		bits |= GENMASK_ULL(29, 13);
	if (level == 2 && entry & PTE_PS)
		bits |= GENMASK_ULL(20, 13);
	return bits;
}

static void make_map(const struct ref_cpu *cpu, struct ref_start rights, u64 entry, int level,
		     u64 gva, struct ref_map *map)
{
	u64 offset = GENMASK_ULL(12 + 9 * (level - 1) - 1, 0);

	*map = (struct ref_map){
		.base = ((entry & PTE_ADDR & ~offset) | (gva & offset)) & PTE_ADDR,
		.level = level,
		.write = rights.write,
		.user = rights.user,
		.nx = rights.nx,
		.dirty = entry & PTE_D,
		.global = entry & PTE_G && cpu->reg.cr4 & HV_CR4_PGE,
	};
}

void ref_walk(const struct ref_cpu *cpu, struct ref_start start, u64 gva, ref_read_fn *read,
	      void *context, struct ref_path *path)
{
	path->nr = 0;
	for (;;) {
		int level = start.level;
		u64 index = gva >> (12 + 9 * (level - 1)) & 511;
		struct ref_step *step = &path->step[path->nr];
		u64 entry;

		step->addr = start.table + index * 8;
		step->level = level;
		if (!read(context, step->addr, &step->value)) {
			path->end = REF_UNREADABLE;
			path->unreadable = step->addr;
			return;
		}
		path->nr++;
		entry = step->value;
		if (!(entry & PTE_P)) {
			path->end = REF_NOT_PRESENT;
			return;
		}
		if (entry & reserved_bits(cpu, entry, level)) {
			path->end = REF_RESERVED;
			return;
		}
		start.write = start.write && entry & PTE_W;
		start.user = start.user && entry & PTE_U;
		start.nx = start.nx || entry & PTE_NX;
		if (level == 1 || (level < 4 && entry & PTE_PS)) {
			make_map(cpu, start, entry, level, gva, &path->map);
			path->end = REF_MAPPED;
			return;
		}
		start.table = entry & PTE_ADDR;
		start.level = level - 1;
		path->next[path->nr - 1] = start;
	}
}

bool ref_path_accessed(const struct ref_path *path)
{
	int i;

	for (i = 0; i < path->nr; i++)
		if (!(path->step[i].value & PTE_A))
			return false;
	return true;
}

bool ref_same_map(const struct ref_map *a, const struct ref_map *b)
{
	return a->base == b->base && a->level == b->level && a->write == b->write &&
	       a->user == b->user && a->nx == b->nx && a->global == b->global;
}

bool ref_same_start(const struct ref_start *a, const struct ref_start *b)
{
	return a->table == b->table && a->level == b->level && a->write == b->write &&
	       a->user == b->user && a->nx == b->nx;
}

/*
 * What SMEP and SMAP take from a supervisor: code in user pages, and their data
 * but by an explicit access with RFLAGS.AC = 1. They look at the U/S rights of
 * the translation, whatever CR0.WP says.
 */
static bool is_prevented(const struct ref_cpu *cpu, u32 access)
{
	if (access & HV_PF_FETCH)
		return cpu->reg.cr4 & HV_CR4_SMEP;
	return cpu->reg.cr4 & HV_CR4_SMAP && !(access & HV_ACCESS_AC);
}

bool ref_allows(const struct ref_cpu *cpu, const struct ref_map *map, u32 access)
{
	bool user = access & HV_PF_USER;

	if (user && !map->user)
		return false;
	if (!user && map->user && is_prevented(cpu, access))
		return false;
	if (access & HV_PF_FETCH)
		return !(map->nx && cpu->reg.efer & HV_EFER_NXE);
	if (access & HV_PF_WRITE)
		return map->write || (!user && !(cpu->reg.cr0 & HV_CR0_WP));
	return true;
}

u32 ref_error_code(const struct ref_cpu *cpu, enum ref_end end, u32 access)
{
	u32 code = access & (HV_PF_WRITE | HV_PF_USER);

	if (end != REF_NOT_PRESENT)
		code |= HV_PF_PRESENT;
	if (end == REF_RESERVED)
		code |= HV_PF_RSVD;
	/* Without NXE and SMEP the bit is 0 for a fetch too. */
	if (access & HV_PF_FETCH && (cpu->reg.efer & HV_EFER_NXE || cpu->reg.cr4 & HV_CR4_SMEP))
		code |= HV_PF_FETCH;
	return code;
}
