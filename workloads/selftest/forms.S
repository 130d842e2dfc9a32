/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every form of instruction that writes memory and might be emulated, and some
 * that nobody would emulate: writes.c runs each on a page of data and on page
 * tables and compares. A form writes at RDI; RAX, RCX, RDX (R8 the same), RBX
 * and RSI are as struct form_state says, RSI points to readable memory. It may
 * change them and RSP, and ends in JMP *%R15.
 */
#include "forms.h"

	.text
/* void form_run(struct form_state *state, const void *code) */
	.globl form_run
form_run:
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rdi, %r14
	movq %rsi, %r13
	leaq form_done(%rip), %r15
	movq %r15, catch_state + CATCH_RIP
	movq %rsp, catch_state + CATCH_RSP
	movq $1, catch_state + CATCH_ARMED
	movq FORM_RAX(%r14), %rax
	movq FORM_RCX(%r14), %rcx
	movq FORM_RDX(%r14), %rdx
	movq FORM_RDX(%r14), %r8
	movq FORM_RBX(%r14), %rbx
	movq FORM_RSI(%r14), %rsi
	movq FORM_RDI(%r14), %rdi
	pushq FORM_RFLAGS(%r14)
	popfq
	jmp *%r13
/* An exception comes here too, see CATCH() in trap.h. */
form_done:
	movq catch_state + CATCH_RSP, %rsp
	pushfq
	popq FORM_RFLAGS(%r14)
	cld
	movq $0, catch_state + CATCH_ARMED
	movq %rax, FORM_RAX(%r14)
	movq %rcx, FORM_RCX(%r14)
	movq %rdx, FORM_RDX(%r14)
	movq %rbx, FORM_RBX(%r14)
	movq %rsi, FORM_RSI(%r14)
	movq %rdi, FORM_RDI(%r14)
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	ret

/* The list of struct form: forms[], forms_end. */
	.section .rodata.forms, "a", @progbits
	.balign 8
	.globl forms, forms_end
forms:

/* The preprocessor does not look into the strings below. */
	.set forms_gva, FORMS_GVA

.macro form traits, text
	.section .rodata.form_names, "a", @progbits
1:	.asciz "\text"
	.text
2:	\text
	jmp *%r15
	.section .rodata.forms, "a", @progbits
	.quad 2b, 1b, \traits
.endm

/* In all four widths, by the register that is named. */
.macro widths traits, op, b, w, l, q, to=(%rdi)
	form \traits, "\op\()b \b, \to"
	form \traits, "\op\()w \w, \to"
	form \traits, "\op\()l \l, \to"
	form \traits, "\op\()q \q, \to"
