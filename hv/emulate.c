// SPDX-License-Identifier: GPL-2.0
/*
 * The emulator of instructions that write guest memory, see emulate.h. Every
 * form commits by one access to memory; registers and flags follow it, so that
 * a "no" before it has changed nothing (SDM 2A to 2D, the instructions by name).
 *
 * A read-modify-write is a compare-and-exchange, with and without LOCK, and has
 * to be aligned: a locked access across two cache lines may be forbidden.
 */
#include "alu.h"
#include "emulate.h"

#define GPR_RAX 0
#define GPR_RCX 1
#define GPR_RDX 2
#define GPR_RBX 3
#define GPR_RSP 4
#define GPR_RSI 6
#define GPR_RDI 7

/* Others who write the same word all the time must not hold us up for ever. */
#define MAX_TRIES 16

/* Plain stores and loads of any alignment, one access each. */
typedef u16 u16_any __attribute__((__aligned__(1), __may_alias__));
typedef u32 u32_any __attribute__((__aligned__(1), __may_alias__));
typedef u64 u64_any __attribute__((__aligned__(1), __may_alias__));

static u64 load(const void *at, u32 bytes)
{
	switch (bytes) {
	case 1:
		return *(const volatile u8 *)at;
	case 2:
		return *(const volatile u16_any *)at;
	case 4:
		return *(const volatile u32_any *)at;
	}
	return *(const volatile u64_any *)at;
}

static void store(void *at, u32 bytes, u64 value)
{
	switch (bytes) {
	case 1:
		*(volatile u8 *)at = value;
		return;
	case 2:
		*(volatile u16_any *)at = value;
		return;
	case 4:
		*(volatile u32_any *)at = value;
		return;
	}
	*(volatile u64_any *)at = value;
}

/* What was there; equal to old where next is there now. Aligned. */
static u64 compare_exchange(void *at, u32 bytes, u64 old, u64 next)
{
	switch (bytes) {
	case 1:
		return cmpxchg((u8 *)at, (u8)old, (u8)next);
	case 2:
		return cmpxchg((u16 *)at, (u16)old, (u16)next);
	case 4:
		return cmpxchg((u32 *)at, (u32)old, (u32)next);
	}
	return cmpxchg((u64 *)at, old, next);
}

static u64 exchange(void *at, u32 bytes, u64 value)
{
	switch (bytes) {
	case 1:
		return xchg((u8 *)at, (u8)value);
	case 2:
		return xchg((u16 *)at, (u16)value);
	case 4:
		return xchg((u32 *)at, (u32)value);
	}
	return xchg((u64 *)at, value);
}

/* Without REX, byte registers 4 to 7 are AH, CH, DH, BH (SDM 2A, 3.1.1.1). */
static bool is_high_byte(const struct hv_instruction *insn, u8 number)
{
	return insn->bytes == 1 && !insn->rex && number >= 4;
}

static u64 read_register(const struct hv_emulation *e, const struct hv_instruction *insn, u8 number)
{
	if (is_high_byte(insn, number))
		return e->cpu.gpr[number - 4] >> 8 & 0xff;
	return e->cpu.gpr[number] & hv_alu_mask(insn->bytes);
}

/* A 32-bit result clears the upper half, smaller ones keep the rest. */
static void write_register(struct hv_emulation *e, const struct hv_instruction *insn, u8 number,
			   u64 value)
{
	u64 *gpr = &e->cpu.gpr[number];

	if (is_high_byte(insn, number)) {
		gpr -= 4;
		*gpr = (*gpr & ~0xff00ull) | (value & 0xff) << 8;
	} else if (insn->bytes == 4) {
		*gpr = (u32)value;
	} else {
		*gpr = (*gpr & ~hv_alu_mask(insn->bytes)) | (value & hv_alu_mask(insn->bytes));
	}
}

/* Which bit of its operand a bit instruction takes; modify_bit_by_register() finds the operand. */
static u64 bit_of(const struct hv_emulation *e, const struct hv_instruction *insn)
{
	u64 number = insn->immediate;

	if (insn->form == HV_FORM_BIT_REG)
		number = e->cpu.gpr[insn->reg];
	return BIT_ULL(number & (8 * insn->bytes - 1));
}

