// SPDX-License-Identifier: GPL-2.0
/*
 * From bytes at the guest's RIP to struct hv_instruction, see decode.h (SDM 2A,
 * chapter 2 and appendix A). Where the manual leaves open what a combination of
 * prefixes does, the answer is "no": the guest's CPU knows.
 */
#include "decode.h"

/* SDM 2A, 2.3.11: a longer instruction is #GP. */
#define MAX_LENGTH 15

#define REX_W BIT(3)
#define REX_R BIT(2)
#define REX_X BIT(1)
#define REX_B BIT(0)

#define PREFIX_OPERAND BIT(0) /* 66 */
#define PREFIX_ADDRESS BIT(1) /* 67 */
#define PREFIX_LOCK BIT(2) /* F0 */
#define PREFIX_REPNE BIT(3) /* F2 */
#define PREFIX_REP BIT(4) /* F3 */
#define PREFIX_OLD_SEGMENT BIT(5) /* 26, 2E, 36, 3E: no meaning in 64-bit mode */
#define PREFIX_FS BIT(6)
#define PREFIX_GS BIT(7)
#define PREFIX_SEGMENT (PREFIX_OLD_SEGMENT | PREFIX_FS | PREFIX_GS)

/* An opcode: its form, what follows it, and what it allows. */
#define FORM(n) HV_FORM_##n
#define FORM_MASK 0x1f
#define HAS_MODRM BIT(5)
#define IS_BYTE BIT(6) /* the operand is a byte */
#define IMM8 BIT(7)
#define IMMZ BIT(8) /* 16 or 32 bits, sign-extended to the operand */
#define LOCKABLE BIT(9)
#define GROUP BIT(10) /* ModRM.reg is part of the opcode */

#define IS_PREFIX BIT(15) /* the low byte is a PREFIX_*, or 0 for a REX */

#define RM HAS_MODRM
#define RMW (HAS_MODRM | LOCKABLE)

#define ALU(op) [(op) << 3] = FORM(ALU_REG) | RMW | IS_BYTE, [(op) << 3 | 1] = FORM(ALU_REG) | RMW

#define REX IS_PREFIX
#define PREFIX(n) (IS_PREFIX | PREFIX_##n)

#define EIGHT(op, what)                                                                 \
	[(op)] = (what), [(op) + 1] = (what), [(op) + 2] = (what), [(op) + 3] = (what), \
	[(op) + 4] = (what), [(op) + 5] = (what), [(op) + 6] = (what), [(op) + 7] = (what)

static const u16 one_byte[256] = {
	ALU(HV_ALU_ADD),
	ALU(HV_ALU_OR),
	ALU(HV_ALU_ADC),
	ALU(HV_ALU_SBB),
	ALU(HV_ALU_AND),
	ALU(HV_ALU_SUB),
	ALU(HV_ALU_XOR),
	[0x26] = PREFIX(OLD_SEGMENT),
	[0x2e] = PREFIX(OLD_SEGMENT),
	[0x36] = PREFIX(OLD_SEGMENT),
	[0x3e] = PREFIX(OLD_SEGMENT),
	EIGHT(0x40, REX),
	EIGHT(0x48, REX),
	EIGHT(0x50, FORM(PUSH_REG)),
	[0x64] = PREFIX(FS),
	[0x65] = PREFIX(GS),
	[0x66] = PREFIX(OPERAND),
	[0x67] = PREFIX(ADDRESS),
	[0x68] = FORM(PUSH_IMM) | IMMZ,
	[0x6a] = FORM(PUSH_IMM) | IMM8,
	[0x80] = FORM(ALU_IMM) | RMW | GROUP | IS_BYTE | IMM8,
	[0x81] = FORM(ALU_IMM) | RMW | GROUP | IMMZ,
	[0x83] = FORM(ALU_IMM) | RMW | GROUP | IMM8,
	[0x86] = FORM(XCHG) | RMW | IS_BYTE,
	[0x87] = FORM(XCHG) | RMW,
	[0x88] = FORM(MOV_REG) | RM | IS_BYTE,
	[0x89] = FORM(MOV_REG) | RM,
	[0xa2] = FORM(MOV_OFFSET) | IS_BYTE,
	[0xa3] = FORM(MOV_OFFSET),
	[0xa4] = FORM(MOVS) | IS_BYTE,
	[0xa5] = FORM(MOVS),
	[0xaa] = FORM(STOS) | IS_BYTE,
	[0xab] = FORM(STOS),
	[0xc6] = FORM(MOV_IMM) | RM | GROUP | IS_BYTE | IMM8,
	[0xc7] = FORM(MOV_IMM) | RM | GROUP | IMMZ,
	[0xf0] = PREFIX(LOCK),
	[0xf2] = PREFIX(REPNE),
	[0xf3] = PREFIX(REP),
	[0xf6] = FORM(NOT) | RMW | GROUP | IS_BYTE,
	[0xf7] = FORM(NOT) | RMW | GROUP,
	[0xfe] = FORM(INC) | RMW | GROUP | IS_BYTE,
	[0xff] = FORM(INC) | RMW | GROUP,
};

