/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the EPT backend share: its state, the way through its
 * tables, and what each file does for the others. Not for use outside ept/.
 *
 * The tables hold no more than what can be made again from guest memory's map
 * of host pages, the rights that the tool has set, and the state of the dirty
 * log; ept_leaf_level() and ept_leaf_rights() are those three's one answer.
 */
#ifndef EPT_TABLE_H
#define EPT_TABLE_H

#include "ept.h"
#include "mmu.h"

struct ept {
	int largest; /* level of the largest leaf that the knob ept.leaf allows */
	u32 fill; /* 4K leaves written on a violation, a power of two */
	/*
	 * By chunk of guest memory the rights (EPT_RWX bits) that the tool took
	 * away, see rights.c: 0, ept_all_denied() of what all frames lack, or
	 * the address of a list by frame. NULL where it took none.
	 */
	u64 *denied;
	u32 *limited; /* by 1G: the chunks in it whose denied is not 0 */
	/* A fill is one 4K leaf with all rights: neither knobs, rights nor log object. */
	bool plain;
	/* A STOP of the log goes on, or was given up: leaves may lack W without a reason. */
	bool stopping;
	bool nx_large; /* large leaves have no X: the guest's fetch splits them */
};

/* The guest frames that an entry of that level covers. */
#define EPT_LEVEL_FRAMES(level) (EPT_LEVEL_BYTES(level) >> HV_PAGE_SHIFT)

static inline struct ept *ept_state(const struct hv_mmu *mmu)
{
	return mmu->backend;
}

static inline u64 ept_make_table(const void *table)
{
	return hv_pa(table) | EPT_RWX;
}

/* hpa is of any page in what the leaf is to cover. */
static inline u64 ept_make_leaf(u64 hpa, int level, u64 rights)
{
	u64 entry = ALIGN_DOWN(hpa, EPT_LEVEL_BYTES(level)) | EPT_TYPE_WB | rights;

	return level > 1 ? entry | EPT_LARGE : entry;
}

/*
 * Goes down for gpa to the entry that ends the path: one that is not present
 * or is a leaf. Returns it and its level.
 */
static inline u64 *ept_walk(const struct hv_mmu *mmu, u64 gpa, int *level)
{
	u64 *table = hv_va(mmu->controls.root_hpa);
	u64 *entry;

	for (*level = EPT_LEVELS;; (*level)--) {
		entry = &table[ept_index(gpa, *level)];
		if (!ept_present(*entry) || ept_is_leaf(*entry, *level))
			return entry;
		table = hv_va(*entry & EPT_ADDR);
	}
}

/* ---- table.c ---- */

/* Maps gpa by a leaf of that level; entry, of level from, ends the path so far. */
u64 *ept_map(struct hv_mmu *mmu, u64 gpa, u64 hpa, u64 *entry, int from, int level);
/* The empty rest of the aligned group of ept.fill 4K leaves around this one. */
void ept_fill_around(struct hv_mmu *mmu, u64 gfn, u64 *entry);

/* Frames of guest memory. */
struct ept_range {
	u64 first, end;
};

/*
 * gfn is the first that the table is about; entries [from, to) of it begin in the
 * range that the visit is of.
 */
typedef void ept_table_fn(struct hv_mmu *mmu, u64 *table, u64 gfn, int level, u32 from, u32 to);
/* Calls fn for every table that the range reaches, a table's own tables first. */
void ept_each_table(struct hv_mmu *mmu, const struct ept_range *range, ept_table_fn *fn);
/* Gives all tables back. */
void ept_free_tables(struct hv_mmu *mmu);

/* ---- split.c ---- */

/*
 * Splits the large leaf that maps gpa, and what comes of it, until a 4K leaf
 * does; returns that leaf. Takes level - 1 pages, which the pool has.
 */
u64 *ept_split(struct hv_mmu *mmu, u64 gpa, u64 *entry, int level);
/* Makes large leaves of the tables that entries [from, to) name, where they may be. */
void ept_merge(struct hv_mmu *mmu, u64 *table, u64 gfn, int level, u32 from, u32 to);
/* The same for the tables on the way to one frame. */
void ept_merge_around(struct hv_mmu *mmu, u64 gfn);

/* ---- log.c ---- */

bool ept_log(struct hv_mmu *mmu, enum hv_log_action action, u64 gfn, u64 frames);
/* The guest writes and meets a present leaf that does not allow it. */
enum hv_verdict ept_log_write(struct hv_mmu *mmu, u64 gpa, u64 *entry, int level);
/* Notes what this leaf, which goes away, tells of its frame. */
void ept_log_leaf(struct hv_mmu *mmu, u64 gfn, u64 entry, int level);

/* True where a leaf must be as the log by this method has it. */
static inline bool ept_logs_by(const struct hv_mmu *mmu, enum hvbench_log method)
{
	return unlikely(mmu->dirty.on) && mmu->knob[HVBENCH_KNOB_LOG] == method;
}

/* ---- rights.c ---- */

int ept_set_rights(struct hv_mmu *mmu, u64 gfn, u32 frames, u32 rights);
void ept_free_rights(struct hv_mmu *mmu);
/* The level of the largest leaf that may map gfn. */
int ept_leaf_level(const struct hv_mmu *mmu, u64 gfn);

/* To be called when something that ept->plain is about has changed. */
static inline void ept_review(struct hv_mmu *mmu)
{
	struct ept *ept = ept_state(mmu);

	ept->plain = ept->largest == 1 && ept->fill == 1 && !ept->denied && !mmu->dirty.on;
}

/* An element of ept->denied. */
static inline u64 ept_all_denied(u8 rights)
{
	return rights ? (u64)rights << 1 | 1 : 0;
}

static inline bool ept_is_list(u64 denied)
{
	return denied && !(denied & 1);
}

static inline u8 *ept_list(u64 denied)
{
	return (u8 *)(unsigned long)denied;
}

/* What the tool lets the guest do with a frame. */
static inline u64 ept_allowed(const struct ept *ept, u64 gfn)
{
	u64 denied;

	if (likely(!ept->denied))
		return EPT_RWX;
	denied = ept->denied[gfn / HV_CHUNK_FRAMES];
	if (ept_is_list(denied))
		return EPT_RWX & ~ept_list(denied)[gfn % HV_CHUNK_FRAMES];
	return EPT_RWX & ~(denied >> 1);
}

/* The rights of a leaf of that level for gfn; 0: it must not be present. */
static inline u64 ept_leaf_rights(const struct hv_mmu *mmu, u64 gfn, int level)
{
	const struct ept *ept = ept_state(mmu);
	u64 rights = ept_allowed(ept, gfn);

	if (level > 1 && ept->nx_large)
		rights &= ~EPT_EXEC;
	if (likely(!mmu->dirty.on))
		return rights;
	/* The log is by 4K pages: the first write to a large leaf splits it. */
	if (level > 1 ||
	    (ept_logs_by(mmu, HVBENCH_LOG_FAULT) && !hv_dirty_is(mmu->dirty.written, gfn)))
		rights &= ~EPT_WRITE;
	return rights;
}

#endif
