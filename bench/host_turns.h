/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's turns while a guest runs under an engine that does not measure them:
 * how often the clock interrupted this thread, and about how long that took.
 */
#ifndef BENCH_HOST_TURNS_H
#define BENCH_HOST_TURNS_H

#include <stdint.h>

struct host_turns {
	int fd; /* counts the clock's interrupts; -1 where they can't be counted */
	uint64_t tsc_each; /* an estimate: their median in a loop of this process */
};

/* Takes some of the clock's ticks. */
void host_turns_open(struct host_turns *turns);
void host_turns_close(struct host_turns *turns);

#endif
