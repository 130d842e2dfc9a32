// SPDX-License-Identifier: GPL-2.0
/*
 * The events of paging on their way to the backend and back: the one place
 * that counts verdicts and turns them into what the run loop does next.
 */
#include "vcpu.h"
#include "vmx/vmx.h"

static enum hv_next act(struct hv_vcpu *vcpu, enum hv_verdict verdict,
			const struct hv_answer *answer)
{
	struct hv_mmu *mmu = &vcpu->mmu;

	switch (verdict) {
	case HV_FILLED:
		hv_count(mmu, fault_fill);
		return HV_NEXT_ENTER;
	case HV_TRACKED:
		hv_count(mmu, fault_track);
		return HV_NEXT_ENTER;
	case HV_LOGGED:
		hv_count(mmu, fault_log);
		note_peak(vcpu);
		return HV_NEXT_ENTER;
	case HV_DONE:
		return HV_NEXT_ENTER;
	case HV_GUEST_FAULT:
		hv_count(mmu, fault_guest);
		hv_count(mmu, inject_pf);
		return vmx_inject_page_fault(vcpu, answer->gva, answer->error_code);
	case HV_NEED_BACKING:
		hv_count(mmu, fault_host);
		vcpu->need_backing = true;
		vcpu->backing_gpa = answer->gpa;
		return HV_NEXT_PREPARE;
	case HV_NEED_POOL:
		return HV_NEXT_PREPARE;
	case HV_OUTSIDE:
		vcpu->control->run.gpa = answer->gpa;
		return hv_vcpu_end(vcpu, HVBENCH_END_NO_MEMORY);
	case HV_FORBIDDEN:
		vcpu->control->run.gpa = answer->gpa;
		return hv_vcpu_end(vcpu, HVBENCH_END_FORBIDDEN);
	case HV_UNSUPPORTED:
		return hv_vcpu_end(vcpu, HVBENCH_END_BAD_INSTRUCTION);
	case HV_EMULATE:
	case HV_BROKEN:
		break;
	}
	WARN_ONCE(1, "hvbench: the %s backend gave up (verdict %d)\n", mmu->ops->name, verdict);
	return hv_vcpu_end(vcpu, HVBENCH_END_INTERNAL);
}

/* The guest's instruction is complete unless it has to be tried again. */
static bool is_complete(enum hv_verdict verdict)
{
	return verdict == HV_FILLED || verdict == HV_TRACKED || verdict == HV_DONE;
}

enum hv_next hv_event_fault(struct hv_vcpu *vcpu, const struct hv_fault *fault)
{
	struct hv_answer answer = {};
	enum hv_verdict verdict = vcpu->mmu.ops->fault(&vcpu->mmu, fault, &answer);

	if (fault->space == HV_FAULT_GVA)
		vcpu->control->run.gva = fault->gva;
	return act(vcpu, verdict, &answer);
}

/* What a load of these registers does to the TLB: SDM 3A, 4.10.4.1. */
static void note_guest_flush(struct hv_mmu *mmu, const struct hv_paging *new,
			     enum hv_paging_register which)
{
	if (which == HV_LOAD_CR3) {
		hv_count(mmu, guest_flush_cr3);
	} else if (which == HV_LOAD_CR4 && mmu->paging.cr4 != new->cr4) {
		hv_count(mmu, guest_flush_cr4);
		hv_flush_context(mmu);
	}
}

enum hv_next hv_event_set_paging(struct hv_vcpu *vcpu, const struct hv_paging *new,
				 enum hv_paging_register which, bool *done)
{
	struct hv_mmu *mmu = &vcpu->mmu;
	struct hv_answer answer = {};
	enum hv_verdict verdict = mmu->ops->set_paging(mmu, new, &answer);

	if (is_complete(verdict)) {
		note_guest_flush(mmu, new, which);
		if (which != HV_LOAD_CR3)
			mmu->controls.changed = true;
		mmu->paging = *new;
		*done = true;
	}
	return act(vcpu, verdict, &answer);
}

enum hv_next hv_event_invlpg(struct hv_vcpu *vcpu, u64 gva, bool *done)
{
	struct hv_mmu *mmu = &vcpu->mmu;
	struct hv_answer answer = {};
	enum hv_verdict verdict;

	/* INVLPG of an address that is not canonical does nothing (SDM 2A). */
	if (!hv_is_canonical(gva)) {
		hv_count(mmu, guest_flush_invlpg);
		*done = true;
		return HV_NEXT_ENTER;
	}
	verdict = mmu->ops->invlpg(mmu, gva, &answer);
	if (is_complete(verdict)) {
		hv_count(mmu, guest_flush_invlpg);
		*done = true;
	}
	return act(vcpu, verdict, &answer);
}
