// SPDX-License-Identifier: GPL-2.0
/* results.csv: header, quoting, columns, and which counters have rows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog.h"
#include "check.h"
#include "csv.h"
#include "expect.h"
#include "fake_engine.h"

static char *text;
static size_t size;

static void test_fields(void)
{
	FILE *out = open_memstream(&text, &size);
	char header[2048];

	csv_field(out, "plain");
	putc('|', out);
	csv_field(out, "a,b");
	putc('|', out);
	csv_field(out, "say \"hi\"");
	putc('|', out);
	csv_field(out, "two\nlines");
	putc('|', out);
	csv_field(out, "");
	fclose(out);
	check_text(text, "plain|\"a,b\"|\"say \"\"hi\"\"\"|\"two\nlines\"|",
		   "fields are quoted where they must be");
	free(text);
	out = open_memstream(&text, &size);
	csv_header(out);
	fclose(out);
	snprintf(header, sizeof(header),
		 "engine,mmu,%sworkload,params,phase,condition,repetition,counter,unit,value\n",
		 expect_knobs(","));
	check_text(text, header, "the header has every knob");
	free(text);
}

static unsigned int count_lines(const char *s)
{
	unsigned int lines = 0;

	for (; *s; s++)
		lines += *s == '\n';
	return lines;
}

static void holds_row(const char *end, const char *what)
{
	char rest[256];

	snprintf(rest, sizeof(rest), "alpha,pages=64 passes=8,warm,change,2,%s", end);
	check_holds(text, expect_row(HVBENCH_MMU_SPT, "spt.sync=vtlb", rest), what);
}

static void test_rows(const struct guest_file *guest, struct phase *phase)
{
	struct run_result result = { .nr_phases = 1, .phase = phase };
	struct run_spec spec;
	FILE *out = open_memstream(&text, &size);

	spec_init(&spec, &fake_engine, guest);
	spec.mmu = HVBENCH_MMU_SPT;
	spec.knob[HVBENCH_KNOB_SPT_SYNC] = HVBENCH_SPT_SYNC_VTLB;
	strcpy(phase->name, "warm");
	phase->condition = HVBENCH_CONDITION_CHANGE;
	phase->ops = 512;
	phase->tsc = UINT64_MAX;
	phase->stats.exits[28] = 3;
	phase->stats.outside_tsc[28] = 999;
	phase->stats.outside_histogram[28][9] = 2;
	phase->stats.outside_histogram[28][12] = 1;
	csv_result(out, &spec, &result, 2, MACHINE_EMULATED);
	fclose(out);
	check_number(count_lines(text), 2 + HVBENCH_NR_COUNTERS + 7 + 4,
		     "a row for every counter, and for what is not zero");
	holds_row("ops,operations,512\n", "ops");
	holds_row("tsc,instructions,18446744073709551615\n",
		  "tsc in instructions, up to the largest number");
	holds_row("vm_exits,exits,0\n", "a zero counter");
	holds_row("outside_tsc,instructions,0\n", "unit tsc becomes instructions");
	holds_row("exit.CR_ACCESS,exits,3\n", "an exit by reason");
	holds_row("outside_tsc.CR_ACCESS,instructions,999\n", "its time");
	holds_row("outside_histogram.CR_ACCESS.9,exits,2\n", "its histogram");
	holds_row("guest_untrapped_flushes,flushes,0\n", "the guest's own flushes");
	check(!strstr(text, "CPUID"), "no row for an exit that never came");
	free(text);
	out = open_memstream(&text, &size);
	spec.mmu = HVBENCH_MMU_EPT;
	csv_result(out, &spec, &result, 1, MACHINE_METAL);
	fclose(out);
	check_holds(text,
		    expect_row(HVBENCH_MMU_EPT, "", "alpha,pages=64 passes=8,warm,change,1,tsc,cycles,"),
		    "on metal tsc is in cycles; under ept the knobs of spt are -");
	free(text);
}

static void holds_kvm_row(const char *end, const char *what)
{
	char rest[256];

	snprintf(rest, sizeof(rest), "alpha,pages=64 passes=8,warm,setup,1,%s", end);
	check_holds(text, expect_row_of(&fake_kvm, HVBENCH_MMU_SPT, "vpid=off", rest), what);
}

static void test_other_engine(const struct guest_file *guest, struct phase *phase)
{
	struct run_result result = { .nr_phases = 1, .phase = phase };
	struct run_spec spec;
	FILE *out = open_memstream(&text, &size);

	fake_reset();
	spec_init(&spec, &fake_kvm, guest);
	spec.mmu = HVBENCH_MMU_SPT;
	spec.knob[HVBENCH_KNOB_VPID] = 0;
	memset(phase, 0, sizeof(*phase));
	strcpy(phase->name, "warm");
	phase->condition = HVBENCH_CONDITION_SETUP;
	phase->ops = 512;
	phase->stats.exits[28] = 3;
	/* The host took time, but not out of the guest. */
	phase->stats.counter[HVBENCH_CNT_host_tsc] = 77;
	phase->own[0] = 5;
	csv_result(out, &spec, &result, 1, MACHINE_METAL);
	fclose(out);
	check(!strncmp(text, "kvm,spt,4k,on,off,off,off,-,-,", 30),
	      "the row names the engine; the knobs that it lacks are -");
	/* Seven counters, six of flushes, none of what it does not trap; a reason, two of its own. */
	check_number(count_lines(text), 2 + 7 + 6 + 6 + 1 + 2,
		     "there is a row for what the engine has, and for nothing else");
	holds_kvm_row("flush_invept_all,flushes,0\n", "a counter that it has");
	check(!strstr(text, "fault_guest") && !strstr(text, "outside_tsc,"), "none that it lacks");
	holds_kvm_row("exit.CR_ACCESS,exits,3\n", "an exit by reason");
	holds_kvm_row("host_tsc,cycles,77\n", "a time that it knows");
	check(!strstr(text, "outside_tsc.CR_ACCESS"), "and none that it does not");
	holds_kvm_row("kvm.tlb_flush,flushes,5\n", "its own counters");
	holds_kvm_row("kvm.pages_4k,entries,0\n", "also where they are 0");
	free(text);
}

void test_csv(void)
{
	struct phase *phase = calloc(1, sizeof(*phase));
	struct catalog catalog;
	struct failure why;

	check_group("csv");
	test_fields();
	if (check(!catalog_open(&catalog, stderr, &why), "guests for tests")) {
		test_rows(&catalog.guest[0], phase);
		test_other_engine(&catalog.guest[0], phase);
		catalog_close(&catalog);
	}
	free(phase);
}
