// SPDX-License-Identifier: GPL-2.0
/*
 * The events of paging on their way to the backend and back: the one place
 * that counts verdicts and turns them into what the run loop does next.
 */
#include "emulate.h"
#include "trace.h"
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
	case HV_AGAIN:
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

/* What the guest's data reads may see, at its CPL (SDM 3A, 4.6.1). */
static u32 read_access(const struct hv_cpu_view *view)
{
	if (view->cpl == 3)
		return HV_PF_USER;
	return view->rflags & HV_RFLAGS_AC ? HV_ACCESS_AC : 0;
}

/* True where the instruction at RIP was performed. */
static bool emulate(struct hv_vcpu *vcpu, u64 gva, u64 gpa, struct hv_emulation *e)
{
	struct hv_mmu *mmu = &vcpu->mmu;
	struct hv_guest_reader reader = { .mmu = mmu };
	u64 hpa = hv_memory_hpa(mmu->memory, gpa >> HV_PAGE_SHIFT);
	bool done;

	if (unlikely(!HV_HPA_VALID(hpa) || !vmx_view_begin(vcpu, &e->cpu)))
		return false;
	reader.access = read_access(&e->cpu);
	e->cpu.read = hv_guest_read;
	e->cpu.context = &reader;
	e->gva = gva;
	e->page = hv_va(hpa);
	done = hv_emulate(e);
	vmx_view_end(vcpu, &e->cpu, done);
	return done;
}

static noinline void trace_emulated(const struct hv_emulation *e, u64 gpa)
{
	trace_emulate(e->gva, gpa, e->bytes, true);
}

/* The fault was a write that must not happen on the CPU. */
static enum hv_next act_emulate(struct hv_vcpu *vcpu, u64 gva, u64 gpa)
{
	struct hv_mmu *mmu = &vcpu->mmu;
	enum hv_verdict verdict = HV_DONE;
	struct hv_answer answer = {};
	struct hv_emulation e;

	if (unlikely(!emulate(vcpu, gva, gpa, &e))) {
		hv_count(mmu, spt_emulate_failed);
		trace_emulate(gva, gpa, 0, false);
		verdict = mmu->ops->cannot_emulate(mmu, gpa);
	} else {
		hv_count(mmu, fault_emulate);
		if (trace_emulate_enabled())
			trace_emulated(&e, gpa);
		hv_dirty_emulated(mmu, gpa >> HV_PAGE_SHIFT);
		if (likely(e.bytes))
			verdict = mmu->ops->wrote(mmu, (gpa & ~(HV_PAGE_BYTES - 1)) | e.offset,
						  e.bytes);
	}
	return act(vcpu, verdict, &answer);
}

/* The guest's instruction is complete unless it has to be tried again. */
static bool is_complete(enum hv_verdict verdict)
{
	return verdict == HV_FILLED || verdict == HV_TRACKED || verdict == HV_DONE;
}

static __always_inline enum hv_next act_on_fault(struct hv_vcpu *vcpu,
						 const struct hv_fault *fault,
						 enum hv_verdict verdict,
						 const struct hv_answer *answer)
{
	if (fault->space == HV_FAULT_GVA)
		vcpu->control->run.gva = fault->gva;
	if (verdict == HV_EMULATE && fault->space == HV_FAULT_GVA)
		return act_emulate(vcpu, fault->gva, answer->gpa);
	return act(vcpu, verdict, answer);
}

/* Acts by itself, so that nothing need outlive it in a register. */
static noinline enum hv_next trace_and_act(struct hv_vcpu *vcpu, const struct hv_fault *fault,
					   enum hv_verdict verdict, const struct hv_answer *answer)
{
	if (fault->space == HV_FAULT_GVA)
		trace_page_fault(fault->gva, answer->gpa, fault->error_code, verdict);
	else
		trace_page_fault(0, fault->gpa, fault->access, verdict);
	return act_on_fault(vcpu, fault, verdict, answer);
}

enum hv_next hv_event_fault(struct hv_vcpu *vcpu, const struct hv_fault *fault)
{
	struct hv_answer answer = {};
	enum hv_verdict verdict = vcpu->mmu.ops->fault(&vcpu->mmu, fault, &answer);

	if (trace_page_fault_enabled())
		return trace_and_act(vcpu, fault, verdict, &answer);
	return act_on_fault(vcpu, fault, verdict, &answer);
}

/* PSE means nothing in 64-bit mode, but a guest that changes it wants a flush. */
#define CR4_FLUSH_CHANGED (HV_CR4_PGE | HV_CR4_PSE | HV_CR4_PAE)

