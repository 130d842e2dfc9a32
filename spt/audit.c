// SPDX-License-Identifier: GPL-2.0
/*
 * Checks the invariants of spt.h one by one. For tests in a process: it is
 * slow, and no part of the module. It changes nothing, and asks the data
 * structures in other ways than the code that keeps them where it can.
 */
#include "leaf.h"

struct audit {
	struct spt *spt;
	const char *problem;
	u64 pages, nodes; /* that belong to someone */
	u64 beside; /* pages among them that are no tables */
	u64 leaves, links; /* present leaf entries; members of all frames' sets */
	u64 children, parents; /* the same for entries that name tables */
	u64 roots, listed; /* pages of the top level; pages in all */
};

static bool fail(struct audit *audit, const char *problem)
{
	if (!audit->problem)
		audit->problem = problem;
	return false;
}

/* How often link is in the set; all its nodes are counted as used. */
static u32 count_link(u64 set, u64 link)
{
	struct spt_links_iter iter = spt_links_begin(set);
	u32 found = 0;
	u64 other;

	while ((other = spt_links_next(&iter)))
		found += other == link;
	return found;
}

static u64 set_size(struct audit *audit, u64 set)
{
	struct spt_links_iter iter = spt_links_begin(set);
	struct spt_links *node;
	u64 size = 0;

	while (spt_links_next(&iter))
		size++;
	if (set & SPT_LINKS_MANY) {
		for (node = spt_links_unpack(set); node;
		     node = (void *)(unsigned long)(node->next & ~SPT_LINKS_COUNT)) {
			audit->nodes++;
			if (node != spt_links_unpack(set) &&
			    (node->next & SPT_LINKS_COUNT) != SPT_LINKS_PER_NODE)
				fail(audit, "a later node of a set is not full");
		}
		if (size < 2)
			fail(audit, "a chain of nodes holds fewer than two links");
	}
	return size;
}

/* The guest's entry that a shadow entry came from, as it is now. */
static u64 guest_now(const struct spt *spt, const struct spt_page *sp, u32 index)
{
	u64 hpa = hv_memory_hpa(spt->mmu->memory, spt_gfn(sp));

	return HV_HPA_VALID(hpa) ? ((u64 *)hv_va(hpa))[index] : 0;
}

/* Invariant 2. */
static void check_child(struct audit *audit, struct spt_page *sp, u32 index)
{
	struct spt *spt = audit->spt;
	struct spt_page *child = sp->child[index];
	u64 expect;

	audit->children++;
	if (!child) {
		fail(audit, "a table entry has no child");
		return;
	}
	if (sp->shadow[index] != (hv_pa(child->shadow) | PT_P | PT_W | PT_U | PT_A))
		fail(audit, "a table entry does not point at its child");
	if (count_link(child->parents, spt_link(sp, index)) != 1)
		fail(audit, "a child does not know its parent exactly once");
	if (spt_level(child) + 1 != spt_level(sp) || (child->key ^ sp->key) & SPT_MODE)
		fail(audit, "a child has a wrong level or mode");
	if (spt->tracks && spt_page_find(spt, child->key) != child)
		fail(audit, "a child is not in the hash");
	if (spt_is_direct(sp)) {
		if (child->key != spt_direct_child_key(sp->key, index))
			fail(audit, "a piece of a large page is in a wrong place");
	} else if (spt->tracks && !sp->stale) {
		u64 now = guest_now(spt, sp, index);

		expect = spt_child_key(sp->key, now);
		if (!(now & PT_P) || !(now & PT_A) || (expect ^ child->key) & ~SPT_DIRTY ||
		    child->key & SPT_DIRTY & ~expect)
			fail(audit, "an in-sync table entry differs from the guest's");
	}
}

/* Invariant 3's sets, and 4 for what maps memory. */
static void check_mapping(struct audit *audit, struct spt_page *sp, u32 index)
{
	struct spt *spt = audit->spt;
	u64 entry = sp->shadow[index], gfn = spt_leaf_gfn(sp, index);
	struct spt_chunk *chunk = &spt->chunk[gfn / HV_CHUNK_FRAMES];
	u64 *set = spt_level(sp) == 1 ? spt_rmap(spt, gfn) : &chunk->large;

	if (!set || count_link(*set, spt_link(sp, index)) != 1)
		fail(audit, "a leaf entry is not in the reverse map exactly once");
	else if (spt_level(sp) == 1 && *set & SPT_PROTECTED && entry & PT_W)
		fail(audit, "a protected table is mapped writable");
	if ((entry & PT_ADDR) != hv_memory_hpa(spt->mmu->memory, gfn))
		fail(audit, "a leaf entry maps another frame than it says");
	if (spt_level(sp) == 1)
		return;
	if (!hv_memory_is_large(spt->mmu->memory, gfn) || gfn % HV_CHUNK_FRAMES)
		fail(audit, "a large leaf maps what is not one large host page");
	if (chunk->tables)
		fail(audit, "a large leaf maps a page table");
}

