/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where kernels differ, and nowhere else: by version, and, where a function is not
 * offered to every module, by HV_HAVE_name (Kbuild).
 */
#ifndef HV_COMPAT_H
#define HV_COMPAT_H

#include <linux/mm.h>
#include <linux/perf_event.h>
#include <linux/version.h>
#include <asm/mce.h>
#include <asm/msr.h>
#include <asm/nospec-branch.h>
#include <asm/processor.h>
#include <asm/perf_event.h>
#include <asm/reboot.h>
#include <asm/tlbflush.h>
#include <asm/vmx.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#include <asm/cpuid/api.h>
#endif
#ifdef HV_HAVE_crash_vmclear_loaded_vmcss
#include <asm/kexec.h>
#endif

/* The range is docs/install.md's; the newest is one that was built for. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0) || \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(7, 4, 0) && !defined(HVBENCH_ANY_KERNEL))
#error hvbench builds for Linux 6.1 to 7.3 (see docs/install.md; HVBENCH_ANY_KERNEL=1 tries a newer one)
#endif

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
#ifdef HV_HAVE_l1tf_vmx_mitigation
	/* What kvm_intel was loaded with; AUTO where it is not loaded, or was not told. */
	switch (l1tf_vmx_mitigation) {
	case VMENTER_L1D_FLUSH_NEVER:
		return HV_L1D_FLUSH_NEVER;
	case VMENTER_L1D_FLUSH_ALWAYS:
		return HV_L1D_FLUSH_ALWAYS;
	default:
		break;
	}
#endif
#ifdef HV_HAVE_l1tf_mitigation
	switch (l1tf_mitigation) {
	case L1TF_MITIGATION_OFF:
		return HV_L1D_FLUSH_NEVER;
	case L1TF_MITIGATION_FULL:
	case L1TF_MITIGATION_FULL_FORCE:
		return HV_L1D_FLUSH_ALWAYS;
	default:
		return HV_L1D_FLUSH_COND;
	}
#else
	return cpu_mitigations_off() ? HV_L1D_FLUSH_NEVER : HV_L1D_FLUSH_COND;
#endif
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

/* Called rdmsrq and so on since 6.16. */
#ifndef rdmsrl
#define rdmsrl rdmsrq
#define wrmsrl wrmsrq
#define rdmsrl_safe rdmsrq_safe
#define native_wrmsrl native_wrmsrq
#endif

/*
 * What the kernel calls on every CPU when it crashes: hv_set_crash_callback() is false
 * where there is no place for it. Nothing else may be registered there.
 */
#if defined(HV_HAVE_cpu_emergency_register_virt_callback)
#define HV_CRASH_IS_COVERED true
static inline bool hv_set_crash_callback(void (*callback)(void))
{
	cpu_emergency_register_virt_callback(callback);
	return true;
}

static inline void hv_clear_crash_callback(void (*callback)(void))
{
	cpu_emergency_unregister_virt_callback(callback);
}
#elif defined(HV_HAVE_crash_vmclear_loaded_vmcss)
/* This kernel executes VMXOFF by itself, after it has called this. */
#define HV_CRASH_IS_COVERED true
static inline bool hv_set_crash_callback(void (*callback)(void))
{
	rcu_assign_pointer(crash_vmclear_loaded_vmcss, callback);
	return true;
}

static inline void hv_clear_crash_callback(void (*callback)(void))
{
	RCU_INIT_POINTER(crash_vmclear_loaded_vmcss, NULL);
	synchronize_rcu();
}
#else
#define HV_CRASH_IS_COVERED false
static inline bool hv_set_crash_callback(void (*callback)(void))
{
	return false;
}

static inline void hv_clear_crash_callback(void (*callback)(void))
{
}
#endif

/*
 * Hands a machine check to the host's handler; false where the kernel has none
 * (CONFIG_X86_MCE). Told as from user mode, so that a page that can't be recovered
 * costs the tool's process and not the machine.
 */
static inline bool hv_machine_check(void)
{
#ifdef HV_HAVE_do_machine_check
	struct pt_regs regs = { .cs = 3, .flags = X86_EFLAGS_IF };

	do_machine_check(&regs);
	return true;
#else
	return false;
#endif
}

/* For where the kernel's record of CR4 must not, or can't, be kept. */
static inline void hv_write_cr4(unsigned long value)
{
	asm volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

/*
 * The kernel writes CR4 from a record of its own, so VMX may stay on only where that
 * record can be made to say so: else the kernel's next write would clear CR4.VMXE,
 * which is #GP in VMX operation. Where it can't, VMX is on while interrupts are off
 * for a guest's turn, and only then.
 */
#ifdef HV_HAVE_cr4_update_irqsoff
#define HV_VMX_STAYS_ON true
static inline void hv_set_vmxe(bool on)
{
	if (on)
		cr4_set_bits(X86_CR4_VMXE);
	else
		cr4_clear_bits(X86_CR4_VMXE);
}
#else
#define HV_VMX_STAYS_ON false
static inline void hv_set_vmxe(bool on)
{
	unsigned long cr4 = __read_cr4();

	hv_write_cr4(on ? cr4 | X86_CR4_VMXE : cr4 & ~X86_CR4_VMXE);
}
#endif

/*
 * VMXON is #GP while Intel PT traces, and in VMX operation PT can't be started, where
 * bit 14 of IA32_VMX_MISC is 0 (SDM 3D, A.6). False: it traces, and can't be stopped.
 */
#ifdef HV_HAVE_intel_pt_handle_vmx
static inline bool hv_pause_pt(void)
{
	intel_pt_handle_vmx(1);
	return true;
}

static inline void hv_resume_pt(void)
{
	intel_pt_handle_vmx(0);
}
#else
static inline bool hv_pause_pt(void)
{
	u64 control, misc;

	if (!boot_cpu_has(X86_FEATURE_INTEL_PT))
		return true;
	rdmsrl(MSR_IA32_RTIT_CTL, control);
	rdmsrl(MSR_IA32_VMX_MISC, misc);
	return !(control & RTIT_CTL_TRACEEN) || misc & BIT_ULL(14);
}

static inline void hv_resume_pt(void)
{
}
#endif

/* The values that perf wants in MSRs in guests and in the host; NULL without any. */
#ifdef HV_HAVE_perf_guest_get_msrs
#define HV_HAS_PERF_MSRS true
static inline const struct perf_guest_switch_msr *hv_perf_msrs(int *nr)
{
	/* What is passed is KVM's virtual PMU: our guests have none. */
	return perf_guest_get_msrs(nr, NULL);
}
#else
#define HV_HAS_PERF_MSRS false
static inline const struct perf_guest_switch_msr *hv_perf_msrs(int *nr)
{
	return NULL;
}
#endif

/* Says in the kernel log what hvbench can't do on this kernel. */
void hv_compat_report(void);

#endif
