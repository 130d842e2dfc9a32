/* SPDX-License-Identifier: GPL-2.0 */
/* What forms.S and writes.c share: C and assembly read it. */
#ifndef SELFTEST_FORMS_H
#define SELFTEST_FORMS_H

/*
 * Two pages that the forms write to: below 4 GB, so that a form may have a
 * 32-bit address, and behind all guest memory that selftest runs with.
 */
#define FORMS_GVA 0xc0000000

/* Traits of a form. */
#define FORM_ANY 0
#define FORM_LOCKED 1 /* only at naturally aligned addresses: no split locks */
#define FORM_LOGIC 2 /* AF is undefined (and OF of a shift by more than one) */
#define FORM_BIT 4 /* OF, SF, AF and PF are undefined */
#define FORM_MOVBE 8 /* not on every CPU */
#define FORM_STACK 16 /* moves RSP: a fault would be delivered there */

/* Offsets in struct form_state and struct catch_state. */
#define FORM_RAX 0
#define FORM_RCX 8
#define FORM_RDX 16
#define FORM_RBX 24
#define FORM_RSI 32
#define FORM_RDI 40
#define FORM_RFLAGS 48
#define CATCH_ARMED 32
#define CATCH_RIP 40
#define CATCH_RSP 48

#endif
