// SPDX-License-Identifier: GPL-2.0
/*
 * Makes guests that share on purpose: few table frames, used on whatever level
 * a random link puts them, entries that point to tables as if they were data,
 * several linear addresses for one frame, large pages across everything.
 */
#include "guest_tables.h"

/* The entries that a guest uses of any table; everything else stays 0. */
static const u16 used_index[] = { 0, 1, 2, 3, 7, 256, 511 };

#define WINDOW_INDEX 128 /* of the top table: the alias window */
#define IGNORED_BITS (GENMASK_ULL(11, 9) | GENMASK_ULL(58, 52))
#define MAX_LEVELS 5

static u16 random_index(struct rng *rng)
{
	return used_index[rng_below(rng, ARRAY_SIZE(used_index))];
}

/* index: by level, [0] for a PTE. */
static u64 make_gva(const struct guest *g, const u16 index[MAX_LEVELS])
{
	int level, bits = 12 + 9 * g->shape.levels;
	u64 gva = 0;

	for (level = 0; level < g->shape.levels; level++)
		gva |= (u64)index[level] << (12 + 9 * level);
	return gva >> (bits - 1) ? gva | ~(BIT_ULL(bits) - 1) : gva;
}

static bool is_taken(const struct guest *g, u64 gfn, int tables)
{
	int i;

	for (i = 0; i < tables; i++)
		if (g->table[i] == gfn)
			return true;
	for (i = 0; i < GUEST_WINDOW_TABLES; i++)
		if (g->window[i] == gfn)
			return true;
	return false;
}

/* A frame below that one, and not in use for the first so many tables. */
static u64 free_frame(const struct guest *g, struct rng *rng, int tables, u64 below)
{
	u64 gfn;

	do {
		gfn = 1 + rng_below(rng, (u32)below - 1);
	} while (is_taken(g, gfn, tables));
	return gfn;
}

static void choose_frames(struct guest *g, struct rng *rng)
{
	u64 all = g->shape.bytes >> HV_PAGE_SHIFT;
	u64 low = g->shape.large ? HV_CHUNK_FRAMES : all;
	int i;

	for (i = 0; i < GUEST_WINDOW_TABLES; i++)
		g->window[i] = free_frame(g, rng, 0, low);
	for (i = 0; i < GUEST_TABLES; i++) {
		g->table[i] = free_frame(g, rng, i, i < GUEST_TABLES - GUEST_LATE ? low : all);
		g->level[i] =
			(u8)(i < GUEST_ROOTS ? g->shape.levels : 1 + i % (g->shape.levels - 1));
	}
	for (i = 0; i < GUEST_ROOTS; i++)
		g->root[i] = g->table[i];
	for (i = 0; i < GUEST_DATA; i++)
		g->data[i] = free_frame(g, rng, GUEST_TABLES, all);
}

void guest_create(struct guest *g, struct rng *rng, const struct guest_shape *shape)
{
	int i, j;

	memset(g, 0, sizeof(*g));
	g->shape = *shape;
	g->nr_pages = GUEST_PAGES;
	g->nr_tables = GUEST_TABLES;
	choose_frames(g, rng);
	for (i = 0; i < GUEST_PAGES; i++) {
		u16 index[MAX_LEVELS];

		for (j = 0; j < MAX_LEVELS; j++)
			index[j] = random_index(rng);
		/* Near neighbours, so that tables have company. */
		if (i && rng_once_in(rng, 2))
			g->page[i] = (g->page[i - 1] & ~0x1ff000ull) | (u64)index[0] << 12;
		else
			g->page[i] = make_gva(g, index);
		for (j = 0; j < i; j++)
			if (g->page[j] == g->page[i])
				break;
		if (j < i)
			i--;
	}
}

