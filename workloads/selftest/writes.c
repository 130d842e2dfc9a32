// SPDX-License-Identifier: GPL-2.0
/*
 * Writes to page tables by every form of instruction (forms.S): the same
 * instruction with the same operands runs on a page of data and on a page
 * table with the same content, at the same linear address. Registers, flags,
 * memory and faults must come out alike, and the tables must translate as
 * their entries say then. Aligned, unaligned, across pages; with the second
 * page missing or read-only, when nothing may be written but what comes first
 * in the order of a string instruction.
 */
#include "forms.h"
#include "selftest.h"

#define GVA WRITES_GVA
#define ALIAS_GVA (WRITES_GVA + HUGE_BYTES)
#define NR_TARGETS 64

struct form {
	const void *code;
	const char *name;
	u64 traits;
};

struct form_state {
	u64 rax, rcx, rdx, rbx, rsi, rdi, rflags;
};

extern const struct form forms[], forms_end[];
void form_run(struct form_state *state, const void *code);

_Static_assert(offsetof(struct form_state, rbx) == FORM_RBX &&
		       offsetof(struct form_state, rflags) == FORM_RFLAGS &&
		       offsetof(struct catch_state, armed) == CATCH_ARMED &&
		       offsetof(struct catch_state, resume_rip) == CATCH_RIP &&
		       offsetof(struct catch_state, resume_rsp) == CATCH_RSP,
	       "forms.S");

#define FLAG_CF BIT(0)
#define FLAG_AF BIT(4)
#define FLAG_ZF BIT(6)
#define ALL_FLAGS 0xcd5ull /* CF PF AF ZF SF DF OF */

enum second { SECOND_DATA, SECOND_TABLE, SECOND_ABSENT, SECOND_READ_ONLY };

/* Where a form writes: the offset in two pages, and what these are. */
static const struct position {
	u64 offset;
	bool first_is_data;
	enum second second;
} positions[] = {
	{ 512, false, SECOND_DATA },	   { 515, false, SECOND_DATA },
	{ 4093, false, SECOND_DATA },	   { 4093, true, SECOND_TABLE },
	{ 4092, false, SECOND_TABLE },	   { 4091, false, SECOND_ABSENT },
	{ 4090, false, SECOND_READ_ONLY },
};

/* tables[0] and [1] serve two 2M regions in a row, from GVA up. */
static u64 tables[2], data[2], targets, source, address_bits;
static bool has_movbe;

static u64 *word_of(u64 gpa, u64 index)
{
	return (u64 *)gpa_pointer(gpa) + index;
}

static u64 target(u64 n)
{
	return targets + n % NR_TARGETS * PAGE_BYTES;
}

/* The entries that a form may reach; the others are 0 and stay so. */
static const struct range {
	u32 table;
	u64 first, end;
} ranges[] = { { 0, 52, 80 }, { 0, 500, 512 }, { 1, 0, 24 } };

static u64 first_entry(u32 table, u64 index)
{
	return target(7 * index + table) | MAP_RW;
}

static u64 entry_gva(u32 table, u64 index)
{
	return GVA + table * LARGE_BYTES + index * PAGE_BYTES;
}

/* The table translates as its entry says. */
static void verify_entry(const char *name, u32 table, u64 index)
{
	u64 entry = READ_ONCE(*word_of(tables[table], index));
	u64 gva = entry_gva(table, index), gpa = entry & ENTRY_ADDRESS;

	if (!(entry & ENTRY_PRESENT))
		expect_fault(name, gva, 0);
	else if (gpa >> address_bits)
		expect_fault(name, gva, reserved_error(0));
	else if (gpa >= PAGE_BYTES && gpa < memory_bytes())
		verify(read_word(gva) == *word_of(gpa, 0),
		       "%s: entry %llu became 0x%llx, its page shows 0x%llx", name, index, entry,
		       read_word(gva));
}

/* As at the start, and known to the MMU. */
static void restore(void)
{
	const struct range *range;
	u64 index, first;
	u64 *entry;

	for (range = ranges; range < ranges + ARRAY_SIZE(ranges); range++) {
		for (index = range->first; index < range->end; index++) {
			entry = word_of(tables[range->table], index);
			first = first_entry(range->table, index);
			if ((READ_ONCE(*entry) & ~ENTRY_ACCESSED) == first)
				continue;
			WRITE_ONCE(*entry, first);
			flush_page(entry_gva(range->table, index));
			read_word(entry_gva(range->table, index));
		}
	}
}

