// SPDX-License-Identifier: GPL-2.0
/*
 * Guests that mean no good, one a mode: they break every rule there is. None
 * of them may do more than end its own run, with a reason, or keep its own
 * vCPU busy until it is stopped. Only tests run this.
 *
 * How each must end stands beside it in modes[], and for the test in
 * tests/machine/inside: "ends" is whatever the hypervisor or the tool calls it
 * (but a bug of the hypervisor's), "passes" exit status 0, "fails" exit status 1
 * with a message of the guest's, "runs" not at all until it is killed.
 */
#include "runtime/workload.h"

enum { MODE, SEED };

#define NR_MODES 33

WORKLOAD("hostile", "misbehaves in a chosen way; for tests only",
	 "Nothing: it proves that a guest harms nobody but itself.",
	 LARGE_BYTES * 8, [MODE] = { "mode", "which misdeed, see hostile.c", 0, 0, NR_MODES - 1 },
	 [SEED] = { "seed", "of the random ones", 1, 0, ~0ull });

#define GVA DATA_GVA
#define STORM 2000

static u64 random_state;

static u64 random(void)
{
	return random_next(&random_state);
}

/* A random entry: often nearly right, which is worse than plain noise. */
static u64 random_entry(void)
{
	u64 entry = random();

	switch (random() % 4) {
	case 0:
		return entry;
	case 1:
		return (entry & 0xfff) | (random() % memory_bytes() & ~0xfffull);
	case 2:
		return (random() % memory_bytes() & ~0xfffull) | TABLE_FLAGS;
	default:
		return entry & 0x000000ffffffffff;
	}
}

static void triple_fault(void)
{
	struct {
		u16 limit;
		u64 base;
	} __attribute__((packed)) none = { 0, 0 };

	__asm__ volatile("lidt %0; ud2" ::"m"(none));
}

static void loop(void)
{
	for (;;)
		barrier();
}

static void halt_loop(void)
{
	for (;;)
		cpu_halt();
}

static void garbage_cr3(void)
{
	u64 gpa = frames_take(1), i;

	for (i = 0; i < 512; i++)
		((u64 *)gpa_pointer(gpa))[i] = random_entry();
	flush_by_cr3(gpa);
}

static void cr3_outside(void)
{
	flush_by_cr3(memory_bytes());
}

/* Junk over the tables that map this very code. */
static void garbage_own_tables(void)
{
	volatile u64 *entry = gpa_pointer(boot_space.root);
	u64 i;

	for (i = 0; i < STORM; i++) {
		entry[random() % (BOOT_TABLES * 512)] = random_entry();
		if (random() % 8 == 0)
			flush_by_cr3(cpu_read_cr3());
	}
	for (i = 0; i < BOOT_TABLES * 512; i++)
		entry[i] = random();
	flush_by_cr3(cpu_read_cr3());
}

/* Junk in tables of data, used at once; ends when it leads out of memory. */
static void garbage_data_tables(void)
{
	u64 *pte = space_prepare(&boot_space, GVA, LEVEL_PTE);
	u64 *pde = space_entry(&boot_space, GVA, LEVEL_PDE);
	u64 *pdpte = space_entry(&boot_space, GVA, LEVEL_PDPTE);
	u64 kept_pde = *pde, kept_pdpte = *pdpte, i;

	for (i = 0; i < STORM; i++) {
		WRITE_ONCE(*pdpte, random() % 4 ? kept_pdpte : random_entry());
		WRITE_ONCE(*pde, random() % 4 ? kept_pde : random_entry());
		WRITE_ONCE(*pte, random_entry());
		if (random() % 2)
			flush_page(GVA);
		CATCH("movq (%[gva]), %%rax", [gva] "r"(GVA));
	}
}

static void beyond_memory(void)
{
	space_map(&boot_space, GVA, memory_bytes(), MAP_RW);
	(void)*(volatile u64 *)gpa_pointer(GVA);
}

static void far_beyond_memory(void)
{
	space_map(&boot_space, GVA, BIT(38), MAP_RW);
	*(volatile u64 *)gpa_pointer(GVA) = 1;
}

