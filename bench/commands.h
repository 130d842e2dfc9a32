/* SPDX-License-Identifier: GPL-2.0 */
/* The list of subcommands: finds the one that is asked for, and helps where none is. */
#ifndef BENCH_COMMANDS_H
#define BENCH_COMMANDS_H

#include "tool.h"

/* argv[0] is the program's name. Returns its exit status. */
int commands_run(const struct tool *tool, int argc, char **argv);

#endif
