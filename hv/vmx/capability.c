// SPDX-License-Identifier: GPL-2.0
/*
 * Detection of VT-x as the manual wants it: SDM 3C, 24.6 (discovering VMX),
 * 24.7 (enabling) and appendix A (the capability MSRs). Called once at load.
 */
#include <linux/cpu.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/tsc.h>
#include <asm/vmx.h>

#include "../compat.h"
#include "../log.h"
#include "../vcpu.h"
#include "capability.h"
#include "same.h"

struct vmx_capability vmx_capability __ro_after_init;

#define FEAT_CTL_VMX_OUTSIDE_SMX BIT_ULL(2)
#define FEAT_CTL_LOCK BIT_ULL(0)
#define VMX_BASIC_TRUE_CONTROLS BIT_ULL(55)
#define VMX_BASIC_MEMORY_TYPE_WB 6ull
#define CR4_FRED BIT_ULL(32)

/* IA32_VMX_EPT_VPID_CAP, SDM 3D A.10. */
#define EPT_CAP_EXEC_ONLY BIT_ULL(0)
#define EPT_CAP_WALK_4 BIT_ULL(6)
#define EPT_CAP_WRITE_BACK BIT_ULL(14)
#define EPT_CAP_2M BIT_ULL(16)
#define EPT_CAP_1G BIT_ULL(17)
#define EPT_CAP_INVEPT BIT_ULL(20)
#define EPT_CAP_AD BIT_ULL(21)
#define EPT_CAP_INVEPT_SINGLE BIT_ULL(25)
#define EPT_CAP_INVEPT_ALL BIT_ULL(26)
#define VPID_CAP_INVVPID BIT_ULL(32)
#define VPID_CAP_ADDR BIT_ULL(40)
#define VPID_CAP_SINGLE BIT_ULL(41)
#define VPID_CAP_ALL BIT_ULL(42)

/*
 * Merges what we need into what the MSR allows: its low half are bits that
 * must be 1, its high half bits that may be 1 (SDM 3D A.3.1).
 */
static int choose_controls(u32 msr, u32 wanted, const char *which, u32 *controls, u32 *allowed1)
{
	u64 limits = native_read_msr(msr);
	u32 must = (u32)limits, may = (u32)(limits >> 32);

	if (wanted & ~may) {
		hv_err("this CPU's %s controls lack bits %#x that hvbench needs: a CPU with EPT "
		       "(Nehalem, 2008, or later) has them; under another hypervisor, have it "
		       "offer full nested VT-x\n",
		       which, wanted & ~may);
		return -EOPNOTSUPP;
	}
	*controls = wanted | must;
	if (allowed1)
		*allowed1 = may;
	return 0;
}

/*
 * Nehalem and Westmere can load a wrong IA32_PERF_GLOBAL_CTRL (errata AAK155, AAP115,
 * AAT100, BC86, AAY89, BD102, BA97).
 */
static bool loads_wrong_global_ctrl(void)
{
	static const u8 models[] = { 26, 30, 37, 44, 46 };

	return boot_cpu_data.x86 == 6 &&
	       memchr(models, boot_cpu_data.x86_model, sizeof(models));
}

