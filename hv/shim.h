/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ept/ and spt/ take from their surroundings, so that one source
 * compiles into the module and into an ordinary process (tests/host/), where
 * sanitizers and fuzzers see it. In the process, "host-physical" memory is an
 * arena that the test maps at HV_ARENA_BASE.
 */
#ifndef HV_SHIM_H
#define HV_SHIM_H

#ifdef __KERNEL__

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/hash.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/string.h>
#include <linux/types.h>

#include "host_memory.h"
#include "trace.h"

static inline void *hv_va(u64 hpa)
{
	return __va(hpa);
}

static inline u64 hv_pa(const void *va)
{
	return __pa(va);
}

#else /* an ordinary process */

#include "shim_process.h" /* found by -I tests/host */

#endif

#define HV_PAGE_SHIFT 12
#define HV_PAGE_BYTES (1ull << HV_PAGE_SHIFT)
#define HV_ENTRIES 512 /* of a page table of any format */

#endif
