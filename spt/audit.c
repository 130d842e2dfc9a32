// SPDX-License-Identifier: GPL-2.0
/*
 * Checks the invariants of spt.h one by one. For tests in a process: it is
 * slow, and no part of the module. It changes nothing, and asks the data
 * structures in other ways than the code that keeps them where it can.
 */
#include "spt.h"

struct audit {
	struct spt *spt;
	const char *problem;
	u64 pages, nodes; /* that belong to someone */
	u64 leaves, links; /* present leaf entries; members of all frames' sets */
	u64 children, parents; /* the same for entries that name tables */
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

static bool is_stale(const struct spt_page *sp)
{
	return !list_empty(&sp->stale);
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
	} else if (spt->tracks && !is_stale(sp)) {
		u64 now = guest_now(spt, sp, index);

		expect = spt_child_key(sp->key, now);
		if (!(now & PT_P) || !(now & PT_A) || (expect ^ child->key) & ~SPT_DIRTY ||
		    child->key & SPT_DIRTY & ~expect)
			fail(audit, "an in-sync table entry differs from the guest's");
	}
}

/* Invariant 3, and 5 for leaves. */
static void check_leaf(struct audit *audit, struct spt_page *sp, u32 index)
{
	struct spt *spt = audit->spt;
	u64 entry = sp->shadow[index], origin = 0, gfn, now, most, *set;

	audit->leaves++;
	if (!spt->tracks)
		return;
	gfn = spt_leaf_gfn(sp, index);
	set = spt_rmap(spt, gfn);
	if (!set || count_link(*set, spt_link(sp, index)) != 1) {
		fail(audit, "a leaf entry is not in the reverse map exactly once");
		return;
	}
	if ((entry & PT_ADDR) != hv_memory_hpa(spt->mmu->memory, gfn))
		fail(audit, "a leaf entry maps another frame than it says");
	if (*set & SPT_PROTECTED && entry & PT_W)
		fail(audit, "a protected table is mapped writable");
	if (!spt_is_direct(sp)) {
		origin = sp->guest[index];
		now = guest_now(spt, sp, index);
		if (!(origin & PT_P) || !(origin & PT_A))
			fail(audit, "a leaf entry came from an entry without P or A");
		/* A and D may be on by now, nothing else may have changed. */
		if (!is_stale(sp) && (((origin ^ now) & (PT_P | PT_W | PT_U | PT_NX | PT_ADDR)) ||
				      (origin & ~now & (PT_A | PT_D))))
			fail(audit, "an in-sync leaf entry differs from the guest's");
	}
	/* With WP = 0 either of two forms will do. */
	most = spt_leaf_value(sp, origin, entry & PT_ADDR, false, false) |
	       spt_leaf_value(sp, origin, entry & PT_ADDR, false, true);
	if (entry & ~most || (most & PT_NX) != (entry & PT_NX))
		fail(audit, "a leaf entry has more rights than the guest gave");
}

static void check_page(struct audit *audit, struct spt_page *sp)
{
	struct spt *spt = audit->spt;
	bool second = spt_level(sp) > 1 || (spt->tracks && !spt_is_direct(sp));
	u32 i;

	audit->nodes++;
	audit->pages += second ? 2 : 1;
	audit->parents += set_size(audit, sp->parents);
	for (i = 0; i < HV_ENTRIES; i++) {
		if (!!sp->shadow[i] != (sp->used[i / 64] >> (i % 64) & 1)) {
			fail(audit, "used[] and the shadow table differ");
		} else if (!sp->shadow[i]) {
			if (second && sp->guest[i])
				fail(audit, "an absent entry is remembered");
		} else if (spt_level(sp) > 1) {
			check_child(audit, sp, i);
		} else {
			check_leaf(audit, sp, i);
		}
	}
}

/* Invariants 4 and 5 for one frame; mirrors: pages in the hash, stale: of them. */
static void check_frame(struct audit *audit, u64 gfn, u64 set)
{
	struct spt *spt = audit->spt;
	u32 mirrors = 0, stale = 0;
	struct spt_page *sp;

	audit->links += set_size(audit, set);
	hlist_for_each_entry (sp, &spt->hash[hash_64(gfn, spt->hash_bits)], hash) {
		if (spt_is_direct(sp) || spt_gfn(sp) != gfn)
			continue;
		mirrors++;
		stale += is_stale(sp);
	}
	if (!!(set & SPT_TABLE) != !!mirrors)
		fail(audit, "a frame is wrong about being a table");
	if (set & SPT_PROTECTED && !(set & SPT_TABLE))
		fail(audit, "a frame that is no table is protected");
	if (mirrors && !(set & SPT_PROTECTED) && stale != mirrors)
		fail(audit, "a page of an open table is not listed as stale");
}

static void check_list(struct audit *audit, struct list_head *list, bool upper)
{
	struct spt_page *sp;

	list_for_each_entry (sp, list, stale) {
		if ((spt_level(sp) > 1) != upper)
			fail(audit, "a page is on the wrong stale list");
		if (spt_is_direct(sp) || spt_page_find(audit->spt, sp->key) != sp)
			fail(audit, "a stale page is not in the hash");
	}
}

/* The whole of a strategy that tracks. */
static void check_tracking(struct audit *audit)
{
	struct spt *spt = audit->spt;
	struct spt_page *sp;
	u32 i, chunk;

	for (i = 0; i < BIT(spt->hash_bits); i++) {
		hlist_for_each_entry (sp, &spt->hash[i], hash) {
			if (spt_page_find(spt, sp->key) != sp)
				fail(audit,
				     "two pages have one key, or one lies in a wrong bucket");
			check_page(audit, sp);
		}
	}
	for (chunk = 0; chunk < spt->nr_chunks; chunk++) {
		if (!spt->rmap[chunk])
			continue;
		audit->pages++;
		for (i = 0; i < HV_CHUNK_FRAMES; i++)
			check_frame(audit, (u64)chunk * HV_CHUNK_FRAMES + i, spt->rmap[chunk][i]);
	}
	check_list(audit, &spt->stale_upper, true);
	check_list(audit, &spt->stale_leaf, false);
	if (audit->leaves != audit->links)
		fail(audit, "the reverse map holds what is no leaf entry");
	if (spt_page_find(spt, spt->root->key) != spt->root)
		fail(audit, "the root is not in the hash");
}

static void check_tree(struct audit *audit, struct spt_page *sp)
{
	u32 index;

	check_page(audit, sp);
	if (spt_level(sp) > 1)
		spt_for_each_used(sp, index) check_tree(audit, sp->child[index]);
}

const char *spt_audit(struct hv_mmu *mmu)
{
	struct audit audit = { .spt = mmu->backend };
	struct spt *spt = audit.spt;

	if (spt->broken)
		return "the backend says itself that it is broken";
	if (mmu->controls.root_hpa != hv_pa(spt->root->shadow))
		fail(&audit, "the controls name another root");
	if (spt->tracks)
		check_tracking(&audit);
	else
		check_tree(&audit, spt->root);
	if (audit.children != audit.parents)
		fail(&audit, "a page has a parent that does not point at it");
	if (audit.pages != mmu->pool->used_pages || audit.nodes != mmu->pool->used_nodes)
		fail(&audit, "the pool has given out more or less than is in use");
	return audit.problem;
}
