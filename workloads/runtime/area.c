// SPDX-License-Identifier: GPL-2.0
/* Data in pages of a chosen size; see area.h. */
#include "area.h"
#include "cpu.h"
#include "frames.h"
#include "report.h"
#include "space.h"

static void check_page_bytes(u64 page_bytes, u64 stride)
{
	check(page_bytes == PAGE_BYTES || page_bytes == LARGE_BYTES || page_bytes == HUGE_BYTES,
	      "page must be 4K, 2M or 1G (4096, 2097152 or 1073741824)");
	check(page_bytes != HUGE_BYTES || cpu_has_gigabyte_pages(),
	      "this CPU offers no 1G pages (CPUID.80000001H:EDX bit 26): run with page=4K or 2M");
	check(stride % PAGE_BYTES == 0, "stride must be a multiple of 4096");
	check(stride == PAGE_BYTES || stride % page_bytes == 0,
	      "stride must be a multiple of page");
}

static u64 take_frames(u64 frames, u64 page_bytes)
{
	u64 in_page = LARGE_BYTES / PAGE_BYTES;

	if (page_bytes == LARGE_BYTES)
		return frames_take_aligned((frames + in_page - 1) / in_page * in_page, LARGE_BYTES);
	return frames_take(frames);
}

struct area area_map(u64 frames, u64 stride, u64 page_bytes)
{
	u64 offset_mask = page_bytes - 1, mapped = 0, i, gva;
	struct area area;

	check_page_bytes(page_bytes, stride);
	area.gpa = take_frames(frames, page_bytes);
	area.gva = DATA_GVA + (area.gpa & offset_mask);
	area.step = stride;
	/* A frame keeps its offset in the page: the next one lies 4K further. */
	if (stride != PAGE_BYTES && page_bytes != PAGE_BYTES)
		area.step += PAGE_BYTES;
	check(area.step <= (DATA_GVA_END - area.gva - page_bytes) / frames,
	      "%llu pages, one per 0x%llx bytes, exceed the address space", frames, stride);
	for (i = 0; i < frames; i++) {
		gva = (area.gva + i * area.step) & ~offset_mask;
		if (gva == mapped)
			continue;
		mapped = gva;
		space_map_sized(&boot_space, gva, (area.gpa + i * PAGE_BYTES) & ~offset_mask,
				page_bytes, MAP_RW);
	}
	return area;
}
