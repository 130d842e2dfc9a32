/* SPDX-License-Identifier: GPL-2.0 */
/* The guests of interface.c: position independent, a few bytes each. */
	.macro guest name
	.globl guest_\name, guest_\name\()_end
guest_\name:
	.endm
	.macro end_guest name
guest_\name\()_end:
	.endm

	.section .rodata
	.code64

	/* Rings the doorbell with 0x101, 0x102, ... for ever: no bell that means something. */
guest bells
	mov $0x100, %eax
1:	inc %eax
	out %eax, $0xb0
	jmp 1b
end_guest bells

guest spin
1:	jmp 1b
end_guest spin

	/* No IDT: #UD becomes a triple fault. */
guest triple_fault
	ud2
end_guest triple_fault

	/* Writes to 1 GiB minus 8, mapped but without memory. */
guest outside
	mov %rax, 0x3ffffff8
end_guest outside

guest bad_port
	out %al, $0x80
end_guest bad_port

	/* MOV CR8 would reach the host's interrupt priority. */
guest cr8
	mov %rax, %cr8
end_guest cr8

	/* A stack in no-man's land, so that nothing can be pushed. */
guest bad_stack
	mov $0x3ffffff8, %rsp
	push %rax
end_guest bad_stack

	/* SWAPGS must not leave the host another GS base. */
guest swapgs
	swapgs
	mov $0x100, %eax
	out %eax, $0xb0
	jmp guest_swapgs
end_guest swapgs

	/* CPUID.1 in the mailbox page, then a doorbell; an FPU instruction last. */
guest cpuid_fpu
	mov $1, %eax
	cpuid
	mov %ecx, 0x2000
	mov %edx, 0x2004
	out %eax, $0xb0
	fninit
end_guest cpuid_fpu

	/* Writes the first word of each page from 4M to 5M, then rings. */
guest touch
	mov $0x400000, %edi
1:	mov %rdi, (%rdi)
	add $0x1000, %edi
	cmp $0x500000, %edi
	jb 1b
	out %eax, $0xb0
end_guest touch

	/* Fills two pages from 4M with REP STOSQ, moves them on by 1M with REP MOVSQ, rings. */
guest strings
	mov $0x400000, %edi
	mov $1024, %ecx
	mov %rdi, %rax
	rep stosq
	mov $0x400000, %esi
	mov $0x500000, %edi
	mov $1024, %ecx
	rep movsq
	out %eax, $0xb0
end_guest strings

	/*
	 * Again and again: maps 6M to what 0x2008 holds, if it holds something, with INVLPG;
	 * reads and writes a word in each of 16 pages from the address at 0x2000; rings. Its
	 * tables are those of vm_load().
	 */
guest steered
1:	mov 0x2008, %rax
	test %rax, %rax
	jz 2f
	mov %rax, 0x102018
	movq $0, 0x2008
	invlpg 0x600000
2:	mov 0x2000, %rdi
	lea 0x10000(%rdi), %rsi
3:	mov (%rdi), %rax
	mov %rax, (%rdi)
	add $0x1000, %rdi
	cmp %rsi, %rdi
	jb 3b
	mov $0x100, %eax
	out %eax, $0xb0
	jmp 1b
end_guest steered

	/*
	 * Starts the dirty log; then, again and again: writes to 4M, looks with the
	 * bitmaps named at 0x2010 and 0x2018, rings. Answers at 0x2000 and 0x2008.
	 */
guest log_bells
	mov $5, %eax
	out %eax, $0xb0
	mov %rax, 0x2000
1:	incl 0x400000
	mov 0x2010, %rdi
	mov 0x2018, %rsi
	mov $6, %eax
	out %eax, $0xb0
	mov %rax, 0x2008
	mov $100, %eax
	out %eax, $0xb0
	jmp 1b
end_guest log_bells

	/*
	 * Debug exceptions that need care: INT1, and a single step onto an STI.
	 * The handler counts and stops the stepping; rings with the count, 2.
	 */
guest debug_traps
	mov $0x300000, %rsp
	movabs $0x00af9b000000ffff, %rax
	mov %rax, 0x5008
	movabs $0x00cf93000000ffff, %rax
	mov %rax, 0x5010
	movw $23, 0x5100
	movq $0x5000, 0x5102
	lgdt 0x5100
	lea 1f(%rip), %rax
	mov %ax, 0x4010
	movw $8, 0x4012
	movw $0x8e00, 0x4014
	shr $16, %rax
	mov %ax, 0x4016
	shr $16, %rax
	mov %rax, 0x4018
	movw $0x1f, 0x5110
	movq $0x4000, 0x5112
	lidt 0x5110
	xor %ecx, %ecx
	.byte 0xf1 /* INT1 */
	pushf
	orl $0x100, (%rsp)
	popf
	sti
	nop
	mov %ecx, %eax
	out %eax, $0xb0
	ud2
