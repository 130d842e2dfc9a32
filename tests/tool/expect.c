// SPDX-License-Identifier: GPL-2.0
/* See expect.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "fake_engine.h"
#include "tables.h"

#define ROOM 2048

static char text[ROOM];

static void add(const char *words)
{
	if (strlen(text) + strlen(words) >= ROOM) {
		fprintf(stderr, "expect.c: a text of more than %d bytes\n", ROOM);
		exit(1);
	}
	strcat(text, words);
}

/* The word of a knob in changes, or NULL. */
static const char *changed(const char *changes, const char *name, char word[64])
{
	size_t len = strlen(name);
	const char *at = changes;

	while ((at = strstr(at, name))) {
		if ((at == changes || at[-1] == ' ') && at[len] == '=') {
			snprintf(word, 64, "%.*s", (int)strcspn(at + len + 1, " "), at + len + 1);
			return word;
		}
		at += len;
	}
	return NULL;
}

const char *expect_row_of(const struct engine_ops *engine, uint32_t mmu, const char *changes,
			  const char *rest)
{
	char word[64];
	unsigned int i;

	text[0] = '\0';
	add(engine->name);
	add(",");
	add(mmu_name(mmu));
	for (i = 0; i < HVBENCH_NR_KNOBS; i++) {
		const struct knob *knob = knob_get(i);

		add(",");
		if (!knob_applies(i, mmu) || !engine_has_knob(engine, i))
			add("-");
		else
			add(changed(changes, knob->name, word) ?: knob->choice.name[knob->def]);
	}
	add(",");
	add(rest);
	return text;
}

const char *expect_row(uint32_t mmu, const char *changes, const char *rest)
{
	return expect_row_of(&fake_engine, mmu, changes, rest);
}

const char *expect_knobs(const char *between)
{
	unsigned int i;

	text[0] = '\0';
	for (i = 0; i < HVBENCH_NR_KNOBS; i++) {
		add(knob_get(i)->name);
		add(between);
	}
	return text;
}
