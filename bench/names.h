/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names and numbers as users type them: sizes, lists of the right words, and
 * the right word that is nearest to a wrong one. Pure functions; the command
 * line and the suite parser call them for their error messages.
 */
#ifndef BENCH_NAMES_H
#define BENCH_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAMES_MAX 256

/* A list of words that are right in some place; it doesn't own them. */
struct names {
	const char *name[NAMES_MAX];
	unsigned int nr;
};

void names_add(struct names *names, const char *name);

/* The Levenshtein distance with transpositions of neighbours. */
unsigned int edit_distance(const char *a, const char *b);

/* The name near enough to be a likely typing error, or NULL. */
const char *names_nearest(const struct names *names, const char *wrong);

/*
 * Writes `; did you mean "x"?` where there is a nearest, then
 * ` (right: a, b, c)`. Always terminated, cut where it does not fit.
 */
void names_hint(const struct names *names, const char *wrong, char *buf, size_t size);

/* The same of long options: names and wrong have no dashes, the hint has. */
void names_hint_options(const struct names *names, const char *wrong, char *buf, size_t size);

/* Decimal or 0x number with an optional suffix K, M, G or T (powers of 1024). */
bool parse_number(const char *text, uint64_t *value);

/* Prints n as text that parse_number() reads back, e.g. 2M. */
void format_size(uint64_t n, char *buf, size_t size);

/* Lower-case letters, digits and dashes, 1 to size - 1 of them, then a NUL. */
bool is_kebab(const char *text, size_t size);

#endif
