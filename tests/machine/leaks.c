// SPDX-License-Identifier: GPL-2.0
/*
 * Leaves a VM nothing behind? Two thousand of them are made, run and closed,
 * under both MMUs and many knobs, some in the middle of their run. Then the
 * module must count no VM, and the kernel's memory must be back.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"
#include "vm.h"

GUEST(bells)
GUEST(triple_fault)

#define CYCLES 2000
/* Half a KiB a cycle would show; a kernel at rest moves by less. */
#define SLACK_KIB 1024

/* Kilobytes, by the name that /proc/meminfo has for it. */
static long meminfo(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "r");
	long kib = -1, value;
	char line[128], found[64];

	if (!file)
		err(1, "/proc/meminfo");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%63[^:]: %ld", found, &value) == 2 && !strcmp(found, name))
			kib = value;
	fclose(file);
	if (kib < 0)
		errx(1, "/proc/meminfo does not know %s", name);
	return kib;
}

struct memory {
	long available, slab, vmalloc, tables;
};

/* What a cache holds that the kernel can drop is no leak: it is dropped. */
static struct memory memory_now(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);
	struct memory memory;

	if (fd < 0 || write(fd, "3", 1) != 1)
		err(1, "/proc/sys/vm/drop_caches");
	close(fd);
	/* Memory given back by RCU and by workqueues arrives a little later. */
	usleep(200000);
	memory.available = meminfo("MemFree") + meminfo("Cached") + meminfo("Buffers");
	memory.slab = meminfo("SUnreclaim");
	memory.vmalloc = meminfo("VmallocUsed");
	memory.tables = meminfo("PageTables");
	return memory;
}

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

int main(void)
{
	struct memory before, after;
	unsigned int n;

	/* What is allocated once, at first use, is no leak. */
	for (n = 0; n < 100; n++)
		cycle(n);
	before = memory_now();
	for (n = 0; n < CYCLES; n++)
		cycle(n);
	after = memory_now();
	report(!vm_live(), "no VM is left of %u", CYCLES);
	back_within("free memory", before.available, after.available);
	back_within("the slab", before.slab, after.slab);
	back_within("vmalloc", before.vmalloc, after.vmalloc);
	back_within("memory for page tables", before.tables, after.tables);
	return summary();
}
