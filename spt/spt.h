/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The shadow-page-table backend: its data, its invariants, and what its files
 * offer each other. Outside spt/ only spt_mmu_ops (hv/mmu.h) is known.
 *
 *   walk.c    walks the guest's tables as the CPU would
 *   fill.c    makes the shadow hold the translation that a walk found
 *   entry.c   writes one shadow entry, with all that hangs on it
 *   page.c    a shadow page's life
 *   rmap.c    guest frame -> what maps it; which frames are guest tables
 *   links.c   the sets behind the reverse map and the parents
 *   sync.c    brings shadow pages up to date with the guest's tables
 *   vtlb.c, unsync.c   the strategies: how guest table writes are followed
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
 * access. A large guest page is shadowed by 4K entries in "direct" shadow
 * pages, which stand for no guest table.
 *
 * Locking: none of its own. Everything runs on the VM's vCPU thread with
 * interrupts off, but for create and destroy. The tool may write to guest
 * memory at any time: whatever is read there is read once and not trusted.
 *
 * Invariants, between events (those on tracking and the reverse map hold for
 * strategies that track; audit.c checks all but the last):
 *  1. A shadow entry is present if and only if its bit in used[] is set.
 *  2. A present entry that names a table has its child in child[], and the
 *     child's parents hold that link, once. The child's key is what the guest's
 *     entry gives, as far as 5 says. Nothing else is in parents.
 *  3. A present leaf entry is in the reverse map of its frame, once, and
 *     nothing else is there. Its rights are no more than guest[] and access give.
 *     guest[] is the guest's entry that it was made from, with A set.
 *  4. A frame has SPT_TABLE set if and only if a shadow page mirrors it. With
 *     SPT_PROTECTED no shadow entry maps it writable.
 *  5. A page that is not on a stale list agrees with guest memory: each present
 *     entry's origin is unchanged there, but that A and D may be set by our
 *     own walker since. All pages of a frame without SPT_PROTECTED are listed.
 *  6. Every page is in the hash by its key, but for vtlb, where pages form a
 *     tree and each has one parent.
 *  7. The root is never freed while it is spt->root.
 *  8. After the flushes asked for, the TLB holds nothing but what is reachable
 *     from spt->root, or that with less rights. So whoever takes a right away
 *     asks for a flush, whoever adds one need not (4.10.4.3: the CPU drops the
 *     old entry when it faults), and INVLPG of an address whose entry is right
 *     needs none.
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
 * where the entries have them, so that a role is made by masking. Bits 0 and
 * 11 are free for roles to come.
 */
#define SPT_ACCESS_W PT_W /* all entries above have W */
#define SPT_ACCESS_U PT_U /* all entries above have U */
#define SPT_ACCESS_X BIT_ULL(3) /* no entry above has NX */
#define SPT_ACCESS (SPT_ACCESS_W | SPT_ACCESS_U | SPT_ACCESS_X)
#define SPT_DIRECT BIT_ULL(4) /* a piece of a large guest page */
#define SPT_WP BIT_ULL(5) /* CR0.WP */
#define SPT_DIRTY PT_D /* direct: the large page's entry has D */
#define SPT_NXE BIT_ULL(7) /* EFER.NXE */
#define SPT_MODE (SPT_WP | SPT_NXE) /* the same in all pages of a root */
#define SPT_LEVEL_SHIFT 8
#define SPT_LEVEL GENMASK_ULL(10, SPT_LEVEL_SHIFT)

static_assert(!(SPT_ACCESS & (SPT_DIRECT | SPT_MODE | SPT_DIRTY | SPT_LEVEL)));
static_assert(!(SPT_DIRECT & (SPT_MODE | SPT_DIRTY | SPT_LEVEL)));
static_assert(!(SPT_MODE & (SPT_DIRTY | SPT_LEVEL)) && !(SPT_DIRTY & SPT_LEVEL));
static_assert(!((SPT_ACCESS | SPT_DIRECT | SPT_MODE | SPT_DIRTY | SPT_LEVEL) & PT_ADDR));

struct spt_page {
	u64 used[HV_ENTRIES / 64]; /* which entries are present */
	struct hlist_node hash; /* in spt->hash, by the address in key */
	struct list_head stale; /* in a stale list of struct spt, or alone */
	u64 key;
	u64 *shadow; /* the table that the CPU walks */
	union {
		struct spt_page **child; /* level > 1: what entries point at */
		u64 *guest; /* level 1, tracking, not direct: see invariant 3 */
	};
	u64 parents; /* set of the entries that point here, see links.h */
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
	/* The guest loaded a paging register: a full flush, and this root. */
	void (*set_root)(struct spt *spt, u64 key);
	void (*invlpg)(struct spt *spt, u64 gva);
	/* child has lost a parent. NULL: nothing to do then. */
	void (*unlinked)(struct spt *spt, struct spt_page *child);
	/* Forgets every page but spt->root, and what that holds. */
	void (*zap_all)(struct spt *spt);
};

extern const struct spt_strategy spt_vtlb, spt_unsync;

struct spt {
	struct hv_mmu *mmu;
	const struct spt_strategy *strategy;
	struct spt_page *root;
	bool tracks; /* strategy->tracks, for the hot path */
	bool broken; /* what cannot be was met, see spt_broken() */
	u32 work; /* links searched in this event */
	u32 nr_chunks; /* of guest memory */
	u64 **rmap; /* by chunk, then by frame in it: a set with tags */
	/* Pages that may differ from guest memory, by level; see sync.c. */
	struct list_head stale_upper, stale_leaf;
	struct pt_reserved reserved[2]; /* by EFER.NXE */
	u32 hash_bits;
	struct hlist_head hash[];
};

