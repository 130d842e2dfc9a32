// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated CPU: address translation through the backend's tables as VMX
 * hardware does it, with a TLB that never forgets on its own (tlb.c).
 *
 * Under shadow paging it walks the tables at controls.root_hpa in host memory.
 * Under EPT it walks the guest's tables, and each guest-physical address on
 * the way goes through the EPT (SDM 3C, 29.3). Both walks are ref_walk().
 */
#include "machine.h"

/* EPT entries as the manual gives them; not ept/ept.h, which is under test. */
#define HW_EPT_RWX 7ull
#define HW_EPT_X BIT_ULL(2)
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

/* The registers as the CPU has them while the guest runs. */
static struct ref_cpu hw_cpu(const struct machine *m)
{
	const struct hv_controls *controls = &m->hw;
	struct ref_cpu cpu = {
		.reg = m->mmu.paging,
		.physical_address_bits = m->mmu.caps.physical_address_bits,
		.gigabyte_pages = m->mmu.caps.gigabyte_pages,
	};

	if (!controls->nested)
		cpu.reg.cr3 = controls->root_hpa;
	cpu.reg.cr0 |= controls->cr0_force;
	cpu.reg.cr4 = (cpu.reg.cr4 & (controls->cr4_pass | controls->cr4_guest_owned)) |
		      controls->cr4_force;
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
	/* Not malformed, but what a CPU with that erratum must never be given. */
	if (leaf && level > 1 && entry & HW_EPT_X && m->mmu.caps.itlb_multihit)
		return true;
	return leaf && (entry & HW_EPT_TYPE) != HW_EPT_WB;
}

/* PML notes the first write to what one EPT leaf maps: one 4K frame (29.3.6). */
static void ept_set_dirty(struct machine *m, u64 *entry, u64 gpa)
{
	if (!(*entry & HW_EPT_D) && m->hw.pml && m->mmu.dirty.written)
		hv_dirty_note(m->mmu.dirty.written, gpa >> HV_PAGE_SHIFT);
	*entry |= HW_EPT_D;
}

/* gpa to hpa through the EPT, with its A/D bits if they are on, and the rights there. */
static bool ept_translate(struct machine *m, u64 gpa, u32 access, u64 *hpa, u64 *granted,
			  struct cpu_result *result)
{
	u64 table = m->hw.root_hpa, offset, rights = HW_EPT_RWX;
	u64 want = access & HV_PF_WRITE ? 2 : access & HV_PF_FETCH ? 4 : 1;
	struct tlb_gpa *slot = &m->tlb->gpa[(gpa >> 12) % TLB_GPAS];
	int level;

	/* 4-level EPT translates 48 bits; whatever lies beyond is not mapped (29.3.2). */
	if (gpa >> 48)
		return ept_violation(result, gpa, access);
	if (slot->hpa && slot->gfn == gpa >> 12 && slot->root == m->hw.root_hpa &&
	    slot->rights & want) {
		*hpa = slot->hpa | (gpa & 0xfff);
		*granted = slot->rights;
		return true;
	}
	for (level = 4;; level--) {
		u64 *entry = (u64 *)hv_va(table) + (gpa >> (12 + 9 * (level - 1)) & 511);

		if (!(*entry & HW_EPT_RWX))
			return ept_violation(result, gpa, access);
		if (ept_malformed(m, *entry, level))
			return ept_bad(result);
		if (!(*entry & want))
			return ept_violation(result, gpa, access);
		rights &= *entry;
		if (m->hw.ept_ad)
			*entry |= HW_EPT_A;
		table = *entry & PTE_ADDR;
		if (!arena_holds(table))
			return ept_bad(result);
		offset = GENMASK_ULL(12 + 9 * (level - 1) - 1, 0);
		if (level == 1 || *entry & HW_EPT_PS) {
			if (m->hw.ept_ad && access & HV_PF_WRITE)
				ept_set_dirty(m, entry, gpa);
			break;
		}
	}
	*hpa = table | (gpa & offset);
	/* With A/D on, the first write has to set D: look again then. */
	if (m->hw.ept_ad && want != 2)
		rights &= ~2ull;
	*granted = rights;
	*slot = (struct tlb_gpa){ gpa >> 12, *hpa & ~0xfffull, rights, m->hw.root_hpa };
	return true;
}

