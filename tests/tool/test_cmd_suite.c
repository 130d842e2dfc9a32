// SPDX-License-Identifier: GPL-2.0
/* `hvbench suite` from the file to results.csv and environment.json. */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "call.h"
#include "check.h"
#include "expect.h"
#include "fake_engine.h"
#include "scratch.h"

#define TEXT                                                \
	"alpha pages=16,32 spt.sync=vtlb,unsync repeat=2\n" \
	"plain mmu=ept vpid=off,on\n"

/* Of the file test.suite, into scratch()/out. */
static const char *suite_words(const char *out, const char *more)
{
	static char words[1024];

	snprintf(words, sizeof(words), "suite %s/test.suite --out %s/%s%s", scratch(), scratch(),
		 out, more);
	return words;
}

/* Runs the suite text. */
static struct call suite(const char *text, const char *out, const char *more)
{
	scratch_write("test.suite", text);
	return call(cmd_suite, MACHINE_EMULATED, suite_words(out, more));
}

static void test_passing(void)
{
	char *first, *second, *environment;
	json_error_t error;
	json_t *object;
	struct call c;

	fake_reset();
	c = suite(TEXT, "a/deep/one", "");
	check_number(c.status, 0, "a suite passes");
	check_number(fake.vms, 2 * 3 * 2 + 2, "every run has a VM");
	check(!fake.live_vms && !fake.opened, "and none is left");
	check_holds(c.err,
		    "[1/14] alpha pages=16 passes=8 mmu=ept repetition 1/2: ok\n"
		    "[2/14] alpha pages=16 passes=8 mmu=spt spt.sync=vtlb repetition 1/2: ok\n"
		    "[3/14] alpha pages=16 passes=8 mmu=spt repetition 1/2: ok\n"
		    "[4/14] alpha pages=16 passes=8 mmu=spt repetition 2/2: ok\n",
		    "plain progress, ABBA");
	check(!strchr(c.err, '\r') && !strstr(c.err, "left"),
	      "no redrawing and no times off a terminal");
	call_free(&c);
	first = scratch_read("a/deep/one/results.csv");
	check_holds(first,
		    expect_row(HVBENCH_MMU_EPT, "",
			       "alpha,pages=16 passes=8,first-touch,cold,1,exit.EPT_VIOLATION,exits,"
			       "16\n"),
		    "results.csv has exact counts");
	check_holds(first, expect_row(HVBENCH_MMU_EPT, "vpid=off", "plain,,warm,warm,1,ops,"),
		    "a workload without parameters has none there");
	check(!scratch_exists("a/deep/one/results.csv.partial") &&
		      !scratch_exists("a/deep/one/environment.json.partial"),
	      "no partial file is left");
	environment = scratch_read("a/deep/one/environment.json");
	object = json_loads(environment, 0, &error);
	check(object && !strcmp(json_string_value(json_object_get(object, "machine")), "emulated"),
	      "environment.json tells the machine");
	json_decref(object);
	free(environment);
	fake_reset();
	c = suite(TEXT, "two", "");
	call_free(&c);
	second = scratch_read("two/results.csv");
	check(*second && !strcmp(first, second), "two runs give the same bytes");
	free(first);
	free(second);
}

static int fail_some(struct fake_vm *vm, struct hvbench_run *run, struct failure *why)
{
	if (vm->params->values[0] == 32 && vm->vm->config.mmu == HVBENCH_MMU_SPT && vm->step == 2) {
		run->exit = HVBENCH_RUN_ENDED;
		run->end = HVBENCH_END_TRIPLE_FAULT;
		run->exit_reason = 2;
		return 0;
	}
	return fake_good(vm, run, why);
}

static int fail_all(struct fake_vm *vm, struct hvbench_run *run, struct failure *why)
{
	(void)vm;
	(void)why;
	run->exit = HVBENCH_RUN_ENDED;
	run->end = HVBENCH_END_TRIPLE_FAULT;
	return 0;
}

