// SPDX-License-Identifier: GPL-2.0
/*
 * `hvbench report` and `hvbench compare`: scripts, which know the CSV as this
 * command does not. It finds them and becomes them.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "places.h"
#include "tool.h"

/* Inside the emulated machine there are none. */
static const char *const directories[] = { "../share/hvbench/scripts/report",
					   "../../scripts/report", NULL };

int cmd_script(const struct tool *tool, int argc, char **argv)
{
	char own[512], path[1024];
	struct failure why;

	(void)argc;
	if (place_own(own, sizeof(own), &why))
		return tool_failed(tool, &why);
	if (!place_find(own, directories, argv[0], path, sizeof(path))) {
		fail(&why, STATUS_ENVIRONMENT,
		     "%s is a script that does not lie where this command does (%s/%s): call it "
		     "where hvbench is installed or was built",
		     argv[0], own, directories[0]);
		return tool_failed(tool, &why);
	}
	fflush(NULL);
	execv(path, argv);
	fail(&why, STATUS_ENVIRONMENT, "%s: %s%s", path, strerror(errno),
	     errno == ENOENT ? ": it needs /usr/bin/python3" : "");
	return tool_failed(tool, &why);
}
