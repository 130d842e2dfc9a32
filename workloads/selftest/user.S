/* SPDX-License-Identifier: GPL-2.0 */
/* User code: one access to where RDI points, then back to the kernel. */
#include "runtime/layout.h"

	.text
	.balign 64
	.globl user_read, user_write, user_fetch, user_breakpoint, user_illegal
user_read:
	movq (%rdi), %rax
	int $USER_RETURN_VECTOR
user_write:
	movq %rdi, (%rdi)
	int $USER_RETURN_VECTOR
user_fetch:
	jmp *%rdi
user_breakpoint:
	int3
	int $USER_RETURN_VECTOR
user_illegal:
	ud2
	.balign 64

	.section .note.GNU-stack, "", @progbits
