// SPDX-License-Identifier: GPL-2.0
/* The command line before any subcommand: help, version, and what there is. */
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "check.h"
#include "commands.h"
#include "fake_engine.h"

static const char *const names[] = { "info", "list", "run", "suite", "report", "compare" };

static void refuse(const char *words, const char *sentence)
{
	struct call c = call(commands_run, MACHINE_METAL, words);

	check(c.status == 2 && !*c.out, "status 2 and no output: %s", words);
	check_holds(c.err, sentence, words);
	call_free(&c);
}

static void test_help(void)
{
	static const char *const ways[] = { "hvbench help", "hvbench --help", "hvbench -h",
					    "hvbench help help", "hvbench help --help" };
	struct call c, again;
	char line[32];
	unsigned int i;

	c = call(commands_run, MACHINE_METAL, ways[0]);
	check_number(c.status, 0, "help passes");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(line, sizeof(line), "\n  %-8s ", names[i]);
		check_holds(c.out, line, names[i]);
	}
	check_holds(c.out, "Exit status:\n  0 ", "exit statuses are documented");
	check_holds(c.out, "that is wrong\n     everywhere\n  3  ",
		    "a configuration that is wrong");
	check_holds(c.out, "that this machine can't do;", "and one that is wrong here");
	for (i = 1; i < sizeof(ways) / sizeof(ways[0]); i++) {
		again = call(commands_run, MACHINE_METAL, ways[i]);
		check(!again.status && !strcmp(c.out, again.out), "the same by `%s`", ways[i]);
		call_free(&again);
	}
	call_free(&c);
	c = call(commands_run, MACHINE_METAL, "hvbench");
	check(c.status == 2 && !*c.out && strstr(c.err, "usage: hvbench COMMAND"),
	      "without a word it is an error");
	call_free(&c);
}

/* Those that are scripts are not beside the tests. */
static void test_help_of_commands(void)
{
	struct call asked, told;
	char words[64];
	unsigned int i;

	for (i = 0; i < 4; i++) {
		snprintf(words, sizeof(words), "hvbench %s --help", names[i]);
		told = call(commands_run, MACHINE_METAL, words);
		snprintf(words, sizeof(words), "usage: hvbench %s", names[i]);
		check(!told.status && !strncmp(told.out, words, strlen(words)), "%s --help",
		      names[i]);
		snprintf(words, sizeof(words), "hvbench help %s", names[i]);
		asked = call(commands_run, MACHINE_METAL, words);
		check(!asked.status && !strcmp(told.out, asked.out), "is what help %s says",
		      names[i]);
		call_free(&told);
		call_free(&asked);
	}
}

static void test_scripts(void)
{
	struct call c = call(commands_run, MACHINE_METAL, "hvbench compare a b");

	check(c.status == 3 && !*c.out, "a script that is not there: status 3");
	check_holds(c.err, "compare is a script that does not lie where this command does",
		    "with the reason");
	call_free(&c);
}

void test_commands(void)
{
	struct call c;

	check_group("commands");
	fake_reset();
	test_help();
	test_help_of_commands();
	test_scripts();
	c = call(commands_run, MACHINE_METAL, "hvbench --version");
	check(!c.status && !strncmp(c.out, "hvbench of tests (interface version ", 36),
	      "--version tells the version and the module's interface");
	call_free(&c);
	refuse("hvbench siute",
	       "unknown command \"siute\"; did you mean \"suite\"? (right: info, ");
	refuse("hvbench list foo", "hvbench: list takes no argument: \"foo\"\n");
	refuse("hvbench list -v foo --json", "hvbench: list takes no argument: \"foo\"\n");
	refuse("hvbench info foo", "hvbench: info takes no argument: \"foo\"\n");
	refuse("hvbench -V foo", "hvbench: -V takes no argument: \"foo\"\n");
	refuse("hvbench --help run",
	       "hvbench: --help takes no argument: \"run\"; say `hvbench help COMMAND`\n");
	refuse("hvbench help run suite",
	       "hvbench: help takes one command: \"suite\" is too much\n");
	refuse("hvbench help rnu", "unknown command \"rnu\"; did you mean \"run\"?");
	refuse("hvbench --verison", "unknown option \"--verison\"; did you mean \"--version\"?");
	c = call(commands_run, MACHINE_EMULATED, "hvbench run alpha --mmu ept");
	check(!c.status && fake.vms == 1, "a command gets its arguments");
	call_free(&c);
}