1:	inc %ecx
	andl $~0x100, 16(%rsp)
	iretq
end_guest debug_traps

	/*
	 * Executes the list in the mailbox page, see registers.c: 48 bytes each, of
	 * which 0 is what to load (3: CR3, 4: CR4, 5: INVPCID), 8 the value or type,
	 * 16 the descriptor. Leaves 1 at 32 after a #GP, and CR3 or CR4 at 40.
	 */
guest registers
	mov $0x300000, %rsp
	movabs $0x00af9b000000ffff, %rax
	mov %rax, 0x5008
	movabs $0x00cf93000000ffff, %rax
	mov %rax, 0x5010
	movw $23, 0x5100
	movq $0x5000, 0x5102
	lgdt 0x5100
	lea 8f(%rip), %rax
	mov %ax, 0x40d0
	movw $8, 0x40d2
	movw $0x8e00, 0x40d4
	shr $16, %rax
	mov %ax, 0x40d6
	shr $16, %rax
	mov %rax, 0x40d8
	movw $0xdf, 0x5110
	movq $0x4000, 0x5112
	lidt 0x5110
	mov $0x2000, %ebx
	lea 4f(%rip), %r9
1:	mov (%rbx), %rax
	mov 8(%rbx), %rcx
	xor %r8d, %r8d
	cmp $3, %eax
	je 2f
	cmp $4, %eax
	je 3f
	test %eax, %eax
	jz 6f
	invpcid 16(%rbx), %rcx
	jmp 4f
2:	mov %rcx, %cr3
	jmp 4f
3:	mov %rcx, %cr4
4:	mov %r8, 32(%rbx)
	mov %cr3, %rcx
	cmp $3, %eax
	je 5f
	mov %cr4, %rcx
5:	mov %rcx, 40(%rbx)
	add $48, %rbx
	jmp 1b
6:	mov $1, %eax
	out %eax, $0xb0
	ud2
8:	mov $1, %r8d
	add $8, %rsp
	mov %r9, (%rsp)
	iretq
end_guest registers

	/*
	 * Works on its page tables for ever, seeded by the word at 0x2000: maps pages above
	 * 1G to frames from 4M to 8M, reads and writes them, and now and then flushes,
	 * unmaps, rings, asks for the dirty log.
	 */
guest churn
	mov 0x2000, %r15
	movabs $6364136223846793005, %r14
	movq $0x111003, 0x101008
	movq $0x110003, 0x111000
1:	imul %r14, %r15
	add $12345, %r15
	mov %r15, %rax
	shr $33, %rax
	mov %eax, %ecx
	and $511, %ecx
	shr $9, %eax
	mov %eax, %edx
	and $0x3ff, %eax
	add $0x400, %eax
	shl $12, %eax
	or $3, %eax
	mov %rax, 0x110000(,%rcx,8)
	mov %ecx, %edi
	shl $12, %edi
	add $0x40000000, %edi
	invlpg (%rdi)
	mov (%rdi), %rbx
	mov %rbx, 8(%rdi)
	shr $10, %edx
	and $15, %edx
	cmp $1, %edx
	jb 2f
	je 3f
	cmp $3, %edx
	jb 4f
	je 5f
	cmp $5, %edx
	jb 6f
	je 7f
	cmp $7, %edx
	jb 8f
	jmp 1b
2:	mov %cr3, %rax
	mov %rax, %cr3
	jmp 1b
3:	mov %cr4, %rax
	xor $0x80, %eax
	mov %rax, %cr4
	jmp 1b
4:	mov $0x100, %eax
	out %eax, $0xb0
	jmp 1b
5:	movq $0, 0x110000(,%rcx,8)
	invlpg (%rdi)
	jmp 1b
6:	mov $0x6876, %eax
	vmcall
	jmp 1b
7:	mov $5, %eax
	out %eax, $0xb0
	jmp 1b
8:	mov $0x600000, %edi
	xor %esi, %esi
	mov $6, %eax
	out %eax, $0xb0
	jmp 1b
end_guest churn

	.section .note.GNU-stack, "", @progbits
