/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The CPU that guests see, as masks over what the host's CPUID says: an integer
 * CPU in 64-bit mode. Only features that have no state of their own, or whose
 * state the hypervisor holds, pass; everything else reads 0, so that a guest that
 * asks before it uses stays on solid ground (SDM 2A, CPUID). Every engine shows
 * this CPU, under every MMU.
 */
#ifndef HVBENCH_UAPI_CPUID_H
#define HVBENCH_UAPI_CPUID_H

#define HVBENCH_CPUID_BIT(n) (1u << (n))

#define HVBENCH_CPUID_MAX_BASIC 7u
#define HVBENCH_CPUID_MAX_EXTENDED 0x80000008u

/* Leaf 1: CLFLUSH line size. */
#define HVBENCH_CPUID_1_EBX 0xff00u
/* Leaf 1: CMPXCHG16B, MOVBE, POPCNT; PCID; "a hypervisor is there". */
#define HVBENCH_CPUID_1_ECX (HVBENCH_CPUID_BIT(13) | HVBENCH_CPUID_BIT(22) | HVBENCH_CPUID_BIT(23))
#define HVBENCH_CPUID_1_ECX_PCID HVBENCH_CPUID_BIT(17)
#define HVBENCH_CPUID_1_ECX_HYPERVISOR HVBENCH_CPUID_BIT(31)
/* Leaf 1: PSE, TSC, MSR, PAE, CMPXCHG8B, PGE, CMOV, CLFLUSH. */
#define HVBENCH_CPUID_1_EDX                                                    \
	(HVBENCH_CPUID_BIT(3) | HVBENCH_CPUID_BIT(4) | HVBENCH_CPUID_BIT(5) |  \
	 HVBENCH_CPUID_BIT(6) | HVBENCH_CPUID_BIT(8) | HVBENCH_CPUID_BIT(13) | \
	 HVBENCH_CPUID_BIT(15) | HVBENCH_CPUID_BIT(19))
/* Leaf 7: BMI1, BMI2, fast REP MOVSB; what depends on VMX or a bit of CR4. */
#define HVBENCH_CPUID_7_EBX (HVBENCH_CPUID_BIT(3) | HVBENCH_CPUID_BIT(8) | HVBENCH_CPUID_BIT(9))
#define HVBENCH_CPUID_7_EBX_SMEP HVBENCH_CPUID_BIT(7)
#define HVBENCH_CPUID_7_EBX_INVPCID HVBENCH_CPUID_BIT(10)
#define HVBENCH_CPUID_7_EBX_SMAP HVBENCH_CPUID_BIT(20)
/* Leaf 7: 5-level paging, where the knob la57 has it on. */
#define HVBENCH_CPUID_7_ECX_LA57 HVBENCH_CPUID_BIT(16)
/* Leaf 80000001H: LAHF, LZCNT; NX, 1G pages, long mode. */
#define HVBENCH_CPUID_EXT1_ECX (HVBENCH_CPUID_BIT(0) | HVBENCH_CPUID_BIT(5))
#define HVBENCH_CPUID_EXT1_EDX_1G HVBENCH_CPUID_BIT(26)
#define HVBENCH_CPUID_EXT1_EDX \
	(HVBENCH_CPUID_BIT(20) | HVBENCH_CPUID_EXT1_EDX_1G | HVBENCH_CPUID_BIT(29))
/* Leaf 80000008H: the width of physical addresses; linear ones have that of paging. */
#define HVBENCH_CPUID_EXT8_EAX 0xffu
#define HVBENCH_CPUID_EXT8_LINEAR(bits) ((unsigned int)(bits) << 8)

#endif
