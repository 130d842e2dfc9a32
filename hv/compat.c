// SPDX-License-Identifier: GPL-2.0
/*
 * What is lost on kernels that keep functions for hypervisors to KVM (after 6.18): said
 * once, when the module is loaded.
 */
#include <linux/cpu.h>

#include "compat.h"
#include "log.h"

void __init hv_compat_report(void)
{
	if (!HV_VMX_STAYS_ON)
		hv_info("this kernel lets only KVM keep VMX on: it is switched on and off for each "
			"turn of a guest, which costs some microseconds a turn\n");
	else if (!HV_CRASH_IS_COVERED)
		hv_info("this kernel lets only KVM switch VMX off in a crash: a kernel loaded by "
			"kexec -p may not start\n");
	if (!HV_HAS_PERF_MSRS)
		hv_info("this kernel tells only KVM what perf counts in guests: perf's :G and :H "
			"do not keep hvbench's guests apart\n");
#ifndef HV_HAVE_l1tf_mitigation
	if (boot_cpu_has_bug(X86_BUG_L1TF) && !cpu_mitigations_off())
		hv_info("this kernel tells only KVM how L1TF is to be mitigated: the L1D is flushed "
			"as by l1tf=flush\n");
#endif
#ifndef HV_HAVE_intel_pt_handle_vmx
	if (boot_cpu_has(X86_FEATURE_INTEL_PT))
		hv_info("this kernel stops Intel PT only for KVM: a guest may have to wait while "
			"perf traces its CPU\n");
#endif
}
