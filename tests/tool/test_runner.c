// SPDX-License-Identifier: GPL-2.0
/* One run from VM to result, with a played guest: runner.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog.h"
#include "check.h"
#include "fake_engine.h"
#include "runner.h"

static struct catalog catalog;
static struct run_spec spec;
static struct engine engine = { .ops = &fake_engine };
static struct run_terms terms = { .timeout_seconds = 20, .machine = MACHINE_EMULATED };
static struct run_result result;
static struct failure why;

static int run(fake_play play)
{
	fake_reset();
	fake.play = play;
	terms.console = stdout;
	return run_guest(&engine, &spec, &terms, &result, &why);
}

static int check_start(struct fake_vm *vm, struct hvbench_run *r, struct failure *w)
{
	(void)w;
	check(fake.start.rip == HVBENCH_IMAGE_GPA && fake.start.cr3 == HVBENCH_IMAGE_GPA &&
		      fake.start.rdi == HVBENCH_PARAMS_GPA,
	      "the guest starts where its file says");
	check(vm->params->magic == HVBENCH_PARAMS_MAGIC && vm->params->abi == HVBENCH_GUEST_ABI &&
		      vm->params->nr_values == 2 && vm->params->values[0] == 99 &&
		      vm->params->values[1] == 8 && vm->params->memory_bytes == 64 << 20 &&
		      vm->params->image_end == HVBENCH_IMAGE_GPA + 8192,
	      "it finds its parameters");
	check(((unsigned char *)vm->vm->memory)[HVBENCH_IMAGE_GPA] == 0xf4, "and its image");
	fake_ring(r, HVBENCH_BELL_EXIT);
	return 0;
}

static int check_wide_start(struct fake_vm *vm, struct hvbench_run *r, struct failure *w)
{
	(void)vm;
	(void)w;
	check(fake.start.cr3 == HVBENCH_IMAGE_GPA + 4096,
	      "with la57=on it starts on its 5-level tables");
	fake_ring(r, HVBENCH_BELL_EXIT);
	return 0;
}

static int end_no_memory(struct fake_vm *vm, struct hvbench_run *r, struct failure *w)
{
	(void)vm;
	(void)w;
	r->exit = HVBENCH_RUN_ENDED;
	r->end = HVBENCH_END_NO_MEMORY;
	r->exit_reason = 48;
	r->rip = 0x200123;
	r->gpa = 0xdead000;
	return 0;
}

static int come_back_strangely(struct fake_vm *vm, struct hvbench_run *r, struct failure *w)
{
	(void)vm;
	(void)w;
	r->exit = 99;
	return 0;
}

static int break_ioctl(struct fake_vm *vm, struct hvbench_run *r, struct failure *w)
{
	(void)vm;
	(void)r;
	return fail(w, STATUS_RUN_FAILED, "Input/output error");
}

/* A phase, then garbage: what was measured must not leak. */
static int garbage_after_phase(struct fake_vm *vm, struct hvbench_run *r, struct failure *w)
{
	if (vm->step < 2)
		return fake_good(vm, r, w);
	fake_ring(r, 0xdeadbeef);
	return 0;
}

static int interrupted_often(struct fake_vm *vm, struct hvbench_run *r, struct failure *w)
{
	if (vm->step < 5)
		return 0;
	vm->step -= 5;
	fake_good(vm, r, w);
	vm->step += 5;
	return 0;
}

static void refuse(fake_play play, const char *sentence)
{
	check(run(play) == -1 && why.status == STATUS_RUN_FAILED, "the run fails");
	check_holds(why.text, sentence, "with the reason");
	check(!fake.live_vms && !result.phase, "and nothing is left");
}

static int count_one_more(struct fake_vm *vm, struct hvbench_run *r, struct failure *w)
{
	fake_good(vm, r, w);
	if (vm->step == 1 && vm->vm->config.counting)
		vm->now.stats.counter[HVBENCH_CNT_vm_exits]++;
	return 0;
}

static int count_other_phases(struct fake_vm *vm, struct hvbench_run *r, struct failure *w)
{
	if (vm->step == 2 && vm->vm->config.counting) {
		fake_ring(r, HVBENCH_BELL_EXIT);
		return 0;
	}
	return fake_good(vm, r, w);
}

