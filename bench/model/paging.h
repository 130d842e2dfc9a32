/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The formats of page tables, as far as translation needs them: SDM 3A 4.5 (4- and
 * 5-level paging) and 3C 29.3 (EPT). Levels count from 1, that of the 4K pages.
 */
#ifndef MODEL_PAGING_H
#define MODEL_PAGING_H

#include <stdint.h>

#include "description.h"

#define PAGING_PRESENT (1ull << 0)
#define PAGING_WRITABLE (1ull << 1)
#define PAGING_USER (1ull << 2)
#define PAGING_DIRTY (1ull << 6)
#define PAGING_LEAF (1ull << 7) /* of a PDE or PDPTE; of EPT's as well */
#define PAGING_GLOBAL (1ull << 8)
#define PAGING_NX (1ull << 63)
#define PAGING_ADDRESS 0x000ffffffffff000ull

#define EPT_READ (1ull << 0)
#define EPT_WRITE (1ull << 1)
#define EPT_EXECUTE (1ull << 2)
#define EPT_RIGHTS (EPT_READ | EPT_WRITE | EPT_EXECUTE)
#define EPT_DIRTY (1ull << 9)

#define EPTP_ACCESSED_DIRTY (1ull << 6)

#define CR3_NO_FLUSH (1ull << 63)
#define CR3_PCID 0xfffull
#define CR0_PG (1ull << 31)
#define CR4_PAE (1ull << 5)
#define CR4_PGE (1ull << 7)
#define CR4_LA57 (1ull << 12)
#define CR4_PCIDE (1ull << 17)
#define CR4_SMEP (1ull << 20)

/* Linear addresses without the copies of their highest bit. */
#define PAGING_LINEAR ((1ull << 57) - 1)

/* How many bits of an address an entry of that level leaves to the levels below. */
static inline unsigned int level_shift(unsigned int level)
{
	return 12 + 9 * (level - 1);
}

static inline unsigned int level_index(uint64_t address, unsigned int level)
{
	return address >> level_shift(level) & 511;
}

static inline unsigned int page_shift(enum model_page page)
{
	return 12 + 9 * page;
}

static inline uint64_t page_offset(uint64_t address, enum model_page page)
{
	return address & ((1ull << page_shift(page)) - 1);
}

static inline uint64_t page_base(uint64_t address, enum model_page page)
{
	return address & ~((1ull << page_shift(page)) - 1);
}

/* Bits 5:3 are the levels less one; there are no EPTs but of 4 and 5 levels. */
static inline unsigned int eptp_levels(uint64_t eptp)
{
	return (eptp >> 3 & 7) == 4 ? 5 : 4;
}

#endif
