// SPDX-License-Identifier: GPL-2.0
/*
 * A user program that calls its kernel, on page tables split in two: the
 * user's hold the user's pages and the little of the kernel that the way in
 * and out needs, the kernel's hold both. Each call loads CR3 twice. It stands
 * for kernels that isolate their tables from users (KPTI), and for system
 * calls into other address spaces (microkernels).
 *
 * The way in is an interrupt: descriptors_page(), a page of stack and a page
 * of trampoline are all that the user's tables hold of the kernel.
 *
 * Theory: no exit under EPT. Under a shadow MMU two exits a call for CR3, and
 * nothing else where both roots are kept; otherwise all that either side
 * touches is filled again after each load. pcid=1: both roots have PCIDs and
 * no load flushes, as kernels do where the CPU offers them. isolated=0: one table
 * holds all, as kernels have it on CPUs without Meltdown, and a call takes no exit
 * under any MMU.
 */
#include "runtime/hot.h"
#include "runtime/layout.h"
#include "runtime/workload.h"

enum { CALLS, USER_PAGES, KERNEL_PAGES, PCID, ISOLATED };

WORKLOAD("kpti", "user code calls the kernel, each on tables of its own",
	 "Kernels that isolate their page tables from user code (KPTI), "
	 "calls between address spaces: two CR3 loads a call.",
	 LARGE_BYTES * 8, [CALLS] = { "calls", "calls of the kernel", 1024, 1, 100000000 },
	 [USER_PAGES] = { "user", "user pages written before each call", 4, 0, 64 },
	 [KERNEL_PAGES] = { "kernel", "kernel pages written in each call", 4, 0, 64 },
	 [PCID] = { "pcid", "1: both tables have PCIDs, and loading them flushes nothing", 0, 0,
		    1 },
	 [ISOLATED] = { "isolated", "1: tables split in two; 0: one for both, and no CR3 load", 1,
			0, 1 });

#define USER_CODE_GVA DATA_GVA
#define USER_DATA_GVA (DATA_GVA + HUGE_BYTES)
#define KERNEL_DATA_GVA (2 * DATA_GVA)
#define KERNEL_PCID 1
#define USER_PCID 2
/* In the first one the user's pages are written on the kernel's tables. */
#define FIRST_CALLS 2

/* What the trampoline knows, and its stack: one page of both tables. */
struct entry_area {
	u64 kernel_cr3, user_cr3, kernel_pages;
	u8 stack[PAGE_BYTES - 3 * sizeof(u64)];
};

struct entry_area entry_area __attribute__((aligned(4096)));
extern const u8 kpti_trampoline[], kpti_trampoline_shared[], kpti_user[];

#define TEXT(x) #x
#define NUMBER(x) TEXT(x)
#define CALL_VECTOR NUMBER(SPARE_VECTOR)
#define USER_RETURN_STUB NUMBER(NR_EXCEPTIONS) " * " NUMBER(TRAP_STUB_BYTES)
/* From page_word() to that of the next page, for up to 64 pages. */
#define NEXT_WORD "4096 + 64"

/*
 * kpti_trampoline: the handler of SPARE_VECTOR. RAX = 0 is a call, 1 leaves
 * user mode for good, the way that USER_RETURN_VECTOR takes.
 * kpti_trampoline_shared: the same on one table for both.
 * kpti_user: RDI holds how many calls, above bit 32 how many pages are written
 * before each. Its stack is never used.
 */
__asm__(".pushsection .text.kpti, \"ax\", @progbits\n"
	"	.balign 4096\n"
	"kpti_trampoline:\n"
	"	movq entry_area + 0(%rip), %rcx\n"
	"	movq %rcx, %cr3\n"
	"	testl %eax, %eax\n"
	"	jnz trap_stubs + " USER_RETURN_STUB "\n"
	"	movq entry_area + 16(%rip), %rcx\n"
	"	movabsq $1 << 40, %rsi\n" /* KERNEL_DATA_GVA */
	"	jrcxz 2f\n"
	"1:	incq (%rsi)\n"
	"	addq $" NEXT_WORD ", %rsi\n"
	"	loop 1b\n"
	"2:	movq entry_area + 8(%rip), %rcx\n"
	"	movq %rcx, %cr3\n"
	"	iretq\n"
	"kpti_trampoline_shared:\n"
	"	testl %eax, %eax\n"
	"	jnz trap_stubs + " USER_RETURN_STUB "\n"
	"	movq entry_area + 16(%rip), %rcx\n"
	"	movabsq $1 << 40, %rsi\n" /* KERNEL_DATA_GVA */
	"	jrcxz 2f\n"
	"1:	incq (%rsi)\n"
	"	addq $" NEXT_WORD ", %rsi\n"
	"	loop 1b\n"
	"2:	iretq\n"
	"	.balign 4096\n"
	"kpti_user:\n"
	"	movl %edi, %edx\n"
	"	shrq $32, %rdi\n"
	"	xorl %eax, %eax\n"
	"1:	movq %rdi, %rcx\n"
	"	movabsq $(1 << 39) + (1 << 30), %rsi\n" /* USER_DATA_GVA */
	"	jrcxz 3f\n"
	"2:	incq (%rsi)\n"
	"	addq $" NEXT_WORD ", %rsi\n"
	"	loop 2b\n"
	"3:	int $" CALL_VECTOR "\n"
	"	decl %edx\n"
	"	jnz 1b\n"
	"	incl %eax\n"
	"	int $" CALL_VECTOR "\n"
	"	.balign 4096\n"
	".popsection\n");

