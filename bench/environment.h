/* SPDX-License-Identifier: GPL-2.0 */
/*
 * environment.json: what the results were measured on and how they were
 * asked for. A value that can't be had says "not available".
 */
#ifndef BENCH_ENVIRONMENT_H
#define BENCH_ENVIRONMENT_H

#include <jansson.h>

#include "cpus.h"
#include "tool.h"

/* cpu is the one that the process is pinned to; engines add what they know. */
json_t *environment_json(const struct tool *tool, int cpu);

/*
 * The CPUs that a suite is modelled on: by name the title and the whole description, since
 * modelled cycles depend on it.
 */
json_t *environment_models(const struct cpus *cpus, uint32_t set);

#endif
