// SPDX-License-Identifier: GPL-2.0
/* The allocator of guest-physical frames; see frames.h. */
#include "frames.h"
#include "report.h"

static u64 next, limit;

void frames_init(u64 begin, u64 end)
{
	next = begin;
	limit = end;
}

u64 frames_take_aligned(u64 n, u64 align)
{
	u64 gpa = (next + align - 1) & ~(align - 1);

	if (gpa > limit || n > (limit - gpa) / PAGE_BYTES)
		fail("out of guest memory: %llu more pages needed, %llu left; run with more memory",
		     n, gpa > limit ? 0 : (limit - gpa) / PAGE_BYTES);
	next = gpa + n * PAGE_BYTES;
	return gpa;
}

u64 frame_take_zeroed(void)
{
	u64 gpa = frames_take(1);

	memset(gpa_pointer(gpa), 0, PAGE_BYTES);
	return gpa;
}