/* Invariant 3's rights, and 5 for leaves. */
static void check_rights(struct audit *audit, struct spt_page *sp, u32 index)
{
	struct spt *spt = audit->spt;
	u64 entry = sp->shadow[index], origin = 0, now, most;

	if (!spt_is_direct(sp)) {
		origin = sp->guest[index];
		now = guest_now(spt, sp, index);
		if (!(origin & PT_P) || !(origin & PT_A))
			fail(audit, "a leaf entry came from an entry without P or A");
		/* A and D may be on by now, nothing else may have changed. */
		if (!sp->stale &&
		    (((origin ^ now) & (PT_P | PT_W | PT_U | PT_NX | PT_PS | PT_ADDR)) ||
		     (origin & ~now & (PT_A | PT_D))))
			fail(audit, "an in-sync leaf entry differs from the guest's");
	}
	/* With WP = 0 either of two forms will do. */
	most = spt_leaf_rights(sp, origin, !(entry & PT_U));
	if (entry & ~most & (PT_W | PT_U) || (most & PT_NX) != (entry & PT_NX))
		fail(audit, "a leaf entry has more rights than the guest gave");
	if (sp->key & SPT_SMAP && !(entry & PT_U) && spt_leaf_rights(sp, origin, false) & PT_U)
		fail(audit, "a user page is hidden from SMAP");
}

static void check_leaf(struct audit *audit, struct spt_page *sp, u32 index)
{
	audit->leaves++;
	if (!audit->spt->tracks)
		return;
	check_mapping(audit, sp, index);
	check_rights(audit, sp, index);
}

/* Invariant 1 and the second half of 9. */
static void check_absent(struct audit *audit, struct spt_page *sp, u32 index)
{
	struct spt *spt = audit->spt;

	if (spt_has_second(spt, sp) && sp->guest[index])
		fail(audit, "an absent entry is remembered");
	if (sp->shadow[index] && sp->shadow[index] != spt->absent)
		fail(audit, "used[] and the shadow table differ");
	if (sp->shadow[index] || !spt->absent)
		return;
	if (sp->stale || spt_is_direct(sp) || guest_now(spt, sp, index) & PT_P)
		fail(audit, "an entry is filtered that the guest may have mapped");
}

static void check_page(struct audit *audit, struct spt_page *sp)
{
	struct spt *spt = audit->spt;
	u32 i;

	audit->nodes++;
	audit->listed++;
	audit->pages += spt_has_second(spt, sp) ? 2 : 1;
	audit->beside += spt_has_second(spt, sp);
	audit->parents += set_size(audit, sp->parents);
	if (sp->orphan && !spt->draining)
		fail(audit, "an orphan outlived its event");
	if (!!sp->slot != (spt_level(sp) == spt->levels))
		fail(audit, "a page is wrong about being a root");
	if (sp->slot && spt->kept[sp->slot - 1].page != sp)
		fail(audit, "a root is not in its slot");
	audit->roots += !!sp->slot;
	for (i = 0; i < HV_ENTRIES; i++) {
		if (!spt_is_used(sp, i))
			check_absent(audit, sp, i);
		else if (spt_is_leaf(sp, i))
			check_leaf(audit, sp, i);
		else
			check_child(audit, sp, i);
	}
}

