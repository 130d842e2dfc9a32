// SPDX-License-Identifier: GPL-2.0
/* Expansion of lists and the order of runs: matrix.c. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "fake_engine.h"
#include "plan.h"

static struct catalog catalog;
static struct suite suite;
static struct matrix matrix;

static void expand(const char *text)
{
	struct failure why;

	if (suite_parse(text, "x", &catalog, fake_engines, &suite, &why) ||
	    matrix_expand(&suite, "x", 1, &matrix, &why))
		check(false, "%s", why.text);
}

static void forget(void)
{
	matrix_free(&matrix);
	suite_free(&suite);
}

/* `ept/spt.sync=vtlb pages=2`, one a line, for comparison with a text. */
static void describe(char *buf, size_t size)
{
	char variant[128], params[128];
	size_t used = 0;
	unsigned int i;

	buf[0] = '\0';
	for (i = 0; i < matrix.nr; i++) {
		spec_variant(&matrix.cell[i].spec, &fake_engine, variant, sizeof(variant));
		spec_params(&matrix.cell[i].spec, params, sizeof(params));
		used += snprintf(buf + used, size - used, "%u %s %s|", matrix.cell[i].group, params,
				 variant);
	}
}

static void test_lists(void)
{
	char found[1024];

	expand("alpha pages=1,2 spt.sync=vtlb,unsync");
	describe(found, sizeof(found));
	check_text(found,
		   "1 pages=1 passes=8 mmu=ept|"
		   "1 pages=1 passes=8 mmu=spt spt.sync=vtlb|"
		   "1 pages=1 passes=8 mmu=spt|"
		   "2 pages=2 passes=8 mmu=ept|"
		   "2 pages=2 passes=8 mmu=spt spt.sync=vtlb|"
		   "2 pages=2 passes=8 mmu=spt|",
		   "knobs of spt multiply spt alone; parameters make groups");
	check_number(matrix.merged, 0, "and nothing was merged");
	forget();
	expand("plain vpid=off,on ept.leaf=4k,2m backing=2m");
	check_number(matrix.nr, 4 + 2, "vpid for both, ept.leaf for ept");
	check_number(matrix.cell[0].spec.memory_bytes, 100 << 20, "memory is what the guest needs");
	forget();
	expand("alpha memory=130M");
	check_number(matrix.cell[0].spec.memory_bytes, 130 << 20, "or what the line says");
	forget();
	expand("alpha");
	check_number(matrix.cell[0].spec.memory_bytes, 64 << 20, "or 64 MB at least");
	forget();
	expand("alpha memory=2049K");
	check_number(matrix.cell[0].spec.memory_bytes, 4 << 20, "rounded up to whole 2 MB");
	forget();
}

static void test_merging(void)
{
	expand("alpha mmu=ept\nalpha mmu=ept,spt pages=64 repeat=3\nbeta mmu=ept");
	check_number(matrix.nr, 3, "a configuration named twice runs once");
	check_number(matrix.merged, 1, "and is told of");
	check_number(matrix.cell[0].repeat, 3, "with the larger repeat");
	forget();
}

static void test_engines_of_lines(void)
{
	struct failure why;
	char found[2048];

	expand("alpha pages=1 engine=hvbench,kvm vpid=off spt.sync=vtlb,unsync");
	describe(found, sizeof(found));
	check_text(found,
		   "1 pages=1 passes=8 mmu=ept vpid=off|"
		   "1 pages=1 passes=8 mmu=spt vpid=off spt.sync=vtlb|"
		   "1 pages=1 passes=8 mmu=spt vpid=off|"
		   "1 pages=1 passes=8 engine=kvm mmu=ept vpid=off|"
		   "1 pages=1 passes=8 engine=kvm mmu=spt vpid=off|",
		   "knobs that an engine lacks multiply the other alone");
	check_number(matrix.merged, 0, "and nothing was merged");
	forget();
	expand("alpha mmu=spt engine=kvm,hvbench spt.sync=vtlb,unsync");
	check_number(matrix.nr, 1 + 2, "in whatever order the line names them");
	forget();
	expand("alpha mmu=ept engine=kvm,hvbench log=fault,ad");
	describe(found, sizeof(found));
	check_text(found,
		   "1 pages=64 passes=8 engine=kvm mmu=ept log=fault|"
		   "1 pages=64 passes=8 mmu=ept log=fault|"
		   "1 pages=64 passes=8 mmu=ept log=ad|",
		   "what one engine can't run is left to the other");
	forget();
	expand("alpha mmu=ept\nalpha mmu=ept engine=kvm");
	check(matrix.nr == 2 && !matrix.merged, "of two engines nothing is the same");
	forget();
	suite_parse("alpha\nalpha engine=kvm log=off,ad", "x", &catalog, fake_engines, &suite,
		    &why);
	check(matrix_expand(&suite, "x", 1, &matrix, &why) && why.status == STATUS_USAGE,
	      "what no engine of a line can run is refused");
	check_text(why.text, "x:2: KVM does not log by A/D bits", "with the line and the reason");
	suite_free(&suite);
}

