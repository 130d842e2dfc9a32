// SPDX-License-Identifier: GPL-2.0
/*
 * Accesses that the CPU makes by itself, to a descriptor table: supervisor
 * accesses at any privilege, which SMAP forbids on a user page whatever
 * RFLAGS.AC says (SDM 3A, 4.6.1). The table is an LDT, because a fault on the
 * GDT or IDT could not be delivered.
 */
#include "selftest.h"

#define GVA IMPLICIT_GVA
#define LDT_SELECTOR (8 * NR_KEPT)
#define LDT_ENTRY 3
#define SEGMENT_SELECTOR (8 * LDT_ENTRY + 4)
/* The runtime's descriptors, and two words more for that of the LDT. */
#define NR_KEPT (TSS_SELECTOR / 8 + 2)
#define DESCRIPTOR_LDT 0x82ull
#define DATA_SEGMENT 0x00cf93000000ffff

struct table_pointer {
	u16 limit;
	u64 base;
} __attribute__((packed));

static u64 gdt[NR_KEPT + 2];

static void ldt_load(void)
{
	struct table_pointer pointer;

	__asm__ volatile("sgdt %0" : "=m"(pointer)::"memory");
	memcpy(gdt, gpa_pointer(pointer.base), 8 * NR_KEPT);
	gdt[NR_KEPT] = (PAGE_BYTES - 1) | (GVA & 0xffffff) << 16 | DESCRIPTOR_LDT << 40 |
		       (GVA >> 24 & 0xff) << 56;
	gdt[NR_KEPT + 1] = GVA >> 32;
	pointer = (struct table_pointer){ sizeof(gdt) - 1, (u64)gdt };
	__asm__ volatile("lgdt %0; lldt %w1" ::"m"(pointer), "r"(LDT_SELECTOR) : "memory");
}

/* Bochs 2.7 lets AC count here, too: with AC on, either answer is taken. */
static void verify_load(bool user_page, bool smap, bool ac)
{
	bool fault = user_page && smap;

	if (ac)
		cpu_stac();
	CATCH("movl %[selector], %%eax; movl %%eax, %%fs", [selector] "i"(SEGMENT_SELECTOR));
	if (ac)
		cpu_clac();
	if (fault && ac && catch_state.caught.vector == VECTOR_NONE)
		fault = false;
	verify(fault ? catch_state.caught.vector == VECTOR_PAGE_FAULT &&
			       catch_state.caught.error_code == PF_PRESENT &&
			       catch_state.caught.cr2 == GVA + 8 * LDT_ENTRY
		     : catch_state.caught.vector == VECTOR_NONE,
	       "a segment load from a %s's page with SMAP %u and AC %u gave %llu, error code "
	       "0x%llx",
	       user_page ? "user" : "supervisor", smap, ac, catch_state.caught.vector,
	       catch_state.caught.error_code);
	__asm__ volatile("movl %0, %%fs" ::"r"(0) : "memory");
}

void test_implicit_accesses(void)
{
	u64 cr4 = cpu_read_cr4(), frame = frame_take_zeroed();
	u64 *entry = space_prepare(&boot_space, GVA, LEVEL_PTE);
	struct table_pointer kept;
	u32 i;

	__asm__ volatile("sgdt %0" : "=m"(kept)::"memory");
	write_word(frame + 8 * LDT_ENTRY, DATA_SEGMENT);
	WRITE_ONCE(*entry, frame | MAP_RW);
	ldt_load();
	for (i = 0; i < 16; i++) {
		if (i & 2 && !cpu_has_smap())
			continue;
		WRITE_ONCE(*entry, frame | MAP_RW | (i & 1 ? ENTRY_USER : 0));
		flush_page(GVA);
		flush_by_cr4(i & 2 ? cr4 | CR4_SMAP : cr4);
		verify_load(i & 1, i & 2, i & 2 && i & 4);
	}
	flush_by_cr4(cr4);
	__asm__ volatile("lldt %w0; lgdt %1" ::"r"(0), "m"(kept) : "memory");
}