/* Invariants 4 and 5 for one frame; mirrors: pages in the hash, stale: of them. */
static u32 check_frame(struct audit *audit, u64 gfn, u64 set)
{
	struct spt *spt = audit->spt;
	u32 mirrors = 0, stale = 0;
	struct spt_page *sp;

	audit->links += set_size(audit, set);
	for (sp = spt->hash[hash_64(gfn, spt->hash_bits)]; sp; sp = sp->next) {
		if (spt_is_direct(sp) || spt_gfn(sp) != gfn)
			continue;
		mirrors++;
		stale += sp->stale;
	}
	if (!!(set & SPT_TABLE) != !!mirrors)
		fail(audit, "a frame is wrong about being a table");
	if (set & SPT_PROTECTED && !(set & SPT_TABLE))
		fail(audit, "a frame that is no table is protected");
	if (mirrors && !(set & SPT_PROTECTED) && stale != mirrors)
		fail(audit, "a page of an open table is not listed as stale");
	return !!mirrors;
}

static void check_chunk(struct audit *audit, u32 number)
{
	const struct spt_chunk *chunk = &audit->spt->chunk[number];
	u32 i, tables = 0;

	audit->links += set_size(audit, chunk->large);
	if ((chunk->rmap || !spt_links_empty(chunk->large)) && !chunk->next)
		fail(audit, "a chunk is in use and nobody knows");
	if (chunk->rmap) {
		audit->pages++;
		audit->beside++;
		for (i = 0; i < HV_CHUNK_FRAMES; i++)
			tables += check_frame(audit, (u64)number * HV_CHUNK_FRAMES + i,
					      chunk->rmap[i]);
	}
	if (tables != chunk->tables)
		fail(audit, "a chunk is wrong about the tables in it");
}

enum list { LRU, STALE_UPPER, STALE_LEAF, ASIDE };

static u64 check_list(struct audit *audit, struct list_head *list, enum list which)
{
	struct spt_page *sp;
	u64 pages = 0;

	list_for_each_entry(sp, list, list) {
		pages++;
		if (sp->stale != (which != LRU))
			fail(audit, "a page is wrong about being stale");
		if ((which == STALE_UPPER || which == STALE_LEAF) &&
		    (spt_level(sp) > 1) != (which == STALE_UPPER))
			fail(audit, "a page is on the wrong stale list");
		if (sp->stale && spt_is_direct(sp))
			fail(audit, "a piece of a large page is stale");
		if (audit->spt->tracks && spt_page_find(audit->spt, sp->key) != sp)
			fail(audit, "a listed page is not in the hash");
	}
	return pages;
}

/* The whole of a strategy that tracks. */
static void check_tracking(struct audit *audit)
{
	struct spt *spt = audit->spt;
	struct spt_page *sp;
	u32 i;

	for (i = 0; i < BIT(spt->hash_bits); i++) {
		for (sp = spt->hash[i]; sp; sp = sp->next) {
			if (spt_page_find(spt, sp->key) != sp)
				fail(audit,
				     "two pages have one key, or one lies in a wrong bucket");
			check_page(audit, sp);
		}
	}
	for (i = 0; i < spt->nr_chunks; i++)
		check_chunk(audit, i);
	if (audit->leaves != audit->links)
		fail(audit, "the reverse map holds what is no leaf entry");
	if (spt_page_find(spt, spt->root->key) != spt->root)
		fail(audit, "the root is not in the hash");
}

static void check_tree(struct audit *audit, struct spt_page *sp)
{
	u32 index;

	check_page(audit, sp);
	spt_for_each_used(sp, index)
		if (!spt_is_leaf(sp, index))
			check_tree(audit, sp->child[index]);
}

static bool is_among(const struct spt_page **pages, u64 nr, const struct spt_page *sp)
{
	while (nr--)
		if (pages[nr] == sp)
			return true;
	return false;
}

/* From the first of them on down, each page once; how many there are in the end. */
static u64 collect_reached(const struct spt_page **pages)
{
	const struct spt_page *child;
	u64 nr = 1, at;
	u32 index;

	for (at = 0; at < nr; at++) {
		spt_for_each_used(pages[at], index) {
			child = spt_is_leaf(pages[at], index) ? NULL : pages[at]->child[index];
			if (child && !is_among(pages, nr, child))
				pages[nr++] = child;
		}
	}
	return nr;
}

/* Invariant 10, from the root down: the code that keeps it climbs. */
static void check_aside(struct audit *audit, u64 listed)
{
	struct spt *spt = audit->spt;
	const struct spt_page **reached, *sp;
	u64 nr;

	if (list_empty(&spt->aside))
		return;
	reached = hv_zalloc(listed * sizeof(*reached));
	if (!reached) {
		fail(audit, "no memory for the audit");
		return;
	}
	reached[0] = spt->root;
	nr = collect_reached(reached);
	list_for_each_entry(sp, &spt->aside, list)
		if (is_among(reached, nr, sp))
			fail(audit, "the root reaches a table that is set aside");
	hv_free(reached);
}

