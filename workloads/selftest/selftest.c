// SPDX-License-Identifier: GPL-2.0
/*
 * Not a measurement: a broad check that the machine under this guest behaves
 * as the manual says, for tests. It runs alike on a bare CPU and on every MMU
 * backend; the digest it prints is the same on all of them.
 */
#include "selftest.h"

WORKLOAD("selftest", "checks paging against the manual; measures nothing",
	 "Nothing: it proves that a guest cannot tell which MMU it "
	 "runs on, except by time.",
	 LARGE_BYTES * 16,
	 [STRICT] = { "strict",
		      "0: overlook what the CPU of QEMU 7.2 does not do as the manual says", 1, 0,
		      1 });

extern const u8 user_read[], user_write[], user_fetch[];

static u64 checks, digest;

void selftest_seen(u64 what)
{
	checks++;
	digest = random_mix(digest + RANDOM_STEP + what);
}

u64 access_bits(enum access access, bool user)
{
	static const u64 bits[NR_ACCESSES] = {
		[READ] = 0,
		[WRITE] = PF_WRITE,
		[FETCH] = PF_FETCH,
	};

	return bits[access] | (user ? PF_USER : 0);
}

void frame_prepare(u64 gpa)
{
	u8 *page = gpa_pointer(gpa);

	memset(page, 0, PAGE_BYTES);
	page[KERNEL_CODE_OFFSET] = 0xc3;
	page[USER_CODE_OFFSET] = 0xcd;
	page[USER_CODE_OFFSET + 1] = USER_RETURN_VECTOR;
}

u64 frame_tagged(u64 tag)
{
	u64 gpa = frame_take_zeroed();

	write_word(gpa, tag);
	return gpa;
}

static struct caught try_kernel(enum access access, u64 address)
{
	switch (access) {
	case READ:
		CATCH("movq (%[address]), %%rax", [address] "r"(address));
		break;
	case WRITE:
		CATCH("movq %%rsp, (%[address])", [address] "r"(address));
		break;
	default:
		CATCH("call *%[address]", [address] "r"(address));
	}
	return catch_state.caught;
}

struct caught try_access(enum access access, bool user, u64 gva, u64 *address)
{
	static const u8 *const code[NR_ACCESSES] = {
		[READ] = user_read,
		[WRITE] = user_write,
		[FETCH] = user_fetch,
	};

	if (access != FETCH)
		*address = gva + DATA_OFFSET;
	else
		*address = gva + (user ? USER_CODE_OFFSET : KERNEL_CODE_OFFSET);
	if (!user)
		return try_kernel(access, *address);
	return run_user(USER_CODE_GVA + (u64)code[access] % PAGE_BYTES, 0, *address);
}

u64 read_word(u64 gva)
{
	u64 value;

	CATCH("movq (%[gva]), %%rax; movq %%rax, (%[value])", [gva] "r"(gva), [value] "r"(&value));
	check(catch_state.caught.vector == VECTOR_NONE,
	      "reading 0x%llx raised exception %llu, error code 0x%llx", gva,
	      catch_state.caught.vector, catch_state.caught.error_code);
	return value;
}

void expect_word(const char *test, u64 gva, u64 value)
{
	u64 seen = read_word(gva);

	verify(seen == value, "%s: 0x%llx holds 0x%llx, expected 0x%llx", test, gva, seen, value);
}

void expect_fault(const char *test, u64 gva, u64 error_code)
{
	struct caught caught;

	CATCH("movq (%[gva]), %%rax", [gva] "r"(gva));
	caught = catch_state.caught;
	verify(caught.vector == VECTOR_PAGE_FAULT && caught.error_code == error_code &&
		       caught.cr2 == gva,
	       "%s: reading 0x%llx raised %llu, error code 0x%llx, cr2 0x%llx; expected #PF with "
	       "0x%llx",
	       test, gva, caught.vector, caught.error_code, caught.cr2, error_code);
}

static void run(const char *name, void (*tests)(void))
{
	u64 before = checks;
	u64 cr0 = cpu_read_cr0(), cr3 = cpu_read_cr3(), cr4 = cpu_read_cr4();

	phase_begin(name, CHANGE);
	tests();
	phase_end(checks - before);
	check(cpu_read_cr0() == cr0 && cpu_read_cr3() == cr3 && cpu_read_cr4() == cr4,
	      "%s left the control registers changed", name);
	print("selftest: %s: %llu checks\n", name, checks - before);
}

void workload_run(void)
{
	space_map(&boot_space, USER_CODE_GVA, (u64)user_read & ~(PAGE_BYTES - 1),
		  ENTRY_PRESENT | ENTRY_USER);
	run("registers", test_registers);
	run("translations", test_translations);
	run("tables", test_tables);
	run("table-writes", test_table_writes);
	run("faults", test_faults);
	run("large-pages", test_large_pages);
	run("spaces", test_spaces);
	run("wide-addresses", test_wide_addresses);
	run("global-pages", test_global_pages);
	run("pcids", test_pcids);
	run("delivery", test_delivery);
	run("reserved-bits", test_reserved_bits);
	run("permissions", test_permissions);
	run("implicit-accesses", test_implicit_accesses);
	print("selftest: %llu checks, digest 0x%llx\n", checks, digest);
}
