// SPDX-License-Identifier: GPL-2.0
/* See outdir.h. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json.h"
#include "outdir.h"

#define PATH_ROOM 1100

static int file_failed(const struct outdir *dir, const char *name, struct failure *why)
{
	return fail(why, STATUS_ENVIRONMENT, "%s/%s: %s", dir->path, name, strerror(errno));
}

static void join(const struct outdir *dir, const char *name, char *buf)
{
	snprintf(buf, PATH_ROOM, "%s/%s", dir->path, name);
}

/* mkdir -p */
static int make_directories(const char *path)
{
	char part[sizeof(((struct outdir *)0)->path)];
	size_t i, len = strlen(path);

	for (i = 1; i <= len; i++) {
		if (i < len && path[i] != '/')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0777) && errno != EEXIST)
			return -1;
	}
	return 0;
}

int outdir_open(struct outdir *dir, const char *path, struct failure *why)
{
	char name[PATH_ROOM];

	if (!*path || strlen(path) >= sizeof(dir->path))
		return fail(why, STATUS_USAGE, "--out: not a directory's name");
	snprintf(dir->path, sizeof(dir->path), "%s", path);
	if (make_directories(path))
		return fail(why, STATUS_ENVIRONMENT, "%s: %s", path, strerror(errno));
	join(dir, "results.csv.partial", name);
	dir->csv = fopen(name, "we");
	if (!dir->csv)
		return file_failed(dir, "results.csv.partial", why);
	return 0;
}

int outdir_flush(struct outdir *dir, struct failure *why)
{
	if (fflush(dir->csv) || ferror(dir->csv))
		return file_failed(dir, "results.csv.partial", why);
	return 0;
}

static int close_synced(FILE *file)
{
	int bad = fflush(file) || ferror(file) || fsync(fileno(file));

	return fclose(file) || bad ? -1 : 0;
}

static int rename_within(const struct outdir *dir, const char *from, const char *to,
			 struct failure *why)
{
	char old[PATH_ROOM], new[PATH_ROOM];

	join(dir, from, old);
	join(dir, to, new);
	return rename(old, new) ? file_failed(dir, to, why) : 0;
}

static int write_environment(struct outdir *dir, json_t *environment, struct failure *why)
{
	char name[PATH_ROOM];
	FILE *file;
	int bad;

	join(dir, "environment.json.partial", name);
	file = fopen(name, "we");
	if (!file) {
		json_decref(environment);
		return file_failed(dir, "environment.json.partial", why);
	}
	bad = json_print(file, environment);
	bad |= close_synced(file);
	if (bad) {
		file_failed(dir, "environment.json.partial", why);
		unlink(name);
		return -1;
	}
	return 0;
}

int outdir_commit(struct outdir *dir, json_t *environment, struct failure *why)
{
	int bad = write_environment(dir, environment, why);

	if (close_synced(dir->csv))
		bad = file_failed(dir, "results.csv.partial", why);
	dir->csv = NULL;
	if (bad)
		return -1;
	if (rename_within(dir, "environment.json.partial", "environment.json", why))
		return -1;
	return rename_within(dir, "results.csv.partial", "results.csv", why);
}

void outdir_abandon(struct outdir *dir, int has_rows)
{
	char name[PATH_ROOM];

	if (dir->csv)
		fclose(dir->csv);
	dir->csv = NULL;
	join(dir, "environment.json.partial", name);
	unlink(name);
	if (has_rows)
		return;
	join(dir, "results.csv.partial", name);
	unlink(name);
}
