/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Published results that the model can be held against without a guest: rows 1 to 3 and 14
 * to 16 of docs/calibration.md, section 2, over made-up streams and page tables. published_main.c
 * prints the values for `make validate`; test_published.c asserts those that must be exact.
 * What the values are compared with is in scripts/validate/published.py.
 */
#ifndef MODEL_TEST_PUBLISHED_H
#define MODEL_TEST_PUBLISHED_H

#include "description.h"

#define PUBLISHED_CPUS "sandy-bridge", "haswell", "skylake-sp", "ice-lake-sp", \
	"sapphire-rapids", "zen-4"

/* A value by the low ends, the middle and the high ends of the description's costs. */
struct published {
	double low, mid, high;
};

typedef void published_put(const char *name, struct published value);

/* A description of bench/model/cpus/; folder is that. One that can't be read ends the program. */
void published_cpu(const char *folder, const char *name, struct model_cpu *cpu);

/* Row 1, of one CPU: the references of a walk that finds nothing cached. */
void published_cold(const struct model_cpu *cpu, published_put *put);
/* Row 2: the step of the first-level data TLB. */
void published_step(const struct model_cpu *zen_4, published_put *put);
/* Row 3: what a set of the second-level TLB holds, and what it replaces. */
void published_victims(const struct model_cpu *skylake, published_put *put);
/* Row 14: walk time nested over native, 2M pages. */
void published_large_pages(const struct model_cpu *haswell, published_put *put);
/* Row 15: what caching EPT's upper levels, and a nested TLB, save. */
void published_ablation(const struct model_cpu *sandy_bridge, published_put *put);
/* Row 16: references of a walk. */
void published_references(const struct model_cpu *skylake, published_put *put);

#endif
