// SPDX-License-Identifier: GPL-2.0
/* See kvm_vcpu.h. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "cpuid.h"
#include "kvm_vcpu.h"

#define MAX_LEAVES 256
#define NR_LEAVES 6

/* What KVM and this CPU offer; zeroes where they don't. */
static struct kvm_cpuid_entry2 offered(const struct kvm_cpuid2 *all, uint32_t leaf)
{
	unsigned int i;

	for (i = 0; i < all->nent; i++) {
		if (all->entries[i].function == leaf && !all->entries[i].index)
			return all->entries[i];
	}
	return (struct kvm_cpuid_entry2){ .function = leaf };
}

static void leaf_1(struct kvm_cpuid_entry2 *leaf)
{
	leaf->ebx &= HVBENCH_CPUID_1_EBX;
	leaf->ecx &= HVBENCH_CPUID_1_ECX | HVBENCH_CPUID_1_ECX_PCID;
	leaf->ecx |= HVBENCH_CPUID_1_ECX_HYPERVISOR;
	leaf->edx &= HVBENCH_CPUID_1_EDX;
}

static void leaf_7(struct kvm_cpuid_entry2 *leaf, bool la57)
{
	leaf->eax = 0;
	leaf->ebx &= HVBENCH_CPUID_7_EBX | HVBENCH_CPUID_7_EBX_SMEP | HVBENCH_CPUID_7_EBX_INVPCID |
		     HVBENCH_CPUID_7_EBX_SMAP;
	leaf->ecx &= la57 ? HVBENCH_CPUID_7_ECX_LA57 : 0;
	leaf->edx = 0;
	leaf->flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
}

static void leaf_extended(struct kvm_cpuid_entry2 *features, struct kvm_cpuid_entry2 *widths,
			  bool la57)
{
	features->eax = features->ebx = 0;
	features->ecx &= HVBENCH_CPUID_EXT1_ECX;
	features->edx &= HVBENCH_CPUID_EXT1_EDX;
	widths->eax =
		(widths->eax & HVBENCH_CPUID_EXT8_EAX) | HVBENCH_CPUID_EXT8_LINEAR(la57 ? 57 : 48);
	widths->ebx = widths->ecx = widths->edx = 0;
}

static int set_leaves(int vcpu_fd, const struct kvm_cpuid2 *all, bool la57)
{
	struct kvm_cpuid2 *ours = calloc(1, sizeof(*ours) + NR_LEAVES * sizeof(ours->entries[0]));
	struct kvm_cpuid_entry2 *leaf;
	int ret;

	if (!ours)
		return -1;
	leaf = ours->entries;
	ours->nent = NR_LEAVES;
	leaf[0] = offered(all, 0);
	leaf[0].eax = HVBENCH_CPUID_MAX_BASIC;
	leaf[1] = offered(all, 1);
	leaf_1(&leaf[1]);
	leaf[2] = offered(all, 7);
	leaf_7(&leaf[2], la57);
	leaf[3] = (struct kvm_cpuid_entry2){ .function = 0x80000000,
					     .eax = HVBENCH_CPUID_MAX_EXTENDED };
	leaf[4] = offered(all, 0x80000001);
	leaf[5] = offered(all, 0x80000008);
	leaf_extended(&leaf[4], &leaf[5], la57);
	ret = ioctl(vcpu_fd, KVM_SET_CPUID2, ours);
	free(ours);
	return ret;
}