static void large_page_across_the_end(void)
{
	space_map_sized(&boot_space, GVA, memory_bytes() & ~(LARGE_BYTES - 1), LARGE_BYTES, MAP_RW);
	*(volatile u64 *)gpa_pointer(GVA + LARGE_BYTES - 8) = 1;
}

static void table_outside(void)
{
	u64 *pde = space_prepare(&boot_space, GVA, LEVEL_PDE);

	WRITE_ONCE(*pde, memory_bytes() | TABLE_FLAGS);
	(void)*(volatile u64 *)gpa_pointer(GVA);
}

static void unknown_port(void)
{
	cpu_out8(0x80, 0);
}

static void wrong_port_width(void)
{
	__asm__ volatile("outw %%ax, $0xb4" ::"a"(0));
}

static void string_port(void)
{
	u64 at = HVBENCH_MAILBOX_GPA, n = 4;

	__asm__ volatile("rep outsb" : "+S"(at), "+c"(n) : "d"(HVBENCH_PORT_NULL) : "memory");
}

/* Instructions that this machine lacks or guards: any exception will do. */
static void odd_instructions(void)
{
	u64 zero = 0;

	CATCH("vmxon (%[m])", [m] "r"(&zero));
	CATCH("vmptrld (%[m])", [m] "r"(&zero));
	CATCH("vmlaunch");
	CATCH("vmxoff");
	CATCH("movl $1, %%eax; invept (%[m]), %%rax", [m] "r"(&zero));
	CATCH("movl $1, %%eax; invvpid (%[m]), %%rax", [m] "r"(&zero));
	CATCH("movl $0, %%eax; invpcid (%[m]), %%rax", [m] "r"(&zero));
	CATCH("movq %%rax, %%dr7");
	CATCH("movq %%dr6, %%rax");
	CATCH("xorl %%ecx, %%ecx; rdpmc");
	CATCH("xorl %%ecx, %%ecx; xorl %%edx, %%edx; movl $1, %%eax; xsetbv");
	CATCH("xorl %%ecx, %%ecx; xgetbv");
	CATCH("movq %%rax, %%cr8");
	CATCH("movq %%cr8, %%rax");
	CATCH("monitor");
	CATCH("mwait");
	CATCH("wbinvd");
	CATCH("invd");
	CATCH("xorl %%eax, %%eax; getsec");
	CATCH("rsm");
	CATCH("rdtscp");
	CATCH("rdrand %%rax");
	CATCH("rdseed %%rax");
	CATCH("swapgs; swapgs");
	CATCH("syscall");
	CATCH("sysenter");
	CATCH("lldt %%ax");
	CATCH("movl $0xfff8, %%eax; movl %%eax, %%ss");
	CATCH("movl $0xfff8, %%eax; ltr %%ax");
	CATCH("clts");
	CATCH("pause");
	CATCH("sti; nop; cli");
	CATCH("int $0x20");
	CATCH("int1");
	CATCH("vmmcall");
}

static void floating_point(void)
{
	CATCH("fninit; fld1; fstp %%st(0)");
	CATCH("xorps %%xmm0, %%xmm0");
	CATCH("vxorps %%ymm0, %%ymm0, %%ymm0");
}

static void random_msrs(void)
{
	u64 i, msr;

	for (i = 0; i < STORM; i++) {
		msr = random() % 4 ? random() % 0x1000 : 0xc0000000 + random() % 0x200;
		CATCH("movq %[msr], %%rcx; rdmsr", [msr] "r"(msr));
		if (msr != MSR_EFER)
			CATCH("movq %[msr], %%rcx; movq %[value], %%rax; movq %%rax, %%rdx; wrmsr",
			      [msr] "r"(msr), [value] "r"(random()));
	}
}

static void cpuid_storm(void)
{
	u64 i;

	for (i = 0; i < STORM; i++)
		cpu_id((u32)random_entry());
}

static void hypercall_storm(void)
{
	u64 i;

	for (i = 0; i < STORM; i++)
		CATCH("movq %[n], %%rax; vmcall", [n] "r"(random()));
}

static void invlpg_storm(void)
{
	u64 i;

	for (i = 0; i < STORM; i++)
		CATCH("invlpg (%[gva])", [gva] "r"(random() << random() % 32));
}

