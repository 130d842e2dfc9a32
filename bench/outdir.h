/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The directory that a suite's results go to. Rows are written to
 * results.csv.partial as they come; only a suite that went well renames it to
 * results.csv, so that a file of that name is never half of one.
 */
#ifndef BENCH_OUTDIR_H
#define BENCH_OUTDIR_H

#include <jansson.h>
#include <stdio.h>

#include "failure.h"

struct outdir {
	char path[1024];
	FILE *csv;
};

/* Makes the directory where it is missing. */
int outdir_open(struct outdir *dir, const char *path, struct failure *why);
/* Rows so far are on their way to the file; fails when the disk is full. */
int outdir_flush(struct outdir *dir, struct failure *why);
/* All went well: environment.json (frees it), then results.csv. */
int outdir_commit(struct outdir *dir, json_t *environment, struct failure *why);
/* It did not: rows stay in results.csv.partial, or nothing where there are none. */
void outdir_abandon(struct outdir *dir, int has_rows);

#endif
