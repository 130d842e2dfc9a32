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

struct hv_vcpu;

/* A VM of a configuration that is known to be good, without a file; or ERR_PTR. */
struct hv_vcpu *hv_vm_create_hidden(const struct hvbench_config *config);
void hv_vm_free_hidden(struct hv_vcpu *vcpu);

/* VMs alive now. */
u32 hv_vm_count(void);

#endif
