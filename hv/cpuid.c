// SPDX-License-Identifier: GPL-2.0
/*
 * CPUID as guests see it: an integer CPU in 64-bit mode. Only features that
 * have no state of their own, or whose state the VMCS holds, pass; everything
 * else reads 0, so that a guest that asks before it uses stays on solid
 * ground. The same under every MMU backend (SDM 2A, CPUID).
 */
#include <asm/processor.h>

#include "vcpu.h"

#define MAX_BASIC_LEAF 7
#define MAX_EXTENDED_LEAF 0x80000008

/* Leaf 1: CMPXCHG16B, MOVBE, POPCNT; "a hypervisor is there". */
#define LEAF1_ECX (BIT(13) | BIT(22) | BIT(23))
#define LEAF1_ECX_HYPERVISOR BIT(31)
/* Leaf 1: PSE, TSC, MSR, PAE, CMPXCHG8B, PGE, CMOV, CLFLUSH. */
#define LEAF1_EDX (BIT(3) | BIT(4) | BIT(5) | BIT(6) | BIT(8) | BIT(13) | BIT(15) | BIT(19))
/* Leaf 7: BMI1, BMI2, fast REP MOVSB. */
#define LEAF7_EBX (BIT(3) | BIT(8) | BIT(9))
/* Leaf 80000001H: LAHF, LZCNT; NX, 1G pages, long mode. */
#define LEAF_EXT1_ECX (BIT(0) | BIT(5))
#define LEAF_EXT1_EDX (BIT(20) | BIT(26) | BIT(29))
/* Leaf 80000008H: the width of physical and linear addresses. */
#define LEAF_EXT8_EAX 0xffff

static void pass_registers(u32 leaf, u32 *eax, u32 *ebx, u32 *ecx, u32 *edx, const u32 mask[4])
{
	cpuid_count(leaf, 0, eax, ebx, ecx, edx);
	*eax &= mask[0];
	*ebx &= mask[1];
	*ecx &= mask[2];
	*edx &= mask[3];
}

void hv_guest_cpuid(struct hv_vcpu *vcpu)
{
	u32 leaf = vcpu->gpr[HV_RAX], subleaf = vcpu->gpr[HV_RCX];
	u32 eax = 0, ebx = 0, ecx = 0, edx = 0;

	switch (leaf) {
	case 0:
		cpuid_count(0, 0, &eax, &ebx, &ecx, &edx);
		eax = MAX_BASIC_LEAF;
		break;
	case 1:
		pass_registers(leaf, &eax, &ebx, &ecx, &edx,
			       (const u32[]){ ~0u, 0xff00, LEAF1_ECX, LEAF1_EDX });
		ecx |= LEAF1_ECX_HYPERVISOR;
		break;
	case 7:
		if (!subleaf)
			pass_registers(leaf, &eax, &ebx, &ecx, &edx,
				       (const u32[]){ 0, LEAF7_EBX, 0, 0 });
		break;
	case 0x80000000:
		eax = MAX_EXTENDED_LEAF;
		break;
	case 0x80000001:
		pass_registers(leaf, &eax, &ebx, &ecx, &edx,
			       (const u32[]){ 0, 0, LEAF_EXT1_ECX, LEAF_EXT1_EDX });
		break;
	case 0x80000008:
		pass_registers(leaf, &eax, &ebx, &ecx, &edx,
			       (const u32[]){ LEAF_EXT8_EAX, 0, 0, 0 });
		break;
	}
	vcpu->gpr[HV_RAX] = eax;
	vcpu->gpr[HV_RBX] = ebx;
	vcpu->gpr[HV_RCX] = ecx;
	vcpu->gpr[HV_RDX] = edx;
}
