// SPDX-License-Identifier: GPL-2.0
/* Modelled runs, from the CPUs that are asked for to each output; the probe is a played one. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "check.h"
#include "expect.h"
#include "fake_engine.h"
#include "fake_probe.h"
#include "model_values.h"
#include "scratch.h"

/* `command options --model tiny[,other]`, with the files' paths. */
static const char *words(const char *begin, const char *files)
{
	static char text[1024];
	char copy[128], *rest = copy, *word;
	size_t used = snprintf(text, sizeof(text), "%s", begin);
	const char *between = " --model ";

	snprintf(copy, sizeof(copy), "%s", files);
	while ((word = strsep(&rest, ","))) {
		used += snprintf(text + used, sizeof(text) - used, "%s%s/%s", between, scratch(),
				 word);
		between = ",";
	}
	return text;
}

static struct call run(const char *begin, const char *files)
{
	fake_reset();
	return call(cmd_run, MACHINE_EMULATED, words(begin, files));
}

static void refuse(const char *files, int status, const char *sentence)
{
	struct call c = run("run alpha --mmu ept", files);

	check_number(c.status, status, sentence);
	check_holds(c.err, sentence, "it says why");
	check(!*c.out && !fake.vms && !fake_probe.pages, "nothing is run, nothing is left");
	call_free(&c);
}

static void test_asking(void)
{
	struct call c;

	fake_probe_reset();
	refuse("nosuch.cpu", 2, "nosuch.cpu: No such file or directory");
	refuse("bad.cpu", 2, "bad.cpu:");
	refuse("tiny.cpu,tiny.cpu", 2, "tiny.cpu comes twice");
	refuse("tiny.cpu,same.cpu", 2, "another description has the name tiny too");
	refuse("1.cpu,2.cpu,3.cpu,4.cpu,5.cpu,6.cpu,7.cpu,8.cpu,9.cpu", 2,
	       "--model: 9 CPUs are too many for one run (right: up to 8)");
	fake_reset();
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --model tyni");
	check_number(c.status, 2, "a CPU that there is not: status 2");
	check_holds(c.err, "--model: no CPU \"tyni\": it is neither a file nor the name of one",
		    "and its name");
	call_free(&c);
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --model ,");
	check_holds(c.err, "--model: the name of a CPU is missing", "no name");
	call_free(&c);
	check_text(fake_probe.trace, "", "nothing was asked of the probe");
}

static void test_absence(void)
{
	struct call c;

	fake_probe_reset();
	fake_probe.absent = true;
	refuse("tiny.cpu", 3, "--model: not available: this machine's emulator runs without the "
			      "probe");
	fake_probe_reset();
	fake_probe.denied = "the ports: no permission";
	refuse("tiny.cpu", 3, "--model: not available: the ports: no permission");
	fake_probe_reset();
	fake_probe.error = "it speaks another version";
	fake_probe.error_kind = MODEL_HELLO;
	refuse("tiny.cpu", 3, "--model: not available: the probe: it speaks another version");
	fake_probe_reset();
	fake_reset();
	c = call(cmd_run, MACHINE_METAL, words("run alpha --mmu ept", "tiny.cpu"));
	check(c.status == 3 && strstr(c.err, "only the emulated machine"), "bare metal has none");
	check_text(fake_probe.trace, "", "and its ports are left alone");
	call_free(&c);
	fake_probe.error = "no room for it";
	fake_probe.error_kind = MODEL_START;
	c = run("run alpha --mmu ept", "tiny.cpu");
	check_number(c.status, 3, "a probe that fails later ends the run");
	check(!fake.live_vms && !fake_probe.pages, "and nothing is left");
	call_free(&c);
	fake_probe.error_kind = MODEL_READ;
	c = run("run alpha --mmu ept", "tiny.cpu");
	check(c.status == 3 && strstr(c.err, "the probe: no room for it"), "so does a read");
	check(!fake.live_vms && !fake_probe.pages, "and nothing is left");
	call_free(&c);
	fake_probe_reset();
	fake_probe.stale[MODEL_HOST] = 1;
	c = run("run alpha --mmu ept", "tiny.cpu");
	check_number(c.status, STATUS_RUN_FAILED, "a stale hit of the host fails the run");
	call_free(&c);
	fake_probe_reset();
	fake_probe.stale[MODEL_GUEST] = 1;
	c = run("run alpha --mmu ept", "tiny.cpu");
	check_number(c.status, STATUS_RUN_FAILED, "so does one of the guest");
	check(strstr(c.err, "a flush of the TLB is missing: a CPU like tiny may still translate "
			    "0x7fff1000 to host page 0x111000, where a store of the guest went to "
			    "0x222000 (CPU 1, VPID 7, CR3 0x5000, EPTP 0x601e)") != NULL,
	      "and says which");
	check(!fake.live_vms && !fake_probe.pages, "and nothing is left");
	call_free(&c);
}

