// SPDX-License-Identifier: GPL-2.0
/*
 * Every combination of present, writable, user and no-execute in the two
 * lowest levels, under a choice of them above, for supervisor and user reads,
 * writes and fetches, with CR0.WP on and off, for 4K and 2M pages. Expected
 * are the access rights of SDM 3A, 4.6, the error codes of 4.7 and the
 * accessed and dirty bits of 4.8.
 */
#include "selftest.h"

#define COMBINATIONS 16
#define PERMISSION_BITS (ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER | ENTRY_NX)

static u64 permission_bits(u32 combination)
{
	return (combination & 1 ? ENTRY_PRESENT : 0) | (combination & 2 ? ENTRY_WRITE : 0) |
	       (combination & 4 ? ENTRY_USER : 0) | (combination & 8 ? ENTRY_NX : 0);
}

/* What lies above: all allowed, or one thing taken away. */
static const u64 upper[] = {
	TABLE_FLAGS,
	ENTRY_PRESENT | ENTRY_USER,
	ENTRY_PRESENT | ENTRY_WRITE,
	TABLE_FLAGS | ENTRY_NX,
	ENTRY_WRITE | ENTRY_USER,
};

/* The entries of one translation, the leaf last; written afresh each time. */
struct path {
	u64 *entry[3];
	u64 value[3];
	u32 levels; /* 3: PDPTE, PDE, PTE; 2: the PDE is the leaf */
};

static void path_write(const struct path *path)
{
	u32 i;

	for (i = 0; i < path->levels; i++)
		WRITE_ONCE(*path->entry[i], path->value[i]);
	flush_page(PERMISSION_GVA);
}

