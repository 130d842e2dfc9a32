/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Values as the command line and suite files give them: a number in a range, a
 * choice of a knob, an engine, an MMU. A wrong one is a usage error that lists the right.
 */
#ifndef BENCH_VALUES_H
#define BENCH_VALUES_H

#include "failure.h"
#include "names.h"
#include "result.h"

int value_number(const char *name, const char *word, uint64_t min, uint64_t max, uint64_t *value,
		 struct failure *why);
/* The index of the word among the choices. */
int value_choice(const char *name, const struct names *choices, const char *word, uint64_t *value,
		 struct failure *why);
int value_engine(const struct engine_ops *const *engines, const char *word, uint64_t *value,
		 struct failure *why);
int value_mmu(const char *word, uint64_t *value, struct failure *why);

/* `name=value` of a workload's parameter, into spec->value[]. */
int value_param(struct run_spec *spec, const char *pair, struct failure *why);

#endif