/* The opcodes after 0F. */
static const u16 two_byte[256] = {
	[0xab] = FORM(BIT_REG) | RMW,
	[0xb0] = FORM(CMPXCHG) | RMW | IS_BYTE,
	[0xb1] = FORM(CMPXCHG) | RMW,
	[0xb3] = FORM(BIT_REG) | RMW,
	[0xba] = FORM(BIT_IMM) | RMW | GROUP | IMM8,
	[0xbb] = FORM(BIT_REG) | RMW,
	[0xc0] = FORM(XADD) | RMW | IS_BYTE,
	[0xc1] = FORM(XADD) | RMW,
	[0xc3] = FORM(MOV_REG) | RM,
	[0xc7] = FORM(CMPXCHG_PAIR) | RMW | GROUP,
};

static_assert(HV_FORM_INVPCID <= FORM_MASK, "forms fit into the tables");

#define MOVNTI 0xc3
struct decoder {
	const struct hv_cpu_view *cpu;
	struct hv_instruction *insn;
	u8 at, nr; /* next byte, bytes fetched */
	u8 prefixes, rex, opcode;
	bool two_bytes, failed;
	u8 byte[16];
};

/* More bytes, no further than the page's end, because the next may be absent. */
static noinline bool fetch_more(struct decoder *d)
{
	u64 gva = d->cpu->rip + d->nr;
	u32 left = HV_PAGE_BYTES - (gva & (HV_PAGE_BYTES - 1));
	u32 bytes = min_t(u32, left, MAX_LENGTH - d->nr);

	if (!bytes || !d->cpu->read(d->cpu->context, gva, &d->byte[d->nr], bytes, true)) {
		d->failed = true;
		return false;
	}
	d->nr += bytes;
	return true;
}

static inline u8 next_byte(struct decoder *d)
{
	if (unlikely(d->at >= d->nr) && !fetch_more(d))
		return 0;
	return d->byte[d->at++];
}

/* Little-endian; sign-extended from its own width. */
static s64 next_number(struct decoder *d, u32 bytes)
{
	u64 value = 0;
	u32 i;

	for (i = 0; i < bytes; i++)
		value |= (u64)next_byte(d) << 8 * i;
	return (s64)(value << (64 - 8 * bytes)) >> (64 - 8 * bytes);
}

/* Returns the opcode's entry. A REX counts only right before the opcode. */
static u16 read_opcode(struct decoder *d)
{
	u16 entry;
	u8 byte;

	for (;;) {
		byte = next_byte(d);
		entry = one_byte[byte];
		if (!(entry & IS_PREFIX))
			break;
		if (likely(entry == REX)) {
			d->rex = byte;
		} else {
			d->prefixes |= entry;
			d->rex = 0;
		}
	}
	if (likely(byte != 0x0f)) {
		d->opcode = byte;
		return entry;
	}
	byte = next_byte(d);
	if (byte == 0x38) {
		if (next_byte(d) != 0x82 || !(d->prefixes & PREFIX_OPERAND))
			return FORM(NONE);
		return FORM(INVPCID) | RM;
	}
	d->two_bytes = true;
	d->opcode = byte;
	return two_byte[byte];
}

