/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The shadow-page-table backend: its data, its invariants, and what its files
 * offer each other. Outside spt/ only spt_mmu_ops (hv/mmu.h) is known.
 *
 *   walk.c    walks the guest's tables as the CPU would
 *   fill.c    makes the shadow hold the translation that a walk found
 *   entry.c   writes one shadow entry, with all that hangs on it
 *   leaf.c    what a leaf entry is to hold: frames, sizes; leaf.h: rights
 *   page.c    a shadow page's life, and which goes first under pressure
 *   root.c    the roots that are kept, and their PCIDs
 *   rmap.c    guest frame -> what maps it; which frames are guest tables
 *   links.c   the sets behind the reverse map and the parents
 *   sync.c    brings shadow pages up to date with the guest's tables
 *   mirror.c  the same for one write that the hypervisor performed
 *   filter.c  which guest faults need no exit
 *   log.c     dirty logging
 *   reach.c   what the CPU reaches through the shadow now
 *   vtlb.c, tracking.c   the strategies: how guest table writes are followed
 *   spt.c     the operations of hv/mmu.h
 *   audit.c   checks the invariants below; for tests, not in the module
 *
 * The shadow tables are a cache of the guest's translations: a TLB that may
 * hold whatever the guest's own TLB and paging-structure caches may hold
 * (SDM 3A, 4.10), and nothing else.
 *
 * A shadow page mirrors one guest table, seen with the rights that all tables
 * above leave to it ("access"). Shadow entries that name a table are fully
 * permissive; a leaf entry carries the whole effective right. So one shadow
 * page serves every address and space that reaches its table with the same
 * access. A large guest page is shadowed by a 2M leaf where spt.large, its
 * backing and write tracking allow, else by 4K entries in "direct" shadow pages,
 * which stand for no guest table.
 *
 * Locking: none of its own. There is one caller at a time, with interrupts off
 * but for create and destroy: hv/mmu.h says which. The tool may write to guest
 * memory at any time: whatever is read there is read once and not trusted.
 *
 * Invariants, between events (those on tracking and the reverse map hold for
 * strategies that track; audit.c checks all but the last):
 *  1. A shadow entry is present if and only if its bit in used[] is set. What
 *     is not holds 0, or, with spt.filter, the marker (see filter.c).
 *  2. A present entry that names a table has its child in child[], and the
 *     child's parents hold that link, once. The child's key is what the guest's
 *     entry gives, as far as 5 says. Nothing else is in parents.
 *  3. A present leaf entry is in the reverse map of its frame (a 2M leaf: of its
 *     chunk), once, and nothing else is there. Its rights are no more than
 *     guest[] and access give. guest[] is the guest's entry that it was made
 *     from, with A set.
 *  4. A frame has SPT_TABLE set if and only if a shadow page mirrors it. With
 *     SPT_PROTECTED no shadow entry maps it writable. A chunk with such frames
 *     is mapped by no 2M leaf.
 *  5. A page that is not stale agrees with guest memory: each present
 *     entry's origin is unchanged there, but that A and D may be set by our
 *     own walker since. All pages of a frame without SPT_PROTECTED are stale.
 *  6. Every page is in the hash by its key, but for vtlb, where pages form a
 *     tree and each has one parent. Every page is in one of the lists of struct
 *     spt: a stale one, lru, or, inside an event only, orphans.
 *  7. The roots in spt->kept are the pages of the top level; spt->root is one.
 *  8. After the flushes asked for, the TLB holds nothing but what is reachable
 *     from spt->root (with PCIDs: under each PCID, from the root that has it),
 *     or that with less rights. So whoever takes a right away asks for a flush,
 *     whoever adds one need not (4.10.4.3: the CPU drops the old entry when it
 *     faults), and INVLPG of an address whose entry is right needs none.
 *  9. The filter is armed only while no table above the leaves is open that
 *     spt->root reaches, and an entry that holds 0 then is one that the guest
 *     has not mapped.
 * 10. A page in spt->aside is not reached from spt->root: it is brought up to
 *     date before a root is used, or a link made, that leads to it.
 * 11. A page in dead is no longer in use: nothing of the above is said of it, or of
 *     what hangs on it in a tree. The reverse map that is set aside (spare) is theirs.
 *     With draining set these, or orphans, have outlived an event.
 */
#ifndef SPT_H
#define SPT_H

#include "mmu.h"
#include "format.h"
#include "links.h"
#include "walk.h"

