/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two engines that run nothing: a test's function plays the guest, ring by
 * ring, through the same interface. One is like our module, the other like
 * KVM: it has one MMU at a time, counts apart, and knows little. In the tests'
 * program only; the command knows nothing of them.
 */
#ifndef TOOL_FAKE_ENGINE_H
#define TOOL_FAKE_ENGINE_H

#include "engine.h"

struct fake_vm {
	struct vm *vm;
	struct snapshot now;
	unsigned int step; /* how often it ran before */
	unsigned int serial; /* of the VM: how many were started before */
	struct hvbench_mailbox *box;
	const struct hvbench_guest_params *params;
};

/* What run() does: fills run in, may change mailbox and counters. */
typedef int (*fake_play)(struct fake_vm *fake, struct hvbench_run *run, struct failure *why);

extern struct fake {
	fake_play play;
	const char *refusal; /* create() fails with it */
	/* Or this decides: create() fails where it returns -1. */
	int (*refuse)(const struct engine_ops *ops, const struct vm_config *config,
		      struct failure *why);
	const char *absent; /* open() fails with it */
	const char *kvm_absent; /* the other engine's does */
	void (*opening)(const struct engine_ops *ops); /* open() begins with it */
	bool kvm_has_no_flushes; /* among its counters */
	unsigned int live_vms, opened;
	bool both_open; /* two engines, at some time */
	char trace[2048]; /* "open kvm; kvm ept; close kvm; ": each call, each start of a VM */
	unsigned int vms; /* that got a start */
	struct vm_config last; /* the configuration of the last VM */
	struct hvbench_start start;
} fake;

/* Forgets everything; then fake_good() plays. */
void fake_reset(void);

/* A guest of two phases, first-touch and warm, whose counts follow its parameters. */
int fake_good(struct fake_vm *fake, struct hvbench_run *run, struct failure *why);
/* Never ends by itself. */
int fake_hang(struct fake_vm *fake, struct hvbench_run *run, struct failure *why);

void fake_ring(struct hvbench_run *run, uint32_t doorbell);

extern const struct engine_ops fake_engine, fake_kvm;
extern const struct engine_ops *const fake_engines[];

#endif