static u64 with_bit_changed(enum hv_bit operation, u64 old, u64 bit, u64 rflags, u32 *flags)
{
	*flags = (rflags & HV_ARITHMETIC_FLAGS & ~HV_RFLAGS_CF) | (old & bit ? HV_RFLAGS_CF : 0);
	switch (operation) {
	case HV_BIT_SET:
		return old | bit;
	case HV_BIT_RESET:
		return old & ~bit;
	default:
		return old ^ bit;
	}
}

/* What a read-modify-write makes of the old value, and of the arithmetic flags. */
static u64 modified(const struct hv_emulation *e, const struct hv_instruction *insn, u64 old,
		    u32 *flags)
{
	u64 rflags = e->cpu.rflags, result;
	bool carry = rflags & HV_RFLAGS_CF;
	u32 bytes = insn->bytes;

	switch (insn->form) {
	case HV_FORM_ALU_REG:
		return hv_alu(insn->operation, old, read_register(e, insn, insn->reg), carry, bytes,
			      flags);
	case HV_FORM_ALU_IMM:
		return hv_alu(insn->operation, old, insn->immediate & hv_alu_mask(bytes), carry,
			      bytes, flags);
	case HV_FORM_XADD:
		return hv_alu_add(old, read_register(e, insn, insn->reg), false, bytes, flags);
	case HV_FORM_NOT:
		*flags = rflags & HV_ARITHMETIC_FLAGS;
		return ~old;
	case HV_FORM_NEG:
		return hv_alu_subtract(0, old, false, bytes, flags);
	case HV_FORM_INC:
	case HV_FORM_DEC:
		result = insn->form == HV_FORM_INC ? hv_alu_add(old, 1, false, bytes, flags)
						   : hv_alu_subtract(old, 1, false, bytes, flags);
		*flags = (*flags & ~HV_RFLAGS_CF) | (rflags & HV_RFLAGS_CF);
		return result;
	default: /* BIT_REG, BIT_IMM */
		return with_bit_changed(insn->operation, old, bit_of(e, insn), rflags, flags);
	}
}

static void set_flags(struct hv_emulation *e, u32 flags)
{
	e->cpu.rflags = (e->cpu.rflags & ~(u64)HV_ARITHMETIC_FLAGS) | flags;
}

/* The place of a write, or NULL where it is not in the page, all of it. */
static void *place(struct hv_emulation *e, u64 address, u32 bytes)
{
	u32 offset = address & (HV_PAGE_BYTES - 1);

	if (unlikely((address ^ e->gva) >> HV_PAGE_SHIFT || offset + bytes > HV_PAGE_BYTES))
		return NULL;
	e->offset = offset;
	e->bytes = bytes;
	return e->page + offset;
}

static void *aligned_place(struct hv_emulation *e, u64 address, u32 bytes)
{
	return address & (bytes - 1) ? NULL : place(e, address, bytes);
}

static bool write_plainly(struct hv_emulation *e, u64 address, u32 bytes, u64 value)
{
	void *at = place(e, address, bytes);

	if (unlikely(!at))
		return false;
	store(at, bytes, value);
	return true;
}

static bool modify(struct hv_emulation *e, const struct hv_instruction *insn, u64 address)
{
	void *at = aligned_place(e, address, insn->bytes);
	u32 flags, tries;
	u64 old, next;

	if (!at)
		return false;
	for (tries = 0; tries < MAX_TRIES; tries++) {
		old = load(at, insn->bytes);
		next = modified(e, insn, old, &flags);
		if (compare_exchange(at, insn->bytes, old, next) != old)
			continue;
		if (insn->form == HV_FORM_XADD)
			write_register(e, insn, insn->reg, old);
		set_flags(e, flags);
		return true;
	}
	return false;
}

/* A register's bit offset is signed and reaches beyond the operand (SDM 2A, 3.1.1.9). */
static bool modify_bit_by_register(struct hv_emulation *e, const struct hv_instruction *insn)
{
	u32 shift = 64 - 8 * insn->bytes;
	s64 number = (s64)(e->cpu.gpr[insn->reg] << shift) >> shift;
	s64 distance = (number >> (insn->bytes == 2 ? 4 : insn->bytes == 4 ? 5 : 6)) * insn->bytes;
	u64 address = insn->address - insn->segment_base + distance;

	if (insn->address32)
		address = (u32)address;
	return modify(e, insn, address + insn->segment_base);
}

