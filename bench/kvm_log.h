/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest's dirty log (HVBENCH_BELL_LOG_*, hv/uapi/guest.h), answered with KVM's:
 * KVM_MEM_LOG_DIRTY_PAGES on the guest's memory, and KVM_GET_DIRTY_LOG.
 */
#ifndef BENCH_KVM_LOG_H
#define BENCH_KVM_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* The memory that is logged: one slot of KVM's, from guest-physical 0. */
struct kvm_log {
	int vm_fd;
	void *memory;
	uint64_t bytes;
	bool allowed; /* the VM was made with a log */
};

#define KVM_LOG_SLOT 0

/* Tells KVM of the memory; logged or not. 0 or -1 with errno. */
int kvm_log_set_memory(const struct kvm_log *log, bool logged);
/* Answers a doorbell with what RAX is to become: 0, or ~0. */
uint64_t kvm_log_ring(const struct kvm_log *log, uint32_t doorbell, uint64_t written,
		      uint64_t touched);

#endif