_Static_assert(USER_DATA_GVA == BIT(39) + BIT(30) && KERNEL_DATA_GVA == BIT(40),
	       "the assembly above knows them");

/* The user's pages, in either table: code and data. */
static void map_user(const struct space *space, u64 data_gpa)
{
	space_map(space, USER_CODE_GVA, (u64)kpti_user, ENTRY_PRESENT | ENTRY_USER);
	if (param(USER_PAGES))
		space_map_range(space, USER_DATA_GVA, PAGE_BYTES, data_gpa, param(USER_PAGES),
				MAP_RW | ENTRY_USER);
}

/* Tables without the kernel's map of all memory. */
static struct space create_user_space(void)
{
	struct space user = space_create();

	*space_entry(&user, 0, LEVEL_PML4E) = 0;
	space_map(&user, descriptors_page(), descriptors_page(), MAP_RW);
	space_map(&user, (u64)&entry_area, (u64)&entry_area, MAP_RW);
	space_map(&user, (u64)kpti_trampoline, (u64)kpti_trampoline, ENTRY_PRESENT);
	return user;
}

/* From the kernel's tables and back to them: two loads a call, one to leave. */
static void measure(const char *name, enum phase_condition condition, u64 calls)
{
	struct caught caught;

	phase_begin(name, condition);
	caught = run_user(USER_CODE_GVA, 0, calls | param(USER_PAGES) << 32);
	if (param(ISOLATED) && !param(PCID))
		hot.asked.cr3 += 2 * calls + 1;
	phase_end(calls);
	check(caught.vector == VECTOR_NONE, "the user program met exception %llu at 0x%llx",
	      caught.vector, caught.rip);
}

void workload_run(void)
{
	u64 calls = param(CALLS), user_pages = param(USER_PAGES);
	u64 kernel_pages = param(KERNEL_PAGES), user_gpa, kernel_gpa, i;
	bool isolated = param(ISOLATED);
	struct space user = isolated ? create_user_space() : boot_space;

	check(isolated || !param(PCID), "pcid=1 needs isolated=1: one table needs no PCIDs");
	user_gpa = frames_take(user_pages);
	kernel_gpa = frames_take(kernel_pages);
	memset(gpa_pointer(user_gpa), 0, user_pages * PAGE_BYTES);
	memset(gpa_pointer(kernel_gpa), 0, kernel_pages * PAGE_BYTES);
	map_user(&user, user_gpa);
	if (isolated)
		map_user(&boot_space, user_gpa);
	if (kernel_pages)
		space_map_range(&boot_space, KERNEL_DATA_GVA, PAGE_BYTES, kernel_gpa, kernel_pages,
				MAP_RW);

	entry_area.kernel_pages = kernel_pages;
	entry_area.kernel_cr3 = boot_space.root;
	entry_area.user_cr3 = user.root;
	if (param(PCID)) {
		space_enable_pcids();
		entry_area.kernel_cr3 |= KERNEL_PCID | CR3_NO_FLUSH;
		entry_area.user_cr3 |= USER_PCID | CR3_NO_FLUSH;
	}
	trap_set_gate(SPARE_VECTOR, isolated ? kpti_trampoline : kpti_trampoline_shared);
	trap_set_user_stack((u64)(&entry_area + 1));
	flush_by_cr3(entry_area.kernel_cr3);

	measure("first-calls", COLD, FIRST_CALLS);
	measure("call", CHANGE, calls);

	for (i = 0; i < user_pages; i++)
		check_word(USER_DATA_GVA, PAGE_BYTES, user_gpa, i, calls + FIRST_CALLS);
	for (i = 0; i < kernel_pages; i++)
		check_word(KERNEL_DATA_GVA, PAGE_BYTES, kernel_gpa, i, calls + FIRST_CALLS);
}
