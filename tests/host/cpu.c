// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated CPU: address translation through the backend's tables as VMX
 * hardware does it, with a TLB that never forgets on its own (machine.h).
 *
 * Under shadow paging it walks the tables at controls.root_hpa in host memory.
 * Under EPT it walks the guest's tables, and each guest-physical address on
 * the way goes through the EPT (SDM 3C, 29.3). Both walks are ref_walk().
 */
#include "machine.h"

/* EPT entries as the manual gives them; not ept/ept.h, which is under test. */
#define HW_EPT_RWX 7ull
#define HW_EPT_TYPE GENMASK_ULL(5, 3)
#define HW_EPT_WB (6ull << 3)
#define HW_EPT_PS BIT_ULL(7)
#define HW_EPT_A BIT_ULL(8)
#define HW_EPT_D BIT_ULL(9)

struct walk_context {
	struct machine *m;
	struct cpu_result *result;
	bool stopped; /* by an EPT violation, or a table outside the arena */
};

static bool hpa_exists(u64 hpa)
{
	return hpa - ARENA_HPA < arena_bytes;
}

/* The registers as the CPU has them while the guest runs. */
static struct ref_cpu hw_cpu(const struct machine *m)
{
	const struct hv_controls *controls = &m->mmu.controls;
	struct ref_cpu cpu = {
		.reg = m->mmu.paging,
		.physical_address_bits = m->mmu.caps.physical_address_bits,
		.gigabyte_pages = m->mmu.caps.gigabyte_pages,
	};

	if (!controls->nested)
		cpu.reg.cr3 = controls->root_hpa;
	cpu.reg.cr0 |= controls->cr0_force;
	cpu.reg.efer |= controls->efer_force;
	return cpu;
}

static bool ept_bad(struct cpu_result *result)
{
	result->end = CPU_BAD_TABLE;
	return false;
}

static bool ept_violation(struct cpu_result *result, u64 gpa, u32 access)
{
	result->end = CPU_EPT_VIOLATION;
	result->gpa = gpa;
	result->access = access;
	return false;
}

/* Is the entry one that makes an EPT misconfiguration (29.3.3.1)? */
static bool ept_malformed(const struct machine *m, u64 entry, int level)
{
	bool leaf = level == 1 || (entry & HW_EPT_PS && level < 4);
	u64 bits = GENMASK_ULL(51, 0) & ~GENMASK_ULL(m->mmu.caps.physical_address_bits - 1, 0);

	if (level == 4)
		bits |= HW_EPT_PS;
	if (leaf && level > 1)
		bits |= GENMASK_ULL(12 + 9 * (level - 1) - 1, 12);
	if (!leaf)
		bits |= GENMASK_ULL(6, 3);
	if (entry & bits || (entry & 3) == 2)
		return true;
	return leaf && (entry & HW_EPT_TYPE) != HW_EPT_WB;
}

/* gpa to hpa through the EPT, with its A/D bits if they are on. */
static bool ept_translate(struct machine *m, u64 gpa, u32 access, u64 *hpa,
			  struct cpu_result *result)
{
	u64 table = m->mmu.controls.root_hpa, offset, rights = HW_EPT_RWX;
	u64 want = access & HV_PF_WRITE ? 2 : access & HV_PF_FETCH ? 4 : 1;
	u64 slot = (gpa >> 12) % TLB_GPAS;
	int level;

	if (m->tlb.gpa[slot].hpa && m->tlb.gpa[slot].gfn == gpa >> 12 &&
	    m->tlb.gpa[slot].rights & want) {
		*hpa = m->tlb.gpa[slot].hpa | (gpa & 0xfff);
		return true;
	}
	for (level = 4;; level--) {
		u64 *entry = (u64 *)hv_va(table) + (gpa >> (12 + 9 * (level - 1)) & 511);

		if (!(*entry & HW_EPT_RWX) || !(*entry & want))
			return ept_violation(result, gpa, access);
		rights &= *entry;
		if (ept_malformed(m, *entry, level))
			return ept_bad(result);
		if (m->mmu.controls.ept_ad)
			*entry |= HW_EPT_A;
		table = *entry & PTE_ADDR;
		if (!hpa_exists(table))
			return ept_bad(result);
		offset = GENMASK_ULL(12 + 9 * (level - 1) - 1, 0);
		if (level == 1 || *entry & HW_EPT_PS) {
			if (m->mmu.controls.ept_ad && access & HV_PF_WRITE)
				*entry |= HW_EPT_D;
			break;
		}
	}
	*hpa = table | (gpa & offset);
	m->tlb.gpa[slot].gfn = gpa >> 12;
	m->tlb.gpa[slot].hpa = *hpa & ~0xfffull;
	/* With A/D on, the first write has to set D: look again then. */
	m->tlb.gpa[slot].rights = m->mmu.controls.ept_ad && want != 2 ? rights & ~2ull : rights;
	return true;
}

