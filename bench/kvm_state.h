/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the host's modules were found, kept in a file while KVM has VT-x on our behalf, so
 * that a later run can bring it back when this one is killed. The file belongs to one
 * process, and says nothing after a reboot. Used by kvm_module.c.
 */
#ifndef BENCH_KVM_STATE_H
#define BENCH_KVM_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#define KVM_STATE_FILE "/run/hvbench-modules.json"

#define NR_KVM_MODULES 3 /* irqbypass, kvm, kvm_intel: in the order of loading */

struct kvm_state {
	bool changed, kvm_changed; /* whether there is anything to bring back; KVM's part of it */
	bool kvm[NR_KVM_MODULES]; /* which of them were loaded */
	json_t *parameters; /* of kvm_intel; NULL where it was not loaded */
	char ours[1200]; /* path of our module; empty where it was not loaded */
	uint64_t loaded; /* which kvm_intel we loaded: the inode of its folder in sysfs; 0: none */
};

/*
 * Written anew each time. What can't be written is no error: then nobody can bring the host
 * back but this process. The file of another process that lives stays as it is.
 */
void kvm_state_save(const char *path, const struct kvm_state *state);
/* If it is this process's. */
void kvm_state_remove(const char *path);
/* True with the state that a process left that is dead now. */
bool kvm_state_left(const char *path, struct kvm_state *state);

#endif
