// SPDX-License-Identifier: GPL-2.0
/*
 * The command `hvbench`: finds the subcommand and calls it. What they share of
 * the process (streams, machine, signals) is set up here.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "stop.h"
#include "tool.h"

static const struct command {
	const char *name;
	int (*call)(const struct tool *tool, int argc, char **argv);
	const char *help;
} commands[] = {
	{ "info", cmd_info, "what module and CPU offer, or why they don't" },
	{ "list", cmd_list, "workloads, knobs and, with -v, counters" },
	{ "run", cmd_run, "one workload under one MMU, results on the terminal" },
	{ "suite", cmd_suite, "a file of experiments, results as CSV" },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
	unsigned int i;

	fprintf(out, "hvbench: EPT against shadow page tables, on the same guest\n\n"
		     "usage: hvbench COMMAND [ARGUMENT]...\n\nCommands:\n");
	for (i = 0; i < NR_COMMANDS; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
	fprintf(out, "\n`hvbench COMMAND --help` tells the rest.\n\n"
		     "Environment:\n"
		     "  HVBENCH_GUESTS  directory of the guests' ELF files; default: ../guests\n"
		     "                  seen from this command's own directory\n\n"
		     "Exit status:\n"
		     "  0  all went well\n"
		     "  1  a run failed: the guest's check, a time limit, Ctrl-C, a broken guest\n"
		     "  2  wrong usage: command line, suite file, or a refused configuration\n"
		     "  3  wrong environment: no module, no permission, no guests, no memory\n");
}

static int unknown_command(const struct tool *tool, const char *word)
{
	struct names names = { .nr = 0 };
	struct failure why;
	char hint[512];
	unsigned int i;

	for (i = 0; i < NR_COMMANDS; i++)
		names_add(&names, commands[i].name);
	names_hint(&names, word, hint, sizeof(hint));
	fail(&why, STATUS_USAGE, "unknown command \"%.64s\"%s", word, hint);
	return tool_failed(tool, &why);
}

static const struct engine_ops *const engines[] = { &engine_hvbench, &engine_kvm, NULL };

/* getopt_long() reorders argv; the record is to show it as it was given. */
static char **copy_arguments(int argc, char **argv)
{
	char **copy = calloc(argc + 1, sizeof(*copy));

	return copy ? memcpy(copy, argv, argc * sizeof(*copy)) : argv;
}

int main(int argc, char **argv)
{
	struct tool tool = { .engines = engines,
			     .machine = host_machine("/proc/cmdline"),
			     .out = stdout,
			     .err = stderr,
			     .argc = argc,
			     .argv = copy_arguments(argc, argv) };
	const char *term = getenv("TERM");
	struct failure why;
	unsigned int i;

	/*
	 * Else jansson reads /dev/urandom to hash keys; early after a boot the
	 * kernel gathers entropy for that, for a second or so.
	 */
	json_object_seed(1);
	tool.terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb");
	if (argc < 2) {
		print_help(stderr);
		return STATUS_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_help(stdout);
		return STATUS_OK;
	}
	if (stop_install(&why))
		return tool_failed(&tool, &why);
	for (i = 0; i < NR_COMMANDS; i++) {
		if (!strcmp(commands[i].name, argv[1]))
			return commands[i].call(&tool, argc - 1, argv + 1);
	}
	return unknown_command(&tool, argv[1]);
}
