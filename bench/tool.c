// SPDX-License-Identifier: GPL-2.0
/* See tool.h. */
#include <errno.h>
#include <string.h>

#include "failure.h"
#include "stop.h"
#include "tool.h"

int tool_failed(const struct tool *tool, const struct failure *why)
{
	fflush(tool->out);
	fprintf(tool->err, "hvbench: %s\n", why->text);
	return why->status;
}

int tool_end(const struct tool *tool, int status)
{
	bool written = !fflush(tool->out) && !ferror(tool->out);
	struct failure why;

	/* `hvbench list | head` wants no sentence. */
	if (stop_unheard())
		return status ? status : STATUS_RUN_FAILED;
	if (written)
		return status;
	fail(&why, STATUS_ENVIRONMENT, "standard output: %s", strerror(errno));
	return tool_failed(tool, &why);
}

unsigned int tool_timeout(const struct tool *tool)
{
	return tool->machine == MACHINE_EMULATED ? 300 : 60;
}
