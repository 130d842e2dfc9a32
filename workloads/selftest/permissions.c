// SPDX-License-Identifier: GPL-2.0
/*
 * Every combination of writable, user and no-execute, and not present, in
 * PDPTE, PDE and PTE, for pages of 4K, 2M and 1G, for user and supervisor reads,
 * writes and fetches, under every combination of CR0.WP, CR4.SMEP and CR4.SMAP,
 * with RFLAGS.AC on and off. Expected are the access rights of SDM 3A, 4.6, the
 * error codes of 4.7 and the accessed and dirty bits of 4.8.
 */
#include "selftest.h"

/* What CR0 and CR4 say of a supervisor's accesses. */
struct mode {
	bool wp, smep, smap;
};

/* RFLAGS.AC counts for a supervisor's data accesses, where SMAP is on. */
enum privilege { USER, SUPERVISOR, SUPERVISOR_AC, NR_PRIVILEGES };

static const char *const privilege_names[] = { "user", "supervisor", "supervisor with AC" };

/* The entries of one translation, the leaf last. */
struct path {
	u64 *entry[3];
	u64 value[3];
	u64 gva;
	u32 levels; /* 3: PDPTE, PDE, PTE; 2: the PDE is the leaf; 1: the PDPTE */
};

/* Not present, whatever else it says, or present with each set of rights. */
#define NR_RIGHTS 9

static u64 rights_bits(u32 rights)
{
	if (rights == NR_RIGHTS - 1)
		return ENTRY_WRITE | ENTRY_USER | ENTRY_NX;
	return ENTRY_PRESENT | (rights & 1 ? ENTRY_WRITE : 0) | (rights & 2 ? ENTRY_USER : 0) |
	       (rights & 4 ? ENTRY_NX : 0);
}

/*
 * Only what differs. A bits above the leaf are cleared afresh once for each
 * path: a table that the entry above lets go of is costly to follow.
 */
static void path_write(const struct path *path, bool afresh)
{
	u64 differs;
	u32 i;

	for (i = 0; i < path->levels; i++) {
		differs = READ_ONCE(*path->entry[i]) ^ path->value[i];
		if (!afresh && i < path->levels - 1)
			differs &= ~ENTRY_ACCESSED;
		if (differs)
			WRITE_ONCE(*path->entry[i], path->value[i]);
	}
	flush_page(path->gva);
}

/* SDM 3A, 4.6.1 for data, 4.6.2 for fetches; 4.7 for the error code. */
static bool expected_fault(const struct path *path, const struct mode *mode, enum access access,
			   enum privilege privilege, u64 *error_code)
{
	u64 all = ~0ull, any = 0;
	bool user = privilege == USER, user_page;
	u32 i;

	for (i = 0; i < path->levels; i++) {
		all &= path->value[i];
		any |= path->value[i];
	}
	*error_code = access_bits(access, user);
	if (!(all & ENTRY_PRESENT))
		return true;
	*error_code |= PF_PRESENT;
	user_page = all & ENTRY_USER;
	if (user && !user_page)
		return true;
	if (access == FETCH)
		return any & ENTRY_NX || (!user && user_page && mode->smep);
	if (privilege == SUPERVISOR && user_page && mode->smap)
		return true;
	return access == WRITE && !(all & ENTRY_WRITE) && (user || mode->wp);
}

/* A and D after the access: SDM 3A, 4.8. Other bits never change. */
static void verify_bits(const struct path *path, enum access access, bool faulted)
{
	u64 seen, leaf, must;
	u32 i;

	for (i = 0; i < path->levels; i++) {
		seen = READ_ONCE(*path->entry[i]);
		leaf = i == path->levels - 1;
		must = path->value[i];
		if (!faulted)
			must |= ENTRY_ACCESSED;
		if (!faulted && leaf && access == WRITE)
			must |= ENTRY_DIRTY;
		/* A fault may leave A set in the entries that it used. */
		if (faulted && path->value[i] & ENTRY_PRESENT)
			seen &= ~ENTRY_ACCESSED;
		verify(seen == must,
		       "entry %u of %u is 0x%llx, expected 0x%llx, after access %u that %s", i,
		       path->levels, seen, must, access, faulted ? "faulted" : "completed");
	}
}

static void verify_access(const struct path *path, const struct mode *mode, enum access access,
			  enum privilege privilege)
{
	const char *name = privilege_names[privilege];
	u64 error_code, address;
	bool fault = expected_fault(path, mode, access, privilege, &error_code);
	struct caught caught;

