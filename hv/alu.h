/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The integer arithmetic of x86 with its flags, for the emulator: operands of 1,
 * 2, 4 or 8 bytes, zero-extended; what is above them in a result has no meaning.
 * Functions without state.
 */
#ifndef HV_ALU_H
#define HV_ALU_H

#include "decode.h"

#define HV_ARITHMETIC_FLAGS \
	(HV_RFLAGS_CF | HV_RFLAGS_PF | HV_RFLAGS_AF | HV_RFLAGS_ZF | HV_RFLAGS_SF | HV_RFLAGS_OF)

static inline u64 hv_alu_mask(u32 bytes)
{
	return ~0ull >> (64 - 8 * bytes);
}

/* *flags: HV_ARITHMETIC_FLAGS as the result leaves them. */
u64 hv_alu_add(u64 a, u64 b, bool carry, u32 bytes, u32 *flags);
u64 hv_alu_subtract(u64 a, u64 b, bool borrow, u32 bytes, u32 *flags);
u64 hv_alu(enum hv_alu operation, u64 a, u64 b, bool carry, u32 bytes, u32 *flags);

#endif
