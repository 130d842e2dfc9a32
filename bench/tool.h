/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every command gets: the engines, the machine and where output goes. The
 * program fills it in once; tests fill in engines and streams of their own.
 */
#ifndef BENCH_TOOL_H
#define BENCH_TOOL_H

#include <stdbool.h>
#include <stdio.h>

#include "engine.h"
#include "probe.h"
#include "tables.h"

struct tool {
	/* The first is the default; NULL ends them. */
	const struct engine_ops *const *engines;
	const struct probe_port *probe_port;
	enum machine_kind machine;
	FILE *out, *err;
	bool terminal; /* err is one: progress may redraw its line */
	int argc; /* the whole command line, for the record */
	char **argv;
};

/* Each takes its own name as argv[0] and returns an exit status. */
int cmd_info(const struct tool *tool, int argc, char **argv);
int cmd_list(const struct tool *tool, int argc, char **argv);
int cmd_run(const struct tool *tool, int argc, char **argv);
int cmd_suite(const struct tool *tool, int argc, char **argv);
/* Of more than one name: argv[0] is the script's. */
int cmd_script(const struct tool *tool, int argc, char **argv);

/* Prints "hvbench: <sentence>" and returns the failure's status. */
int tool_failed(const struct tool *tool, const struct failure *why);

/* Ends the output: one that got lost, on a full disk say, must not look like a result. */
int tool_end(const struct tool *tool, int status);

/* The default of --timeout: an emulated machine takes its time. */
unsigned int tool_timeout(const struct tool *tool);

#define TIMEOUT_MAX 86400

#endif
