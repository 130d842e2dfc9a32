/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Options of a command: one table that getopt_long() and the help text are
 * made from, with the knobs' options appended where a command takes them.
 */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "failure.h"
#include "hvbench.h"

struct option_text {
	const char *name; /* long name, or NULL where there is none */
	char letter; /* short name, or 0 */
	const char *argument; /* what to call it in the help, NULL: none */
	const char *help;
};

#define OPTIONS_MAX 16

/* Codes that options_next() returns beside an index into the table. */
enum {
	OPTION_END = -1,
	OPTION_WRONG = -2, /* why says what */
	OPTION_KNOB = 1000, /* + enum hvbench_knob */
};

struct options {
	const struct option_text *text;
	unsigned int nr;
	bool knobs;
	char letters[2 * OPTIONS_MAX + 4];
	struct option longs[OPTIONS_MAX + HVBENCH_NR_KNOBS + 1];
};

void options_init(struct options *options, const struct option_text *text, unsigned int nr,
		  bool knobs);
/* Like getopt_long(); the argument is in optarg. */
int options_next(struct options *options, int argc, char **argv, struct failure *why);
/* Refuses words after the options, of a command that takes none. */
int options_no_words(const char *command, int argc, char **argv, struct failure *why);

void options_help(const struct options *options, FILE *out);

#endif
