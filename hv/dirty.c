// SPDX-License-Identifier: GPL-2.0
/*
 * Dirty logging on behalf of the guest, which rings for it (HVBENCH_BELL_LOG_*
 * in uapi/guest.h), and of the tool (HVBENCH_LOG). How pages are found is the
 * backend's business, and hv/vmx/'s for PML; here the bits are handed over,
 * cleared and counted.
 *
 * What the hypervisor itself writes into guest memory (the bitmaps) is not
 * logged.
 */
#include <linux/uaccess.h>

#include "vcpu.h"
#include "vmx/vmx.h"

int hv_dirty_create(struct hv_mmu *mmu)
{
	struct hv_dirty *dirty = &mmu->dirty;

	if (mmu->knob[HVBENCH_KNOB_LOG] == HVBENCH_LOG_OFF)
		return 0;
	/* Guest memory is whole 2M: no frame is left over. */
	dirty->words = mmu->memory->nr_frames / 64;
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

static void clear_bits(struct hv_dirty *dirty)
{
	memset(dirty->written, 0, dirty->words * sizeof(u64));
	memset(dirty->touched, 0, dirty->words * sizeof(u64));
}

/* These three: interrupts off, the VMCS current. */
static void start(struct hv_vcpu *vcpu)
{
	struct hv_mmu *mmu = &vcpu->mmu;

	vmx_pml_reset(vcpu);
	clear_bits(&mmu->dirty);
	mmu->dirty.on = true;
	mmu->ops->log(mmu, HV_LOG_START);
}

/* The bits are complete then, and the caller's to take. Counts them. */
static u64 collect(struct hv_vcpu *vcpu)
{
	struct hv_mmu *mmu = &vcpu->mmu;
	u64 i, count = 0;

	if (mmu->dirty.on) {
		vmx_pml_drain(vcpu);
		mmu->ops->log(mmu, HV_LOG_COLLECT);
	}
	for (i = 0; i < mmu->dirty.words; i++)
		if (mmu->dirty.written[i])
			count += hweight64(mmu->dirty.written[i]);
	hv_count(mmu, log_collect);
	mmu->counter[HVBENCH_CNT_log_written] += count;
	return count;
}

static void stop(struct hv_vcpu *vcpu)
{
	struct hv_mmu *mmu = &vcpu->mmu;

	if (!mmu->dirty.on)
		return;
	vmx_pml_drain(vcpu);
	mmu->dirty.on = false;
	mmu->ops->log(mmu, HV_LOG_STOP);
}

/* ---- the guest ---- */

static bool bitmap_fits(const struct hv_mmu *mmu, u64 gpa)
{
	u64 memory = mmu->memory->nr_frames << HV_PAGE_SHIFT;

	return !(gpa % HV_PAGE_BYTES) && gpa < memory &&
	       mmu->dirty.words * sizeof(u64) <= memory - gpa;
}

/* True if all its pages are there; else the first that isn't is asked for. */
static bool bitmap_is_backed(struct hv_vcpu *vcpu, u64 gpa)
{
	const struct hv_mmu *mmu = &vcpu->mmu;
	u64 end = gpa + mmu->dirty.words * sizeof(u64);

	for (; gpa < end; gpa += HV_PAGE_BYTES) {
		if (HV_HPA_VALID(hv_memory_hpa(mmu->memory, gpa >> HV_PAGE_SHIFT)))
			continue;
		vcpu->need_backing = true;
		vcpu->backing_gpa = gpa;
		return false;
	}
	return true;
}

static void copy_to_guest(const struct hv_mmu *mmu, u64 gpa, const u64 *bits)
{
	u64 left = mmu->dirty.words * sizeof(u64);

	for (; left; gpa += HV_PAGE_BYTES) {
		u64 bytes = min_t(u64, left, HV_PAGE_BYTES);

		memcpy(hv_va(hv_memory_hpa(mmu->memory, gpa >> HV_PAGE_SHIFT)), bits, bytes);
		bits += bytes / sizeof(u64);
		left -= bytes;
	}
}

/* The guest may have asked for it in its page tables; then the shadow follows. */
static void tell(struct hv_mmu *mmu, u64 gpa)
{
	u64 end = gpa + mmu->dirty.words * sizeof(u64);

	for (; mmu->ops->wrote && gpa < end; gpa += HV_PAGE_BYTES)
		mmu->ops->wrote(mmu, gpa, min_t(u64, end - gpa, HV_PAGE_BYTES));
}

static enum hv_next collect_for_guest(struct hv_vcpu *vcpu, bool *done)
{
	struct hv_mmu *mmu = &vcpu->mmu;
	u64 written = vcpu->gpr[HV_RDI], touched = vcpu->gpr[HV_RSI];

	if (!bitmap_fits(mmu, written) || (touched && !bitmap_fits(mmu, touched))) {
		vcpu->gpr[HV_RAX] = ~0ull;
		*done = true;
		return HV_NEXT_ENTER;
	}
	if (!bitmap_is_backed(vcpu, written) || (touched && !bitmap_is_backed(vcpu, touched)))
		return HV_NEXT_PREPARE;
	collect(vcpu);
	copy_to_guest(mmu, written, mmu->dirty.written);
	if (touched)
		copy_to_guest(mmu, touched, mmu->dirty.touched);
	clear_bits(&mmu->dirty);
	tell(mmu, written);
	if (touched)
		tell(mmu, touched);
	vcpu->gpr[HV_RAX] = 0;
	*done = true;
	return HV_NEXT_ENTER;
}

enum hv_next hv_dirty_bell(struct hv_vcpu *vcpu, u32 bell, bool *done)
{
	if (!has_log(&vcpu->mmu)) {
		vcpu->gpr[HV_RAX] = ~0ull;
		*done = true;
		return HV_NEXT_ENTER;
	}
	if (bell == HVBENCH_BELL_LOG_COLLECT)
		return collect_for_guest(vcpu, done);
	if (bell == HVBENCH_BELL_LOG_START)
		start(vcpu);
	else
		stop(vcpu);
	vcpu->gpr[HV_RAX] = 0;
	*done = true;
	return HV_NEXT_ENTER;
}

/* ---- the tool ---- */

static int act(struct hv_vcpu *vcpu, struct hvbench_log_request *request)
{
	int err = hv_vcpu_take_cpu(vcpu);

	if (err)
		return err;
	if (request->action == HVBENCH_LOG_START)
		start(vcpu);
	else if (request->action == HVBENCH_LOG_COLLECT)
		request->nr_written = collect(vcpu);
	else
		stop(vcpu);
	hv_vcpu_give_cpu(vcpu);
	return 0;
}

static bool copy_to_tool(u64 address, const u64 *bits, u64 words)
{
	return !address || !copy_to_user(u64_to_user_ptr(address), bits, words * sizeof(u64));
}

static int act_for_tool(struct hv_vcpu *vcpu, struct hvbench_log_request *request)
{
	struct hv_dirty *dirty = &vcpu->mmu.dirty;
	int err = act(vcpu, request);

	if (err || request->action != HVBENCH_LOG_COLLECT)
		return err;
	/* Bits that don't arrive stay for the next look. */
	if (!copy_to_tool(request->written, dirty->written, dirty->words) ||
	    !copy_to_tool(request->touched, dirty->touched, dirty->words))
		return -EFAULT;
	clear_bits(dirty);
	return 0;
}

int hv_dirty_request(struct hv_vcpu *vcpu, struct hvbench_log_request *request)
{
	bool addresses = request->written || request->touched;
	int err;

	request->nr_written = 0;
	if (!has_log(&vcpu->mmu) || request->reserved || request->action > HVBENCH_LOG_STOP ||
	    (addresses && request->action != HVBENCH_LOG_COLLECT))
		return -EINVAL;
	if (!mutex_trylock(&vcpu->run_lock))
		return -EBUSY;
	err = act_for_tool(vcpu, request);
	mutex_unlock(&vcpu->run_lock);
	return err;
}
