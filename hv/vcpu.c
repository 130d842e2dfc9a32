// SPDX-License-Identifier: GPL-2.0
/*
 * The run loop. Outer round: interrupts and preemption on, everything that
 * may sleep. Inner round: interrupts off, from one VM exit to the next entry
 * without leaving the CPU; an interrupt that comes meanwhile makes the next
 * entry exit at once, so the host waits no longer than one event takes.
 */
#include <linux/log2.h>
#include <linux/sched/signal.h>
#include <asm/vmx.h>

#include "dirty.h"
#include "pmu.h"
#include "vcpu.h"
#include "vmx/capability.h"
#include "vmx/vmx.h"

static_assert(HV_MAY_READ == HVBENCH_MAY_READ && HV_MAY_WRITE == HVBENCH_MAY_WRITE &&
	      HV_MAY_EXECUTE == HVBENCH_MAY_EXECUTE);

/* Stock for that many events, so that the pool is filled in batches. */
#define POOL_BATCH 32

static int fill_pool(struct hv_vcpu *vcpu)
{
	const struct hv_mmu_ops *ops = vcpu->mmu.ops;

	return hv_pool_fill(&vcpu->pool, ops->pages * POOL_BATCH, ops->nodes * POOL_BATCH);
}

int hv_vcpu_create(struct hv_vcpu *vcpu)
{
	const struct vmx_capability *cap = &vmx_capability;
	struct hv_mmu *mmu = &vcpu->mmu;
	int err;

	mutex_init(&vcpu->run_lock);
	mmu->pool = &vcpu->pool;
	mmu->counter = vcpu->stats->counter;
	mmu->work_limit = HV_WORK_MAX;
	mmu->caps = (struct hv_mmu_caps){
		.physical_address_bits = cap->physical_address_bits,
		.gigabyte_pages = cap->gigabyte_pages,
		.ept_2m = cap->ept_2m,
		.ept_1g = cap->ept_1g,
		.ept_ad = cap->ept_ad,
		.pcid = cap->cr4_offered & HV_CR4_PCIDE,
		.ept_exec_only = cap->ept_exec_only,
		.pml = cap->pml,
		.itlb_multihit = cap->itlb_multihit,
	};
	mmu->paging = (struct hv_paging){
		.cr0 = HV_CR0_PE | HV_CR0_ET | HV_CR0_NE | HV_CR0_WP | HV_CR0_PG,
		.cr4 = HV_CR4_PAE,
		.efer = HV_EFER_LME | HV_EFER_LMA | HV_EFER_NXE,
	};
	if (mmu->knob[HVBENCH_KNOB_LA57])
		mmu->paging.cr4 |= HV_CR4_LA57;
	err = vmx_vcpu_create(vcpu, mmu->knob[HVBENCH_KNOB_VPID]);
	if (err)
		return err;
	err = fill_pool(vcpu);
	if (err)
		goto out_vcpu;
	err = hv_dirty_create(mmu);
	if (err)
		goto out_vcpu;
	err = mmu->ops->create(mmu);
	if (err)
		goto out_vcpu;
	return 0;

out_vcpu:
	hv_dirty_destroy(mmu);
	hv_pool_destroy(&vcpu->pool);
	vmx_vcpu_destroy(vcpu);
	return err;
}

void hv_vcpu_destroy(struct hv_vcpu *vcpu)
{
	vmx_vcpu_destroy(vcpu);
	vcpu->mmu.ops->destroy(&vcpu->mmu);
	hv_dirty_destroy(&vcpu->mmu);
	hv_pool_destroy(&vcpu->pool);
}

/* The last exit among those of its reason; returns the TSC since then. */
static __always_inline u64 account_reason(struct hv_vcpu *vcpu)
{
	struct hvbench_stats *stats = vcpu->stats;
	u32 reason = vcpu->exit_reason & 0xffff;
	u64 tsc;

	if (unlikely(reason >= HVBENCH_NR_EXIT_REASONS))
		reason = HVBENCH_NR_EXIT_REASONS - 1;
	stats->exits[reason]++;
	tsc = rdtsc() - vcpu->exit_tsc;
	stats->outside_tsc[reason] += tsc;
	stats->outside_histogram[reason]
				[min_t(u32, __fls(tsc | 1), HVBENCH_HISTOGRAM_BUCKETS - 1)]++;
	return tsc;
}

/*
 * An NMI or a machine check is in no row by reason: it shares the reason with the
 * guest's own exceptions, whose rows must be the guest's alone.
 */
static noinline void account_host(struct hv_vcpu *vcpu)
{
	u64 *counter = vcpu->stats->counter;

	counter[HVBENCH_CNT_host_exits]++;
	if ((u16)vcpu->exit_reason == EXIT_REASON_EXCEPTION_NMI)
		counter[HVBENCH_CNT_host_tsc] += rdtsc() - vcpu->exit_tsc;
	else
		counter[HVBENCH_CNT_host_tsc] += account_reason(vcpu);
}

