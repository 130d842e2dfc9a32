// SPDX-License-Identifier: GPL-2.0
/* See names.h. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

/* Longer words are compared up to here: enough to tell names apart. */
#define WORD_MAX 64

void names_add(struct names *names, const char *name)
{
	if (names->nr < NAMES_MAX)
		names->name[names->nr++] = name;
}

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int m = a < b ? a : b;

	return m < c ? m : c;
}

unsigned int edit_distance(const char *a, const char *b)
{
	/* Rows i - 2, i - 1 and i of the usual table, used in turn. */
	unsigned int table[3][WORD_MAX + 1];
	size_t la = strnlen(a, WORD_MAX), lb = strnlen(b, WORD_MAX);
	size_t i, j;

	for (j = 0; j <= lb; j++)
		table[0][j] = j;
	for (i = 1; i <= la; i++) {
		unsigned int *row = table[i % 3];
		unsigned int *prev = table[(i - 1) % 3];
		unsigned int *before = table[(i + 1) % 3];

		row[0] = i;
		for (j = 1; j <= lb; j++) {
			unsigned int swap = a[i - 1] != b[j - 1];

			row[j] = min3(prev[j] + 1, row[j - 1] + 1, prev[j - 1] + swap);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
	}
	return table[la % 3][lb];
}

const char *names_nearest(const struct names *names, const char *wrong)
{
	/* A third of the letters may be wrong, but never all of them. */
	unsigned int limit = (strlen(wrong) + 2) / 3;
	const char *nearest = NULL;
	unsigned int i;

	for (i = 0; i < names->nr; i++) {
		unsigned int distance = edit_distance(names->name[i], wrong);

		if (distance <= limit && distance < strlen(names->name[i])) {
			nearest = names->name[i];
			if (!distance)
				break;
			limit = distance - 1;
		}
	}
	return nearest;
}

static void hint(const struct names *names, const char *dashes, const char *wrong, char *buf,
		 size_t size)
{
	const char *nearest = names_nearest(names, wrong);
	size_t used = 0;
	unsigned int i;

	buf[0] = '\0';
	if (nearest)
		snprintf(buf, size, "; did you mean \"%s%s\"?", dashes, nearest);
	used = strlen(buf);
	snprintf(buf + used, size - used, " (right: ");
	for (i = 0; i < names->nr; i++) {
		used = strlen(buf);
		snprintf(buf + used, size - used, "%s%s%s", i ? ", " : "", dashes, names->name[i]);
	}
	used = strlen(buf);
	snprintf(buf + used, size - used, ")");
}

void names_hint(const struct names *names, const char *wrong, char *buf, size_t size)
{
	hint(names, "", wrong, buf, size);
}

void names_hint_options(const struct names *names, const char *wrong, char *buf, size_t size)
{
	hint(names, "--", wrong, buf, size);
}

bool parse_number(const char *text, uint64_t *value)
{
	static const char suffixes[] = "KMGT";
	unsigned long long n;
	unsigned int shift = 0;
	const char *s;
	char *end;

	/* strtoull() would take blanks and signs. */
	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	n = strtoull(text, &end, text[0] == '0' && (text[1] | 32) == 'x' ? 16 : 10);
	if (errno || end == text)
		return false;
	if (*end) {
		s = strchr(suffixes, toupper((unsigned char)*end));
		if (!s || end[1])
			return false;
		shift = 10 * (s - suffixes + 1);
		if (n > UINT64_MAX >> shift)
			return false;
	}
	*value = (uint64_t)n << shift;
	return true;
}

void format_size(uint64_t n, char *buf, size_t size)
{
	static const char suffixes[] = "KMGT";
	const char *s = NULL;

	while (n && !(n % 1024) && (!s || s[1])) {
		s = s ? s + 1 : suffixes;
		n /= 1024;
	}
	if (s)
		snprintf(buf, size, "%llu%c", (unsigned long long)n, *s);
	else
		snprintf(buf, size, "%llu", (unsigned long long)n);
}

bool is_kebab(const char *text, size_t size)
{
	size_t i, len = strnlen(text, size);

	if (!len || len == size)
		return false;
	for (i = 0; i < len; i++) {
		if (!islower((unsigned char)text[i]) && !isdigit((unsigned char)text[i]) &&
		    text[i] != '-')
			return false;
	}
	return true;
}
