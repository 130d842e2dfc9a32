/* SPDX-License-Identifier: GPL-2.0 */
/* A virtual machine: a file, its guest memory and its one vCPU. */
#ifndef HV_VM_H
#define HV_VM_H

#include "uapi/hvbench.h"

/*
 * Checks the whole configuration, creates a VM of it and opens its file.
 * Returns the descriptor or -errno; then config->refusal says why.
 */
int hv_vm_create(struct hvbench_config *config);

/* VMs alive now. */
u32 hv_vm_count(void);

#endif