/* Invariant 9's first half, and the same for the guest's INVLPG. */
static void check_controls(struct audit *audit)
{
	struct spt *spt = audit->spt;
	const struct hv_controls *controls = &spt->mmu->controls;
	bool upper = !list_empty(&spt->stale_upper), any = upper || !list_empty(&spt->stale_leaf);

	if (controls->root_hpa != hv_pa(spt->root->shadow))
		fail(audit, "the controls name another root");
	if (spt->pcid && controls->pcid != spt->root->slot)
		fail(audit, "the root runs under another root's PCID");
	if (controls->filter_not_present && (!spt->absent || upper))
		fail(audit, "the filter is armed over an open table");
	if (!controls->trap_invlpg && (!spt->strategy->traps || any))
		fail(audit, "INVLPG does not exit though something is stale");
}

/*
 * Invariant 11: what is only waiting to be given back. Of a tree the pages below the
 * top are in lru as they always were.
 */
static void check_dead_page(struct audit *audit, const struct spt_page *sp, bool top)
{
	struct spt *spt = audit->spt;
	u32 index;

	audit->nodes++;
	audit->pages += spt_has_second(spt, sp) ? 2 : 1;
	audit->beside += spt_has_second(spt, sp);
	audit->listed += !top;
	set_size(audit, sp->parents);
	if (sp->slot)
		fail(audit, "a dead page is a root");
	if (!spt->tracks)
		spt_for_each_used(sp, index)
			if (!spt_is_leaf(sp, index))
				check_dead_page(audit, sp->child[index], false);
}

static void check_dead(struct audit *audit)
{
	struct spt *spt = audit->spt;
	struct spt_page *sp;
	u32 i, j;

	if (!spt->draining && (!list_empty(&spt->dead) || spt->used_spare != SPT_CHUNK_END))
		fail(audit, "something is aside and nobody knows");
	list_for_each_entry(sp, &spt->dead, list)
		check_dead_page(audit, sp, true);
	for (i = 0; i < spt->nr_chunks; i++) {
		const struct spt_chunk *chunk = &spt->spare[i];

		set_size(audit, chunk->large);
		if ((chunk->rmap || chunk->large) && !chunk->next)
			fail(audit, "a chunk is in use and nobody knows");
		for (j = 0; chunk->rmap && j < HV_CHUNK_FRAMES; j++)
			set_size(audit, chunk->rmap[j]);
		audit->pages += !!chunk->rmap;
		audit->beside += !!chunk->rmap;
	}
}

static u64 count_orphans(const struct spt *spt)
{
	const struct spt_page *sp;
	u64 orphans = 0;

	list_for_each_entry(sp, &spt->orphans, list)
		orphans++;
	return orphans;
}

const char *spt_audit(struct hv_mmu *mmu)
{
	struct audit audit = { .spt = mmu->backend };
	struct spt *spt = audit.spt;
	u64 stale, listed;

	if (spt->broken)
		return "the backend says itself that it is broken";
	check_controls(&audit);
	if (spt->tracks)
		check_tracking(&audit);
	else
		check_tree(&audit, spt->root);
	stale = check_list(&audit, &spt->stale_upper, STALE_UPPER) +
		check_list(&audit, &spt->stale_leaf, STALE_LEAF) +
		check_list(&audit, &spt->aside, ASIDE);
	listed = stale + check_list(&audit, &spt->lru, LRU) + count_orphans(spt);
	check_dead(&audit);
	check_aside(&audit, listed);
	if (stale != spt->nr_stale)
		fail(&audit, "the stale pages are miscounted");
	if (audit.children != audit.parents)
		fail(&audit, "a page has a parent that does not point at it");
	if (audit.roots != spt->nr_kept || spt->nr_kept > spt->max_kept)
		fail(&audit, "the kept roots are miscounted");
	if (audit.pages != mmu->pool->used_pages || audit.beside != mmu->pool->beside ||
	    audit.nodes != mmu->pool->used_nodes)
		fail(&audit, "the pool has given out more or less than is in use");
	if ((!list_empty(&spt->orphans) && !spt->draining) || listed != audit.listed)
		fail(&audit, "a page is in no list");
	return audit.problem;
}
