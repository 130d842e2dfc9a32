// SPDX-License-Identifier: GPL-2.0
/*
 * What the simulated CPU has cached, and exactly what each kind of
 * invalidation takes from it (SDM 3A, 4.10.4.1; 3C, 29.4.3): nothing more,
 * so that a flush which the backend forgot shows. Called by cpu.c and by the
 * machine's loop.
 */
#include "machine.h"

struct tlb_tag tlb_tag(const struct machine *m)
{
	struct tlb_tag tag = { .vpid = m->vcpu.vpid };

	if (m->hw.nested) {
		tag.root = m->hw.root_hpa;
		tag.pcid = paging_pcid(&m->mmu.paging);
	} else if (m->hw.cr4_force & HV_CR4_PCIDE) {
		tag.pcid = m->hw.pcid;
	}
	return tag;
}

bool tlb_is(const struct tlb_tag *a, const struct tlb_tag *b)
{
	return a->root == b->root && a->vpid == b->vpid && a->pcid == b->pcid;
}

bool tlb_serves(const struct tlb_map *map, const struct tlb_tag *now)
{
	return map->tag.root == now->root && map->tag.vpid == now->vpid &&
	       (map->map.global || map->tag.pcid == now->pcid);
}

void tlb_add_map(struct machine *m, struct tlb_page *p, const struct ref_map *map, u64 ept)
{
	struct tlb_map next = { *map, tlb_tag(m), (u8)ept };
	int i;

	for (i = 0; i < p->nr_maps; i++)
		if (ref_same_map(&p->map[i].map, map) && p->map[i].map.dirty == map->dirty &&
		    p->map[i].ept == next.ept && tlb_is(&p->map[i].tag, &next.tag))
			return;
	i = p->nr_maps < TLB_SET ? p->nr_maps++ : (int)rng_below(&m->rng, TLB_SET);
	p->map[i] = next;
}

void tlb_add_start(struct machine *m, struct tlb_page *p, const struct ref_start *start)
{
	struct tlb_start next = { *start, tlb_tag(m) };
	int i;

	for (i = 0; i < p->nr_starts; i++)
		if (ref_same_start(&p->start[i].start, start) &&
		    tlb_is(&p->start[i].tag, &next.tag))
			return;
	i = p->nr_starts < TLB_SET ? p->nr_starts++ : (int)rng_below(&m->rng, TLB_SET);
	p->start[i] = next;
}

/* ---- what is dropped ---- */

/* An invalidation: true if it takes that entry. */
struct drop {
	bool all_vpids, all_pcids, all_addresses, globals, all_starts, pieces;
	enum { ALL_ROOTS, ONE_ROOT, ALL_EPT_ROOTS } roots;
	u64 gva, root;
	u16 vpid, pcid;
};

static bool covers(const struct tlb_page *p, const struct drop *drop, int shift)
{
	return drop->all_addresses || (p->gva ^ drop->gva) >> shift == 0;
}

static bool tags_match(const struct drop *drop, const struct tlb_tag *tag, bool global)
{
	if (drop->roots == ONE_ROOT ? tag->root != drop->root
				    : drop->roots == ALL_EPT_ROOTS && !tag->root)
		return false;
	if (!drop->all_vpids && tag->vpid != drop->vpid)
		return false;
	if (global)
		return drop->globals;
	return drop->all_pcids || tag->pcid == drop->pcid;
}

/* pieces: what a large page was cached as goes with the page. */
static bool takes_map(const struct drop *drop, const struct tlb_page *p,
		      const struct tlb_map *entry)
{
	int shift = drop->pieces ? 12 + 9 * (entry->map.level - 1) : 12;

	return tags_match(drop, &entry->tag, entry->map.global) && covers(p, drop, shift);
}

static bool takes_start(const struct drop *drop, const struct tlb_page *p,
			const struct tlb_start *entry)
{
	return tags_match(drop, &entry->tag, false) &&
	       (drop->all_starts || covers(p, drop, 12 + 9 * entry->start.level));
}

static void tlb_drop(struct machine *m, const struct drop *drop)
{
	int page, i, kept;

	for (page = 0; page < m->nr_pages; page++) {
		struct tlb_page *p = &m->tlb->page[page];

		for (i = kept = 0; i < p->nr_maps; i++)
			if (!takes_map(drop, p, &p->map[i]))
				p->map[kept++] = p->map[i];
		p->nr_maps = kept;
		for (i = kept = 0; i < p->nr_starts; i++)
			if (!takes_start(drop, p, &p->start[i]))
				p->start[kept++] = p->start[i];
		p->nr_starts = kept;
	}
}

void tlb_flush_vpid(struct machine *m, u16 vpid)
{
	tlb_drop(m, &(struct drop){
			    .vpid = vpid,
			    .all_pcids = true,
			    .all_addresses = true,
			    .globals = true,
		    });
}

