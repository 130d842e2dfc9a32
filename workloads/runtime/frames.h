/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest-physical memory, handed out from the end of the image up and never
 * taken back: a frame from here was touched by nobody in this run, unless
 * its taker did. Runs out with a sentence that says what to raise.
 */
#ifndef RUNTIME_FRAMES_H
#define RUNTIME_FRAMES_H

#include "types.h"

void frames_init(u64 begin, u64 end);

/* The gpa of n untouched frames in a row, at a multiple of align. */
u64 frames_take_aligned(u64 n, u64 align);

static inline u64 frames_take(u64 n)
{
	return frames_take_aligned(n, PAGE_BYTES);
}

/* The gpa of one frame, zeroed through the identity map. */
u64 frame_take_zeroed(void);

/* From gpa to gpa, through the identity map. */
static inline void frame_copy(u64 to, u64 from)
{
	u64 words = PAGE_BYTES / 8;

	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words)::"memory");
}

#endif
