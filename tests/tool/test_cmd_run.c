// SPDX-License-Identifier: GPL-2.0
/* `hvbench info`, `list` and `run` from the command line to the output. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "check.h"
#include "expect.h"
#include "fake_engine.h"
#include "tables.h"

static void refuse(const char *words, int status, const char *sentence)
{
	struct call c;

	fake_reset();
	c = call(cmd_run, MACHINE_EMULATED, words);
	check_number(c.status, status, words);
	check_holds(c.err, sentence, words);
	check(!*c.out && !fake.live_vms && !fake.opened, "nothing is printed, nothing is left");
	call_free(&c);
}

static void test_usage(void)
{
	refuse("run", 2, "which workload?");
	refuse("run alpha", 2, "which MMU?");
	refuse("run alpha beta --mmu ept", 2, "one workload at a time");
	refuse("run alpah --mmu ept", 2,
	       "unknown workload \"alpah\"; did you mean \"alpha\"? (right: alpha, beta, plain)");
	refuse("run alpha --mmu etp", 2,
	       "mmu has no choice \"etp\"; did you mean \"ept\"? (right: ept, spt)");
	refuse("run alpha --mmu ept --vpdi on", 2,
	       "unknown option \"--vpdi\"; did you mean \"--vpid\"? (right: --mmu, --engine, "
	       "--memory, ");
	refuse("run alpha --mmu ept --vpid=maybe", 2,
	       "vpid has no choice \"maybe\" (right: off, on)");
	refuse("run alpha --mmu ept --vpid", 2, "a value is missing after --vpid");
	refuse("run alpha --mmu ept --json=yes", 2,
	       "hvbench: --json takes no value: \"--json=yes\"\n");
	refuse("run alpha --mmu ept --js=yes", 2, "hvbench: --json takes no value: \"--js=yes\"\n");
	refuse("run alpha --m ept", 2,
	       "hvbench: \"--m\" is ambiguous: --mmu, --memory, --model or --mitigations\n");
	refuse("run alpha --mmu ept --ept=4k", 2,
	       "\"--ept\" is ambiguous: --ept.leaf, --ept.fill or --ept.ad\n");
	refuse("run alpha --mmu ept -- --x", 2, "one workload at a time");
	refuse("run -xq alpha --mmu ept", 2, "unknown option \"-x\" (right: --mmu, ");
	refuse("run alpha --mmu ept -x", 2, "unknown option \"-x\"");
	refuse("run alpha --mmu ept --json --csv", 2, "one of --json, --csv and --quiet");
	refuse("run alpha --mmu ept -q --json", 2, "one of --json, --csv and --quiet");
	refuse("run alpha --mmu ept --spt.sync vtlb", 2,
	       "--spt.sync has no effect under --mmu ept");
	refuse("run alpha --mmu ept --engine kvn", 2,
	       "engine has no choice \"kvn\"; did you mean \"kvm\"? (right: hvbench, kvm)");
	refuse("run alpha --mmu spt --engine kvm --spt.sync vtlb", 2,
	       "--spt.sync has no effect under --engine kvm");
	refuse("run alpha --mmu ept --engine kvm --log ad", 2, "KVM does not log by A/D bits");
	check_text(fake.trace, "", "what can never be run is refused before anything is opened");
	refuse("run alpha --mmu ept -p page=3", 2,
	       "alpha has no parameter \"page\"; did you mean \"pages\"? (right: pages, passes)");
	refuse("run alpha --mmu ept -p pages", 2, "-p takes name=value, not \"pages\"");
	refuse("run alpha --mmu ept -p pages=5000", 2,
	       "pages: 5000 is out of range (right: 1 to 4K)");
	refuse("run alpha --mmu ept -p pages=3 -p passes=2 -p pages=4", 2,
	       "two times the parameter \"pages\"");
	refuse("run plain --mmu ept -p x=1", 2, "(it has none)");
	refuse("run alpha --mmu ept --repeat 0", 2, "--repeat: 0 is out of range");
	refuse("run alpha --mmu ept --timeout x", 2, "not a number");
	refuse("run alpha --mmu ept --memory 1M", 2,
	       "--memory: 1M is out of range (right: 2M to 1T)");
	refuse("run alpha --mmu ept --cpu 9999", 3, "no such CPU");
}

/* Every knob has a line, and every help text stands in the same column. */
static void check_options(const char *text)
{
	const char *line, *word;
	unsigned int i, column, found = 0;
	char option[64];

	for (i = 0; i < HVBENCH_NR_KNOBS; i++) {
		snprintf(option, sizeof(option), "\n  --%s %s", knob_get(i)->name,
			 knob_get(i)->choices);
		line = strstr(text, option);
		word = line ? strstr(line, knob_get(i)->help) : NULL;
		for (column = 0; word && word[-1] != '\n'; column++)
			word--;
		found += column == 27;
	}
	check_number(found, HVBENCH_NR_KNOBS, "--help has every knob, its text in one column");
}

