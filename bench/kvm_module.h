/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which module holds VT-x: kvm_intel with the MMU that is wanted, or ours. KVM's
 * MMU is chosen when kvm_intel is loaded, and our module takes VT-x for itself,
 * so they are loaded by turns. The first change notes how the host was found;
 * kvm_module_restore() brings that back.
 */
#ifndef BENCH_KVM_MODULE_H
#define BENCH_KVM_MODULE_H

#include <jansson.h>

#include "failure.h"
#include "hvbench.h"

/* Parameters of kvm_intel; pml: -1 where it does not matter. */
struct kvm_wanted {
	uint32_t mmu; /* enum hvbench_mmu */
	int vpid, pml;
};

/* 0 with kvm_intel loaded as wanted; -1 with the host as it was, or a reason that says it is not.
 */
int kvm_module_use(const struct kvm_wanted *wanted, struct failure *why);
/*
 * The host as it was before the first kvm_module_use(). Where that fails it can be
 * tried again.
 */
int kvm_module_restore(struct failure *why);
/*
 * What a process that was killed between those two has left is brought back. 0 also where
 * there is nothing to do; -1 where it can't be done, with the reason.
 */
int kvm_module_recover(struct failure *why);

/* All parameters of a module that is loaded, by name; an empty object where it is not. */
json_t *kvm_module_parameters(const char *module);

#endif
