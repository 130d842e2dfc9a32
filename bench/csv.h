/* SPDX-License-Identifier: GPL-2.0 */
/*
 * results.csv: tidy rows, one per run, phase, repetition and counter. RFC
 * 4180 quoting, LF. Nothing in it depends on the day or the place of the run.
 */
#ifndef BENCH_CSV_H
#define BENCH_CSV_H

#include <stdio.h>

#include "result.h"

/* One field, quoted where it must be. */
void csv_field(FILE *out, const char *text);
void csv_header(FILE *out);
/* All rows of one repetition (from 1) of one run. */
void csv_result(FILE *out, const struct run_spec *spec, const struct run_result *result,
		unsigned int repetition, enum machine_kind machine);

#endif