/*
 * The key of a shadow page: guest-physical address of the table (direct: of
 * the piece of the large page) with the role in the low 12 bits. W, U and D sit
 * where the entries have them, so that a role is made by masking.
 */
#define SPT_SMEP BIT_ULL(0) /* CR4.SMEP, where CR0.WP = 0 makes it matter here */
#define SPT_ACCESS_W PT_W /* all entries above have W */
#define SPT_ACCESS_U PT_U /* all entries above have U */
#define SPT_ACCESS_X BIT_ULL(3) /* no entry above has NX */
#define SPT_ACCESS (SPT_ACCESS_W | SPT_ACCESS_U | SPT_ACCESS_X)
#define SPT_DIRECT BIT_ULL(4) /* a piece of a large guest page */
#define SPT_WP BIT_ULL(5) /* CR0.WP */
#define SPT_DIRTY PT_D /* direct: the large page's entry has D */
#define SPT_NXE BIT_ULL(7) /* EFER.NXE */
#define SPT_LEVEL_SHIFT 8
#define SPT_LEVEL GENMASK_ULL(10, SPT_LEVEL_SHIFT)
#define SPT_SMAP BIT_ULL(11) /* CR4.SMAP, where CR0.WP = 0 */
#define SPT_MODE (SPT_WP | SPT_NXE | SPT_SMEP | SPT_SMAP) /* the same in all pages of a root */

static_assert(!(SPT_ACCESS & (SPT_DIRECT | SPT_MODE | SPT_DIRTY | SPT_LEVEL)));
static_assert(!(SPT_DIRECT & (SPT_MODE | SPT_DIRTY | SPT_LEVEL)));
static_assert(!(SPT_MODE & (SPT_DIRTY | SPT_LEVEL)) && !(SPT_DIRTY & SPT_LEVEL));
static_assert(!((SPT_ACCESS | SPT_DIRECT | SPT_MODE | SPT_DIRTY | SPT_LEVEL) & PT_ADDR));

struct spt_page {
	u64 used[HV_ENTRIES / 64]; /* which entries are present */
	struct spt_page *next; /* in its bucket of spt->hash */
	struct list_head list; /* a list of struct spt */
	u64 key;
	u64 *shadow; /* the table that the CPU walks */
	union {
		struct spt_page **child; /* level > 1: what entries point at */
		u64 *guest; /* of leaf entries, tracking, not direct: see invariant 3 */
	};
	u64 parents; /* set of the entries that point here, see links.h */
	u16 slot; /* a root's place in spt->kept, plus 1; 0: no root */
	bool stale; /* may differ from guest memory; in a stale list */
	bool orphan; /* lost its last parent in this event; in orphans */
	u32 writes; /* emulated since a root was loaded last, see mirror.c */
};

static_assert(sizeof(struct spt_page) == HV_NODE_BYTES);

/* Tags of a frame in the reverse map. */
#define SPT_TABLE SPT_LINKS_TAG(0) /* shadow pages mirror this frame */
#define SPT_PROTECTED SPT_LINKS_TAG(1) /* and nothing maps it writable */

struct spt;

/* How guest page-table writes are followed. */
struct spt_strategy {
	/* Pages are shared by key and guest tables are tracked. */
	bool tracks;
	/* Writes to guest tables are emulated and mirrored at once. */
	bool traps;
	/*
	 * The guest loaded a paging register: a full flush, and this root. False, and
	 * HV_AGAIN below: not done yet, the event is to come again.
	 */
	bool (*set_root)(struct spt *spt, u64 key);
	enum hv_verdict (*invlpg)(struct spt *spt, u64 gva);
	/* child has lost a parent. NULL: nothing to do then. */
	void (*unlinked)(struct spt *spt, struct spt_page *child);
	/* Forgets one page, and in a tree what hangs on it; false: too much work. */
	bool (*drop)(struct spt *spt, struct spt_page *sp);
	/* Forgets every page but spt->root, and what that holds. */
	void (*zap_all)(struct spt *spt);
	/* Gives back a page of spt->dead, by and by: false at the limit of work. */
	bool (*release)(struct spt *spt, struct spt_page *sp);
};

extern const struct spt_strategy spt_vtlb, spt_unsync, spt_trap;

/* What is known of each 2M of guest memory. */
struct spt_chunk {
	u64 *rmap; /* by frame in it: a set with tags; NULL: no page yet */
	u64 large; /* set of the 2M leaves that map it */
	u32 tables; /* frames in it with SPT_TABLE */
	u32 next; /* of the map's chunks in use, see SPT_CHUNK_END */
};