static void map_second(enum second second, u64 gpa)
{
	u64 flags = MAP_RW;

	if (second == SECOND_ABSENT)
		flags = 0;
	else if (second == SECOND_READ_ONLY)
		flags = MAP_RO;
	WRITE_ONCE(*space_entry(&boot_space, FORMS_GVA + PAGE_BYTES, LEVEL_PTE), gpa | flags);
	flush_page(FORMS_GVA + PAGE_BYTES);
}

static void map_first(u64 gpa)
{
	WRITE_ONCE(*space_entry(&boot_space, FORMS_GVA, LEVEL_PTE), gpa | MAP_RW);
	flush_page(FORMS_GVA);
}

static struct caught run_form(const struct form *form, struct form_state *state)
{
	catch_state.caught = (struct caught){ .vector = VECTOR_NONE };
	form_run(state, form->code);
	return catch_state.caught;
}

static u64 flags_defined(const struct form *form)
{
	if (form->traits & FORM_BIT)
		return FLAG_CF | FLAG_ZF;
	return ALL_FLAGS & ~(form->traits & FORM_LOGIC ? FLAG_AF : 0);
}

static void verify_state(const struct form *form, const struct form_state *a,
			 const struct form_state *b)
{
	u64 flags = flags_defined(form);

	verify(a->rax == b->rax && a->rcx == b->rcx && a->rdx == b->rdx && a->rbx == b->rbx,
	       "%s: RAX 0x%llx RCX 0x%llx RDX 0x%llx on data, 0x%llx 0x%llx 0x%llx on a table",
	       form->name, a->rax, a->rcx, a->rdx, b->rax, b->rcx, b->rdx);
	verify(a->rsi == b->rsi && a->rdi == b->rdi,
	       "%s: RSI 0x%llx RDI 0x%llx on data, 0x%llx 0x%llx on a table", form->name, a->rsi,
	       a->rdi, b->rsi, b->rdi);
	verify((a->rflags & flags) == (b->rflags & flags),
	       "%s: RFLAGS 0x%llx on data, 0x%llx on a table", form->name, a->rflags, b->rflags);
}

static void verify_caught(const struct form *form, const struct caught *a, const struct caught *b)
{
	verify(a->vector == b->vector && a->error_code == b->error_code && a->cr2 == b->cr2 &&
		       a->rip == b->rip,
	       "%s: exception %llu, error code 0x%llx, cr2 0x%llx on data, %llu, 0x%llx, 0x%llx "
	       "on a table",
	       form->name, a->vector, a->error_code, a->cr2, b->vector, b->error_code, b->cr2);
	selftest_seen(a->vector << 32 | a->error_code);
}

static void copy(u64 to, u64 from)
{
	u64 words = 512;

	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words)::"memory");
}

static void verify_memory(const struct form *form, u64 data_page, u64 table_page)
{
	u64 at_data = data_page, at_table = table_page, words = 512;
	bool same;

	__asm__ volatile("repe cmpsq"
			 : "+D"(at_data), "+S"(at_table), "+c"(words), "=@cce"(same)::"memory");
	verify(same, "%s: word %llu became 0x%llx on data, 0x%llx on a table", form->name,
	       511 - words, *word_of(data_page, 511 - words), *word_of(table_page, 511 - words));
}

/* Entries that the form changed; the flush is what the manual asks for. */
static void verify_translations(const struct form *form)
{
	const struct range *range;
	u64 index, entry;

	for (range = ranges; range < ranges + ARRAY_SIZE(ranges); range++) {
		for (index = range->first; index < range->end; index++) {
			entry = READ_ONCE(*word_of(tables[range->table], index));
			if ((entry & ~ENTRY_ACCESSED) == first_entry(range->table, index))
				continue;
			flush_page(entry_gva(range->table, index));
			verify_entry(form->name, range->table, index);
		}
	}
}