static void test_configuration(void)
{
	struct call c;

	fake_reset();
	c = call(cmd_run, MACHINE_METAL,
		 "run alpha --mmu spt --spt.sync vtlb --vpid off --memory 80M -p pages=32");
	check_number(c.status, 0, "a run with knobs passes");
	check(fake.last.mmu == HVBENCH_MMU_SPT &&
		      fake.last.knob[HVBENCH_KNOB_SPT_SYNC] == HVBENCH_SPT_SYNC_VTLB &&
		      fake.last.knob[HVBENCH_KNOB_VPID] == 0 &&
		      fake.last.knob[HVBENCH_KNOB_POPULATE] == 1 &&
		      fake.last.memory_bytes == 80 << 20,
	      "the engine gets what was asked for, and defaults otherwise");
	check_holds(c.out, "alpha pages=32 passes=8\n", "parameters are echoed");
	check_holds(c.out, "engine=hvbench mmu=spt backing=4k populate=on vpid=off ",
		    "so is the configuration");
	check_holds(c.out, " spt.sync=vtlb ", "with the backend's own knobs");
	check_holds(c.out, " memory=80M repetitions=1\n", "and memory");
	check(!strstr(c.out, "ept."), "and none of the other's");
	check_holds(c.out, "times are TSC cycles", "metal counts cycles");
	check(!strstr(c.out, "instructions"), "and no instructions");
	call_free(&c);
	c = call(cmd_run, MACHINE_METAL, "run alpha --mmu ept --log fault --ept.fill=64");
	check_number(c.status, 0, "every knob of the list is an option");
	check(fake.last.knob[HVBENCH_KNOB_LOG] == HVBENCH_LOG_FAULT &&
		      fake.last.knob[HVBENCH_KNOB_EPT_FILL] == 2,
	      "and its words are choices by number");
	call_free(&c);
	c = call(cmd_run, MACHINE_METAL, "run --help");
	check_options(c.out);
	call_free(&c);
}

static void test_output(void)
{
	struct call c;

	fake_reset();
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --repeat 3");
	check_number(c.status, 0, "three repetitions pass");
	check_number(fake.vms, 3, "each in a VM of its own");
	check_holds(c.out, "phase first-touch (cold): 64 operations", "a phase");
	/* 64 * 1200 of 64 * 1200 + 5000: the tick of 5000 is the host's. */
	check_holds(c.out,
		    "  instructions                                           1200.0  (median of "
		    "3; 1200.0 to 1200.0)\n",
		    "instructions an operation, without the host's interrupts");
	check_holds(c.out,
		    "  VM exits                                                1.000  (64)\n",
		    "exits an operation, without them");
	check_holds(c.out, "  left out, the host's own: 1 VM exits, 5000 instructions\n",
		    "which are told");
	check(!strstr(c.out, "EXTERNAL_INTERRUPT") && !strstr(c.out, "host_tsc"),
	      "and are in no other line");
	check_holds(c.out,
		    "    EPT_VIOLATION                                         1.000  (64, each "
		    "1000 outside the guest)\n",
		    "exits by reason");
	check_holds(c.out, "16384 bytes of the hypervisor (peak 20480)", "table memory");
	check(!strstr(c.out, "cycles") || strstr(c.out, "not cycles"),
	      "no word of cycles but that they are none");
	check_text(c.err, "", "nothing on the error stream");
	call_free(&c);
	c = call(cmd_run, MACHINE_NESTED, "run alpha --mmu ept");
	check_holds(c.out,
		    "machine: nested; times are TSC cycles, those of the hypervisor below among "
		    "them\n",
		    "a nested machine is named");
	check_holds(c.out, "  cycles                                                 1200.0\n",
		    "its times are cycles");
	call_free(&c);
}

static void test_csv_and_quiet(void)
{
	const char *first, *second;
	struct call c;

	fake_reset();
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --vpid off --repeat 2 --csv");
	check(c.status == 0 && !strncmp(c.out, "engine,mmu,backing,", 19),
	      "--csv begins with the header of results.csv");
	first = strstr(c.out, expect_row(HVBENCH_MMU_EPT, "vpid=off",
					 "alpha,pages=64 passes=8,first-touch,cold,1,ops,operations,"
					 "64\n"));
	second = strstr(c.out, ",first-touch,cold,2,ops,operations,64\n");
	check(first && second && first < second, "and has the rows of every repetition");
	check(!strstr(c.out, "phase first-touch"), "and nothing for people");
	check_text(c.err, "", "nor on the error stream");
	call_free(&c);
	fake_reset();
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --quiet");
	check(c.status == 0 && fake.vms == 1 && !*c.out && !*c.err,
	      "--quiet runs and prints nothing");
	call_free(&c);
	fake_reset();
	fake.refusal = "the module refused this VM: no 2M";
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept -q");
	check(c.status == 2 && strstr(c.err, "no 2M"), "but what went wrong");
	call_free(&c);
}

