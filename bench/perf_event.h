/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events of the kernel, counted by perf for this thread alone: how often it came
 * by a tracepoint or called a function.
 */
#ifndef BENCH_PERF_EVENT_H
#define BENCH_PERF_EVENT_H

#include <stdint.h>

/* name: "kvm/kvm_exit"; filter: as in tracefs, or NULL. A descriptor, or -1 with errno. */
int perf_open_tracepoint(const char *name, const char *filter);
/* A function of the kernel or of a module (a kprobe). A descriptor, or -1 with errno. */
int perf_open_function(const char *name);
/* How often it came since it was opened; 0 for descriptor -1. */
uint64_t perf_read(int fd);

#endif
