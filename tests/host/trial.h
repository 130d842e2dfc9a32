/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random instructions that write memory, with the registers that lead them
 * there, for the test of the emulator. They are made to run in this process: the
 * addresses are its own.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include "machine.h"
#include "native.h"

#define PAGE 4096ull
/* Below 4G, so that 32-bit addresses reach them. */
#define CODE_GVA 0x30000000ull
#define DATA_GVA 0x30100000ull
#define DATA_PAGES 4
#define DATA_BYTES (DATA_PAGES * PAGE)
#define GS_BASE 0x12345ull

#define ARITHMETIC 0x8d5u /* OF SF ZF AF PF CF */
#define RSP NATIVE_RSP

/* One instruction, and what to expect of it. */
struct trial {
	u8 byte[32];
	u32 nr;
	u64 gpr[16];
	u64 rflags;
	u64 target; /* where it writes */
	u32 bytes; /* that it writes at once */
	u32 defined; /* flags */
	bool aligned_only;
};

struct opcode {
	const char *name;
	u8 map, code; /* map: 0 or 0x0f */
	s8 digit; /* ModRM.reg, or -1: a register */
	u8 flags;
	u8 undefined; /* among the flags: by U_* */
};

extern struct rng trial_rng;
extern const struct opcode trial_opcodes[];
extern const u32 trial_nr_opcodes;

/* An instruction with ModRM; false where the dice made none. */
bool trial_memory_form(struct trial *t, const struct opcode *op);
/* Those without: MOV to an absolute address, PUSH, STOS and MOVS. */
void trial_offset_form(struct trial *t);
void trial_push_form(struct trial *t);
void trial_string_form(struct trial *t);

#endif
