/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory from the host. A group of users may open the device, so no call of
 * theirs may have the host's OOM killer kill a process: what a VM holds belongs
 * to no process, and killing one would not free it. Every allocation for a VM is
 * charged to the caller's memory cgroup and fails where memory is short.
 *
 * Called by memory.c, pool.c, vm.c and hv/vmx/, and through shim.h by the backends.
 */
#ifndef HV_HOST_MEMORY_H
#define HV_HOST_MEMORY_H

#include <linux/gfp.h>
#include <linux/types.h>

/* Accounted, and NULL rather than the OOM killer. */
#define HV_GFP (GFP_KERNEL_ACCOUNT | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)

/*
 * True where the host can give so many pages and keep a reserve. The reserve is
 * for what the kernel allocates beside them without such flags: page tables of a
 * mapping or of vmalloc, and all that other processes do.
 */
bool hv_host_can_give(u64 pages);

/* A zeroed page, or NULL. May sleep; free_page() gives it back. */
void *hv_zalloc_page(void);

/* Zeroed memory of any size, or NULL. May sleep. */
void *hv_zalloc(size_t bytes);
void hv_free(void *block);

#endif