u64 guest_page(const struct guest *g, int i)
{
	u16 index[MAX_LEVELS] = { 0 };

	if (i < g->nr_pages)
		return g->page[i];
	index[g->shape.levels - 1] = WINDOW_INDEX;
	index[0] = (u16)(i - g->nr_pages);
	return make_gva(g, index);
}

/* ---- entries ---- */

static u64 random_flags(struct rng *rng)
{
	u64 flags = PTE_P;

	if (!rng_once_in(rng, 4))
		flags |= PTE_W;
	if (!rng_once_in(rng, 5))
		flags |= PTE_U;
	if (rng_once_in(rng, 2))
		flags |= PTE_A;
	if (rng_once_in(rng, 3))
		flags |= PTE_D;
	if (rng_once_in(rng, 6))
		flags |= PTE_G;
	if (rng_once_in(rng, 10))
		flags |= PTE_NX;
	if (rng_once_in(rng, 16))
		flags |= rng_next(rng) & IGNORED_BITS;
	return flags;
}

static u64 random_table(const struct guest *g, struct rng *rng, int level)
{
	int i, tries;

	for (tries = 0; tries < 8; tries++) {
		i = (int)rng_below(rng, GUEST_TABLES);
		if (g->shape.large && i >= GUEST_TABLES - GUEST_LATE && !rng_once_in(rng, 8))
			continue;
		if (g->level[i] == level || rng_once_in(rng, 8))
			break;
	}
	return g->table[i] << HV_PAGE_SHIFT;
}

static u64 random_target(const struct guest *g, struct rng *rng)
{
	u32 dice = rng_below(rng, 16);
	u64 gfn;

	if (dice < 9)
		gfn = g->data[rng_below(rng, GUEST_DATA)];
	else if (dice < 14)
		gfn = g->table[rng_below(rng, GUEST_TABLES)];
	else if (dice < 15)
		gfn = rng_below(rng, (u32)(g->shape.bytes >> 12));
	else /* beyond memory, but within MAXPHYADDR */
		gfn = (g->shape.bytes >> 12) + rng_below(rng, 1u << 16);
	return gfn << HV_PAGE_SHIFT;
}

/* A fresh entry for a table made for that level. */
static u64 random_entry(const struct guest *g, struct rng *rng, int level)
{
	u64 flags = random_flags(rng);

	if (level == 1)
		return random_target(g, rng) | flags;
	if (level == 2 && rng_once_in(rng, g->shape.large ? 2 : 4))
		return (random_target(g, rng) & ~0x1fffffull) | PTE_PS | flags;
	if (level == 3 && rng_once_in(rng, g->shape.gigabyte_pages ? 8 : 64))
		return PTE_PS | flags; /* 1G from gpa 0 */
	/* Tables made writable and user mostly: leaves decide. */
	if (!rng_once_in(rng, 5))
		flags = (flags | PTE_W | PTE_U) & ~PTE_NX;
	return random_table(g, rng, level - 1) | (flags & ~PTE_D);
}

/* A small change of an entry that is there. */
static u64 changed_entry(const struct guest *g, struct rng *rng, u64 entry)
{
	switch (rng_below(rng, 20)) {
	default:
		return entry ^ PTE_W;
	case 2:
		return entry ^ PTE_U;
	case 3:
		return entry ^ PTE_NX;
	case 4:
		return entry ^ PTE_P;
	case 5:
		return entry & ~PTE_A;
	case 6:
		return entry & ~PTE_D;
	case 7:
		return entry & ~(PTE_A | PTE_D);
	case 8:
		return entry | PTE_A | PTE_D;
	case 9:
		return entry ^ PTE_G;
	case 10:
		return rng_once_in(rng, 4) ? entry ^ PTE_PS : entry | PTE_D;
	case 11: /* a bit from MAXPHYADDR on is reserved */
		if (!rng_once_in(rng, 3))
			return entry | PTE_A;
		return entry ^ BIT_ULL(g->shape.physical_address_bits +
				       rng_below(rng, 52u - g->shape.physical_address_bits));
	case 12:
		return entry ^ BIT_ULL(9 + rng_below(rng, 3));
	case 13:
		return 0;
	case 16:
	case 17: /* several rights at once, some given and some taken */
		return entry ^ (rng_next(rng) & (PTE_W | PTE_U | PTE_NX | PTE_A | PTE_D));
	case 14: /* mends what the others break */
	case 15:
		return (entry | PTE_P | PTE_W | PTE_U) &
		       ~(PTE_NX | GENMASK_ULL(51, g->shape.physical_address_bits));
	}
}