static void test_other_engine(void)
{
	struct call c;

	fake_reset();
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --engine kvm");
	check_number(c.status, 0, "a run of the other engine passes");
	check_text(fake.trace, "open kvm; kvm ept; kvm ept; close kvm; ",
		   "it alone is opened, and runs the guest a second time to count");
	check_holds(c.out,
		    "\nengine=kvm mmu=ept backing=4k populate=on vpid=on la57=off log=off "
		    "memory=",
		    "it is named, with the knobs that it has");
	check_holds(c.out,
		    "    EPT_VIOLATION                                         1.000  (64)\n",
		    "exits by reason, without their time");
	check(!strstr(c.out, "outside the guest"), "no time outside the guest");
	check_holds(c.out, "TLB flushes by the hypervisor", "flushes");
	check_holds(c.out,
		    "  kvm.tlb_flush                                           1.000  (64)\n",
		    "its own counters");
	check_holds(c.out, "(64 at the end)\n", "levels as levels");
	check(!strstr(c.out, "ept_fill"), "no counter that it lacks");
	call_free(&c);
	fake.kvm_has_no_flushes = true;
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --engine kvm");
	check(!strstr(c.out, "flushes by the hypervisor") && !strstr(c.out, "flush_"),
	      "no line of flushes where it can't count them");
	call_free(&c);
	fake.kvm_absent = "no /dev/kvm";
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --engine kvm");
	check(c.status == 3 && !strcmp(c.err, "hvbench: no /dev/kvm\n"),
	      "an engine that is absent: status 3");
	call_free(&c);
}

static void test_other_json(void)
{
	json_error_t error;
	json_t *object, *phase, *counters;
	struct call c;

	fake_reset();
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --engine kvm --json");
	object = json_loads(c.out, 0, &error);
	phase = json_array_get(json_array_get(json_object_get(object, "repetitions"), 0), 0);
	counters = json_object_get(phase, "counters");
	check_text(json_string_value(json_object_get(object, "engine")) ?: "", "kvm",
		   "JSON names the engine");
	check_number(json_object_size(json_object_get(object, "knobs")), HVBENCH_KNOB_LOG + 1,
		     "has its knobs");
	check_number(json_integer_value(json_object_get(counters, "kvm.tlb_flush")), 64,
		     "its own counters");
	check(json_object_get(counters, "vm_exits") && !json_object_get(counters, "fault_guest"),
	      "and of ours those that it has");
	check(!json_object_get(object, "totals"), "no totals, since it counts apart");
	check(!json_object_get(json_object_get(phase, "per_operation"),
			       "instructions_outside_the_guest"),
	      "but no time outside the guest");
	json_decref(object);
	call_free(&c);
}

static void test_json(void)
{
	json_error_t error;
	json_t *object;
	double cost = 0;
	long long ops = 0, exits = 0, fills = 0, violations = 0;
	struct call c;

	fake_reset();
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --json --repeat 2");
	object = json_loads(c.out, 0, &error);
	check(object && json_array_size(json_object_get(object, "repetitions")) == 2,
	      "JSON of two repetitions");
	check(object &&
		      !json_unpack(
			      json_array_get(
				      json_array_get(json_object_get(object, "repetitions"), 1), 0),
			      "{s:I, s:{s:F}}", "ops", &ops, "per_operation",
			      "instructions", &cost) &&
		      ops == 64 && cost == 1200,
	      "with the same numbers");
	check(object &&
		      !json_unpack(json_array_get(json_object_get(object, "totals"), 1),
				   "{s:{s:I, s:I}, s:{s:I}}", "counters", "vm_exits", &exits,
				   "fault_fill", &fills, "exits", "EPT_VIOLATION", &violations) &&
		      exits == 64 && fills == 64 && violations == 64,
	      "and the whole run's counters (%lld, %lld, %lld)", exits, fills, violations);
	json_decref(object);
	call_free(&c);
}

static int differ(struct fake_vm *vm, struct hvbench_run *run, struct failure *why)
{
	fake_good(vm, run, why);
	if (vm->step == 1 && vm->serial == 1)
		vm->now.stats.counter[HVBENCH_CNT_fault_fill]++;
	return 0;
}