static void test_requests(void)
{
	struct call c;

	fake_probe_reset();
	c = run("run alpha --mmu ept --repeat 2 -q", "tiny.cpu,other.cpu");
	check_number(c.status, 0, "a modelled run passes");
	check_text(fake_probe.trace,
		   "hello; describe 0 tiny; describe 1 other; start; read; read; stop; "
		   "start; read; read; stop; forget; ",
		   "CPUs are described once, each VM is started, read and stopped");
	check_number(fake_probe.reads, 5, "and read wherever the counters are");
	check(!fake_probe.pages, "the page is given back");
	call_free(&c);
	fake_probe_reset();
	c = run("run alpha --mmu ept --engine kvm -q", "tiny.cpu");
	check_number(fake.vms, 2, "an engine that counts apart runs the guest twice");
	check_text(fake_probe.trace, "hello; describe 0 tiny; start; read; stop; forget; ",
		   "but only the timed run is modelled");
	call_free(&c);
	fake_probe_reset();
	fake_reset();
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept -q");
	check_text(fake_probe.trace, "", "without --model the probe is left alone");
	call_free(&c);
	fake_probe_reset();
	c = run("run alpha --mmu ept -q", "long.cpu");
	check_text(fake_probe.trace, "hello; describe 0 long; start; read; stop; forget; ",
		   "a long description arrives whole");
	call_free(&c);
}

static bool has_row(const char *csv, uint32_t mmu, const char *end)
{
	char rest[256];

	snprintf(rest, sizeof(rest), "alpha,pages=64 passes=8,first-touch,cold,1,%s\n", end);
	return strstr(csv, expect_row(mmu, "", rest));
}

static void test_rows(void)
{
	struct call c;

	fake_probe_reset();
	c = run("run alpha --mmu ept --csv", "tiny.cpu,other.cpu");
	check(has_row(c.out, HVBENCH_MMU_EPT, "model.tiny.guest.walk_load,walks,10"),
	      "a row for a count, the change over the phase");
	check(has_row(c.out, HVBENCH_MMU_EPT, "model.other.host.transition,transitions,20"),
	      "for each world and CPU");
	check(has_row(c.out, HVBENCH_MMU_EPT, "model.tiny.native.cycles_low,modelled cycles,5") &&
		      has_row(c.out, HVBENCH_MMU_EPT,
			      "model.tiny.native.cycles_mid,modelled cycles,10") &&
		      has_row(c.out, HVBENCH_MMU_EPT,
			      "model.tiny.native.cycles_high,modelled cycles,10"),
	      "for the modelled cycles, low, mid and high");
	check(has_row(c.out, HVBENCH_MMU_EPT,
		      "model.tiny.native.cycles_instructions,modelled cycles,10") &&
		      has_row(c.out, HVBENCH_MMU_EPT,
			      "model.tiny.native.cycles_walks,modelled cycles,0"),
	      "and by cause, also where they are 0");
	check(!strstr(c.out, "stale_found") && !strstr(c.out, "native.walk_load"),
	      "but for no count that is 0");
	check(strstr(c.out, ",cycles,") == NULL, "nothing modelled is called cycles");
	call_free(&c);
	c = run("run alpha --mmu spt --csv", "tiny.cpu");
	check(has_row(c.out, HVBENCH_MMU_SPT, "model.tiny.guest.walk_load,walks,10") &&
		      !strstr(c.out, ".native."),
	      "there is no native under shadow page tables");
	call_free(&c);
}

/* A line of the output for people: its label, and what follows in the column of numbers. */
static void holds_line(const char *text, const char *label, const char *rest, const char *what)
{
	char line[256];

	snprintf(line, sizeof(line), "\n  %-46s %14.*s%s\n", label, (int)strcspn(rest, " "), rest,
		 rest + strcspn(rest, " "));
	check_holds(text, line, what);
}

static void test_human(void)
{
	struct call c;

	fake_probe_reset();
	fake_probe.per_read = 640;
	c = run("run alpha --mmu ept", "tiny.cpu");
	check_holds(c.out, "\n  modelled cycles on tiny  ", "a block for a CPU");
	check_holds(c.out, "\n    guest    ", "what the guest takes");
	check_holds(c.out, "\n    host    ", "and the hypervisor");
	holds_line(c.out, "    instructions", "10.000  (640)", "by cause, per operation");
	holds_line(c.out, "    page walks", "30.000  (1920, 3.333 references each)",
		   "walks and their references");
	holds_line(c.out, "modelled cycles on tiny, native", "10.000  [5.000 to 10.000]",
		   "native beside it, low and high");
	call_free(&c);
	c = run("run alpha --mmu spt", "tiny.cpu");
	check(strstr(c.out, "modelled cycles on tiny ") && !strstr(c.out, "native"),
	      "no native under shadow page tables");
	call_free(&c);
}

