/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One inline function per instruction that C has no word for. Those that
 * flush the TLB are not to be called directly: flush.h counts them.
 */
#ifndef RUNTIME_CPU_H
#define RUNTIME_CPU_H

#include "types.h"
#include "uapi/guest.h"

#define CR0_PE BIT(0)
#define CR0_ET BIT(4)
#define CR0_NE BIT(5)
#define CR0_WP BIT(16)
#define CR0_NW BIT(29)
#define CR0_PG BIT(31)
#define CR4_PAE BIT(5)
#define CR4_PGE BIT(7)
#define CR4_LA57 BIT(12)
#define CR4_PCIDE BIT(17)
#define CR4_SMEP BIT(20)
#define CR4_SMAP BIT(21)
#define CR3_PCID 0xfffull
#define CR3_NO_FLUSH BIT(63) /* of a load with PCIDs on; it reads 0 */
#define MSR_EFER 0xc0000080u
#define EFER_LME BIT(8)
#define EFER_LMA BIT(10)
#define EFER_NXE BIT(11)

#define CPU_READ_REGISTER(name, reg)                                            \
	static inline u64 name(void)                                            \
	{                                                                       \
		u64 value;                                                      \
                                                                                \
		__asm__ volatile("movq %%" reg ", %0" : "=r"(value)::"memory"); \
		return value;                                                   \
	}

CPU_READ_REGISTER(cpu_read_cr0, "cr0")
CPU_READ_REGISTER(cpu_read_cr2, "cr2")
CPU_READ_REGISTER(cpu_read_cr3, "cr3")
CPU_READ_REGISTER(cpu_read_cr4, "cr4")

static inline void cpu_write_cr0(u64 value)
{
	__asm__ volatile("movq %0, %%cr0" ::"r"(value) : "memory");
}

static inline void cpu_write_cr2(u64 value)
{
	__asm__ volatile("movq %0, %%cr2" ::"r"(value) : "memory");
}

static inline void cpu_write_cr3(u64 value)
{
	__asm__ volatile("movq %0, %%cr3" ::"r"(value) : "memory");
}

static inline void cpu_write_cr4(u64 value)
{
	__asm__ volatile("movq %0, %%cr4" ::"r"(value) : "memory");
}

static inline void cpu_invlpg(u64 gva)
{
	__asm__ volatile("invlpg (%0)" ::"r"(gva) : "memory");
}

/* The types of INVPCID (SDM 2A, INVPCID). */
#define INVPCID_ADDRESS 0
#define INVPCID_SINGLE 1
#define INVPCID_ALL 2 /* global translations too */
#define INVPCID_NON_GLOBAL 3

struct invpcid_operand {
	u64 pcid, gva;
};

static inline void cpu_invpcid(u64 type, u64 pcid, u64 gva)
{
	struct invpcid_operand operand = { pcid, gva };

	__asm__ volatile("invpcid %0, %1" ::"m"(operand), "r"(type) : "memory");
}

/* RFLAGS.AC: lets a supervisor's explicit accesses through SMAP. */
static inline void cpu_stac(void)
{
	__asm__ volatile("stac" ::: "memory", "cc");
}

static inline void cpu_clac(void)
{
	__asm__ volatile("clac" ::: "memory", "cc");
}

static inline u64 cpu_read_msr(u32 msr)
{
	u32 low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
	return (u64)high << 32 | low;
}

static inline void cpu_write_msr(u32 msr, u64 value)
{
	__asm__ volatile("wrmsr" ::"c"(msr), "a"((u32)value), "d"((u32)(value >> 32)) : "memory");
}

struct cpuid {
	u32 eax, ebx, ecx, edx;
};

static inline struct cpuid cpu_id(u32 leaf)
{
	struct cpuid id;

	__asm__ volatile("cpuid"
			 : "=a"(id.eax), "=b"(id.ebx), "=c"(id.ecx), "=d"(id.edx)
			 : "a"(leaf), "c"(0)
			 : "memory");
	return id;
}

static inline bool cpu_has_pcid(void)
{
	return cpu_id(1).ecx & BIT(17);
}

static inline bool cpu_has_invpcid(void)
{
	return cpu_id(7).ebx & BIT(10);
}

static inline bool cpu_has_smep(void)
{
	return cpu_id(7).ebx & BIT(7);
}

static inline bool cpu_has_smap(void)
{
	return cpu_id(7).ebx & BIT(20);
}

static inline bool cpu_has_gigabyte_pages(void)
{
	return cpu_id(0x80000001).edx & BIT(26);
}

/* LFENCE first: nothing of the measured code may start after the reading. */
static inline u64 cpu_tsc(void)
{
	u32 low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high)::"memory");
	return (u64)high << 32 | low;
}

static inline void cpu_out8(u16 port, u8 value)
{
	__asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port) : "memory");
}

static inline u8 cpu_in8(u16 port)
{
	u8 value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline void cpu_halt(void)
{
	__asm__ volatile("hlt" ::: "memory");
}

static inline u64 hypercall(u64 number)
{
	__asm__ volatile("vmcall" : "+a"(number)::"memory");
	return number;
}

/* A bell that takes operands and answers in RAX at once: HVBENCH_BELL_LOG_*. */
static inline u64 doorbell_ask(u64 what, u64 first, u64 second)
{
	__asm__ volatile("outl %%eax, %1"
			 : "+a"(what)
			 : "N"(HVBENCH_PORT_DOORBELL), "D"(first), "S"(second)
			 : "memory");
	return what;
}

/* entry.S: a 32-bit OUT to the doorbell. The tool stops us there. */
void doorbell(u32 what);

#endif
