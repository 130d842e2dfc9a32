// SPDX-License-Identifier: GPL-2.0
/* `hvbench suite` with two engines: their turns, and what is left out without one. */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "check.h"
#include "expect.h"
#include "fake_engine.h"
#include "scratch.h"
#include "stop.h"

static struct call suite(const char *text, const char *out)
{
	char words[1024];

	snprintf(words, sizeof(words), "suite %s --out %s/%s", scratch_write("test.suite", text),
		 scratch(), out);
	return call(cmd_suite, MACHINE_EMULATED, words);
}

static json_t *environment(const char *out)
{
	json_error_t error;
	json_t *object;
	char name[256], *text;

	snprintf(name, sizeof(name), "%s/environment.json", out);
	text = scratch_read(name);
	object = json_loads(text, 0, &error);
	free(text);
	return object;
}

/* The key's list in environment.json, joined by blanks. */
static void check_list(const char *out, const char *key, const char *expected, const char *what)
{
	json_t *object = environment(out), *list = json_object_get(object, key);
	char found[1024] = "";
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%s", i ? " " : "",
			 json_string_value(json_array_get(list, i)));
	check_text(found, expected, what);
	json_decref(object);
}

static void test_turns(void)
{
	struct call c;
	char *text;

	fake_reset();
	c = suite("alpha engine=kvm,hvbench pages=16,32\nbeta mmu=ept\n", "turns");
	check_number(c.status, 0, "a suite of two engines passes");
	check_text(fake.trace,
		   "open hvbench; hvbench ept; hvbench spt; hvbench ept; hvbench spt; "
		   "hvbench ept; describe hvbench; close hvbench; "
		   "open kvm; kvm ept; kvm ept; kvm ept; kvm ept; "
		   "kvm spt; kvm spt; kvm spt; kvm spt; describe kvm; close kvm; ",
		   "engine by engine, MMU by MMU, each opened and described once");
	check(!fake.both_open && !fake.opened && !fake.live_vms, "never two open, and none left");
	check_holds(c.err,
		    "[5/9] beta pages=64 passes=8 stride=4096 mmu=ept repetition 1/1: ok\n"
		    "[6/9] alpha pages=16 passes=8 engine=kvm mmu=ept repetition 1/1: ok\n"
		    "[7/9] alpha pages=32 passes=8 engine=kvm mmu=ept repetition 1/1: ok\n"
		    "[8/9] alpha pages=16 passes=8 engine=kvm mmu=spt repetition 1/1: ok\n",
		    "progress counts the runs of all passes");
	check_holds(c.out, "9 runs of 9 configurations passed", "and so does the end");
	call_free(&c);
	text = scratch_read("turns/results.csv");
	check_holds(text,
		    expect_row_of(&fake_kvm, HVBENCH_MMU_EPT, "",
				  "alpha,pages=16 passes=8,first-touch,cold,1,exit.EPT_VIOLATION,exits,"
				  "16\n"),
		    "results.csv has the other engine's rows");
	check_holds(text,
		    expect_row(HVBENCH_MMU_EPT, "",
			       "alpha,pages=16 passes=8,first-touch,cold,1,exit.EPT_VIOLATION,exits,"
			       "16\n"),
		    "beside the first's");
	free(text);
	check_list("turns", "engines", "hvbench kvm", "environment.json names both");
	check_list("turns", "left_out", "", "and nothing that was left out");
	text = scratch_read("turns/environment.json");
	check(strstr(text, "\"engine\": \"hvbench\"") && strstr(text, "\"vmx\": 39") &&
		      strstr(text, "\"kvm\": 39"),
	      "with what each says of itself");
	free(text);
}

static void test_dry_run(void)
{
	struct call c;
	char words[600];

	fake_reset();
	snprintf(words, sizeof(words), "suite %s --dry-run",
		 scratch_write("test.suite", "alpha engine=kvm,hvbench\n"));
	c = call(cmd_suite, MACHINE_EMULATED, words);
	check_text(c.out,
		   "alpha pages=64 passes=8 mmu=ept repetition 1/1\n"
		   "alpha pages=64 passes=8 mmu=spt repetition 1/1\n"
		   "alpha pages=64 passes=8 engine=kvm mmu=ept repetition 1/1\n"
		   "alpha pages=64 passes=8 engine=kvm mmu=spt repetition 1/1\n",
		   "a dry run prints all passes");
	check_text(fake.trace, "", "and opens nothing");
	call_free(&c);
}

static void test_absent_engine(void)
{
	struct call c;
	char *text;

	fake_reset();
	fake.kvm_absent = "no /dev/kvm";
	c = suite("alpha engine=hvbench,kvm\nbeta mmu=ept engine=kvm\n", "absent");
	check_number(c.status, 0, "without the other engine the suite goes on");
	check_holds(c.err, "mmu=ept repetition 1/1: ok\n", "the first's runs");
	check_holds(c.err,
		    "[2/5] alpha pages=64 passes=8 mmu=spt repetition 1/1: ok\n"
		    "kvm: no /dev/kvm; left out\n",
		    "one line tells of it");
	check_holds(c.out, "2 runs of 2 configurations passed", "and its runs are not counted");
	call_free(&c);
	check_list("absent", "left_out", "kvm: no /dev/kvm", "environment.json keeps the reason");
	check_list("absent", "engines", "hvbench", "and names the engine that ran");
	text = scratch_read("absent/results.csv");
	check(*text && !strstr(text, "\nkvm,"), "results.csv has no row of it");
	free(text);
	fake_reset();
	fake.kvm_absent = "no /dev/kvm";
	c = suite("alpha engine=kvm\n", "nothing");
	check_number(c.status, 3, "nothing left: status 3");
	check_holds(c.err, "this machine lacks what every line of it asks for", "says so");
	check_text(fake.trace, "open kvm; ", "an engine that no line names is not opened");
	check(!scratch_exists("nothing"), "and nothing is written");
	call_free(&c);
	fake_reset();
	fake.absent = "no /dev/hvbench";
	c = suite("alpha engine=kvm,hvbench\n", "first");
	check(c.status == 3 && !strcmp(fake.trace, "open hvbench; ") && !scratch_exists("first"),
	      "without the first engine there is no suite");
	call_free(&c);
}

static const struct engine_ops *refuser;

static int refuse_spt(const struct engine_ops *ops, const struct vm_config *config,
		      struct failure *why)
{
	if (ops != refuser || config->mmu != HVBENCH_MMU_SPT)
		return 0;
	return fail(why, STATUS_ENVIRONMENT, "no shadow paging here");
}

static int refuse_kvm_ept(const struct engine_ops *ops, const struct vm_config *config,
			  struct failure *why)
{
	if (ops != &fake_kvm || config->mmu != HVBENCH_MMU_EPT)
		return 0;
	return fail(why, STATUS_ENVIRONMENT, "no EPT here");
}

/* KVM's first pass is to be left out, and perhaps its second. */
static void test_absent_first_mmu(void)
{
	struct call c;

	fake_reset();
	fake.refuse = refuse_kvm_ept;
	c = suite("alpha engine=hvbench,kvm\n", "second");
	check_holds(c.err,
		    "[2/4] alpha pages=64 passes=8 mmu=spt repetition 1/1: ok\n"
		    "kvm: no EPT here; left out\n"
		    "[3/3] alpha pages=64 passes=8 engine=kvm mmu=spt repetition 1/1: ok\n",
		    "what is left out is no longer to be done");
	call_free(&c);
	c = suite("alpha engine=hvbench,kvm mmu=ept\n", "neither");
	check_number(c.status, 0, "an engine of which nothing is left is no failure");
	check_list("neither", "engines", "hvbench", "but did not run");
	call_free(&c);
}

static void test_absent_mmu(void)
{
	struct call c;

	fake_reset();
	fake.refuse = refuse_spt;
	refuser = &fake_kvm;
	c = suite("alpha engine=hvbench,kvm vpid=off,on\nbeta engine=kvm\n", "mmu");
	check_number(c.status, 0, "without one MMU of the other engine the suite goes on");
	check_holds(c.err,
		    "[7/10] beta pages=64 passes=8 stride=4096 engine=kvm mmu=ept repetition 1/1: "
		    "ok\nkvm: no shadow paging here; left out\n",
		    "its other MMU runs, and one line tells of it");
	check_holds(c.out, "7 runs of 7 configurations passed", "what is left is counted");
	call_free(&c);
	check_list("mmu", "engines", "hvbench kvm", "the engine is among those that ran");
	check_list("mmu", "left_out", "kvm: no shadow paging here", "with what it lacked");
	fake_reset();
	fake.refuse = refuse_spt;
	c = suite("alpha engine=kvm mmu=spt\n", "no-mmu");
	check_number(c.status, 3, "nothing left: status 3");
	check_holds(c.err, "this machine lacks what every line of it asks for", "says so");
	call_free(&c);
	fake_reset();
	fake.refuse = refuse_spt;
	refuser = &fake_engine;
	c = suite("alpha engine=kvm,hvbench\n", "ours");
	check_number(c.status, 3, "what our module refuses ends the suite");
	check_holds(c.err, "test.suite:1: no shadow paging here", "with file and line");
	check(!fake.vms && !strstr(fake.trace, "kvm"), "before anything ran");
	call_free(&c);
}

static int refuse_kvm(const struct engine_ops *ops, const struct vm_config *config,
		      struct failure *why)
{
	(void)config;
	return ops == &fake_kvm ? fail(why, STATUS_USAGE, "no such VM") : 0;
}

static int count_one_more(struct fake_vm *vm, struct hvbench_run *run, struct failure *why)
{
	fake_good(vm, run, why);
	if (vm->step == 1 && vm->vm->config.counting)
		vm->now.stats.counter[HVBENCH_CNT_vm_exits]++;
	return 0;
}

static void test_wrong(void)
{
	struct call c;

	fake_reset();
	fake.refuse = refuse_kvm;
	c = suite("alpha mmu=ept engine=hvbench,kvm\n", "refused");
	check_number(c.status, 2, "what the other engine calls wrong is wrong");
	check_holds(c.err, "test.suite:1: no such VM", "with file and line");
	check(scratch_exists("refused/results.csv.partial") &&
		      !scratch_exists("refused/results.csv") && !fake.opened,
	      "what ran before stays");
	call_free(&c);
	fake_reset();
	fake.play = count_one_more;
	c = suite("alpha mmu=ept engine=hvbench,kvm\n", "counts");
	check_number(c.status, 1, "counts of another run: status 1");
	check_holds(c.err,
		    "[2/2] alpha pages=64 passes=8 engine=kvm mmu=ept repetition 1/1: FAILED: the "
		    "counts are not of the run that was timed: phase first-touch: 64 VM exits",
		    "the run failed");
	call_free(&c);
	fake_reset();
	c = suite("alpha engine=kvm log=ad\n", "never");
	check_number(c.status, 2, "what can never be run: status 2");
	check_holds(c.err, "test.suite:1: KVM does not log by A/D bits", "with file and line");
	check_text(fake.trace, "", "and nothing is opened");
	call_free(&c);
}

/* A signal that breaks off what the engine was at: no lack of the machine's. */
static int interrupt_kvm(const struct engine_ops *ops, const struct vm_config *config,
			 struct failure *why)
{
	(void)config;
	if (ops != &fake_kvm)
		return 0;
	raise(SIGINT);
	return fail(why, STATUS_ENVIRONMENT, "broken off");
}

static void interrupt_opening(const struct engine_ops *ops)
{
	if (ops == &fake_kvm)
		raise(SIGINT);
}

static void test_ctrl_c(void)
{
	struct call c;

	fake_reset();
	fake.refuse = interrupt_kvm;
	c = suite("alpha mmu=ept engine=hvbench,kvm\n", "stopped-between");
	check_number(c.status, 1, "interrupted between two engines: status 1");
	check_holds(c.err, "interrupted; there is no new results.csv, the 1 of 2 runs", "says so");
	check(!strstr(c.err, "left out"), "and nothing counts as absent");
	call_free(&c);
	stop_forget();
	fake_reset();
	fake.opening = interrupt_opening;
	fake.kvm_absent = "broken off";
	c = suite("alpha mmu=ept engine=hvbench,kvm\n", "stopped-opening");
	check(c.status == 1 && !strstr(c.err, "left out"), "nor while an engine is opened");
	call_free(&c);
	stop_forget();
}

void test_engines(void)
{
	check_group("engines");
	test_turns();
	test_dry_run();
	test_absent_engine();
	test_absent_mmu();
	test_absent_first_mmu();
	test_wrong();
	test_ctrl_c();
}