/* Flips of single bits of the control registers, kept when accepted. */
static void control_register_storm(void)
{
	u64 i, bit;

	for (i = 0; i < STORM; i++) {
		bit = BIT(random() % 64);
		CATCH("movq %%cr0, %%rax; xorq %[bit], %%rax; movq %%rax, %%cr0", [bit] "r"(bit));
		CATCH("movq %%cr4, %%rax; xorq %[bit], %%rax; movq %%rax, %%cr4", [bit] "r"(bit));
		CATCH("movq %%cr3, %%rax; orq %[bit], %%rax; movq %%rax, %%cr3",
		      [bit] "r"(random() % 2 ? BIT(3) : BIT(4)));
	}
}

static void jump_to_nothing(void)
{
	((void (*)(void))gpa_pointer(GVA))();
}

static bool handled_not_at_all(struct trap_frame *frame, u64 gva)
{
	(void)frame;
	(void)gva;
	return true;
}

static void endless_page_faults(void)
{
	page_fault_handler = handled_not_at_all;
	*(volatile u64 *)gpa_pointer(GVA) = 1;
}

static void absurd_phase(void)
{
	struct hvbench_mailbox *box = mailbox();

	phase_begin("absurd", CHANGE);
	phase_begin("absurd-again", CHANGE);
	box->ops = ~0ull;
	box->tsc_begin = ~0ull;
	box->tsc_end = 1;
	box->table_bytes = ~0ull;
	box->guest_faults = ~0ull;
	memset(&box->asked, 0, sizeof(box->asked));
	memset(&box->asked_begin, 0xff, sizeof(box->asked_begin));
	doorbell(HVBENCH_BELL_PHASE_END);
	doorbell(HVBENCH_BELL_PHASE_END);
}

static void unterminated_strings(void)
{
	struct hvbench_mailbox *box = mailbox();

	memset(box, 'x', PAGE_BYTES);
	box->console_bytes = ~0u;
	doorbell(HVBENCH_BELL_CONSOLE);
	memset(box, 0xff, PAGE_BYTES);
	doorbell(HVBENCH_BELL_PHASE_BEGIN);
	doorbell(HVBENCH_BELL_EXIT);
}

static void unknown_doorbell(void)
{
	doorbell(0xdeadbeef);
}

/* The tool's own page, and the one that the tool wrote. */
static void mailbox_as_table(void)
{
	u64 *pde = space_prepare(&boot_space, GVA, LEVEL_PDE);

	WRITE_ONCE(*pde, HVBENCH_MAILBOX_GPA | TABLE_FLAGS);
	CATCH("movq (%[gva]), %%rax", [gva] "r"(GVA));
	phase_begin("mailbox-as-table", CHANGE);
	CATCH("movq (%[gva]), %%rax", [gva] "r"(GVA + PAGE_BYTES));
	phase_end(1);
	WRITE_ONCE(*pde, 0);
	flush_page(GVA);
}

/* Where the log's answer must not go: it may be refused or end the run. */
static void log_outside(void)
{
	doorbell_ask(HVBENCH_BELL_LOG_START, 0, 0);
	doorbell_ask(HVBENCH_BELL_LOG_COLLECT, memory_bytes(), 0);
	doorbell_ask(HVBENCH_BELL_LOG_COLLECT, memory_bytes() - PAGE_BYTES, ~0ull << 12);
	doorbell_ask(HVBENCH_BELL_LOG_COLLECT, ~0ull << 12, ~0ull << 12);
}

static void log_unaligned(void)
{
	u64 gpa = frames_take(2), i;

	doorbell_ask(HVBENCH_BELL_LOG_COLLECT, gpa, 0); /* not started */
	doorbell_ask(HVBENCH_BELL_LOG_STOP, 0, 0);
	doorbell_ask(HVBENCH_BELL_LOG_START, 0, 0);
	doorbell_ask(HVBENCH_BELL_LOG_START, ~0ull, ~0ull);
	for (i = 0; i < 64; i++)
		doorbell_ask(HVBENCH_BELL_LOG_COLLECT, gpa + BIT(i % 12), gpa + i);
}

