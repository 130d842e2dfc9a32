/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exceptions, software interrupts and user mode. An exception that nobody
 * claims ends the run with its vector, error code, rip and cr2.
 *
 * Who may claim one, in this order: trap_handler (any vector),
 * page_fault_handler (#PF only), a CATCH() around one instruction, and
 * run_user() for whatever user code raises.
 */
#ifndef RUNTIME_TRAP_H
#define RUNTIME_TRAP_H

#include "types.h"

#define VECTOR_BREAKPOINT 3
#define VECTOR_INVALID_OPCODE 6
#define VECTOR_DOUBLE_FAULT 8
#define VECTOR_GENERAL_PROTECTION 13
#define VECTOR_PAGE_FAULT 14
#define VECTOR_NONE 0xff /* struct caught: nothing happened */

/* As entry.S pushes it. */
struct trap_frame {
	u64 r15, r14, r13, r12, r11, r10, r9, r8;
	u64 rdi, rsi, rbp, rbx, rdx, rcx, rax;
	u64 vector, error_code;
	u64 rip, cs, rflags, rsp, ss;
};

/* The page-fault error code (SDM 3A, 4.7). */
#define PF_PRESENT BIT(0)
#define PF_WRITE BIT(1)
#define PF_USER BIT(2)
#define PF_RESERVED BIT(3)
#define PF_FETCH BIT(4)

/* Each returns whether it dealt with the trap; NULL: nobody home. */
extern bool (*trap_handler)(struct trap_frame *frame);
extern bool (*page_fault_handler)(struct trap_frame *frame, u64 gva);

void trap_init(void);

/* The one page that holds IDT, GDT and TSS; the IDT comes first. */
u64 descriptors_page(void);
void idt_load(u64 gva);
void trap_set_user_stack(u64 rsp); /* TSS.RSP0; 0: the runtime's own */
/* Sends an interrupt that user code may raise to a handler of one's own. */
void trap_set_gate(u32 vector, const u8 *handler);

/* What a trap was, for CATCH() and run_user(). */
struct caught {
	u64 vector; /* VECTOR_NONE: the instruction completed */
	u64 error_code;
	u64 cr2;
	u64 rip;
};

struct catch_state {
	struct caught caught;
	u64 armed, resume_rip, resume_rsp;
};

extern struct catch_state catch_state;

/*
 * Executes the instructions and comes back whatever happens: the first
 * exception lands in catch_state.caught and skips the rest of them. RSP is
 * restored in any case, so that it may be part of the experiment. They may
 * use rax, rcx, rdx.
 */
#define CATCH(instructions, ...)                                                                \
	do {                                                                                    \
		catch_state.caught.vector = VECTOR_NONE;                                        \
		__asm__ volatile("leaq 1f(%%rip), %%rax\n\t"                                    \
				 "movq %%rax, catch_state + %c[catch_rip]\n\t"                  \
				 "movq %%rsp, catch_state + %c[catch_rsp]\n\t"                  \
				 "movq $1, catch_state + %c[catch_armed]\n\t" instructions "\n" \
				 "1:\tmovq catch_state + %c[catch_rsp], %%rsp\n\t"              \
				 "movq $0, catch_state + %c[catch_armed]"                       \
				 :                                                              \
				 : [catch_rip] "i"(offsetof(struct catch_state, resume_rip)),   \
				   [catch_rsp] "i"(offsetof(struct catch_state, resume_rsp)),   \
				   [catch_armed] "i"(offsetof(struct catch_state, armed)),      \
				   ##__VA_ARGS__                                                \
				 : "rax", "rcx", "rdx", "cc", "memory");                        \
	} while (0)

/*
 * Runs user code at rip with that stack and RDI until it traps: VECTOR_NONE
 * after INT USER_RETURN_VECTOR, otherwise what it raised.
 */
struct caught run_user(u64 rip, u64 rsp, u64 rdi);

#endif
