// SPDX-License-Identifier: GPL-2.0
/* The machine's description: host.c and environment.c. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "environment.h"
#include "fake_engine.h"
#include "host.h"
#include "scratch.h"

static void test_machine(void)
{
	const char *path = scratch_write("cmdline", "quiet hvbench.machine=emulated panic=-1\n");
	char name[32];

	check(host_machine(path, false) == MACHINE_EMULATED,
	      "the kernel's command line says emulated");
	check(host_machine(path, true) == MACHINE_EMULATED,
	      "also where the emulator calls itself a hypervisor");
	check(host_machine(scratch_write("cmdline", "quiet hvbench.machine=emulatedx\n"), false) ==
		      MACHINE_METAL,
	      "a word that only begins so does not");
	check(host_machine("/nowhere", false) == MACHINE_METAL,
	      "without a command line it is metal");
	check(host_machine("/nowhere", true) == MACHINE_NESTED,
	      "with a hypervisor below it is nested");
	check_text(machine_name(MACHINE_NESTED), "nested", "which has a name");
	check_text(machine_tsc_unit(MACHINE_NESTED), "cycles", "and counts cycles");
	host_hypervisor(name, sizeof(name));
	check(!host_has_hypervisor() == !strcmp(name, HOST_NOT_AVAILABLE),
	      "a hypervisor has a signature: %s", name);
}

static void test_reading(void)
{
	char value[64];

	host_read_line("/nowhere", value, sizeof(value));
	check_text(value, "not available", "a missing file");
	host_read_line(scratch_write("empty", "\n"), value, sizeof(value));
	check_text(value, "not available", "an empty line");
	scratch_write("cpuinfo", "model name\t: A CPU\nmodel\t\t: 42\n");
	host_read_field(scratch_write("cpuinfo", "model name\t: A CPU\nmodel\t\t: 42\n"), "model",
			value, sizeof(value));
	check_text(value, "42", "a field is found by its whole name");
	host_read_field(scratch_write("cpuinfo", "a : b\n"), "c", value, sizeof(value));
	check_text(value, "not available", "a missing field");
}

static void test_environment(void)
{
	char *argv[] = { "hvbench", "suite", "a b.suite" };
	struct tool tool = {
		.engines = fake_engines, .machine = MACHINE_EMULATED, .argc = 3, .argv = argv
	};
	json_t *object = environment_json(&tool, 0);
	static const char *const keys[] = { "machine",	"kernel",     "cpu",	"microcode",
					    "governor", "turbo",      "memory", "command",
					    "engine",	"mitigations" };
	unsigned int i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		check(json_object_get(object, keys[i]) != NULL, "environment.json has %s", keys[i]);
	check(!json_object_get(object, "date"), "and no date of a clock that is made up");
	check_text(json_string_value(json_object_get(object, "command")),
		   "hvbench suite 'a b.suite'", "the command, quoted");
	json_decref(object);
	tool.machine = MACHINE_METAL;
	object = environment_json(&tool, 0);
	check(json_object_get(object, "date") != NULL, "the metal's date is the real one");
	check(!json_object_get(object, "hypervisor"), "nothing is below it");
	json_decref(object);
	tool.machine = MACHINE_NESTED;
	object = environment_json(&tool, 0);
	check_text(json_string_value(json_object_get(object, "machine")), "nested",
		   "environment.json says nested");
	check_text(json_string_value(json_object_get(object, "tsc_unit")), "cycles",
		   "which counts cycles");
	check(json_object_get(object, "date") && json_object_get(object, "hypervisor"),
	      "has a date, and says what is below");
	json_decref(object);
}

void test_host(void)
{
	check_group("host");
	test_machine();
	test_reading();
	test_environment();
}
