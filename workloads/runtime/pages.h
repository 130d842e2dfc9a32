/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The word that a workload uses of each of its pages, and the check that all
 * mappings of a page show the same. The words of neighbouring pages lie in
 * different cache lines of the page: otherwise all of them would compete for
 * the same few sets of the first-level cache, and that would be measured.
 */
#ifndef RUNTIME_PAGES_H
#define RUNTIME_PAGES_H

#include "report.h"
#include "types.h"

static inline u64 page_word_offset(u64 page)
{
	return page % 64 * 64;
}

#define LINE_BYTES 64u
#define PAGE_LINES (PAGE_BYTES / LINE_BYTES)

/* Of page number `page` of an array of pages, one per stride bytes. */
static inline volatile u64 *page_word(u64 base, u64 stride, u64 page)
{
	return gpa_pointer(base + page * stride + page_word_offset(page));
}

/* The first word of a line of that page, for workloads that use whole pages. */
static inline volatile u64 *line_word(u64 base, u64 stride, u64 page, u64 line)
{
	return gpa_pointer(base + page * stride + line * LINE_BYTES);
}

/* Pages mapped at gva to frames in a row at gpa: both views, one content. */
static inline void check_word(u64 gva, u64 stride, u64 gpa, u64 page, u64 expected)
{
	u64 seen = *page_word(gva, stride, page);
	u64 stored = *page_word(gpa, PAGE_BYTES, page);

	check(seen == expected, "page %llu at gva 0x%llx holds 0x%llx instead of 0x%llx", page,
	      gva + page * stride, seen, expected);
	check(stored == expected,
	      "page %llu was written at gva 0x%llx, but its frame 0x%llx holds 0x%llx instead of "
	      "0x%llx",
	      page, gva + page * stride, gpa + page * PAGE_BYTES, stored, expected);
}

#endif