static int read_controls(struct vmx_capability *cap)
{
	bool true_controls = cap->basic & VMX_BASIC_TRUE_CONTROLS;
	u32 pin_allowed1, primary_allowed1, exit_allowed1, entry_allowed1;
	u64 secondary;
	int err;

	if (!true_controls) {
		hv_err("this CPU can't run a guest without exits on CR3 (IA32_VMX_BASIC bit 55 is "
		       "0); a CPU with EPT (Nehalem, 2008, or later) can\n");
		return -EOPNOTSUPP;
	}
	err = choose_controls(MSR_IA32_VMX_TRUE_PINBASED_CTLS,
			      PIN_BASED_EXT_INTR_MASK | PIN_BASED_NMI_EXITING, "pin-based",
			      &cap->pin, &pin_allowed1);
	if (err)
		return err;
	if (pin_allowed1 & PIN_BASED_VMX_PREEMPTION_TIMER) {
		cap->pin |= PIN_BASED_VMX_PREEMPTION_TIMER;
		cap->preemption_timer = true;
	}
	/*
	 * No MSR bitmap: every RDMSR and WRMSR exits. CR8, debug registers,
	 * I/O, MONITOR and RDPMC would reach the host's own state otherwise.
	 */
	err = choose_controls(MSR_IA32_VMX_TRUE_PROCBASED_CTLS,
			      CPU_BASED_HLT_EXITING | CPU_BASED_MWAIT_EXITING |
				      CPU_BASED_RDPMC_EXITING | CPU_BASED_CR8_LOAD_EXITING |
				      CPU_BASED_CR8_STORE_EXITING | CPU_BASED_MOV_DR_EXITING |
				      CPU_BASED_UNCOND_IO_EXITING | CPU_BASED_MONITOR_EXITING |
				      CPU_BASED_ACTIVATE_SECONDARY_CONTROLS,
			      "primary processor-based", &cap->primary, &primary_allowed1);
	if (err)
		return err;
	if (!(primary_allowed1 & CPU_BASED_INVLPG_EXITING) ||
	    !(primary_allowed1 & CPU_BASED_CR3_LOAD_EXITING) ||
	    !(primary_allowed1 & CPU_BASED_CR3_STORE_EXITING)) {
		hv_err("this CPU can't trap INVLPG and CR3, which shadow paging needs\n");
		return -EOPNOTSUPP;
	}
	err = choose_controls(MSR_IA32_VMX_PROCBASED_CTLS2, 0, "secondary processor-based",
			      &cap->secondary, NULL);
	if (err)
		return err;
	secondary = native_read_msr(MSR_IA32_VMX_PROCBASED_CTLS2) >> 32;
	/*
	 * Where the CPU has them: ENCLS and WBINVD would run natively, locks of the bus
	 * would slow down the host unseen, and a guest that opens no interrupt window
	 * would keep interrupts and NMIs from the host (SDM 3C, 26.2).
	 */
	cap->secondary |= secondary & (SECONDARY_EXEC_ENCLS_EXITING |
				       SECONDARY_EXEC_WBINVD_EXITING |
				       SECONDARY_EXEC_BUS_LOCK_DETECTION |
				       SECONDARY_EXEC_NOTIFY_VM_EXITING);
	cap->ept = secondary & SECONDARY_EXEC_ENABLE_EPT;
	cap->vpid = secondary & SECONDARY_EXEC_ENABLE_VPID;
	cap->pml = secondary & SECONDARY_EXEC_ENABLE_PML;
	cap->unrestricted = secondary & SECONDARY_EXEC_UNRESTRICTED_GUEST;
	cap->invpcid = secondary & SECONDARY_EXEC_ENABLE_INVPCID &&
		       boot_cpu_has(X86_FEATURE_INVPCID);
	err = choose_controls(MSR_IA32_VMX_TRUE_EXIT_CTLS,
			      VM_EXIT_HOST_ADDR_SPACE_SIZE | VM_EXIT_LOAD_IA32_EFER, "VM-exit",
			      &cap->exit, &exit_allowed1);
	if (err)
		return err;
	err = choose_controls(MSR_IA32_VMX_TRUE_ENTRY_CTLS,
			      VM_ENTRY_IA32E_MODE | VM_ENTRY_LOAD_IA32_EFER |
				      VM_ENTRY_LOAD_DEBUG_CONTROLS,
			      "VM-entry", &cap->entry, &entry_allowed1);
	if (err)
		return err;
	cap->perf_split = exit_allowed1 & VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL &&
			  entry_allowed1 & VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL &&
			  HV_HAS_PERF_MSRS && !loads_wrong_global_ctrl();
	return 0;
}

/* SDM 3D A.10; a feature without its flush instruction counts as absent. */
static void read_ept_vpid(struct vmx_capability *cap)
{
	u64 bits;

	if (!cap->ept && !cap->vpid)
		return;
	bits = native_read_msr(MSR_IA32_VMX_EPT_VPID_CAP);
	cap->ept_vpid = bits;
	if (!(bits & EPT_CAP_WALK_4) || !(bits & EPT_CAP_WRITE_BACK) || !(bits & EPT_CAP_INVEPT) ||
	    !(bits & EPT_CAP_INVEPT_SINGLE) || !(bits & EPT_CAP_INVEPT_ALL))
		cap->ept = false;
	cap->ept_2m = cap->ept && (bits & EPT_CAP_2M);
	cap->ept_1g = cap->ept && (bits & EPT_CAP_1G);
	cap->ept_ad = cap->ept && (bits & EPT_CAP_AD);
	cap->ept_exec_only = cap->ept && (bits & EPT_CAP_EXEC_ONLY);
	/* As KVM decides it where its nx_huge_pages is auto. */
	cap->itlb_multihit = cap->ept_2m && boot_cpu_has_bug(X86_BUG_ITLB_MULTIHIT) &&
			     !cpu_mitigations_off();
	/* PML logs what sets a dirty bit. */
	cap->pml &= cap->ept_ad;
	if (!(bits & VPID_CAP_INVVPID) || !(bits & VPID_CAP_SINGLE) || !(bits & VPID_CAP_ALL))
		cap->vpid = false;
	cap->invvpid_addr = cap->vpid && (bits & VPID_CAP_ADDR);
}

