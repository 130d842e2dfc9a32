/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bare machine's firmware: from the reset vector to the start state of
 * hv/uapi/guest.h, and nothing else. bare.c leaves the guest's entry and CR3
 * at START. Runs in the last 64K below 1M, which every guest maps as is.
 */
#define START 0x3000 /* a page that guests map and do not use */
#define PARAMS 0x1000

	.code16
	.globl _start
_start:
	cli
	lgdtl %cs:gdt_pointer - _start
	movl $0x20, %eax /* CR4: PAE */
	movl %eax, %cr4
	xorl %eax, %eax
	movw %ax, %ds
	movl START + 8, %eax
	movl %eax, %cr3
	movl $0xc0000080, %ecx /* EFER: LME, NXE */
	movl $0x900, %eax
	xorl %edx, %edx
	wrmsr
	movl $0x80010031, %eax /* CR0: PG, WP, NE, ET, PE */
	movl %eax, %cr0
	ljmpl $0x08, $long_mode

	.code64
long_mode:
	movl $0x10, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl %eax, %fs
	movl %eax, %gs
	movl $PARAMS, %edi
	xorl %eax, %eax
	xorl %ecx, %ecx
	xorl %esp, %esp
	jmp *START

	.balign 8
gdt:	.quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
	.word 23
	.long gdt

	.org 0xfff0
	.code16
	jmp _start
	.org 0x10000