static_assert(sizeof(struct spt_chunk) == 24);

/* A list of chunks: 0 says of a chunk that it is in none, n + 2 names chunk n. */
#define SPT_CHUNK_END 1
#define SPT_CHUNK_NAME(n) ((n) + 2)

#define SPT_MAX_KEPT 256

struct spt {
	struct hv_mmu *mmu;
	const struct spt_strategy *strategy;
	struct spt_page *root;
	u32 levels; /* of the guest's paging, and of the shadow's */
	bool tracks, traps; /* the strategy's, for the hot path */
	bool keeps_guest; /* leaf pages have guest[] */
	bool broken; /* what cannot be was met, see spt_broken() */
	bool draining; /* what an event has left over is to be given back before another */
	bool reap_zapped; /* the event ended by forgetting everything, also what it filled */
	bool overworked; /* this event ends by forgetting everything */
	bool must_emulate; /* the last HV_EMULATE had no other way */
	bool pcid; /* each kept root has a PCID of its own on the CPU */
	bool large; /* 2M leaves are allowed */
	bool log_fault, log_ad; /* while mmu->dirty.on: by which method */
	u32 prefill; /* entries in a group, 0: none */
	u32 prefill_direct; /* the same for pieces of a large page: there is nothing to check */
	u64 absent; /* what a shadow entry holds of which nothing is known */
	bool filter_fits; /* with these registers the CPU's error codes are the guest's */
	u32 work; /* links searched in this event; all else is in mmu->work */
	u64 right_gva; /* plus 1: of the last event, a fault that found nothing to fill */
	u32 nr_chunks; /* of guest memory */
	struct spt_chunk *chunk; /* the reverse map */
	u32 used_chunks; /* list of those that hold something */
	/* What zap_all put aside until it is given back, see spt_drain(). */
	struct spt_chunk *spare;
	u32 used_spare;
	struct list_head dead;
	/* Where a pass over all pages for the log goes on; NULL: from the beginning. */
	struct list_head *log_at;
	/* A load of a root that is not done: its key, or 0, and while it is prepared, its page. */
	u64 unfinished_root;
	const struct spt_page *next_root;
	/* Pages that may differ from guest memory, by level; see sync.c. */
	struct list_head stale_upper, stale_leaf;
	struct list_head aside; /* the same, of any level, that the root does not reach */
	u32 nr_stale; /* pages in these three */
	struct list_head lru; /* all others, the oldest first */
	struct list_head orphans; /* to be freed before the event ends */
	struct pt_reserved reserved[2]; /* by EFER.NXE */
	u32 nr_kept; /* slots of kept[] in use */
	u32 max_kept;
	u64 kept_clock;
	struct {
		struct spt_page *page;
		u64 last; /* kept_clock when it was loaded last */
	} kept[SPT_MAX_KEPT];
	u32 hash_bits;
	struct spt_page *hash[];
};

/*
 * The most that one event takes from the pool. A fault: four tables below the
 * root (two pages and a node each), a page of the reverse map for each of them
 * and for the frame mapped, and one node for the frame's set. The rest is what
 * sync, prefill and mirroring may use to write entries. See also spt_may_map().
 */
#define SPT_FAULT_PAGES 13
#define SPT_FAULT_NODES 5
#define SPT_EVENT_PAGES 20
#define SPT_EVENT_NODES 10

/*
 * The least limit of pages to run with. A VM should get more than 192: an
 * instruction with exception delivery may need some 16 translations, which must
 * not push each other out.
 */
#define SPT_LIMIT_MIN 64

static inline u32 spt_level(const struct spt_page *sp)
{
	return (sp->key & SPT_LEVEL) >> SPT_LEVEL_SHIFT;
}

static inline u64 spt_level_bits(u32 level)
{
	return (u64)level << SPT_LEVEL_SHIFT;
}

static inline bool spt_is_direct(const struct spt_page *sp)
{
	return sp->key & SPT_DIRECT;
}

static inline u64 spt_gfn(const struct spt_page *sp)
{
	return sp->key >> HV_PAGE_SHIFT;
}

static inline const struct pt_reserved *spt_reserved(const struct spt *spt, u64 key)
{
	return &spt->reserved[!!(key & SPT_NXE)];
}

/* The rights that one guest entry leaves. With NXE = 0, NX is reserved. */
static inline u64 spt_entry_access(u64 entry)
{
	return (entry & (PT_W | PT_U)) | (entry & PT_NX ? 0 : SPT_ACCESS_X);
}

