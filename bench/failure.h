/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A failure is a sentence for the user and the exit status that goes with it.
 * Whoever meets an error fills one in where it knows the cause and the cure;
 * callers pass it on, and only the command prints it.
 */
#ifndef BENCH_FAILURE_H
#define BENCH_FAILURE_H

#include <stdarg.h>
#include <stddef.h>

/* Exit statuses of the command; --help documents them. */
enum {
	STATUS_OK = 0,
	STATUS_RUN_FAILED = 1, /* a guest, or what was made of its results */
	STATUS_USAGE = 2, /* the command line or the suite file is wrong */
	STATUS_ENVIRONMENT = 3, /* no module, no permission, no guests, ... */
};

struct failure {
	int status; /* STATUS_*; 0 while nothing failed */
	char text[2048];
};

/* Sets status and sentence; returns -1, so that callers can return it. */
int fail(struct failure *why, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "context: " before the sentence; returns -1. */
int fail_within(struct failure *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
