// SPDX-License-Identifier: GPL-2.0
/*
 * The command `hvbench`: what subcommands share of the process (streams, machine,
 * signals) is set up here, and its output brought to an end.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "host.h"
#include "stop.h"
#include "tool.h"

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
			     .probe_port = &probe_io_port,
			     .machine = host_machine("/proc/cmdline", host_has_hypervisor()),
			     .out = stdout,
			     .err = stderr,
			     .argc = argc,
			     .argv = copy_arguments(argc, argv) };
	const char *term = getenv("TERM");
	struct failure why;

	/*
	 * Else jansson reads /dev/urandom to hash keys; early after a boot the
	 * kernel gathers entropy for that, for a second or so.
	 */
	json_object_seed(1);
	tool.terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb");
	if (stop_install(&why))
		return tool_failed(&tool, &why);
	return tool_end(&tool, commands_run(&tool, argc, argv));
}