/* Of this machine all entries have one VPID. */
void tlb_flush_all_vpids(struct machine *m)
{
	if (m->vcpu.vpid)
		tlb_flush_vpid(m, m->vcpu.vpid);
}

/* The manual promises nothing of the other pieces of a large page here. */
void tlb_flush_addr(struct machine *m, u16 vpid, u64 gva)
{
	tlb_drop(m, &(struct drop){
			    .vpid = vpid,
			    .gva = gva,
			    .all_pcids = true,
			    .globals = true,
		    });
}

void tlb_flush_root(struct machine *m, u64 root)
{
	int i;

	tlb_drop(m, &(struct drop){
			    .roots = ONE_ROOT,
			    .root = root,
			    .all_vpids = true,
			    .all_pcids = true,
			    .all_addresses = true,
			    .globals = true,
		    });
	for (i = 0; i < TLB_GPAS; i++)
		if (m->tlb->gpa[i].root == root)
			memset(&m->tlb->gpa[i], 0, sizeof(m->tlb->gpa[i]));
}

/* Linear mappings, made without EPT, stay. */
void tlb_flush_all_roots(struct machine *m)
{
	tlb_drop(m, &(struct drop){
			    .roots = ALL_EPT_ROOTS,
			    .all_vpids = true,
			    .all_pcids = true,
			    .all_addresses = true,
			    .globals = true,
		    });
	memset(m->tlb->gpa, 0, sizeof(m->tlb->gpa));
}

void tlb_fill_stale(struct machine *m, u64 hpa)
{
	struct tlb_map map = {
		.map = { .base = hpa, .level = 1, .write = true, .user = true, .dirty = true,
			 .global = true },
		.tag = { m->mmu.controls.nested ? m->mmu.controls.root_hpa : 0, m->vcpu.vpid, 0 },
		.ept = 7,
	};
	int cpu, i;

	for (cpu = 0; cpu < MACHINE_CPUS; cpu++) {
		struct tlb *tlb = &m->cpu_tlb[cpu];

		/* Entries without a VPID don't outlive the VM that made them. */
		for (i = 0; i < m->nr_pages && m->vcpu.vpid; i++)
			tlb->page[i].map[tlb->page[i].nr_maps++] = map;
		for (i = 0; i < TLB_GPAS && m->mmu.controls.nested; i++)
			tlb->gpa[i] = (struct tlb_gpa){ i, hpa, 7, map.tag.root };
	}
}

void tlb_flush_pcid(struct machine *m, u16 pcid)
{
	tlb_drop(m, &(struct drop){
			    .vpid = m->vcpu.vpid,
			    .pcid = pcid,
			    .all_addresses = true,
		    });
}

void tlb_invlpg(struct machine *m, u64 gva)
{
	tlb_drop(m, &(struct drop){
			    .vpid = m->vcpu.vpid,
			    .gva = gva,
			    .pcid = tlb_tag(m).pcid,
			    .globals = true,
			    .all_starts = true,
			    .pieces = true,
		    });
}

void tlb_invpcid(struct machine *m, enum hv_invpcid type, u16 pcid, u64 gva)
{
	tlb_drop(m, &(struct drop){
			    .vpid = m->vcpu.vpid,
			    .gva = gva,
			    .pcid = pcid,
			    .all_addresses = type != HV_INVPCID_ADDR,
			    .all_pcids = type >= HV_INVPCID_ALL,
			    .globals = type == HV_INVPCID_ALL,
			    .pieces = true,
		    });
}

/* A fault that older entries caused must not recur (SDM 3A, 4.10.4.1). */
void tlb_page_fault(struct machine *m, u64 gva)
{
	tlb_drop(m, &(struct drop){
			    .vpid = m->vcpu.vpid,
			    .gva = gva,
			    .pcid = tlb_tag(m).pcid,
			    .globals = true,
			    .pieces = true,
		    });
}

/* SDM 3C, 29.4.3.1: for the current PCID, VPID and EPT root alone. */
void tlb_ept_violation(struct machine *m, u64 gva, u64 gpa)
{
	struct tlb_gpa *slot = &m->tlb->gpa[(gpa >> HV_PAGE_SHIFT) % TLB_GPAS];

	if (slot->gfn == gpa >> HV_PAGE_SHIFT && slot->root == m->hw.root_hpa)
		memset(slot, 0, sizeof(*slot));
	tlb_drop(m, &(struct drop){
			    .vpid = m->vcpu.vpid,
			    .gva = gva,
			    .pcid = tlb_tag(m).pcid,
			    .roots = ONE_ROOT,
			    .root = m->hw.root_hpa,
			    .globals = true,
		    });
}
