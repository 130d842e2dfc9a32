/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The door between host and guest: loads the guest's registers, enters, and
 * comes back to the instruction after vmx_enter_guest() by way of HOST_RIP.
 */
#include <linux/linkage.h>
#include <asm/alternative.h>
#include <asm/asm.h>
#include <asm/nospec-branch.h>
#include <asm/segment.h>
#include <asm/unwind_hints.h>

#include "mitigations.h"

/* Offsets into u64 gpr[], in the order of the hardware's register numbers. */
#define GPR_RAX 0
#define GPR_RCX 8
#define GPR_RDX 16
#define GPR_RBX 24
#define HOST_RSP_SEEN 32 /* the slot of RSP, which lives in the VMCS */
#define GPR_RBP 40
#define GPR_RSI 48
#define GPR_RDI 56
#define GPR_R8 64
#define GPR_R9 72
#define GPR_R10 80
#define GPR_R11 88
#define GPR_R12 96
#define GPR_R13 104
#define GPR_R14 112
#define GPR_R15 120

#define VMCS_HOST_RSP 0x6c14

/* Everything but RSP; the flags stay as they are. */
.macro LOAD_GUEST_REGISTERS
	mov GPR_RAX(%rdi), %rax
	mov GPR_RCX(%rdi), %rcx
	mov GPR_RDX(%rdi), %rdx
	mov GPR_RBX(%rdi), %rbx
	mov GPR_RBP(%rdi), %rbp
	mov GPR_RSI(%rdi), %rsi
	mov GPR_R8(%rdi), %r8
	mov GPR_R9(%rdi), %r9
	mov GPR_R10(%rdi), %r10
	mov GPR_R11(%rdi), %r11
	mov GPR_R12(%rdi), %r12
	mov GPR_R13(%rdi), %r13
	mov GPR_R14(%rdi), %r14
	mov GPR_R15(%rdi), %r15
	mov GPR_RDI(%rdi), %rdi
.endm

	.section .rodata
/* VERW clears the CPU's buffers only with a selector in memory. */
verw_selector:
	.word __KERNEL_DS

	.section .text

/*
 * int vmx_enter_guest(u64 *gpr, u8 entry)
 * 0 after a VM exit, 1 when VMLAUNCH or VMRESUME failed. Interrupts off.
 */
SYM_FUNC_START(vmx_enter_guest)
	push %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	push %rdi

	/* The kernel stack is nearly always the one of the last time. */
	cmp %rsp, HOST_RSP_SEEN(%rdi)
	je 1f
	mov %rsp, HOST_RSP_SEEN(%rdi)
	mov $VMCS_HOST_RSP, %eax
	vmwrite %rsp, %rax
1:
	cmp $VMX_ENTRY_PLAIN, %sil
	jne 3f
	LOAD_GUEST_REGISTERS
	UNWIND_HINT_SAVE
	vmresume
2:
	/* Still here: VMfail. The guest's registers are where they were. */
	pop %rdi
	mov $1, %eax
	jmp 5f
3:
	/* A launch has VERW too, which costs less than another way through here. */
	mov %esi, %ebx
	call vmx_before_entry
	mov (%rsp), %rdi
	cmp $VMX_ENTRY_PLAIN, %bl /* CF: VMX_ENTRY_LAUNCH */
	LOAD_GUEST_REGISTERS
	verw verw_selector(%rip) /* changes ZF alone */
	jc 4f
	vmresume
	jmp 2b
4:
	vmlaunch
	jmp 2b

SYM_INNER_LABEL(vmx_exit_landing, SYM_L_GLOBAL)
	UNWIND_HINT_RESTORE
	ENDBR
	/* Interrupts are off, RFLAGS is 2, RSP is what we wrote. */
	push %rax
	mov 8(%rsp), %rax
	mov %rcx, GPR_RCX(%rax)
	mov %rdx, GPR_RDX(%rax)
	mov %rbx, GPR_RBX(%rax)
	mov %rbp, GPR_RBP(%rax)
	mov %rsi, GPR_RSI(%rax)
	mov %rdi, GPR_RDI(%rax)
	mov %r8, GPR_R8(%rax)
	mov %r9, GPR_R9(%rax)
	mov %r10, GPR_R10(%rax)
	mov %r11, GPR_R11(%rax)
	mov %r12, GPR_R12(%rax)
	mov %r13, GPR_R13(%rax)
	mov %r14, GPR_R14(%rax)
	mov %r15, GPR_R15(%rax)
	pop %rcx
	mov %rcx, GPR_RAX(%rax)
	pop %rdi

	/* The guest's return addresses must not steer ours. */
	FILL_RETURN_BUFFER %rcx, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT, X86_FEATURE_RSB_VMEXIT_LITE
	/* Nor its branches. */
	ALTERNATIVE "", "call vmx_restore_ibrs", X86_FEATURE_KERNEL_IBRS
#ifdef X86_FEATURE_CLEAR_BHB_LOOP_ON_VMEXIT
	CLEAR_BRANCH_HISTORY_VMEXIT
#endif

	/* Nor may its values be speculated on. */
	xor %ecx, %ecx
	xor %edx, %edx
	xor %esi, %esi
	xor %edi, %edi
	xor %r8d, %r8d
	xor %r9d, %r9d
	xor %r10d, %r10d
	xor %r11d, %r11d
	xor %eax, %eax
5:
	/* The callee-saved registers are overwritten here in any case. */
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
	RET
SYM_FUNC_END(vmx_enter_guest)