/* Where the entry at that address of a walk lies for this process. */
static u64 *walk_entry(struct walk_context *context, u64 addr)
{
	struct machine *m = context->m;
	u64 hpa = addr;
	/* With EPT A/D a table read counts as a write (29.3.3.2). */
	u32 access = m->mmu.controls.ept_ad ? HV_PF_WRITE : 0;

	if (m->mmu.controls.nested && !ept_translate(m, addr, access, &hpa, context->result))
		return NULL;
	if (!hpa_exists(hpa)) {
		ept_bad(context->result);
		return NULL;
	}
	return hv_va(hpa);
}

static bool walk_read(void *opaque, u64 addr, u64 *value)
{
	struct walk_context *context = opaque;
	u64 *entry = walk_entry(context, addr);

	context->stopped = !entry;
	if (!entry)
		return false;
	*value = *entry;
	return true;
}

/* ---- what is cached ---- */

static void tlb_add_map(struct machine *m, struct tlb_page *p, const struct ref_map *map)
{
	int i;

	for (i = 0; i < p->nr_maps; i++)
		if (ref_same_map(&p->map[i], map) && p->map[i].dirty == map->dirty)
			return;
	i = p->nr_maps < TLB_SET ? p->nr_maps++ : (int)rng_below(&m->rng, TLB_SET);
	p->map[i] = *map;
}

static void tlb_add_start(struct machine *m, struct tlb_page *p, const struct ref_start *start)
{
	int i;

	for (i = 0; i < p->nr_starts; i++)
		if (ref_same_start(&p->start[i], start))
			return;
	i = p->nr_starts < TLB_SET ? p->nr_starts++ : (int)rng_below(&m->rng, TLB_SET);
	p->start[i] = *start;
}

static void tlb_add_path(struct machine *m, struct tlb_page *p, const struct ref_path *path,
			 const struct ref_map *map)
{
	int i;

	for (i = 0; i < path->nr - 1; i++)
		tlb_add_start(m, p, &path->next[i]);
	if (map)
		tlb_add_map(m, p, map);
}

void cpu_flush_all(struct machine *m, bool global_too, bool gpas_too)
{
	int page, i, kept;

	for (page = 0; page < m->tlb.nr_pages; page++) {
		struct tlb_page *p = &m->tlb.page[page];

		p->nr_starts = 0;
		for (i = kept = 0; i < p->nr_maps; i++)
			if (p->map[i].global && !global_too)
				p->map[kept++] = p->map[i];
		p->nr_maps = kept;
	}
	if (gpas_too)
		memset(m->tlb.gpa, 0, sizeof(m->tlb.gpa));
}

/*
 * INVLPG empties all paging-structure caches and takes every piece of a large
 * page; INVVPID for one address takes only what translates that address.
 */
void cpu_flush_page(struct machine *m, u64 gva, bool all_starts)
{
	int page, i, kept;

	for (page = 0; page < m->tlb.nr_pages; page++) {
		struct tlb_page *p = &m->tlb.page[page];
		u64 apart = p->gva ^ (gva & ~0xfffull);

		for (i = kept = 0; i < p->nr_maps; i++) {
			int shift = 12 + 9 * (p->map[i].level - 1);

			if (apart && (!all_starts || apart >> shift))
				p->map[kept++] = p->map[i];
		}
		p->nr_maps = kept;
		for (i = kept = 0; i < p->nr_starts; i++)
			if (!all_starts && apart >> (12 + 9 * p->start[i].level))
				p->start[kept++] = p->start[i];
		p->nr_starts = kept;
	}
}

/* ---- the access ---- */