void hv_vcpu_account(struct hv_vcpu *vcpu)
{
	u64 *counter = vcpu->stats->counter;

	if (unlikely(!vcpu->entered))
		return;
	if (unlikely(vcpu->exit_owner != HV_EXIT_GUEST)) {
		if (vcpu->exit_owner == HV_EXIT_HOST)
			account_host(vcpu);
		else
			counter[HVBENCH_CNT_harness_exits]++;
		return;
	}
	counter[HVBENCH_CNT_vm_exits]++;
	counter[HVBENCH_CNT_outside_tsc] += account_reason(vcpu);
}

void hv_vcpu_account_more(struct hv_vcpu *vcpu, u64 tsc)
{
	u32 reason = min_t(u32, vcpu->exit_reason & 0xffff, HVBENCH_NR_EXIT_REASONS - 1);
	bool hosts = vcpu->exit_owner == HV_EXIT_HOST;

	if (!vcpu->entered || vcpu->exit_owner == HV_EXIT_HARNESS)
		return;
	vcpu->stats->counter[hosts ? HVBENCH_CNT_host_tsc : HVBENCH_CNT_outside_tsc] += tsc;
	if (!hosts || reason != EXIT_REASON_EXCEPTION_NMI)
		vcpu->stats->outside_tsc[reason] += tsc;
}

int hv_vcpu_take_cpu(struct hv_vcpu *vcpu)
{
	int err;

	preempt_disable();
	err = vmx_switch_in(vcpu);
	if (unlikely(err))
		preempt_enable();
	else
		hv_pmu_begin(vcpu->stats);
	return err;
}

/* VMX is off here while the system suspends; a signal ends the wait. */
static void wait_for_vmx(void)
{
	schedule_timeout_interruptible(HZ / 10);
}

int hv_vcpu_wait_for_cpu(struct hv_vcpu *vcpu)
{
	while (hv_vcpu_take_cpu(vcpu)) {
		if (signal_pending(current))
			return -EINTR;
		wait_for_vmx();
	}
	return 0;
}

void hv_vcpu_give_cpu(struct hv_vcpu *vcpu)
{
	hv_pmu_end();
	vmx_switch_out(vcpu);
	preempt_enable();
}

enum hv_next hv_vcpu_end(struct hv_vcpu *vcpu, enum hvbench_end reason)
{
	if (!vcpu->ended)
		vcpu->control->run.end = reason;
	vcpu->ended = true;
	vcpu->control->run.exit = HVBENCH_RUN_ENDED;
	return HV_NEXT_TOOL;
}

int hv_vcpu_set_start(struct hv_vcpu *vcpu, const struct hvbench_start *start)
{
	int err = 0;

	if (start->reserved || start->rip >= BIT_ULL(47) || start->cr3 & (HV_PAGE_BYTES - 1) ||
	    start->cr3 >> HV_PAGE_SHIFT >= vcpu->mmu.memory->nr_frames)
		return -EINVAL;
	if (!mutex_trylock(&vcpu->run_lock))
		return -EBUSY;
	if (vcpu->started) {
		err = -EBUSY;
		goto out;
	}
	err = hv_vcpu_wait_for_cpu(vcpu);
	if (err)
		goto out;
	vmx_program_start(vcpu, start);
	hv_vcpu_give_cpu(vcpu);
	vcpu->mmu.paging.cr3 = start->cr3;
	vcpu->gpr[HV_RDI] = start->rdi;
	vcpu->start_pending = true;
	vcpu->started = true;
out:
	mutex_unlock(&vcpu->run_lock);
	return err;
}

/* The range, chunk by chunk as the backend wants it. */
static int set_rights(struct hv_mmu *mmu, u64 gfn, u64 frames, u32 rights)
{
	while (frames) {
		u32 part = min_t(u64, frames, HV_CHUNK_FRAMES - gfn % HV_CHUNK_FRAMES);
		int err = fatal_signal_pending(current)
				  ? -EINTR
				  : mmu->ops->set_rights(mmu, gfn, part, rights);

		if (err)
			return err;
		gfn += part;
		frames -= part;
		cond_resched();
	}
	return 0;
}

