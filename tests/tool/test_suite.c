// SPDX-License-Identifier: GPL-2.0
/* Suite files: what is taken, and the exact error for what is not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "expect.h"
#include "fake_engine.h"
#include "scratch.h"
#include "suite.h"
#include "tiny_elf.h"

static struct catalog catalog;

static void refuse(const char *text, const char *sentence)
{
	struct suite suite;
	struct failure why = { 0 };

	if (suite_parse(text, "x.suite", &catalog, fake_engines, &suite, &why) &&
	    why.status == STATUS_USAGE) {
		check_text(why.text, sentence, sentence);
		return;
	}
	check(false, "refused: %s", text);
}

/* A key that alpha does not have: the error names all that it has. */
static void refuse_key(const char *text, const char *sentence)
{
	char whole[1500];

	snprintf(whole, sizeof(whole),
		 "%s (right: pages, passes, engine, mmu, %srepeat, memory, optional, model)", sentence,
		 expect_knobs(", "));
	refuse(text, whole);
}

static void test_errors(void)
{
	refuse("alfa\n", "x.suite:1: unknown workload \"alfa\"; did you mean \"alpha\"? (right: "
			 "alpha, beta, plain)");
	refuse_key("# a comment\n\nalpha pagse=1\n",
		   "x.suite:3: alpha has no parameter or knob \"pagse\"; did you mean \"pages\"?");
	refuse_key("alpha frobnicate=1",
		   "x.suite:1: alpha has no parameter or knob \"frobnicate\"");
	refuse("alpha pages", "x.suite:1: expected key=value[,value...] instead of \"pages\"");
	refuse("alpha =3", "x.suite:1: expected key=value[,value...] instead of \"=3\"");
	refuse("alpha pages=", "x.suite:1: a value is missing for \"pages\"");
	refuse("alpha pages=1,,2", "x.suite:1: a value is missing for \"pages\"");
	refuse("alpha pages=1 pages=2", "x.suite:1: two times the key \"pages\"");
	refuse("alpha pages=4,2,4", "x.suite:1: pages names the value 4 twice");
	refuse("alpha pages=1K,1024", "x.suite:1: pages names the value 1024 twice");
	refuse("alpha pages=many", "x.suite:1: pages: \"many\" is not a number (right: digits, "
				   "perhaps with K, M, G or T)");
	refuse("alpha pages=0", "x.suite:1: pages: 0 is out of range (right: 1 to 4K)");
	refuse("alpha mmu=npt",
	       "x.suite:1: mmu has no choice \"npt\"; did you mean \"ept\"? (right: ept, spt)");
	refuse("alpha vpid=on,maybe", "x.suite:1: vpid has no choice \"maybe\" (right: off, on)");
	refuse("alpha mmu=ept spt.sync=vtlb", "x.suite:1: spt.sync has no effect under mmu=ept");
	refuse("alpha engine=kvn",
	       "x.suite:1: engine has no choice \"kvn\"; did you mean \"kvm\"? (right: hvbench, "
	       "kvm)");
	refuse("alpha engine=kvm mmu=spt spt.sync=vtlb",
	       "x.suite:1: spt.sync has no effect under engine=kvm");
	refuse("alpha engine=hvbench,kvm mmu=ept spt.sync=vtlb",
	       "x.suite:1: spt.sync has no effect under mmu=ept");
	refuse("alpha repeat=1,2", "x.suite:1: repeat takes one value, not a list");
	refuse("alpha repeat=0", "x.suite:1: repeat: 0 is out of range (right: 1 to 1000)");
	refuse("alpha memory=1G,2G", "x.suite:1: memory takes one value, not a list");
	refuse("alpha optional=perhaps",
	       "x.suite:1: optional has no choice \"perhaps\" (right: off, on)");
	refuse("alpha optional=on,off", "x.suite:1: optional takes one value, not a list");
	refuse("# nothing\n\n", "x.suite: no experiment in it (right: one a line, WORKLOAD "
				"key=value[,value...]...)");
}

static void test_good(void)
{
	struct suite suite;
	struct failure why;

	if (!check(!suite_parse("\talpha  pages=16,1K mmu=spt\r\n"
				"beta#comment\n"
				"  # alpha nonsense\n"
				"plain spt.sync=vtlb,unsync repeat=3 memory=1G",
				"x", &catalog, fake_engines, &suite, &why),
		   "a good text is taken"))
		return;
	check_number(suite.nr, 3, "three experiments");
	check(suite.line[0].param[0].nr == 2 && suite.line[0].param[0].value[1] == 1024,
	      "a list of two sizes");
	check(suite.line[0].mmu.nr == 1 && suite.line[0].mmu.value[0] == HVBENCH_MMU_SPT,
	      "one MMU");
	check_number(suite.line[2].number, 4, "lines are counted with comments");
	check_number(suite.line[2].repeat.value[0], 3, "repeat");
	check_number(suite.line[2].memory.value[0], 1 << 30, "memory");
	suite_free(&suite);
}

static void test_files(void)
{
	struct suite suite;
	struct failure why;
	char path[300];

	check(suite_read("/nowhere.suite", &catalog, fake_engines, &suite, &why) &&
		      why.status == STATUS_USAGE,
	      "no file");
	check_text(why.text, "/nowhere.suite: No such file or directory", "and the reason");
	snprintf(path, sizeof(path), "%s", scratch_write("empty.suite", ""));
	check(suite_read(path, &catalog, fake_engines, &suite, &why), "an empty file");
	snprintf(path, sizeof(path), "%s/guests/alpha.elf", scratch());
	check(suite_read(path, &catalog, fake_engines, &suite, &why), "a binary file");
	check_holds(why.text, "not a text file", "is called one");
}

/* The parser meets every short piece of damage; ASan watches. */
static void test_random_damage(void)
{
	static const char good[] = "alpha pages=1,2 mmu=ept,spt engine=hvbench,kvm "
				   "vpid=off,on\nbeta stride=2M repeat=2\n";
	static const char letters[] = "a=,\n #\t1Kx.";
	unsigned int i, k, taken = 0;
	struct suite suite;
	struct failure why;
	char text[sizeof(good)];

	srand(2);
	for (i = 0; i < 20000; i++) {
		memcpy(text, good, sizeof(good));
		for (k = 0; k < 1 + (unsigned int)rand() % 5; k++)
			text[rand() % (sizeof(good) - 1)] = letters[rand() % (sizeof(letters) - 1)];
		if (suite_parse(text, "x", &catalog, fake_engines, &suite, &why))
			continue;
		taken++;
		suite_free(&suite);
	}
	check(taken > 0 && taken < 20000, "of 20000 damaged texts %u are taken", taken);
}

/* The project's own suites stay readable; guests are not built here. */
void test_suite(void)
{
	struct failure why;

	check_group("suite file");
	if (!check(!catalog_open(&catalog, stderr, &why), "guests for tests"))
		return;
	test_errors();
	test_good();
	test_files();
	test_random_damage();
	catalog_close(&catalog);
}
