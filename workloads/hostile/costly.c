// SPDX-License-Identifier: GPL-2.0
/*
 * Guests that want one exit to cost as much as can be: each of these makes the
 * hypervisor's work for one instruction as large as the VM is. The host must have its
 * turn all the same, which the test sees in the histogram of time outside the guest.
 */
#include "runtime/workload.h"

enum { MODE };

#define NR_MODES 4

WORKLOAD("costly", "makes one exit as costly as can be; for tests only",
	 "Nothing: it proves that no exit takes longer than it may.", LARGE_BYTES * 16,
	 [MODE] = { "mode", "what is made costly, see costly.c", 0, 0, NR_MODES - 1 });

#define GVA DATA_GVA
#define SPAN LARGE_BYTES /* what one leaf table maps */
#define TABLES 1280 /* leaf tables, 5 MiB of guest memory */
#define LINKED_TABLES 64 /* times 512 are the mappings of one frame */

/* The bitmaps of a VM of 1 TiB are 32 MiB each; where they lie no memory is yet. */
static void log_of_everything(void)
{
	u64 bytes = memory_bytes() / PAGE_BYTES / 8, at = memory_bytes() / 2, i;

	phase_begin("log", CHANGE);
	for (i = 0; i < 2; i++) {
		doorbell_ask(HVBENCH_BELL_LOG_START, 0, 0);
		WRITE_ONCE(*(u64 *)gpa_pointer(frame_take_zeroed()), 1);
		doorbell_ask(HVBENCH_BELL_LOG_COLLECT, at, at + bytes);
		doorbell_ask(HVBENCH_BELL_LOG_COLLECT, at, 0);
		doorbell_ask(HVBENCH_BELL_LOG_STOP, 0, 0);
	}
	phase_end(1);
}

/* Leaf tables whose entries all map frame, each of them read. */
static void map_everywhere(u64 frame, u64 tables)
{
	u64 gva, *entry, i;

	for (gva = GVA; gva < GVA + tables * SPAN; gva += SPAN) {
		entry = space_prepare(&boot_space, gva, LEVEL_PTE);
		for (i = 0; i < 512; i++)
			WRITE_ONCE(entry[i], frame | MAP_RW_USED);
		for (i = 0; i < 512; i++)
			(void)*(volatile u64 *)gpa_pointer(gva + i * PAGE_BYTES);
	}
}

/* The same frame becomes a page table, is written to, and goes from everywhere at once. */
static void one_frame_everywhere(void)
{
	u64 frame = frame_take_zeroed(), table_gva = GVA + 2 * LINKED_TABLES * SPAN, gva, *entry, i;
	u64 *table = gpa_pointer(frame), *pde;

	phase_begin("links", CHANGE);
	map_everywhere(frame, LINKED_TABLES);
	WRITE_ONCE(table[0], frame_take_zeroed() | MAP_RW_USED);
	WRITE_ONCE(table[1], frame_take_zeroed() | MAP_RW_USED);
	pde = space_prepare(&boot_space, table_gva, LEVEL_PDE);
	for (i = 0; i < 3; i++) {
		/* Protected by that, opened by this, protected by the flush. */
		WRITE_ONCE(*pde, frame | TABLE_FLAGS);
		(void)*(volatile u64 *)gpa_pointer(table_gva);
		WRITE_ONCE(table[2], 0);
		flush_by_cr3(cpu_read_cr3());
		(void)*(volatile u64 *)gpa_pointer(table_gva + PAGE_BYTES);
		WRITE_ONCE(*pde, 0);
		flush_by_cr3(cpu_read_cr3());
		map_everywhere(frame, i < 2 ? LINKED_TABLES : 0);
	}
	map_everywhere(frame, LINKED_TABLES);
	/* The oldest first: they are the last to be found. */
	for (gva = GVA; gva < GVA + LINKED_TABLES * SPAN; gva += SPAN) {
		entry = space_entry(&boot_space, gva, LEVEL_PTE);
		for (i = 0; i < 512; i++)
			WRITE_ONCE(entry[i], 0);
	}
	flush_by_cr3(cpu_read_cr3());
	phase_end(1);
}

static void fill_tables(void)
{
	u64 frames = frames_take(64), gva, *entry, i;

	for (gva = GVA; gva < GVA + TABLES * SPAN; gva += SPAN) {
		entry = space_prepare(&boot_space, gva, LEVEL_PTE);
		for (i = 0; i < 512; i++)
			WRITE_ONCE(entry[i], (frames + i % 64 * PAGE_BYTES) | MAP_RW_USED);
		for (i = 0; i < 512; i++)
			(void)*(volatile u64 *)gpa_pointer(gva + i * PAGE_BYTES);
	}
}

/* All tables are written to between two flushes; and the log is asked about all. */
static void open_tables(void)
{
	u64 gva, i;

	phase_begin("open", CHANGE);
	fill_tables();
	for (i = 0; i < 3; i++) {
		for (gva = GVA; gva < GVA + TABLES * SPAN; gva += SPAN)
			WRITE_ONCE(*space_entry(&boot_space, gva + i * PAGE_BYTES, LEVEL_PTE), 0);
		if (i == 0)
			flush_by_cr3(cpu_read_cr3());
		else
			flush_page(GVA);
	}
	flush_by_cr3(cpu_read_cr3());
	doorbell_ask(HVBENCH_BELL_LOG_START, 0, 0);
	doorbell_ask(HVBENCH_BELL_LOG_COLLECT, HVBENCH_MAILBOX_GPA + PAGE_BYTES, 0);
	doorbell_ask(HVBENCH_BELL_LOG_STOP, 0, 0);
	phase_end(1);
}

/* A space with all its tables goes by one entry, and by one load of CR3. */
static void tables_in_one_go(void)
{
	struct space other = space_create();
	u64 *pml4e = space_prepare(&boot_space, GVA, LEVEL_PML4E), i;

	phase_begin("zap", CHANGE);
	for (i = 0; i < 2; i++) {
		fill_tables();
		if (i)
			space_switch(&other);
		WRITE_ONCE(*pml4e, 0);
		flush_by_cr3(cpu_read_cr3());
		space_switch(&boot_space);
	}
	phase_end(1);
}

static void (*const modes[NR_MODES])(void) = {
	log_of_everything,
	one_frame_everywhere,
	open_tables,
	tables_in_one_go,
};

void workload_run(void)
{
	modes[param(MODE)]();
}