static bool exchange_register(struct hv_emulation *e, const struct hv_instruction *insn)
{
	void *at = aligned_place(e, insn->address, insn->bytes);

	if (!at)
		return false;
	write_register(e, insn, insn->reg,
		       exchange(at, insn->bytes, read_register(e, insn, insn->reg)));
	return true;
}

/* Without a match the CPU writes the old value back: nothing changes. */
static bool exchange_if_equal(struct hv_emulation *e, const struct hv_instruction *insn)
{
	u64 expected = read_register(e, insn, GPR_RAX), old;
	void *at = aligned_place(e, insn->address, insn->bytes);
	u32 flags;

	if (!at)
		return false;
	old = compare_exchange(at, insn->bytes, expected, read_register(e, insn, insn->reg));
	hv_alu_subtract(expected, old, false, insn->bytes, &flags);
	set_flags(e, flags);
	if (old != expected)
		write_register(e, insn, GPR_RAX, old);
	return true;
}

static bool exchange_16_bytes(u64 *gpr, void *at)
{
	bool equal;

	asm volatile("lock cmpxchg16b %[at]"
		     : [at] "+m"(*(char(*)[16])at), "=@ccz"(equal), "+a"(gpr[GPR_RAX]),
		       "+d"(gpr[GPR_RDX])
		     : "b"(gpr[GPR_RBX]), "c"(gpr[GPR_RCX])
		     : "memory");
	return equal;
}

static bool exchange_8_bytes(u64 *gpr, void *at)
{
	u64 expected = gpr[GPR_RDX] << 32 | (u32)gpr[GPR_RAX];
	u64 old = cmpxchg((u64 *)at, expected, gpr[GPR_RCX] << 32 | (u32)gpr[GPR_RBX]);

	if (old == expected)
		return true;
	gpr[GPR_RAX] = (u32)old;
	gpr[GPR_RDX] = old >> 32;
	return false;
}

static bool exchange_pair(struct hv_emulation *e, const struct hv_instruction *insn)
{
	void *at = aligned_place(e, insn->address, insn->bytes);
	bool equal;

	if (!at)
		return false;
	if (insn->bytes == 16)
		equal = exchange_16_bytes(e->cpu.gpr, at);
	else
		equal = exchange_8_bytes(e->cpu.gpr, at);
	e->cpu.rflags &= ~(u64)HV_RFLAGS_ZF;
	if (equal)
		e->cpu.rflags |= HV_RFLAGS_ZF;
	return true;
}

/* Guest memory of an instruction's other operand, in one page or two. */
static bool read_memory(const struct hv_emulation *e, u64 gva, u32 bytes, u64 *value)
{
	u32 left = min_t(u64, bytes, HV_PAGE_BYTES - (gva & (HV_PAGE_BYTES - 1)));

	*value = 0;
	return e->cpu.read(e->cpu.context, gva, value, left, false) &&
	       (left == bytes ||
		e->cpu.read(e->cpu.context, gva + left, (u8 *)value + left, bytes - left, false));
}

static bool push(struct hv_emulation *e, const struct hv_instruction *insn)
{
	u64 *rsp = &e->cpu.gpr[GPR_RSP], value;

	if (insn->form == HV_FORM_PUSH_REG)
		value = e->cpu.gpr[insn->reg];
	else if (insn->form == HV_FORM_PUSH_IMM)
		value = insn->immediate;
	else if (!read_memory(e, insn->address, insn->bytes, &value))
		return false;
	if (!write_plainly(e, *rsp - insn->bytes, insn->bytes, value))
		return false;
	*rsp -= insn->bytes;
	return true;
}

/* A string instruction's address or count, as wide as its addresses. */
static u64 string_register(const struct hv_emulation *e, const struct hv_instruction *insn,
			   u8 number)
{
	return insn->address32 ? (u32)e->cpu.gpr[number] : e->cpu.gpr[number];
}

