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

	/* Rings the doorbell with 1, 2, 3, ... for ever. */
guest bells
	xor %eax, %eax
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
	mov $7, %eax
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

	.section .note.GNU-stack, "", @progbits
