// SPDX-License-Identifier: GPL-2.0
/* See kernel.h. */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../scripts/machine/complaints.h"
#include "kernel.h"

bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

long meminfo(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "re");
	long kib = -1, value;
	char line[128], found[64];

	if (!file)
		err(1, "/proc/meminfo");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%63[^:]: %ld", found, &value) == 2 && !strcmp(found, name))
			kib = value;
	fclose(file);
	if (kib < 0)
		errx(1, "/proc/meminfo does not know %s", name);
	return kib;
}

static void shrink_slabs(void)
{
	DIR *dir = opendir("/sys/kernel/slab");
	struct dirent *entry;
	char path[512];

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", entry->d_name);
		write_file(path, "1");
	}
	if (dir)
		closedir(dir);
}

/* Free pages that a CPU keeps for itself: MemFree leaves them out. */
static long cpus_free_kib(void)
{
	FILE *file = fopen("/proc/zoneinfo", "re");
	long sum = 0, pages;
	char line[128];

	if (!file)
		err(1, "/proc/zoneinfo");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " count: %ld", &pages) == 1)
			sum += pages * 4;
	fclose(file);
	return sum;
}

static long unknown_kib(void)
{
	static const char *const known[] = { "MemFree", "Cached",      "Buffers",    "AnonPages",
					     "Slab",	"KernelStack", "PageTables", "Percpu",
					     "VmallocUsed" };
	long kib = meminfo("MemTotal") - cpus_free_kib();
	unsigned int i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		kib -= meminfo(known[i]);
	return kib;
}

struct memory memory_at_rest(void)
{
	struct memory memory;

	if (!write_file("/proc/sys/vm/drop_caches", "3"))
		err(1, "/proc/sys/vm/drop_caches");
	/* Memory given back by RCU and by workqueues arrives a little later. */
	usleep(200000);
	shrink_slabs();
	memory.unknown = unknown_kib();
	memory.slab = meminfo("SUnreclaim");
	memory.vmalloc = meminfo("VmallocUsed");
	memory.tables = meminfo("PageTables");
	return memory;
}

bool kernel_has_kasan(void)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	char line[256];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, " kasan_report\n");
	if (file)
		fclose(file);
	return found;
}

bool kernel_has_fault_injection(void)
{
	return !access("/proc/self/fail-nth", W_OK);
}

bool kernel_complaint(char *line, size_t size)
{
	static int fd = -1;
	char record[8192];
	ssize_t n;

	if (fd < 0) {
		fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			err(1, "/dev/kmsg");
		lseek(fd, 0, SEEK_END);
	}
	for (;;) {
		n = read(fd, record, sizeof(record) - 1);
		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue; /* EPIPE: older records were overwritten */
		if (n <= 0)
			return false;
		record[n] = '\0';
		record[strcspn(record, "\n")] = '\0';
		if (!is_complaint(record))
			continue;
		snprintf(line, size, "%s", strchr(record, ';') ? strchr(record, ';') + 1 : record);
		return true;
	}
}
