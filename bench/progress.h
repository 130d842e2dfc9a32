/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far a suite is. On a terminal one line, redrawn, with the time that is
 * probably left; elsewhere one line a run, without times, so that the output
 * of two equal runs is equal.
 */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

struct progress {
	FILE *out;
	bool terminal;
	bool quiet; /* only what went wrong is told of */
	unsigned int total, done;
	struct timespec start;
};

void progress_init(struct progress *progress, FILE *out, bool terminal, unsigned int total);
/* A run begins, ... */
void progress_begin(struct progress *progress, const char *label);
/* ... and has ended: outcome is "ok" or says what went wrong. */
void progress_end(struct progress *progress, const char *label, bool ok, const char *outcome);
/* Takes the redrawn line away, before other output. */
void progress_clear(struct progress *progress);

/* `about 2 min 10 s left` from what was done in elapsed seconds. */
void progress_left(unsigned int done, unsigned int total, double elapsed, char *buf, size_t size);

#endif