/* SIB and displacement: SDM 2A, tables 2-2 and 2-3. */
static u64 read_sib(struct decoder *d, u8 mod)
{
	const u64 *gpr = d->cpu->gpr;
	u8 sib = next_byte(d);
	u8 base = (sib & 7) | (d->rex & REX_B) << 3;
	u8 index = (sib >> 3 & 7) | (d->rex & REX_X) << 2;
	u64 address = index == 4 ? 0 : gpr[index] << (sib >> 6);

	if ((base & 7) == 5 && !mod)
		return address + next_number(d, 4);
	return address + gpr[base];
}

/* The address before segment and, for RIP-relative ones, before RIP. */
static u64 read_address(struct decoder *d, u8 modrm, bool *relative)
{
	u8 mod = modrm >> 6, rm = modrm & 7;
	u64 address;

	if (rm == 4) {
		address = read_sib(d, mod);
	} else if (rm == 5 && !mod) {
		*relative = true;
		return next_number(d, 4);
	} else {
		address = d->cpu->gpr[rm | (d->rex & REX_B) << 3];
	}
	if (mod == 1)
		address += next_number(d, 1);
	else if (mod == 2)
		address += next_number(d, 4);
	return address;
}

/* What ModRM.reg makes of the form; NONE for what writes nothing or is no instruction. */
static enum hv_form form_of_group(struct decoder *d, enum hv_form form, u8 reg)
{
	struct hv_instruction *insn = d->insn;

	switch (form) {
	case HV_FORM_ALU_IMM:
		insn->operation = reg;
		return reg <= HV_ALU_XOR ? form : HV_FORM_NONE;
	case HV_FORM_MOV_IMM:
		return reg == 0 ? form : HV_FORM_NONE;
	case HV_FORM_NOT:
		return reg == 2 ? HV_FORM_NOT : reg == 3 ? HV_FORM_NEG : HV_FORM_NONE;
	case HV_FORM_INC:
		if (d->opcode == 0xff && reg == 6)
			return d->prefixes & PREFIX_LOCK ? HV_FORM_NONE : HV_FORM_PUSH_MEM;
		return reg == 0 ? HV_FORM_INC : reg == 1 ? HV_FORM_DEC : HV_FORM_NONE;
	case HV_FORM_BIT_IMM:
		insn->operation = reg - 4;
		return reg >= 5 ? form : HV_FORM_NONE;
	case HV_FORM_CMPXCHG_PAIR:
		return reg == 1 ? form : HV_FORM_NONE;
	default:
		return HV_FORM_NONE;
	}
}

static bool is_push(enum hv_form form)
{
	return form >= HV_FORM_PUSH_REG && form <= HV_FORM_PUSH_MEM;
}

/* Prefixes that make another instruction, #UD, or something undefined. */
static bool prefixes_fit(const struct decoder *d, u16 entry)
{
	u8 segment = d->prefixes & PREFIX_SEGMENT, rep = d->prefixes & (PREFIX_REP | PREFIX_REPNE);

	if (segment & (PREFIX_FS | PREFIX_GS) && segment & (segment - 1))
		return false;
	if (d->prefixes & PREFIX_LOCK && !(entry & LOCKABLE))
		return false;
	switch (d->insn->form) {
	case HV_FORM_STOS:
	case HV_FORM_MOVS:
		return !(d->prefixes & PREFIX_REPNE);
	case HV_FORM_CMPXCHG_PAIR:
		return !rep && !(d->prefixes & PREFIX_OPERAND);
	case HV_FORM_MOV_REG:
		return !d->two_bytes || (!rep && !(d->prefixes & PREFIX_OPERAND));
	case HV_FORM_INVPCID:
		return !rep;
	default:
		return true;
	}
}

static u8 operand_bytes(const struct decoder *d, u16 entry)
{
	bool w = d->rex & REX_W;

	if (entry & IS_BYTE)
		return 1;
	if (d->insn->form == HV_FORM_CMPXCHG_PAIR)
		return w ? 16 : 8;
	if (w)
		return 8;
	if (d->prefixes & PREFIX_OPERAND)
		return 2;
	return is_push(d->insn->form) ? 8 : 4;
}