static void test_json(void)
{
	double low, mid, high;
	long long walks, cycles;
	json_error_t error;
	json_t *object, *phase;
	struct call c;

	fake_probe_reset();
	fake_probe.per_read = 640;
	c = run("run alpha --mmu ept --json", "tiny.cpu");
	object = json_loads(c.out, 0, &error);
	phase = json_array_get(json_array_get(json_object_get(object, "repetitions"), 0), 0);
	check(phase && !json_unpack(phase, "{s:{s:{s:{s:F, s:F, s:F}, s:{s:I, s:I}}}}", "models",
				    "tiny", "native_modelled_cycles_per_operation", "low", &low,
				    "mid", &mid, "high", &high, "guest", "walk_load", &walks,
				    "cycles_instructions", &cycles) &&
		      low == 5 && mid == 10 && high == 10 && walks == 640 && cycles == 640,
	      "JSON has the same");
	json_decref(object);
	call_free(&c);
	fake_reset();
	c = call(cmd_run, MACHINE_EMULATED, "run alpha --mmu ept --json");
	check(!strstr(c.out, "models"), "and nothing of models where none was asked for");
	call_free(&c);
}

static void test_repetitions(void)
{
	struct call c;

	fake_probe_reset();
	fake_probe.drift = 1;
	c = run("run alpha --mmu ept --repeat 2 -q", "tiny.cpu");
	check_holds(c.err,
		    "WARNING: repetitions 1 and 2 differ in model.tiny.guest.instructions in phase "
		    "first-touch: 10 and 11",
		    "in emulation repetitions must have the same exact counts of the model");
	call_free(&c);
}

static struct call suite(const char *text, enum machine_kind machine, const char *options)
{
	static char line[1024];

	fake_reset();
	fake_probe.trace[0] = '\0';
	scratch_write("model.suite", text);
	snprintf(line, sizeof(line), "suite %s/model.suite --force --out %s/models%s", scratch(),
		 scratch(), options);
	return call(cmd_suite, machine, line);
}

/* `%` in the text is the scratch directory with a slash. */
static const char *with_paths(const char *text)
{
	static char buf[2048];
	size_t used = 0;

	for (; *text && used < sizeof(buf); text++)
		used += *text == '%' ? snprintf(buf + used, sizeof(buf) - used, "%s/", scratch())
				     : snprintf(buf + used, sizeof(buf) - used, "%c", *text);
	return buf;
}

static void test_suite_key(void)
{
	char *csv, *environment;
	struct call c;

	fake_probe_reset();
	c = suite(with_paths("defaults model=%tiny.cpu\n"
			     "alpha mmu=ept pages=16\n"
			     "alpha mmu=ept pages=32 model=%tiny.cpu,%other.cpu\n"
			     "alpha mmu=ept pages=64 model=none\n"),
		  MACHINE_EMULATED, " --quiet");
	check_number(c.status, 0, "a suite with models passes");
	check_text(fake_probe.trace,
		   "hello; describe 0 tiny; start; read; stop; forget; describe 0 tiny; "
		   "describe 1 other; start; read; read; stop; forget; ",
		   "each line has its CPUs, the default ones where it names none");
	call_free(&c);
	csv = scratch_read("models/results.csv");
	check(strstr(csv, "pages=16 passes=8,warm,warm,1,model.tiny.guest.") &&
		      !strstr(csv, "pages=16 passes=8,warm,warm,1,model.other.") &&
		      strstr(csv, "pages=32 passes=8,warm,warm,1,model.other.host.") &&
		      !strstr(csv, "pages=64 passes=8,warm,warm,1,model."),
	      "and results.csv their rows");
	free(csv);
	environment = scratch_read("models/environment.json");
	check(strstr(environment, "\"model\": {") && strstr(environment, "\"tiny\": {") &&
		      strstr(environment, "\"title\": \"A CPU of tests\"") &&
		      strstr(environment, "nested-tlb"),
	      "environment.json has the descriptions");
	free(environment);
}

