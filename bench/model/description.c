// SPDX-License-Identifier: GPL-2.0
/*
 * Reads a CPU description, see description.h: one function for each thing that a line may
 * describe, a table of them, and what has to be there in the end.
 */
#include <stdio.h>
#include <string.h>

#include "description.h"
#include "description_line.h"

#define MAX_ENTRIES 65536
#define MAX_WAYS 65536
/* 1 GiB of cache: models are made in the emulator, which must not run out of memory. */
#define MAX_LINES (1u << 24)
#define LINE_BYTES 64 /* of a cache */

struct reader {
	struct line line;
	struct model_cpu *cpu;
	bool has_psc[MODEL_PSC_LEVELS], has_nested_tlb, has_cost[NR_MODEL_COSTS];
};

static const char *const role_names[NR_MODEL_TLB_ROLES] = {
	[MODEL_ITLB] = "itlb",
	[MODEL_DTLB] = "dtlb",
	[MODEL_STORE_DTLB] = "store-dtlb",
	[MODEL_STLB] = "stlb",
};

static const char *const page_names[NR_MODEL_PAGES] = {
	[MODEL_PAGE_4K] = "4k",
	[MODEL_PAGE_2M] = "2m",
	[MODEL_PAGE_1G] = "1g",
};

static const char *const psc_names[MODEL_PSC_LEVELS] = {
	[2] = "pde",
	[3] = "pdpte",
	[4] = "pml4e",
};

static const char *const cache_names[NR_MODEL_CACHES] = {
	[MODEL_L1I] = "l1i",
	[MODEL_L1D] = "l1d",
	[MODEL_L2] = "l2",
	[MODEL_L3] = "l3",
};

static const char *const replacement_names[] = {
	[MODEL_LRU] = "lru",
	[MODEL_PLRU] = "plru",
	[MODEL_MRU_PLRU] = "mru-plru",
	[MODEL_FIFO] = "fifo",
};

static const char *const cost_names[NR_MODEL_COSTS] = {
#define COST_NAME(name, unit, meaning) [MODEL_COST_##name] = #name,
	MODEL_COSTS(COST_NAME)
#undef COST_NAME
};

