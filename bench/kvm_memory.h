/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest's memory for KVM: a private mapping with host pages of the size that the
 * knob backing asks for, and what KVM's tables for it take.
 */
#ifndef BENCH_KVM_MEMORY_H
#define BENCH_KVM_MEMORY_H

#include "engine.h"

/* NULL with a reason, where the host has not that many pages of that size. */
void *kvm_memory_map(const struct vm_config *config, struct failure *why);

/*
 * Pages of EPT and shadow tables, of all VMs, without what KVM keeps beside them.
 * It leaves out the roots of EPTs that the TDP MMU makes: they are not accounted.
 */
uint64_t kvm_table_pages(void);
/* Does the kernel account them, and let us have it add up what each CPU has counted? */
bool kvm_table_pages_known(void);

#endif