/* Over the tables that map this very code, while they are in use. */
static void log_into_own_tables(void)
{
	doorbell_ask(HVBENCH_BELL_LOG_START, 0, 0);
	doorbell_ask(HVBENCH_BELL_LOG_COLLECT, boot_space.root, boot_space.root + PAGE_BYTES);
	doorbell_ask(HVBENCH_BELL_LOG_COLLECT, HVBENCH_MAILBOX_GPA, HVBENCH_PARAMS_GPA);
	flush_by_cr3(cpu_read_cr3());
}

/* A live page table at GVA, and what it maps behind it. */
static u64 *table_at_gva(void)
{
	u64 table;

	space_prepare(&boot_space, GVA + LARGE_BYTES, LEVEL_PTE);
	table = *space_entry(&boot_space, GVA + LARGE_BYTES, LEVEL_PDE) & ENTRY_ADDRESS;
	space_map(&boot_space, GVA, table, ENTRY_PRESENT | ENTRY_WRITE);
	space_map(&boot_space, GVA + LARGE_BYTES, frame_take_zeroed(), MAP_RW);
	(void)*(volatile u64 *)gpa_pointer(GVA + LARGE_BYTES);
	return gpa_pointer(GVA);
}

/* Code in a page table that writes to itself: MOV over the bytes behind it. */
static void code_in_a_table(void)
{
	static const u8 code[] = {
		0xc6, 0x05, 0x01, 0x00, 0x00, 0x00, 0xcc, /* movb $0xcc, 1(%rip) */
		0x90, /* nop */
		0x0b, 0x0b, /* becomes INT3 in its first half */
	};
	u8 *at = (u8 *)table_at_gva();
	u64 i;

	for (i = 0; i < 64; i++) {
		memcpy(at + 1024 + i, code, sizeof(code));
		CATCH("call *%[code]", [code] "r"(at + 1024 + i));
		if (i % 8 == 0)
			flush_page(GVA + LARGE_BYTES);
	}
	/* Across the end of the table, into a page that is not there. */
	memcpy(at + PAGE_BYTES - 3, code, 3);
	CATCH("call *%[code]", [code] "r"(at + PAGE_BYTES - 3));
}

/* Opcodes whose operands could lead away: jumps, ports, returns, registers. */
static bool leads_away(const u8 *op)
{
	u8 low = op[1];

	if (op[0] == 0x0f)
		return low <= 0x09 || (low & 0xf0) == 0x80 || (low & 0xf8) == 0x20 ||
		       (low & 0xf8) == 0x30 || low == 0xa1 || low == 0xa9 || low == 0xaa ||
		       (low & 0xf8) == 0xb0;
	return (op[0] & 0xf0) == 0x70 || (op[0] & 0xf0) == 0xe0 || (op[0] & 0xfc) == 0x6c ||
	       op[0] == 0x8e || op[0] == 0x9d || op[0] == 0xf1 || op[0] == 0xff ||
	       (op[0] & 0xfe) == 0xc2 || (op[0] >= 0xca && op[0] <= 0xcf);
}

/* A stray access beyond memory is to be a page fault, not the run's end. */
static void map_memory_alone(void)
{
	u64 gpa;

	for (gpa = memory_bytes(); gpa < HUGE_BYTES; gpa += LARGE_BYTES)
		*space_entry(&boot_space, gpa, LEVEL_PDE) = 0;
	for (gpa = HUGE_BYTES; gpa < 4 * HUGE_BYTES; gpa += HUGE_BYTES)
		*space_entry(&boot_space, gpa, LEVEL_PDPTE) = 0;
	flush_by_cr3(cpu_read_cr3());
}

/* The code may change every register: all that C keeps is on the stack. */
static __attribute__((noinline)) void storm_step(const u8 *code, u64 target)
{
	CATCH("movl $5, %%ecx; movl $7, %%edx; jmp *%[code]", [code] "S"(code), "D"(target));
	__asm__ volatile("cld" ::
				 : "rbx", "rbp", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
				   "r15", "rdi", "rsi", "cc", "memory");
}

