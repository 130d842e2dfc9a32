// SPDX-License-Identifier: GPL-2.0
/* Random instructions that write memory, see trial.h. */
#include "emulate.h"
#include "trial.h"

struct rng trial_rng;

static u64 interesting(void)
{
	static const u64 values[] = { 0,	  1,	      2,	  ~0ull,	0x7f,
				      0x80,	  0xff,	      0x7fff,	  0x8000,	0x7fffffff,
				      0x80000000, 0xffffffff, 1ull << 63, ~(1ull << 63) };

	return rng_below(&trial_rng, 3) ? rng_next(&trial_rng)
					: values[rng_below(&trial_rng, ARRAY_SIZE(values))];
}

static void emit(struct trial *t, u8 byte)
{
	t->byte[t->nr++] = byte;
}

static void emit_number(struct trial *t, u64 value, u32 bytes)
{
	while (bytes--) {
		emit(t, value);
		value >>= 8;
	}
}

#define BYTE_OP BIT(0)
#define RMW_OP BIT(1) /* refused where not aligned; takes LOCK */
#define IMM_8 BIT(2)
#define IMM_Z BIT(3)
#define NO_16 BIT(4) /* no operand-size prefix */
#define BITS BIT(5) /* a register's bit offset moves the address */
#define PUSHES BIT(6)
#define PAIR BIT(7)

#define U_AF 1
#define U_ALL_BUT_CF_ZF 2

#define ALU_OPS(name, n, undefined)                                        \
	{ name, 0, (n) << 3, -1, BYTE_OP | RMW_OP, undefined },            \
		{ name, 0, (n) << 3 | 1, -1, RMW_OP, undefined },          \
		{ name, 0, 0x80, n, BYTE_OP | RMW_OP | IMM_8, undefined }, \
		{ name, 0, 0x81, n, RMW_OP | IMM_Z, undefined },           \
	{                                                                  \
		name, 0, 0x83, n, RMW_OP | IMM_8, undefined                \
	}
#define BIT_OPS(name, code, digit)                                       \
	{ name, 0x0f, code, -1, RMW_OP | BITS, U_ALL_BUT_CF_ZF },        \
	{                                                                \
		name, 0x0f, 0xba, digit, RMW_OP | IMM_8, U_ALL_BUT_CF_ZF \
	}
#define BOTH(name, map, code, digit, flags)               \
	{ name, map, code, digit, (flags) | BYTE_OP, 0 }, \
	{                                                 \
		name, map, (code) + 1, digit, flags, 0    \
	}

const struct opcode trial_opcodes[] = {
	ALU_OPS("ADD", 0, 0),
	ALU_OPS("OR", 1, U_AF),
	ALU_OPS("ADC", 2, 0),
	ALU_OPS("SBB", 3, 0),
	ALU_OPS("AND", 4, U_AF),
	ALU_OPS("SUB", 5, 0),
	ALU_OPS("XOR", 6, U_AF),
	BOTH("MOV", 0, 0x88, -1, 0),
	{ "MOV", 0, 0xc6, 0, BYTE_OP | IMM_8, 0 },
	{ "MOV", 0, 0xc7, 0, IMM_Z, 0 },
	{ "MOVNTI", 0x0f, 0xc3, -1, NO_16, 0 },
	BOTH("XCHG", 0, 0x86, -1, RMW_OP),
	BOTH("XADD", 0x0f, 0xc0, -1, RMW_OP),
	BOTH("CMPXCHG", 0x0f, 0xb0, -1, RMW_OP),
	{ "CMPXCHG8B/16B", 0x0f, 0xc7, 1, RMW_OP | NO_16 | PAIR, 0 },
	BOTH("NOT", 0, 0xf6, 2, RMW_OP),
	BOTH("NEG", 0, 0xf6, 3, RMW_OP),
	BOTH("INC", 0, 0xfe, 0, RMW_OP),
	BOTH("DEC", 0, 0xfe, 1, RMW_OP),
	BIT_OPS("BTS", 0xab, 5),
	BIT_OPS("BTR", 0xb3, 6),
	BIT_OPS("BTC", 0xbb, 7),
	{ "PUSH", 0, 0xff, 6, PUSHES, 0 },
};

const u32 trial_nr_opcodes = ARRAY_SIZE(trial_opcodes);

struct prefixes {
	bool operand, address, lock, gs, rex;
	u8 rex_bits;
};

static struct prefixes choose_prefixes(u32 flags)
{
	struct prefixes p = {
		.operand = !(flags & NO_16) && !rng_below(&trial_rng, 3),
		.address = !rng_below(&trial_rng, 4),
		.lock = flags & RMW_OP && rng_below(&trial_rng, 2),
		.gs = !rng_below(&trial_rng, 4),
		.rex = rng_below(&trial_rng, 3),
	};

