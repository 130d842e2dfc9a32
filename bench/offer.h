/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The HVBENCH_CAP_* bits as words: what module and CPU can offer; and the
 * HVBENCH_MITIGATION_* bits: what mitigations=host does.
 */
#ifndef BENCH_OFFER_H
#define BENCH_OFFER_H

#include <stdint.h>

struct offer {
	uint32_t bit;
	const char *name;
	const char *help;
};

extern const struct offer offers[];
extern const unsigned int offer_nr;

/* The checks of the module's self-test, bits by enum hvbench_selftest. */
extern const struct offer selftests[];
extern const unsigned int selftest_nr;

extern const struct offer mitigations[];
extern const unsigned int mitigation_nr;

#endif