/*
 * Bits of CR4 that a guest may set: those of features that the kernel sees, which are
 * the CPU's without those that are switched off because of an erratum (PCID on Alder
 * Lake) or on the command line, and by IA32_VMX_CR4_FIXED1 (SDM 3D, A.8).
 */
static void read_cr4_offered(struct vmx_capability *cap)
{
	u64 offered = HV_CR4_PSE | HV_CR4_PAE | HV_CR4_PGE;

	if (boot_cpu_has(X86_FEATURE_PCID))
		offered |= HV_CR4_PCIDE;
	if (boot_cpu_has(X86_FEATURE_SMEP))
		offered |= HV_CR4_SMEP;
	if (boot_cpu_has(X86_FEATURE_SMAP))
		offered |= HV_CR4_SMAP;
	if (boot_cpu_has(X86_FEATURE_LA57))
		offered |= HV_CR4_LA57;
	cap->cr4_offered = offered & native_read_msr(MSR_IA32_VMX_CR4_FIXED1);
}

static int check_cpu(void)
{
	u64 control;

	if (boot_cpu_data.x86_vendor != X86_VENDOR_INTEL) {
		hv_err("this CPU is not Intel's (%s): hvbench needs VT-x; the emulated Intel "
		       "machine runs on any CPU: make bench MACHINE=emulated\n",
		       boot_cpu_data.x86_vendor_id);
		return -ENODEV;
	}
	if (!(cpuid_ecx(1) & BIT(5))) {
		hv_err("this CPU does not offer VT-x (CPUID.1:ECX.VMX is 0): switch it on in the "
		       "firmware set-up, or, inside a virtual machine, have its hypervisor offer "
		       "nested VT-x\n");
		return -ENODEV;
	}
	control = native_read_msr(MSR_IA32_FEAT_CTL);
	if (!(control & FEAT_CTL_LOCK) || !(control & FEAT_CTL_VMX_OUTSIDE_SMX)) {
		hv_err("firmware keeps VT-x off (IA32_FEATURE_CONTROL is %#llx): switch on Intel "
		       "Virtualization Technology in the firmware set-up and power-cycle\n",
		       control);
		return -ENODEV;
	}
	if (__read_cr4() & CR4_FRED) {
		hv_err("this kernel runs with FRED, which hvbench does not know yet: boot with "
		       "fred=off\n");
		return -ENODEV;
	}
	return 0;
}

int __init vmx_capability_read(void)
{
	struct vmx_capability *cap = &vmx_capability;
	int err = check_cpu();

	if (err)
		return err;
	vmx_same_note();
	cap->basic = native_read_msr(MSR_IA32_VMX_BASIC);
	cap->revision = (u32)cap->basic & 0x7fffffff;
	if (((cap->basic >> 50) & 15) != VMX_BASIC_MEMORY_TYPE_WB) {
		hv_err("this CPU wants its VMCS in uncached memory, which hvbench does not do\n");
		return -EOPNOTSUPP;
	}
	cap->cr4_fixed0 = native_read_msr(MSR_IA32_VMX_CR4_FIXED0);
	cap->slice_tsc = (u64)tsc_khz * HV_SLICE_MS;
	/* The CPU's own answer, which the guest gets too. */
	cap->physical_address_bits = cpuid_eax(0x80000008) & 0xff;
	cap->gigabyte_pages = boot_cpu_has(X86_FEATURE_GBPAGES);
	err = read_controls(cap);
	if (err)
		return err;
	read_ept_vpid(cap);
	read_cr4_offered(cap);
	return 0;
}
