/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rom.S: the option ROM that boots the emulated machine.
 *
 * Bochs' BIOS calls it early, when memory, ACPI tables and the other CPUs
 * are set up but before it waits for disks. It never returns: it goes to
 * protected mode, lets rom.c load the kernel from the disk, builds long
 * mode around it and enters startup_64 as the kernel's 64-bit boot protocol
 * asks (Documentation/arch/x86/boot.rst): identity map, flat segments,
 * interrupts off, %rsi = boot_params.
 *
 * rom.lds links it at its address, so that no relocation is needed.
 */
#include "disk.h"

#define CODE32	0x08
#define CODE64	0x18
#define DATA	0x10

	.section .head, "ax"
	.code16
head:
	.byte	0x55, 0xaa
	.byte	rom_blocks
	jmp	start		/* the BIOS calls here */

start:
	cli
	cld
	movb	$0x02, %al		/* A20 on, no reset */
	outb	%al, $0x92
	movw	%cs, %ax
	movw	%ax, %ds
	lgdtl	gdt_pointer - head
	movl	%cr0, %eax
	andl	$0x9fffffff, %eax	/* caches on, as the kernel expects */
	orl	$1, %eax
	movl	%eax, %cr0
	ljmpl	$CODE32, $protected

	.code32
protected:
	movl	$DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs
	movl	$LOW_STACK_TOP, %esp
	call	rom_main		/* loads everything, returns struct boot_sector * */
	movl	%eax, %ebx

	movl	$LOW_PAGE_TABLES, %eax
	movl	%eax, %cr3
	movl	%cr4, %eax
	orl	$0x20, %eax		/* PAE */
	movl	%eax, %cr4
	movl	$0xc0000080, %ecx	/* EFER.LME */
	rdmsr
	orl	$0x100, %eax
	wrmsr
	movl	%cr0, %eax
	orl	$0x80000000, %eax	/* paging */
	movl	%eax, %cr0
	ljmpl	$CODE64, $long_mode

	.code64
long_mode:
	movl	8(%rbx), %esi		/* boot_params */
	movl	4(%rbx), %eax		/* entry */
	jmp	*%rax

	.balign	8
gdt:
	.quad	0
	.quad	0x00cf9a000000ffff	/* 32-bit code */
	.quad	0x00cf92000000ffff	/* data */
	.quad	0x00af9a000000ffff	/* 64-bit code */
gdt_pointer:
	.word	. - gdt - 1
	.long	gdt

	.section .note.GNU-stack, "", @progbits
