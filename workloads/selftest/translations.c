// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of translations and what must be seen after them: at once, after
 * INVLPG, after a CR3 load (SDM 3A, 4.10.4). Where the manual lets a stale
 * translation live on, either answer is taken.
 */
#include "selftest.h"

#define GVA TRANSLATION_GVA

static u64 *entry_of(u64 gva)
{
	return space_entry(&boot_space, gva, LEVEL_PTE);
}

static void point(u64 gva, u64 gpa, u64 flags)
{
	WRITE_ONCE(*entry_of(gva), gpa | flags);
}

static void remap(u64 a, u64 b)
{
	u64 seen;
	u32 i;

	for (i = 0; i < 8; i++) {
		point(GVA, i % 2 ? b : a, MAP_RW);
		flush_page(GVA);
		expect_word("remap with INVLPG", GVA, i % 2 ? 2 : 1);
	}
	for (i = 0; i < 8; i++) {
		point(GVA, i % 2 ? b : a, MAP_RW);
		flush_by_cr3(cpu_read_cr3());
		expect_word("remap with a CR3 load", GVA, i % 2 ? 2 : 1);
	}
	for (i = 0; i < 8; i++) {
		point(GVA, i % 2 ? b : a, MAP_RW);
		seen = read_word(GVA);
		verify(seen == 1 || seen == 2, "a page whose entry changes shows 0x%llx", seen);
	}
	flush_page(GVA);
	expect_word("remap without flush, then INVLPG", GVA, 2);
}

/* What is not present is never cached: no flush is needed (4.10.2.3). */
static void present_at_once(u64 a, u64 b)
{
	u32 i;

	for (i = 0; i < 8; i++) {
		point(GVA, 0, 0);
		flush_page(GVA);
		expect_fault("unmapped page", GVA, 0);
		point(GVA, i % 2 ? b : a, MAP_RW);
		expect_word("freshly mapped page", GVA, i % 2 ? 2 : 1);
	}
}

/* More rights without a flush: one spurious fault at most (4.10.4.3). */
static void more_rights_at_once(u64 a)
{
	struct caught caught;
	u64 address;
	u32 i;

	for (i = 0; i < 8; i++) {
		point(GVA, a, MAP_RO);
		flush_page(GVA);
		caught = try_access(WRITE, false, GVA, &address);
		verify(caught.vector == VECTOR_PAGE_FAULT &&
			       caught.error_code == (PF_PRESENT | PF_WRITE),
		       "a write to a read-only page gave %llu, error code 0x%llx", caught.vector,
		       caught.error_code);
		point(GVA, a, MAP_RW);
		try_access(WRITE, false, GVA, &address);
		caught = try_access(WRITE, false, GVA, &address);
		verify(caught.vector == VECTOR_NONE,
		       "the second write to a page made writable gave %llu", caught.vector);
	}
}

/* Accessed-bit and dirty-bit scanning, as a page-reclaim daemon does it. */
static void scan_bits(u64 a)
{
	u64 *entry = entry_of(GVA);
	u32 i;

	for (i = 0; i < 8; i++) {
		point(GVA, a, MAP_RW);
		flush_page(GVA);
		read_word(GVA);
		verify(*entry == (a | MAP_RW | ENTRY_ACCESSED), "a read left the entry as 0x%llx",
		       *entry);
		write_word(GVA, 1);
		verify(*entry == (a | MAP_RW | ENTRY_ACCESSED | ENTRY_DIRTY),
		       "a write left the entry as 0x%llx", *entry);
		point(GVA, a, MAP_RW | ENTRY_DIRTY);
		flush_page(GVA);
		/* A alone may come early: a CPU may translate ahead (4.8). */
		verify((*entry & ~ENTRY_ACCESSED) == (a | MAP_RW | ENTRY_DIRTY),
		       "an untouched entry is 0x%llx", *entry);
		write_word(GVA, 1);
		verify(*entry == (a | MAP_RW | ENTRY_ACCESSED | ENTRY_DIRTY),
		       "a write to a dirty page left the entry as 0x%llx", *entry);
		point(GVA, a, MAP_RW | ENTRY_ACCESSED);
		flush_page(GVA);
		read_word(GVA);
		verify(*entry == (a | MAP_RW | ENTRY_ACCESSED),
		       "a read of a clean page left the entry as 0x%llx", *entry);
	}
	/* Bits that are the software's own, and PWT, PCD, PAT, survive. */
	point(GVA, a, MAP_RW | BIT(9) | BIT(10) | BIT(11) | BIT(52) | BIT(58));
	flush_page(GVA);
	write_word(GVA, 1);
	verify(*entry == (a | MAP_RW | BIT(9) | BIT(10) | BIT(11) | BIT(52) | BIT(58) |
			  ENTRY_ACCESSED | ENTRY_DIRTY),
	       "software's own bits of an entry became 0x%llx", *entry);
}

