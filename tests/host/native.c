// SPDX-License-Identifier: GPL-2.0
/* One instruction on this CPU, see native.h. */
#include "native.h"

struct native_state native_state;
void native_enter(void);
extern const char native_landing[];

/* Flags and stack pointer are the instruction's from the popfq and mov on. */
__asm__(".text\n"
	"native_enter:\n"
	"	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
	"	lea native_state(%rip), %rax\n"
	"	mov %rsp, 136(%rax)\n"
	"	pushq 128(%rax); popfq\n"
	"	mov 8(%rax), %rcx; mov 16(%rax), %rdx; mov 24(%rax), %rbx; mov 32(%rax), %rsp\n"
	"	mov 40(%rax), %rbp; mov 48(%rax), %rsi; mov 56(%rax), %rdi; mov 64(%rax), %r8\n"
	"	mov 72(%rax), %r9; mov 80(%rax), %r10; mov 88(%rax), %r11; mov 96(%rax), %r12\n"
	"	mov 104(%rax), %r13; mov 112(%rax), %r14; mov 120(%rax), %r15; mov (%rax), %rax\n"
	"	jmp *native_state+144(%rip)\n"
	"native_landing:\n"
	"	mov %rax, native_state(%rip)\n"
	"	lea native_state(%rip), %rax\n"
	"	mov %rcx, 8(%rax); mov %rdx, 16(%rax); mov %rbx, 24(%rax); mov %rsp, 32(%rax)\n"
	"	mov %rbp, 40(%rax); mov %rsi, 48(%rax); mov %rdi, 56(%rax); mov %r8, 64(%rax)\n"
	"	mov %r9, 72(%rax); mov %r10, 80(%rax); mov %r11, 88(%rax); mov %r12, 96(%rax)\n"
	"	mov %r13, 104(%rax); mov %r14, 112(%rax); mov %r15, 120(%rax)\n"
	"	mov 136(%rax), %rsp\n"
	"	pushfq; popq 128(%rax); cld\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
	"	ret\n");

void native_place(u8 *code, const u8 *instruction, u32 bytes)
{
	u64 landing = (u64)native_landing;

	memcpy(code, instruction, bytes);
	code[bytes] = 0xff; /* jmp *0(%rip) */
	code[bytes + 1] = 0x25;
	memset(code + bytes + 2, 0, 4);
	memcpy(code + bytes + 6, &landing, 8);
}

void native_run(const u8 *code)
{
	native_state.code = (u64)code;
	native_enter();
}
