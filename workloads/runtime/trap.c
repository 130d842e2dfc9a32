// SPDX-License-Identifier: GPL-2.0
/*
 * Descriptor tables and what happens on a trap; see trap.h. #DF has a stack
 * of its own (IST1), every other trap from the kernel stays on its stack.
 */
#include "trap.h"
#include "cpu.h"
#include "hot.h"
#include "layout.h"
#include "report.h"

_Static_assert(sizeof(struct trap_frame) == 22 * 8, "pushed by entry.S");

struct descriptor_pointer {
	u16 limit;
	u64 base;
} __attribute__((packed));

struct gate {
	u16 offset_low, selector;
	u8 ist, type;
	u16 offset_middle;
	u32 offset_high, reserved;
};

struct tss {
	u32 reserved0;
	u64 rsp[3], reserved1, ist[7], reserved2;
	u16 reserved3, io_map;
} __attribute__((packed));

#define GATE_INTERRUPT 0x8e
#define GATE_DPL3 0x60
#define DESCRIPTOR_TSS 0x89ull

#define TRAP_STACK_BYTES 8192

extern const u8 trap_stubs[];
void descriptors_load(const struct descriptor_pointer *gdt, const struct descriptor_pointer *idt);
void user_enter(u64 rip, u64 rsp, u64 rdi);
extern const u8 user_leave[];
void trap(struct trap_frame *frame);

bool (*trap_handler)(struct trap_frame *frame);
bool (*page_fault_handler)(struct trap_frame *frame, u64 gva);
struct catch_state catch_state;

/* Read by entry.S: the stack that run_user() came from. */
u64 user_kernel_rsp;
static struct caught user_caught;

#define NR_DESCRIPTORS (TSS_SELECTOR / 8 + 2)

/*
 * All that the CPU reads by itself to deliver a trap, in one page: who maps
 * little of the kernel, or maps it a second time, maps this one.
 */
static struct descriptors {
	struct gate idt[NR_VECTORS];
	u64 gdt[NR_DESCRIPTORS];
	struct tss tss __attribute__((aligned(128)));
} __attribute__((aligned(4096))) descriptors;

_Static_assert(sizeof(descriptors) == PAGE_BYTES, "one page");

static u8 user_trap_stack[TRAP_STACK_BYTES] __attribute__((aligned(16)));
static u8 double_fault_stack[TRAP_STACK_BYTES] __attribute__((aligned(16)));

/* The accessed bits are set already: a load need not write them. */
static const u64 flat_segments[] = {
	0,
	0x00af9b000000ffff, /* KERNEL_CS */
	0x00cf93000000ffff, /* KERNEL_DS */
	0x00affb000000ffff, /* USER_CS */
	0x00cff3000000ffff, /* USER_DS */
};

_Static_assert(ARRAY_SIZE(flat_segments) == TSS_SELECTOR / 8, "the TSS comes next");

static void gate_set(u32 vector, const u8 *handler, u8 ist, u8 type)
{
	u64 offset = (u64)handler;

	descriptors.idt[vector] = (struct gate){
		.offset_low = (u16)offset,
		.offset_middle = (u16)(offset >> 16),
		.offset_high = (u32)(offset >> 32),
		.selector = KERNEL_CS,
		.ist = ist,
		.type = type,
	};
}

void idt_load(u64 gva)
{
	struct descriptor_pointer pointer = { sizeof(descriptors.idt) - 1, gva };

	__asm__ volatile("lidt %0" ::"m"(pointer) : "memory");
}

u64 descriptors_page(void)
{
	return (u64)&descriptors;
}

void trap_set_gate(u32 vector, const u8 *handler)
{
	gate_set(vector, handler, 0, GATE_INTERRUPT | GATE_DPL3);
}

void trap_set_user_stack(u64 rsp)
{
	descriptors.tss.rsp[0] = rsp ? rsp : (u64)(user_trap_stack + TRAP_STACK_BYTES);
}

static const u8 *trap_stub(u32 index)
{
	return trap_stubs + index * TRAP_STUB_BYTES;
}

void trap_init(void)
{
	struct tss *tss = &descriptors.tss;
	u64 *gdt = descriptors.gdt, base = (u64)tss;
	struct descriptor_pointer gdt_pointer = { sizeof(descriptors.gdt) - 1, (u64)gdt };
	struct descriptor_pointer idt_pointer = { sizeof(descriptors.idt) - 1,
						  (u64)descriptors.idt };
	u32 v;

	for (v = 0; v < NR_EXCEPTIONS; v++)
		gate_set(v, trap_stub(v), 0, GATE_INTERRUPT);
	gate_set(VECTOR_DOUBLE_FAULT, trap_stub(VECTOR_DOUBLE_FAULT), 1, GATE_INTERRUPT);
	trap_set_gate(VECTOR_BREAKPOINT, trap_stub(VECTOR_BREAKPOINT));
	trap_set_gate(USER_RETURN_VECTOR, trap_stub(NR_EXCEPTIONS));
	trap_set_gate(SPARE_VECTOR, trap_stub(NR_EXCEPTIONS + 1));

	trap_set_user_stack(0);
	tss->ist[0] = (u64)(double_fault_stack + TRAP_STACK_BYTES);
	tss->io_map = sizeof(*tss);
	memcpy(gdt, flat_segments, sizeof(flat_segments));
	gdt[TSS_SELECTOR / 8] = (sizeof(*tss) - 1) | (base & 0xffffff) << 16 |
				DESCRIPTOR_TSS << 40 | (base >> 24 & 0xff) << 56;
	gdt[TSS_SELECTOR / 8 + 1] = base >> 32;
	descriptors_load(&gdt_pointer, &idt_pointer);
}

static void record(struct caught *caught, const struct trap_frame *frame)
{
	caught->vector = frame->vector;
	caught->error_code = frame->error_code;
	caught->cr2 = cpu_read_cr2();
	caught->rip = frame->rip;
}

static void unexpected(const struct trap_frame *frame)
{
	fail("unexpected exception %llu, error code 0x%llx, rip 0x%llx, cr2 0x%llx, rsp 0x%llx",
	     frame->vector, frame->error_code, frame->rip, cpu_read_cr2(), frame->rsp);
}

/* Called by entry.S; the frame is what IRETQ will load. */
void trap(struct trap_frame *frame)
{
	if (trap_handler && trap_handler(frame))
		return;
	if (frame->vector == VECTOR_PAGE_FAULT && page_fault_handler &&
	    page_fault_handler(frame, cpu_read_cr2())) {
		hot.guest_faults++;
		return;
	}
	if (frame->cs == USER_CS) {
		record(&user_caught, frame);
		if (frame->vector == USER_RETURN_VECTOR)
			user_caught.vector = VECTOR_NONE;
		frame->cs = KERNEL_CS;
		frame->ss = KERNEL_DS;
		frame->rip = (u64)user_leave;
		frame->rsp = user_kernel_rsp;
		return;
	}
	if (catch_state.armed) {
		record(&catch_state.caught, frame);
		catch_state.armed = 0;
		frame->rip = catch_state.resume_rip;
		frame->rsp = catch_state.resume_rsp;
		/* #DF does not save CS and SS reliably (SDM 3A, 6.15). */
		frame->cs = KERNEL_CS;
		frame->ss = KERNEL_DS;
		return;
	}
	unexpected(frame);
}

struct caught run_user(u64 rip, u64 rsp, u64 rdi)
{
	user_enter(rip, rsp, rdi);
	return user_caught;
}