.endm

	widths FORM_ANY, "mov", %dl, %dx, %edx, %rdx
	form FORM_ANY, "movb %dh, (%rdi)"
	form FORM_ANY, "movb %r8b, (%rdi)"
	form FORM_ANY, "movb %al, (%rdi)"
	form FORM_ANY, "movq %r8, (%rdi)"
	form FORM_STACK, "movq %rdi, %rsp; movq %rsp, (%rdi)"
	form FORM_ANY, "movb $0x63, (%rdi)"
	form FORM_ANY, "movw $0x1063, (%rdi)"
	form FORM_ANY, "movl $0x00800063, (%rdi)"
	form FORM_ANY, "movq $0x00900063, (%rdi)"
	form FORM_ANY, "movq $-0x1000, (%rdi)"
	form FORM_ANY, "movq %rdx, 8(%rdi)"
	form FORM_ANY, "movq %rdx, -8(%rdi)"
	form FORM_ANY, "leaq 0x12340(%rdi), %rdi; movq %rdx, -0x12340(%rdi)"
	form FORM_ANY, "movq $0x00900063, 8(%rdi)"
	form FORM_ANY, "movl $2, %ecx; movq %rdx, (%rdi, %rcx, 8)"
	form FORM_ANY, "movl $2, %ecx; movq %rdx, -16(%rdi, %rcx, 8)"
	form FORM_ANY, "movq %rdx, (, %rdi, 1)"
	form FORM_ANY, "movq %rdi, %rbp; movq %rdx, 0(%rbp)"
	form FORM_ANY, "movq %rdi, %r13; movl %edx, 0(%r13)"
	form FORM_STACK, "movq %rdi, %rsp; movq %rdx, (%rsp)"
	form FORM_ANY, "movq %rdi, %r12; movq %rdx, (%r12)"
	form FORM_ANY, "movq %rdx, %fs:(%rdi)"
	form FORM_ANY, "movq %rdx, %ds:(%rdi)"
	form FORM_ANY, "movl %edx, (%edi)"
	form FORM_ANY, "addr32 movq %rdx, 8(%edi)"
	form FORM_ANY, "movabsq %rax, forms_gva + 512"
	form FORM_ANY, "movabsl %eax, forms_gva + 512"
	form FORM_ANY, "movabsb %al, forms_gva + 512"
	form FORM_ANY, "movw %ds, (%rdi)"
	form FORM_ANY, "movntil %edx, (%rdi)"
	form FORM_ANY, "movntiq %rdx, (%rdi)"
	form FORM_MOVBE, "movbew %dx, (%rdi)"
	form FORM_MOVBE, "movbel %edx, (%rdi)"
	form FORM_MOVBE, "movbeq %rdx, (%rdi)"

	widths FORM_LOCKED, "xchg", %dl, %dx, %edx, %rdx
	form FORM_LOCKED, "xchgb %dh, (%rdi)"
	widths FORM_ANY, "xadd", %dl, %dx, %edx, %rdx
	widths FORM_LOCKED, "lock xadd", %dl, %dx, %edx, %rdx

	widths FORM_ANY, "cmpxchg", %dl, %dx, %edx, %rdx
	widths FORM_LOCKED, "lock cmpxchg", %dl, %dx, %edx, %rdx
.macro cmpxchg_equal traits, prefix, suffix, d, a
	form \traits, "mov\suffix (%rdi), \a; \prefix cmpxchg\suffix \d, (%rdi)"
.endm
	cmpxchg_equal FORM_ANY,, b, %dl, %al
	cmpxchg_equal FORM_ANY,, w, %dx, %ax
	cmpxchg_equal FORM_ANY,, l, %edx, %eax
	cmpxchg_equal FORM_ANY,, q, %rdx, %rax
	cmpxchg_equal FORM_LOCKED, lock, b, %dl, %al
	cmpxchg_equal FORM_LOCKED, lock, w, %dx, %ax
	cmpxchg_equal FORM_LOCKED, lock, l, %edx, %eax
	cmpxchg_equal FORM_LOCKED, lock, q, %rdx, %rax
	form FORM_LOCKED, "lock cmpxchg8b (%rdi)"
	form FORM_LOCKED, "lock cmpxchg16b (%rdi)"
	form FORM_LOCKED, "movq (%rdi), %rax; movq 8(%rdi), %rdx; movl $0x63, %ecx; lock cmpxchg16b (%rdi)"

.macro arithmetic traits, op
	widths \traits, "\op", %dl, %dx, %edx, %rdx
	widths FORM_LOCKED|\traits, "lock \op", %dl, %dx, %edx, %rdx
	form \traits, "\op\()b $0x21, (%rdi)"
	form \traits, "\op\()w $0x1021, (%rdi)"
	form \traits, "\op\()l $0x101021, (%rdi)"
	form \traits, "\op\()q $0x101021, (%rdi)"
	form \traits, "\op\()q $-2, (%rdi)"
	form FORM_LOCKED|\traits, "lock \op\()q $-2, (%rdi)"
	form FORM_LOCKED|\traits, "lock \op\()l $-0x62, (%rdi)"
.endm
	arithmetic FORM_LOGIC, and
	arithmetic FORM_LOGIC, or
	arithmetic FORM_LOGIC, xor
	arithmetic FORM_ANY, add
	arithmetic FORM_ANY, sub
	arithmetic FORM_ANY, adc
	arithmetic FORM_ANY, sbb
.irp op, inc, dec, not, neg
	form FORM_ANY, "\op\()b (%rdi)"
	form FORM_ANY, "\op\()q (%rdi)"
	form FORM_LOCKED, "lock \op\()l (%rdi)"
