// SPDX-License-Identifier: GPL-2.0
/*
 * All CPUs must have the VMX that vmx_capability was read from, because a VM runs on
 * any of them: a control that is missing on one fails its VM entry, one that must be 1
 * on one changes what a guest can do. Firmware or a hypervisor below can set CPUs up
 * differently, and microcode be newer on some. Compared at load and when a CPU comes
 * online.
 */
#include <linux/kernel.h>
#include <linux/smp.h>
#include <asm/msr.h>

#include "../compat.h"
#include "../log.h"
#include "same.h"

/* Appendix A of SDM 3D. X(MSR, the bits that matter) */
#define CAPABILITY_MSRS(X)                            \
	X(IA32_FEAT_CTL, BIT_ULL(0) | BIT_ULL(2))     \
	X(IA32_VMX_BASIC, ~0ull)                      \
	X(IA32_VMX_MISC, ~0ull)                       \
	X(IA32_VMX_CR0_FIXED0, ~0ull)                 \
	X(IA32_VMX_CR0_FIXED1, ~0ull)                 \
	X(IA32_VMX_CR4_FIXED0, ~0ull)                 \
	X(IA32_VMX_CR4_FIXED1, ~0ull)                 \
	X(IA32_VMX_PROCBASED_CTLS2, ~0ull)            \
	X(IA32_VMX_EPT_VPID_CAP, ~0ull)               \
	X(IA32_VMX_TRUE_PINBASED_CTLS, ~0ull)         \
	X(IA32_VMX_TRUE_PROCBASED_CTLS, ~0ull)        \
	X(IA32_VMX_TRUE_EXIT_CTLS, ~0ull)             \
	X(IA32_VMX_TRUE_ENTRY_CTLS, ~0ull)

static const struct {
	u32 msr;
	const char *name;
	u64 mask;
} msrs[] = {
#define ROW(name, mask) { MSR_##name, #name, mask },
	CAPABILITY_MSRS(ROW)
#undef ROW
};

static u64 noted[ARRAY_SIZE(msrs)];
static int noted_cpu;

/* An MSR that a CPU has not reads as 0, which none of them is where it is there. */
static u64 read(u32 i)
{
	u64 value;

	return rdmsrl_safe(msrs[i].msr, &value) ? 0 : value & msrs[i].mask;
}

void vmx_same_note(void)
{
	u32 i;

	preempt_disable();
	noted_cpu = smp_processor_id();
	for (i = 0; i < ARRAY_SIZE(msrs); i++)
		noted[i] = read(i);
	preempt_enable();
}

int vmx_same_check(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(msrs); i++) {
		u64 value = read(i);

		if (value == noted[i])
			continue;
		hv_err("the VMX of CPU %d is not that of CPU %d: %s (MSR %#x) is %#llx and not "
		       "%#llx: update the firmware, or take the CPU offline: echo 0 > "
		       "/sys/devices/system/cpu/cpu%d/online\n",
		       smp_processor_id(), noted_cpu, msrs[i].name, msrs[i].msr, value, noted[i],
		       smp_processor_id());
		return -EIO;
	}
	return 0;
}
