// SPDX-License-Identifier: GPL-2.0
/* See events.h. */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "events.h"
#include "report.h"

#define PMU "/sys/bus/event_source/devices/hvbench/"

struct event events[MAX_EVENTS];
unsigned int nr_events;

static unsigned int pmu_type;

static void read_file(const char *dir, const char *name, const char *format, void *value)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s%s", dir, name);
	file = fopen(path, "r");
	if (!file || fscanf(file, format, value) != 1)
		err(1, "%s", path);
	fclose(file);
}

void events_find(void)
{
	DIR *dir = opendir(PMU "events");
	struct dirent *entry;

	if (!dir)
		err(1, PMU "events");
	read_file(PMU, "type", "%u", &pmu_type);
	while ((entry = readdir(dir))) {
		struct event *event = &events[nr_events];

		if (entry->d_name[0] == '.' || strchr(entry->d_name, '.'))
			continue;
		if (nr_events++ == MAX_EVENTS)
			errx(1, "more than %d events", MAX_EVENTS);
		snprintf(event->name, sizeof(event->name), "%s", entry->d_name);
		read_file(PMU "events/", event->name, "event=%llx", &event->config);
	}
	closedir(dir);
}

const struct event *event_named(const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_events; i++)
		if (!strcmp(events[i].name, name))
			return &events[i];
	errx(1, "no event %s", name);
}

static const char *const counter_names[] = {
#define NAME(name, kind, unit, help) #name,
	HVBENCH_COUNTERS(NAME)
#undef NAME
};

static const char *const exit_names[HVBENCH_NR_EXIT_REASONS] = {
#define NAME(number, name, help) [number] = #name,
	HVBENCH_EXIT_REASONS(NAME)
#undef NAME
};

static __u64 flushes(const struct hvbench_stats *stats)
{
	const __u64 *counter = stats->counter;

	return counter[HVBENCH_CNT_flush_invept_single] + counter[HVBENCH_CNT_flush_invept_all] +
	       counter[HVBENCH_CNT_flush_invvpid_addr] + counter[HVBENCH_CNT_flush_invvpid_single] +
	       counter[HVBENCH_CNT_flush_invvpid_all] + counter[HVBENCH_CNT_flush_transition];
}

__u64 event_expected(const struct event *event, const struct hvbench_stats *stats)
{
	unsigned int i;

	if (!strcmp(event->name, "tlb_flush_vmm"))
		return flushes(stats);
	for (i = 0; i < HVBENCH_NR_COUNTERS; i++)
		if (!strcmp(event->name, counter_names[i]))
			return stats->counter[i];
	for (i = 0; i < HVBENCH_NR_EXIT_REASONS; i++)
		if (exit_names[i] && !strncmp(event->name, "exit_", 5) &&
		    !strcasecmp(event->name + 5, exit_names[i]))
			return stats->exits[i];
	errx(1, "the event %s is no counter", event->name);
}

__u64 tracepoint_id(const char *name)
{
	char file[64];
	__u64 id;

	snprintf(file, sizeof(file), "%s/id", name);
	read_file("/sys/kernel/tracing/events/hvbench/", file, "%llu", &id);
	return id;
}

struct perf_event_attr event_attr(__u64 config)
{
	return (struct perf_event_attr){
		.type = pmu_type,
		.size = sizeof(struct perf_event_attr),
		.config = config,
	};
}

int event_try(const struct perf_event_attr *attr, pid_t pid, int cpu, int group)
{
	return syscall(SYS_perf_event_open, attr, pid, cpu, group, PERF_FLAG_FD_CLOEXEC);
}

int event_open(const struct event *event, pid_t pid, int cpu)
{
	struct perf_event_attr attr = event_attr(event->config);
	int fd = event_try(&attr, pid, cpu, -1);

	if (fd < 0)
		err(1, "perf_event_open of %s", event->name);
	return fd;
}

__u64 event_read(int fd)
{
	__u64 value;

	if (read(fd, &value, sizeof(value)) != sizeof(value))
		err(1, "read of an event");
	return value;
}

struct meter meter_open(pid_t pid, int cpu)
{
	struct meter meter;
	unsigned int i;

	for (i = 0; i < nr_events; i++)
		meter.fd[i] = event_open(&events[i], pid, cpu);
	return meter;
}

void meter_close(const struct meter *meter)
{
	unsigned int i;

	for (i = 0; i < nr_events; i++)
		close(meter->fd[i]);
}

void stats_add(struct hvbench_stats *sum, const struct hvbench_stats *stats)
{
	unsigned int i;

	for (i = 0; i < HVBENCH_NR_COUNTERS; i++)
		sum->counter[i] += stats->counter[i];
	for (i = 0; i < HVBENCH_NR_EXIT_REASONS; i++)
		sum->exits[i] += stats->exits[i];
}

void stats_subtract(struct hvbench_stats *from, const struct hvbench_stats *stats)
{
	unsigned int i;

	for (i = 0; i < HVBENCH_NR_COUNTERS; i++)
		from->counter[i] -= stats->counter[i];
	for (i = 0; i < HVBENCH_NR_EXIT_REASONS; i++)
		from->exits[i] -= stats->exits[i];
}

void meter_check(const struct meter *meter, const struct hvbench_stats *stats,
			unsigned int busy, const char *what)
{
	unsigned int i, wrong = 0, counted = 0;

	for (i = 0; i < nr_events; i++) {
		__u64 is = event_read(meter->fd[i]), wanted = event_expected(&events[i], stats);

		counted += is != 0;
		if (is == wanted)
			continue;
		wrong++;
		printf("#   %s is %llu, the VM counted %llu\n", events[i].name, is, wanted);
	}
	report(!wrong && counted >= busy, "all %u events equal the counters (%u are not 0): %s",
	       nr_events, counted, what);
}