	path_write(path, access == READ && privilege == USER);
	if (privilege == SUPERVISOR_AC)
		cpu_stac();
	caught = try_access(access, privilege == USER, path->gva, &address);
	if (privilege == SUPERVISOR_AC)
		cpu_clac();
	if (!fault)
		verify(caught.vector == VECTOR_NONE,
		       "entries 0x%llx 0x%llx 0x%llx, WP %u SMEP %u SMAP %u: %s access %u raised "
		       "%llu, 0x%llx",
		       path->value[0], path->value[1], path->value[2], mode->wp, mode->smep,
		       mode->smap, name, access, caught.vector, caught.error_code);
	else
		verify(caught.vector == VECTOR_PAGE_FAULT && caught.error_code == error_code &&
			       caught.cr2 == address,
		       "entries 0x%llx 0x%llx 0x%llx, WP %u SMEP %u SMAP %u: %s access %u gave "
		       "%llu, 0x%llx, not 0x%llx",
		       path->value[0], path->value[1], path->value[2], mode->wp, mode->smep,
		       mode->smap, name, access, caught.vector, caught.error_code, error_code);
	selftest_seen(caught.vector << 32 | (fault ? caught.error_code : 0));
	verify_bits(path, access, fault);
}

static void all_accesses(const struct path *path, const struct mode *mode)
{
	u32 access;

	for (access = READ; access < NR_ACCESSES; access++) {
		verify_access(path, mode, access, USER);
		verify_access(path, mode, access, SUPERVISOR);
		if (mode->smap && access != FETCH)
			verify_access(path, mode, access, SUPERVISOR_AC);
	}
}

/* What the leaves of each size point to, and the tables of the path. */
struct memory {
	u64 frame, large_frame, page_directory, page_table;
};

static void all_page_table_entries(struct path *path, const struct memory *memory,
				   const struct mode *mode)
{
	u32 rights;

	path->levels = 3;
	for (rights = 0; rights < NR_RIGHTS; rights++) {
		path->value[2] = memory->frame | rights_bits(rights);
		all_accesses(path, mode);
	}
}

static void all_directory_entries(struct path *path, const struct memory *memory,
				  const struct mode *mode)
{
	u32 rights;

	for (rights = 0; rights < NR_RIGHTS - 1; rights++) {
		path->value[1] = memory->page_table | rights_bits(rights);
		all_page_table_entries(path, memory, mode);
		path->levels = 2;
		path->value[1] = memory->large_frame | rights_bits(rights) | ENTRY_LARGE;
		path->value[2] = 0;
		all_accesses(path, mode);
	}
	path->levels = 2;
	path->value[1] = memory->page_table | rights_bits(rights);
	all_accesses(path, mode);
}

static void all_permissions(struct path *path, const struct memory *memory, const struct mode *mode)
{
	u64 gva = path->gva;
	u32 rights;

	for (rights = 0; rights < NR_RIGHTS - 1; rights++) {
		path->value[0] = memory->page_directory | rights_bits(rights);
		all_directory_entries(path, memory, mode);
		if (!cpu_has_gigabyte_pages())
			continue;
		path->levels = 1;
		path->value[0] = rights_bits(rights) | ENTRY_LARGE;
		path->value[1] = 0;
		path->gva = gva + memory->frame;
		all_accesses(path, mode);
		path->gva = gva;
	}
	path->levels = 1;
	path->value[0] = memory->page_directory | rights_bits(rights);
	all_accesses(path, mode);
}

static struct path path_create(struct memory *memory)
{
	struct path path = { .gva = PERMISSION_GVA, .levels = 3 };

	memory->frame = frames_take(1);
	memory->large_frame = frames_take_aligned(512, LARGE_BYTES);
	frame_prepare(memory->frame);
	frame_prepare(memory->large_frame);
	path.entry[2] = space_prepare(&boot_space, PERMISSION_GVA, LEVEL_PTE);
	path.entry[1] = space_entry(&boot_space, PERMISSION_GVA, LEVEL_PDE);
	path.entry[0] = space_entry(&boot_space, PERMISSION_GVA, LEVEL_PDPTE);
	memory->page_directory = READ_ONCE(*path.entry[0]) & ENTRY_ADDRESS;
	memory->page_table = READ_ONCE(*path.entry[1]) & ENTRY_ADDRESS;
	return path;
}

static void mode_set(const struct mode *mode)
{
	u64 cr0 = cpu_read_cr0() & ~CR0_WP, cr4 = cpu_read_cr4() & ~(CR4_SMEP | CR4_SMAP);

	cpu_write_cr0(cr0 | (mode->wp ? CR0_WP : 0));
	flush_by_cr4(cr4 | (mode->smep ? CR4_SMEP : 0) | (mode->smap ? CR4_SMAP : 0));
}

static struct mode mode_number(u32 n)
{
	return (struct mode){ .wp = !(n & 1), .smep = n & 2, .smap = n & 4 };
}

static bool mode_exists(const struct mode *mode)
{
	return (!mode->smep || cpu_has_smep()) && (!mode->smap || cpu_has_smap());
}