static const char *const cost_units[NR_MODEL_COSTS] = {
#define COST_UNIT(name, unit, meaning) [MODEL_COST_##name] = unit,
	MODEL_COSTS(COST_UNIT)
#undef COST_UNIT
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The index of a name, or -1 with a sentence that lists the names there are. */
static int find_name(struct line *line, const char *what, const char *const *names,
		     unsigned int nr, const char *name)
{
	char list[512] = "";

	for (unsigned int i = 0; i < nr; i++)
		if (names[i] && !strcmp(names[i], name))
			return i;
	for (unsigned int i = 0; i < nr; i++) {
		const size_t length = strlen(list);

		if (names[i])
			snprintf(list + length, sizeof(list) - length, "%s%s",
				 length ? ", " : "", names[i]);
	}
	return line_fail(line, "`%s` is no %s; write one of %s", name, what, list);
}

static bool power_of_2(unsigned int number)
{
	return number && !(number & (number - 1));
}

static int read_name(struct reader *r)
{
	const char *name;

	if (line_word(&r->line, "the name", &name))
		return -1;
	if (r->cpu->name[0])
		return line_fail(&r->line, "a second name; a file describes one CPU");
	if (strlen(name) >= sizeof(r->cpu->name) ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		return line_fail(&r->line, "`%s` is no name; write at most %zu of a-z, 0-9 and -", name,
				 sizeof(r->cpu->name) - 1);
	strcpy(r->cpu->name, name);
	return 0;
}

static int read_title(struct reader *r)
{
	char *title = r->cpu->title;

	if (*title)
		return line_fail(&r->line, "a second title; a file describes one CPU");
	if (r->line.nr_words == 1)
		return line_fail(&r->line, "the title is missing; write it after `title`");
	for (unsigned int i = 1; i < r->line.nr_words; i++) {
		const size_t length = strlen(title);

		if (length + 1 + strlen(r->line.word[i]) >= sizeof(r->cpu->title))
			return line_fail(&r->line, "the title is too long; write at most %zu bytes",
					 sizeof(r->cpu->title) - 1);
		sprintf(title + length, "%s%s", length ? " " : "", r->line.word[i]);
		r->line.used[i] = true;
	}
	return 0;
}

/* index= and replacement= of a geometry whose sets and ways are known. */
static int read_order(struct line *line, struct model_geometry *geometry)
{
	const char *index = line_key(line, "index"), *replacement = line_key(line, "replacement");
	int found;

	if (replacement) {
		found = find_name(line, "replacement", replacement_names,
				  COUNT_OF(replacement_names), replacement);
		if (found < 0)
			return -1;
		geometry->replacement = found;
	}
	if (geometry->replacement == MODEL_PLRU &&
	    (!power_of_2(geometry->ways) || geometry->ways > 64))
		return line_fail(line, "%u ways make no binary tree; plru has 2, 4, 8, 16, 32 or 64 ways",
				 geometry->ways);
	if (geometry->replacement == MODEL_MRU_PLRU && geometry->ways != 12)
		return line_fail(line, "mru-plru with %u ways; it has 12, write ways=12 or replacement=plru",
				 geometry->ways);
	if (!index || !strcmp(index, "linear"))
		return 0;
	if (strncmp(index, "xor", 3))
		return line_fail(line, "`%s` is no index; write index=linear, or index=xorN", index);
	if (line_number(line, "the N of xorN", index + 3, 1, 16, &geometry->xor_bits))
		return -1;
	geometry->index = MODEL_INDEX_XOR;
	if (geometry->sets != 1u << geometry->xor_bits)
		return line_fail(line, "%s is an index of %u sets, and there are %u; write another sets= or index=",
				 index, 1u << geometry->xor_bits, geometry->sets);
	return 0;
}

/* 4k,2m */
static int read_pages(struct line *line, unsigned int *pages)
{
	const char *list = line_key(line, "pages");

	*pages = 0;
	if (!list)
		return line_fail(line, "pages is missing; write `pages=4k`, or `pages=4k,2m`");
	for (;;) {
		const size_t length = strcspn(list, ",");
		char name[16] = "";
		int page;

		memcpy(name, list, length < sizeof(name) ? length : sizeof(name) - 1);
		page = find_name(line, "size of pages", page_names, NR_MODEL_PAGES, name);
		if (page < 0)
			return -1;
		*pages |= MODEL_PAGE_BIT(page);
		if (!list[length])
			return 0;
		list += length + 1;
	}
}

static int read_tlb(struct reader *r)
{
	struct model_tlb_description tlb = { 0 };
	struct line *line = &r->line;
	const char *word;
	int role;

	if (line_word(line, "the TLB's role", &word))
		return -1;
	role = find_name(line, "role of a TLB", role_names, NR_MODEL_TLB_ROLES, word);
	if (role < 0 || read_pages(line, &tlb.pages) ||
	    line_key_number(line, "sets", 1, MAX_ENTRIES, &tlb.geometry.sets) ||
	    line_key_number(line, "ways", 1, MAX_WAYS, &tlb.geometry.ways) ||
	    read_order(line, &tlb.geometry))
		return -1;
	if ((uint64_t)tlb.geometry.sets * tlb.geometry.ways > MAX_ENTRIES)
		return line_fail(line, "%u sets of %u ways are more than a model holds; write fewer",
				 tlb.geometry.sets, tlb.geometry.ways);
	for (unsigned int i = 0; i < r->cpu->nr_tlbs[role]; i++)
		if (r->cpu->tlb[role][i].pages & tlb.pages)
			return line_fail(line, "a second %s for the same pages; write one TLB for each size",
					 word);
	r->cpu->tlb[role][r->cpu->nr_tlbs[role]++] = tlb;
	return 0;
}

static int read_psc(struct reader *r)
{
	struct model_geometry geometry = { 0 };
	struct line *line = &r->line;
	unsigned int entries;
	const char *word;
	int level;

	if (line_word(line, "the cached entry", &word))
		return -1;
	level = find_name(line, "entry that is cached", psc_names, MODEL_PSC_LEVELS, word);
	if (level < 0 || line_key_number(line, "entries", 0, MAX_ENTRIES, &entries))
		return -1;
	if (r->has_psc[level])
		return line_fail(line, "psc %s comes twice; leave one out", word);
	r->has_psc[level] = true;
	if (!entries)
		return 0;
	if (line_key_number(line, "ways", 1, MAX_WAYS, &geometry.ways))
		return -1;
	if (entries % geometry.ways)
		return line_fail(line, "%u entries make no sets of %u ways; write a multiple of ways",
				 entries, geometry.ways);
	geometry.sets = entries / geometry.ways;
	if (read_order(line, &geometry))
		return -1;
	r->cpu->psc[level] = geometry;
	return 0;
}

static int read_nested_tlb(struct reader *r)
{
	struct model_cpu *cpu = r->cpu;
	struct line *line = &r->line;

	if (r->has_nested_tlb)
		return line_fail(line, "nested-tlb comes twice; leave one out");
	r->has_nested_tlb = true;
	if (line_key_number(line, "entries", 0, MAX_ENTRIES, &cpu->nested_tlb_entries))
		return -1;
	cpu->nested_tlb_low = cpu->nested_tlb_entries;
	cpu->nested_tlb_high = cpu->nested_tlb_entries;
	if (!line->has_range)
		return 0;
	if (line_number(line, "the range", line->low, 0, cpu->nested_tlb_entries,
			&cpu->nested_tlb_low))
		return -1;
	return line_number(line, "the range", line->high, cpu->nested_tlb_entries, MAX_ENTRIES,
			   &cpu->nested_tlb_high);
}

static int read_cache(struct reader *r)
{
	struct model_geometry geometry = { 0 };
	const char *word, *size_text;
	struct line *line = &r->line;
	uint64_t size;
	int cache;

	if (line_word(line, "the cache", &word))
		return -1;
	cache = find_name(line, "cache", cache_names, NR_MODEL_CACHES, word);
	if (cache < 0)
		return -1;
	if (r->cpu->cache[cache].sets)
		return line_fail(line, "cache %s comes twice; leave one out", word);
	size_text = line_key(line, "size");
	if (!size_text)
		return line_fail(line, "size is missing; write `size=32K`");
	if (line_size(line, "size", size_text, &size) ||
	    line_key_number(line, "ways", 1, MAX_WAYS, &geometry.ways))
		return -1;
	if (size % (LINE_BYTES * geometry.ways) || size / LINE_BYTES > UINT32_MAX)
		return line_fail(line, "%s make no sets of %u ways of %d-byte lines; write another size or ways",
				 size_text, geometry.ways, LINE_BYTES);
	geometry.sets = size / LINE_BYTES / geometry.ways;
	if (size / LINE_BYTES > MAX_LINES)
		return line_fail(line, "%s is more than a model holds; write 1G or less", size_text);
	if (read_order(line, &geometry))
		return -1;
	r->cpu->cache[cache] = geometry;
	return 0;
}

static int read_cost(struct reader *r)
{
	struct line *line = &r->line;
	struct model_band band;
	const char *word, *mid;
	int cost;

	if (line_word(line, "the cost's name", &word))
		return -1;
	cost = find_name(line, "cost", cost_names, NR_MODEL_COSTS, word);
	if (cost < 0 || line_word(line, "the cost's value", &mid) ||
	    line_hundredths(line, word, mid, &band.mid))
		return -1;
	band.low = band.mid;
	band.high = band.mid;
	if (line->has_range && (line_hundredths(line, word, line->low, &band.low) ||
				line_hundredths(line, word, line->high, &band.high)))
		return -1;
	if (band.low > band.mid || band.mid > band.high)
		return line_fail(line, "%s is not between %s and %s; write LOW <= VALUE <= HIGH", mid,
				 line->low, line->high);
	if (!strcmp(cost_units[cost], "fraction") && band.high > 100)
		return line_fail(line, "%s is a fraction; write values from 0 to 1", word);
	if (r->has_cost[cost])
		return line_fail(line, "cost %s comes twice; leave one out", word);
	r->has_cost[cost] = true;
	r->cpu->cost[cost] = band;
	return 0;
}

static const struct subject {
	const char *name;
	int (*read)(struct reader *reader);
	bool range;
} subjects[] = {
	{ "name", read_name, false },
	{ "title", read_title, false },
	{ "tlb", read_tlb, false },
	{ "psc", read_psc, false },
	{ "nested-tlb", read_nested_tlb, true },
	{ "cache", read_cache, false },
	{ "cost", read_cost, true },
};

static int read_line(struct reader *r, const char *bytes, size_t size)
{
	const char *names[COUNT_OF(subjects)];
	int found;

	r->line.number++;
	if (line_read(&r->line, bytes, size))
		return -1;
	if (!r->line.nr_words)
		return 0;
	for (unsigned int i = 0; i < COUNT_OF(subjects); i++)
		names[i] = subjects[i].name;
	found = find_name(&r->line, "subject of a line", names, COUNT_OF(subjects),
			  r->line.word[0]);
	if (found < 0)
		return -1;
	r->line.used[0] = true;
	if (subjects[found].read(r))
		return -1;
	return line_end(&r->line, subjects[found].range);
}

static bool has_4k_tlb(const struct model_cpu *cpu, enum model_tlb_role role)
{
	for (unsigned int i = 0; i < cpu->nr_tlbs[role]; i++)
		if (cpu->tlb[role][i].pages & MODEL_PAGE_BIT(MODEL_PAGE_4K))
			return true;
	return false;
}

/* The file has ended: what has it left out? */
static int check_complete(struct reader *r)
{
	static const enum model_tlb_role roles[] = { MODEL_ITLB, MODEL_DTLB };
	static const enum model_cache caches[] = { MODEL_L1I, MODEL_L1D, MODEL_L2 };
	struct line *line = &r->line;

	if (!r->cpu->name[0])
		return line_fail(line, "the CPU has no name; write a line `name NAME`");
	if (!r->cpu->title[0])
		return line_fail(line, "the CPU has no title; write a line `title TEXT`");
	for (unsigned int i = 0; i < COUNT_OF(roles); i++)
		if (!has_4k_tlb(r->cpu, roles[i]))
			return line_fail(line, "no %s holds 4k pages; write a line `tlb %s pages=4k ...`",
					 role_names[roles[i]], role_names[roles[i]]);
	if (r->cpu->nr_tlbs[MODEL_STORE_DTLB] && !has_4k_tlb(r->cpu, MODEL_STORE_DTLB))
		return line_fail(line, "no store-dtlb holds 4k pages; write a line `tlb store-dtlb pages=4k ...`");
	for (unsigned int level = 0; level < MODEL_PSC_LEVELS; level++)
		if (psc_names[level] && !r->has_psc[level])
			return line_fail(line, "psc %s is missing; write `psc %s entries=...`, 0 for none",
					 psc_names[level], psc_names[level]);
	if (!r->has_nested_tlb)
		return line_fail(line, "nested-tlb is missing; write `nested-tlb entries=...`, 0 for none");
	for (unsigned int i = 0; i < COUNT_OF(caches); i++)
		if (!r->cpu->cache[caches[i]].sets)
			return line_fail(line, "cache %s is missing; write `cache %s size=... ways=...`",
					 cache_names[caches[i]], cache_names[caches[i]]);
	for (unsigned int cost = 0; cost < NR_MODEL_COSTS; cost++)
		if (!r->has_cost[cost])
			return line_fail(line, "cost %s is missing; write `cost %s VALUE`, or `[LOW HIGH]` too",
					 cost_names[cost], cost_names[cost]);
	return 0;
}

int model_cpu_parse(const char *text, size_t size, const char *name, struct model_cpu *cpu,
		    char *error, size_t error_size)
{
	struct reader reader = {
		.line = { .file = name, .error = error, .error_size = error_size },
		.cpu = cpu,
	};
	const char *end = text + size;

	memset(cpu, 0, sizeof(*cpu));
	while (text < end) {
		const char *newline = memchr(text, '\n', end - text);
		const size_t length = newline ? newline - text : end - text;

		if (read_line(&reader, text, length))
			return -1;
		text += length + !!newline;
	}
	return check_complete(&reader);
}
