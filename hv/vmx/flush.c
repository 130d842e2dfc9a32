// SPDX-License-Identifier: GPL-2.0
/*
 * The one place that executes TLB flushes, at VM entry: merges what was asked
 * for, executes it, counts it by kind (SDM 3C, 29.4.3). INVVPID for an address
 * or for a VPID reaches all of the VPID's PCIDs (29.4.3.1), so PCIDs of the
 * guest or of a backend ask for nothing more. Without VPID a
 * transition flushes all linear and combined mappings by itself; that is
 * counted as what it is.
 */
#include "../trace.h"
#include "capability.h"
#include "insn.h"
#include "vmx.h"

static void flush_linear(struct hv_vcpu *vcpu, const struct hv_flush *flush)
{
	struct hv_mmu *mmu = &vcpu->mmu;

	if (flush->context || !vmx_capability.invvpid_addr) {
		invvpid(INVVPID_SINGLE, vcpu->vpid, 0);
		hv_count(mmu, flush_invvpid_single);
		trace_flush(HVBENCH_CNT_flush_invvpid_single, 0);
	} else {
		invvpid(INVVPID_ADDR, vcpu->vpid, flush->gva);
		hv_count(mmu, flush_invvpid_addr);
		trace_flush(HVBENCH_CNT_flush_invvpid_addr, flush->gva);
	}
}

void vmx_flush(struct hv_vcpu *vcpu)
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
		invept(INVEPT_SINGLE, vmx_eptp(&mmu->controls));
		hv_count(mmu, flush_invept_single);
		trace_flush(HVBENCH_CNT_flush_invept_single, mmu->controls.root_hpa);
		flush->root = false;
	}
	if (!vcpu->vpid) {
		if (vcpu->entered && !vcpu->exit_is_harness) {
			hv_count(mmu, flush_transition);
			trace_flush(HVBENCH_CNT_flush_transition, 0);
		}
	} else if (flush->context || flush->address) {
		flush_linear(vcpu, flush);
	}
	flush->context = false;
	flush->address = false;
}
