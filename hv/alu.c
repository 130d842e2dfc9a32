// SPDX-License-Identifier: GPL-2.0
/* The integer arithmetic of x86 with its flags, see alu.h. */
#include "alu.h"

/* Zero, sign and parity of a result (SDM 1, 3.4.3.1). */
static u32 flags_of(u64 result, u32 bytes)
{
	u32 flags = 0;

	if (!(result & hv_alu_mask(bytes)))
		flags |= HV_RFLAGS_ZF;
	if (result >> (8 * bytes - 1) & 1)
		flags |= HV_RFLAGS_SF;
	if (!__builtin_parity((u8)result))
		flags |= HV_RFLAGS_PF;
	return flags;
}

/* The carry out of the highest bit, and the others; carries is by bit position. */
static u32 flags_of_sum(u64 a, u64 b, u64 result, u64 carries, u64 overflows, u32 bytes)
{
	u32 top = 8 * bytes - 1, flags = flags_of(result, bytes);

	if (carries >> top & 1)
		flags |= HV_RFLAGS_CF;
	if (overflows >> top & 1)
		flags |= HV_RFLAGS_OF;
	return flags | ((a ^ b ^ result) & HV_RFLAGS_AF);
}

u64 hv_alu_add(u64 a, u64 b, bool carry, u32 bytes, u32 *flags)
{
	u64 sum = a + b + carry;

	*flags = flags_of_sum(a, b, sum, (a & b) | ((a | b) & ~sum), (a ^ sum) & (b ^ sum), bytes);
	return sum;
}

u64 hv_alu_subtract(u64 a, u64 b, bool borrow, u32 bytes, u32 *flags)
{
	u64 difference = a - b - borrow;

	*flags = flags_of_sum(a, b, difference, (~a & b) | ((~a | b) & difference),
			      (a ^ b) & (a ^ difference), bytes);
	return difference;
}

u64 hv_alu(enum hv_alu operation, u64 a, u64 b, bool carry, u32 bytes, u32 *flags)
{
	u64 result;

	switch (operation) {
	case HV_ALU_ADD:
		return hv_alu_add(a, b, false, bytes, flags);
	case HV_ALU_ADC:
		return hv_alu_add(a, b, carry, bytes, flags);
	case HV_ALU_SUB:
		return hv_alu_subtract(a, b, false, bytes, flags);
	case HV_ALU_SBB:
		return hv_alu_subtract(a, b, carry, bytes, flags);
	case HV_ALU_OR:
		result = a | b;
		break;
	case HV_ALU_AND:
		result = a & b;
		break;
	default:
		result = a ^ b;
	}
	/* CF and OF are 0; AF is undefined. */
	*flags = flags_of(result, bytes);
	return result;
}
