// SPDX-License-Identifier: GPL-2.0
/*
 * The one place that executes TLB flushes, before VM entry: merges what was asked
 * for, executes it, counts it by kind (SDM 3C, 29.4.3). INVVPID for an address
 * or for a VPID reaches all of the VPID's PCIDs (29.4.3.1), so PCIDs of the
 * guest or of a backend ask for nothing more. Without VPID a
 * transition flushes all linear and combined mappings by itself; that is
 * counted as what it is.
 *
 * A flush that the CPU refuses (VMfail) is tried again with the next wider type. What
 * succeeds is counted. Where all types fail the TLB may hold anything, so the request
 * stays and the guest must not be entered.
 */
#include "../trace.h"
#include "capability.h"
#include "insn.h"
#include "vmx.h"

static noinline int flush_all_vpids(struct hv_mmu *mmu)
{
	if (invvpid(INVVPID_ALL, 0, 0))
		return -EIO;
	hv_count(mmu, flush_invvpid_all);
	trace_flush(HVBENCH_CNT_flush_invvpid_all, 0);
	return 0;
}

static int flush_vpid(struct hv_vcpu *vcpu)
{
	struct hv_mmu *mmu = &vcpu->mmu;

	if (unlikely(invvpid(INVVPID_SINGLE, vcpu->vpid, 0)))
		return flush_all_vpids(mmu);
	hv_count(mmu, flush_invvpid_single);
	trace_flush(HVBENCH_CNT_flush_invvpid_single, 0);
	return 0;
}

static int flush_linear(struct hv_vcpu *vcpu, const struct hv_flush *flush)
{
	struct hv_mmu *mmu = &vcpu->mmu;

	if (flush->context || !vmx_capability.invvpid_addr ||
	    unlikely(invvpid(INVVPID_ADDR, vcpu->vpid, flush->gva)))
		return flush_vpid(vcpu);
	hv_count(mmu, flush_invvpid_addr);
	trace_flush(HVBENCH_CNT_flush_invvpid_addr, flush->gva);
	return 0;
}

static noinline int flush_all_roots(struct hv_mmu *mmu)
{
	if (invept(INVEPT_ALL, 0))
		return -EIO;
	hv_count(mmu, flush_invept_all);
	trace_flush(HVBENCH_CNT_flush_invept_all, 0);
	return 0;
}

static int flush_root(struct hv_mmu *mmu)
{
	if (unlikely(invept(INVEPT_SINGLE, vmx_eptp(&mmu->controls))))
		return flush_all_roots(mmu);
	hv_count(mmu, flush_invept_single);
	trace_flush(HVBENCH_CNT_flush_invept_single, mmu->controls.root_hpa);
	return 0;
}

int vmx_execute_flush(struct hv_vcpu *vcpu)
{
	struct hv_mmu *mmu = &vcpu->mmu;
	struct hv_flush *flush = &mmu->flush;

	/* What the TLB of another CPU, or of an earlier time, may still hold. */
	if (unlikely(vcpu->flushed_cpu != vcpu->vmcs.cpu)) {
		vcpu->flushed_cpu = vcpu->vmcs.cpu;
		flush->context = true;
		flush->root = mmu->controls.nested;
	}
	if (flush->root) {
		if (unlikely(flush_root(mmu)))
			return -EIO;
		flush->root = false;
	}
	if (!vcpu->vpid) {
		if (vcpu->entered && vcpu->exit_owner == HV_EXIT_GUEST) {
			hv_count(mmu, flush_transition);
			trace_flush(HVBENCH_CNT_flush_transition, 0);
		}
	} else if (flush->context || flush->address) {
		if (unlikely(flush_linear(vcpu, flush)))
			return -EIO;
	}
	flush->context = false;
	flush->address = false;
	return 0;
}