int hv_vcpu_set_rights(struct hv_vcpu *vcpu, const struct hvbench_rights *rights)
{
	struct hv_mmu *mmu = &vcpu->mmu;
	u64 memory = mmu->memory->nr_frames << HV_PAGE_SHIFT;
	struct hv_pmu_mark mark;
	int err;

	if (rights->reserved || (rights->gpa | rights->bytes) % HV_PAGE_BYTES ||
	    rights->gpa > memory || rights->bytes > memory - rights->gpa ||
	    rights->rights & ~(HVBENCH_MAY_READ | HVBENCH_MAY_WRITE | HVBENCH_MAY_EXECUTE))
		return -EINVAL;
	if (!mmu->ops->set_rights)
		return -EOPNOTSUPP;
	if (!mutex_trylock(&vcpu->run_lock))
		return -EBUSY;
	hv_pmu_mark(vcpu->stats, &mark);
	err = set_rights(mmu, rights->gpa >> HV_PAGE_SHIFT, rights->bytes >> HV_PAGE_SHIFT,
			 rights->rights);
	hv_pmu_add_since(vcpu->stats, &mark);
	mutex_unlock(&vcpu->run_lock);
	return err;
}

/* What sleeps: 0, or -EINTR for the tool; -ENOMEM ends the guest. */
static int prepare(struct hv_vcpu *vcpu)
{
	const struct hv_mmu_ops *ops = vcpu->mmu.ops;
	int err = 0;

	if (signal_pending(current) || test_thread_flag(TIF_NOTIFY_RESUME))
		return -EINTR;
	cond_resched();
	if (!hv_pool_has(&vcpu->pool, ops->pages, ops->nodes))
		err = fill_pool(vcpu);
	if (!err && vcpu->need_backing) {
		err = hv_memory_populate(vcpu->mmu.memory, vcpu->backing_gpa >> HV_PAGE_SHIFT);
		vcpu->need_backing = false;
	}
	return err;
}

/* The backend learns of the guest's CR3 as of any other change of it. */
static enum hv_next load_start(struct hv_vcpu *vcpu)
{
	struct hv_paging start = vcpu->mmu.paging;
	bool done = false;
	enum hv_next next = hv_event_set_paging(vcpu, &start, HV_LOAD_START, &done);

	vcpu->start_pending = !done;
	return next;
}

static enum hv_next run_until_event(struct hv_vcpu *vcpu)
{
	const struct hv_mmu_ops *ops = vcpu->mmu.ops;
	enum hv_next next = HV_NEXT_ENTER;

	vcpu->slice_tsc = rdtsc();
	if (unlikely(vcpu->start_pending))
		next = load_start(vcpu);
	while (next == HV_NEXT_ENTER) {
		if (unlikely(!hv_pool_has(&vcpu->pool, ops->pages, ops->nodes)))
			return HV_NEXT_PREPARE;
		if (unlikely(need_resched() || signal_pending(current) ||
			     (s64)(vcpu->exit_tsc - vcpu->slice_tsc) >
				     (s64)vmx_capability.slice_tsc))
			return HV_NEXT_PREPARE;
		if (unlikely(vmx_flush(vcpu)))
			return hv_vcpu_end(vcpu, HVBENCH_END_FLUSH_FAILED);
		if (unlikely(!vmx_enter(vcpu)))
			return hv_vcpu_end(vcpu, HVBENCH_END_ENTRY_FAILED);
		next = vmx_handle_exit(vcpu);
	}
	return next;
}

static int run_locked(struct hv_vcpu *vcpu)
{
	struct hvbench_run *run = &vcpu->control->run;
	enum hv_next next;
	int err;

	do {
		err = prepare(vcpu);
		if (err == -EINTR)
			return err;
		if (err)
			hv_vcpu_end(vcpu, HVBENCH_END_HOST_MEMORY);
		err = hv_vcpu_take_cpu(vcpu);
		if (unlikely(err)) {
			if (!vcpu->ended)
				wait_for_vmx();
			next = vcpu->ended ? HV_NEXT_TOOL : HV_NEXT_PREPARE;
			continue;
		}
		next = vcpu->ended ? HV_NEXT_TOOL : run_until_event(vcpu);
		if (next == HV_NEXT_TOOL)
			vmx_describe(vcpu, run);
		/* No entry follows that would count its last exit. */
		if (vcpu->ended)
			hv_vcpu_account(vcpu);
		hv_vcpu_give_cpu(vcpu);
	} while (next != HV_NEXT_TOOL);
	vcpu->stats->counter[HVBENCH_CNT_table_bytes] = hv_pool_used_bytes(&vcpu->pool);
	vcpu->stats->counter[HVBENCH_CNT_table_bytes_peak] = vcpu->pool.peak_bytes;
	vcpu->stats->counter[HVBENCH_CNT_table_pages] =
		vcpu->pool.used_pages - vcpu->pool.beside;
	return 0;
}

int hv_vcpu_run(struct hv_vcpu *vcpu)
{
	int err;

	if (!mutex_trylock(&vcpu->run_lock))
		return -EBUSY;
	if (!vcpu->started || vcpu->ended) {
		err = -EIO;
	} else {
		vcpu->control->run.exit = HVBENCH_RUN_NONE;
		err = run_locked(vcpu);
	}
	mutex_unlock(&vcpu->run_lock);
	return err;
}
