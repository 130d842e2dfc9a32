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
	if (m->hw.nested)
		return (struct tlb_tag){ m->hw.root_hpa, paging_pcid(&m->mmu.paging) };
	return (struct tlb_tag){ 0, m->hw.cr4_force & HV_CR4_PCIDE ? m->hw.pcid : 0 };
}

bool tlb_is(const struct tlb_tag *a, const struct tlb_tag *b)
{
	return a->root == b->root && a->pcid == b->pcid;
}

bool tlb_serves(const struct tlb_map *map, const struct tlb_tag *now)
{
	return map->tag.root == now->root && (map->map.global || map->tag.pcid == now->pcid);
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
	bool all_pcids, all_addresses, all_roots, globals, all_starts, pieces;
	u64 gva, root;
	u16 pcid;
};

static bool covers(const struct tlb_page *p, const struct drop *drop, int shift)
{
	return drop->all_addresses || (p->gva ^ drop->gva) >> shift == 0;
}

static bool tags_match(const struct drop *drop, const struct tlb_tag *tag, bool global)
{
	if (!drop->all_roots && tag->root != drop->root)
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

	for (page = 0; page < m->tlb.nr_pages; page++) {
		struct tlb_page *p = &m->tlb.page[page];

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

void tlb_flush_context(struct machine *m)
{
	tlb_drop(m, &(struct drop){
			    .all_pcids = true,
			    .all_addresses = true,
			    .all_roots = true,
			    .globals = true,
		    });
}

/* The manual promises nothing of the other pieces of a large page here. */
void tlb_flush_addr(struct machine *m, u64 gva)
{
	tlb_drop(m, &(struct drop){
			    .gva = gva,
			    .all_pcids = true,
			    .all_roots = true,
			    .globals = true,
		    });
}

void tlb_flush_root(struct machine *m, u64 root)
{
	int i;

	tlb_drop(m, &(struct drop){
			    .root = root,
			    .all_pcids = true,
			    .all_addresses = true,
			    .globals = true,
		    });
	for (i = 0; i < TLB_GPAS; i++)
		if (m->tlb.gpa[i].root == root)
			memset(&m->tlb.gpa[i], 0, sizeof(m->tlb.gpa[i]));
}

void tlb_flush_pcid(struct machine *m, u16 pcid)
{
	tlb_drop(m, &(struct drop){ .pcid = pcid, .all_addresses = true, .all_roots = true });
}

void tlb_invlpg(struct machine *m, u64 gva)
{
	tlb_drop(m, &(struct drop){
			    .gva = gva,
			    .pcid = tlb_tag(m).pcid,
			    .all_roots = true,
			    .globals = true,
			    .all_starts = true,
			    .pieces = true,
		    });
}

void tlb_invpcid(struct machine *m, enum hv_invpcid type, u16 pcid, u64 gva)
{
	tlb_drop(m, &(struct drop){
			    .gva = gva,
			    .pcid = pcid,
			    .all_addresses = type != HV_INVPCID_ADDR,
			    .all_pcids = type >= HV_INVPCID_ALL,
			    .all_roots = true,
			    .globals = type == HV_INVPCID_ALL,
			    .pieces = true,
		    });
}

/* A fault that older entries caused must not recur (SDM 3A, 4.10.4.1). */
void tlb_page_fault(struct machine *m, u64 gva)
{
	tlb_drop(m, &(struct drop){
			    .gva = gva,
			    .pcid = tlb_tag(m).pcid,
			    .all_roots = true,
			    .globals = true,
			    .pieces = true,
		    });
}

/* SDM 3C, 29.4.3.1: for the current PCID, VPID and EPT root alone. */
void tlb_ept_violation(struct machine *m, u64 gva, u64 gpa)
{
	struct tlb_gpa *slot = &m->tlb.gpa[(gpa >> HV_PAGE_SHIFT) % TLB_GPAS];

	if (slot->gfn == gpa >> HV_PAGE_SHIFT && slot->root == m->hw.root_hpa)
		memset(slot, 0, sizeof(*slot));
	tlb_drop(m, &(struct drop){
			    .gva = gva,
			    .pcid = tlb_tag(m).pcid,
			    .root = m->hw.root_hpa,
			    .globals = true,
		    });
}
