/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page tables that a guest starts on, ready made in its image: the lowest
 * 4 GB of guest-physical memory at the same linear addresses, in 2M pages,
 * supervisor, writable and executable. Page 0 is left out, so that a null
 * pointer faults; the 2M around it is mapped by 4K pages for that.
 *
 * A guest on 5-level paging starts on boot_pml5, every other on boot_pml4.
 * Every address space shares the tables below PML4 entry 0 (space.c). All
 * entries have A and D clear: it is the MMU's work to set them.
 */
#define PRESENT_WRITABLE 0x3
#define LARGE 0x80

	.section .tables, "a", @progbits
	.balign 4096
	.globl boot_pml5, boot_pml4
boot_pml5:
	.quad boot_pml4 + PRESENT_WRITABLE
	.fill 511, 8, 0

boot_pml4:
	.quad boot_pdpt + PRESENT_WRITABLE
	.fill 511, 8, 0

boot_pdpt:
	.set i, 0
	.rept 4
	.quad boot_pd + 4096 * i + PRESENT_WRITABLE
	.set i, i + 1
	.endr
	.fill 508, 8, 0

boot_pd:
	.quad boot_pt + PRESENT_WRITABLE
	.set i, 1
	.rept 2047
	.quad (i << 21) + LARGE + PRESENT_WRITABLE
	.set i, i + 1
	.endr

boot_pt:
	.quad 0
	.set i, 1
	.rept 511
	.quad (i << 12) + PRESENT_WRITABLE
	.set i, i + 1
	.endr

	.section .note.GNU-stack, "", @progbits
