// SPDX-License-Identifier: GPL-2.0
/*
 * The reference walker against cases worked out by hand from SDM 3A,
 * chapter 4; table and section numbers are named.
 */
#include "report.h"

#define WORDS 4096 /* of physical memory from 0: 8 pages */

static u64 memory[WORDS];
static struct ref_cpu cpu;

static bool read_memory(void *context, u64 addr, u64 *value)
{
	if (addr / 8 >= WORDS)
		return false;
	*value = memory[addr / 8];
	return true;
}

/* gva 0x8080604abc: PML4 index 1, PDPT 2, PD 3, PT 4, offset 0xabc. */
#define GVA 0x8080604abcull

static void lay_out(void)
{
	memset(memory, 0, sizeof(memory));
	cpu = (struct ref_cpu){
		.reg = { .cr0 = HV_CR0_PG | HV_CR0_WP,
			 .cr3 = 0x1018,
			 .cr4 = HV_CR4_PAE | HV_CR4_PGE,
			 .efer = HV_EFER_LMA | HV_EFER_NXE },
		.physical_address_bits = 40,
		.gigabyte_pages = true,
	};
	memory[(0x1000 + 1 * 8) / 8] = 0x2000 | PTE_P | PTE_W | PTE_U;
	memory[(0x2000 + 2 * 8) / 8] = 0x3000 | PTE_P | PTE_W | PTE_U;
	memory[(0x3000 + 3 * 8) / 8] = 0x4000 | PTE_P | PTE_W | PTE_U;
	memory[(0x4000 + 4 * 8) / 8] = 0x56789000 | PTE_P | PTE_W | PTE_U;
}

static u64 *entry(int level)
{
	static const u16 at[] = { 0, 0x4020, 0x3018, 0x2010, 0x1008 };

	return &memory[at[level] / 8];
}

static struct ref_path walk(void)
{
	struct ref_path path;

	ref_walk(&cpu, ref_root(&cpu), GVA, read_memory, NULL, &path);
	return path;
}

static void test_translation(void)
{
	struct ref_path path;

	lay_out();
	path = walk();
	report(path.end == REF_MAPPED && path.map.base == 0x56789000,
	       "4K page (figure 4-8); PCD and PWT in CR3 are no address");
	report(path.nr == 4 && path.step[0].addr == 0x1008 && path.step[1].addr == 0x2010 &&
		       path.step[2].addr == 0x3018 && path.step[3].addr == 0x4020,
	       "indexes are bits 47:39, 38:30, 29:21, 20:12");

	*entry(2) = 0x40000000 | PTE_P | PTE_PS | BIT_ULL(12);
	path = walk();
	report(path.end == REF_MAPPED && path.map.base == 0x40004000 && path.map.level == 2,
	       "2M page (figure 4-9); bit 12 is PAT, no address");

	*entry(3) = 0x80000000 | PTE_P | PTE_PS | PTE_G;
	path = walk();
	report(path.end == REF_MAPPED && path.map.base == 0x80604000 && path.map.level == 3 &&
		       path.map.global,
	       "1G page (figure 4-10), global");
	cpu.reg.cr4 &= ~HV_CR4_PGE;
	report(!walk().map.global, "G is ignored while CR4.PGE = 0 (4.10.2.4)");

	lay_out();
	*entry(2) = 0x7ffffff000 | PTE_P;
	path = walk();
	report(path.end == REF_UNREADABLE && path.unreadable == 0x7ffffff020,
	       "a table outside memory is named by its entry's address");
}

static void test_reserved(void)
{
	int level;

	for (level = 1; level <= 4; level++) {
		lay_out();
		*entry(level) |= BIT_ULL(40);
		report(walk().end == REF_RESERVED,
		       "level %d: address bit 40 is reserved with MAXPHYADDR 40", level);
		*entry(level) &= ~PTE_P;
		report(walk().end == REF_NOT_PRESENT,
		       "level %d: no bit is reserved in an entry with P = 0", level);
		lay_out();
		*entry(level) |= PTE_NX;
		cpu.reg.efer &= ~HV_EFER_NXE;
		report(walk().end == REF_RESERVED, "level %d: XD is reserved with NXE = 0", level);
		lay_out();
		*entry(level) |= GENMASK_ULL(58, 52) | GENMASK_ULL(11, 9);
		report(walk().end == REF_MAPPED, "level %d: bits 58:52 and 11:9 are ignored",
		       level);
	}
	lay_out();
	*entry(4) |= PTE_PS;
	report(walk().end == REF_RESERVED, "PS is reserved in a PML4E (table 4-15)");
	lay_out();
	*entry(3) = 0x80000000 | PTE_P | PTE_PS;
	cpu.gigabyte_pages = false;
	report(walk().end == REF_RESERVED, "PS is reserved in a PDPTE without 1G pages");
	cpu.gigabyte_pages = true;
	*entry(3) |= BIT_ULL(13);
	report(walk().end == REF_RESERVED, "1G page: bit 13 is reserved (table 4-16)");
	lay_out();
	*entry(2) = PTE_P | PTE_PS | BIT_ULL(20);
	report(walk().end == REF_RESERVED, "2M page: bit 20 is reserved (table 4-18)");
	lay_out();
	*entry(1) |= PTE_PS;
	report(walk().end == REF_MAPPED, "bit 7 of a PTE is PAT, not PS (table 4-20)");
}

