/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The smallest test harness: check() prints `ok - ` or `not ok - ` with what
 * is expected, and main.c the sums. Tests are functions that main.c lists.
 */
#ifndef TOOL_CHECK_H
#define TOOL_CHECK_H

#include <stdbool.h>
#include <stdint.h>

/* Goes before all that follows, up to the next call. */
void check_group(const char *name);
bool check(bool condition, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Both sides are shown where they differ. */
bool check_text(const char *text, const char *expected, const char *what);
bool check_holds(const char *text, const char *part, const char *what);
bool check_number(uint64_t number, uint64_t expected, const char *what);

void test_names(void);
void test_result(void);
void test_guest_file(void);
void test_suite(void);
void test_matrix(void);
void test_csv(void);
void test_host(void);
void test_kvm_state(void);
void test_phases(void);
void test_counts(void);
void test_runner(void);
void test_cmd_run(void);
void test_cmd_suite(void);
void test_engines(void);
void test_interrupt(void);
void test_commands(void);
void test_places(void);
void test_model(void);
void test_choices(void);

#endif
