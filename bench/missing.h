/* SPDX-License-Identifier: GPL-2.0 */
/* What a suite leaves out because the machine lacks it: told at once, and kept. */
#ifndef BENCH_MISSING_H
#define BENCH_MISSING_H

#include <jansson.h>
#include <stdio.h>

struct missing {
	FILE *err;
	json_t *texts; /* an array, for environment.json */
};

/* Once for each text: a list of values would say it over and over. */
void missing_tell(struct missing *missing, const char *text);

#endif
