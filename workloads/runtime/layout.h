/* SPDX-License-Identifier: GPL-2.0 */
/* The numbers that assembly and C share. */
#ifndef RUNTIME_LAYOUT_H
#define RUNTIME_LAYOUT_H

#define DOORBELL_PORT 0xb0

/* The stack's last bytes hold struct hot, see hot.h. */
#define STACK_BYTES 16384
#define HOT_BYTES 256

/* Selectors, in the GDT's order (trap.c). */
#define KERNEL_CS 0x08
#define KERNEL_DS 0x10
#define USER_CS 0x1b
#define USER_DS 0x23
#define TSS_SELECTOR 0x28

/* Stubs for all exceptions and the two vectors that software may raise. */
#define NR_EXCEPTIONS 32
#define USER_RETURN_VECTOR 0x80
#define SPARE_VECTOR 0x81
#define NR_VECTORS 0x82
#define NR_TRAP_STUBS (NR_EXCEPTIONS + 2)
#define TRAP_STUB_BYTES 16

#endif
