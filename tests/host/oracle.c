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
	assert(o->memory && o->watch);
}

void oracle_destroy(struct oracle *o)
{
	free(o->memory);
	free(o->watch);
}

bool oracle_model_read(void *context, u64 addr, u64 *value)
{
	struct oracle *o = context;

	if (addr >= o->bytes)
		return false;
	*value = o->memory[addr / 8];
	return true;
}

static void add_map(struct oracle *o, struct oracle_page *p, const struct ref_map *map)
{
	int i;

	for (i = 0; i < p->nr_maps; i++) {
		if (!ref_same_map(&p->map[i], map))
			continue;
		/* A clean copy of a dirty entry can't do anything more. */
		p->map[i].dirty |= map->dirty;
		return;
	}
	if (p->nr_maps == ORACLE_SET)
		o->overflow = true;
	else
		p->map[p->nr_maps++] = *map;
}

static void add_start(struct oracle *o, struct oracle_page *p, const struct ref_start *start)
{
	int i;

	for (i = 0; i < p->nr_starts; i++)
		if (ref_same_start(&p->start[i], start))
			return;
	if (p->nr_starts == ORACLE_SET)
		o->overflow = true;
	else
		p->start[p->nr_starts++] = *start;
}

/* Adds what a CPU could cache by a walk from there at this instant. */
static void close_from(struct oracle *o, int page, struct ref_start start)
{
	struct oracle_page *p = &o->page[page];
	struct ref_path path;
	int i;

	ref_walk(&o->cpu, start, p->gva, oracle_model_read, o, &path);
	for (i = 0; i < path.nr; i++)
		o->watch[path.step[i].addr / 8] |= 1ull << page;
	for (i = 0; i < path.nr - 1; i++) {
		if (!(path.step[i].value & PTE_A))
			return;
		add_start(o, p, &path.next[i]);
	}
	if (path.end == REF_MAPPED && ref_path_accessed(&path))
		add_map(o, p, &path.map);
}

void oracle_close_page(struct oracle *o, int page)
{
	struct oracle_page *p = &o->page[page];
	int i, nr = p->nr_starts;

	o->touched |= 1ull << page;
	close_from(o, page, ref_root(&o->cpu));
	/* Starts that a walk adds lie on that walk: no need to follow them. */
	for (i = 0; i < nr; i++)
		close_from(o, page, p->start[i]);
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

	if (o->memory[gpa / 8] == value)
		return;
	o->memory[gpa / 8] = value;
	for (pages = o->watch[gpa / 8]; pages; pages &= pages - 1)
		oracle_close_page(o, __builtin_ctzll(pages));
}

void oracle_forget(struct oracle_page *p, bool global_too)
{
	int i, kept = 0;

	p->nr_starts = 0;
	for (i = 0; i < p->nr_maps; i++)
		if (p->map[i].global && !global_too)
			p->map[kept++] = p->map[i];
	p->nr_maps = kept;
}

static void forget_all(struct oracle *o, bool global_too)
{
	int page;

	for (page = 0; page < o->nr_pages; page++)
		oracle_forget(&o->page[page], global_too);
	if (global_too)
		o->overflow = false;
}

void oracle_set_paging(struct oracle *o, const struct hv_paging *new, bool cr3_loaded)
{
	struct hv_paging old = o->cpu.reg;

	o->cpu.reg = *new;
	if ((old.cr4 ^ new->cr4) & HV_CR4_PGE)
		forget_all(o, true);
	else if (cr3_loaded)
		forget_all(o, false);
	/* CR0.WP is applied to cached rights at each access: nothing to do. */
	close_all(o);
}

/* Drops from other pages what is the same large page as now at gva. */
static void forget_large(struct oracle_page *p, u64 gva, int level)
{
	int i, kept = 0;

	for (i = 0; i < p->nr_maps; i++) {
		bool covers =
			p->map[i].level == level && (p->gva ^ gva) >> (12 + 9 * (level - 1)) == 0;

		if (!covers)
			p->map[kept++] = p->map[i];
	}
	p->nr_maps = kept;
}

void oracle_invlpg(struct oracle *o, u64 gva)
{
	struct ref_path path;
	int page;

	ref_walk(&o->cpu, ref_root(&o->cpu), gva, oracle_model_read, o, &path);
	for (page = 0; page < o->nr_pages; page++) {
		struct oracle_page *p = &o->page[page];

		if (p->gva == (gva & ~0xfffull))
			oracle_forget(p, true);
		p->nr_starts = 0;
		if (path.end == REF_MAPPED && path.map.level > 1)
			forget_large(p, gva, path.map.level);
	}
	close_all(o);
}

static bool page_is_stale(struct oracle *o, struct oracle_page *p)
{
	struct ref_path path;
	int i, j;

	ref_walk(&o->cpu, ref_root(&o->cpu), p->gva, oracle_model_read, o, &path);
	for (i = 0; i < p->nr_maps; i++) {
		if (path.end != REF_MAPPED || !ref_path_accessed(&path) ||
		    !ref_same_map(&p->map[i], &path.map) || (p->map[i].dirty && !path.map.dirty))
			return true;
	}
	for (i = 0; i < p->nr_starts; i++) {
		bool now = false;

		for (j = 0; j < path.nr - 1; j++) {
			if (!(path.step[j].value & PTE_A))
				break;
			now |= ref_same_start(&p->start[i], &path.next[j]);
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

		if (page_is_stale(o, &o->page[page]))
			stale |= 1ull << page;
	}
	o->touched = stale;
	return stale;
}