static void move_string_register(struct hv_emulation *e, const struct hv_instruction *insn,
				 u8 number, s64 distance)
{
	u64 value = e->cpu.gpr[number] + distance;

	e->cpu.gpr[number] = insn->address32 ? (u32)value : value;
}

static bool one_iteration(struct hv_emulation *e, const struct hv_instruction *insn)
{
	s64 step = e->cpu.rflags & HV_RFLAGS_DF ? -(s64)insn->bytes : insn->bytes;
	u64 value = e->cpu.gpr[GPR_RAX];

	if (insn->form == HV_FORM_MOVS &&
	    !read_memory(e, string_register(e, insn, GPR_RSI) + insn->segment_base, insn->bytes,
			 &value))
		return false;
	/* ES has no base in 64-bit mode. */
	if (!write_plainly(e, string_register(e, insn, GPR_RDI), insn->bytes, value))
		return false;
	move_string_register(e, insn, GPR_RDI, step);
	if (insn->form == HV_FORM_MOVS)
		move_string_register(e, insn, GPR_RSI, step);
	return true;
}

/* *complete is false where iterations are left: RIP stays. */
static bool string(struct hv_emulation *e, const struct hv_instruction *insn, bool *complete)
{
	u32 low = HV_PAGE_BYTES, high = 0;

	if (!insn->rep)
		return one_iteration(e, insn);
	while (string_register(e, insn, GPR_RCX) && one_iteration(e, insn)) {
		move_string_register(e, insn, GPR_RCX, -1);
		low = min(low, e->offset);
		high = max(high, e->offset + e->bytes);
	}
	*complete = !string_register(e, insn, GPR_RCX);
	e->offset = high ? low : 0;
	e->bytes = high ? high - low : 0;
	return high || *complete;
}

static bool execute(struct hv_emulation *e, const struct hv_instruction *insn, bool *complete)
{
	switch (insn->form) {
	case HV_FORM_MOV_REG:
		return write_plainly(e, insn->address, insn->bytes,
				     read_register(e, insn, insn->reg));
	case HV_FORM_MOV_IMM:
		return write_plainly(e, insn->address, insn->bytes, insn->immediate);
	case HV_FORM_MOV_OFFSET:
		return write_plainly(e, insn->address, insn->bytes, e->cpu.gpr[GPR_RAX]);
	case HV_FORM_XCHG:
		return exchange_register(e, insn);
	case HV_FORM_CMPXCHG:
		return exchange_if_equal(e, insn);
	case HV_FORM_CMPXCHG_PAIR:
		return exchange_pair(e, insn);
	case HV_FORM_XADD:
	case HV_FORM_ALU_REG:
	case HV_FORM_ALU_IMM:
	case HV_FORM_NOT:
	case HV_FORM_NEG:
	case HV_FORM_INC:
	case HV_FORM_DEC:
	case HV_FORM_BIT_IMM:
		return modify(e, insn, insn->address);
	case HV_FORM_BIT_REG:
		return modify_bit_by_register(e, insn);
	case HV_FORM_STOS:
	case HV_FORM_MOVS:
		return string(e, insn, complete);
	case HV_FORM_PUSH_REG:
	case HV_FORM_PUSH_IMM:
	case HV_FORM_PUSH_MEM:
		return push(e, insn);
	case HV_FORM_INVPCID: /* it writes nothing */
	case HV_FORM_NONE:
		break;
	}
	return false;
}

bool hv_emulate(struct hv_emulation *e)
{
	struct hv_instruction insn;
	bool complete = true;

	/* A step would trap; a user's access might be #AC. */
	if (unlikely(e->cpu.rflags & (HV_RFLAGS_TF | HV_RFLAGS_AC) &&
		     (e->cpu.rflags & HV_RFLAGS_TF || e->cpu.cpl == 3)))
		return false;
	if (unlikely(!hv_decode(&e->cpu, &insn) || !execute(e, &insn, &complete)))
		return false;
	if (complete) {
		e->cpu.rip += insn.length;
		e->cpu.rflags &= ~(u64)HV_RFLAGS_RF;
	}
	return true;
}
