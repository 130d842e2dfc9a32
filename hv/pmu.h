/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The perf PMU "hvbench", see pmu.c. While no event is open anywhere, all that
 * it costs is a NOP where a vCPU takes its CPU and one where it gives it back.
 */
#ifndef HV_PMU_H
#define HV_PMU_H

#include <linux/jump_label.h>

#include "uapi/hvbench.h"

int hv_pmu_register(void);
void hv_pmu_unregister(void);

/* On while events are open. */
DECLARE_STATIC_KEY_FALSE(hv_pmu_used);

void hv_pmu_begin_events(const struct hvbench_stats *stats);
void hv_pmu_end_events(void);

/*
 * Between the two, with interrupts off, what changes in these statistics goes
 * to the events that count on this CPU.
 */
static inline void hv_pmu_begin(const struct hvbench_stats *stats)
{
	if (static_branch_unlikely(&hv_pmu_used))
		hv_pmu_begin_events(stats);
}

static inline void hv_pmu_end(void)
{
	if (static_branch_unlikely(&hv_pmu_used))
		hv_pmu_end_events();
}

/*
 * The same for work that may sleep: what it counted goes to the events of the
 * CPU that it ends on. It counts no exits.
 */
struct hv_pmu_mark {
	bool used; /* an event was open; one that comes later has missed it */
	u64 counter[HVBENCH_NR_COUNTERS];
};

void hv_pmu_mark(const struct hvbench_stats *stats, struct hv_pmu_mark *mark);
void hv_pmu_add_since(const struct hvbench_stats *stats, const struct hv_pmu_mark *mark);

#endif
