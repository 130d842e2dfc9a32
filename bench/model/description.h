/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A CPU description: the geometry of the structures that translate and cache, and what
 * events cost. It is data, read from a text file under cpus/ or one of the user's own.
 *
 * The file, line by line: words between blanks, the first says what the line describes.
 * '#' begins a comment. Every line that describes something ends with one, and it names the
 * source of its values. SIZE is a number with K, M or G for the powers of 1024; [LOW HIGH]
 * is the range where the source gives no single value, and VALUE is in it. What is of the form
 * KEY=VALUE may come in any order.
 *
 *	name	skylake-sp
 *	title	Intel Xeon Scalable, 1st and 2nd generation (Skylake-SP, Cascade Lake)
 *	tlb	itlb  pages=4k sets=16 ways=8 index=linear replacement=plru
 *	tlb	dtlb  pages=4k sets=16 ways=4 index=linear replacement=plru
 *	tlb	dtlb  pages=2m ...
 *	tlb	store-dtlb ...		where stores have first-level TLBs of their own
 *	tlb	stlb  pages=4k,2m sets=128 ways=12 index=xor7 replacement=mru-plru
 *	psc	pde entries=32 ways=4 replacement=lru	also pdpte, pml4e; entries=0: none
 *	nested-tlb	entries=32 [16 64]		entries=0: none
 *	cache	l1d size=32K ways=8 replacement=lru	also l1i, l2, l3; lines are of 64 bytes
 *	cost	NAME VALUE [LOW HIGH]	NAME is one of MODEL_COSTS; at most two decimals
 *
 * index: linear (the low bits of the page number) or xorN (its low N bits XOR the next N,
 * of 2^N sets). replacement: lru, plru (a binary tree; ways is a power of two, at most 64),
 * mru-plru (three trees of four ways; the tree after that of the last hit or fill, modulo
 * three, is replaced in), fifo. Left out, index is linear and replacement is lru. A cache has
 * size / (64 * ways) sets, and is indexed by the line number modulo the sets, which need not
 * be a power of two.
 *
 * TLBs of one role have no page size in common. A file has to describe an itlb and a dtlb for
 * 4k pages, the caches l1i, l1d and l2, each psc, the nested-tlb and every cost. A CPU has a
 * store-dtlb, an stlb or an l3 only if there is a line for it.
 * AMD's structures are described alike.
 */
#ifndef MODEL_DESCRIPTION_H
#define MODEL_DESCRIPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * X(name, "unit", "meaning"). A fraction's values are per cent in the struct below, and
 * written 0.75 or 1 in the file.
 */
#define MODEL_COSTS(X) \
	X(instruction, "cycles", "an instruction that hits everywhere (cycles per instruction)") \
	X(stlb_hit, "cycles", "a first-level TLB miss that the second level serves") \
	X(l1, "cycles", "load-to-use latency of the L1 data cache; only of walk references") \
	X(l2, "cycles", "latency of the L2 cache") \
	X(l3, "cycles", "latency of the L3 cache") \
	X(memory, "cycles", "latency of memory") \
	X(walk_start, "cycles", "a walk, beside its references") \
	X(walk_exposed, "fraction", "part of a walk's time that the program waits for") \
	X(data_exposed, "fraction", "part of a data cache miss that the program waits for") \
	X(fetch_exposed, "fraction", "part of an instruction cache miss that the program waits for") \
	X(assist, "cycles", "an update of an accessed or dirty bit") \
	X(exception, "cycles", "delivery of an exception in the guest, with the IRET") \
	X(transition, "cycles", "a VM exit and the next entry, only the hardware's part") \
	X(invlpg, "cycles", "INVLPG") \
	X(invpcid, "cycles", "INVPCID") \
	X(mov_cr3, "cycles", "MOV to CR3") \
	X(cr_write, "cycles", "a write of CR0 or CR4 that flushes") \
	X(invvpid, "cycles", "INVVPID") \
	X(invept, "cycles", "INVEPT")

enum model_cost {
#define MODEL_COST_ENUM(name, unit, meaning) MODEL_COST_##name,
	MODEL_COSTS(MODEL_COST_ENUM)
#undef MODEL_COST_ENUM
	NR_MODEL_COSTS
};

/* In hundredths of a cycle, or per cent of a fraction; low <= mid <= high. */
struct model_band {
	uint64_t low, mid, high;
};

enum model_index { MODEL_INDEX_LINEAR, MODEL_INDEX_XOR };
enum model_replacement { MODEL_LRU, MODEL_PLRU, MODEL_MRU_PLRU, MODEL_FIFO };

/* sets 0: there is none. */
struct model_geometry {
	unsigned int sets, ways;
	enum model_index index;
	unsigned int xor_bits; /* of MODEL_INDEX_XOR */
	enum model_replacement replacement;
};

enum model_page { MODEL_PAGE_4K, MODEL_PAGE_2M, MODEL_PAGE_1G, NR_MODEL_PAGES };

#define MODEL_PAGE_BIT(page) (1u << (page))

/* A TLB holds translations of these page sizes; several TLBs may be of one role. */
struct model_tlb_description {
	unsigned int pages; /* MODEL_PAGE_BIT()s */
	struct model_geometry geometry;
};

enum model_tlb_role { MODEL_ITLB, MODEL_DTLB, MODEL_STORE_DTLB, MODEL_STLB, NR_MODEL_TLB_ROLES };

/* By the level of the entry that is cached: 2 a PDE, 3 a PDPTE, 4 a PML4E. */
#define MODEL_PSC_LEVELS 5

enum model_cache { MODEL_L1I, MODEL_L1D, MODEL_L2, MODEL_L3, NR_MODEL_CACHES };

struct model_cpu {
	char name[32]; /* as in results.csv: a-z, 0-9 and - */
	char title[96];
	struct model_tlb_description tlb[NR_MODEL_TLB_ROLES][NR_MODEL_PAGES];
	unsigned int nr_tlbs[NR_MODEL_TLB_ROLES];
	struct model_geometry psc[MODEL_PSC_LEVELS];
	unsigned int nested_tlb_entries; /* fully associative, LRU */
	unsigned int nested_tlb_low, nested_tlb_high;
	struct model_geometry cache[NR_MODEL_CACHES];
	struct model_band cost[NR_MODEL_COSTS];
};

/*
 * Reads a description. text of size bytes needs no NUL. 0, or -1 with a sentence in
 * error, `name:line: what is wrong and what to write`. A line without the comment that
 * names its source is an error.
 */
int model_cpu_parse(const char *text, size_t size, const char *name, struct model_cpu *cpu,
		    char *error, size_t error_size);

#endif
