// SPDX-License-Identifier: GPL-2.0
/* See places.h. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "names.h"
#include "places.h"

static const char *const suites[] = { "../suites", "../share/hvbench/suites", "../../bench/suites",
				      NULL };
static const char *const cpus[] = { "../cpus", "../share/hvbench/cpus", "../../bench/model/cpus",
				    NULL };

const struct place_kind place_suites = { "suite", ".suite", suites };
const struct place_kind place_cpus = { "CPU", ".cpu", cpus };

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

bool place_in_tree(const char *base)
{
	static const char *const top[] = { "../..", NULL };
	char path[1200];

	return place_find(base, top, "scripts/machine/hvbench", path, sizeof(path));
}

bool place_has_dkms(const char *modules, const char *release)
{
	char pattern[1200];
	glob_t found;

	/* Of some distributions it is compressed: .ko.xz, .ko.zst. */
	snprintf(pattern, sizeof(pattern), "%s/%s/updates/dkms/hvbench.ko*", modules, release);
	if (glob(pattern, 0, NULL, &found))
		return false;
	globfree(&found);
	return true;
}

bool place_module(const char *base, const char *modules, const char *release, char *buf,
		  size_t size)
{
	snprintf(buf, size, "%s/../module/%s/hvbench.ko", base, release);
	if (is_file(buf))
		return true;
	snprintf(buf, size, "%s/../hvbench.ko", base);
	if (is_file(buf))
		return true;
	snprintf(buf, size, "%s/%s/updates/dkms/hvbench.ko", modules, release);
	if (is_file(buf))
		return true;
	if (place_in_tree(base))
		snprintf(buf, size, "%s/../module/%s/hvbench.ko", base, release);
	return false;
}

static void add_name(struct place_names *names, const char *path, const char *suffix)
{
	char *name = names->name[names->nr];
	const char *base = strrchr(path, '/') + 1;
	size_t len = strlen(base) - strlen(suffix);

	if (names->nr == sizeof(names->name) / sizeof(names->name[0]) ||
	    len >= sizeof(names->name[0]))
		return;
	memcpy(name, base, len);
	name[len] = '\0';
	names->nr++;
}

void place_names(const struct place_kind *kind, const char *base, struct place_names *names)
{
	const char *const *directory;
	char pattern[1200];
	glob_t found;
	size_t i;

	names->nr = 0;
	/* Those of the first directory that there is, as place_find() looks there first. */
	for (directory = kind->directories; !names->nr && *directory; directory++) {
		snprintf(pattern, sizeof(pattern), "%s/%s/*%s", base, *directory, kind->suffix);
		if (glob(pattern, 0, NULL, &found))
			continue;
		for (i = 0; i < found.gl_pathc; i++)
			add_name(names, found.gl_pathv[i], kind->suffix);
		globfree(&found);
	}
}

static int no_such_name(const struct place_kind *kind, const char *base, const char *word,
			struct failure *why)
{
	struct names names = { .nr = 0 };
	struct place_names there;
	char hint[1024];
	unsigned int i;

	place_names(kind, base, &there);
	for (i = 0; i < there.nr; i++)
		names_add(&names, there.name[i]);
	names_hint(&names, word, hint, sizeof(hint));
	return fail(why, STATUS_USAGE,
		    "no %s \"%.64s\": it is neither a file nor the name of one%s", kind->noun, word,
		    names.nr ? hint : "");
}

int place_named(const struct place_kind *kind, const char *base, const char *word, char *buf,
		size_t size, struct failure *why)
{
	char name[256];

	if (strchr(word, '/') || is_file(word)) {
		snprintf(buf, size, "%s", word);
		return 0;
	}
	snprintf(name, sizeof(name), "%s%s", word, kind->suffix);
	if (place_find(base, kind->directories, name, buf, size))
		return 0;
	return no_such_name(kind, base, word, why);
}
