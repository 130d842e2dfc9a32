// SPDX-License-Identifier: GPL-2.0
/*
 * The CPU descriptions that come with hvbench, and the examples of docs/your-cpu.md: each
 * is read, has its file's name, and says what can be true of a CPU. A cost that is a guess
 * has a range.
 */
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "description.h"

#define CPUS "../../bench/model/cpus/"
#define PAGE "../../docs/your-cpu.md"
#define TEXT_MAX 32768

static const char *const names[] = { "sandy-bridge", "haswell", "skylake-sp",
				     "ice-lake-sp", "sapphire-rapids", "zen-4" };

static bool read_text(const char *path, char text[TEXT_MAX])
{
	FILE *file = fopen(path, "re");
	size_t size = file ? fread(text, 1, TEXT_MAX - 1, file) : 0;

	if (file)
		fclose(file);
	text[size] = '\0';
	return check(size && size < TEXT_MAX - 1, "%s can be read", path);
}

static void check_costs(const struct model_cpu *cpu)
{
	const struct model_band *cost = cpu->cost;
	unsigned int bad = 0, i;

	for (i = 0; i < NR_MODEL_COSTS; i++)
		bad += !(cost[i].low <= cost[i].mid && cost[i].mid <= cost[i].high && cost[i].mid);
	check_number(bad, 0, "no cost is nothing, or outside of its range");
	check(cost[MODEL_COST_l1].high <= cost[MODEL_COST_l2].low &&
		      cost[MODEL_COST_l2].high <= cost[MODEL_COST_l3].low &&
		      cost[MODEL_COST_l3].high <= cost[MODEL_COST_memory].low,
	      "each level of the caches is slower than the one before");
	check(cost[MODEL_COST_walk_exposed].high <= 100 &&
		      cost[MODEL_COST_data_exposed].high <= 100 &&
		      cost[MODEL_COST_fetch_exposed].high <= 100,
	      "no more than all of a time is exposed");
}

static uint64_t lines(const struct model_geometry *geometry)
{
	return (uint64_t)geometry->sets * geometry->ways;
}

static unsigned int pages_held(const struct model_cpu *cpu, enum model_tlb_role role)
{
	unsigned int pages = 0, i;

	for (i = 0; i < cpu->nr_tlbs[role]; i++)
		pages |= cpu->tlb[role][i].pages;
	return pages;
}

static void check_geometry(const struct model_cpu *cpu)
{
	const struct model_geometry *cache = cpu->cache;
	unsigned int small = MODEL_PAGE_BIT(MODEL_PAGE_4K) | MODEL_PAGE_BIT(MODEL_PAGE_2M);

	check(lines(&cache[MODEL_L1D]) < lines(&cache[MODEL_L2]) &&
		      lines(&cache[MODEL_L2]) < lines(&cache[MODEL_L3]),
	      "each level of the caches is larger than the one before");
	check((pages_held(cpu, MODEL_ITLB) & small) == small &&
		      (pages_held(cpu, MODEL_DTLB) & small) == small,
	      "the first-level TLBs hold 4K and 2M pages");
	check(lines(&cpu->tlb[MODEL_STLB][0].geometry) > lines(&cpu->tlb[MODEL_DTLB][0].geometry),
	      "the second-level TLB is larger than the first");
}

/* A cost whose source is `guess` says how far off it may be. */
static void check_guesses(const char *text)
{
	unsigned int sure = 0;
	const char *line, *end;
	char copy[512];

	for (line = text; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		snprintf(copy, sizeof(copy), "%.*s", (int)(end - line), line);
		if (strncmp(copy, "cost", 4) || !strstr(copy, "# guess") || strchr(copy, '['))
			continue;
		printf("# %s\n", copy);
		sure++;
	}
	check_number(sure, 0, "no cost is a guess without a range");
}

static void check_description(const char *text, const char *path, const char *name)
{
	struct model_cpu cpu;
	char error[256];
	int ret = model_cpu_parse(text, strlen(text), path, &cpu, error, sizeof(error));

	if (!check(!ret, "%s is read", path)) {
		printf("# %s\n", error);
		return;
	}
	check(!strcmp(cpu.name, name), "its name is %s (found: %s)", name, cpu.name);
	check_costs(&cpu);
	check_geometry(&cpu);
	check_guesses(text);
}

/* What stands in the page between "```text NAME" and "```". */
static bool fenced(const char *page, const char *name, char text[TEXT_MAX])
{
	const char *begin, *end;
	char fence[64];

	snprintf(fence, sizeof(fence), "```text %s\n", name);
	begin = strstr(page, fence);
	end = begin ? strstr(begin + strlen(fence), "```") : NULL;
	*text = '\0';
	if (end)
		snprintf(text, TEXT_MAX, "%.*s", (int)(end - begin - strlen(fence)),
			 begin + strlen(fence));
	return check(*text, "%s has the example %s", PAGE, name);
}

/* The line of text that begins so becomes that of change. */
static bool apply(char text[TEXT_MAX], const char *change, const char *begins)
{
	char *old = strstr(text, begins), rest[TEXT_MAX];
	const char *with = strstr(change, begins);

	if (!check(old && with, "both examples have a line %s", begins))
		return false;
	snprintf(rest, sizeof(rest), "%s", strchrnul(old, '\n'));
	snprintf(old, TEXT_MAX - (old - text), "%.*s%s", (int)(strchrnul(with, '\n') - with), with,
		 rest);
	return true;
}

static void check_page(void)
{
	static char page[TEXT_MAX], text[TEXT_MAX], change[TEXT_MAX];

	check_group("docs/your-cpu.md");
	if (!read_text(PAGE, page) || !fenced(page, "my.cpu", text))
		return;
	check_description(text, "my.cpu", "my-cpu");
	if (fenced(page, "bigger.cpu", change) && apply(text, change, "name\t") &&
	    apply(text, change, "tlb\tstlb"))
		check_description(text, "bigger.cpu", "my-bigger-cpu");
}

void test_cpu_files(void)
{
	static char text[TEXT_MAX];
	char path[256];
	glob_t found;
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		check_group(names[i]);
		snprintf(path, sizeof(path), CPUS "%s.cpu", names[i]);
		if (read_text(path, text))
			check_description(text, path, names[i]);
	}
	check_group("cpus/");
	if (check(!glob(CPUS "*.cpu", 0, NULL, &found), "there are descriptions")) {
		check_number(found.gl_pathc, i, "no description is left out here");
		globfree(&found);
	}
	check_page();
}
