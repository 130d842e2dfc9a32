/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's assembly: the first instructions, the trap stubs, the way to
 * user mode and back, the doorbell. Layouts shared with C are held by static
 * assertions in trap.c and main.c.
 */
#include "layout.h"

	.text
	.globl entry
/* RDI holds HVBENCH_PARAMS_GPA and becomes guest_main()'s argument. */
entry:
	leaq stack_area + STACK_BYTES - HOT_BYTES(%rip), %rsp
	xorl %ebp, %ebp
	call guest_main
1:	hlt
	jmp 1b

	.section .text.hot, "ax", @progbits
/* void doorbell(u32 what). Its own symbol, for a debugger to stop at. */
	.globl doorbell, doorbell_out
doorbell:
	movl %edi, %eax
doorbell_out:
	outl %eax, $DOORBELL_PORT
	ret

	.text
/*
 * void descriptors_load(const struct descriptor_pointer *gdt, const ... *idt):
 * loads both tables, the segment registers and the task register.
 */
	.globl descriptors_load
descriptors_load:
	lgdt (%rdi)
	lidt (%rsi)
	movl $KERNEL_DS, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movl $TSS_SELECTOR, %eax
	ltr %ax
	pushq $KERNEL_CS
	leaq 1f(%rip), %rax
	pushq %rax
	lretq
1:	ret

/*
 * void user_enter(u64 rip, u64 rsp, u64 rdi): runs user code until it traps.
 * user_leave is where trap() sends the CPU then, on the stack kept here.
 */
	.globl user_enter, user_leave
user_enter:
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, user_kernel_rsp(%rip)
	pushq $USER_DS
	pushq %rsi
	pushq $2
	pushq $USER_CS
	pushq %rdi
	movq %rdx, %rdi
	iretq
user_leave:
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	ret

/* Vectors that push an error code (SDM 3A, table 6-1). */
#define HAS_ERROR_CODE 0x60227d00

	.globl trap_stubs
	.balign TRAP_STUB_BYTES
trap_stubs:
	.set vector, 0
	.rept NR_TRAP_STUBS
	.balign TRAP_STUB_BYTES
	.if vector == NR_EXCEPTIONS
	.set vector, USER_RETURN_VECTOR
	.endif
	.if !((HAS_ERROR_CODE >> (vector % 64)) & 1 & (vector < NR_EXCEPTIONS))
	pushq $0
	.endif
	pushq $vector
	jmp trap_common
	.set vector, vector + 1
	.endr

/* Pushes what struct trap_frame (trap.h) names, in reverse. */
trap_common:
	pushq %rax
	pushq %rcx
	pushq %rdx
	pushq %rbx
	pushq %rbp
	pushq %rsi
	pushq %rdi
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, %rdi
	cld
	call trap
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rdi
	popq %rsi
	popq %rbp
	popq %rbx
	popq %rdx
	popq %rcx
	popq %rax
	addq $16, %rsp
	iretq

	.section .note.GNU-stack, "", @progbits
