/* SPDX-License-Identifier: GPL-2.0 */
/* What the models of CPUs say of a phase as JSON. */
#ifndef BENCH_JSON_MODEL_H
#define BENCH_JSON_MODEL_H

#include <jansson.h>

#include "result.h"

/* An object with one for each CPU, by its name. */
json_t *json_of_models(const struct modelled *modelled, const struct phase *phase);

#endif
