/* SPDX-License-Identifier: GPL-2.0 */
/* Calls a command of the tool in this process and keeps what it prints. */
#ifndef TOOL_CALL_H
#define TOOL_CALL_H

#include "tool.h"

struct call {
	int status;
	char *out, *err;
};

typedef int (*command)(const struct tool *tool, int argc, char **argv);

/* words: "run alpha --mmu ept", split at blanks. Free with call_free(). */
struct call call(command command, enum machine_kind machine, const char *words);
/* The same into streams of the caller's; returns the exit status. */
int call_into(command command, enum machine_kind machine, const char *words, FILE *out, FILE *err);
void call_free(struct call *call);

#endif
