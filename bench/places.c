// SPDX-License-Identifier: GPL-2.0
/* See places.h. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "names.h"
#include "places.h"

#define SUFFIX ".suite"

static const char *const suites[] = { "../suites", "../share/hvbench/suites", "../../bench/suites",
				      NULL };

int place_own(char *buf, size_t size, struct failure *why)
{
	ssize_t len = readlink("/proc/self/exe", buf, size - 1);
	char *slash;

	if (len < 0)
		return fail(why, STATUS_ENVIRONMENT,
			    "can't tell where this command lies (/proc/self/exe: %s)",
			    strerror(errno));
	buf[len] = '\0';
	slash = strrchr(buf, '/');
	if (slash)
		*slash = '\0';
	return 0;
}

bool place_find(const char *base, const char *const *directories, const char *name, char *buf,
		size_t size)
{
	for (; *directories; directories++) {
		int len = snprintf(buf, size, "%s/%s/%s", base, *directories, name);

		if (len >= 0 && (size_t)len < size && !access(buf, F_OK))
			return true;
	}
	return false;
}

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISDIR(st.st_mode);
}

/* The sentence that tells which names there are. */
static int no_such_suite(const char *base, const char *word, struct failure *why)
{
	struct names names = { .nr = 0 };
	char pattern[1200], hint[1024];
	glob_t found = { .gl_pathc = 0 };
	const char *const *directory;
	int flags = 0;
	size_t i;

	for (directory = suites; *directory; directory++) {
		snprintf(pattern, sizeof(pattern), "%s/%s/*" SUFFIX, base, *directory);
		glob(pattern, flags, NULL, &found);
		flags = GLOB_APPEND;
	}
	for (i = 0; i < found.gl_pathc; i++) {
		char *name = strrchr(found.gl_pathv[i], '/') + 1;

		name[strlen(name) - strlen(SUFFIX)] = '\0';
		names_add(&names, name);
	}
	names_hint(&names, word, hint, sizeof(hint));
	fail(why, STATUS_USAGE, "no suite \"%.64s\": it is neither a file nor the name of one%s",
	     word, names.nr ? hint : "");
	globfree(&found);
	return -1;
}

int place_suite(const char *base, const char *word, char *buf, size_t size, struct failure *why)
{
	char name[256];

	if (strchr(word, '/') || is_file(word)) {
		snprintf(buf, size, "%s", word);
		return 0;
	}
	snprintf(name, sizeof(name), "%s" SUFFIX, word);
	if (place_find(base, suites, name, buf, size))
		return 0;
	return no_such_suite(base, word, why);
}