/* What follows the opcode; true unless it is not for us. */
static bool read_operands(struct decoder *d, u16 entry)
{
	struct hv_instruction *insn = d->insn;
	bool relative = false;
	u8 modrm;

	insn->form = entry & FORM_MASK;
	if (entry & HAS_MODRM) {
		modrm = next_byte(d);
		if (modrm >= 0xc0)
			return false;
		insn->reg = (modrm >> 3 & 7) | (d->rex & REX_R) << 1;
		if (entry & GROUP)
			insn->form = form_of_group(d, insn->form, modrm >> 3 & 7);
		insn->address = read_address(d, modrm, &relative);
	} else if (insn->form == HV_FORM_MOV_OFFSET) {
		insn->address = next_number(d, insn->address32 ? 4 : 8);
	} else if (insn->form == HV_FORM_PUSH_REG) {
		insn->reg = (d->opcode & 7) | (d->rex & REX_B) << 3;
	}
	insn->bytes = operand_bytes(d, entry);
	if (entry & IMM8)
		insn->immediate = next_number(d, 1);
	else if (entry & IMMZ)
		insn->immediate = next_number(d, insn->bytes == 2 ? 2 : 4);
	if (relative)
		insn->address += d->cpu->rip + d->at;
	if (insn->address32)
		insn->address = (u32)insn->address;
	insn->address += insn->segment_base;
	if (unlikely(d->failed || insn->form == HV_FORM_NONE))
		return false;
	return likely(!d->prefixes) || prefixes_fit(d, entry);
}

/*
 * How compilers write a page-table entry: MOV of 64 bits, to a register's
 * address or one near it. The rest of this file would say the same, in thrice
 * the instructions.
 */
static bool decode_usual(const struct decoder *d, struct hv_instruction *insn)
{
	const u8 *byte = d->byte;
	u8 rex = byte[0], mod = byte[2] >> 6, rm = byte[2] & 7, length = 3;
	u64 address = d->cpu->gpr[rm | (rex & REX_B) << 3];

	if ((rex & 0xf8) != (0x40 | REX_W) || byte[1] != 0x89 || d->nr < 7)
		return false;
	if (rm == 4 || mod == 3 || (rm == 5 && !mod))
		return false;
	if (mod == 1) {
		address += (s8)byte[3];
		length = 4;
	} else if (mod == 2) {
		address += (s32)(byte[3] | byte[4] << 8 | byte[5] << 16 | (u32)byte[6] << 24);
		length = 7;
	}
	*insn = (struct hv_instruction){
		.form = HV_FORM_MOV_REG,
		.length = length,
		.bytes = 8,
		.reg = (byte[2] >> 3 & 7) | (rex & REX_R) << 1,
		.rex = true,
		.address = address,
	};
	return true;
}

bool hv_decode(const struct hv_cpu_view *cpu, struct hv_instruction *insn)
{
	struct decoder d = { .cpu = cpu, .insn = insn };
	u16 entry;

	if (unlikely(!fetch_more(&d)))
		return false;
	if (likely(decode_usual(&d, insn)))
		return true;
	entry = read_opcode(&d);
	if (unlikely(d.failed || !(entry & FORM_MASK)))
		return false;
	*insn = (struct hv_instruction){
		.rex = d.rex,
		.lock = d.prefixes & PREFIX_LOCK,
		.rep = d.prefixes & PREFIX_REP,
		.address32 = d.prefixes & PREFIX_ADDRESS,
	};
	if (unlikely(d.prefixes & (PREFIX_FS | PREFIX_GS)))
		insn->segment_base = d.prefixes & PREFIX_FS ? cpu->fs_base : cpu->gs_base;
	if ((entry & FORM_MASK) == HV_FORM_ALU_REG)
		insn->operation = d.opcode >> 3;
	else if ((entry & FORM_MASK) == HV_FORM_BIT_REG)
		insn->operation = (d.opcode >> 3 & 7) - 4;
	if (!read_operands(&d, entry))
		return false;
	insn->length = d.at;
	return true;
}
