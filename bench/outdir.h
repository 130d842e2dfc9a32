/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The directory that a suite's results go to. Rows are written to
 * results.csv.partial as they come; only a suite that went well renames it to
 * results.csv, so that a file of that name is never half of one. A directory holds
 * one run: what is made of its results lies beside them.
 */
#ifndef BENCH_OUTDIR_H
#define BENCH_OUTDIR_H

#include <jansson.h>
#include <stdio.h>

#include "failure.h"

struct outdir {
	char path[1024];
	size_t made; /* length of the first part of path that outdir_open() made, or 0 */
	FILE *csv;
};

/* Refuses a directory that holds the rows of a run, be they all or some. */
int outdir_check(const char *path, struct failure *why);
/* Takes away a run that is there, with what was made of it; other files stay. */
int outdir_clear(const char *path, struct failure *why);
/* Makes the directory where it is missing. */
int outdir_open(struct outdir *dir, const char *path, struct failure *why);
/* Rows so far are on their way to the file; fails when the disk is full. */
int outdir_flush(struct outdir *dir, struct failure *why);
/* All went well: environment.json (frees it), then results.csv. */
int outdir_commit(struct outdir *dir, json_t *environment, struct failure *why);
/*
 * It did not: rows stay in results.csv.partial. Where there are none nothing stays, not
 * even the directory if it was made for them.
 */
void outdir_abandon(struct outdir *dir, int has_rows);

#endif
