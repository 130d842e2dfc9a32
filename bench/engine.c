// SPDX-License-Identifier: GPL-2.0
/* What an engine leaves NULL in its table, read; see engine.h. */
#include <stdio.h>

#include "engine.h"

bool engine_has_counter(const struct engine_ops *ops, unsigned int counter)
{
	return !ops->has_counter || ops->has_counter(counter);
}

bool engine_has_flushes(const struct engine_ops *ops)
{
	unsigned int i;

	for (i = 0; i < HVBENCH_NR_COUNTERS; i++) {
		if (counter_is_flush(i) && engine_has_counter(ops, i))
			return true;
	}
	return false;
}

bool engine_has_trapped(const struct engine_ops *ops)
{
	return engine_has_counter(ops, HVBENCH_CNT_guest_flush_cr3) &&
	       engine_has_counter(ops, HVBENCH_CNT_guest_flush_invlpg) &&
	       engine_has_counter(ops, HVBENCH_CNT_guest_flush_invpcid) &&
	       engine_has_counter(ops, HVBENCH_CNT_guest_flush_cr4);
}

bool engine_has_knob(const struct engine_ops *ops, unsigned int knob)
{
	return !ops->has_knob || ops->has_knob(knob);
}

int engine_check(const struct engine_ops *ops, const struct vm_config *config, struct failure *why)
{
	return ops->check ? ops->check(config, why) : 0;
}

void engine_own_name(const struct engine_ops *ops, unsigned int own, char *buf, size_t size)
{
	snprintf(buf, size, "%s.%s", ops->name, ops->own[own].name);
}