static void try_form(const struct form *form, const struct position *at)
{
	struct form_state on_data = {
		.rax = target(9) | MAP_RO,
		.rcx = target(11) | MAP_RW,
		.rdx = target(13) | MAP_RW | ENTRY_ACCESSED,
		.rbx = target(15) | MAP_RW,
		.rsi = source + 64,
		.rdi = FORMS_GVA + at->offset,
		.rflags = at->offset & 1 ? 2 | FLAG_CF : 2,
	};
	struct form_state on_table = on_data;
	bool second_is_table = at->second == SECOND_TABLE;
	struct caught caught_data, caught_table;

	restore();
	copy(data[0], tables[0]);
	copy(data[1], tables[1]);
	map_first(data[0]);
	map_second(at->second, data[1]);
	caught_data = run_form(form, &on_data);

	/* A page that is data in both runs is as before. */
	if (!at->first_is_data)
		map_first(tables[0]);
	else
		copy(data[0], tables[0]);
	if (second_is_table)
		map_second(at->second, tables[1]);
	else
		copy(data[1], tables[1]);
	caught_table = run_form(form, &on_table);

	verify_state(form, &on_data, &on_table);
	verify_caught(form, &caught_data, &caught_table);
	if (!at->first_is_data)
		verify_memory(form, data[0], tables[0]);
	if (second_is_table)
		verify_memory(form, data[1], tables[1]);
	verify_translations(form);
}

static bool fits(const struct form *form, const struct position *at)
{
	bool faults = at->second == SECOND_ABSENT || at->second == SECOND_READ_ONLY;

	if (form->traits & FORM_MOVBE && !has_movbe)
		return false;
	if (form->traits & FORM_LOCKED && at->offset % 16)
		return false;
	return !(faults && form->traits & FORM_STACK);
}

static void all_forms(void)
{
	const struct form *form;
	u32 i;

	for (form = forms; form < forms_end; form++) {
		for (i = 0; i < ARRAY_SIZE(positions); i++)
			if (fits(form, &positions[i]))
				try_form(form, &positions[i]);
	}
}

/* Through a user's mapping of a table, and a read-only one with CR0.WP off. */
static void other_mappings(void)
{
	u64 cr0 = cpu_read_cr0(), *pte = space_prepare(&boot_space, ALIAS_GVA, LEVEL_PTE);
	u64 *word = word_of(tables[0], DATA_OFFSET / 8), address;
	struct caught caught;

	restore();
	WRITE_ONCE(*pte, tables[0] | MAP_RW | ENTRY_USER);
	flush_page(ALIAS_GVA);
	caught = try_access(WRITE, true, ALIAS_GVA, &address);
	verify(caught.vector == VECTOR_NONE && *word == address,
	       "a user's write to a table gave %llu, the entry is 0x%llx", caught.vector, *word);
	*word = 0;
	WRITE_ONCE(*pte, tables[0] | MAP_RO | ENTRY_USER);
	flush_page(ALIAS_GVA);
	caught = try_access(WRITE, true, ALIAS_GVA, &address);
	verify(caught.vector == VECTOR_PAGE_FAULT && *word == 0 &&
		       caught.error_code == (PF_PRESENT | PF_WRITE | PF_USER),
	       "a user's write to a read-only table gave %llu, the entry is 0x%llx", caught.vector,
	       *word);
	caught = try_access(WRITE, false, ALIAS_GVA, &address);
	verify(caught.vector == VECTOR_PAGE_FAULT && *word == 0,
	       "a write to a read-only table gave %llu, the entry is 0x%llx", caught.vector, *word);
	cpu_write_cr0(cr0 & ~CR0_WP);
	write_word(address, target(3) | MAP_RW);
	cpu_write_cr0(cr0);
	verify_entry("written with WP off", 0, DATA_OFFSET / 8);
	*word = 0;
	flush_page(entry_gva(0, DATA_OFFSET / 8));
}

void test_table_writes(void)
{
	u64 *pde = space_entry(&boot_space, FORMS_GVA, LEVEL_PDE);
	u64 kept = *pde, i;

	address_bits = cpu_id(0x80000008).eax & 0xff;
	has_movbe = cpu_id(1).ecx & BIT(22);
	for (i = 0; i < 2; i++) {
		tables[i] = frame_take_zeroed();
		data[i] = frame_take_zeroed();
		WRITE_ONCE(*space_prepare(&boot_space, GVA + i * LARGE_BYTES, LEVEL_PDE),
			   tables[i] | TABLE_FLAGS);
	}
	targets = frames_take_aligned(NR_TARGETS, NR_TARGETS * PAGE_BYTES);
	for (i = 0; i < NR_TARGETS; i++)
		*word_of(target(i), 0) = 1000 + i;
	source = frame_take_zeroed();
	for (i = 0; i < 32; i++)
		*word_of(source, i) = target(17 + i) | (i % 3 ? MAP_RW : MAP_RO);
	WRITE_ONCE(*pde, frame_take_zeroed() | TABLE_FLAGS);
	flush_page(FORMS_GVA);

	all_forms();
	other_mappings();

	WRITE_ONCE(*pde, kept);
	flush_by_cr3(cpu_read_cr3());
}