static void test_limit(void)
{
	struct failure why;
	char text[2048] = "alpha pages=1";
	unsigned int i;

	for (i = 2; i <= 64; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ",%u", i);
	strcat(text, " passes=1");
	for (i = 2; i <= 64; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ",%u", i);
	suite_parse(text, "x", &catalog, fake_engines, &suite, &why);
	check(matrix_expand(&suite, "x", 1, &matrix, &why) && why.status == STATUS_USAGE,
	      "8192 configurations are refused");
	check_text(why.text, "x:1: the lists expand to more than 4096 configurations",
		   "with the line");
	suite_free(&suite);
}

static void test_order(void)
{
	struct failure why;
	char found[256] = "";
	struct pass pass = { .engine = &fake_engine, .all_mmus = true };
	struct plan plan;
	unsigned int i, lasts = 0;

	expand("alpha pages=1,2 repeat=3");
	if (!check(!plan_make(&matrix, &pass, &plan, &why), "a plan is made"))
		return;
	for (i = 0; i < plan.nr; i++) {
		snprintf(found + strlen(found), sizeof(found) - strlen(found), "%u.%u ",
			 plan.step[i].cell, plan.step[i].repetition);
		lasts += plan.step[i].last_of_group;
	}
	check_text(found, "0.1 1.1 1.2 0.2 0.3 1.3 2.1 3.1 3.2 2.2 2.3 3.3 ",
		   "variants interleave, and every second round is reversed");
	check(lasts == 2 && plan.step[5].last_of_group && plan.step[11].last_of_group,
	      "the last run of each group is known");
	plan_free(&plan);
	forget();
}

static void list_plan(const struct pass *pass, char *buf, size_t size)
{
	struct failure why;
	struct plan plan;
	size_t used = 0;
	unsigned int i;

	*buf = '\0';
	if (!check(!plan_make(&matrix, pass, &plan, &why), "a plan is made"))
		return;
	for (i = 0; i < plan.nr; i++)
		used += snprintf(buf + used, size - used, "%u.%u%s ", plan.step[i].cell,
				 plan.step[i].repetition, plan.step[i].last_of_group ? "!" : "");
	plan_free(&plan);
}

static void test_passes(void)
{
	struct pass pass[HVBENCH_NR_MMUS];
	unsigned int cells, runs;
	char found[256];

	expand("alpha engine=kvm,hvbench pages=1,2 vpid=on,off repeat=2");
	check_number(plan_passes(fake_engines, 0, pass), 1, "our module has one pass");
	list_plan(&pass[0], found, sizeof(found));
	check_text(found,
		   "4.1 5.1 6.1 7.1 7.2 6.2 5.2 4.2! 12.1 13.1 14.1 15.1 15.2 14.2 13.2 12.2! ",
		   "of its own cells, ABBA in each group");
	check(!pass[0].dispensable, "without it there is no suite");
	check_number(plan_passes(fake_engines, 1, pass), 2, "KVM has one for each MMU");
	list_plan(&pass[0], found, sizeof(found));
	check_text(found, "0.1 1.1 1.2 0.2! 8.1 9.1 9.2 8.2! ", "first ept");
	matrix.cell[10].left_out = true;
	list_plan(&pass[1], found, sizeof(found));
	check_text(found, "2.1 3.1 3.2 2.2! 11.1 11.2! ", "then spt, without what is left out");
	matrix_count(&matrix, &cells, &runs);
	check(cells == 15 && runs == 30, "which is not counted either");
	forget();
}

void test_matrix(void)
{
	struct failure why;

	check_group("matrix");
	if (!check(!catalog_open(&catalog, stderr, &why), "guests for tests"))
		return;
	test_lists();
	test_merging();
	test_engines_of_lines();
	test_limit();
	test_order();
	test_passes();
	catalog_close(&catalog);
}