/* Where the entry at that address of a walk lies for this process. */
static u64 *walk_entry(struct walk_context *context, u64 addr, u32 access)
{
	struct machine *m = context->m;
	u64 hpa = addr, granted;

	/* With EPT A/D a table read counts as a write (29.3.3.2). */
	if (m->hw.ept_ad)
		access = HV_PF_WRITE;
	if (m->hw.nested && !ept_translate(m, addr, access, &hpa, &granted, context->result))
		return NULL;
	if (!arena_holds(hpa)) {
		ept_bad(context->result);
		return NULL;
	}
	return hv_va(hpa);
}

static bool walk_read(void *opaque, u64 addr, u64 *value)
{
	struct walk_context *context = opaque;
	u64 *entry = walk_entry(context, addr, 0);

	context->stopped = !entry;
	if (!entry)
		return false;
	*value = *entry;
	return true;
}

/* ---- the access ---- */

static void page_fault(struct machine *m, const struct ref_cpu *cpu, enum ref_end end,
		       const struct oracle_access *access, struct cpu_result *result)
{
	tlb_page_fault(m, access->gva);
	result->end = CPU_PAGE_FAULT;
	result->error_code = ref_error_code(cpu, end, access->access);
}

/* Sets A, and D in the leaf for a write: writes of their own to the EPT (29.3.3.2). */
static bool set_flags(struct walk_context *context, const struct ref_path *path, u32 access)
{
	int i;

	for (i = 0; i < path->nr; i++) {
		u64 flags = PTE_A, *entry;

		if (i == path->nr - 1 && access & HV_PF_WRITE)
			flags |= PTE_D;
		if (!(flags & ~path->step[i].value))
			continue;
		entry = walk_entry(context, path->step[i].addr, HV_PF_WRITE);
		if (!entry)
			return false;
		*entry |= flags;
	}
	return true;
}

static void tlb_add_path(struct machine *m, struct tlb_page *p, const struct ref_path *path,
			 const struct ref_map *map, u64 ept)
{
	int i;

	for (i = 0; i < path->nr - 1; i++)
		tlb_add_start(m, p, &path->next[i]);
	tlb_add_map(m, p, map, ept);
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
	u64 hpa, ept = HW_EPT_RWX;
	struct ref_path path;
	struct ref_map map;

	context->stopped = false;
	ref_walk(cpu, start, access->gva, walk_read, context, &path);
	*end = path.end;
	if (context->stopped || path.end != REF_MAPPED ||
	    !ref_allows(cpu, &path.map, access->access))
		return false;

	hpa = path.map.base;
	if ((m->hw.nested && !ept_translate(m, hpa | (access->gva & 0xfff), access->access, &hpa,
					    &ept, context->result)) ||
	    !set_flags(context, &path, access->access)) {
		context->stopped = true;
		return false;
	}
	map = path.map;
	map.base = hpa & ~0xfffull;
	map.dirty |= !!(access->access & HV_PF_WRITE);
	tlb_add_path(m, p, &path, &map, ept);
	context->result->end = CPU_DONE;
	context->result->hpa = map.base | (access->gva & 0xfff);
	return true;
}

static bool ept_allows(const struct tlb_map *entry, u32 access)
{
	return entry->ept & (access & HV_PF_WRITE ? 2 : access & HV_PF_FETCH ? 4 : 1);
}

