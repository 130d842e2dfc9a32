/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model's tests: check() prints `ok - ` or `not ok - ` with what is expected, and main.c
 * the sums. A test is a function that main.c lists.
 */
#ifndef MODEL_CHECK_H
#define MODEL_CHECK_H

#include <stdbool.h>
#include <stdint.h>

/* Goes before all that follows, up to the next call. */
void check_group(const char *name);
bool check(bool condition, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Both sides are shown where they differ. */
bool check_number(uint64_t number, uint64_t expected, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool check_holds(const char *text, const char *part, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void test_sets(void);
void test_tlb_order(void);
void test_walk(void);
void test_walk_warm(void);
void test_reach(void);
void test_flush(void);
void test_cpu_files(void);
void test_counting(void);
void test_native(void);
void test_stale(void);
void test_probe(void);
void test_nested_size(void);
void test_caches(void);
void test_description(void);
void test_cost(void);
void test_published(void);

#endif
