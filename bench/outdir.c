// SPDX-License-Identifier: GPL-2.0
/* See outdir.h. */
#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
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
static int make_directories(struct outdir *dir)
{
	char part[sizeof(dir->path)];
	size_t i, len = strlen(dir->path);

	dir->made = 0;
	for (i = 1; i <= len; i++) {
		if (i < len && dir->path[i] != '/')
			continue;
		memcpy(part, dir->path, i);
		part[i] = '\0';
		if (!mkdir(part, 0777))
			dir->made = dir->made ? dir->made : i;
		else if (errno != EEXIST)
			return -1;
	}
	return 0;
}

/* The parts that make_directories() made, as far as they are empty. */
static void remove_directories(const struct outdir *dir)
{
	char part[sizeof(dir->path)];
	size_t i;

	if (!dir->made)
		return;
	for (i = strlen(dir->path); i >= dir->made; i--) {
		if (dir->path[i] && dir->path[i] != '/')
			continue;
		memcpy(part, dir->path, i);
		part[i] = '\0';
		if (rmdir(part) && errno != ENOENT)
			return;
	}
}

static int set_path(struct outdir *dir, const char *path, struct failure *why)
{
	if (!*path || strlen(path) >= sizeof(dir->path))
		return fail(why, STATUS_USAGE, "--out: not a directory's name");
	*dir = (struct outdir){ .csv = NULL };
	snprintf(dir->path, sizeof(dir->path), "%s", path);
	return 0;
}

/* Of a link that leads nowhere too: it would be written through. */
static bool is_there(const struct outdir *dir, const char *name)
{
	char path[PATH_ROOM];
	struct stat st;

	join(dir, name, path);
	return !lstat(path, &st);
}

/* Either is the sign of a run. */
static const char *const rows[] = { "results.csv", "results.csv.partial" };

static const char *rows_there(const struct outdir *dir)
{
	unsigned int i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (is_there(dir, rows[i]))
			return rows[i];
	}
	return NULL;
}

int outdir_check(const char *path, struct failure *why)
{
	struct outdir dir;
	const char *name;

	if (set_path(&dir, path, why))
		return -1;
	name = rows_there(&dir);
	if (!name)
		return 0;
	return fail(why, STATUS_USAGE,
		    "%s holds a run already (%s): name another directory with --out, or have that "
		    "run removed with --force",
		    path, name);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int outdir_clear(const char *path, struct failure *why)
{
	/* The rows last: as long as they are there, the rest is known to be theirs. */
	static const char *const made_of_them[] = {
		"plots",
		"proof",
		"report.html",
		"report.md",
		"figures.tsv",
		"peer.tsv",
		"times.json",
		"perf.json",
		"machine.json",
		"kernel.log",
		"bench_seconds",
		"environment.json",
		"results.csv.partial",
		"results.csv",
	};
	char name[PATH_ROOM];
	struct outdir dir;
	unsigned int i;

	if (set_path(&dir, path, why))
		return -1;
	for (i = 0; rows_there(&dir) && i < sizeof(made_of_them) / sizeof(made_of_them[0]); i++) {
		join(&dir, made_of_them[i], name);
		if (nftw(name, remove_one, 16, FTW_DEPTH | FTW_PHYS) && errno != ENOENT)
			return file_failed(&dir, made_of_them[i], why);
	}
	return 0;
}

int outdir_open(struct outdir *dir, const char *path, struct failure *why)
{
	char name[PATH_ROOM];

	if (set_path(dir, path, why))
		return -1;
	if (make_directories(dir)) {
		fail(why, STATUS_ENVIRONMENT, "%s: %s", path, strerror(errno));
		remove_directories(dir);
		return -1;
	}
	join(dir, "results.csv.partial", name);
	/* x: two suites that begin at once must not share a file. */
	dir->csv = fopen(name, "wxe");
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
	remove_directories(dir);
}
