/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a workload's file includes: the runtime's interfaces, and the macro
 * that declares the workload to the tool.
 *
 *	enum { PAGES };
 *
 *	WORKLOAD("name", "one line", "what it stands for", memory_bytes,
 *		 [PAGES] = { "pages", "how many", 1024, 1, 65536 });
 *
 *	void workload_run(void)
 *	{
 *		... param(PAGES) ...
 *	}
 */
#ifndef RUNTIME_WORKLOAD_H
#define RUNTIME_WORKLOAD_H

#include "area.h"
#include "cpu.h"
#include "flush.h"
#include "frames.h"
#include "pages.h"
#include "phase.h"
#include "random.h"
#include "report.h"
#include "space.h"
#include "trap.h"
#include "types.h"
#include "uapi/guest.h"

extern u8 boot_pml4[], boot_pml5[];

#define WORKLOAD(name_, summary_, stands_for_, memory_, ...)                                      \
	_Static_assert(sizeof(name_) <= HVBENCH_NAME_BYTES && sizeof(summary_) <= 96 &&           \
			       sizeof(stands_for_) <= 256,                                        \
		       "too long for struct hvbench_guest_info");                                 \
	const struct hvbench_guest_info guest_info                                                \
		__attribute__((section(".hvbench.info"), used)) = {                               \
			.magic = HVBENCH_INFO_MAGIC,                                              \
			.abi = HVBENCH_GUEST_ABI,                                                 \
			.nr_params = sizeof((struct hvbench_guest_param_info[]){ __VA_ARGS__ }) / \
				     sizeof(struct hvbench_guest_param_info),                     \
			.cr3 = (u64)boot_pml4,                                                    \
			.cr3_la57 = (u64)boot_pml5,                                               \
			.min_memory_bytes = memory_,                                              \
			.name = name_,                                                            \
			.summary = summary_,                                                      \
			.stands_for = stands_for_,                                                \
			.params = { __VA_ARGS__ },                                                \
		}

/* A parameter's value, checked against its bounds before workload_run(). */
u64 param(u32 index);

/* Guest memory is [0, memory_bytes()). */
u64 memory_bytes(void);

/* The workload. Returning from it ends the run well. */
void workload_run(void);

#endif
