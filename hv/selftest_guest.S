/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest of selftest.c, copied to guest-physical SELFTEST_CODE. Round by round it
 * rings three times: with what it reads through an entry of its page table, with what
 * it reads there after it has changed the entry, and when it has counted from RDI
 * down to 0.
 */
#include "selftest_guest.h"

	.section .init.rodata, "a"
	.globl hv_selftest_guest, hv_selftest_guest_end
hv_selftest_guest:
	mov $SELFTEST_DOORBELL, %edx
1:
	mov SELFTEST_DATA, %eax
	out %eax, %dx
	mov SELFTEST_DATA_PTE, %rax
	xor $SELFTEST_TOGGLE, %rax
	mov %rax, SELFTEST_DATA_PTE
	invlpg SELFTEST_DATA
	mov SELFTEST_DATA, %eax
	mov %eax, SELFTEST_WRITTEN
	mov %eax, SELFTEST_WRITTEN + 0x1000
	out %eax, %dx
	mov %rdi, %rcx
2:
	dec %rcx
	jnz 2b
	mov $SELFTEST_DONE, %eax
	out %eax, %dx
	jmp 1b
hv_selftest_guest_end:
