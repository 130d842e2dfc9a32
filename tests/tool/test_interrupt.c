// SPDX-License-Identifier: GPL-2.0
/* The time limit, Ctrl-C while a guest hangs, a pipe that is closed: stop.c and its callers. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "call.h"
#include "check.h"
#include "fake_engine.h"
#include "scratch.h"
#include "stop.h"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int interruption = SIGINT;

/* Hangs in its second VM; Ctrl-C comes before the call could block. */
static int interrupt_second(struct fake_vm *vm, struct hvbench_run *run, struct failure *why)
{
	if (vm->serial == 0)
		return fake_good(vm, run, why);
	raise(interruption);
	return fake_hang(vm, run, why);
}

static int interrupt_first(struct fake_vm *vm, struct hvbench_run *run, struct failure *why)
{
	raise(SIGINT);
	return fake_hang(vm, run, why);
}

/* Swallows the first signal, as one does that comes too early. */
static int hang_twice(struct fake_vm *vm, struct hvbench_run *run, struct failure *why)
{
	fake_hang(vm, run, why);
	return fake_hang(vm, run, why);
}

static int hang_under_spt(struct fake_vm *vm, struct hvbench_run *run, struct failure *why)
{
	if (vm->vm->config.mmu == HVBENCH_MMU_SPT)
		return fake_hang(vm, run, why);
	return fake_good(vm, run, why);
}

static void test_timeout(void)
{
	double start = now();
	struct call c;

	fake_reset();
	fake.play = fake_hang;
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --timeout 1");
	check_number(c.status, 1, "a guest that hangs: status 1");
	check_holds(c.err, "the guest did not end within 1 s (--timeout)", "with the reason");
	check(now() - start > 0.9 && now() - start < 5, "after the time that was set");
	check(!fake.live_vms && !*c.out, "and nothing is left");
	call_free(&c);
	start = now();
	fake_reset();
	fake.play = hang_twice;
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --timeout 1");
	check(c.status == 1 && now() - start < 5, "a signal that came too early is repeated");
	call_free(&c);
	fake_reset();
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --timeout 1");
	check_number(c.status, 0, "the next run is free of it");
	call_free(&c);
}

static void test_suite_timeout(void)
{
	char words[600];
	struct call c;

	fake_reset();
	fake.play = hang_under_spt;
	snprintf(words, sizeof(words), "suite %s --out %s/slow --timeout 1",
		 scratch_write("slow.suite", "alpha\nbeta mmu=ept\n"), scratch());
	c = call(cmd_suite, MACHINE_EMULATED, words);
	check_number(c.status, 1, "a suite with a guest that hangs: status 1");
	check_holds(c.err,
		    "[2/3] alpha pages=64 passes=8 mmu=spt repetition 1/1: FAILED: the guest did "
		    "not end within 1 s",
		    "with the reason");
	check_holds(c.err, "[3/3] beta pages=64 passes=8 stride=4096 mmu=ept repetition 1/1: ok",
		    "and the others go on");
	call_free(&c);
}

static void test_ctrl_c(void)
{
	char words[600], *text;
	double start = now();
	struct call c;

	fake_reset();
	fake.play = interrupt_second;
	snprintf(words, sizeof(words), "suite %s --out %s/stopped",
		 scratch_write("stop.suite", "alpha repeat=3\n"), scratch());
	c = call(cmd_suite, MACHINE_EMULATED, words);
	check_number(c.status, 1, "an interrupted suite: status 1");
	check_holds(
		c.err,
		"interrupted; there is no new results.csv, the 1 of 6 runs that went well are in",
		"says what there is");
	check(now() - start < 5, "at once, though the signal came early");
	check(!fake.live_vms && !fake.opened && fake.vms == 2,
	      "no VM is left, none was made after");
	text = scratch_read("stopped/results.csv.partial");
	check(!scratch_exists("stopped/results.csv") && strstr(text, ",warm,warm,1,") &&
		      !strstr(text, "spt,"),
	      "completed runs alone are kept");
	free(text);
	call_free(&c);
	stop_forget();
	fake_reset();
	fake.play = interrupt_second;
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --repeat 2");
	check(c.status == 1 && !*c.out && !fake.live_vms,
	      "an interrupted run prints no half result");
	check_holds(c.err, "interrupted", "and says why");
	call_free(&c);
	stop_forget();
}

static void test_ctrl_c_at_once(void)
{
	char words[600];
	struct call c;

	fake_reset();
	fake.play = interrupt_first;
	snprintf(words, sizeof(words), "suite %s --out %s/at-once --quiet",
		 scratch_write("stop.suite", "alpha repeat=3\n"), scratch());
	c = call(cmd_suite, MACHINE_EMULATED, words);
	check(c.status == 1 && !fake.live_vms && !fake.opened,
	      "a suite interrupted in its first run: status 1, no VM is left");
	check_holds(c.err, "interrupted after 0 of 6 runs; nothing was written to", "says so");
	check(!scratch_exists("at-once/results.csv.partial"), "and no file is left");
	call_free(&c);
	stop_forget();
}

static void test_signals(void)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGQUIT };
	unsigned int i;
	struct call c;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		fake_reset();
		fake.play = interrupt_second;
		interruption = signals[i];
		c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --repeat 2");
		check(c.status == 1 && !fake.live_vms && !fake.opened &&
			      strstr(c.err, "interrupted"),
		      "%s ends a run as Ctrl-C does", strsignal(signals[i]));
		call_free(&c);
		stop_forget();
	}
	interruption = SIGINT;
}

/* A stream into a pipe that nobody reads. */
static FILE *closed_pipe(void)
{
	int ends[2] = { -1, -1 };

	if (pipe(ends))
		return NULL;
	close(ends[0]);
	return fdopen(ends[1], "w");
}

/* What `hvbench suite FILE 2>&1 | head -1` meets. */
static void test_closed_pipe(void)
{
	FILE *pipe = closed_pipe(), *kept = tmpfile();
	char words[600], *text;
	int status;

	setvbuf(pipe, NULL, _IONBF, 0);
	fake_reset();
	snprintf(words, sizeof(words), "suite %s --out %s/unheard",
		 scratch_write("pipe.suite", "alpha repeat=3\n"), scratch());
	status = call_into(cmd_suite, MACHINE_EMULATED, words, kept, pipe);
	check_number(status, 1, "a suite whose progress nobody reads: status 1");
	check(!fake.live_vms && !fake.opened, "no VM is left, and the engine was closed");
	check_number(fake.vms, 1, "no run is begun after");
	text = scratch_read("unheard/results.csv.partial");
	check(!scratch_exists("unheard/results.csv") && strstr(text, ",warm,warm,1,"),
	      "the run that went well is kept, as after Ctrl-C");
	free(text);
	stop_forget();
	fake_reset();
	status = call_into(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --json", pipe, kept);
	check(status == 1 && !fake.live_vms && !fake.opened, "results that nobody reads: status 1");
	rewind(kept);
	check(fgetc(kept) == EOF, "without a sentence");
	stop_forget();
	fclose(pipe);
	fclose(kept);
}

/* Such as modprobe, or the scripts that the command becomes. */
static void test_children(void)
{
	int status = 0;

	status = system("kill -s PIPE $$");
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE, "a child has SIGPIPE's default");
}

void test_interrupt(void)
{
	check_group("interrupt");
	test_timeout();
	test_suite_timeout();
	test_ctrl_c();
	test_ctrl_c_at_once();
	test_signals();
	test_closed_pipe();
	test_children();
}