/* The key of the page under a guest entry that was met in a page with key. */
static inline u64 spt_child_key(u64 key, u64 entry)
{
	u32 level = (key & SPT_LEVEL) >> SPT_LEVEL_SHIFT;
	u64 child = (key & (SPT_MODE | (SPT_ACCESS & spt_entry_access(entry)))) |
		    spt_level_bits(level - 1);

	if (pt_is_leaf(entry, level))
		return child | pt_leaf_base(entry, level) | (entry & PT_D) | SPT_DIRECT;
	return child | (entry & PT_ADDR);
}

/* The same below a direct page, whose entries are all alike. */
static inline u64 spt_direct_child_key(u64 key, u32 index)
{
	u32 level = (key & SPT_LEVEL) >> SPT_LEVEL_SHIFT;

	return ((key & ~SPT_LEVEL) | spt_level_bits(level - 1)) + ((u64)index << pt_shift(level));
}

/*
 * Does the page own a second one? A direct leaf table knows its frames, and
 * vtlb never looks back at entries, unless logging has to know what they map.
 */
static inline bool spt_has_second(const struct spt *spt, const struct spt_page *sp)
{
	return spt_level(sp) > 1 || (spt->keeps_guest && !spt_is_direct(sp));
}

static inline bool spt_is_used(const struct spt_page *sp, u32 index)
{
	return sp->used[index / 64] >> (index % 64) & 1;
}

/* Does a present entry map memory? At level 1 bit 7 is PAT, never set here. */
static inline bool spt_is_leaf(const struct spt_page *sp, u32 index)
{
	return spt_level(sp) == 1 || sp->shadow[index] & PT_PS;
}

/* The page below, or NULL: nothing there, or a large leaf. */
static inline struct spt_page *spt_child(const struct spt_page *sp, u32 index)
{
	return sp->shadow[index] & PT_PS ? NULL : sp->child[index];
}

/* The first present entry from index on, or HV_ENTRIES. */
static inline u32 spt_next_used(const struct spt_page *sp, u32 index)
{
	while (index < HV_ENTRIES) {
		u64 bits = sp->used[index / 64] >> (index % 64);

		if (bits)
			return index + __builtin_ctzll(bits);
		index = (index | 63) + 1;
	}
	return HV_ENTRIES;
}

#define spt_for_each_used(sp, index)                               \
	for ((index) = spt_next_used(sp, 0); (index) < HV_ENTRIES; \
	     (index) = spt_next_used(sp, (index) + 1))

static inline bool spt_is_empty(const struct spt_page *sp)
{
	return spt_next_used(sp, 0) == HV_ENTRIES;
}

/* May anything differ from guest memory that the root reaches? */
static inline bool spt_is_stale(const struct spt *spt)
{
	return !list_empty(&spt->stale_upper) || !list_empty(&spt->stale_leaf);
}

/*
 * Time with interrupts off is bounded in two ways. Where pages are worked on one by
 * one, the event ends when it has worked enough, and comes again for the rest:
 */
static inline bool spt_is_over(const struct spt *spt)
{
	return spt->mmu->work + spt->work > spt->mmu->work_limit;
}

/*
 * And where one page or frame alone has so many links (a guest maps one frame
 * everywhere, and then takes all of it away at once), everything is forgotten.
 */
static inline bool spt_is_overworked(const struct spt *spt)
{
	return spt->work > spt->mmu->work_limit / 4;
}

/* Says so once; the event and all after it end with HV_BROKEN. */
static inline void spt_broken(struct spt *spt, const char *what)
{
	WARN_ONCE(1, "hvbench: shadow tables: %s\n", what);
	spt->broken = true;
}

/* page.c */
/* NULL if there is none. */
struct spt_page *spt_page_find(const struct spt *spt, u64 key);
/* The first page that mirrors the frame, or NULL; and the one behind sp. */
struct spt_page *spt_page_first(const struct spt *spt, u64 gfn);
struct spt_page *spt_page_next(const struct spt_page *sp);
/* NULL if the pool is empty, which callers have ruled out: then broken. */
struct spt_page *spt_page_create(struct spt *spt, u64 key);
/* False if that is too much work: then some entries are left, and the page. */
bool spt_page_free(struct spt *spt, struct spt_page *sp);
/* Gives the memory back and looks at nothing else: for dropping all at once. */
void spt_page_release(struct spt *spt, struct spt_page *sp);
/* The same for all pages of a list. */
void spt_page_release_all(struct spt *spt, struct list_head *list);
/* Drops the oldest pages until the pool's limit leaves room for a fault. */
void spt_evict(struct spt *spt);
/* Gives back what was put aside; false: there is more, and the limit of work is reached. */
bool spt_drain(struct spt *spt);

