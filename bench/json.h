/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The same as JSON: results, the lists of workloads and knobs, and what a
 * module offers. Keys keep their order, so equal results are equal bytes.
 */
#ifndef BENCH_JSON_H
#define BENCH_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "catalog.h"
#include "result.h"

/* Prints and frees; -1 when it can't be written. */
int json_print(FILE *out, json_t *value);

/* One phase of a result, with what the models say of it. */
json_t *json_of_phase(const struct engine_ops *engine, const struct run_result *result,
		      unsigned int index, enum machine_kind machine);
/* The whole run's counters, phases or not; for an engine that does not count apart. */
json_t *json_of_total(const struct engine_ops *engine, const struct hvbench_stats *total);
/* What was run, without its results. */
json_t *json_of_spec(const struct run_spec *spec, enum machine_kind machine);
json_t *json_of_catalog(const struct catalog *catalog);
json_t *json_of_info(const struct hvbench_info *info);

/* The names of HVBENCH_CAP_* that are set. */
json_t *json_of_capabilities(uint32_t capabilities);

#endif
