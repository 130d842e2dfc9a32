/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The data of a workload whose parameter `page` chooses the size of the
 * guest's own pages: 4K frames in a row, one word used of each (pages.h), seen
 * through 4K, 2M or 1G pages. The frames and the order of the touches are the
 * same whatever the size; only the translation differs.
 */
#ifndef RUNTIME_AREA_H
#define RUNTIME_AREA_H

#include "types.h"

struct area {
	u64 gva; /* of the first frame */
	u64 step; /* from one frame's address to the next one's */
	u64 gpa; /* of the first frame */
};

/*
 * Takes `frames` untouched frames and maps them, read and write, from DATA_GVA
 * up: side by side where stride is PAGE_BYTES, else each in a page of its own,
 * one per stride. Pages of 2M hold nothing but these frames; one of 1G holds
 * all of guest memory, so that several are aliases of one another.
 */
struct area area_map(u64 frames, u64 stride, u64 page_bytes);

#endif
