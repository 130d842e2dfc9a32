/* SPDX-License-Identifier: GPL-2.0 */
/* Where kernels from 6.1 to 6.12 differ, and nowhere else. */
#ifndef HV_COMPAT_H
#define HV_COMPAT_H

#include <linux/cpu.h>
#include <linux/mm.h>
#include <linux/perf_event.h>
#include <linux/version.h>
#include <asm/nospec-branch.h>
#include <asm/processor.h>
#include <asm/vmx.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set, vm_flags_t clear)
{
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
/*
 * A task's context of software events remembers the PMU whose event it was made
 * for until the task runs, however long that is after our module is gone. So an
 * event of perf's own makes it.
 */
static inline int hv_make_perf_context(struct task_struct *task)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.disabled = 1,
	};
	struct perf_event *event = perf_event_create_kernel_counter(&attr, -1, task, NULL, NULL);

	if (IS_ERR(event))
		return PTR_ERR(event);
	perf_event_release_kernel(event);
	return 0;
}

static inline bool hv_has_config3(const struct perf_event_attr *attr)
{
	return false;
}
#else
static inline int hv_make_perf_context(struct task_struct *task)
{
	return 0;
}

static inline bool hv_has_config3(const struct perf_event_attr *attr)
{
	return attr->config3;
}
#endif

/* What the kernel's own settings say of L1TF at VM entry: KVM's vmx_setup_l1d_flush(). */
enum hv_l1d_flush { HV_L1D_FLUSH_NEVER, HV_L1D_FLUSH_COND, HV_L1D_FLUSH_ALWAYS };

static inline enum hv_l1d_flush hv_l1d_flush(void)
{
	/* What kvm_intel was loaded with; AUTO where it is not loaded, or was not told. */
	switch (l1tf_vmx_mitigation) {
	case VMENTER_L1D_FLUSH_NEVER:
		return HV_L1D_FLUSH_NEVER;
	case VMENTER_L1D_FLUSH_ALWAYS:
		return HV_L1D_FLUSH_ALWAYS;
	default:
		break;
	}
	switch (l1tf_mitigation) {
	case L1TF_MITIGATION_OFF:
		return HV_L1D_FLUSH_NEVER;
	case L1TF_MITIGATION_FULL:
	case L1TF_MITIGATION_FULL_FORCE:
		return HV_L1D_FLUSH_ALWAYS;
	default:
		return HV_L1D_FLUSH_COND;
	}
}

/* MDS, TAA, RFDS: before 6.8, and the stable kernels of its time, a key and no feature. */
static inline bool hv_clears_cpu_buffers(void)
{
#ifdef X86_FEATURE_CLEAR_CPU_BUF_VM
	if (boot_cpu_has(X86_FEATURE_CLEAR_CPU_BUF_VM))
		return true;
#endif
#ifdef X86_FEATURE_CLEAR_CPU_BUF
	return boot_cpu_has(X86_FEATURE_CLEAR_CPU_BUF);
#else
	return static_key_enabled(&mds_user_clear);
#endif
}

static inline bool hv_uses_ibpb(void)
{
#ifdef X86_FEATURE_USE_IBPB
	return boot_cpu_has(X86_FEATURE_USE_IBPB);
#else
	return boot_cpu_has(X86_FEATURE_IBPB) && !cpu_mitigations_off();
#endif
}

/* VMSCAPE: a guest must not train what predicts for the process that runs it. */
static inline bool hv_uses_ibpb_before_user(void)
{
#ifdef X86_FEATURE_IBPB_EXIT_TO_USER
	return boot_cpu_has(X86_FEATURE_IBPB_EXIT_TO_USER);
#else
	return false;
#endif
}

/* Has the kernel execute an IBPB on its way to user space. */
static inline void hv_ibpb_before_user(void)
{
#ifdef X86_FEATURE_IBPB_EXIT_TO_USER
	this_cpu_write(x86_ibpb_exit_to_user, true);
#endif
}

#endif