	if (p.rex)
		p.rex_bits = rng_below(&trial_rng, 16);
	return p;
}

static void emit_prefixes(struct trial *t, const struct prefixes *p)
{
	u8 list[8];
	u32 nr = 0, i;

	if (p->operand)
		list[nr++] = 0x66;
	if (p->address)
		list[nr++] = 0x67;
	if (p->lock)
		list[nr++] = 0xf0;
	if (p->gs)
		list[nr++] = 0x65;
	for (i = 0; i < nr; i++) {
		u32 other = i + rng_below(&trial_rng, nr - i);

		swap(list[i], list[other]);
	}
	for (i = 0; i < nr; i++)
		emit(t, list[i]);
	if (p->rex)
		emit(t, 0x40 | p->rex_bits);
}

static u32 width(const struct prefixes *p, u32 flags)
{
	if (flags & BYTE_OP)
		return 1;
	if (flags & PAIR)
		return p->rex_bits & 8 ? 16 : 8;
	return p->rex_bits & 8 ? 8 : p->operand ? 2 : flags & PUSHES ? 8 : 4;
}

/* A place in the two middle pages, often at a page's end, often aligned. */
static u64 choose_target(u32 bytes)
{
	u64 target = DATA_GVA + PAGE + rng_below(&trial_rng, 2 * PAGE - 16);

	if (!rng_below(&trial_rng, 4))
		target = DATA_GVA + 2 * PAGE - rng_below(&trial_rng, 20);
	return rng_below(&trial_rng, 8) ? target & ~(u64)(bytes - 1) : target;
}

/* Of a register: what makes it hold value, if its upper half does not matter. */
static u64 dirty_upper(const struct prefixes *p, u64 value)
{
	return p->address ? (value & 0xffffffff) | rng_next(&trial_rng) << 32 : value;
}

/*
 * ModRM, SIB and displacement that lead to address (before the segment's base)
 * by way of base and index, absolutely, or from RIP; trailing: bytes of immediate.
 * False where 32 bits of displacement don't reach it.
 */
static bool emit_address(struct trial *t, const struct prefixes *p, u8 reg, u64 address,
			 u32 trailing)
{
	u8 mod, rm, base, index, scale = rng_below(&trial_rng, 4);
	bool sib, based;
	u64 offset = 0;
	s32 disp;

	do {
		mod = rng_below(&trial_rng, 3);
		rm = rng_below(&trial_rng, 8);
		sib = rm == 4;
		base = (sib ? rng_below(&trial_rng, 8) : rm) | (p->rex_bits & 1) << 3;
		index = sib ? rng_below(&trial_rng, 8) | (p->rex_bits & 2) << 2 : RSP;
		based = mod || (base & 7) != 5;
	} while (based && index != RSP && index == base);
	disp = mod == 1 ? (s8)rng_next(&trial_rng) : mod == 2 ? (s32)rng_next(&trial_rng) : 0;
	if (index != RSP) {
		if (!based)
			t->gpr[index] = dirty_upper(p, rng_below(&trial_rng, 1 << 20));
		offset = t->gpr[index] << scale;
	}
	if (based)
		t->gpr[base] = dirty_upper(p, address - offset - disp);
	emit(t, mod << 6 | (reg & 7) << 3 | rm);
	if (sib)
		emit(t, scale << 6 | (index & 7) << 3 | (base & 7));
	if (mod)
		emit_number(t, disp, mod == 1 ? 1 : 4);
	if (based)
		return true;
	address -= sib ? offset : CODE_GVA + t->nr + 4 + trailing;
	emit_number(t, address, 4);
	return p->address || (s32)address == (s64)address;
}

static void begin(struct trial *t)
{
	u32 i;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < 16; i++)
		t->gpr[i] = interesting();
	t->rflags = (rng_next(&trial_rng) & ARITHMETIC) | 2;
	t->defined = ARITHMETIC;
}

/* Makes a comparison succeed half of the time. */
static void expect_old_value(struct trial *t, u32 flags)
{
	u8 *at = (u8 *)t->target;

	if (rng_below(&trial_rng, 2))
		return;
	if (flags & PAIR) {
		u32 half = t->bytes / 2;

		memcpy(&t->gpr[0], at, half);
		memcpy(&t->gpr[2], at + half, half);
	} else {
		memcpy(&t->gpr[0], at, t->bytes);
	}
}

/* The register's bit offset of this trial, in operands. */
static s64 bit_distance(const struct trial *t, u8 reg)
{
	s64 number = t->bytes == 2   ? (s16)t->gpr[reg]
		     : t->bytes == 4 ? (s32)t->gpr[reg]
				     : (s64)t->gpr[reg];
	s64 bits = 8 * t->bytes, operands = number / bits;

	if (number % bits < 0)
		operands--;
	return operands * t->bytes;
}

