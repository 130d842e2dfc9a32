// SPDX-License-Identifier: GPL-2.0
/* See call.h. */
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "fake_engine.h"

#define MAX_WORDS 32

struct call call(int (*command)(const struct tool *, int, char **), enum machine_kind machine,
		 const char *words)
{
	char *copy = strdup(words), *rest = copy, *argv[MAX_WORDS + 1];
	struct tool tool = { .engines = fake_engines, .machine = machine };
	struct call call = { 0 };
	size_t out_size, err_size;
	int argc = 0;

	while (argc < MAX_WORDS && (argv[argc] = strsep(&rest, " ")))
		argc++;
	argv[argc] = NULL;
	tool.argc = argc;
	tool.argv = argv;
	tool.out = open_memstream(&call.out, &out_size);
	tool.err = open_memstream(&call.err, &err_size);
	call.status = command(&tool, argc, argv);
	fclose(tool.out);
	fclose(tool.err);
	free(copy);
	return call;
}

void call_free(struct call *call)
{
	free(call->out);
	free(call->err);
}