static bool hit(struct machine *m, const struct ref_cpu *cpu, struct tlb_page *p,
		const struct oracle_access *access, struct cpu_result *result)
{
	struct tlb_tag now = tlb_tag(m);
	bool denied = false;
	int i;

	for (i = 0; i < p->nr_maps; i++) {
		const struct tlb_map *entry = &p->map[i];

		if (!tlb_serves(entry, &now))
			continue;
		if (!ref_allows(cpu, &entry->map, access->access)) {
			denied = true;
			continue;
		}
		if (access->access & HV_PF_WRITE && !entry->map.dirty)
			continue;
		if (!ept_allows(entry, access->access))
			continue;
		result->end = CPU_DONE;
		result->hpa = entry->map.base | (access->gva & 0xfff);
		return true;
	}
	if (denied && rng_once_in(&m->rng, m->denial)) {
		page_fault(m, cpu, REF_MAPPED, access, result);
		return true;
	}
	return false;
}

static void access_page(struct machine *m, const struct oracle_access *access,
			struct cpu_result *result)
{
	struct walk_context context = { .m = m, .result = result };
	struct tlb_page *p = &m->tlb->page[access->page];
	struct tlb_tag now = tlb_tag(m);
	struct ref_cpu cpu = hw_cpu(m);
	enum ref_end end;
	int i;

	if (hit(m, &cpu, p, access, result))
		return;
	for (i = 0; i < p->nr_starts; i++) {
		if (!tlb_is(&p->start[i].tag, &now))
			continue;
		if (walk_from(&context, &cpu, p->start[i].start, p, access, &end) ||
		    context.stopped)
			return;
		if (rng_once_in(&m->rng, m->denial))
			goto fault;
	}
	if (walk_from(&context, &cpu, ref_root(&cpu), p, access, &end) || context.stopped)
		return;
fault:
	page_fault(m, &cpu, end, access, result);
}

void cpu_access(struct machine *m, const struct oracle_access *access, struct cpu_result *result)
{
	struct tlb_page *p = &m->tlb->page[access->page];

	if (rng_once_in(&m->rng, m->evict))
		p->nr_maps = p->nr_starts = 0;
	access_page(m, access, result);
	if (result->end == CPU_EPT_VIOLATION)
		tlb_ept_violation(m, access->gva, result->gpa);
}

u64 cpu_reach(struct machine *m, u64 gva, u32 access)
{
	struct cpu_result ignored;
	struct walk_context context = { .m = m, .result = &ignored };
	struct ref_cpu cpu = hw_cpu(m);
	struct ref_path path;

	ref_walk(&cpu, ref_root(&cpu), gva, walk_read, &context, &path);
	if (context.stopped || path.end != REF_MAPPED || !ref_allows(&cpu, &path.map, access))
		return HV_HPA_ABSENT;
	return path.map.base | (gva & 0xfff);
}

void machine_speculate(struct machine *m, int page)
{
	struct tlb_page *p = &m->tlb->page[page];
	struct ref_cpu cpu = hw_cpu(m);
	struct cpu_result ignored;
	struct walk_context context = { .m = m, .result = &ignored };
	u64 hpa, ept = HW_EPT_RWX;
	struct ref_path path;
	struct ref_map map;
	int i;

	/* It would set A in the EPT, which a look at the dirty log must not see. */
	if (m->hw.ept_ad && m->mmu.dirty.on)
		return;
	ref_walk(&cpu, ref_root(&cpu), p->gva, walk_read, &context, &path);
	if (context.stopped)
		return;
	for (i = 0; i < path.nr - 1 && path.step[i].value & PTE_A; i++)
		tlb_add_start(m, p, &path.next[i]);
	if (path.end != REF_MAPPED || !ref_path_accessed(&path))
		return;
	map = path.map;
	hpa = map.base;
	if (m->hw.nested && !ept_translate(m, hpa, 0, &hpa, &ept, &ignored))
		return;
	map.base = hpa & ~0xfffull;
	tlb_add_map(m, p, &map, ept);
}
