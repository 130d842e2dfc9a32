// SPDX-License-Identifier: GPL-2.0
/*
 * The registers that rule paging: what the guest reads back is what it wrote,
 * and what the manual forbids raises #GP and changes nothing (SDM 3A, 2.5;
 * SDM 2B, MOV to control registers).
 */
#include "selftest.h"

#define NON_CANONICAL (space_is_wide() ? BIT(56) : BIT(47))

static void expect_vector(const char *test, u64 vector)
{
	verify(catch_state.caught.vector == vector, "%s gave exception %llu, expected %llu", test,
	       catch_state.caught.vector, vector);
}

#define REFUSED(test, reg, value)                                  \
	do {                                                       \
		CATCH("movq %[v], %%" reg, [v] "r"((u64)(value))); \
		expect_vector(test, VECTOR_GENERAL_PROTECTION);    \
	} while (0)

static void start_state(void)
{
	u64 cr0 = cpu_read_cr0(), cr4 = cpu_read_cr4();
	u64 efer = cpu_read_msr(MSR_EFER);

	verify(cr0 == (CR0_PE | CR0_ET | CR0_NE | CR0_WP | CR0_PG), "CR0 is 0x%llx at the start",
	       cr0);
	verify(cr4 == (CR4_PAE | (space_is_wide() ? CR4_LA57 : 0)), "CR4 is 0x%llx at the start",
	       cr4);
	verify(efer == (EFER_LME | EFER_LMA | EFER_NXE), "EFER is 0x%llx at the start", efer);
	verify(cpu_read_cr3() == boot_space.root, "CR3 is 0x%llx at the start", cpu_read_cr3());
}

static void read_back(void)
{
	u64 cr3 = cpu_read_cr3(), cr4 = cpu_read_cr4(), machine_status;

	cpu_write_cr2(0x5a5a5a5a5a5a5a5a);
	verify(cpu_read_cr2() == 0x5a5a5a5a5a5a5a5a, "CR2 became 0x%llx", cpu_read_cr2());
	flush_by_cr3(cr3 | ENTRY_PCD | ENTRY_PWT);
	verify(cpu_read_cr3() == (cr3 | ENTRY_PCD | ENTRY_PWT),
	       "CR3 with PCD and PWT became 0x%llx", cpu_read_cr3());
	flush_by_cr3(cr3);
	flush_by_cr4(cr4 | BIT(4));
	verify(cpu_read_cr4() == (cr4 | BIT(4)), "CR4 with PSE became 0x%llx", cpu_read_cr4());
	flush_by_cr4(cr4);
	__asm__ volatile("smsw %0" : "=r"(machine_status)::"memory");
	verify((machine_status & 0xffff) == (cpu_read_cr0() & 0xffff), "SMSW reads 0x%llx",
	       machine_status);
}

static void refused(void)
{
	u64 cr0 = cpu_read_cr0(), cr3 = cpu_read_cr3(), cr4 = cpu_read_cr4();
	u32 address_bits = cpu_id(0x80000008).eax & 0xff;

	REFUSED("CR4 without PAE in 64-bit mode", "cr4", cr4 & ~CR4_PAE);
	REFUSED("CR4 with a reserved bit", "cr4", cr4 | BIT(63));
	REFUSED("another CR4.LA57 in 64-bit mode", "cr4", cr4 ^ CR4_LA57);
	if (!cpu_has_smep())
		REFUSED("CR4.SMEP on a CPU without", "cr4", cr4 | CR4_SMEP);
	if (!cpu_has_smap())
		REFUSED("CR4.SMAP on a CPU without", "cr4", cr4 | CR4_SMAP);
	REFUSED("CR0 with bit 32", "cr0", cr0 | BIT(32));
	REFUSED("CR0 with NW but not CD", "cr0", cr0 | CR0_NW);
	REFUSED("CR0 without PE but with PG", "cr0", cr0 & ~CR0_PE);
	REFUSED("CR0 without PG in 64-bit mode", "cr0", cr0 & ~CR0_PG);
	if (address_bits < 52)
		REFUSED("CR3 beyond the physical addresses", "cr3", cr3 | BIT(address_bits));
	verify(cpu_read_cr0() == cr0 && cpu_read_cr3() == cr3 && cpu_read_cr4() == cr4,
	       "a control register changed although its write raised #GP");
}

static void canonical(void)
{
	CATCH("movq (%[at]), %%rax", [at] "r"(NON_CANONICAL));
	expect_vector("a read of a non-canonical address", VECTOR_GENERAL_PROTECTION);
	CATCH("movq %[at], %%rsp; pushq %%rax", [at] "r"(NON_CANONICAL + 64));
	/* #SS, whose frame can't be pushed there either. */
	expect_vector("a push to a non-canonical address", VECTOR_DOUBLE_FAULT);
	CATCH("invlpg (%[at])", [at] "r"(NON_CANONICAL));
	expect_vector("INVLPG of a non-canonical address", VECTOR_NONE);
}

/* With NXE off, bit 63 is reserved and fetches don't say that they are. */
static void no_execute_off(void)
{
	u64 efer = cpu_read_msr(MSR_EFER);
	u64 gva = DATA_GVA + 2 * HUGE_BYTES, address;
	u64 frame = frames_take(1);
	struct caught caught;

	frame_prepare(frame);
	space_map(&boot_space, gva, frame, MAP_RW);
	caught = try_access(FETCH, false, gva, &address);
	verify(caught.vector == VECTOR_PAGE_FAULT && caught.error_code == (PF_PRESENT | PF_FETCH),
	       "a fetch from an NX page gave %llu, error code 0x%llx", caught.vector,
	       caught.error_code);

	cpu_write_msr(MSR_EFER, efer & ~EFER_NXE);
	flush_by_cr3(cpu_read_cr3());
	expect_fault("bit 63 with NXE off", gva, reserved_error(0));
	caught = try_access(FETCH, false, gva + PAGE_BYTES, &address);
	verify(caught.vector == VECTOR_PAGE_FAULT && caught.error_code == 0,
	       "a fetch with NXE off gave %llu, error code 0x%llx", caught.vector,
	       caught.error_code);
	cpu_write_msr(MSR_EFER, efer);
	flush_by_cr3(cpu_read_cr3());
	verify(cpu_read_msr(MSR_EFER) == efer, "EFER became 0x%llx", cpu_read_msr(MSR_EFER));
	verify((read_word(gva) & 0xff) == 0xc3, "an NX page can't be read");
	space_unmap(&boot_space, gva);
}

void test_registers(void)
{
	start_state();
	read_back();
	/* QEMU takes some of these values, and is lost then. */
	if (param(STRICT))
		refused();
	canonical();
	no_execute_off();
}