static void test_suite_twice(void)
{
	struct call c;

	fake_probe_reset();
	c = suite(with_paths("alpha mmu=ept model=%tiny.cpu\n"
			     "alpha mmu=ept,spt model=%other.cpu\n"),
		  MACHINE_EMULATED, "");
	check_number(c.status, 0, "a configuration may be named twice");
	check_text(fake_probe.trace,
		   "hello; describe 0 tiny; describe 1 other; start; read; read; stop; forget; "
		   "describe 0 other; start; read; stop; forget; ",
		   "and is modelled on the CPUs of both lines");
	call_free(&c);
}

static void test_suite_without(void)
{
	const char *text = with_paths("alpha mmu=ept model=%tiny.cpu\n");
	char *csv, *environment;
	struct call c;

	fake_probe_reset();
	c = suite(text, MACHINE_METAL, " --repeat 1");
	check_number(c.status, 0, "a suite goes on where nothing can be modelled");
	check_holds(c.err, "model: not available: only the emulated machine", "it tells of that");
	call_free(&c);
	csv = scratch_read("models/results.csv");
	check(strstr(csv, ",ops,") && !strstr(csv, "model."), "its results have no such rows");
	free(csv);
	environment = scratch_read("models/environment.json");
	check_holds(environment, "\"model\": \"not available: only the emulated machine",
		    "and environment.json says why");
	free(environment);
	c = suite("alpha mmu=ept\n", MACHINE_METAL, " --repeat 1");
	check(!strstr(c.err, "model"), "but nothing where no model was asked for");
	call_free(&c);
	environment = scratch_read("models/environment.json");
	check(!strstr(environment, "\"model\""), "nor in environment.json");
	free(environment);
}

static void refuse_suite(const char *text, const char *sentence)
{
	struct call c = suite(with_paths(text), MACHINE_EMULATED, " --dry-run");

	check(c.status == 2, "a suite is refused");
	check_holds(c.err, sentence, sentence);
	call_free(&c);
}

static void test_suite_errors(void)
{
	fake_probe_reset();
	refuse_suite("alpha model=tyni\n", "model.suite:1: model: no CPU \"tyni\": it is neither");
	refuse_suite("alpha\ndefaults model=%bad.cpu\n", "model.suite:2: model: ");
	refuse_suite("alpha model=none,%tiny.cpu\n", "model.suite:1: model=none stands alone");
	refuse_suite("alpha model=%tiny.cpu,%tiny.cpu\n", "twice");
	refuse_suite("defaults pages=3\nalpha\n",
		     "model.suite:1: defaults takes no \"pages\" (right: repeat, memory, optional, "
		     "model)");
	refuse_suite("defaults model=%tiny.cpu\n", "no experiment in it");
	refuse_suite("alpha model=%1.cpu,%2.cpu,%3.cpu,%4.cpu,%5.cpu\n"
		     "alpha model=%6.cpu,%7.cpu,%8.cpu,%9.cpu\n",
		     "model.suite:1: 9 CPUs are too many for one run (right: up to 8)");
	check_text(fake_probe.trace, "", "none of it asks anything of the probe");
}

static void test_list(void)
{
	json_error_t error;
	json_t *object;
	struct call c;

	c = call(cmd_list, MACHINE_EMULATED, "list --json");
	object = json_loads(c.out, 0, &error);
	check(json_is_array(json_object_get(object, "cpus")), "list --json has the CPUs");
	json_decref(object);
	call_free(&c);
}

static void write_descriptions(void)
{
	static char text[16384];
	char file[16], name[16];
	unsigned int i;
	size_t used;

	scratch_write("tiny.cpu", fake_probe_cpu("tiny"));
	scratch_write("other.cpu", fake_probe_cpu("other"));
	scratch_write("bad.cpu", "name\n");
	for (i = 1; i <= MODEL_MAX_CPUS + 1; i++) {
		snprintf(name, sizeof(name), "cpu-%u", i);
		snprintf(file, sizeof(file), "%u.cpu", i);
		scratch_write(file, fake_probe_cpu(name));
	}
	snprintf(text, sizeof(text), "%s# another\n", fake_probe_cpu("tiny"));
	scratch_write("same.cpu", text);
	used = snprintf(text, sizeof(text), "%s", fake_probe_cpu("long"));
	while (used < 2 * MODEL_TEXT_BYTES)
		used += snprintf(text + used, sizeof(text) - used, "# a line that says nothing\n");
	scratch_write("long.cpu", text);
}

void test_model(void)
{
	check_group("model");
	write_descriptions();
	test_asking();
	test_absence();
	test_requests();
	test_rows();
	test_human();
	test_json();
	test_repetitions();
	check_group("model: suite");
	test_suite_key();
	test_suite_twice();
	test_suite_without();
	test_suite_errors();
	test_list();
}