int kvm_vcpu_set_cpuid(int kvm_fd, int vcpu_fd, bool la57, struct failure *why)
{
	struct kvm_cpuid2 *all = calloc(1, sizeof(*all) + MAX_LEAVES * sizeof(all->entries[0]));
	int ret = -1;

	if (!all)
		return fail(why, STATUS_ENVIRONMENT, "out of memory");
	all->nent = MAX_LEAVES;
	if (!ioctl(kvm_fd, KVM_GET_SUPPORTED_CPUID, all)) {
		if (la57 && !(offered(all, 7).ecx & HVBENCH_CPUID_7_ECX_LA57)) {
			fail(why, STATUS_ENVIRONMENT,
			     "la57=on: this CPU, or KVM on it, offers no 5-level paging");
			goto out;
		}
		ret = set_leaves(vcpu_fd, all, la57);
	}
	if (ret)
		fail(why, STATUS_ENVIRONMENT, "KVM refuses the guest's CPUID: %s", strerror(errno));
out:
	free(all);
	return ret;
}

#define CR0_START 0x80010031ull /* PG, WP, NE, ET, PE */
#define CR4_PAE (1ull << 5)
#define CR4_LA57 (1ull << 12)
#define EFER_START 0xd00ull /* NXE, LMA, LME */

static struct kvm_segment segment(bool code)
{
	return (struct kvm_segment){
		.limit = 0xffffffff,
		.selector = code ? 0x8 : 0x10,
		.type = code ? 0xb : 0x3, /* accessed; code: readable, data: writable */
		.present = 1,
		.s = 1,
		.g = 1,
		.l = code,
		.db = !code,
	};
}

int kvm_vcpu_set_start(int vcpu_fd, const struct hvbench_start *start, bool la57,
		       struct failure *why)
{
	struct kvm_regs regs = { .rip = start->rip, .rdi = start->rdi, .rflags = 2 };
	struct kvm_sregs sregs;

	if (ioctl(vcpu_fd, KVM_GET_SREGS, &sregs))
		goto failed;
	sregs.cs = segment(true);
	sregs.ds = sregs.es = sregs.ss = sregs.fs = sregs.gs = segment(false);
	sregs.cr0 = CR0_START;
	sregs.cr3 = start->cr3;
	sregs.cr4 = CR4_PAE | (la57 ? CR4_LA57 : 0);
	sregs.efer = EFER_START;
	if (!ioctl(vcpu_fd, KVM_SET_SREGS, &sregs) && !ioctl(vcpu_fd, KVM_SET_REGS, &regs))
		return 0;
failed:
	return fail(why, STATUS_RUN_FAILED,
		    "KVM refused the guest's start (rip %#llx, cr3 %#llx): %s", start->rip,
		    start->cr3, strerror(errno));
}

void kvm_vcpu_describe(int vcpu_fd, struct hvbench_run *run)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	if (ioctl(vcpu_fd, KVM_GET_REGS, &regs) || ioctl(vcpu_fd, KVM_GET_SREGS, &sregs))
		return;
	run->rip = regs.rip;
	run->rsp = regs.rsp;
	run->rflags = regs.rflags;
	run->cr0 = sregs.cr0;
	run->cr2 = sregs.cr2;
	run->cr3 = sregs.cr3;
	run->cr4 = sregs.cr4;
}

void kvm_vcpu_describe_end(int vcpu_fd, const struct kvm_run *state, struct hvbench_run *run)
{
	run->exit = HVBENCH_RUN_ENDED;
	run->end = HVBENCH_END_INTERNAL;
	switch (state->exit_reason) {
	case KVM_EXIT_SHUTDOWN:
		run->end = HVBENCH_END_TRIPLE_FAULT;
		break;
	case KVM_EXIT_MMIO:
		run->end = HVBENCH_END_NO_MEMORY;
		run->gpa = state->mmio.phys_addr;
		break;
	case KVM_EXIT_HLT:
		run->end = HVBENCH_END_BAD_INSTRUCTION;
		break;
	case KVM_EXIT_FAIL_ENTRY:
		run->end = HVBENCH_END_ENTRY_FAILED;
		run->exit_reason = state->fail_entry.hardware_entry_failure_reason;
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		if (state->internal.suberror == KVM_INTERNAL_ERROR_EMULATION)
			run->end = HVBENCH_END_BAD_INSTRUCTION;
		break;
	}
	kvm_vcpu_describe(vcpu_fd, run);
}
