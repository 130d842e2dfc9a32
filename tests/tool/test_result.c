// SPDX-License-Identifier: GPL-2.0
/* The arithmetic on results: result.c and the time left of progress.c. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fake_engine.h"
#include "progress.h"
#include "result.h"

static void test_median(void)
{
	double odd[] = { 9, 1, 5 }, even[] = { 4, 1, 3, 2 }, one[] = { 7 };

	check(median(odd, 3) == 5, "the median of 9 1 5 is 5");
	check(median(even, 4) == 2.5, "the median of 4 1 3 2 is 2.5");
	check(median(one, 1) == 7, "the median of 7 is 7");
}

static void test_subtract(struct phase *p)
{
	struct hvbench_stats *begin = calloc(1, sizeof(*begin));
	struct hvbench_stats *end = calloc(1, sizeof(*end));

	begin->counter[HVBENCH_CNT_vm_exits] = 10;
	end->counter[HVBENCH_CNT_vm_exits] = 25;
	begin->counter[HVBENCH_CNT_table_bytes] = 4096;
	end->counter[HVBENCH_CNT_table_bytes] = 8192;
	begin->counter[HVBENCH_CNT_table_bytes_peak] = 4096;
	end->counter[HVBENCH_CNT_table_bytes_peak] = 12288;
	begin->exits[48] = 1;
	end->exits[48] = 4;
	begin->outside_histogram[48][31] = 1;
	end->outside_histogram[48][31] = 3;
	stats_subtract(begin, end, &p->stats);
	check_number(p->stats.counter[HVBENCH_CNT_vm_exits], 15, "an event counts its change");
	check_number(p->stats.counter[HVBENCH_CNT_table_bytes], 8192,
		     "a gauge shows its level at the end");
	check_number(p->stats.counter[HVBENCH_CNT_table_bytes_peak], 12288,
		     "a peak shows its level at the end");
	check_number(p->stats.exits[48], 3, "exits count their change");
	check_number(p->stats.outside_histogram[48][31], 2, "the last bucket counts its change");
	free(begin);
	free(end);
}

static void test_own(struct phase *p, struct phase *q)
{
	static const uint64_t begin[ENGINE_MAX_OWN] = { 10, 10 };
	static const uint64_t end[ENGINE_MAX_OWN] = { 25, 5 };
	struct run_result a = { .nr_phases = 1, .phase = p };
	struct run_result b = { .nr_phases = 1, .phase = q };
	char what[256];

	own_subtract(&fake_kvm, begin, end, p->own);
	check(p->own[0] == 15 && p->own[1] == 5, "an engine's own counters go by their kind");
	strcpy(p->name, "warm");
	*q = *p;
	q->own[1]++;
	check(!results_counts_equal(&fake_kvm, &a, &b, what, sizeof(what)), "they may not differ");
	check_text(what, "kvm.pages_4k in phase warm: 5 and 6", "and have the engine's name");
}

static void test_phase_sums(struct phase *p)
{
	memset(p, 0, sizeof(*p));
	p->stats.counter[HVBENCH_CNT_flush_invept_all] = 1;
	p->stats.counter[HVBENCH_CNT_flush_transition] = 2;
	p->stats.counter[HVBENCH_CNT_guest_flush_cr3] = 100;
	p->stats.counter[HVBENCH_CNT_guest_flush_cr4] = 50;
	check_number(phase_flushes(p), 3, "hypervisor flushes are the flush_* alone");
	p->asked.cr3 = 140;
	p->asked.invlpg = 7;
	p->asked.cr4 = 3;
	p->asked.invpcid = 2;
	p->stats.counter[HVBENCH_CNT_guest_flush_invpcid] = 1;
	check_number(phase_untrapped(p), 40 + 7 + 1, "untrapped flushes are counted kind by kind");
}

static void test_equality(struct phase *p, struct phase *q)
{
	struct run_result a = { .nr_phases = 1, .phase = p };
	struct run_result b = { .nr_phases = 1, .phase = q };
	char what[256] = "";

	strcpy(p->name, "warm");
	p->condition = HVBENCH_CONDITION_WARM;
	*q = *p;
	q->tsc += 5000;
	q->stats.counter[HVBENCH_CNT_host_exits] += 2;
	q->stats.counter[HVBENCH_CNT_host_tsc] += 600;
	q->stats.counter[HVBENCH_CNT_outside_tsc] += 77;
	q->stats.exits[EXIT_EXTERNAL_INTERRUPT] += 2;
	check(results_counts_equal(&fake_engine, &a, &b, what, sizeof(what)),
	      "times and host interrupts may differ");
	q->stats.counter[HVBENCH_CNT_fault_fill]++;
	check(!results_counts_equal(&fake_engine, &a, &b, what, sizeof(what)), "a counter may not");
	check_text(what, "fault_fill in phase warm: 0 and 1", "and the difference is told");
	*q = *p;
	q->stats.exits[28]++;
	check(!results_counts_equal(&fake_engine, &a, &b, what, sizeof(what)), "an exit may not");
	check_text(what, "exit.CR_ACCESS in phase warm: 0 and 1", "and is named");
	*q = *p;
	q->guest_faults++;
	check(!results_counts_equal(&fake_engine, &a, &b, what, sizeof(what)),
	      "the guest's own counts may not");
	*q = *p;
	q->stats.counter[HVBENCH_CNT_vm_exits]++;
	check(!results_counts_equal(&fake_engine, &a, &b, what, sizeof(what)),
	      "the guest's exits may not");
	*q = *p;
	q->condition = HVBENCH_CONDITION_COLD;
	check(!results_counts_equal(&fake_engine, &a, &b, what, sizeof(what)),
	      "a phase's condition may not");
	*q = *p;
	strcpy(q->name, "cold");
	check(!results_counts_equal(&fake_engine, &a, &b, what, sizeof(what)), "phases may not");
	b.nr_phases = 0;
	check(!results_counts_equal(&fake_engine, &a, &b, what, sizeof(what)), "nor their number");
}

static void test_time_left(void)
{
	char left[64];

	progress_left(0, 10, 5, left, sizeof(left));
	check_text(left, "time left: not known yet", "before the first run");
	progress_left(5, 10, 30, left, sizeof(left));
	check_text(left, "about 30 s left", "half done in 30 s");
	progress_left(1, 11, 13, left, sizeof(left));
	check_text(left, "about 2 min 10 s left", "10 to go, 13 s each");
	progress_left(1, 3, 3600, left, sizeof(left));
	check_text(left, "about 2 h 0 min left", "two hours to go");
}

/* A memory stream has no width, so it counts as 80 columns. */
static void test_terminal(void)
{
	struct progress progress;
	char label[200], *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	memset(label, 'x', sizeof(label) - 1);
	label[sizeof(label) - 1] = '\0';
	progress_init(&progress, out, true, 2);
	progress_begin(&progress, label);
	fflush(out);
	check(!strncmp(text, "\r\033[K[1/2] time left: not known yet; xxx", 39) &&
		      strlen(text) == strlen("\r\033[K") + 79,
	      "a terminal's line is redrawn and cut to its width");
	progress_end(&progress, "a", true, "ok");
	check(!strchr(text, '\n'), "a run that went well leaves no line");
	progress_end(&progress, "b", false, "broken");
	fclose(out);
	check(strstr(text, "\r\033[K[2/2] b: broken\n"), "one that failed does");
	free(text);
}

void test_result(void)
{
	struct phase *p = calloc(2, sizeof(*p));

	check_group("result");
	test_median();
	test_subtract(p);
	test_own(p, p + 1);
	test_phase_sums(p);
	test_equality(p, p + 1);
	test_time_left();
	test_terminal();
	free(p);
}
