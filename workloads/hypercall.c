// SPDX-License-Identifier: GPL-2.0
/*
 * The null hypercall: a VM exit that asks for nothing. It stands for every
 * trap whose handler does next to no work, and gives the price of an exit
 * by itself, to hold against the exits of the other workloads. Theory:
 * count exits, whatever the MMU.
 */
#include "runtime/workload.h"

enum { COUNT };

WORKLOAD("hypercall", "null VMCALL round trips",
	 "The bare price of a VM exit and entry: paravirtual calls, "
	 "and the floor under every other exit.",
	 LARGE_BYTES * 8, [COUNT] = { "count", "round trips", 4096, 1, 100000000 });

void workload_run(void)
{
	u64 i;

	phase_begin("warm", EXIT);
	for (i = 0; i < param(COUNT); i++)
		hypercall(HVBENCH_HC_NULL);
	phase_end(param(COUNT));
}