static void test_quiet(void)
{
	char words[600];
	struct call c;

	fake_reset();
	c = suite("alpha\n", "quiet", " --quiet");
	check(c.status == 0 && !*c.out && !*c.err, "--quiet prints nothing");
	check(scratch_exists("quiet/results.csv"), "and has its results");
	call_free(&c);
	fake.play = fail_some;
	c = suite("alpha pages=32\n", "quiet-failing", " --quiet");
	check(c.status == 1 && !strncmp(c.err, "[2/2] alpha pages=32 ", 21),
	      "but a run that fails is told of, and none that went well");
	call_free(&c);
	fake_reset();
	snprintf(words, sizeof(words), "%s/barred", scratch());
	scratch_mkdir(words);
	snprintf(words, sizeof(words), "%s/barred/environment.json", scratch());
	scratch_mkdir(words);
	c = suite("alpha\n", "barred", " -q");
	check_number(c.status, 3, "environment.json can't be written: status 3");
	check_holds(c.err, "/barred/environment.json: ", "told of though quiet");
	check(scratch_exists("barred/results.csv.partial") &&
		      !scratch_exists("barred/results.csv") &&
		      !scratch_exists("barred/environment.json.partial"),
	      "the rows stay, and no half of anything else");
	call_free(&c);
}

static void test_failing(void)
{
	struct call c;
	char *text;

	fake_reset();
	fake.play = fail_some;
	c = suite("alpha pages=16,32 repeat=2\n", "failing", "");
	check_number(c.status, 1, "a failing run: status 1");
	check_holds(c.err,
		    "[6/8] alpha pages=32 passes=8 mmu=spt repetition 1/2: FAILED: the guest "
		    "triple-faulted",
		    "with its reason");
	check_holds(c.err,
		    "[7/8] alpha pages=32 passes=8 mmu=spt repetition 2/2: left out after the "
		    "failure above\n",
		    "its other repetitions are left out");
	check_holds(c.err, "[8/8] alpha pages=32 passes=8 mmu=ept repetition 2/2: ok\n",
		    "the others go on");
	check_holds(c.err,
		    "1 of 8 runs failed, 1 were left out after that; there is no new results.csv, "
		    "the 6 that went well are in",
		    "the end says what there is");
	check(!scratch_exists("failing/results.csv") && !scratch_exists("failing/environment.json"),
	      "there is no results.csv");
	text = scratch_read("failing/results.csv.partial");
	check(strstr(text, ",pages=16 passes=8,warm,warm,2,") &&
		      strstr(text, expect_row(HVBENCH_MMU_SPT, "", "alpha,pages=16")) &&
		      !strstr(text, expect_row(HVBENCH_MMU_SPT, "", "alpha,pages=32")),
	      "completed runs alone are in the partial file");
	free(text);
	call_free(&c);
	fake_reset();
	fake.play = fail_all;
	c = suite("alpha\n", "all", "");
	check_number(c.status, 1, "all runs fail: status 1");
	check_holds(c.err, "all runs failed; nothing was written", "says so");
	check(!scratch_exists("all"), "and leaves no directory that it made");
	call_free(&c);
	scratch_mkdir(scratch_path("there"));
	c = suite("alpha\n", "there/two/three/", "");
	check(c.status == 1 && scratch_exists("there") && !scratch_exists("there/two"),
	      "however many it made; one that was there stays");
	call_free(&c);
}

/* As the module does: large leaves need large backing, and this CPU has no 1G pages. */
static int refuse_leaf(const struct engine_ops *ops, const struct vm_config *config,
		       struct failure *why)
{
	(void)ops;
	if (config->knob[HVBENCH_KNOB_EPT_LEAF] > config->knob[HVBENCH_KNOB_BACKING])
		return fail(why, STATUS_USAGE, "a large leaf needs large backing");
	if (config->knob[HVBENCH_KNOB_EPT_LEAF] == HVBENCH_SIZE_1G)
		return fail(why, STATUS_ENVIRONMENT, "no 1G pages");
	return 0;
}

