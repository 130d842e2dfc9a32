// SPDX-License-Identifier: GPL-2.0
/*
 * The null port: an exit that an emulated device would take, without the
 * device. It stands for programmed I/O of legacy device drivers. Theory: one
 * exit an operation, whatever the MMU.
 */
#include "runtime/workload.h"

enum { COUNT };

WORKLOAD("port-io", "OUT to and IN from the null port",
	 "Programmed I/O of a driver for an emulated device, "
	 "without the work of the device.",
	 LARGE_BYTES * 8, [COUNT] = { "count", "operations per phase", 4096, 1, 100000000 });

void workload_run(void)
{
	u64 i, sum = 0;

	phase_begin("out", EXIT);
	for (i = 0; i < param(COUNT); i++)
		cpu_out8(HVBENCH_PORT_NULL, (u8)i);
	phase_end(param(COUNT));

	phase_begin("in", EXIT);
	for (i = 0; i < param(COUNT); i++)
		sum += cpu_in8(HVBENCH_PORT_NULL);
	phase_end(param(COUNT));
	check(sum == 0, "the null port read something other than 0");
}