/* How many entries are present. */
static inline u32 spt_count_used(const struct spt_page *sp)
{
	u32 i, used = 0;

	for (i = 0; i < ARRAY_SIZE(sp->used); i++)
		used += hweight64(sp->used[i]);
	return used;
}

/* The work of looking at all entries of a page; and of comparing them, or dropping them one by one. */
static inline u32 spt_page_work(const struct spt_page *sp)
{
	return 16 + spt_count_used(sp);
}

static inline u32 spt_free_work(const struct spt_page *sp)
{
	return 16 + spt_count_used(sp) * 2;
}

/* What the limit is of: pages, and nodes as the pages that they fill. */
static inline u32 spt_held(const struct hv_pool *pool)
{
	return pool->used_pages + pool->used_nodes / (HV_PAGE_BYTES / HV_NODE_BYTES);
}

static inline bool spt_has_room(const struct hv_pool *pool)
{
	return spt_held(pool) + SPT_FAULT_PAGES < pool->limit_pages;
}

/* Drops pages if need be; true if some went. */
static inline bool spt_make_room(struct spt *spt)
{
	if (likely(spt_has_room(spt->mmu->pool)))
		return false;
	spt_evict(spt);
	return true;
}

/* Frees the pages that nothing points at any more; false at the limit of work. */
bool spt_reap(struct spt *spt);

#define spt_for_each_mirror(spt, sp, gfn) \
	for ((sp) = spt_page_first(spt, gfn); (sp); (sp) = spt_page_next(sp))

/* root.c */
/* The register values as a root's key; levels: of the paging. */
u64 spt_root_key(const struct spt *spt, const struct hv_paging *paging);
/* Makes sp the table that CR3 names on the CPU. */
void spt_use_root(struct spt *spt, struct spt_page *sp);
/* A new root in a free slot, after dropping the oldest; NULL: broken. */
struct spt_page *spt_root_create(struct spt *spt, u64 key);
/* A root's page is about to go. */
void spt_root_forget(struct spt *spt, struct spt_page *sp);
/* Can the TLB hold what this root reaches? */
bool spt_root_is_live(const struct spt *spt, const struct spt_page *sp);

/* entry.c */
void spt_entry_link(struct spt *spt, struct spt_page *parent, u32 index, struct spt_page *child);
void spt_entry_unlink(struct spt *spt, struct spt_page *parent, u32 index);
/* Forgets what an entry was, table or leaf. */
void spt_entry_drop(struct spt *spt, struct spt_page *sp, u32 index);
/* Takes W away from a leaf entry. */
void spt_entry_protect(struct spt *spt, struct spt_page *sp, u32 index);
/* The guest's entry of a leaf at level 1 is new, but not its frame. Flushed if it matters. */
void spt_entry_change(struct spt *spt, struct spt_page *sp, u32 index, u64 entry);
/*
 * Makes a leaf entry map hpa as the guest's entry says, in place of the leaf
 * that was there. set: of the frame (2M: of the chunk) in the reverse map, NULL
 * without tracking. supervisor_write: a write that only CR0.WP = 0 allows must
 * succeed now. True if the entry changed.
 */
bool spt_entry_map(struct spt *spt, struct spt_page *sp, u32 index, u64 entry, u64 *set, u64 hpa,
		   bool supervisor_write);

/* leaf.c */
/* The guest frame that a leaf entry maps, or begins with. */
u64 spt_leaf_gfn(const struct spt_page *sp, u32 index);
/* Has a guest entry changed since a leaf was made from it? */
bool spt_leaf_changed(u64 then, u64 now);
/* May the CPU cache a translation that uses this entry? */
bool spt_is_cacheable(const struct spt *spt, const struct spt_page *sp, u64 entry);
/* Maps an entry that no access asked for, if memory and pool have what it takes. */
bool spt_leaf_try(struct spt *spt, struct spt_page *sp, u32 index, u64 entry);
/* Can gfn be mapped by a 2M leaf? */
bool spt_may_be_large(const struct spt *spt, u64 gfn);

