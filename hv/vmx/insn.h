/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VMX instructions, one wrapper each (SDM 3C, chapter 31). They return 0
 * or -EIO for VMfailInvalid and VMfailValid; a VMREAD or VMWRITE that fails
 * is a bug of ours and is warned of by field.
 *
 * Context: interrupts off; the current VMCS is the caller's business.
 */
#ifndef HV_VMX_INSN_H
#define HV_VMX_INSN_H

/* clang-format takes asm goto labels apart. */
/* clang-format off */

/* The types of INVEPT (SDM 3C, 31.3) and INVVPID. */
enum invept_type { INVEPT_SINGLE = 1, INVEPT_ALL = 2 };
enum invvpid_type { INVVPID_ADDR = 0, INVVPID_SINGLE = 1, INVVPID_ALL = 2 };

#ifdef __KERNEL__

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/types.h>

static inline int vmxon(u64 region_hpa)
{
	/* Faults where firmware or another hypervisor forbids it. */
	asm goto("1: vmxon %[region]\n\t"
		 "jbe %l[failed]\n\t"
		 _ASM_EXTABLE(1b, %l[failed])
		 : : [region] "m"(region_hpa) : "cc", "memory" : failed);
	return 0;
failed:
	return -EIO;
}

static inline void vmxoff(void)
{
	asm volatile("1: vmxoff\n\t"
		     "2:\n\t"
		     _ASM_EXTABLE(1b, 2b)
		     : : : "cc", "memory");
}

static inline int vmclear(u64 vmcs_hpa)
{
	asm goto("vmclear %[vmcs]\n\t"
		 "jbe %l[failed]"
		 : : [vmcs] "m"(vmcs_hpa) : "cc", "memory" : failed);
	return 0;
failed:
	return -EIO;
}

static inline int vmptrld(u64 vmcs_hpa)
{
	asm goto("vmptrld %[vmcs]\n\t"
		 "jbe %l[failed]"
		 : : [vmcs] "m"(vmcs_hpa) : "cc", "memory" : failed);
	return 0;
failed:
	return -EIO;
}

static __always_inline u64 vmread(unsigned long field)
{
	unsigned long value;
	bool failed;

	asm volatile("vmread %[field], %[value]"
		     : [value] "=r"(value), "=@ccbe"(failed)
		     : [field] "r"(field) : "memory");
	if (WARN_ONCE(failed, "hvbench: VMREAD of field %lx failed\n", field))
		return 0;
	return value;
}

static __always_inline void vmwrite(unsigned long field, u64 value)
{
	bool failed;

	asm volatile("vmwrite %[value], %[field]"
		     : "=@ccbe"(failed)
		     : [field] "r"(field), [value] "r"((unsigned long)value)
		     : "memory");
	WARN_ONCE(failed, "hvbench: VMWRITE of %llx to field %lx failed, error %llu\n",
		  value, field, vmread(0x4400 /* VM_INSTRUCTION_ERROR */));
}

static inline int invept(enum invept_type type, u64 eptp)
{
	struct {
		u64 eptp, reserved;
	} operand = { eptp, 0 };

	asm goto("invept %[operand], %[type]\n\t"
		 "jbe %l[failed]"
		 : : [operand] "m"(operand), [type] "r"((unsigned long)type)
		 : "cc", "memory" : failed);
	return 0;
failed:
	WARN_ONCE(1, "hvbench: INVEPT type %d of %llx failed\n", type, eptp);
	return -EIO;
}

static inline int invvpid(enum invvpid_type type, u16 vpid, u64 gva)
{
	struct {
		u64 vpid, gva;
	} operand = { vpid, gva };

	asm goto("invvpid %[operand], %[type]\n\t"
		 "jbe %l[failed]"
		 : : [operand] "m"(operand), [type] "r"((unsigned long)type)
		 : "cc", "memory" : failed);
	return 0;
failed:
	WARN_ONCE(1, "hvbench: INVVPID type %d of VPID %u, %llx failed\n", type, vpid, gva);
	return -EIO;
}

#else /* an ordinary process */

#include "shim_process.h" /* found by -I tests/host */
#include "insn_process.h"

#endif

#endif
