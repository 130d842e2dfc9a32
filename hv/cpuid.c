// SPDX-License-Identifier: GPL-2.0
/*
 * CPUID as guests see it: an integer CPU in 64-bit mode. Only features that
 * have no state of their own, or whose state the VMCS holds, pass; everything
 * else reads 0, so that a guest that asks before it uses stays on solid
 * ground. The same under every MMU backend (SDM 2A, CPUID).
 */
#include <asm/processor.h>

#include "vcpu.h"
#include "vmx/capability.h"

#define MAX_BASIC_LEAF 7
#define MAX_EXTENDED_LEAF 0x80000008

/* Leaf 1: CMPXCHG16B, MOVBE, POPCNT; PCID; "a hypervisor is there". */
#define LEAF1_ECX (BIT(13) | BIT(22) | BIT(23))
#define LEAF1_ECX_PCID BIT(17)
#define LEAF1_ECX_HYPERVISOR BIT(31)
/* Leaf 1: PSE, TSC, MSR, PAE, CMPXCHG8B, PGE, CMOV, CLFLUSH. */
#define LEAF1_EDX (BIT(3) | BIT(4) | BIT(5) | BIT(6) | BIT(8) | BIT(13) | BIT(15) | BIT(19))
/* Leaf 7: BMI1, BMI2, fast REP MOVSB; what depends on VMX or a bit of CR4. */
#define LEAF7_EBX (BIT(3) | BIT(8) | BIT(9))
#define LEAF7_EBX_SMEP BIT(7)
#define LEAF7_EBX_INVPCID BIT(10)
#define LEAF7_EBX_SMAP BIT(20)
/* Leaf 7: 5-level paging, where the knob la57 has it on. */
#define LEAF7_ECX_LA57 BIT(16)
/* Leaf 80000001H: LAHF, LZCNT; NX, 1G pages, long mode. */
#define LEAF_EXT1_ECX (BIT(0) | BIT(5))
#define LEAF_EXT1_EDX (BIT(20) | BIT(26) | BIT(29))
/* Leaf 80000008H: the width of physical addresses; linear ones have that of paging. */
#define LEAF_EXT8_EAX 0xff
#define LEAF_EXT8_LINEAR(bits) ((bits) << 8)

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
	return LEAF1_ECX | (vmx_capability.cr4_offered & HV_CR4_PCIDE ? LEAF1_ECX_PCID : 0);
}

static u32 leaf7_ebx(void)
{
	return LEAF7_EBX | (vmx_capability.cr4_offered & HV_CR4_SMEP ? LEAF7_EBX_SMEP : 0) |
	       (vmx_capability.cr4_offered & HV_CR4_SMAP ? LEAF7_EBX_SMAP : 0) |
	       (vmx_capability.invpcid ? LEAF7_EBX_INVPCID : 0);
}

void hv_guest_cpuid(struct hv_vcpu *vcpu)
{
	bool la57 = vcpu->mmu.paging.cr4 & HV_CR4_LA57;
	u32 leaf = vcpu->gpr[HV_RAX], subleaf = vcpu->gpr[HV_RCX];
	u32 eax = 0, ebx = 0, ecx = 0, edx = 0;

	switch (leaf) {
	case 0:
		cpuid_count(0, 0, &eax, &ebx, &ecx, &edx);
		eax = MAX_BASIC_LEAF;
		break;
	case 1:
		pass_registers(leaf, &eax, &ebx, &ecx, &edx,
			       (const u32[]){ ~0u, 0xff00, leaf1_ecx(), LEAF1_EDX });
		ecx |= LEAF1_ECX_HYPERVISOR;
		break;
	case 7:
		if (!subleaf)
			pass_registers(
				leaf, &eax, &ebx, &ecx, &edx,
				(const u32[]){ 0, leaf7_ebx(), la57 ? LEAF7_ECX_LA57 : 0, 0 });
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
		eax |= LEAF_EXT8_LINEAR(la57 ? 57 : 48);
		break;
	}
	vcpu->gpr[HV_RAX] = eax;
	vcpu->gpr[HV_RBX] = ebx;
	vcpu->gpr[HV_RCX] = ecx;
	vcpu->gpr[HV_RDX] = edx;
}
