// SPDX-License-Identifier: GPL-2.0
/* See scratch.h. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"

static char directory[] = "/tmp/hvbench-test-XXXXXX";
static bool made;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_all(void)
{
	nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void die(const char *path)
{
	perror(path);
	exit(1);
}

const char *scratch(void)
{
	if (!made) {
		if (!mkdtemp(directory))
			die(directory);
		made = true;
		atexit(remove_all);
	}
	return directory;
}

void scratch_mkdir(const char *path)
{
	if (mkdir(path, 0700))
		die(path);
}

const char *scratch_path(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", scratch(), name);
	return path;
}

const char *scratch_write(const char *name, const char *text)
{
	const char *path = scratch_path(name);
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file))
		die(path);
	return path;
}

bool scratch_exists(const char *name)
{
	return !access(scratch_path(name), F_OK);
}

char *scratch_read(const char *name)
{
	FILE *file = fopen(scratch_path(name), "r");
	char *text = NULL;
	size_t room = 0;

	if (!file || getdelim(&text, &room, '\0', file) < 0) {
		free(text);
		text = strdup("");
	}
	if (file)
		fclose(file);
	return text;
}
