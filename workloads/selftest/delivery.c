// SPDX-License-Identifier: GPL-2.0
/*
 * Faults while an event is being delivered. An interrupt or exception whose
 * stack or descriptor table is mapped by the guest, but not yet known to the
 * MMU below, must reach its handler once and unchanged; one whose stack the
 * guest itself does not map must become a double fault.
 */
#include "selftest.h"

#define NR_EVENTS 6
#define STACK_GVA DELIVERY_GVA
#define UNMAPPED_GVA (DELIVERY_GVA + HUGE_BYTES)
#define CR2_MARK 0x123456789000ull

extern const u8 user_breakpoint[], user_illegal[];

/* What the handler of a software interrupt saw. */
static u64 arrivals, arrival_vector, arrival_rsp;

static bool count_software_interrupts(struct trap_frame *frame)
{
	if (frame->vector != SPARE_VECTOR && frame->vector != VECTOR_BREAKPOINT)
		return false;
	arrivals++;
	arrival_vector = frame->vector;
	arrival_rsp = frame->rsp;
	return true;
}

/* A page of stack at an address that nobody used before. */
static u64 fresh_stack(bool known_frame)
{
	static u64 used;
	u64 gva = STACK_GVA + used++ * PAGE_BYTES;

	space_map(&boot_space, gva, known_frame ? frame_take_zeroed() : frames_take(1), MAP_RW);
	return gva + PAGE_BYTES;
}

static void software_interrupt(u64 rsp, u64 vector)
{
	arrivals = 0;
	if (vector == SPARE_VECTOR)
		CATCH("movq %[rsp], %%rsp; int %[v]", [rsp] "r"(rsp), [v] "i"(SPARE_VECTOR));
	else
		CATCH("movq %[rsp], %%rsp; int3", [rsp] "r"(rsp));
	verify(catch_state.caught.vector == VECTOR_NONE && arrivals == 1 &&
		       arrival_vector == vector && arrival_rsp == rsp,
	       "INT %llu on a fresh stack arrived %llu times, then came %llu", vector, arrivals,
	       catch_state.caught.vector);
}

static void expect_caught(const char *test, u64 vector, u64 error_code, u64 cr2)
{
	const struct caught *caught = &catch_state.caught;

	verify(caught->vector == vector && caught->error_code == error_code && caught->cr2 == cr2,
	       "%s: exception %llu, error code 0x%llx, cr2 0x%llx; expected %llu, 0x%llx, 0x%llx",
	       test, caught->vector, caught->error_code, caught->cr2, vector, error_code, cr2);
}

/*
 * What the MMU below does to bring the stack in must not show: CR2 keeps
 * what the guest last saw there.
 */
static void on_fresh_stacks(bool known_frames)
{
	software_interrupt(fresh_stack(known_frames), SPARE_VECTOR);
	software_interrupt(fresh_stack(known_frames), VECTOR_BREAKPOINT);

	cpu_write_cr2(CR2_MARK);
	CATCH("movq %[rsp], %%rsp; ud2", [rsp] "r"(fresh_stack(known_frames)));
	expect_caught("#UD on a fresh stack", VECTOR_INVALID_OPCODE, 0, CR2_MARK);
	CATCH("movq %[rsp], %%rsp; movq (%[at]), %%rax", [rsp] "r"(fresh_stack(known_frames)),
	      [at] "r"(BIT(63)));
	expect_caught("#GP on a fresh stack", VECTOR_GENERAL_PROTECTION, 0, CR2_MARK);
	CATCH("movq %[rsp], %%rsp; movq %%rax, (%[at])", [rsp] "r"(fresh_stack(known_frames)),
	      [at] "r"(UNMAPPED_GVA + 8));
	expect_caught("#PF on a fresh stack", VECTOR_PAGE_FAULT, PF_WRITE, UNMAPPED_GVA + 8);
}

static void from_user(bool known_frames)
{
	struct caught caught;
	u64 base = USER_CODE_GVA, address;

	trap_set_user_stack(fresh_stack(known_frames));
	arrivals = 0;
	caught = run_user(base + (u64)user_breakpoint % PAGE_BYTES, 0, 0);
	verify(caught.vector == VECTOR_NONE && arrivals == 1,
	       "INT3 in user mode arrived %llu times, then came %llu", arrivals, caught.vector);
	trap_set_user_stack(fresh_stack(known_frames));
	caught = run_user(base + (u64)user_illegal % PAGE_BYTES, 0, 0);
	verify(caught.vector == VECTOR_INVALID_OPCODE &&
		       caught.rip == base + (u64)user_illegal % PAGE_BYTES,
	       "UD2 in user mode gave %llu at 0x%llx", caught.vector, caught.rip);
	trap_set_user_stack(fresh_stack(known_frames));
	caught = try_access(READ, true, UNMAPPED_GVA, &address);
	verify(caught.vector == VECTOR_PAGE_FAULT && caught.error_code == PF_USER &&
		       caught.cr2 == address,
	       "a user's page fault on a fresh stack gave %llu, error code 0x%llx, cr2 0x%llx",
	       caught.vector, caught.error_code, caught.cr2);
	trap_set_user_stack(0);
}

/* Delivery fails: double fault on its own stack (SDM 3A, 6.15). */
static void double_fault(void)
{
	u32 i;

	for (i = 0; i < 4; i++) {
		CATCH("movq %[rsp], %%rsp; pushq %%rax", [rsp] "r"(UNMAPPED_GVA + 0x800));
		verify(catch_state.caught.vector == VECTOR_DOUBLE_FAULT &&
			       catch_state.caught.error_code == 0,
		       "a page fault whose stack is not mapped gave %llu, error code 0x%llx",
		       catch_state.caught.vector, catch_state.caught.error_code);
	}
	/* A contributory exception and a page fault: a plain page fault. */
	CATCH("movq %[rsp], %%rsp; int %[v]", [rsp] "r"(UNMAPPED_GVA + 0x800),
	      [v] "i"(SPARE_VECTOR));
	verify(catch_state.caught.vector == VECTOR_DOUBLE_FAULT,
	       "INT on an unmapped stack gave %llu", catch_state.caught.vector);
}

/* The IDT itself lies behind a translation that the MMU has not met. */
static void fresh_idt(void)
{
	u64 gva = STACK_GVA + HUGE_BYTES / 2;

	space_map(&boot_space, gva, descriptors_page(), MAP_RO);
	cpu_write_cr2(CR2_MARK);
	idt_load(gva);
	CATCH("ud2");
	expect_caught("#UD through a fresh IDT", VECTOR_INVALID_OPCODE, 0, CR2_MARK);
	space_protect(&boot_space, gva, MAP_RO);
	CATCH("movq (%[at]), %%rax", [at] "r"(UNMAPPED_GVA));
	expect_caught("#PF through a flushed IDT", VECTOR_PAGE_FAULT, 0, UNMAPPED_GVA);
	idt_load(descriptors_page());
	space_unmap(&boot_space, gva);
}

void test_delivery(void)
{
	trap_handler = count_software_interrupts;
	on_fresh_stacks(true);
	on_fresh_stacks(false);
	from_user(true);
	from_user(false);
	fresh_idt();
	double_fault();
	trap_handler = NULL;
}
