/* SPDX-License-Identifier: GPL-2.0 */
/* Calls a command of the tool in this process and keeps what it prints. */
#ifndef TOOL_CALL_H
#define TOOL_CALL_H

#include "tool.h"

struct call {
	int status;
	char *out, *err;
};

/* words: "run alpha --mmu ept", split at blanks. Free with call_free(). */
struct call call(int (*command)(const struct tool *, int, char **), enum machine_kind machine,
		 const char *words);
void call_free(struct call *call);

#endif
