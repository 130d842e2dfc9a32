// SPDX-License-Identifier: GPL-2.0
/* See huge.h. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "huge.h"

#define HUGE_1G_BYTES (1ull << 30)
#define HUGE_1G_FLAGS (MAP_HUGETLB | 30 << MAP_HUGE_SHIFT)

void *huge_map_1g(uint64_t bytes, struct failure *why)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | HUGE_1G_FLAGS, -1, 0);
	unsigned long long pages = bytes / HUGE_1G_BYTES;

	if (memory != MAP_FAILED)
		return memory;
	fail(why, STATUS_ENVIRONMENT,
	     "backing=1g: the host has less than %llu free huge pages of 1G (%s): boot it with "
	     "hugepagesz=1G hugepages=%llu on the kernel's command line, or write %llu to "
	     "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages",
	     pages, strerror(errno), pages, pages);
	return NULL;
}
