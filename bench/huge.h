/* SPDX-License-Identifier: GPL-2.0 */
/* Memory of 1G pages, for backing=1g under every engine. */
#ifndef BENCH_HUGE_H
#define BENCH_HUGE_H

#include <stdint.h>

#include "failure.h"

/* A private mapping, or NULL where the host has not set aside enough of them. */
void *huge_map_1g(uint64_t bytes, struct failure *why);

#endif
