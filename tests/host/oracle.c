// SPDX-License-Identifier: GPL-2.0
/* What a bare CPU could have cached: the sets, see oracle.h. */
#include "oracle.h"
#include "oracle_sets.h"

void oracle_create(struct oracle *o, u64 bytes)
{
	memset(o, 0, sizeof(*o));
	o->bytes = bytes;
	o->memory = calloc(1, bytes);
	o->watch = calloc(1, bytes);
	o->written = calloc(3, bytes >> HV_PAGE_SHIFT);
	assert(o->memory && o->watch && o->written);
	o->accessed = o->written + (bytes >> HV_PAGE_SHIFT);
	o->table = o->accessed + (bytes >> HV_PAGE_SHIFT);
}

void oracle_destroy(struct oracle *o)
{
	free(o->memory);
	free(o->watch);
	free(o->written);
}

void oracle_look(struct oracle *o)
{
	memset(o->written, 0, 2 * (o->bytes >> HV_PAGE_SHIFT));
}

struct oracle_set *oracle_current(struct oracle *o, int page)
{
	u16 pcid = paging_pcid(&o->cpu.reg);

	assert(pcid < ORACLE_PCIDS);
	return &o->page[page].set[pcid];
}

bool oracle_model_read(void *context, u64 addr, u64 *value)
{
	struct oracle *o = context;

	if (addr >= o->bytes)
		return false;
	*value = o->memory[addr / 8];
	return true;
}

static void add_map(struct oracle *o, struct ref_map *set, int *nr, const struct ref_map *map)
{
	int i;

	for (i = 0; i < *nr; i++) {
		if (!ref_same_map(&set[i], map))
			continue;
		/* A clean copy of a dirty entry can't do anything more. */
		set[i].dirty |= map->dirty;
		return;
	}
	if (*nr == ORACLE_SET)
		o->overflow = true;
	else
		set[(*nr)++] = *map;
}

static void add_start(struct oracle *o, struct oracle_set *set, const struct ref_start *start)
{
	int i;

	for (i = 0; i < set->nr_starts; i++)
		if (ref_same_start(&set->start[i], start))
			return;
	if (set->nr_starts == ORACLE_SET)
		o->overflow = true;
	else
		set->start[set->nr_starts++] = *start;
}

/* Adds what a CPU could cache by a walk from there at this instant. */
static void close_from(struct oracle *o, int page, struct oracle_set *set, struct ref_start start)
{
	struct oracle_page *p = &o->page[page];
	struct ref_path path;
	int i;

	ref_walk(&o->cpu, start, p->gva, oracle_model_read, o, &path);
	for (i = 0; i < path.nr; i++) {
		o->watch[path.step[i].addr / 8] |= 1ull << page;
		o->table[path.step[i].addr >> HV_PAGE_SHIFT] = true;
	}
	for (i = 0; i < path.nr - 1; i++) {
		if (!(path.step[i].value & PTE_A))
			return;
		add_start(o, set, &path.next[i]);
	}
	if (path.end != REF_MAPPED || !ref_path_accessed(&path))
		return;
	if (path.map.global)
		add_map(o, p->global, &p->nr_globals, &path.map);
	else
		add_map(o, set->map, &set->nr_maps, &path.map);
}

void oracle_close_page(struct oracle *o, int page)
{
	struct oracle_set *set = oracle_current(o, page);
	int i, nr = set->nr_starts;

	o->touched |= 1ull << page;
	close_from(o, page, set, ref_root(&o->cpu));
	/* Starts that a walk adds lie on that walk: no need to follow them. */
	for (i = 0; i < nr; i++)
		close_from(o, page, set, set->start[i]);
}

static void close_all(struct oracle *o)
{
	int page;

	for (page = 0; page < o->nr_pages; page++)
		oracle_close_page(o, page);
}

int oracle_add_page(struct oracle *o, u64 gva)
{
	assert(o->nr_pages < ORACLE_PAGES);
	o->page[o->nr_pages].gva = gva & ~0xfffull;
	oracle_close_page(o, o->nr_pages);
	return o->nr_pages++;
}

void oracle_write(struct oracle *o, u64 gpa, u64 value)
{
	u64 pages;

	o->written[gpa >> HV_PAGE_SHIFT] = true;
	if (o->memory[gpa / 8] == value)
		return;
	o->memory[gpa / 8] = value;
	for (pages = o->watch[gpa / 8]; pages; pages &= pages - 1)
		oracle_close_page(o, __builtin_ctzll(pages));
}

/* ---- what empties the sets ---- */

static void forget_pcid(struct oracle *o, u16 pcid)
{
	int page;

	for (page = 0; page < o->nr_pages; page++)
		o->page[page].set[pcid].nr_maps = o->page[page].set[pcid].nr_starts = 0;
}

static void forget_all(struct oracle *o, bool global_too)
{
	int page;
	u16 pcid;

	for (pcid = 0; pcid < ORACLE_PCIDS; pcid++)
		forget_pcid(o, pcid);
	if (!global_too)
		return;
	for (page = 0; page < o->nr_pages; page++)
		o->page[page].nr_globals = 0;
	o->overflow = false;
}

