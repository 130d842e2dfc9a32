// SPDX-License-Identifier: GPL-2.0
/*
 * More address spaces than anybody keeps: each has the same addresses on
 * frames of its own, is edited while it is away, emptied and used anew. And
 * addresses above 2^47, where the guest runs on 5-level paging.
 */
#include "selftest.h"

#define NR_SPACES 300
#define NR_FRAMES 32

static struct space spaces[NR_SPACES];
static u8 shown[NR_SPACES]; /* which frame each space maps */
static u64 frames;

static void map(u32 n, u8 frame)
{
	u64 *entry = space_prepare(&spaces[n], SPACES_GVA, LEVEL_PTE);

	shown[n] = frame;
	WRITE_ONCE(*entry, (frames + frame * PAGE_BYTES) | MAP_RW);
}

static void visit(u32 n)
{
	space_switch(&spaces[n]);
	expect_word("a page of one of many spaces", SPACES_GVA, shown[n]);
	expect_fault("the page behind it", SPACES_GVA + PAGE_BYTES, 0);
}

static void many(void)
{
	u64 state = 1, i;
	u32 n;

	for (n = 0; n < NR_SPACES; n++) {
		spaces[n] = space_create();
		map(n, n % NR_FRAMES);
	}
	for (n = 0; n < NR_SPACES; n++)
		visit(n);
	for (n = NR_SPACES; n--;)
		visit(n);
	/* Few in turn, then any, each edited by another one before. */
	for (i = 0; i < 200; i++) {
		n = i < 100 ? i % 20 : random_below(&state, NR_SPACES);
		map(n, (shown[n] + 1) % NR_FRAMES);
		visit(n);
	}
	space_switch(&boot_space);
}

/* Spaces end and their frames become those of new spaces, shifted by one. */
static void recycled(void)
{
	struct space first = spaces[0];
	u32 n;

	for (n = 0; n < NR_SPACES; n += 10) {
		u64 pml4 = spaces[n].pml4;

		memset(gpa_pointer(pml4), 0, PAGE_BYTES);
		*space_entry(&spaces[n], 0, LEVEL_PML4E) =
			*space_entry(&boot_space, 0, LEVEL_PML4E);
		*space_entry(&spaces[n], SPACES_GVA, LEVEL_PML4E) = *space_entry(
			n + 10 < NR_SPACES ? &spaces[n + 10] : &first, SPACES_GVA, LEVEL_PML4E);
		if (n + 10 < NR_SPACES)
			shown[n] = shown[n + 10];
		else
			continue;
		visit(n);
	}
	space_switch(&boot_space);
	expect_fault("these addresses in the first space of all", SPACES_GVA, 0);
}

void test_spaces(void)
{
	u64 i;

	frames = frames_take(NR_FRAMES);
	for (i = 0; i < NR_FRAMES; i++)
		write_word(frames + i * PAGE_BYTES, i);
	many();
	recycled();
}

/* A PML4 of its own below PML5 entry `slot`; the rest is as below 2^48. */
static void wide_slot(u64 slot, u64 a, u64 b)
{
	u64 base = slot << 48 | (slot & 256 ? ~0ull << 57 : 0), gva = base + 5 * DATA_GVA, i;
	struct space space = { .root = boot_space.root, .pml4 = frame_take_zeroed() };
	u64 *top = table_entry(space.root, base, LEVEL_PML5E), *entry;
	struct caught caught;
	u64 address;

	expect_fault("an address above 2^47", gva, 0);
	WRITE_ONCE(*top, space.pml4 | TABLE_FLAGS);
	space_map(&space, gva, a, MAP_RW);
	entry = space_entry(&space, gva, LEVEL_PTE);
	for (i = 0; i < 8; i++) {
		WRITE_ONCE(*entry, (i % 2 ? b : a) | MAP_RW);
		flush_page(gva);
		expect_word("a page above 2^47", gva, i % 2 ? 2 : 1);
	}
	verify(READ_ONCE(*top) & ENTRY_ACCESSED, "a PML5 entry was used, but A is not set");
	WRITE_ONCE(*top, space.pml4 | (TABLE_FLAGS & ~ENTRY_WRITE));
	flush_by_cr3(cpu_read_cr3());
	caught = try_access(WRITE, false, gva, &address);
	verify(caught.vector == VECTOR_PAGE_FAULT && caught.error_code == (PF_PRESENT | PF_WRITE),
	       "a write under a read-only PML5 entry gave %llu", caught.vector);
	WRITE_ONCE(*top, space.pml4 | TABLE_FLAGS | ENTRY_LARGE);
	flush_by_cr3(cpu_read_cr3());
	expect_fault("PS in a PML5 entry", gva, reserved_error(0));
	WRITE_ONCE(*top, 0);
	flush_by_cr3(cpu_read_cr3());
	expect_fault("a PML5 entry taken away", gva, 0);
}

void test_wide_addresses(void)
{
	u64 a = frame_tagged(1), b = frame_tagged(2);

	if (!space_is_wide()) {
		CATCH("movq (%[at]), %%rax", [at] "r"(BIT(48)));
		verify(catch_state.caught.vector == VECTOR_GENERAL_PROTECTION,
		       "an address above 2^47 on 4-level paging gave %llu",
		       catch_state.caught.vector);
		return;
	}
	wide_slot(1, a, b);
	wide_slot(200, a, b);
	wide_slot(511, a, b);
}