void guest_make_edit(const struct guest *g, struct rng *rng, const u64 *memory,
		     struct guest_edit *edit)
{
	int i = (int)rng_below(rng, GUEST_TABLES);
	u64 old;

	edit->gfn = g->table[i];
	edit->window_page = i;
	edit->offset = random_index(rng) * 8ull;
	old = memory[(edit->gfn << HV_PAGE_SHIFT | edit->offset) / 8];
	edit->value = old && rng_once_in(rng, 2) ? changed_entry(g, rng, old)
						 : random_entry(g, rng, g->level[i]);
}

u64 guest_offset(const struct guest *g, struct rng *rng)
{
	return random_index(rng) * 8ull;
}

u64 guest_cr3(const struct guest *g, struct rng *rng, bool pcid)
{
	u32 root = rng_below(rng, GUEST_ROOTS);
	u64 gfn = g->root[root], low = 0;

	if (rng_once_in(rng, 24))
		gfn = g->table[rng_below(rng, GUEST_TABLES)];
	if (rng_once_in(rng, 100)) /* beyond memory: nothing works until the next load */
		gfn = (g->shape.bytes >> HV_PAGE_SHIFT) + rng_below(rng, 1000);
	if (pcid) /* mostly one of its own */
		low = rng_once_in(rng, 4) ? rng_below(rng, ORACLE_PCIDS) : root % ORACLE_PCIDS;
	else if (rng_once_in(rng, 8)) /* PWT and PCD say nothing about where the table is */
		low = 0x18;
	return gfn << HV_PAGE_SHIFT | low;
}

u64 guest_data(const struct guest *g, struct rng *rng, u64 gpa)
{
	int i;

	for (i = 0; i < GUEST_TABLES; i++)
		if (g->table[i] == gpa >> HV_PAGE_SHIFT)
			return random_entry(g, rng, g->level[i]);
	return rng_next(rng);
}

/* ---- the initial tables ---- */

static void build_window(struct guest *g, guest_poke_fn *poke, void *context)
{
	const u64 flags = PTE_P | PTE_W | PTE_U | PTE_A;
	int i, last = g->shape.levels - 2;

	for (i = 0; i < last; i++)
		poke(context, g->window[i] << HV_PAGE_SHIFT,
		     g->window[i + 1] << HV_PAGE_SHIFT | flags);
	for (i = 0; i < GUEST_TABLES; i++)
		poke(context, (g->window[last] << HV_PAGE_SHIFT) + 8ull * (u64)i,
		     g->table[i] << HV_PAGE_SHIFT | flags | PTE_D);
	for (i = 0; i < GUEST_ROOTS; i++)
		poke(context, (g->root[i] << HV_PAGE_SHIFT) + 8 * WINDOW_INDEX,
		     g->window[0] << HV_PAGE_SHIFT | flags);
}

void guest_build(struct guest *g, struct rng *rng, guest_poke_fn *poke, void *context)
{
	u32 i, j;

	build_window(g, poke, context);
	for (i = 0; i < GUEST_TABLES; i++)
		for (j = 0; j < ARRAY_SIZE(used_index); j++)
			if (!rng_once_in(rng, 8))
				poke(context, (g->table[i] << HV_PAGE_SHIFT) + 8ull * used_index[j],
				     random_entry(g, rng, g->level[i]));
}
