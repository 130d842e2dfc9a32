// SPDX-License-Identifier: GPL-2.0
/* Doorbells with proper and hostile mailboxes: phases.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fake_engine.h"
#include "phases.h"

static struct phases phases;
static struct run_result result;
static struct hvbench_mailbox box;
static struct snapshot now;
static struct failure why;
static const struct modelled nothing;
static FILE *console;
static char *shown;
static size_t shown_size;

static void fresh(void)
{
	memset(&box, 0, sizeof(box));
	box.phase_condition = HVBENCH_CONDITION_WARM;
	memset(&now, 0, sizeof(now));
	memset(&why, 0, sizeof(why));
	console = open_memstream(&shown, &shown_size);
	phases_init(&phases, &fake_engine, &result, &nothing, console);
}

static void done(void)
{
	fclose(console);
	free(shown);
	result_free(&result);
}

static int ring(uint32_t doorbell)
{
	return phases_ring(&phases, doorbell, &box, &now, &why);
}

static int begin(const char *name)
{
	strcpy(box.phase_name, name);
	return ring(HVBENCH_BELL_PHASE_BEGIN);
}

static int end(uint64_t ops)
{
	box.ops = ops;
	return ring(HVBENCH_BELL_PHASE_END);
}

static void test_proper(void)
{
	fresh();
	now.stats.counter[HVBENCH_CNT_vm_exits] = 7;
	box.phase_condition = HVBENCH_CONDITION_COLD;
	check(!begin("cold"), "a phase begins");
	/* Declared at the begin: what the mailbox holds later is not of this phase. */
	box.phase_condition = HVBENCH_CONDITION_EXIT;
	now.stats.counter[HVBENCH_CNT_vm_exits] = 12;
	box.tsc_begin = 100;
	box.tsc_end = 350;
	now.stats.counter[HVBENCH_CNT_host_tsc] = 90;
	box.asked_begin.cr3 = 5;
	box.asked.cr3 = 9;
	box.table_bytes = 8192;
	box.guest_faults = 3;
	check(!end(10), "and ends");
	check(result.nr_phases == 1 && !strcmp(result.phase[0].name, "cold"), "it is in the book");
	check_number(result.phase[0].condition, HVBENCH_CONDITION_COLD, "with its condition");
	check_number(result.phase[0].stats.counter[HVBENCH_CNT_vm_exits], 5,
		     "with the counters' change");
	check_number(result.phase[0].tsc, 160, "its time, without the host's");
	check_number(result.phase[0].asked.cr3, 4, "its flushes");
	check_number(result.phase[0].guest_faults, 3, "its faults");
	check(!phases.exited && !ring(HVBENCH_BELL_EXIT) && phases.exited, "the guest ends well");
	done();
}

static void refuse(const char *sentence, int ret)
{
	if (!check(ret == -1 && why.status == STATUS_RUN_FAILED, "the run fails: %s", sentence))
		return;
	check_holds(why.text, sentence, "and says so");
	done();
}

static void test_contract(void)
{
	fresh();
	refuse("ended that had not begun", end(1));
	fresh();
	begin("a");
	refuse("began within another", begin("b"));
	fresh();
	begin("a");
	refuse("no operations", end(0));
	fresh();
	begin("a");
	box.tsc_begin = 2;
	box.tsc_end = 1;
	refuse("ended before it began", end(1));
	fresh();
	begin("a");
	box.asked_begin.invlpg = 1;
	refuse("flushes went backwards", end(1));
	fresh();
	begin("a");
	end(1);
	refuse("phase a came twice", begin("a"));
	fresh();
	box.phase_condition = HVBENCH_CONDITION_NONE;
	refuse("phase a has the condition 0, which this tool does not know", begin("a"));
	fresh();
	box.phase_condition = HVBENCH_NR_CONDITIONS;
	refuse("phase a has the condition 6", begin("a"));
	fresh();
	box.phase_condition = UINT32_MAX;
	refuse("phase a has the condition 4294967295", begin("a"));
	fresh();
	begin("a");
	refuse("ended within a phase", ring(HVBENCH_BELL_EXIT));
	fresh();
	refuse("it rang 77", ring(77));
	fresh();
	refuse("it rang 0", ring(0));
}

static void test_hostile_text(void)
{
	char name[32];
	unsigned int i;

	fresh();
	memset(box.phase_name, 'a', sizeof(box.phase_name));
	refuse("name is malformed", ring(HVBENCH_BELL_PHASE_BEGIN));
	fresh();
	refuse("name is malformed", begin("a,b\n"));
	fresh();
	refuse("name is malformed", begin(""));
	fresh();
	box.console_bytes = sizeof(box.console) + 1;
	refuse("console_bytes is larger", ring(HVBENCH_BELL_CONSOLE));
	fresh();
	box.console_bytes = UINT32_MAX;
	refuse("console_bytes is larger", ring(HVBENCH_BELL_CONSOLE));
	fresh();
	for (i = 0; i < MAX_PHASES; i++) {
		snprintf(name, sizeof(name), "phase-%u", i);
		begin(name);
		end(1);
	}
	check_number(result.nr_phases, MAX_PHASES, "as many phases as may be");
	refuse("too many phases", begin("one-more"));
}

static void test_console(void)
{
	unsigned int i;

	fresh();
	memcpy(box.console, "hi\n\033[2J\0\xff", 9);
	box.console_bytes = 9;
	check(!ring(HVBENCH_BELL_CONSOLE), "console output is taken");
	fflush(console);
	check_text(shown, "hi\n\\x1b[2J\\x00\\xff", "without control characters");
	done();
	fresh();
	memset(box.console, 'x', sizeof(box.console));
	box.console_bytes = sizeof(box.console);
	for (i = 0; i < 1000; i++)
		ring(HVBENCH_BELL_CONSOLE);
	fflush(console);
	check(strlen(shown) < 300000 && strstr(shown, "further output"), "a flood is cut");
	done();
}

static void test_failing(void)
{
	fresh();
	box.exit_status = 3;
	strcpy(box.message, "page 7 shows \033 garbage");
	refuse("own check failed (status 3): page 7 shows \\x1b garbage", ring(HVBENCH_BELL_EXIT));
	fresh();
	box.exit_status = 1;
	memset(box.message, 0x80, sizeof(box.message));
	refuse("(status 1): \\x80\\x80", ring(HVBENCH_BELL_EXIT));
	fresh();
	box.exit_status = 1;
	refuse("(status 1): no message", ring(HVBENCH_BELL_EXIT));
}

/* Any mailbox whatever, in any order: nothing breaks; ASan watches. */
static void test_random_damage(void)
{
	unsigned char *bytes = (unsigned char *)&box;
	unsigned int i, k, failures = 0, phases_seen = 0;

	srand(3);
	for (i = 0; i < 3000; i++) {
		fresh();
		for (k = 0; k < 20 && !phases.exited; k++) {
			size_t j, from = rand() % sizeof(box);

			for (j = from; j < sizeof(box) && j < from + 40; j++)
				bytes[j] = rand() % 3 ? 'a' + rand() % 26 : rand();
			if (ring(rand() % 6)) {
				failures++;
				break;
			}
		}
		phases_seen += result.nr_phases;
		done();
	}
	check(failures > 0, "of 3000 random guests %u fail; %u phases got through", failures,
	      phases_seen);
}

void test_phases(void)
{
	check_group("phases");
	test_proper();
	test_contract();
	test_hostile_text();
	test_console();
	test_failing();
	test_random_damage();
}
