// SPDX-License-Identifier: GPL-2.0
/* hv/vmx/same.c: a CPU whose VMX is not that of the first is refused, and told which. */
#include "report.h"

#define HV_COMPAT_H
#define MSR_IA32_FEAT_CTL 0x3a
#define MSR_IA32_VMX_BASIC 0x480
#define MSR_IA32_VMX_MISC 0x485
#define MSR_IA32_VMX_CR0_FIXED0 0x486
#define MSR_IA32_VMX_CR0_FIXED1 0x487
#define MSR_IA32_VMX_CR4_FIXED0 0x488
#define MSR_IA32_VMX_CR4_FIXED1 0x489
#define MSR_IA32_VMX_PROCBASED_CTLS2 0x48b
#define MSR_IA32_VMX_EPT_VPID_CAP 0x48c
#define MSR_IA32_VMX_TRUE_PINBASED_CTLS 0x48d
#define MSR_IA32_VMX_TRUE_PROCBASED_CTLS 0x48e
#define MSR_IA32_VMX_TRUE_EXIT_CTLS 0x48f
#define MSR_IA32_VMX_TRUE_ENTRY_CTLS 0x490

static int cpu; /* that the code runs on */
static u32 other_msr; /* on CPU 3 it has more bits than elsewhere */
static u64 other_bits;
static bool missing; /* there it is not there at all */
static char said[512];

#define smp_processor_id() cpu
#define rdmsrl_safe(msr, value) read_msr(msr, value)
#define pr_err(...) snprintf(said, sizeof(said), __VA_ARGS__)

static int read_msr(u32 msr, u64 *value)
{
	bool other = cpu == 3 && msr == other_msr;

	*value = 0x1000 + msr + (other ? other_bits : 0);
	return other && missing ? -EIO : 0;
}

#include "../../hv/vmx/same.c"

static int check(u32 msr, u64 bits)
{
	cpu = 1;
	vmx_same_note();
	cpu = 3;
	other_msr = msr;
	other_bits = bits;
	*said = '\0';
	return vmx_same_check();
}

void test_same(void)
{
	u32 i;

	report_prefix("same VMX on all CPUs");
	report(!check(0, 0) && !*said, "CPUs that are the same are taken");
	for (i = 0; i < ARRAY_SIZE(msrs); i++) {
		char number[16];

		snprintf(number, sizeof(number), "%#x", msrs[i].msr);
		report(check(msrs[i].msr, 1ull << 2) == -EIO && strstr(said, "CPU 3 is not") &&
		       strstr(said, "CPU 1") && strstr(said, msrs[i].name) && strstr(said, number) &&
		       strstr(said, "cpu3/online"),
		       "another %s is refused, by CPU, name, number and cure", msrs[i].name);
	}
	report(!check(MSR_IA32_FEAT_CTL, 1ull << 20),
	       "but of IA32_FEATURE_CONTROL only VMX and its lock matter");
	missing = true;
	report(check(MSR_IA32_VMX_PROCBASED_CTLS2, 0) == -EIO, "nor may a CPU lack one");
	missing = false;
	report_equal(kernel.preempt_off, 0, "preemption is on again");
}
