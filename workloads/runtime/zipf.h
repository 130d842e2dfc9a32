/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages chosen by Zipf's law with exponent 1, nearly: the page of rank r is as
 * likely as 1/r says by octaves. Each octave of ranks (1, 2 to 3, 4 to 7, ...)
 * is as likely as the next, and within one all are equally likely: no division
 * and no logarithm for each choice. Ranks lie scattered over the pages.
 */
#ifndef RUNTIME_ZIPF_H
#define RUNTIME_ZIPF_H

#include "random.h"
#include "types.h"

struct zipf {
	u64 pages, octaves, scatter;
};

static ALWAYS_INLINE struct zipf zipf_begin(u64 pages)
{
	struct zipf zipf = { .pages = pages, .scatter = random_scatter(pages) };

	while (pages >> zipf.octaves)
		zipf.octaves++;
	return zipf;
}

/* 0..pages-1. */
static ALWAYS_INLINE u64 zipf_next(const struct zipf *zipf, u64 *seed)
{
	u64 random = random_next(seed);
	u64 first = 1ull << ((u32)random * zipf->octaves >> 32);
	u64 width = first;

	/* The last octave may be cut short, and keeps its share. */
	if (first - 1 + width > zipf->pages)
		width = zipf->pages - (first - 1);
	return (first - 1 + ((random >> 32) * width >> 32)) * zipf->scatter % zipf->pages;
}

/*
 * The last octave is as likely as the others even where it is cut short, so its pages are
 * chosen more often than their ranks say: of 2^n pages it has a single one, which is as
 * likely as that of rank 1. Published figures rest on this choice; it stays.
 */

#endif