void oracle_forget_page(struct oracle *o, int page)
{
	struct oracle_set *set = oracle_current(o, page);

	set->nr_maps = set->nr_starts = o->page[page].nr_globals = 0;
}

void oracle_set_paging(struct oracle *o, const struct hv_paging *new, enum paging_load load)
{
	struct hv_paging old = o->cpu.reg;
	u64 on = new->cr4 & ~old.cr4, off = old.cr4 & ~new->cr4;

	o->cpu.reg = *new;
	if ((on | off) & HV_CR4_PGE || off & HV_CR4_PCIDE)
		forget_all(o, true);
	else if (load == LOAD_CR3 || on & HV_CR4_SMEP)
		forget_pcid(o, paging_pcid(new));
	/* CR0.WP, SMEP, and SMAP are applied to cached rights at each access: nothing to do. */
	close_all(o);
}

/* Does an entry for a piece of that size at p hold for gva too? */
static bool covers(const struct oracle_page *p, u64 gva, int shift)
{
	return (p->gva ^ gva) >> shift == 0;
}

/*
 * Drops translations of the page at gva; and, if the tables map it by a large
 * page now, all pieces of that.
 */
static void forget_gva(const struct oracle_page *p, struct ref_map *map, int *nr, u64 gva,
		       int large)
{
	int i, kept = 0;

	for (i = 0; i < *nr; i++) {
		if (covers(p, gva, 12))
			continue;
		if (large > 1 && map[i].level == large && covers(p, gva, 12 + 9 * (large - 1)))
			continue;
		map[kept++] = map[i];
	}
	*nr = kept;
}

/* The level of the large page that the tables map gva by, or 0. */
static int large_level(struct oracle *o, u64 gva)
{
	struct ref_path path;

	ref_walk(&o->cpu, ref_root(&o->cpu), gva, oracle_model_read, o, &path);
	return path.end == REF_MAPPED && path.map.level > 1 ? path.map.level : 0;
}

void oracle_invlpg(struct oracle *o, u64 gva)
{
	int page, large = large_level(o, gva);

	for (page = 0; page < o->nr_pages; page++) {
		struct oracle_page *p = &o->page[page];
		struct oracle_set *set = oracle_current(o, page);

		forget_gva(p, set->map, &set->nr_maps, gva, large);
		forget_gva(p, p->global, &p->nr_globals, gva, large);
		set->nr_starts = 0;
	}
	close_all(o);
}

/*
 * For one address: its translations and the paging-structure-cache entries
 * that would serve it. What maps it with another PCID may be a large page too, but
 * which is not known without its CR3: the pieces stay.
 */
static void invpcid_addr(struct oracle *o, u16 pcid, u64 gva)
{
	int page, i, large = pcid == paging_pcid(&o->cpu.reg) ? large_level(o, gva) : 0;

	for (page = 0; page < o->nr_pages; page++) {
		struct oracle_page *p = &o->page[page];
		struct oracle_set *set = &p->set[pcid];
		int kept = 0;

		forget_gva(p, set->map, &set->nr_maps, gva, large);
		for (i = 0; i < set->nr_starts; i++)
			if (!covers(p, gva, 12 + 9 * set->start[i].level))
				set->start[kept++] = set->start[i];
		set->nr_starts = kept;
	}
}

void oracle_invpcid(struct oracle *o, enum hv_invpcid type, u16 pcid, u64 gva)
{
	if (type == HV_INVPCID_ADDR)
		invpcid_addr(o, pcid, gva);
	else if (type == HV_INVPCID_SINGLE)
		forget_pcid(o, pcid);
	else
		forget_all(o, type == HV_INVPCID_ALL);
	close_all(o);
}

/* ---- what is stale ---- */

static bool map_is_stale(const struct ref_path *path, const struct ref_map *map)
{
	return path->end != REF_MAPPED || !ref_path_accessed(path) ||
	       !ref_same_map(map, &path->map) || (map->dirty && !path->map.dirty);
}

static bool page_is_stale(struct oracle *o, int page)
{
	struct oracle_page *p = &o->page[page];
	struct oracle_set *set = oracle_current(o, page);
	struct ref_path path;
	int i, j;

	ref_walk(&o->cpu, ref_root(&o->cpu), p->gva, oracle_model_read, o, &path);
	for (i = 0; i < set->nr_maps; i++)
		if (map_is_stale(&path, &set->map[i]))
			return true;
	for (i = 0; i < p->nr_globals; i++)
		if (map_is_stale(&path, &p->global[i]))
			return true;
	for (i = 0; i < set->nr_starts; i++) {
		bool now = false;

		for (j = 0; j < path.nr - 1; j++) {
			if (!(path.step[j].value & PTE_A))
				break;
			now |= ref_same_start(&set->start[i], &path.next[j]);
		}
		if (!now)
			return true;
	}
	return false;
}

u64 oracle_stale(struct oracle *o)
{
	u64 pages, stale = 0;

	for (pages = o->touched; pages; pages &= pages - 1) {
		int page = __builtin_ctzll(pages);

		if (page_is_stale(o, page))
			stale |= 1ull << page;
	}
	o->touched = stale;
	return stale;
}