static int other_phases(struct fake_vm *vm, struct hvbench_run *run, struct failure *why)
{
	if (vm->serial == 1 && vm->step == 2)
		vm->step = 4;
	return fake_good(vm, run, why);
}

static void test_repetitions(void)
{
	struct call c;

	fake_reset();
	fake.play = differ;
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --repeat 2");
	check_number(c.status, 0, "counts that differ are no failure");
	check_holds(
		c.err,
		"WARNING: repetitions 1 and 2 differ in fault_fill in phase first-touch: 64 and 65",
		"but are warned of in emulation");
	call_free(&c);
	fake_reset();
	fake.play = differ;
	c = call(cmd_run, MACHINE_METAL, "run alpha --mmu ept --repeat 2");
	check_text(c.err, "", "and not on metal");
	call_free(&c);
	fake_reset();
	fake.play = other_phases;
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --repeat 2");
	check_number(c.status, 1, "other phases are");
	check_holds(c.err, "went through different phases", "and are told of");
	check(!*c.out, "with no half result");
	call_free(&c);
}

static int failing(struct fake_vm *vm, struct hvbench_run *run, struct failure *why)
{
	(void)why;
	vm->box->exit_status = 1;
	strcpy(vm->box->message, "wrong word");
	fake_ring(run, HVBENCH_BELL_EXIT);
	return 0;
}

static void test_failures(void)
{
	struct call c;

	fake_reset();
	fake.play = failing;
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --json");
	check_number(c.status, 1, "a guest that fails its check: status 1");
	check_holds(c.err, "wrong word", "with its message");
	check(!*c.out && !fake.live_vms, "and no output");
	call_free(&c);
	fake_reset();
	fake.absent = "no /dev/hvbench";
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept");
	check_number(c.status, 3, "no engine: status 3");
	call_free(&c);
	fake_reset();
	fake.refusal = "the module refused this VM: no 2M";
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept");
	check_number(c.status, 2, "a refused configuration: status 2");
	check_holds(c.err, "no 2M", "with the module's sentence");
	call_free(&c);
}

static void test_info_and_list(void)
{
	json_error_t error;
	json_t *object;
	struct call c;

	fake_reset();
	c = call(cmd_info, MACHINE_EMULATED, "info");
	check_number(c.status, 0, "info passes");
	check_holds(c.out, "vpid                 yes", "and tells of VPID");
	check_holds(c.out, "\nother engine: kvm: ept and spt\n", "and of the other engine");
	check_text(fake.trace, "open hvbench; close hvbench; ", "which it does not open");
	call_free(&c);
	fake.kvm_absent = "no /dev/kvm";
	c = call(cmd_info, MACHINE_EMULATED, "info");
	check_number(c.status, 0, "info passes where that is absent");
	check_holds(c.out, "\nother engine: kvm: no /dev/kvm\n", "and tells why");
	call_free(&c);
	c = call(cmd_info, MACHINE_EMULATED, "info --json");
	check_holds(c.out, "\"kvm\": \"no /dev/kvm\"", "also as JSON");
	call_free(&c);
	fake.absent = "the module is not loaded";
	c = call(cmd_info, MACHINE_EMULATED, "info --json");
	check_number(c.status, 3, "info without engine: status 3");
	check_holds(c.out, "\"kvm\": \"no /dev/kvm\"", "but it tells of the others");
	call_free(&c);
	c = call(cmd_list, MACHINE_EMULATED, "list");
	check_holds(c.out, "  beta               a guest of tests\n",
		    "list shows workloads without an engine");
	check_holds(c.out, "      stride=4K        how many stride (1 to 1T)\n",
		    "their parameters");
	check_holds(c.out, "  spt.sync    vtlb|unsync", "and knobs");
	check(!strstr(c.out, "harness_exits"), "no counters");
	call_free(&c);
	c = call(cmd_list, MACHINE_EMULATED, "list -v");
	check_holds(c.out, "harness_exits", "counters with -v");
	check_holds(c.out, "stands for: nothing but tests", "and purposes");
	call_free(&c);
	c = call(cmd_list, MACHINE_EMULATED, "list --json");
	object = json_loads(c.out, 0, &error);
	check(object && json_array_size(json_object_get(object, "counters")) == HVBENCH_NR_COUNTERS,
	      "JSON of all counters");
	check(object && json_array_size(json_object_get(object, "knobs")) == HVBENCH_NR_KNOBS,
	      "and of all knobs");
	json_decref(object);
	call_free(&c);
}

void test_cmd_run(void)
{
	check_group("run");
	test_usage();
	test_configuration();
	test_output();
	test_csv_and_quiet();
	test_other_engine();
	test_json();
	test_other_json();
	test_repetitions();
	test_failures();
	check_group("info, list");
	test_info_and_list();
}