/* Every case of 4.6.1 for one combination of combined rights. */
static bool rights_by_the_book(const struct ref_map *map, u32 access, bool wp, bool nxe)
{
	bool user = access & HV_PF_USER, write = access & HV_PF_WRITE;

	if (access & HV_PF_FETCH) {
		if (user)
			return map->user && (!nxe || !map->nx);
		return !nxe || !map->nx;
	}
	if (user)
		return write ? map->user && map->write : map->user;
	if (write && wp)
		return map->write;
	return true;
}

static void test_rights(void)
{
	static const u32 accesses[] = {
		0,
		HV_PF_WRITE,
		HV_PF_FETCH,
		HV_PF_USER,
		HV_PF_USER | HV_PF_WRITE,
		HV_PF_USER | HV_PF_FETCH,
	};
	bool right = true;
	u32 bits, i;

	for (bits = 0; bits < 32; bits++) {
		struct ref_map map = { .write = bits & 1, .user = bits & 2, .nx = bits & 4 };
		struct ref_cpu c = { .reg = { .cr0 = bits & 8 ? HV_CR0_WP : 0,
					      .efer = bits & 16 ? HV_EFER_NXE : 0 } };

		for (i = 0; i < ARRAY_SIZE(accesses); i++)
			right &= ref_allows(&c, &map, accesses[i]) ==
				 rights_by_the_book(&map, accesses[i], bits & 8, bits & 16);
	}
	report(right, "access rights are those of 4.6.1, all 192 cases");
	lay_out();
	*entry(4) &= ~PTE_W;
	*entry(3) &= ~PTE_U;
	*entry(2) |= PTE_NX;
	report(!walk().map.write && !walk().map.user && walk().map.nx,
	       "rights are combined over all levels (4.6)");
}

static void test_error_codes(void)
{
	lay_out();
	report_equal(ref_error_code(&cpu, REF_NOT_PRESENT, 0), 0x0,
		     "#PF: read, not present (figure 4-12)");
	report_equal(ref_error_code(&cpu, REF_MAPPED, HV_PF_WRITE), 0x3, "#PF: write, protection");
	report_equal(ref_error_code(&cpu, REF_MAPPED, HV_PF_USER), 0x5,
		     "#PF: user read, protection");
	report_equal(ref_error_code(&cpu, REF_RESERVED, HV_PF_USER | HV_PF_WRITE), 0xf,
		     "#PF: user write, reserved bit: P is 1 too");
	report_equal(ref_error_code(&cpu, REF_NOT_PRESENT, HV_PF_FETCH), 0x10,
		     "#PF: fetch, not present");
	report_equal(ref_error_code(&cpu, REF_MAPPED, HV_PF_FETCH), 0x11, "#PF: fetch, protection");
	cpu.reg.efer &= ~HV_EFER_NXE;
	report_equal(ref_error_code(&cpu, REF_NOT_PRESENT, HV_PF_FETCH), 0x0,
		     "#PF: I/D is 0 for a fetch with NXE = 0");
	cpu.reg.cr4 |= HV_CR4_SMEP;
	report_equal(ref_error_code(&cpu, REF_NOT_PRESENT, HV_PF_FETCH), 0x10,
		     "#PF: I/D is 1 for a fetch with SMEP = 1");
}

/* All of 4.6.1 about SMEP and SMAP: user pages and supervisor accesses alone. */
static void test_smep_smap(void)
{
	static const u32 accesses[] = {
		0,
		HV_ACCESS_AC,
		HV_PF_WRITE,
		HV_PF_WRITE | HV_ACCESS_AC,
		HV_PF_FETCH,
		HV_PF_USER,
		HV_PF_USER | HV_PF_FETCH,
	};
	bool right = true;
	u32 bits, i;

	for (bits = 0; bits < 16; bits++) {
		struct ref_map map = { .write = true, .user = bits & 1 };
		struct ref_cpu c = { .reg = { .cr0 = bits & 8 ? HV_CR0_WP : 0,
					      .cr4 = (bits & 2 ? HV_CR4_SMEP : 0) |
						     (bits & 4 ? HV_CR4_SMAP : 0) } };

		for (i = 0; i < ARRAY_SIZE(accesses); i++) {
			bool user = accesses[i] & HV_PF_USER, want = !user || map.user;

			if (!user && map.user && accesses[i] & HV_PF_FETCH)
				want = !(bits & 2);
			else if (!user && map.user && !(accesses[i] & HV_ACCESS_AC))
				want = !(bits & 4);
			right &= ref_allows(&c, &map, accesses[i]) == want;
		}
	}
	report(right, "SMEP and SMAP keep a supervisor from user pages, all 112 cases");
}

static void test_five_levels(void)
{
	struct ref_path path;

	lay_out();
	cpu.reg.cr4 |= HV_CR4_LA57;
	cpu.reg.cr3 = 0x5000;
	memory[(0x5000 + 6 * 8) / 8] = 0x1000 | PTE_P | PTE_W | PTE_U;
	ref_walk(&cpu, ref_root(&cpu), 6ull << 48 | GVA, read_memory, NULL, &path);
	report(path.end == REF_MAPPED && path.nr == 5 && path.step[0].addr == 0x5030 &&
		       path.map.base == 0x56789000,
	       "5 levels: bits 56:48 are the index in the PML5 (figure 4-8)");
	memory[(0x5000 + 6 * 8) / 8] |= PTE_PS;
	ref_walk(&cpu, ref_root(&cpu), 6ull << 48 | GVA, read_memory, NULL, &path);
	report(path.end == REF_RESERVED, "PS is reserved in a PML5E (table 4-14)");
}

void test_ref_walk(void)
{
	report_prefix("ref_walk");
	test_translation();
	test_reserved();
	test_rights();
	test_error_codes();
	test_smep_smap();
	test_five_levels();
}
