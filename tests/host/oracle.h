/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the architecture allows: a model of guest memory and of everything
 * that a bare CPU could have cached of the guest's page tables. The
 * differential test (differential.c) asks it whether what happened on a
 * backend may have happened on a bare CPU.
 *
 * The model is set-valued. For each page of linear addresses that a program
 * uses and each PCID it keeps all translations and all paging-structure-cache
 * entries that some CPU could hold, because a walk at some instant since the last flush
 * that covers them would have given them. A CPU may walk at any time, but it
 * caches only what is present, free of reserved bits, and has the accessed
 * flag set at every level (SDM 3A, 4.10.2 and 4.10.3), and setting a flag is
 * visible; so the sets are exact. An access may then use any cached translation, or
 * walk from CR3 or from any paging-structure-cache entry through memory as it is now.
 *
 * The sets of a PCID grow only while it is the current one (with CR4.PCIDE = 0
 * that is always PCID 0). Global translations belong to all PCIDs.
 *
 * What empties the sets (4.10.4.1): MOV to CR3 those of the new PCID, but for
 * global translations, and nothing with bit 63 set; INVLPG the page's
 * translations and every paging-structure-cache entry of the current PCID; INVPCID
 * what its type says; a change of CR4.PGE, or of CR4.PCIDE to 0, everything; CR4.SMEP
 * turned on all of the current PCID; a page fault what is cached for its page.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include "ref_walk.h"

#define ORACLE_PAGES 64 /* a page is a bit of a u64 */
#define ORACLE_SET 24
#define ORACLE_PCIDS 4

/* What may be cached for one page with one PCID. */
struct oracle_set {
	int nr_maps, nr_starts;
	struct ref_map map[ORACLE_SET];
	struct ref_start start[ORACLE_SET];
};

struct oracle_page {
	u64 gva;
	struct oracle_set set[ORACLE_PCIDS];
	int nr_globals;
	struct ref_map global[ORACLE_SET];
};

struct oracle {
	struct ref_cpu cpu; /* the guest's own registers */
	u64 *memory; /* the model of guest memory */
	u64 bytes;
	u64 *watch; /* per word of memory: the pages whose walks read it */
	/* Per frame: written, and accessed, since oracle_look(); ever read by a walk. */
	bool *written, *accessed, *table;
	u64 touched; /* pages whose sets changed since oracle_stale() */
	bool overflow; /* a set was too small: the guest must flush now */
	int nr_pages;
	struct oracle_page page[ORACLE_PAGES];
};

/* What came out of one access. */
enum outcome_kind { OUT_DONE, OUT_FAULT, OUT_OUTSIDE };

struct outcome {
	enum outcome_kind kind;
	u64 hpa; /* OUT_DONE, of a backend: where the access went */
	bool emulated; /* OUT_DONE, of a backend: machine_wrote() is to follow */
	u64 gpa; /* OUT_DONE, of the oracle; OUT_OUTSIDE */
	u64 gva; /* OUT_FAULT: CR2 */
	u32 error_code; /* OUT_FAULT */
	bool table; /* OUT_OUTSIDE: of a table, where only the page counts */
};

struct oracle_access {
	int page;
	u64 gva;
	u32 access; /* HV_PF_ACCESS bits and HV_ACCESS_AC */
};

/* How a paging register is loaded. */
enum paging_load {
	LOAD_OTHER, /* CR0, CR4, or EFER */
	LOAD_CR3,
	LOAD_CR3_KEEP, /* with bit 63 set: nothing is flushed */
};

static inline u16 paging_pcid(const struct hv_paging *reg)
{
	return reg->cr4 & HV_CR4_PCIDE ? reg->cr3 & 0xfff : 0;
}

void oracle_create(struct oracle *o, u64 bytes);
void oracle_destroy(struct oracle *o);
int oracle_add_page(struct oracle *o, u64 gva);

/* The guest's memory changed; gpa is inside and 8-byte aligned. */
void oracle_write(struct oracle *o, u64 gpa, u64 value);
void oracle_set_paging(struct oracle *o, const struct hv_paging *new, enum paging_load load);
void oracle_invlpg(struct oracle *o, u64 gva);
void oracle_invpcid(struct oracle *o, enum hv_invpcid type, u16 pcid, u64 gva);
/* Somebody looked at the dirty log: nothing is written or accessed since. */
void oracle_look(struct oracle *o);

/* Pages of which a CPU may use something that current tables don't say. */
u64 oracle_stale(struct oracle *o);
/* The plain reference: what a CPU with nothing cached does now. */
void oracle_reference(struct oracle *o, const struct oracle_access *access, struct outcome *out);
/*
 * Is the outcome one that the architecture allows, in the result and in the
 * A/D bits that memory now shows? If so the model takes over those bits and
 * out->gpa is set. If not, false and a few lines of text in why.
 */
bool oracle_allows(struct oracle *o, const struct hv_memory *memory,
		   const struct oracle_access *access, struct outcome *out, char *why, size_t size);
/* Does all of guest memory equal the model? */
bool oracle_same_memory(const struct oracle *o, const struct hv_memory *memory, char *why,
			size_t size);

int outcome_print(const struct outcome *out, char *text, size_t size);

#endif
