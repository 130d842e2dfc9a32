// SPDX-License-Identifier: GPL-2.0
/*
 * Leaves a VM nothing behind? Two thousand of them (or `leaks N`) are made, run and
 * closed, under both MMUs and many knobs, some in the middle of their run. Then the
 * module must count no VM, and the kernel's memory must be back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "report.h"
#include "vm.h"

GUEST(bells)
GUEST(triple_fault)

#define CYCLES 2000
/* Half a KiB a cycle would show; a kernel at rest moves by less. */
#define SLACK_KIB 1024

/* A different mix of knobs each time, all of them such that a VM starts. */
static struct hvbench_config config_number(unsigned int n)
{
	struct hvbench_config config = vm_config(n % 2 ? HVBENCH_MMU_SPT : HVBENCH_MMU_EPT);
	__u32 *knob = config.knob;

	knob[HVBENCH_KNOB_VPID] = n % 3 != 0;
	knob[HVBENCH_KNOB_POPULATE] = n % 5 != 0;
	knob[HVBENCH_KNOB_LOG] = n % 7 == 0 ? HVBENCH_LOG_FAULT : HVBENCH_LOG_OFF;
	if (config.mmu == HVBENCH_MMU_SPT) {
		knob[HVBENCH_KNOB_SPT_SYNC] = n / 2 % 3;
		knob[HVBENCH_KNOB_SPT_PREFILL] = n / 4 % 3;
		knob[HVBENCH_KNOB_SPT_ROOTS] = n / 8 % 4;
	} else {
		knob[HVBENCH_KNOB_EPT_FILL] = n / 2 % 4;
	}
	return config;
}

static void cycle(unsigned int n)
{
	struct hvbench_config config = config_number(n);
	struct vm vm = vm_make(&config);
	unsigned int rings = n % 4;

	if (n % 11)
		vm_load(&vm, guest_bells, guest_bells_end);
	else
		vm_load(&vm, guest_triple_fault, guest_triple_fault_end);
	/* Some are closed before they ran at all. */
	while (rings--)
		vm_run(&vm);
	vm_close(&vm);
}

static void back_within(const char *what, long before, long after)
{
	report(labs(after - before) <= SLACK_KIB, "%s is back: %ld KiB before, %ld KiB after", what,
	       before, after);
}

int main(int argc, char **argv)
{
	unsigned int cycles = argc > 1 ? strtoul(argv[1], NULL, 0) : CYCLES;
	struct memory before, after;
	unsigned int n;

	/* What is allocated once, at first use, is no leak. */
	for (n = 0; n < 100; n++)
		cycle(n);
	before = memory_at_rest();
	for (n = 0; n < cycles; n++)
		cycle(n);
	after = memory_at_rest();
	report(!vm_live(), "no VM is left of %u", cycles);
	back_within("memory in no account", before.unknown, after.unknown);
	back_within("the slab", before.slab, after.slab);
	back_within("vmalloc", before.vmalloc, after.vmalloc);
	back_within("memory for page tables", before.tables, after.tables);
	return summary();
}