/*
 * The most that one event takes from the pool. A fault: three tables below the
 * root (two pages and a node each), a page of the reverse map for each of them
 * and for the frame mapped, and one node for the frame's set. The rest is what
 * sync may use to rewrite entries. See also spt_may_map().
 */
#define SPT_FAULT_PAGES 10
#define SPT_FAULT_NODES 4
#define SPT_EVENT_PAGES 16
#define SPT_EVENT_NODES 8

/*
 * The least limit of pages to run with. A VM should get more than 192: an
 * instruction with exception delivery may need some 16 translations, which must
 * not push each other out.
 */
#define SPT_LIMIT_MIN 64

/*
 * Links searched per event before the backend would rather forget everything:
 * bounds the time with interrupts off against a guest that maps one frame
 * everywhere and then takes all of it away at once.
 */
#define SPT_WORK_MAX 65536

static inline u32 spt_level(const struct spt_page *sp)
{
	return (sp->key & SPT_LEVEL) >> SPT_LEVEL_SHIFT;
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
		    (u64)(level - 1) << SPT_LEVEL_SHIFT;

	if (pt_is_leaf(entry, level))
		return child | pt_leaf_base(entry, level) | (entry & PT_D) | SPT_DIRECT;
	return child | (entry & PT_ADDR);
}

/* The same below a direct page, whose entries are all alike. */
static inline u64 spt_direct_child_key(u64 key, u32 index)
{
	u32 level = (key & SPT_LEVEL) >> SPT_LEVEL_SHIFT;

	return ((key & ~SPT_LEVEL) | (u64)(level - 1) << SPT_LEVEL_SHIFT) +
	       ((u64)index << pt_shift(level));
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

/* Says so once; the event and all after it end with HV_BROKEN. */
static inline void spt_broken(struct spt *spt, const char *what)
{
	WARN_ONCE(1, "hvbench: shadow tables: %s\n", what);
	spt->broken = true;
}

/* page.c */
/* NULL if there is none. */
struct spt_page *spt_page_find(struct spt *spt, u64 key);
/* NULL if the pool is empty, which callers have ruled out: then broken. */
struct spt_page *spt_page_create(struct spt *spt, u64 key);
/* False if that is too much work: then some entries are left, and the page. */
bool spt_page_free(struct spt *spt, struct spt_page *sp);
/* Gives the memory back and looks at nothing else: for dropping all at once. */
void spt_page_release(struct spt *spt, struct spt_page *sp);

/* entry.c */
void spt_entry_link(struct spt *spt, struct spt_page *parent, u32 index, struct spt_page *child);
void spt_entry_unlink(struct spt *spt, struct spt_page *parent, u32 index);
/* Forgets what an entry was, table or leaf. */
void spt_entry_drop(struct spt *spt, struct spt_page *sp, u32 index);
/* Takes W away from a leaf entry. */
void spt_entry_protect(struct spt *spt, struct spt_page *sp, u32 index);
/*
 * Makes a leaf entry map hpa as the guest's entry says, in place of what was
 * there. set: of the frame in the reverse map, NULL without tracking.
 * supervisor_write: a write that only CR0.WP = 0 allows must succeed now. True
 * if the entry changed.
 */
bool spt_entry_map(struct spt *spt, struct spt_page *sp, u32 index, u64 entry, u64 *set, u64 hpa,
		   bool supervisor_write);
/* What a leaf entry is to hold; see spt_entry_map(). */
u64 spt_leaf_value(const struct spt_page *sp, u64 entry, u64 hpa, bool protected,
		   bool supervisor_write);
u64 spt_leaf_gfn(const struct spt_page *sp, u32 index);

/* rmap.c */
/* The frame's set, NULL if gfn is outside memory or its chunk has no page yet. */
u64 *spt_rmap(const struct spt *spt, u64 gfn);
/* The same, with the page made if need be; NULL for a full stop: broken. */
u64 *spt_rmap_make(struct spt *spt, u64 gfn);
/* Can gfn be mapped without eating into what the event itself needs? */
bool spt_may_map(const struct spt *spt, u64 gfn);
void spt_rmap_del(struct spt *spt, u64 gfn, struct spt_page *sp, u32 index);
/* A page that mirrors a guest table has come, or is about to go. */
void spt_track(struct spt *spt, struct spt_page *sp);
void spt_untrack(struct spt *spt, struct spt_page *sp);
/* Lets the guest write to a table: all its pages are stale from now on. */
void spt_open(struct spt *spt, u64 gfn);
/* Protects a table again. */
void spt_close(struct spt *spt, u64 gfn);
/* Empties the whole map and gives its pages back. */
void spt_rmap_clear(struct spt *spt);

/* sync.c */
/* All stale pages are compared, repaired, and their tables protected. */
void spt_sync_all(struct spt *spt);
/* The same for those that name tables: the paging-structure caches. */
void spt_sync_upper(struct spt *spt);
/* One page, whose table stays open. False if too much work was met. */
bool spt_sync_page(struct spt *spt, struct spt_page *sp);
/* One entry, used or not. */
void spt_sync_entry(struct spt *spt, struct spt_page *sp, u32 index);

/* Has a guest entry changed since a leaf was made from it? */
bool spt_leaf_changed(u64 then, u64 now);

/* fill.c */
enum hv_verdict spt_fill(struct spt *spt, const struct spt_walk *walk);
/* The walk ended with the guest's own fault: nothing older may outlive that. */
void spt_forget_stale(struct spt *spt, const struct spt_walk *walk);

/* spt.c */
/* Makes sp the table that CR3 names on the CPU. */
void spt_use_root(struct spt *spt, struct spt_page *sp);

/* audit.c: the first invariant found broken, or NULL. */
const char *spt_audit(struct hv_mmu *mmu);

#endif