.endr
	form FORM_LOGIC, "shlq $1, (%rdi)"
	form FORM_ANY, "rorq $8, (%rdi)"
	form FORM_LOGIC, "shldq $12, %rdx, (%rdi)"
	form FORM_ANY, "setc (%rdi)"

.irp op, bts, btr, btc
	form FORM_BIT, "\op\()w $1, (%rdi)"
	form FORM_BIT, "\op\()l $5, (%rdi)"
	form FORM_BIT, "\op\()q $6, (%rdi)"
	form FORM_BIT, "\op\()q $1, (%rdi)"
	form FORM_BIT|FORM_LOCKED, "lock \op\()q $5, (%rdi)"
	form FORM_BIT, "movl $1, %ecx; \op\()q %rcx, (%rdi)"
	form FORM_BIT, "movl $69, %ecx; \op\()q %rcx, (%rdi)"
	form FORM_BIT, "movl $37, %ecx; \op\()l %ecx, (%rdi)"
	form FORM_BIT, "movw $17, %cx; \op\()w %cx, (%rdi)"
	form FORM_BIT, "movq $-63, %rcx; \op\()q %rcx, (%rdi)"
	form FORM_BIT, "movl $-31, %ecx; \op\()l %ecx, (%rdi)"
	form FORM_BIT|FORM_LOCKED, "movl $65, %ecx; lock \op\()q %rcx, (%rdi)"
.endr

	form FORM_ANY, "stosb"
	form FORM_ANY, "stosw"
	form FORM_ANY, "stosl"
	form FORM_ANY, "stosq"
	form FORM_ANY, "movl $3, %ecx; rep stosq"
	form FORM_ANY, "movl $5, %ecx; rep stosl"
	form FORM_ANY, "movl $19, %ecx; rep stosb"
	form FORM_ANY, "movl $3, %ecx; std; rep stosq"
	form FORM_ANY, "xorl %ecx, %ecx; rep stosq"
	form FORM_ANY, "movl $3, %ecx; repne stosq"
	form FORM_ANY, "movsb"
	form FORM_ANY, "movsw"
	form FORM_ANY, "movsl"
	form FORM_ANY, "movsq"
	form FORM_ANY, "movl $4, %ecx; rep movsq"
	form FORM_ANY, "movl $6, %ecx; rep movsl"
	form FORM_ANY, "movl $21, %ecx; rep movsb"
	form FORM_ANY, "addq $64, %rsi; movl $4, %ecx; std; rep movsq"
	form FORM_ANY, "addq $64, %rsi; std; movsb"
	form FORM_ANY, "leaq -16(%rdi), %rsi; movl $4, %ecx; rep movsq"
	form FORM_ANY, "leaq 16(%rdi), %rsi; movl $4, %ecx; rep movsq"

	form FORM_STACK, "leaq 8(%rdi), %rsp; pushq %rdx"
	form FORM_STACK, "leaq 8(%rdi), %rsp; pushq %r8"
	form FORM_STACK, "leaq 8(%rdi), %rsp; pushq %rsp"
	form FORM_STACK, "leaq 8(%rdi), %rsp; pushq $0x63"
	form FORM_STACK, "leaq 8(%rdi), %rsp; pushq $0x00900063"
	form FORM_STACK, "leaq 8(%rdi), %rsp; pushq (%rsi)"
	form FORM_STACK, "leaq 2(%rdi), %rsp; pushw %dx"
	form FORM_STACK, "leaq 8(%rdi), %rsp; pushfq"
	form FORM_STACK, "leaq 8(%rdi), %rsp; pushq %fs"
	form FORM_STACK, "leaq 8(%rdi), %rsp; call 3f; 3:"
	form FORM_STACK, "leaq 16(%rdi), %rsp; pushq %rdx; pushq %rax"
	form FORM_ANY, "pushq %rdx; popq (%rdi)"
	form FORM_STACK, "leaq 24(%rdi), %rsp; movq %rdx, %rbp; enter $8, $0"

	.section .rodata.forms, "a", @progbits
forms_end:
	.section .note.GNU-stack, "", @progbits