static void test_refused(void)
{
	struct call c;
	char *text;

	fake_reset();
	fake.refuse = refuse_leaf;
	c = suite("alpha\nbeta mmu=ept ept.leaf=4k,2m optional=on\n", "refused", "");
	check_number(c.status, 2, "a refused configuration: status 2");
	check_holds(c.err, "test.suite:2: a large leaf needs large backing", "with file and line");
	check(!fake.vms && !fake.live_vms && !fake.opened, "before anything ran");
	check(!scratch_exists("refused"), "and nothing is written");
	call_free(&c);
	c = suite("alpha mmu=ept backing=1g ept.leaf=4k,1g\n", "lacking", "");
	check_number(c.status, 3, "what the machine lacks: status 3");
	check_holds(c.err, "test.suite:1: no 1G pages", "with file and line");
	check(!fake.vms, "before anything ran");
	call_free(&c);
	c = suite("alpha mmu=ept pages=1,2 backing=1g ept.leaf=4k,1g optional=on\nbeta mmu=spt\n",
		  "optional", "");
	check_number(c.status, 0, "on an optional line it is left out");
	check_number(fake.vms, 3, "the others run");
	text = strstr(c.err, "test.suite:1: no 1G pages; left out\n");
	check(text && !strstr(strchr(text, '\n'), "no 1G pages"), "and it is told of once");
	check_holds(c.err, "[3/3] beta ", "and not counted");
	call_free(&c);
	text = scratch_read("optional/environment.json");
	check_holds(text, "test.suite:1: no 1G pages\"", "environment.json keeps the reason");
	free(text);
	text = scratch_read("optional/results.csv");
	check(*text && !strstr(text, ",1g,1g,"), "results.csv has no row of it");
	free(text);
	c = suite("alpha mmu=ept backing=1g ept.leaf=1g optional=on\n", "none", "");
	check_number(c.status, 3, "nothing left: status 3");
	check_holds(c.err, "this machine lacks what every line of it asks for", "says so");
	call_free(&c);
	c = suite("alpha mmu=ept backing=1g ept.leaf=1g optional=on\n"
		  "alpha mmu=ept backing=1g ept.leaf=1g\n",
		  "both", "");
	check_number(c.status, 3, "what one line asks for without optional is not");
	call_free(&c);
}

static int differ(struct fake_vm *vm, struct hvbench_run *run, struct failure *why)
{
	fake_good(vm, run, why);
	if (vm->step == 1 && vm->serial == 3)
		vm->now.stats.exits[28]++;
	return 0;
}

static void test_unequal(void)
{
	struct call c;

	fake_reset();
	fake.play = differ;
	c = suite("alpha repeat=2\n", "unequal", "");
	check_number(c.status, 0, "counts that differ are no failure");
	check_holds(c.err,
		    "WARNING: alpha pages=64 passes=8 mmu=ept repetition 2/2: counts should be "
		    "exact, but this repetition and the first differ in exit.CR_ACCESS in phase "
		    "first-touch: 0 and 1",
		    "but are warned of");
	check_holds(c.err, "WARNING: 1 repetitions did not repeat", "at the end once more");
	call_free(&c);
}

static void test_usage(void)
{
	struct call c;

	fake_reset();
	c = suite("alpha pges=1\n", "usage", "");
	check_number(c.status, 2, "a wrong suite file: status 2");
	check_holds(
		c.err,
		"test.suite:1: alpha has no parameter or knob \"pges\"; did you mean \"pages\"?",
		"with file and line");
	check(!fake.vms && !scratch_exists("usage"), "nothing ran");
	call_free(&c);
	fake.absent = "no /dev/hvbench";
	c = suite("alpha\n", "absent", "");
	check(c.status == 3 && !scratch_exists("absent"),
	      "no engine: status 3, and nothing is written");
	call_free(&c);
	fake_reset();
	c = suite("alpha repeat=2\n", "dry", " --dry-run");
	check_text(c.out,
		   "alpha pages=64 passes=8 mmu=ept repetition 1/2\n"
		   "alpha pages=64 passes=8 mmu=spt repetition 1/2\n"
		   "alpha pages=64 passes=8 mmu=spt repetition 2/2\n"
		   "alpha pages=64 passes=8 mmu=ept repetition 2/2\n",
		   "a dry run prints the plan");
	check(!fake.vms && !scratch_exists("dry"), "and runs nothing");
	call_free(&c);
	c = suite("alpha\n", "test.suite/x", "");
	check_number(c.status, 3, "an impossible directory: status 3");
	call_free(&c);
}

