// SPDX-License-Identifier: GPL-2.0
/* See catalog.h. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "catalog.h"
#include "places.h"

#define CURE "build them with `make -C workloads`, or set HVBENCH_GUESTS"

static const char *const places[] = { "..", "../lib/hvbench", NULL };

static int find_directory(struct catalog *catalog, struct failure *why)
{
	const char *chosen = getenv("HVBENCH_GUESTS");
	char own[sizeof(catalog->directory) - 32];

	if (chosen && *chosen) {
		snprintf(catalog->directory, sizeof(catalog->directory), "%s", chosen);
		return 0;
	}
	if (place_own(own, sizeof(own), why))
		return fail_within(why, "set HVBENCH_GUESTS to the guests' directory");
	if (!place_find(own, places, "guests", catalog->directory, sizeof(catalog->directory)))
		snprintf(catalog->directory, sizeof(catalog->directory), "%s/../guests", own);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct guest_file *x = a, *y = b;

	return strcmp(x->info.name, y->info.name);
}

/* A guest's file carries its workload's name, so that names are unique. */
static bool is_named_so(const char *path, const char *name)
{
	const char *base = strrchr(path, '/');
	size_t len = strlen(name);

	base = base ? base + 1 : path;
	return !strncmp(base, name, len) && !strcmp(base + len, ".elf");
}

static void add_file(struct catalog *catalog, const char *path, FILE *warn)
{
	struct guest_file *guest = &catalog->guest[catalog->nr];
	struct failure why;

	if (guest_file_open(path, guest, &why)) {
		fprintf(warn, "hvbench: left out: %s\n", why.text);
		return;
	}
	if (!is_named_so(path, guest->info.name)) {
		fprintf(warn,
			"hvbench: left out: %s: it calls itself \"%s\", so its file should be "
			"%s.elf\n",
			path, guest->info.name, guest->info.name);
		guest_file_close(guest);
		return;
	}
	catalog->nr++;
}

int catalog_open(struct catalog *catalog, FILE *warn, struct failure *why)
{
	char pattern[sizeof(catalog->directory) + 8];
	glob_t found;
	size_t i;

	memset(catalog, 0, sizeof(*catalog));
	if (find_directory(catalog, why))
		return -1;
	snprintf(pattern, sizeof(pattern), "%s/*.elf", catalog->directory);
	if (glob(pattern, 0, NULL, &found))
		return fail(why, STATUS_ENVIRONMENT, "no guests in %s: " CURE, catalog->directory);
	catalog->guest = calloc(found.gl_pathc, sizeof(*catalog->guest));
	for (i = 0; catalog->guest && i < found.gl_pathc; i++)
		add_file(catalog, found.gl_pathv[i], warn);
	globfree(&found);
	if (!catalog->nr) {
		catalog_close(catalog);
		return fail(why, STATUS_ENVIRONMENT, "no proper guest in %s: " CURE,
			    catalog->directory);
	}
	qsort(catalog->guest, catalog->nr, sizeof(*catalog->guest), by_name);
	return 0;
}

void catalog_close(struct catalog *catalog)
{
	unsigned int i;

	for (i = 0; i < catalog->nr; i++)
		guest_file_close(&catalog->guest[i]);
	free(catalog->guest);
	catalog->guest = NULL;
	catalog->nr = 0;
}

const struct guest_file *catalog_find(const struct catalog *catalog, const char *name,
				      struct failure *why)
{
	struct names names = { .nr = 0 };
	char hint[1600];
	unsigned int i;

	for (i = 0; i < catalog->nr; i++) {
		if (!strcmp(catalog->guest[i].info.name, name))
			return &catalog->guest[i];
		names_add(&names, catalog->guest[i].info.name);
	}
	names_hint(&names, name, hint, sizeof(hint));
	fail(why, STATUS_USAGE, "unknown workload \"%.64s\"%s", name, hint);
	return NULL;
}