/* Two addresses, one frame, different rights. */
static void alias(u64 a)
{
	struct caught caught;
	u64 other = GVA + PAGE_BYTES, address;

	point(GVA, a, MAP_RW);
	flush_page(GVA);
	space_map(&boot_space, other, a, MAP_RO);
	write_word(GVA, 77);
	expect_word("read-only alias", other, 77);
	caught = try_access(WRITE, false, other, &address);
	verify(caught.vector == VECTOR_PAGE_FAULT && caught.error_code == (PF_PRESENT | PF_WRITE),
	       "a write through a read-only alias gave %llu", caught.vector);
	write_word(a, 1);
	expect_word("write through the identity map", GVA, 1);
	space_unmap(&boot_space, other);
	expect_fault("unmapped alias", other, 0);
}

/* A write across two pages, the second of which faults, writes nothing. */
static void straddle(u64 a, u64 b)
{
	u64 second = GVA + PAGE_BYTES, at = second - 4;
	struct caught caught;
	u32 i;

	for (i = 0; i < 2; i++) {
		point(GVA, a, MAP_RW);
		point(second, i ? b : 0, i ? MAP_RO : 0);
		flush_page(GVA);
		flush_page(second);
		write_word(a + PAGE_BYTES - 8, 0x1111111111111111);
		CATCH("movq %%rsp, (%[at])", [at] "r"(at));
		caught = catch_state.caught;
		verify(caught.vector == VECTOR_PAGE_FAULT && caught.cr2 == second &&
			       caught.error_code == (PF_WRITE | (i ? PF_PRESENT : 0)),
		       "a write into a second page gave %llu, error code 0x%llx, cr2 0x%llx",
		       caught.vector, caught.error_code, caught.cr2);
		expect_word("the first page of a write that faulted", GVA + PAGE_BYTES - 8,
			    0x1111111111111111);
	}
	point(second, b, MAP_RW);
	flush_page(second);
	CATCH("movq %[value], (%[at])", [at] "r"(at), [value] "r"(0x2222222233333333));
	expect_word("a write across two pages, first part", GVA + PAGE_BYTES - 8,
		    0x3333333311111111);
	verify((read_word(second) & 0xffffffff) == 0x22222222,
	       "a write across two pages lost its second part");
	write_word(b, 2);
	space_unmap(&boot_space, second);
}

/* Read-modify-write instructions want write access from the start. */
static void read_modify_write(u64 a)
{
	struct caught caught;

	point(GVA, a, MAP_RO);
	flush_page(GVA);
	CATCH("lock xaddq %%rax, (%[at])", [at] "r"(GVA));
	caught = catch_state.caught;
	verify(caught.vector == VECTOR_PAGE_FAULT && caught.error_code == (PF_PRESENT | PF_WRITE),
	       "LOCK XADD on a read-only page gave %llu, error code 0x%llx", caught.vector,
	       caught.error_code);
	expect_word("LOCK XADD that faulted", GVA, 1);
	point(GVA, a, MAP_RW);
	flush_page(GVA);
	CATCH("movl $41, %%eax; lock xaddq %%rax, (%[at])", [at] "r"(GVA));
	expect_word("LOCK XADD", GVA, 42);
	write_word(GVA, 1);
}

/* Another space's tables are edited while it is away; then it comes back. */
static void edit_from_afar(u64 a, u64 b)
{
	struct space other = space_create();
	u64 *entry;
	u32 i;

	space_map(&other, GVA, a, MAP_RW);
	entry = space_entry(&other, GVA, LEVEL_PTE);
	for (i = 0; i < 8; i++) {
		WRITE_ONCE(*entry, (i % 2 ? b : a) | MAP_RW);
		space_switch(&other);
		expect_word("edited from another space", GVA, i % 2 ? 2 : 1);
		WRITE_ONCE(*entry, (i % 2 ? a : b) | MAP_RW);
		space_switch(&boot_space);
		expect_word("the first space's own page", GVA, 1);
	}
	/* The root itself: the whole tree is taken away while it is unused. */
	WRITE_ONCE(*space_entry(&other, GVA, LEVEL_PML4E), 0);
	space_switch(&other);
	expect_fault("a tree taken out of its root", GVA, 0);
	space_switch(&boot_space);
}

/* A right that an upper entry takes away is gone after a CR3 load. */
static void upper_rights(u64 a)
{
	u64 *pdpte = space_entry(&boot_space, GVA, LEVEL_PDPTE);
	u64 address, flags = READ_ONCE(*pdpte);
	struct caught caught;
	u32 i;

	point(GVA, a, MAP_RW);
	for (i = 0; i < 4; i++) {
		WRITE_ONCE(*pdpte, i % 2 ? flags : flags & ~ENTRY_WRITE);
		flush_by_cr3(cpu_read_cr3());
		caught = try_access(WRITE, false, GVA, &address);
		verify(caught.vector == (i % 2 ? VECTOR_NONE : VECTOR_PAGE_FAULT),
		       "a write under a %s PDPTE gave %llu", i % 2 ? "writable" : "read-only",
		       caught.vector);
	}
}

void test_translations(void)
{
	u64 a = frame_tagged(1), b = frame_tagged(2);

	space_prepare(&boot_space, GVA, LEVEL_PTE);
	remap(a, b);
	present_at_once(a, b);
	more_rights_at_once(a);
	scan_bits(a);
	alias(a);
	straddle(a, b);
	read_modify_write(a);
	edit_from_afar(a, b);
	upper_rights(a);
}
