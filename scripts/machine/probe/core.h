/* SPDX-License-Identifier: GPL-2.0 */
/* What feed.c and flush.c keep of each CPU of Bochs. */
#ifndef PROBE_CORE_H
#define PROBE_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "../../../bench/model/model.h"
#include "bochs.h"

#define CR0_WP (1ull << 16)
#define CR0_PG (1ull << 31)
#define CR4_PAE (1ull << 5)
#define CR4_PGE (1ull << 7)
#define CR4_LA57 (1ull << 12)
#define CR4_PCIDE (1ull << 17)
#define CR4_SMEP (1ull << 20)
#define EFER_LMA (1ull << 10)

/*
 * Page tables by CR3, without PCID and the bit that keeps translations. With KPTI a process
 * has two, in 8 kB that are aligned.
 */
#define CR3_SPACE(cr3) ((cr3) & ~(1ull << 63 | 0x1fffull))

/* More than a walk of both dimensions reads. */
#define NR_WALK_ENTRIES 64

#define NO_PAGE (~0ull)
#define NR_FETCH_PAGES 4
#define OPERAND_BYTES 16 /* of INVPCID, INVVPID and INVEPT */

/* Read by a walk of Bochs; its value is known where EPT has accessed and dirty bits. */
struct walk_entry {
	uint64_t hpa, value;
};

struct core {
	bool guest; /* in VMX non-root operation */
	bool exiting; /* from a VM exit until the host's state is loaded */
	bool known_mode; /* one that the models can walk: long mode, or no paging */
	bool fed; /* the models get what it does; otherwise they are paused */
	bool marked; /* models_mark() at the last exit */
	bool interrupted; /* while it was fed; then also, where: */
	uint64_t interrupted_rip, interrupted_rsp;
	uint64_t exit_space; /* whose process handles the last exit, by CR3_SPACE() */
	bool switched; /* to another process, while it was fed */
	uint64_t since_exit; /* instructions of the host that the models have got */
	/* Of the last guest. */
	bool vpid_enabled;
	uint16_t vpid;
	uint64_t eptp;
	uint64_t cr0, cr4; /* to see what a write has changed */

	uint64_t instructions; /* that the models still have to get */
	uint64_t repeats; /* of REP strings, likewise */
	uint64_t line; /* of the last fetch */
	/* Where pages of the guest's code lie, by the page's number or NO_PAGE. */
	uint64_t fetch_page[NR_FETCH_PAGES], fetch_hpa[NR_FETCH_PAGES];
	/*
	 * Where the last 16 bytes were accessed, hpa. Bochs tells an operand that crosses a
	 * page in two parts; the first has first_bytes.
	 */
	uint64_t operand[2];
	unsigned int first_bytes;
	/* The last access that ended where a page ends. */
	uint64_t tail;
	unsigned int tail_bytes;
	struct walk_entry entries[NR_WALK_ENTRIES]; /* since the last access, a ring */
	unsigned int nr_entries;

	/* Of REP strings: the last instruction's RIP, and whether it goes on there. */
	uint64_t string_rip;
	bool in_string;
	bool string_next; /* an iteration after the first */
	uint64_t rcx, rsi, rdi; /* before the iteration */
	bool string_seen; /* an access of it came from Bochs */
};

extern struct core core[BOCHS_MAX_CPUS];

static inline void forget_fetches(struct core *c)
{
	for (unsigned int i = 0; i < NR_FETCH_PAGES; i++)
		c->fetch_page[i] = NO_PAGE;
}

/* From the registers as they are. */
void core_context(unsigned int cpu, struct model_context *context);
void core_controls(unsigned int cpu);
void core_feed(unsigned int cpu, bool fed);

/* string.c: an instruction comes, and counts unless it goes on with a REP string. */
void string_before(unsigned int cpu, uint64_t rip);
/* For BOCHS_REPEAT_ITERATION. */
void string_iteration(unsigned int cpu, void *instruction);

/* flush.c: an instruction of enum bochs_tlb_control has been executed. */
void feed_flush(unsigned int cpu, unsigned int what, uint64_t value);

#endif