bool trial_memory_form(struct trial *t, const struct opcode *op)
{
	struct prefixes p = choose_prefixes(op->flags);
	u8 reg = op->digit < 0 ? rng_below(&trial_rng, 8) | (p.rex_bits & 4) << 1 : op->digit;
	u32 immediate, fixed = op->flags & PUSHES ? RSP : reg;
	u64 address, kept;

	begin(t);
	t->bytes = width(&p, op->flags);
	t->target = choose_target(t->bytes);
	t->aligned_only = op->flags & RMW_OP;
	if (op->undefined == U_AF)
		t->defined &= ~0x10u;
	else if (op->undefined == U_ALL_BUT_CF_ZF)
		t->defined = 0x41;
	emit_prefixes(t, &p);
	if (op->map)
		emit(t, op->map);
	emit(t, op->code);
	expect_old_value(t, op->flags);
	address = t->target;
	if (op->flags & PUSHES) {
		address = DATA_GVA + rng_below(&trial_rng, DATA_BYTES - 8);
		t->gpr[RSP] = t->target + t->bytes;
	} else if (op->flags & BITS) {
		if (rng_below(&trial_rng, 2))
			t->gpr[reg] = (s16)t->gpr[reg];
		address -= bit_distance(t, reg);
	}
	if (p.gs)
		address -= GS_BASE;
	immediate = op->flags & IMM_8 ? 1 : op->flags & IMM_Z ? (t->bytes == 2 ? 2 : 4) : 0;
	kept = t->gpr[fixed];
	if (!emit_address(t, &p, reg, address, immediate))
		return false;
	/* What else the instruction needs must not have become the address's. */
	if (op->flags & (PUSHES | BITS) && t->gpr[fixed] != kept)
		return false;
	emit_number(t, interesting(), immediate);
	return t->nr <= 15;
}

/* ---- forms without ModRM ---- */

void trial_offset_form(struct trial *t)
{
	struct prefixes p = choose_prefixes(0);
	bool byte = rng_below(&trial_rng, 2);

	begin(t);
	t->bytes = width(&p, byte ? BYTE_OP : 0);
	t->target = choose_target(t->bytes);
	emit_prefixes(t, &p);
	emit(t, byte ? 0xa2 : 0xa3);
	emit_number(t, t->target - (p.gs ? GS_BASE : 0), p.address ? 4 : 8);
}

void trial_push_form(struct trial *t)
{
	struct prefixes p = choose_prefixes(PUSHES);
	u32 which = rng_below(&trial_rng, 3);

	begin(t);
	t->bytes = width(&p, PUSHES);
	t->target = choose_target(t->bytes);
	t->gpr[RSP] = t->target + t->bytes;
	emit_prefixes(t, &p);
	if (!which) {
		emit(t, 0x50 + rng_below(&trial_rng, 8));
	} else if (which == 1) {
		emit(t, 0x6a);
		emit(t, interesting());
	} else {
		emit(t, 0x68);
		emit_number(t, interesting(), t->bytes == 2 ? 2 : 4);
	}
}

void trial_string_form(struct trial *t)
{
	struct prefixes p = choose_prefixes(0);
	bool byte = rng_below(&trial_rng, 2), moves = rng_below(&trial_rng, 2),
	     rep = rng_below(&trial_rng, 2);
	u64 source;

	begin(t);
	t->bytes = width(&p, byte ? BYTE_OP : 0);
	t->target = choose_target(t->bytes);
	if (rng_below(&trial_rng, 2))
		t->rflags |= HV_RFLAGS_DF;
	source = DATA_GVA + PAGE + rng_below(&trial_rng, 2 * PAGE);
	t->gpr[7] = dirty_upper(&p, t->target);
	t->gpr[6] = dirty_upper(&p, source - (p.gs ? GS_BASE : 0));
	if (rep) {
		u64 count = rng_below(&trial_rng, 4) ? rng_below(&trial_rng, 20)
						     : rng_below(&trial_rng, 400);

		/* A repeated element across pages is refused in the middle. */
		t->target &= ~(u64)(t->bytes - 1);
		t->gpr[7] = dirty_upper(&p, t->target);
		t->gpr[1] = dirty_upper(&p, count);
		/* With nothing to do CPUs clear the upper halves of different registers. */
		if (!count) {
			t->gpr[1] = 0;
			t->gpr[6] = source - (p.gs ? GS_BASE : 0);
			t->gpr[7] = t->target;
		}
		emit(t, 0xf3);
	}
	emit_prefixes(t, &p);
	emit(t, (moves ? 0xa4 : 0xaa) + !byte);
}
