// SPDX-License-Identifier: GPL-2.0
/* See perf_event.h. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host.h"
#include "names.h"
#include "perf_event.h"

#define EVENTS "/sys/kernel/tracing/events"
#define KPROBES "/sys/bus/event_source/devices/kprobe/type"

/* Of this thread, on whatever CPU it runs. */
static int open_event(struct perf_event_attr *attr)
{
	attr->size = sizeof(*attr);
	return syscall(SYS_perf_event_open, attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static int read_number(const char *path, uint64_t *number)
{
	char line[32];

	host_read_line(path, line, sizeof(line));
	if (parse_number(line, number))
		return 0;
	errno = ENOENT;
	return -1;
}

int perf_open_tracepoint(const char *name, const char *filter)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT };
	char path[160];
	uint64_t id;
	int fd, error;

	snprintf(path, sizeof(path), EVENTS "/%s/id", name);
	if (read_number(path, &id))
		return -1;
	attr.config = id;
	fd = open_event(&attr);
	if (fd < 0 || !filter || !ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int perf_open_function(const char *name)
{
	struct perf_event_attr attr = { .config1 = (uintptr_t)name };
	uint64_t type;

	if (read_number(KPROBES, &type))
		return -1;
	attr.type = type;
	return open_event(&attr);
}

uint64_t perf_read(int fd)
{
	uint64_t value = 0;

	if (fd < 0 || read(fd, &value, sizeof(value)) != sizeof(value))
		return 0;
	return value;
}
