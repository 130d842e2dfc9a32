// SPDX-License-Identifier: GPL-2.0
/* See tool.h. */
#include "failure.h"
#include "tool.h"

int tool_failed(const struct tool *tool, const struct failure *why)
{
	fflush(tool->out);
	fprintf(tool->err, "hvbench: %s\n", why->text);
	return why->status;
}

unsigned int tool_timeout(const struct tool *tool)
{
	return tool->machine == MACHINE_EMULATED ? 300 : 60;
}
