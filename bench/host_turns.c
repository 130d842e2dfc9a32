// SPDX-License-Identifier: GPL-2.0
/* See host_turns.h. */
#include <unistd.h>

#include "host_turns.h"
#include "perf_event.h"
#include "result.h"

#define SAMPLES 5
/* Some ticks' time on a CPU or emulation of any speed. */
#define ROUNDS 20000000u
/* A round of the loop without an interrupt takes less. */
#define GAP_TSC 1500

static uint64_t tsc_of_one(void)
{
	uint64_t last = __builtin_ia32_rdtsc(), now;
	double gap[SAMPLES];
	unsigned int nr = 0, i;

	for (i = 0; i < ROUNDS && nr < SAMPLES; i++) {
		now = __builtin_ia32_rdtsc();
		if (now - last > GAP_TSC)
			gap[nr++] = now - last;
		last = now;
	}
	return nr ? median(gap, nr) : 0;
}

void host_turns_open(struct host_turns *turns)
{
	turns->fd = perf_open_tracepoint("irq_vectors/local_timer_entry", NULL);
	turns->tsc_each = turns->fd < 0 ? 0 : tsc_of_one();
}

void host_turns_close(struct host_turns *turns)
{
	if (turns->fd >= 0)
		close(turns->fd);
	turns->fd = -1;
}
