/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What this machine's VMX can do, and the VM-execution controls chosen from
 * it. Filled once at module load by vmx_capability_read(), constant after.
 */
#ifndef HV_VMX_CAPABILITY_H
#define HV_VMX_CAPABILITY_H

#include <linux/types.h>

struct vmx_capability {
	u64 basic; /* IA32_VMX_BASIC */
	u32 revision; /* for the first word of VMXON region and VMCS */
	u64 ept_vpid; /* IA32_VMX_EPT_VPID_CAP */
	u64 cr4_fixed0; /* bits of CR4 that must be 1 in VMX operation */
	u64 cr4_offered; /* bits of CR4 that a guest may set, LA57 among them */
	u8 physical_address_bits;
	bool gigabyte_pages;
	bool ept, ept_2m, ept_1g, ept_ad, ept_exec_only;
	bool itlb_multihit; /* the erratum, and the host guards against it */
	bool vpid, invvpid_addr, pml, unrestricted;
	bool invpcid; /* with its control: guests may have it */
	/* The controls of every VM; a VM adds its backend's to primary. */
	u32 pin, primary, secondary, exit, entry;
	/*
	 * HV_SLICE_MS in TSC; whether the preemption timer keeps it: where the CPU has
	 * one, until the self-test has found that interrupts do.
	 */
	u64 slice_tsc;
	bool preemption_timer;
	/* An entry with address bit 51 set is a #PF with P and RSVD; by the self-test. */
	bool reserved_bit_faults;
	/* IA32_PERF_GLOBAL_CTRL can be switched at VM entry and exit. */
	bool perf_split;
};

extern struct vmx_capability vmx_capability;

/*
 * Reads vmx_capability. 0, or -ENODEV/-EOPNOTSUPP after a sentence in the
 * kernel log that names the cause and the cure. Needs no VMX operation.
 */
int vmx_capability_read(void);

#endif