/* A full disk, played by a limit of what a file may hold. */
static void test_full_disk(void)
{
	struct rlimit limit, none;
	struct call c;

	getrlimit(RLIMIT_FSIZE, &limit);
	none = (struct rlimit){ .rlim_cur = 100, .rlim_max = limit.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	fake_reset();
	scratch_write("test.suite", "alpha\n");
	setrlimit(RLIMIT_FSIZE, &none);
	c = call(cmd_suite, MACHINE_EMULATED, suite_words("full", ""));
	setrlimit(RLIMIT_FSIZE, &limit);
	signal(SIGXFSZ, SIG_DFL);
	check_number(c.status, 3, "a full disk: status 3");
	check_holds(c.err, "results.csv.partial: File too large", "with the reason");
	check(!scratch_exists("full/results.csv"), "and no results.csv");
	call_free(&c);
}

/* The directory of a run that was taken away holds nothing of it, and all else. */
static void check_replaced(void)
{
	static const char *const gone[] = { "old/times.json",  "old/machine.json",
					    "old/report.md",   "old/bench_seconds",
					    "old/plots",       "old/proof",
					    "old/figures.tsv", "old/results.csv.partial" };
	char *text = scratch_read("old/environment.json");
	unsigned int i;

	for (i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		check(!scratch_exists(gone[i]), "--force removes %s", gone[i]);
	check(strstr(text, "\"command\"") && scratch_exists("old/notes.txt"),
	      "environment.json is the new one, and a file of the user's stays");
	free(text);
}

static void make_old_run(void)
{
	scratch_mkdir(scratch_path("old"));
	scratch_mkdir(scratch_path("old/plots"));
	scratch_mkdir(scratch_path("old/proof"));
	scratch_write("old/plots/winner.png", "");
	scratch_write("old/proof/proof.tsv", "");
	scratch_write("old/results.csv", "first\n");
	scratch_write("old/environment.json", "{}\n");
	scratch_write("old/times.json", "{}\n");
	scratch_write("old/machine.json", "{}\n");
	scratch_write("old/report.md", "\n");
	scratch_write("old/figures.tsv", "\n");
	scratch_write("old/bench_seconds", "1\n");
	scratch_write("old/notes.txt", "mine\n");
}

static void test_second_run(void)
{
	struct call c;
	char *text;

	fake_reset();
	make_old_run();
	c = suite("alpha\n", "old", "");
	check(c.status == 2 && !fake.vms && !*fake.trace, "a directory with a run: status 2");
	check_holds(c.err,
		    "/old holds a run already (results.csv): name another directory with --out, or "
		    "have that run removed with --force\n",
		    "with the cures");
	call_free(&c);
	c = suite("alpha\n", "old", " --dry-run");
	check_number(c.status, 0, "a dry run writes nothing, and may");
	call_free(&c);
	c = suite("alpha pgaes=1\n", "old", " --force");
	call_free(&c);
	text = scratch_read("old/results.csv");
	check_text(text, "first\n", "what can't run removes nothing");
	free(text);
	c = suite("alpha\n", "old", " --force");
	check_number(c.status, 0, "--force runs it");
	call_free(&c);
	check_replaced();
	fake.play = fail_some;
	c = suite("alpha pages=16,32\n", "half", " --force");
	check_number(c.status, 1, "a run that fails in part, into a new directory");
	call_free(&c);
	c = suite("alpha\n", "half", "");
	check(c.status == 2 && scratch_exists("half/results.csv.partial"),
	      "a partial file is as good as a run");
	check_holds(c.err, "holds a run already (results.csv.partial)", "and named");
	call_free(&c);
}

void test_cmd_suite(void)
{
	check_group("suite");
	test_passing();
	test_quiet();
	test_failing();
	test_refused();
	test_unequal();
	test_usage();
	test_full_disk();
	test_second_run();
}
