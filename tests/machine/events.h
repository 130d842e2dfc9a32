/* SPDX-License-Identifier: GPL-2.0 */
/* The events of the PMU "hvbench", as sysfs tells of them, and how to count one. */
#ifndef TESTS_MACHINE_EVENTS_H
#define TESTS_MACHINE_EVENTS_H

#include <linux/perf_event.h>
#include <sys/types.h>

#include "../../hv/uapi/hvbench.h"

struct event {
	char name[256];
	__u64 config;
};

#define MAX_EVENTS 256

extern struct event events[MAX_EVENTS];
extern unsigned int nr_events;

/* Fills events[]; ends the test where there is no such PMU. */
void events_find(void);
const struct event *event_named(const char *name);
/* What the statistics of a VM say that it counts; ends the test for an unknown name. */
__u64 event_expected(const struct event *event, const struct hvbench_stats *stats);

/* Of a tracepoint of the system hvbench. */
__u64 tracepoint_id(const char *name);

/* Of the PMU; all else is 0. */
struct perf_event_attr event_attr(__u64 config);
/* perf_event_open(2) without flags. */
int event_try(const struct perf_event_attr *attr, pid_t pid, int cpu, int group);
/* The same, but ends the test when refused. */
int event_open(const struct event *event, pid_t pid, int cpu);
__u64 event_read(int fd);

/* All events at once, of one task or CPU. */
struct meter {
	int fd[MAX_EVENTS];
};

struct meter meter_open(pid_t pid, int cpu);
void meter_close(const struct meter *meter);
/*
 * A check that every event tells what the statistics tell, and at least busy of
 * them something else than 0.
 */
void meter_check(const struct meter *meter, const struct hvbench_stats *stats, unsigned int busy,
		 const char *what);

/* Counters and exits by reason alone: what events tell of. */
void stats_add(struct hvbench_stats *sum, const struct hvbench_stats *stats);
void stats_subtract(struct hvbench_stats *from, const struct hvbench_stats *stats);

#endif