static int fail_counting(struct fake_vm *vm, struct hvbench_run *r, struct failure *w)
{
	return vm->vm->config.counting ? break_ioctl(vm, r, w) : fake_good(vm, r, w);
}

/* Speaks, and is slow while it is counted. */
static int speak(struct fake_vm *vm, struct hvbench_run *r, struct failure *w)
{
	if (!vm->step) {
		strcpy(vm->box->console, "hello");
		vm->box->console_bytes = 5;
		fake_ring(r, HVBENCH_BELL_CONSOLE);
		return 0;
	}
	vm->step--;
	fake_good(vm, r, w);
	if (vm->step == 1 && vm->vm->config.counting)
		vm->box->tsc_end += 1000000;
	vm->step++;
	return 0;
}

/* What a run says and warns of, to be freed. */
static char *run_aloud(fake_play play, int expected)
{
	size_t size;
	char *text;

	fake_reset();
	fake.play = play;
	terms.console = open_memstream(&text, &size);
	check(run_guest(&engine, &spec, &terms, &result, &why) == expected, "the run %s",
	      expected ? "fails" : "passes");
	fclose(terms.console);
	check(!fake.live_vms, "and no VM is left");
	return text;
}

static void test_counts_apart(void)
{
	char *text;

	engine.ops = spec.engine = &fake_kvm;
	text = run_aloud(speak, 0);
	check_text(text, "hello", "what the guest says is heard once");
	check_number(fake.vms, 2, "an engine that counts apart runs it twice");
	check_number(result.phase[0].tsc, 99 * 1200, "the time is the first's");
	check_number(result.phase[0].stats.exits[48], 99, "the exits by reason the second's");
	check_number(result.phase[0].own[0], 99, "the engine's own counters come back");
	result_free(&result);
	free(text);
	text = run_aloud(count_one_more, -1);
	check_text(why.text,
		   "the counts are not of the run that was timed: phase first-touch: 99 VM exits "
		   "where it was timed, 100 where they were counted",
		   "in emulation both runs take the same exits");
	free(text);
	terms.machine = MACHINE_METAL;
	text = run_aloud(count_one_more, 0);
	check_holds(text,
		    "hvbench: WARNING: the counts are not quite of the run that was timed: "
		    "phase first-touch: 99 VM exits",
		    "on metal a difference is warned of");
	check_number(result.phase[0].stats.exits[48], 99, "and the counts are taken");
	result_free(&result);
	free(text);
	free(run_aloud(count_other_phases, -1));
	check_holds(why.text, "went through other phases", "other phases can't be counted");
	free(run_aloud(fail_counting, -1));
	check_text(why.text, "while counting: Input/output error", "a failure says in which run");
}

void test_runner(void)
{
	check_group("runner");
	if (!check(!catalog_open(&catalog, stderr, &why), "guests for tests"))
		return;
	spec_init(&spec, &fake_engine, &catalog.guest[0]);
	spec.value[0] = 99;
	check(!run(check_start), "a guest without phases may end well");
	result_free(&result);
	spec.knob[HVBENCH_KNOB_LA57] = 1;
	check(!run(check_wide_start), "a guest on 5-level paging runs too");
	result_free(&result);
	spec.knob[HVBENCH_KNOB_LA57] = 0;
	check(!run(fake_good) && result.nr_phases == 2, "two phases come back");
	check_number(result.phase[0].stats.exits[48], 99, "with their counts");
	check_number(result.phase[1].stats.exits[48], 0, "and only theirs");
	check(fake.vms == 1 && !fake.live_vms, "no VM is left");
	result_free(&result);
	check(!run(interrupted_often) && result.nr_phases == 2,
	      "signals that mean nothing change nothing");
	result_free(&result);
	refuse(end_no_memory,
	       "the guest touched a guest-physical address that has no memory (rip 0x200123, cr2 "
	       "0, cr3 0, last exit EPT_VIOLATION, qualification 0, gpa 0xdead000)");
	refuse(come_back_strangely, "came back with 99");
	refuse(break_ioctl, "Input/output error");
	refuse(garbage_after_phase, "it rang 3735928559");
	test_counts_apart();
	engine.ops = spec.engine = &fake_engine;
	spec.memory_bytes = HVBENCH_MEMORY_UNIT;
	check(run(fake_good) == -1 && !fake.live_vms,
	      "memory too small for the image ends the run");
	catalog_close(&catalog);
}
