/* SPDX-License-Identifier: GPL-2.0 */
/* The HVBENCH_CAP_* bits as words: what module and CPU can offer. */
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

#endif
