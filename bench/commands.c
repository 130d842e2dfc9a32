// SPDX-License-Identifier: GPL-2.0
/* See commands.h. HVBENCH_VERSION comes from the file VERSION, by the Makefile. */
#include <string.h>

#include "commands.h"
#include "hvbench.h"

static const struct command {
	const char *name;
	int (*call)(const struct tool *tool, int argc, char **argv);
	const char *help;
} commands[] = {
	{ "info", cmd_info, "what module and CPU offer, or why they don't" },
	{ "list", cmd_list, "workloads, knobs, suites, CPUs and, with -v, counters" },
	{ "run", cmd_run, "one workload under one MMU, results on the terminal" },
	{ "suite", cmd_suite, "a file of experiments, results as CSV" },
	{ "report", cmd_script, "figures, plots and report.html of a suite's results" },
	{ "compare", cmd_script, "what changed from one run to another" },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
	unsigned int i;

	fprintf(out, "hvbench: EPT against shadow page tables, on the same guest\n\n"
		     "usage: hvbench COMMAND [ARGUMENT]...\n"
		     "       hvbench help [COMMAND]\n"
		     "       hvbench --version\n\nCommands:\n");
	for (i = 0; i < NR_COMMANDS; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
	fprintf(out,
		"\n`hvbench help COMMAND` tells the rest; so does hvbench(1).\n\n"
		"Environment:\n"
		"  HVBENCH_GUESTS  directory of the guests' ELF files; default: ../guests or\n"
		"                  ../lib/hvbench/guests, seen from this command's directory\n\n"
		"Exit status:\n"
		"  0  all went well\n"
		"  1  a run failed: the guest's check, a time limit, Ctrl-C, a broken guest,\n"
		"     or a pipe that was closed before all was said;\n"
		"     compare: something got worse; report: the run can't be used\n"
		"  2  wrong usage: command line, suite file, or a configuration that is wrong\n"
		"     everywhere\n"
		"  3  wrong environment: no module, no permission, no guests, no memory, or a\n"
		"     configuration that this machine can't do;\n"
		"     compare: runs that can't be compared\n");
}

static int print_version(const struct tool *tool, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	fprintf(tool->out, "hvbench %s (interface version %u)\n", HVBENCH_VERSION,
		HVBENCH_UAPI_VERSION);
	return STATUS_OK;
}

static int unknown_command(const struct tool *tool, const char *word)
{
	struct names names = { .nr = 0 };
	struct failure why;
	char hint[512];
	bool option = *word == '-';
	unsigned int i;

	for (i = 0; !option && i < NR_COMMANDS; i++)
		names_add(&names, commands[i].name);
	names_add(&names, option ? "--help" : "help");
	if (option)
		names_add(&names, "--version");
	names_hint(&names, word, hint, sizeof(hint));
	fail(&why, STATUS_USAGE, "unknown %s \"%.64s\"%s", option ? "option" : "command", word,
	     hint);
	return tool_failed(tool, &why);
}

static int call(const struct tool *tool, int argc, char **argv)
{
	unsigned int i;

	for (i = 0; i < NR_COMMANDS; i++) {
		if (!strcmp(commands[i].name, argv[0]))
			return commands[i].call(tool, argc, argv);
	}
	return unknown_command(tool, argv[0]);
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
	return !strcmp(word, a) || !strcmp(word, b);
}

/* `hvbench help`, with the name of a command or without. */
static int help(const struct tool *tool, int argc, char **argv)
{
	char option[] = "--help";
	char *ask[] = { argc > 1 ? argv[1] : NULL, option, NULL };
	struct failure why;

	if (argc > 2) {
		fail(&why, STATUS_USAGE, "help takes one command: \"%.64s\" is too much", argv[2]);
		return tool_failed(tool, &why);
	}
	if (argc > 1 && !is_one_of(argv[1], "help", "--help"))
		return call(tool, 2, ask);
	print_help(tool->out);
	return STATUS_OK;
}

/* --version and --help stand alone. */
static int alone(const struct tool *tool, int argc, char **argv,
		 int (*print)(const struct tool *tool, int argc, char **argv))
{
	struct failure why;

	if (argc == 1)
		return print(tool, argc, argv);
	fail(&why, STATUS_USAGE, "%s takes no argument: \"%.64s\"%s", argv[0], argv[1],
	     print == help ? "; say `hvbench help COMMAND`" : "");
	return tool_failed(tool, &why);
}

int commands_run(const struct tool *tool, int argc, char **argv)
{
	if (argc < 2) {
		print_help(tool->err);
		return STATUS_USAGE;
	}
	if (is_one_of(argv[1], "--version", "-V"))
		return alone(tool, argc - 1, argv + 1, print_version);
	if (!strcmp(argv[1], "help"))
		return help(tool, argc - 1, argv + 1);
	if (is_one_of(argv[1], "--help", "-h"))
		return alone(tool, argc - 1, argv + 1, help);
	return call(tool, argc - 1, argv + 1);
}
