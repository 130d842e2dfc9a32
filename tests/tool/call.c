// SPDX-License-Identifier: GPL-2.0
/* See call.h. */
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "fake_engine.h"
#include "fake_probe.h"

#define MAX_WORDS 32

int call_into(command command, enum machine_kind machine, const char *words, FILE *out, FILE *err)
{
	char *copy = strdup(words), *rest = copy, *argv[MAX_WORDS + 1];
	struct tool tool = { .engines = fake_engines,
			     .probe_port = &fake_probe_port,
			     .machine = machine,
			     .out = out,
			     .err = err };
	int argc = 0, status;

	while (argc < MAX_WORDS && (argv[argc] = strsep(&rest, " ")))
		argc++;
	argv[argc] = NULL;
	tool.argc = argc;
	tool.argv = argv;
	status = tool_end(&tool, command(&tool, argc, argv));
	free(copy);
	return status;
}

struct call call(command command, enum machine_kind machine, const char *words)
{
	struct call call = { 0 };
	size_t out_size, err_size;
	FILE *out = open_memstream(&call.out, &out_size);
	FILE *err = open_memstream(&call.err, &err_size);

	call.status = call_into(command, machine, words, out, err);
	fclose(out);
	fclose(err);
	return call;
}

void call_free(struct call *call)
{
	free(call->out);
	free(call->err);
}