/*
 * Rights of supervisors change at once with CR0.WP, CR4.SMEP, CR4.SMAP and
 * RFLAGS.AC, without a flush of the page; and a page that a supervisor may
 * write only because WP is off stays read-only for users.
 */
static void toggle_modes(struct path *path, const struct memory *memory)
{
	static const enum access order[] = { WRITE, READ, FETCH, READ, WRITE };
	struct mode mode;
	u64 error_code, address;
	struct caught caught;
	bool fault;
	u32 n, i, privilege;

	path->levels = 3;
	path->value[0] = memory->page_directory | TABLE_FLAGS;
	path->value[1] = memory->page_table | TABLE_FLAGS;
	path->value[2] = memory->frame | ENTRY_PRESENT | ENTRY_USER;
	path_write(path, true);
	for (n = 0; n < 64; n++) {
		mode = mode_number(n * 5 + n / 8);
		if (!mode_exists(&mode))
			continue;
		mode_set(&mode);
		for (i = 0; i < ARRAY_SIZE(order) * NR_PRIVILEGES; i++) {
			privilege = i % NR_PRIVILEGES;
			if (privilege == SUPERVISOR_AC && !mode.smap)
				continue;
			fault = expected_fault(path, &mode, order[i / NR_PRIVILEGES], privilege,
					       &error_code);
			if (privilege == SUPERVISOR_AC)
				cpu_stac();
			caught = try_access(order[i / NR_PRIVILEGES], privilege == USER, path->gva,
					    &address);
			if (privilege == SUPERVISOR_AC)
				cpu_clac();
			verify(fault ? caught.vector == VECTOR_PAGE_FAULT &&
					       caught.error_code == error_code
				     : caught.vector == VECTOR_NONE,
			       "WP %u SMEP %u SMAP %u: %s access %u gave %llu, 0x%llx", mode.wp,
			       mode.smep, mode.smap, privilege_names[privilege],
			       order[i / NR_PRIVILEGES], caught.vector, caught.error_code);
		}
	}
}

void test_permissions(void)
{
	u64 cr0 = cpu_read_cr0(), cr4 = cpu_read_cr4();
	struct memory memory;
	struct path path = path_create(&memory);
	struct mode mode;
	u32 n;

	for (n = 0; n < 8; n++) {
		mode = mode_number(n);
		if (!mode_exists(&mode))
			continue;
		mode_set(&mode);
		all_permissions(&path, &memory, &mode);
	}
	toggle_modes(&path, &memory);
	cpu_write_cr0(cr0);
	flush_by_cr4(cr4);
}

/* One reserved bit at a time; SDM 3A, 4.7: RSVD comes with P. */
static void expect_reserved(struct path *path, u32 level, u64 bit)
{
	struct caught caught;
	u64 address, expected;
	u32 access, user;

	path->value[level] |= bit;
	for (user = 0; user < 2; user++) {
		for (access = READ; access < NR_ACCESSES; access++) {
			path_write(path, true);
			caught = try_access(access, user, PERMISSION_GVA, &address);
			expected = reserved_error(access_bits(access, user));
			verify(caught.vector == VECTOR_PAGE_FAULT &&
				       caught.error_code == expected && caught.cr2 == address,
			       "reserved bits 0x%llx at entry %u: access %u gave %llu, error code "
			       "0x%llx, expected 0x%llx",
			       bit, level, access, caught.vector, caught.error_code, expected);
		}
	}
	path->value[level] &= ~bit;
	path_write(path, true);
	caught = try_access(READ, false, PERMISSION_GVA, &address);
	verify(caught.vector == VECTOR_NONE, "a read after reserved bits were cleared gave %llu",
	       caught.vector);
}

void test_reserved_bits(void)
{
	u32 address_bits = cpu_id(0x80000008).eax & 0xff;
	struct memory memory;
	struct path path = path_create(&memory);
	u32 bit;

	path.value[0] = memory.page_directory | TABLE_FLAGS;
	path.value[1] = memory.page_table | TABLE_FLAGS;
	path.value[2] = memory.frame | TABLE_FLAGS;
	for (bit = address_bits; bit < 52; bit++) {
		expect_reserved(&path, 0, BIT(bit));
		expect_reserved(&path, 1, BIT(bit));
		expect_reserved(&path, 2, BIT(bit));
	}
	path.levels = 2;
	path.value[1] = memory.large_frame | TABLE_FLAGS | ENTRY_LARGE;
	for (bit = 13; bit < 21; bit++)
		expect_reserved(&path, 1, BIT(bit));
	/* A PDPTE with PS is a 1G page: 29:13 are reserved, or PS itself. */
	path.value[1] = memory.page_table | TABLE_FLAGS;
	path.levels = 3;
	expect_reserved(&path, 0, ENTRY_LARGE | BIT(13));
}
