/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Unit tests: a test is report(condition, "what is expected"), under a prefix.
 * A failed one prints its line of source; the summary gives the exit status.
 */
#ifndef REPORT_H
#define REPORT_H

#include "machine.h"

void report_prefix(const char *prefix);
#define report(condition, ...) report_result(!!(condition), __FILE__, __LINE__, __VA_ARGS__)
void report_result(bool passed, const char *file, int line, const char *text, ...)
	__attribute__((__format__(printf, 4, 5)));
/* A test that can't run here says why. */
void report_skip(const char *why);
/* Equal numbers; prints both in hex and decimal if they are not. */
#define report_equal(got, want, ...) \
	report_numbers((u64)(got), (u64)(want), __FILE__, __LINE__, __VA_ARGS__)
void report_numbers(u64 got, u64 want, const char *file, int line, const char *text, ...)
	__attribute__((__format__(printf, 5, 6)));

/* A machine with a few guest frames laid out, for the backends' tests. */
struct test_guest {
	struct machine m;
	struct machine_config config;
};

/* 64-bit mode, WP and NXE on, memory of that many 2M units, CR3 = 0x1000. */
void guest_defaults(struct test_guest *t, const struct hv_mmu_ops *ops, u64 chunks);
/* machine_create(); the caller pokes tables and pages; then guest_start(). */
void guest_open(struct test_guest *t);
void guest_start(struct test_guest *t);
/* Reports what was left behind. */
void guest_close(struct test_guest *t);
/* One access at gva; failures of the contract are reported. */
struct outcome guest_access(struct test_guest *t, u64 gva, u32 access);
/* One instruction that touches two pages. */
struct outcome guest_access_both(struct test_guest *t, u64 first, u64 second, u32 access);
/* True if it went to that gpa. */
bool guest_reaches(struct test_guest *t, u64 gva, u32 access, u64 gpa);
u64 guest_word(const struct test_guest *t, u64 gpa);

void test_ref_walk(void);
void test_memory(void);
void test_ept(void);
void test_ept_leaf(void);
void test_ept_log(void);
void test_ept_rights(void);
void test_spt(void);
void test_backend_rights(void);
void test_emulate(void);
void test_emulate_edges(void);
void test_vmx_flush(void);
void test_inject_events(void);
void test_event(void);
void test_run(void);
void test_vmx_pml(void);
void test_vmx_controls(void);
void test_exception(void);
void test_same(void);

#endif
