/* SPDX-License-Identifier: GPL-2.0 */
/* A shadow MMU for testing the tests, see tiny_mmu.c. */
#ifndef TINY_MMU_H
#define TINY_MMU_H

#include "mmu.h"

/* X(ID, "what is wrong") */
#define TINY_BUGS(X)                                                                   \
	X(NONE, "nothing")                                                             \
	X(NO_INVLPG_FLUSH, "INVLPG drops the entry but asks for no TLB flush")         \
	X(NO_INVLPG_ZAP, "INVLPG asks for a flush but keeps the entry")                \
	X(NO_CR3_FLUSH, "MOV to CR3 drops the tables but asks for no flush")           \
	X(NO_CR3_ZAP, "MOV to CR3 keeps the tables")                                   \
	X(USER_INVERTED, "U/S is inverted in the guest's check")                       \
	X(USER_LOST, "user entries are filled as supervisor-writable without U/S")     \
	X(WP_IGNORED, "CR0.WP is taken to be always 1")                                \
	X(WP_UNTRACKED, "a change of CR0.WP keeps the tables")                         \
	X(NX_LOST, "no-execute is not copied into the shadow")                         \
	X(NO_ACCESSED, "the guest's accessed bits are not set")                        \
	X(NO_DIRTY, "the guest's dirty bit is not set")                                \
	X(EARLY_WRITE, "an entry is writable before its dirty bit is set")             \
	X(EARLY_DIRTY, "a read sets the dirty bit of a writable page")                 \
	X(LARGE_OFFSET, "the low bits of a large page's address are dropped")          \
	X(FETCH_CODE, "the error code of a fetch lacks I/D")                           \
	X(RSVD_CODE, "a reserved bit is reported as not present")                      \
	X(WRONG_CR2, "CR2 holds the page, not the address")                            \
	X(STALE_AFTER_FAULT, "a guest fault keeps the old entry of its page")          \
	X(UNCHANGED, "the root changes and the controls are not said to have changed") \
	X(PCID_SHARED, "two of the guest's PCIDs share a hardware PCID")               \
	X(CR3_OTHER_PCID, "MOV to CR3 keeps the tables of the PCID that it comes to")  \
	X(INVPCID_ADDR, "INVPCID of one address keeps the entry")                      \
	X(INVPCID_GLOBAL, "INVPCID of all but globals drops nothing")                  \
	X(INVLPG_NATIVE, "INVLPG and INVPCID don't exit")                              \
	X(FILTER_ON, "faults of absent shadow entries go to the guest")                \
	X(SMEP_IGNORED, "CR4.SMEP is not on for the CPU")                              \
	X(SMAP_IGNORED, "CR4.SMAP is not on for the CPU")                              \
	X(SMEP_WP, "a user page made writable for the supervisor loses SMEP")          \
	X(SMAP_WP, "a user page made writable for the supervisor loses SMAP")          \
	X(REACH_SMAP, "reach() forgets SMEP and SMAP")                                 \
	X(LOG_LOST, "a fill for a write is not in the dirty log")                      \
	X(LOG_NO_FLAGS, "A and D bits set in guest tables are not in the dirty log")   \
	X(LOG_OPEN, "a read makes a page writable while writes are logged")            \
	X(LOG_NO_FLUSH, "a look at the dirty log asks for no flush")                   \
	X(TOUCH_LOST, "a fill is not in the log of touched pages")                     \
	X(LARGE_PIECES, "INVLPG drops one piece of a large page")                      \
	X(POOL_CHANGED, "a counter moves before HV_NEED_POOL")                         \
	X(LEAK, "a table is not given back")                                           \
	X(UNCLEAN, "a table is given back with an entry in it")

enum tiny_bug {
#define TINY_BUG_ENUM(id, text) TINY_BUG_##id,
	TINY_BUGS(TINY_BUG_ENUM)
#undef TINY_BUG_ENUM
		TINY_NR_BUGS
};

extern enum tiny_bug tiny_bug;
extern const char *const tiny_bug_text[TINY_NR_BUGS];
extern const struct hv_mmu_ops tiny_mmu_ops;

#endif
