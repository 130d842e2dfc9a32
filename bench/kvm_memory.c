// SPDX-License-Identifier: GPL-2.0
/* See kvm_memory.h. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host.h"
#include "huge.h"
#include "kvm_memory.h"

#define PAGE_BYTES 4096
#define BYTES_2M (2ull << 20)

/* The n of a line "name: n kB" in bytes; 0 where there is none. */
static uint64_t kilobytes(const char *path, const char *name)
{
	char text[64];

	host_read_field(path, name, text, sizeof(text));
	return strtoull(text, NULL, 10) << 10;
}

/* Aligned to 2M, so that transparent huge pages fit. */
static void *map_aligned(uint64_t bytes)
{
	uintptr_t begin, aligned;
	void *memory = mmap(NULL, bytes + BYTES_2M, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return NULL;
	begin = (uintptr_t)memory;
	aligned = (begin + BYTES_2M - 1) & ~(uintptr_t)(BYTES_2M - 1);
	if (aligned > begin)
		munmap(memory, aligned - begin);
	munmap((void *)(aligned + bytes), begin + BYTES_2M - aligned);
	return (void *)aligned;
}

/* All of it in pages of 2M: else a count would be of something else. */
static int check_large(uint64_t bytes, uint64_t before, struct failure *why)
{
	uint64_t large = kilobytes("/proc/self/smaps_rollup", "AnonHugePages");

	if (large >= before + bytes)
		return 0;
	return fail(why, STATUS_ENVIRONMENT,
		    "backing=2m: the host gave %" PRIu64 " MB of %" PRIu64
		    " in huge pages of 2M: write madvise to "
		    "/sys/kernel/mm/transparent_hugepage/enabled, and free memory",
		    (large - before) >> 20, bytes >> 20);
}

void *kvm_memory_map(const struct vm_config *config, struct failure *why)
{
	uint64_t bytes = config->memory_bytes, before = 0;
	bool large = config->knob[HVBENCH_KNOB_BACKING] == HVBENCH_SIZE_2M;
	void *memory;

	if (config->knob[HVBENCH_KNOB_BACKING] == HVBENCH_SIZE_1G)
		return huge_map_1g(bytes, why);
	memory = map_aligned(bytes);
	if (!memory) {
		fail(why, STATUS_ENVIRONMENT, "guest memory can't be mapped: %s", strerror(errno));
		return NULL;
	}
	if (large)
		before = kilobytes("/proc/self/smaps_rollup", "AnonHugePages");
	/* Where the kernel has no huge pages at all, all pages are small anyway. */
	madvise(memory, bytes, large ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	/* Huge pages are only known to be there once they are. */
	if (!config->knob[HVBENCH_KNOB_POPULATE] && !large)
		return memory;
	if (madvise(memory, bytes, MADV_POPULATE_WRITE))
		fail(why, STATUS_ENVIRONMENT,
		     "the host has not enough memory for this VM (%s): choose less",
		     strerror(errno));
	else if (!large || !check_large(bytes, before, why))
		return memory;
	munmap(memory, bytes);
	return NULL;
}

#define REFRESH "/proc/sys/vm/stat_refresh"
#define MEMORY "/proc/meminfo"
#define TABLES "SecPageTables"

/* The kernel counts by CPU and adds up now and then: at once after this. */
static void refresh(void)
{
	int fd = open(REFRESH, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1", 1) != 1)
		errno = 0;
	close(fd);
}

uint64_t kvm_table_pages(void)
{
	refresh();
	return kilobytes(MEMORY, TABLES) / PAGE_BYTES;
}

bool kvm_table_pages_known(void)
{
	char text[64];

	host_read_field(MEMORY, TABLES, text, sizeof(text));
	return strcmp(text, HOST_NOT_AVAILABLE) && !access(REFRESH, W_OK);
}
