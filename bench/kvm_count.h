/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What KVM's statistics don't tell: exits by reason, from its tracepoint
 * kvm:kvm_exit, and flushes by kind, from calls of its own functions (kprobes).
 * Both are counted by perf events of this thread. They cost some thousand
 * instructions an exit, so they belong into a run of their own.
 */
#ifndef BENCH_KVM_COUNT_H
#define BENCH_KVM_COUNT_H

#include "engine.h"

/* What this host lets us count. */
struct kvm_countable {
	bool reasons, flushes;
	char why_not[200]; /* of what is not */
};

struct kvm_count;

/* Tried out, with kvm_intel loaded. */
void kvm_countable(struct kvm_countable *can);
struct kvm_count *kvm_count_open(const struct kvm_countable *can, struct failure *why);
void kvm_count_close(struct kvm_count *count);
/*
 * Adds to exits[] and, as the MMU has it, to flush_*. -1 where an exit had a
 * reason that is not among those that are counted.
 */
int kvm_count_read(const struct kvm_count *count, uint32_t mmu, struct snapshot *now,
		   struct failure *why);

#endif
