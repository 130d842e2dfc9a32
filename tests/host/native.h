/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs one instruction on the CPU of this process, from given registers and
 * flags: what the emulator is compared with.
 */
#ifndef NATIVE_H
#define NATIVE_H

#include "shim.h"

#define NATIVE_RSP 4

/* Registers and flags before and after; the assembly in native.c knows the layout. */
struct native_state {
	u64 gpr[16];
	u64 rflags;
	u64 host_rsp;
	u64 code;
};

extern struct native_state native_state;

/* Writes the instruction and the way back into executable memory. */
void native_place(u8 *code, const u8 *instruction, u32 bytes);
/* Runs it on native_state. It must not fault. */
void native_run(const u8 *code);

#endif
