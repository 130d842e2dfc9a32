/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a test expects of output that depends on the list of knobs: made from
 * the list, so that a knob more changes no test whose subject is another.
 */
#ifndef TOOL_EXPECT_H
#define TOOL_EXPECT_H

#include <stdint.h>

#include "engine.h"

/*
 * A row of results.csv of the engine hvbench: its knobs are at their defaults
 * but for changes ("vpid=off spt.sync=vtlb"), rest is what follows them.
 * Valid until the next call.
 */
const char *expect_row(uint32_t mmu, const char *changes, const char *rest);
/* The same of any engine. */
const char *expect_row_of(const struct engine_ops *engine, uint32_t mmu, const char *changes,
			  const char *rest);
/* The names of all knobs, with between after each. */
const char *expect_knobs(const char *between);

#endif
