// SPDX-License-Identifier: GPL-2.0
/* CPUID as guests see it; which CPU that is, uapi/cpuid.h says. */
#include <asm/processor.h>

#include "compat.h"
#include "uapi/cpuid.h"
#include "vcpu.h"
#include "vmx/capability.h"

static void pass_registers(u32 leaf, u32 *eax, u32 *ebx, u32 *ecx, u32 *edx, const u32 mask[4])
{
	cpuid_count(leaf, 0, eax, ebx, ecx, edx);
	*eax &= mask[0];
	*ebx &= mask[1];
	*ecx &= mask[2];
	*edx &= mask[3];
}

static u32 leaf1_ecx(void)
{
	return HVBENCH_CPUID_1_ECX |
	       (vmx_capability.cr4_offered & HV_CR4_PCIDE ? HVBENCH_CPUID_1_ECX_PCID : 0);
}

static u32 leaf7_ebx(void)
{
	return HVBENCH_CPUID_7_EBX |
	       (vmx_capability.cr4_offered & HV_CR4_SMEP ? HVBENCH_CPUID_7_EBX_SMEP : 0) |
	       (vmx_capability.cr4_offered & HV_CR4_SMAP ? HVBENCH_CPUID_7_EBX_SMAP : 0) |
	       (vmx_capability.invpcid ? HVBENCH_CPUID_7_EBX_INVPCID : 0);
}

static u32 ext1_edx(void)
{
	return HVBENCH_CPUID_EXT1_EDX &
	       ~(vmx_capability.gigabyte_pages ? 0 : HVBENCH_CPUID_EXT1_EDX_1G);
}

void hv_guest_cpuid(struct hv_vcpu *vcpu)
{
	bool la57 = vcpu->mmu.paging.cr4 & HV_CR4_LA57;
	u32 leaf = vcpu->gpr[HV_RAX], subleaf = vcpu->gpr[HV_RCX];
	u32 eax = 0, ebx = 0, ecx = 0, edx = 0;

	switch (leaf) {
	case 0:
		cpuid_count(0, 0, &eax, &ebx, &ecx, &edx);
		eax = HVBENCH_CPUID_MAX_BASIC;
		break;
	case 1:
		pass_registers(leaf, &eax, &ebx, &ecx, &edx,
			       (const u32[]){ ~0u, HVBENCH_CPUID_1_EBX, leaf1_ecx(),
					      HVBENCH_CPUID_1_EDX });
		ecx |= HVBENCH_CPUID_1_ECX_HYPERVISOR;
		break;
	case 7:
		if (!subleaf)
			pass_registers(leaf, &eax, &ebx, &ecx, &edx,
				       (const u32[]){ 0, leaf7_ebx(),
						      la57 ? HVBENCH_CPUID_7_ECX_LA57 : 0, 0 });
		break;
	case 0x80000000:
		eax = HVBENCH_CPUID_MAX_EXTENDED;
		break;
	case 0x80000001:
		pass_registers(
			leaf, &eax, &ebx, &ecx, &edx,
			(const u32[]){ 0, 0, HVBENCH_CPUID_EXT1_ECX, ext1_edx() });
		break;
	case 0x80000008:
		pass_registers(leaf, &eax, &ebx, &ecx, &edx,
			       (const u32[]){ HVBENCH_CPUID_EXT8_EAX, 0, 0, 0 });
		eax |= HVBENCH_CPUID_EXT8_LINEAR(la57 ? 57 : 48);
		break;
	}
	vcpu->gpr[HV_RAX] = eax;
	vcpu->gpr[HV_RBX] = ebx;
	vcpu->gpr[HV_RCX] = ecx;
	vcpu->gpr[HV_RDX] = edx;
}
