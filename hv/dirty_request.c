// SPDX-License-Identifier: GPL-2.0
/*
 * Who asks for the dirty log: the guest, by doorbell (HVBENCH_BELL_LOG_* in
 * uapi/guest.h), and the tool (HVBENCH_LOG). Both go on by slices (dirty.c), the
 * guest by running into its doorbell again. And the bitmaps that it is kept in.
 */
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "dirty.h"
#include "pmu.h"
#include "vcpu.h"
#include "vmx/vmx.h"

int hv_dirty_create(struct hv_mmu *mmu)
{
	struct hv_dirty *dirty = &mmu->dirty;

	if (mmu->knob[HVBENCH_KNOB_LOG] == HVBENCH_LOG_OFF)
		return 0;
	/* Guest memory is whole 2M: no frame is left over. */
	dirty->words = mmu->memory->nr_frames / 64;
	/* 128 MiB of guest memory. */
	dirty->block = HV_PAGE_BYTES / sizeof(u64);
	dirty->written = hv_zalloc(dirty->words * sizeof(u64));
	dirty->touched = hv_zalloc(dirty->words * sizeof(u64));
	if (dirty->written && dirty->touched)
		return 0;
	hv_dirty_destroy(mmu);
	return -ENOMEM;
}

void hv_dirty_destroy(struct hv_mmu *mmu)
{
	hv_free(mmu->dirty.written);
	hv_free(mmu->dirty.touched);
	mmu->dirty = (struct hv_dirty){};
}

static bool has_log(const struct hv_mmu *mmu)
{
	return mmu->dirty.written && mmu->ops->log;
}

/* One slice. With PML: interrupts off, the VMCS current. */
static enum hv_verdict step(struct hv_vcpu *vcpu, enum hv_log_action action, u64 written,
			    u64 touched, struct hv_answer *answer)
{
	const struct hv_dirty *dirty = &vcpu->mmu.dirty;
	bool goes_on = dirty->request.under_way && dirty->request.action == action;

	if (action == HV_LOG_START && !goes_on)
		vmx_pml_reset(vcpu);
	else if (dirty->on)
		vmx_pml_drain(vcpu);
	return hv_dirty_step(&vcpu->mmu, action, written, touched, answer);
}

/* ---- the guest ---- */

static enum hv_next answer_guest(struct hv_vcpu *vcpu, u64 rax, bool *done)
{
	vcpu->gpr[HV_RAX] = rax;
	*done = true;
	return HV_NEXT_ENTER;
}

static enum hv_next act(struct hv_vcpu *vcpu, enum hv_log_action action, u64 written, u64 touched,
			bool *done)
{
	struct hv_answer answer = {};

	switch (step(vcpu, action, written, touched, &answer)) {
	case HV_DONE:
		return answer_guest(vcpu, 0, done);
	case HV_NEED_BACKING:
		vcpu->need_backing = true;
		vcpu->backing_gpa = answer.gpa;
		return HV_NEXT_PREPARE;
	case HV_FORBIDDEN:
		vcpu->control->run.gpa = answer.gpa;
		return hv_vcpu_end(vcpu, HVBENCH_END_FORBIDDEN);
	default:
		return HV_NEXT_PREPARE;
	}
}

static enum hv_next collect_for_guest(struct hv_vcpu *vcpu, bool *done)
{
	const struct hv_mmu *mmu = &vcpu->mmu;
	u64 written = vcpu->gpr[HV_RDI], touched = vcpu->gpr[HV_RSI];

	if (!hv_dirty_fits(mmu, written) || (touched && !hv_dirty_fits(mmu, touched)))
		return answer_guest(vcpu, ~0ull, done);
	return act(vcpu, HV_LOG_COLLECT, written, touched ?: HV_DIRTY_KEEP, done);
}

enum hv_next hv_dirty_bell(struct hv_vcpu *vcpu, u32 bell, bool *done)
{
	if (!has_log(&vcpu->mmu))
		return answer_guest(vcpu, ~0ull, done);
	if (bell == HVBENCH_BELL_LOG_COLLECT)
		return collect_for_guest(vcpu, done);
	return act(vcpu, bell == HVBENCH_BELL_LOG_START ? HV_LOG_START : HV_LOG_STOP, HV_DIRTY_KEEP,
		   HV_DIRTY_KEEP, done);
}

/* ---- the tool ---- */

/*
 * The log of the CPU (PML) is read on the CPU that holds the VMCS. Otherwise nothing
 * needs interrupts off: the guest does not run.
 */
static int slice_for_tool(struct hv_vcpu *vcpu, enum hv_log_action action,
			  enum hv_verdict *verdict)
{
	struct hv_answer answer = {};
	struct hv_pmu_mark mark;
	int err;

	if (!vcpu->pml) {
		hv_pmu_mark(vcpu->stats, &mark);
		*verdict = step(vcpu, action, HV_DIRTY_KEEP, HV_DIRTY_KEEP, &answer);
		hv_pmu_add_since(vcpu->stats, &mark);
		return 0;
	}
	err = hv_vcpu_wait_for_cpu(vcpu);
	if (err)
		return err;
	*verdict = step(vcpu, action, HV_DIRTY_KEEP, HV_DIRTY_KEEP, &answer);
	hv_vcpu_give_cpu(vcpu);
	return 0;
}

static int act_for_tool(struct hv_vcpu *vcpu, enum hv_log_action action)
{
	enum hv_verdict verdict;
	int err;

	do {
		if (fatal_signal_pending(current))
			return -EINTR;
		err = slice_for_tool(vcpu, action, &verdict);
		if (err)
			return err;
		cond_resched();
	} while (verdict == HV_AGAIN);
	return 0;
}

static bool copy_to_tool(u64 address, const u64 *bits, u64 words)
{
	return !address || !copy_to_user(u64_to_user_ptr(address), bits, words * sizeof(u64));
}

/* Bits that don't arrive stay for the next look. */
static int give_to_tool(struct hv_dirty *dirty, struct hvbench_log_request *request)
{
	request->nr_written = dirty->count;
	if (!copy_to_tool(request->written, dirty->written, dirty->words) ||
	    !copy_to_tool(request->touched, dirty->touched, dirty->words))
		return -EFAULT;
	memset(dirty->written, 0, dirty->words * sizeof(u64));
	cond_resched();
	memset(dirty->touched, 0, dirty->words * sizeof(u64));
	return 0;
}

int hv_dirty_request(struct hv_vcpu *vcpu, struct hvbench_log_request *request)
{
	static const enum hv_log_action actions[] = {
		[HVBENCH_LOG_START] = HV_LOG_START,
		[HVBENCH_LOG_COLLECT] = HV_LOG_COLLECT,
		[HVBENCH_LOG_STOP] = HV_LOG_STOP,
	};
	bool addresses = request->written || request->touched;
	int err;

	request->nr_written = 0;
	if (!has_log(&vcpu->mmu) || request->reserved || request->action > HVBENCH_LOG_STOP ||
	    (addresses && request->action != HVBENCH_LOG_COLLECT))
		return -EINVAL;
	if (!mutex_trylock(&vcpu->run_lock))
		return -EBUSY;
	err = act_for_tool(vcpu, actions[request->action]);
	if (!err && request->action == HVBENCH_LOG_COLLECT)
		err = give_to_tool(&vcpu->mmu.dirty, request);
	mutex_unlock(&vcpu->run_lock);
	return err;
}