static bool expected_fault(const struct path *path, enum access access, bool user, bool wp,
			   u64 *error_code)
{
	u64 all = ~0ull, any = 0;
	u32 i;

	for (i = 0; i < path->levels; i++) {
		all &= path->value[i];
		any |= path->value[i];
	}
	*error_code = access_bits(access, user);
	if (!(all & ENTRY_PRESENT))
		return true;
	*error_code |= PF_PRESENT;
	if (user && !(all & ENTRY_USER))
		return true;
	if (access == WRITE && !(all & ENTRY_WRITE) && (user || wp))
		return true;
	return access == FETCH && any & ENTRY_NX;
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

static void verify_access(const struct path *path, enum access access, bool user, bool wp)
{
	u64 error_code, address;
	bool fault = expected_fault(path, access, user, wp, &error_code);
	struct caught caught;

	path_write(path);
	caught = try_access(access, user, PERMISSION_GVA, &address);
	if (!fault)
		verify(caught.vector == VECTOR_NONE,
		       "entries 0x%llx 0x%llx 0x%llx, WP %u: %s access %u raised %llu, error code "
		       "0x%llx",
		       path->value[0], path->value[1], path->value[2], wp,
		       user ? "user" : "supervisor", access, caught.vector, caught.error_code);
	else
		verify(caught.vector == VECTOR_PAGE_FAULT && caught.error_code == error_code &&
			       caught.cr2 == address,
		       "entries 0x%llx 0x%llx 0x%llx, WP %u: %s access %u gave %llu, 0x%llx at "
		       "0x%llx, not #PF 0x%llx",
		       path->value[0], path->value[1], path->value[2], wp,
		       user ? "user" : "supervisor", access, caught.vector, caught.error_code,
		       caught.cr2, error_code);
	selftest_seen(caught.vector << 32 | (fault ? caught.error_code : 0));
	verify_bits(path, access, fault);
}

static void all_accesses(const struct path *path, bool wp)
{
	u32 access;

	for (access = READ; access < NR_ACCESSES; access++) {
		verify_access(path, access, false, wp);
		verify_access(path, access, true, wp);
	}
}

static void all_permissions(struct path *path, u64 table, u64 frame, u64 large_frame, bool wp)
{
	u32 u, d, t;

	for (u = 0; u < ARRAY_SIZE(upper); u++) {
		path->value[0] = (path->value[0] & ENTRY_ADDRESS) | upper[u];
		for (d = 0; d < COMBINATIONS; d++) {
			path->levels = 3;
			path->value[1] = table | permission_bits(d);
			for (t = 0; t < COMBINATIONS; t++) {
				path->value[2] = frame | permission_bits(t);
				all_accesses(path, wp);
			}
			path->levels = 2;
			path->value[1] = large_frame | permission_bits(d) | ENTRY_LARGE;
			all_accesses(path, wp);
		}
	}
}

static struct path path_create(u64 *table)
{
	struct path path = { .levels = 3 };

	path.entry[2] = space_prepare(&boot_space, PERMISSION_GVA, LEVEL_PTE);
	path.entry[1] = space_entry(&boot_space, PERMISSION_GVA, LEVEL_PDE);
	path.entry[0] = space_entry(&boot_space, PERMISSION_GVA, LEVEL_PDPTE);
	path.value[0] = READ_ONCE(*path.entry[0]) & ENTRY_ADDRESS;
	*table = READ_ONCE(*path.entry[1]) & ENTRY_ADDRESS;
	return path;
}

/*
 * CR0.WP counts for accesses from now on, without a flush; and a page that a
 * supervisor may write only because WP is off stays read-only for users.
 */
static void toggle_wp(struct path *path, u64 table, u64 frame)
{
	u64 cr0 = cpu_read_cr0();
	u32 i;

	path->levels = 3;
	path->value[0] = (path->value[0] & ENTRY_ADDRESS) | TABLE_FLAGS;
	path->value[1] = table | TABLE_FLAGS;
	path->value[2] = frame | ENTRY_PRESENT | ENTRY_USER;
	path_write(path);
	for (i = 0; i < 4; i++) {
		u64 expected[] = { VECTOR_PAGE_FAULT, VECTOR_NONE };
		u64 address;
		struct caught caught;

		cpu_write_cr0(i % 2 ? cr0 & ~CR0_WP : cr0);
		caught = try_access(WRITE, false, PERMISSION_GVA, &address);
		verify(caught.vector == expected[i % 2],
		       "a supervisor's write to a read-only page with WP %u gave %llu", !(i % 2),
		       caught.vector);
		caught = try_access(READ, true, PERMISSION_GVA, &address);
		verify(caught.vector == VECTOR_NONE, "a user's read of a user page gave %llu",
		       caught.vector);
		caught = try_access(WRITE, true, PERMISSION_GVA, &address);
		verify(caught.vector == VECTOR_PAGE_FAULT &&
			       caught.error_code == (PF_PRESENT | PF_WRITE | PF_USER),
		       "a user's write to a read-only page gave %llu, error code 0x%llx",
		       caught.vector, caught.error_code);
		caught = try_access(FETCH, false, PERMISSION_GVA, &address);
		verify(caught.vector == VECTOR_NONE,
		       "a supervisor's fetch from a user page gave %llu", caught.vector);
	}
	cpu_write_cr0(cr0);
}

void test_permissions(void)
{
	u64 frame = frames_take(1);
	u64 large_frame = frames_take_aligned(512, LARGE_BYTES);
	u64 cr0 = cpu_read_cr0();
	struct path path;
	u64 table;

	frame_prepare(frame);
	frame_prepare(large_frame);
	path = path_create(&table);
	all_permissions(&path, table, frame, large_frame, true);
	cpu_write_cr0(cr0 & ~CR0_WP);
	all_permissions(&path, table, frame, large_frame, false);
	cpu_write_cr0(cr0);
	toggle_wp(&path, table, frame);
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
			path_write(path);
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
	path_write(path);
	caught = try_access(READ, false, PERMISSION_GVA, &address);
	verify(caught.vector == VECTOR_NONE, "a read after reserved bits were cleared gave %llu",
	       caught.vector);
}

void test_reserved_bits(void)
{
	u32 address_bits = cpu_id(0x80000008).eax & 0xff;
	u64 frame = frames_take(1);
	u64 large_frame = frames_take_aligned(512, LARGE_BYTES);
	struct path path;
	u64 table;
	u32 bit;

	frame_prepare(frame);
	frame_prepare(large_frame);
	path = path_create(&table);
	path.value[0] |= TABLE_FLAGS;
	path.value[1] = table | TABLE_FLAGS;
	path.value[2] = frame | TABLE_FLAGS;
	for (bit = address_bits; bit < 52; bit++) {
		expect_reserved(&path, 0, BIT(bit));
		expect_reserved(&path, 1, BIT(bit));
		expect_reserved(&path, 2, BIT(bit));
	}
	path.levels = 2;
	path.value[1] = large_frame | TABLE_FLAGS | ENTRY_LARGE;
	for (bit = 13; bit < 21; bit++)
		expect_reserved(&path, 1, BIT(bit));
	/* A PDPTE with PS is a 1G page: 29:13 are reserved, or PS itself. */
	path.value[1] = table | TABLE_FLAGS;
	path.levels = 3;
	expect_reserved(&path, 0, ENTRY_LARGE | BIT(13));
}
