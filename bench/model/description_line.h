/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One line of a CPU description, cut into its words, and the values in them. Every function
 * that can fail returns -1 with the sentence in place; description.c gives the lines their
 * meaning.
 */
#ifndef MODEL_DESCRIPTION_LINE_H
#define MODEL_DESCRIPTION_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_MAX_BYTES 512
#define LINE_MAX_WORDS 32

struct line {
	const char *file;
	unsigned int number;
	char text[LINE_MAX_BYTES];
	char *word[LINE_MAX_WORDS]; /* the first is what the line describes */
	bool used[LINE_MAX_WORDS];
	unsigned int nr_words; /* 0: nothing but a comment */
	bool has_range;
	char *low, *high; /* [low high] */
	char *error;
	size_t error_size;
};

int line_fail(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Cuts up the bytes of the line, without their end of line. */
int line_read(struct line *line, const char *bytes, size_t size);
/* The next word that is not KEY=VALUE; what says what it should be. */
int line_word(struct line *line, const char *what, const char **word);
/* The value of KEY=VALUE, or NULL. */
const char *line_key(struct line *line, const char *key);
/* All words are used, and the range only where there may be one. */
int line_end(struct line *line, bool range_allowed);

/* A whole number from low to high. */
int line_number(struct line *line, const char *what, const char *text, uint64_t low,
		uint64_t high, unsigned int *number);
/* The same of KEY=, which has to be there. */
int line_key_number(struct line *line, const char *key, uint64_t low, uint64_t high,
		    unsigned int *number);
/* A number of bytes with K, M or G. */
int line_size(struct line *line, const char *what, const char *text, uint64_t *size);
/* A number with at most two decimals, in hundredths. */
int line_hundredths(struct line *line, const char *what, const char *text, uint64_t *hundredths);

#endif
