// SPDX-License-Identifier: GPL-2.0
/* Words and values of a description's line, see description_line.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "description_line.h"

#define BLANKS " \t\r"
#define MAX_NUMBER 4000000000ull

int line_fail(struct line *line, const char *format, ...)
{
	va_list args;
	int length;

	length = snprintf(line->error, line->error_size, "%s:%u: ", line->file, line->number);
	if (length >= 0 && (size_t)length < line->error_size) {
		va_start(args, format);
		vsnprintf(line->error + length, line->error_size - length, format, args);
		va_end(args);
	}
	return -1;
}

/* The comment ends the line, and has to say something where there is something to source. */
static int cut_comment(struct line *line)
{
	char *comment = strchr(line->text, '#');
	bool data, sourced;

	if (comment)
		*comment++ = '\0';
	data = line->text[strspn(line->text, BLANKS)];
	sourced = comment && comment[strspn(comment, BLANKS "#")];
	if (data && !sourced)
		return line_fail(line, "no source is named; end the line with `# where the values are from`");
	return 0;
}

static int cut_range(struct line *line)
{
	char *open = strchr(line->text, '['), *close, *rest;

	line->has_range = open;
	if (!open)
		return 0;
	*open++ = '\0';
	close = strchr(open, ']');
	if (!close)
		return line_fail(line, "a range is not closed; write `[LOW HIGH]`");
	*close++ = '\0';
	if (close[strspn(close, BLANKS)])
		return line_fail(line, "`%s` after the range; write the range last", close);
	line->low = strtok_r(open, BLANKS, &rest);
	line->high = strtok_r(NULL, BLANKS, &rest);
	if (!line->high || strtok_r(NULL, BLANKS, &rest))
		return line_fail(line, "a range has two values; write `[LOW HIGH]`");
	return 0;
}

int line_read(struct line *line, const char *bytes, size_t size)
{
	char *rest;

	if (size >= LINE_MAX_BYTES)
		return line_fail(line, "the line is too long; write at most %d bytes",
				 LINE_MAX_BYTES - 1);
	if (memchr(bytes, '\0', size))
		return line_fail(line, "the line has a NUL in it; this is no text file");
	memcpy(line->text, bytes, size);
	line->text[size] = '\0';
	line->nr_words = 0;
	memset(line->used, 0, sizeof(line->used));
	if (cut_comment(line) || cut_range(line))
		return -1;
	for (char *word = strtok_r(line->text, BLANKS, &rest); word;
	     word = strtok_r(NULL, BLANKS, &rest)) {
		if (line->nr_words == LINE_MAX_WORDS)
			return line_fail(line, "the line has too many words; write at most %d",
					 LINE_MAX_WORDS);
		line->word[line->nr_words++] = word;
	}
	if (!line->nr_words && line->has_range)
		return line_fail(line, "a range of nothing; write what it is the range of before it");
	return 0;
}

int line_word(struct line *line, const char *what, const char **word)
{
	for (unsigned int i = 0; i < line->nr_words; i++) {
		if (line->used[i] || strchr(line->word[i], '='))
			continue;
		line->used[i] = true;
		*word = line->word[i];
		return 0;
	}
	return line_fail(line, "%s is missing; write it after `%s`", what, line->word[0]);
}

const char *line_key(struct line *line, const char *key)
{
	const size_t length = strlen(key);

	for (unsigned int i = 0; i < line->nr_words; i++) {
		if (line->used[i] || strncmp(line->word[i], key, length) ||
		    line->word[i][length] != '=')
			continue;
		line->used[i] = true;
		return line->word[i] + length + 1;
	}
	return NULL;
}

int line_end(struct line *line, bool range_allowed)
{
	for (unsigned int i = 0; i < line->nr_words; i++)
		if (!line->used[i])
			return line_fail(line, "`%s` has no meaning in a line of %s, or comes twice; leave it out",
					 line->word[i], line->word[0]);
	if (line->has_range && !range_allowed)
		return line_fail(line, "%s has no range; leave `[...]` out", line->word[0]);
	return 0;
}

int line_number(struct line *line, const char *what, const char *text, uint64_t low,
		uint64_t high, unsigned int *number)
{
	unsigned long long value;
	char *end;

	if (*text >= '0' && *text <= '9') {
		value = strtoull(text, &end, 10);
		if (!*end && value >= low && value <= high) {
			*number = value;
			return 0;
		}
	}
	return line_fail(line, "`%s` is no value of %s; write a whole number from %llu to %llu",
			 text, what, (unsigned long long)low, (unsigned long long)high);
}

int line_key_number(struct line *line, const char *key, uint64_t low, uint64_t high,
		    unsigned int *number)
{
	const char *text = line_key(line, key);

	if (!text)
		return line_fail(line, "%s is missing; write `%s=NUMBER`", key, key);
	return line_number(line, key, text, low, high, number);
}

int line_size(struct line *line, const char *what, const char *text, uint64_t *size)
{
	static const char units[] = "KMG";
	unsigned long long value;
	const char *unit;
	char *end;

	if (*text >= '0' && *text <= '9') {
		value = strtoull(text, &end, 10);
		unit = *end ? strchr(units, *end) : NULL;
		if (unit && !end[1] && value && value <= 65536) {
			*size = value << 10 * (unit - units + 1);
			return 0;
		}
	}
	return line_fail(line, "`%s` is no %s; write a whole number up to 65536 with K, M or G, as 32K",
			 text, what);
}

int line_hundredths(struct line *line, const char *what, const char *text, uint64_t *hundredths)
{
	uint64_t value = 0;
	int decimals = -1;

	for (const char *c = text; *c; c++) {
		if (*c == '.' && decimals < 0 && c > text) {
			decimals = 0;
			continue;
		}
		if (*c < '0' || *c > '9' || decimals == 2 || value > MAX_NUMBER * 100)
			goto bad;
		if (decimals >= 0)
			decimals++;
		value = 10 * value + (*c - '0');
	}
	if (!*text || !decimals)
		goto bad;
	for (; decimals < 2; decimals++)
		value *= decimals < 0 ? 1 : 10;
	if (value > MAX_NUMBER * 100)
		goto bad;
	*hundredths = value;
	return 0;
bad:
	return line_fail(line, "`%s` is no value of %s; write a number with at most two decimals, as 7 or 0.75",
			 text, what);
}