/* rmap.c */
/* The frame's set, NULL if gfn is outside memory or its chunk has no page yet. */
static inline u64 *spt_rmap(const struct spt *spt, u64 gfn)
{
	u64 chunk = gfn / HV_CHUNK_FRAMES;

	if (unlikely(chunk >= spt->nr_chunks || !spt->chunk[chunk].rmap))
		return NULL;
	return &spt->chunk[chunk].rmap[gfn % HV_CHUNK_FRAMES];
}

/* The same, with the page made if need be; NULL for a full stop: broken. */
u64 *spt_rmap_make_page(struct spt *spt, u64 gfn);

static inline u64 *spt_rmap_make(struct spt *spt, u64 gfn)
{
	u64 *set = spt_rmap(spt, gfn);

	return likely(set) ? set : spt_rmap_make_page(spt, gfn);
}

/* Can gfn be mapped without eating into what the event itself needs? */
bool spt_may_map(const struct spt *spt, u64 gfn);
/* Entry index of sp, a leaf, is about to go. */
void spt_rmap_del(struct spt *spt, struct spt_page *sp, u32 index);
/* A page that mirrors a guest table has come, or is about to go. */
void spt_track(struct spt *spt, struct spt_page *sp);
void spt_untrack(struct spt *spt, struct spt_page *sp);
/* Lets the guest write to a table: all its pages are stale from now on. */
void spt_open(struct spt *spt, u64 gfn);
/* Protects a table again. */
void spt_close(struct spt *spt, u64 gfn);
/* An empty map takes its place. Only if there is nothing aside. */
void spt_rmap_set_aside(struct spt *spt);
/* Empties the map that is aside, or the live one; false at the limit of work. */
bool spt_rmap_drain(struct spt *spt);
void spt_rmap_clear(struct spt *spt);
/* The chunk is about to hold something. */
void spt_chunk_use(struct spt *spt, struct spt_chunk *chunk);

/* sync.c */
/* The guest's table behind a page, or NULL: then all its entries count as absent. */
const u64 *spt_guest_table(const struct spt *spt, const struct spt_page *sp);
/*
 * Pages that the root reaches are compared, repaired, and their tables protected.
 * False, here and below: the limit of work is reached, some are left. whole: that
 * must not be, and they are few.
 */
bool spt_sync_root(struct spt *spt, struct spt_page *root, bool whole);
/* The same for those that name tables: the paging-structure caches. */
bool spt_sync_upper(struct spt *spt);
/* top and what it reaches, before the root does: top may be gone. False: all may be gone. */
bool spt_sync_below(struct spt *spt, struct spt_page *top);
/* A leaf table that the root is to reach, and that stays open. False: all is gone. */
bool spt_sync_open(struct spt *spt, struct spt_page *sp);
/* One entry, used or not. */
void spt_sync_entry(struct spt *spt, struct spt_page *sp, u32 index);

/* mirror.c */
/* bytes at gpa, in one page, were written: all shadows of a protected table follow. */
void spt_mirror(struct spt *spt, u64 gpa, u32 bytes);

/* filter.c */
/* A new or newly closed page: which of its entries are known to be absent? */
void spt_filter_page(struct spt *spt, struct spt_page *sp);
/* The page's table is open: nothing is known any more. */
void spt_unfilter_page(struct spt *spt, struct spt_page *sp);
/* The guest's entry, in no open table, is entry, and the shadow has none. */
void spt_filter_entry(struct spt *spt, struct spt_page *sp, u32 index, u64 entry);
/* Arms or disarms the filter as invariant 9 says, at the end of an event. */
void spt_filter_update(struct spt *spt);

/* log.c */
/* Must a leaf of this frame lack W so that the first write is seen? */
bool spt_log_withholds(const struct spt *spt, u64 gfn);
/* The guest's frame is being written; true if that is news. */
bool spt_log_write(struct spt *spt, u64 gfn);
/* Keeps the A and D bits of a leaf entry that is about to change. */
void spt_log_keep(struct spt *spt, const struct spt_page *sp, u32 index);
bool spt_log(struct hv_mmu *mmu, enum hv_log_action action, u64 gfn, u64 frames);

/* fill.c */
/* The guest met a fault: the operation of hv/mmu.h. */
enum hv_verdict spt_resolve(struct spt *spt, const struct hv_fault *fault,
			    struct hv_answer *answer);

/* reach.c: the operation of hv/mmu.h */
u64 spt_reach(struct hv_mmu *mmu, u64 gva, u32 access);

/* audit.c: the first invariant found broken, or NULL. */
const char *spt_audit(struct hv_mmu *mmu);

#endif
