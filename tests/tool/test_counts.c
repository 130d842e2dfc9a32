// SPDX-License-Identifier: GPL-2.0
/* A timed run and a counted one become one result: counts.c. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "counts.h"

static struct phase *timed, *counted;
static struct run_result a, b;

static void fresh(void)
{
	memset(timed, 0, sizeof(*timed));
	memset(counted, 0, sizeof(*counted));
	strcpy(timed->name, "warm");
	strcpy(counted->name, "warm");
	timed->tsc = 1000;
	counted->tsc = 9000;
	timed->stats.counter[HVBENCH_CNT_vm_exits] = 10;
	timed->stats.counter[HVBENCH_CNT_host_exits] = 2;
	timed->stats.counter[HVBENCH_CNT_host_tsc] = 80;
	timed->stats.exits[EXIT_EXTERNAL_INTERRUPT] = 2;
	counted->stats.counter[HVBENCH_CNT_vm_exits] = 10;
	counted->stats.counter[HVBENCH_CNT_host_exits] = 5;
	counted->stats.counter[HVBENCH_CNT_host_tsc] = 200;
	counted->stats.exits[EXIT_EXTERNAL_INTERRUPT] = 5;
	counted->stats.exits[48] = 10;
	a = (struct run_result){ .nr_phases = 1, .phase = timed };
	b = (struct run_result){ .nr_phases = 1, .phase = counted };
}

static void test_fit(void)
{
	char what[256] = "";

	fresh();
	check(counts_fit(&a, &b, what, sizeof(what)), "the host's exits may differ");
	timed->stats.counter[HVBENCH_CNT_vm_exits]++;
	check(!counts_fit(&a, &b, what, sizeof(what)), "others may not");
	check_text(what, "phase warm: 11 VM exits where it was timed, 10 where they were counted",
		   "phase and both numbers are told");
}

static void test_take(void)
{
	fresh();
	timed->stats.counter[HVBENCH_CNT_fault_fill] = 10;
	counted->stats.counter[HVBENCH_CNT_fault_fill] = 11;
	counted->stats.counter[HVBENCH_CNT_flush_invept_single] = 7;
	timed->own[0] = 3;
	counted->own[0] = 4;
	counts_take(&a, &b);
	check_number(timed->stats.exits[48], 10, "exits by reason are those that were counted");
	check_number(timed->stats.counter[HVBENCH_CNT_flush_invept_single], 7, "so are flushes");
	check_number(timed->tsc, 1000, "time is of the timed run");
	check(timed->stats.exits[EXIT_EXTERNAL_INTERRUPT] == 2 &&
		      timed->stats.counter[HVBENCH_CNT_host_exits] == 2 &&
		      timed->stats.counter[HVBENCH_CNT_host_tsc] == 80,
	      "so are the host's exits and their time");
	check(timed->stats.counter[HVBENCH_CNT_vm_exits] == 10 &&
		      timed->stats.counter[HVBENCH_CNT_fault_fill] == 10 && timed->own[0] == 3,
	      "and all other counters");
	check_number(timed->stats.counter[HVBENCH_CNT_flush_transition], 0,
		     "with VPID no exit flushes");
}

static void test_transitions(void)
{
	fresh();
	counted->stats.counter[HVBENCH_CNT_flush_transition] = 10;
	counts_take(&a, &b);
	check_number(timed->stats.counter[HVBENCH_CNT_flush_transition], 10,
		     "without it each of the guest's exits does");
}

void test_counts(void)
{
	timed = calloc(1, sizeof(*timed));
	counted = calloc(1, sizeof(*counted));
	check_group("counts");
	test_fit();
	test_take();
	test_transitions();
	free(timed);
	free(counted);
}
