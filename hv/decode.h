/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The decoder of the guest's instructions: 64-bit mode, and of it the forms
 * that write memory (for emulate.c) and INVPCID. Pure logic that builds in a
 * process too; it trusts neither the bytes nor what they lead to.
 */
#ifndef HV_DECODE_H
#define HV_DECODE_H

#include "shim.h"

#define HV_RFLAGS_CF BIT(0)
#define HV_RFLAGS_PF BIT(2)
#define HV_RFLAGS_AF BIT(4)
#define HV_RFLAGS_ZF BIT(6)
#define HV_RFLAGS_SF BIT(7)
#define HV_RFLAGS_TF BIT(8)
#define HV_RFLAGS_DF BIT(10)
#define HV_RFLAGS_OF BIT(11)
#define HV_RFLAGS_RF BIT(16)
#define HV_RFLAGS_AC BIT(18)

/* The guest where its instruction begins. */
struct hv_cpu_view {
	u64 *gpr; /* 16, by the hardware's numbers, RSP included */
	u64 rip, rflags, fs_base, gs_base;
	u32 cpl;
	/*
	 * Copies guest memory, all in one page, as the guest's own fetch or data
	 * read would at its CPL; false where that would fault.
	 */
	bool (*read)(void *context, u64 gva, void *to, u32 bytes, bool fetch);
	void *context;
};

enum hv_form {
	HV_FORM_NONE,
	HV_FORM_MOV_REG, /* also MOVNTI */
	HV_FORM_MOV_IMM,
	HV_FORM_MOV_OFFSET, /* the accumulator to an address in the instruction */
	HV_FORM_XCHG,
	HV_FORM_XADD,
	HV_FORM_CMPXCHG,
	HV_FORM_CMPXCHG_PAIR, /* CMPXCHG8B and 16B */
	HV_FORM_ALU_REG,
	HV_FORM_ALU_IMM,
	HV_FORM_NOT,
	HV_FORM_NEG,
	HV_FORM_INC,
	HV_FORM_DEC,
	HV_FORM_BIT_REG, /* BTS, BTR, BTC */
	HV_FORM_BIT_IMM,
	HV_FORM_STOS,
	HV_FORM_MOVS,
	HV_FORM_PUSH_REG,
	HV_FORM_PUSH_IMM,
	HV_FORM_PUSH_MEM,
	HV_FORM_INVPCID,
};

/* The operation of HV_FORM_ALU_*, in the order of the hardware's numbers. */
enum hv_alu { HV_ALU_ADD, HV_ALU_OR, HV_ALU_ADC, HV_ALU_SBB, HV_ALU_AND, HV_ALU_SUB, HV_ALU_XOR };
/* And of HV_FORM_BIT_*. */
enum hv_bit { HV_BIT_SET = 1, HV_BIT_RESET, HV_BIT_COMPLEMENT };

struct hv_instruction {
	enum hv_form form;
	u8 length;
	u8 bytes; /* of the operand */
	u8 operation; /* enum hv_alu or hv_bit */
	u8 reg; /* the register operand */
	bool rex; /* byte registers 4 to 7 are SPL to DIL */
	bool lock, rep, address32;
	u64 segment_base; /* 0, or that of FS or GS where overridden */
	u64 address; /* linear, of the memory operand; not for STOS, MOVS, PUSH_REG, PUSH_IMM */
	u64 immediate; /* sign-extended where the hardware does it */
};

/* False: not one of these forms, or one that would fault. */
bool hv_decode(const struct hv_cpu_view *cpu, struct hv_instruction *insn);

#endif