static void page_fault(struct machine *m, struct tlb_page *p, const struct ref_cpu *cpu,
		       enum ref_end end, u32 access, struct cpu_result *result)
{
	/* 4.10.4.1: a fault drops what is cached for its page. */
	cpu_flush_page(m, p->gva, false);
	result->end = CPU_PAGE_FAULT;
	result->error_code = ref_error_code(cpu, end, access);
}

/*
 * A walk from there. Grants the access and says true; or says false, with
 * the fault in *end, or stopped by the tables behind (context->stopped).
 */
static bool walk_from(struct walk_context *context, const struct ref_cpu *cpu,
		      struct ref_start start, struct tlb_page *p,
		      const struct oracle_access *access, enum ref_end *end)
{
	struct machine *m = context->m;
	struct ref_path path;
	struct ref_map map;
	u64 hpa;
	int i;

	context->stopped = false;
	ref_walk(cpu, start, access->gva, walk_read, context, &path);
	*end = path.end;
	if (context->stopped || path.end != REF_MAPPED ||
	    !ref_allows(cpu, &path.map, access->access))
		return false;

	hpa = path.map.base;
	if (m->mmu.controls.nested &&
	    !ept_translate(m, hpa | (access->gva & 0xfff), access->access, &hpa, context->result)) {
		context->stopped = true;
		return false;
	}
	for (i = 0; i < path.nr; i++) {
		u64 *entry = walk_entry(context, path.step[i].addr);

		*entry |= PTE_A;
		if (i == path.nr - 1 && access->access & HV_PF_WRITE)
			*entry |= PTE_D;
	}
	map = path.map;
	map.base = hpa & ~0xfffull;
	map.dirty |= !!(access->access & HV_PF_WRITE);
	tlb_add_path(m, p, &path, &map);
	context->result->end = CPU_DONE;
	context->result->hpa = map.base | (access->gva & 0xfff);
	return true;
}

static bool hit(struct machine *m, const struct ref_cpu *cpu, struct tlb_page *p,
		const struct oracle_access *access, struct cpu_result *result)
{
	bool denied = false;
	int i;

	for (i = 0; i < p->nr_maps; i++) {
		if (!ref_allows(cpu, &p->map[i], access->access)) {
			denied = true;
			continue;
		}
		if (access->access & HV_PF_WRITE && !p->map[i].dirty)
			continue;
		result->end = CPU_DONE;
		result->hpa = p->map[i].base | (access->gva & 0xfff);
		return true;
	}
	if (denied && rng_once_in(&m->rng, m->denial)) {
		page_fault(m, p, cpu, REF_MAPPED, access->access, result);
		return true;
	}
	return false;
}

void cpu_access(struct machine *m, const struct oracle_access *access, struct cpu_result *result)
{
	struct walk_context context = { .m = m, .result = result };
	struct tlb_page *p = &m->tlb.page[access->page];
	struct ref_cpu cpu = hw_cpu(m);
	enum ref_end end;
	int i;

	if (rng_once_in(&m->rng, m->evict))
		p->nr_maps = p->nr_starts = 0;
	if (hit(m, &cpu, p, access, result))
		return;
	for (i = 0; i < p->nr_starts; i++) {
		if (walk_from(&context, &cpu, p->start[i], p, access, &end) || context.stopped)
			return;
		if (rng_once_in(&m->rng, m->denial))
			goto fault;
	}
	if (walk_from(&context, &cpu, ref_root(&cpu), p, access, &end) || context.stopped)
		return;
fault:
	page_fault(m, p, &cpu, end, access->access, result);
}

void machine_speculate(struct machine *m, int page)
{
	struct tlb_page *p = &m->tlb.page[page];
	struct ref_cpu cpu = hw_cpu(m);
	struct cpu_result ignored;
	struct walk_context context = { .m = m, .result = &ignored };
	struct ref_path path;
	struct ref_map map;
	u64 hpa;
	int i;

	ref_walk(&cpu, ref_root(&cpu), p->gva, walk_read, &context, &path);
	if (context.stopped)
		return;
	for (i = 0; i < path.nr - 1 && path.step[i].value & PTE_A; i++)
		tlb_add_start(m, p, &path.next[i]);
	if (path.end != REF_MAPPED || !ref_path_accessed(&path))
		return;
	map = path.map;
	hpa = map.base;
	if (m->mmu.controls.nested && !ept_translate(m, hpa, 0, &hpa, &ignored))
		return;
	map.base = hpa & ~0xfffull;
	tlb_add_map(m, p, &map);
}