static bool cr4_flushes(u64 old, u64 next)
{
	u64 changed = old ^ next;

	return changed & CR4_FLUSH_CHANGED || changed & old & HV_CR4_PCIDE ||
	       changed & next & HV_CR4_SMEP;
}

/* What a load of these registers does to the TLB: SDM 3A, 4.10.4.1. */
static void note_guest_flush(struct hv_mmu *mmu, const struct hv_paging *new,
			     enum hv_paging_register which)
{
	if (which == HV_LOAD_CR3) {
		hv_count(mmu, guest_flush_cr3);
	} else if (which == HV_LOAD_CR4 && cr4_flushes(mmu->paging.cr4, new->cr4)) {
		hv_count(mmu, guest_flush_cr4);
		hv_flush_context(mmu);
	}
}

/*
 * The trace_*() below hand the verdict through, so that the caller need not keep
 * it in a register for their sake.
 */
static noinline enum hv_verdict trace_load(const struct hv_mmu *mmu, const struct hv_paging *new,
					   enum hv_paging_register which, enum hv_verdict verdict)
{
	const u64 values[] = {
		[HV_LOAD_START] = new->cr3, [HV_LOAD_CR0] = new->cr0,
		[HV_LOAD_CR3] = new->cr3,   [HV_LOAD_CR3_KEEP] = new->cr3,
		[HV_LOAD_CR4] = new->cr4,   [HV_LOAD_EFER] = new->efer,
	};

	trace_set_paging(which, values[which], verdict);
	if (!is_complete(verdict))
		return verdict;
	if (which == HV_LOAD_CR3)
		trace_guest_flush(HVBENCH_CNT_guest_flush_cr3, new->cr3);
	else if (which == HV_LOAD_CR4 && cr4_flushes(mmu->paging.cr4, new->cr4))
		trace_guest_flush(HVBENCH_CNT_guest_flush_cr4, new->cr4);
	return verdict;
}

static noinline enum hv_verdict trace_invalidation(enum hvbench_counter kind, u64 value,
						   enum hv_verdict verdict)
{
	if (is_complete(verdict))
		trace_guest_flush(kind, value);
	return verdict;
}

enum hv_next hv_event_set_paging(struct hv_vcpu *vcpu, const struct hv_paging *new,
				 enum hv_paging_register which, bool *done)
{
	struct hv_mmu *mmu = &vcpu->mmu;
	struct hv_answer answer = {};
	enum hv_verdict verdict = mmu->ops->set_paging(mmu, new, &answer);

	if (trace_set_paging_enabled() || trace_guest_flush_enabled())
		verdict = trace_load(mmu, new, which, verdict);
	if (is_complete(verdict)) {
		note_guest_flush(mmu, new, which);
		if (which != HV_LOAD_CR3 && which != HV_LOAD_CR3_KEEP)
			mmu->controls.changed = true;
		mmu->paging = *new;
		/* Where nothing is to be programmed, the VMCS is as new as this. */
		vcpu->paging_loaded = mmu->controls.changed;
		*done = true;
	}
	return act(vcpu, verdict, &answer);
}

enum hv_next hv_event_invlpg(struct hv_vcpu *vcpu, u64 gva, bool *done)
{
	struct hv_mmu *mmu = &vcpu->mmu;
	struct hv_answer answer = { .gva = gva }; /* no backend changes it here */
	enum hv_verdict verdict = HV_DONE;

	/* INVLPG of an address that is not canonical does nothing (SDM 2A). */
	if (likely(hv_is_canonical(mmu, gva)))
		verdict = mmu->ops->invlpg(mmu, gva, &answer);
	if (trace_guest_flush_enabled())
		verdict = trace_invalidation(HVBENCH_CNT_guest_flush_invlpg, answer.gva, verdict);
	if (is_complete(verdict)) {
		hv_count(mmu, guest_flush_invlpg);
		*done = true;
	}
	return act(vcpu, verdict, &answer);
}

enum hv_next hv_event_invpcid(struct hv_vcpu *vcpu, enum hv_invpcid type, u16 pcid, u64 gva,
			      bool *done)
{
	struct hv_mmu *mmu = &vcpu->mmu;
	struct hv_answer answer = { .gva = type == HV_INVPCID_ADDR ? gva : pcid };
	enum hv_verdict verdict = mmu->ops->invpcid(mmu, type, pcid, gva, &answer);

	if (trace_guest_flush_enabled())
		verdict = trace_invalidation(HVBENCH_CNT_guest_flush_invpcid, answer.gva, verdict);
	if (is_complete(verdict)) {
		hv_count(mmu, guest_flush_invpcid);
		*done = true;
	}
	return act(vcpu, verdict, &answer);
}
