/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest of a random program: which frames are its tables, which pages of
 * linear addresses it uses, and what it writes into tables, see guest_tables.c.
 */
#ifndef GUEST_TABLES_H
#define GUEST_TABLES_H

#include "machine.h"

#define GUEST_TABLES 22
#define GUEST_DATA 24
#define GUEST_ROOTS 4
#define GUEST_PAGES 40
#define GUEST_WINDOW_TABLES 4
#define GUEST_LATE 3 /* tables that are linked now and then only */

/* What a guest is to fit. */
struct guest_shape {
	u64 bytes;
	u8 physical_address_bits, levels;
	bool gigabyte_pages;
	/* Large pages often, and few tables in their way. */
	bool large;
};

struct guest {
	struct guest_shape shape;
	int nr_pages, nr_tables;
	u64 page[GUEST_PAGES]; /* linear addresses that it uses */
	u64 root[GUEST_ROOTS]; /* frames of its top tables */
	u64 table[GUEST_TABLES]; /* frames of all its tables, roots first */
	u8 level[GUEST_TABLES]; /* what each was made for; any use follows */
	u64 data[GUEST_DATA];
	u64 window[GUEST_WINDOW_TABLES]; /* tables of the alias window */
};

struct guest_edit {
	u64 gfn; /* the table */
	int window_page; /* its number in the window */
	u64 offset, value;
};

typedef void guest_poke_fn(void *context, u64 gpa, u64 value);

void guest_create(struct guest *g, struct rng *rng, const struct guest_shape *shape);
/* Writes the initial tables. */
void guest_build(struct guest *g, struct rng *rng, guest_poke_fn *poke, void *context);
/* The linear address of page i: first its own, then the window's. */
u64 guest_page(const struct guest *g, int i);

/* Choices: an offset in a page, a root to load, an edit, data to write. */
u64 guest_offset(const struct guest *g, struct rng *rng);
/* For CR3; pcid: bits 11:0 are to be one, not PWT and PCD. */
u64 guest_cr3(const struct guest *g, struct rng *rng, bool pcid);
void guest_make_edit(const struct guest *g, struct rng *rng, const u64 *memory,
		     struct guest_edit *edit);
u64 guest_data(const struct guest *g, struct rng *rng, u64 gpa);

#endif
