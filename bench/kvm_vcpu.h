/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A vCPU of KVM as our guests expect it (hv/uapi/guest.h): the CPU that CPUID
 * shows, the state it starts in, and what it left behind when it can't go on.
 */
#ifndef BENCH_KVM_VCPU_H
#define BENCH_KVM_VCPU_H

#include <linux/kvm.h>
#include <stdbool.h>

#include "failure.h"
#include "hvbench.h"

int kvm_vcpu_set_cpuid(int kvm_fd, int vcpu_fd, bool la57, struct failure *why);
int kvm_vcpu_set_start(int vcpu_fd, const struct hvbench_start *start, bool la57,
		       struct failure *why);
/* Fills in why the guest ended, after an exit other than I/O. */
void kvm_vcpu_describe_end(int vcpu_fd, const struct kvm_run *state, struct hvbench_run *run);
/* Registers into run, of which end and exit are set. */
void kvm_vcpu_describe(int vcpu_fd, struct hvbench_run *run);

#endif