/* Random instructions that write to a live table, across pages of code too. */
static void emulator_storm(void)
{
	static const u8 prefixes[] = { 0x66, 0x67, 0xf2, 0xf3, 0xf0, 0x2e, 0x65, 0x48,
				       0x4c, 0x41, 0x40, 0x4f, 0x66, 0xf0, 0x48, 0x48 };
	u64 *table = table_at_gva(), i, n;
	u8 *code = gpa_pointer(frames_take(2)), *at;

	map_memory_alone();
	for (i = 0; i < STORM; i++) {
		memset(code, 0x90, PAGE_BYTES);
		memset(code + PAGE_BYTES, 0xcc, 64);
		at = code + PAGE_BYTES - random() % 16;
		for (n = random() % 5; n; n--)
			*at++ = prefixes[random() % sizeof(prefixes)];
		do {
			at[0] = random() % 3 ? random() : 0x0f;
			at[1] = random();
		} while (leads_away(at));
		at += at[0] == 0x0f ? 2 : 1;
		/* (%rdi); not 0x0f, which after a prefix is an opcode's first half. */
		n = random() % 7;
		*at++ = (u8)((n + (n > 0)) << 3 | 7);
		/* Harmless where they are no operand: AND, SUB, XOR, CMP. */
		for (n = 0; n < 4; n++)
			*at++ = 0x20 | random() % 32;
		*at = 0xcc;
		storm_step(code + PAGE_BYTES - 16, (u64)(table + random() % 500));
		if (i % 4 == 0)
			flush_page(GVA + LARGE_BYTES);
	}
}

/* Bytes that straddle a table and data, a table and nothing, two mappings. */
static void straddling_writes(void)
{
	u8 *at = (u8 *)table_at_gva() + PAGE_BYTES;
	u64 i;

	for (i = 1; i < 8; i++)
		CATCH("movq $-1, (%[at])", [at] "r"(at - i));
	space_map(&boot_space, GVA + PAGE_BYTES, frame_take_zeroed(), MAP_RW);
	for (i = 1; i < 8; i++)
		CATCH("movq $-1, (%[at])", [at] "r"(at - i));
	WRITE_ONCE(*space_entry(&boot_space, GVA + PAGE_BYTES, LEVEL_PTE), memory_bytes() | MAP_RW);
	flush_page(GVA + PAGE_BYTES);
	for (i = 1; i < 8; i++)
		CATCH("movq $-1, (%[at])", [at] "r"(at - i));
}

static void (*const modes[NR_MODES])(void) = {
	triple_fault, /* 0: ends */
	loop, /* 1: runs */
	halt_loop, /* 2: runs */
	garbage_cr3, /* 3: ends */
	cr3_outside, /* 4: ends */
	garbage_own_tables, /* 5: ends, or fails */
	garbage_data_tables, /* 6: ends, or passes */
	beyond_memory, /* 7: ends */
	far_beyond_memory, /* 8: ends */
	large_page_across_the_end, /* 9: ends */
	table_outside, /* 10: ends */
	unknown_port, /* 11: ends */
	wrong_port_width, /* 12: ends */
	string_port, /* 13: ends, or passes */
	odd_instructions, /* 14: ends, or passes */
	floating_point, /* 15: ends, or passes */
	random_msrs, /* 16: passes */
	cpuid_storm, /* 17: passes */
	hypercall_storm, /* 18: passes */
	invlpg_storm, /* 19: passes */
	control_register_storm, /* 20: any but runs */
	jump_to_nothing, /* 21: fails */
	endless_page_faults, /* 22: runs */
	absurd_phase, /* 23: any but runs */
	unterminated_strings, /* 24: ends, or fails */
	unknown_doorbell, /* 25: any but runs */
	mailbox_as_table, /* 26: ends, or passes */
	log_outside, /* 27: ends, or passes */
	log_unaligned, /* 28: ends, or passes */
	log_into_own_tables, /* 29: any but runs */
	code_in_a_table, /* 30: passes */
	emulator_storm, /* 31: any but runs */
	straddling_writes, /* 32: ends */
};

void workload_run(void)
{
	random_state = param(SEED);
	modes[param(MODE)]();
}
