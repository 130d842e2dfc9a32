/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KVM's binary statistics (Documentation/virt/kvm/api.rst, KVM_GET_STATS_FD), of
 * a VM and of its vCPU, as far as kvm_counters.h names them.
 */
#ifndef BENCH_KVM_STATS_H
#define BENCH_KVM_STATS_H

#include "engine.h"
#include "kvm_counters.h"

struct kvm_stats;

/* The counters of KVM's own, in the order of engine_ops.own. */
enum kvm_own_counter {
#define KVM_OWN_ENUM(name, ours, kind, unit, help) KVM_OWN_##name,
	KVM_OWN_COUNTERS(KVM_OWN_ENUM)
#undef KVM_OWN_ENUM
		KVM_NR_OWN
};

extern const struct counter kvm_own[KVM_NR_OWN];
/* True for those of our counters that the statistics hold. */
bool kvm_stats_have(unsigned int counter);

/* NULL where this KVM has none: Linux 5.14 and later have. */
struct kvm_stats *kvm_stats_open(int vm_fd, int vcpu_fd, struct failure *why);
void kvm_stats_close(struct kvm_stats *stats);
/* Adds all to the snapshot; *interrupts: exits for the host's interrupts. */
void kvm_stats_read(const struct kvm_stats *stats, struct snapshot *now, uint64_t *interrupts);

#endif
