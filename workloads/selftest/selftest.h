/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of selftest share: accesses whose outcome is recorded
 * instead of ending the run, and the frame that the tests play with.
 */
#ifndef SELFTEST_H
#define SELFTEST_H

#include "runtime/hot.h"
#include "runtime/layout.h"
#include "runtime/workload.h"

/* Parameters. */
enum { STRICT };

/* Of a reserved bit; QEMU leaves P out (SDM 3A, 4.7 says RSVD implies P). */
static inline u64 reserved_error(u64 access)
{
	return access | PF_RESERVED | (param(STRICT) ? PF_PRESENT : 0);
}

/* Each file of tests. They leave CR0, CR3, CR4 and EFER as they found them. */
void test_permissions(void);
void test_reserved_bits(void);
void test_translations(void);
void test_tables(void);
void test_global_pages(void);
void test_delivery(void);
void test_registers(void);
void test_table_writes(void);
void test_faults(void);
void test_large_pages(void);
void test_spaces(void);
void test_wide_addresses(void);
void test_pcids(void);
void test_implicit_accesses(void);

/* PML4 entries of their own; DATA_GVA's is for plain data. */
#define PERMISSION_GVA (2 * DATA_GVA)
#define TRANSLATION_GVA (3 * DATA_GVA)
#define USER_CODE_GVA (4 * DATA_GVA)
#define DELIVERY_GVA (5 * DATA_GVA)
#define TABLE_GVA (6 * DATA_GVA)
#define WRITES_GVA (7 * DATA_GVA)
#define FAULTS_GVA (8 * DATA_GVA)
#define LARGE_GVA (9 * DATA_GVA)
#define SPACES_GVA (10 * DATA_GVA)
#define PCID_GVA (11 * DATA_GVA)
#define IMPLICIT_GVA (12 * DATA_GVA)

enum access { READ, WRITE, FETCH, NR_ACCESSES };

/* The PF_* bits that an access puts into an error code by its nature. */
u64 access_bits(enum access access, bool user);

/* Offsets in a page that frame_prepare() filled. */
#define KERNEL_CODE_OFFSET 0 /* RET */
#define USER_CODE_OFFSET 16 /* INT USER_RETURN_VECTOR */
#define DATA_OFFSET 64 /* read and written */

void frame_prepare(u64 gpa);

/* One access to the page at gva; *address: where, for CR2. */
struct caught try_access(enum access access, bool user, u64 gva, u64 *address);

/* Counts a check that held and mixes what was seen into the digest. */
void selftest_seen(u64 what);

#define verify(condition, ...)                 \
	do {                                   \
		check(condition, __VA_ARGS__); \
		selftest_seen(1);              \
	} while (0)

/* The word at gva, or the run fails: the read must not fault. */
u64 read_word(u64 gva);
/* A read of gva must raise #PF with that error code. */
void expect_fault(const char *test, u64 gva, u64 error_code);
/* A read must give that value. */
void expect_word(const char *test, u64 gva, u64 value);

static inline void write_word(u64 gva, u64 value)
{
	*(volatile u64 *)gpa_pointer(gva) = value;
}

/* A frame whose first word is the tag. */
u64 frame_tagged(u64 tag);

#endif
