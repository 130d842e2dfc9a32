// SPDX-License-Identifier: GPL-2.0
/* See options.h. */
#include <string.h>

#include "names.h"
#include "options.h"
#include "tables.h"

/* Above all letters, below OPTION_KNOB. */
#define CODE_TABLE 300
/* What stands before a help text; where that is longer, the text gets a line of its own. */
#define LEFT_WIDTH 24

void options_init(struct options *options, const struct option_text *text, unsigned int nr,
		  bool knobs)
{
	unsigned int i, nr_longs = 0;
	char *letter = options->letters;

	memset(options, 0, sizeof(*options));
	options->text = text;
	options->nr = nr;
	options->knobs = knobs;
	*letter++ = ':';
	for (i = 0; i < nr; i++) {
		if (text[i].letter) {
			*letter++ = text[i].letter;
			if (text[i].argument)
				*letter++ = ':';
		}
		if (text[i].name)
			options->longs[nr_longs++] = (struct option){
				.name = text[i].name,
				.has_arg = text[i].argument != NULL,
				.val = CODE_TABLE + i,
			};
	}
	for (i = 0; knobs && i < HVBENCH_NR_KNOBS; i++)
		options->longs[nr_longs++] = (struct option){
			.name = knob_get(i)->name,
			.has_arg = 1,
			.val = OPTION_KNOB + i,
		};
	/* 0 makes getopt start anew, for callers that parse twice. */
	optind = 0;
	opterr = 0;
}

/* The long options that begin with a word, as `--a, --b or --c`; their number. */
static unsigned int list_meant(const struct options *options, const char *word, char *buf,
			       size_t size)
{
	const struct option *o;
	unsigned int nr = 0, i = 0;
	size_t used = 0;

	buf[0] = '\0';
	for (o = options->longs; o->name; o++)
		nr += !strncmp(o->name, word, strlen(word));
	for (o = options->longs; o->name && used < size; o++) {
		if (strncmp(o->name, word, strlen(word)))
			continue;
		i++;
		used += snprintf(buf + used, size - used, "%s--%s",
				 i == 1 ? "" : (i == nr ? " or " : ", "), o->name);
	}
	return nr;
}

/* What a user may have meant: the nearest long option, and all. */
static void hint_at(const struct options *options, const char *word, char *buf, size_t size)
{
	struct names names = { .nr = 0 };
	const struct option *o;

	for (o = options->longs; o->name; o++)
		names_add(&names, o->name);
	names_hint_options(&names, word, buf, size);
}

/* getopt_long() says no more than that a long option is wrong; so find out how. */
static void wrong_long_option(const struct options *options, const char *given, struct failure *why)
{
	int length = strcspn(given, "=");
	char word[64], hint[1024];

	snprintf(word, sizeof(word), "%.*s", length - 2, given + 2);
	if (optopt >= CODE_TABLE) {
		list_meant(options, word, hint, sizeof(hint));
		fail(why, STATUS_USAGE, "%s takes no value: \"%.64s\"", hint, given);
		return;
	}
	if (*word && list_meant(options, word, hint, sizeof(hint)) > 1) {
		fail(why, STATUS_USAGE, "\"--%s\" is ambiguous: %s", word, hint);
		return;
	}
	hint_at(options, word, hint, sizeof(hint));
	fail(why, STATUS_USAGE, "unknown option \"--%s\"%s", word, hint);
}

static int wrong_option(const struct options *options, char **argv, struct failure *why)
{
	char hint[1024];

	/* Of several letters after one dash, getopt is still at the first. */
	if (optopt && optopt < CODE_TABLE) {
		hint_at(options, "", hint, sizeof(hint));
		fail(why, STATUS_USAGE, "unknown option \"-%c\"%s", optopt, hint);
	} else {
		wrong_long_option(options, argv[optind - 1], why);
	}
	return OPTION_WRONG;
}

int options_no_words(const char *command, int argc, char **argv, struct failure *why)
{
	if (optind >= argc)
		return 0;
	return fail(why, STATUS_USAGE, "%s takes no argument: \"%.64s\"", command, argv[optind]);
}

int options_next(struct options *options, int argc, char **argv, struct failure *why)
{
	int code;
	unsigned int i;

	optopt = 0;
	code = getopt_long(argc, argv, options->letters, options->longs, NULL);
	if (code == -1)
		return OPTION_END;
	if (code == '?')
		return wrong_option(options, argv, why);
	if (code == ':') {
		fail(why, STATUS_USAGE, "a value is missing after %s", argv[optind - 1]);
		return OPTION_WRONG;
	}
	if (code >= OPTION_KNOB)
		return code;
	if (code >= CODE_TABLE)
		return code - CODE_TABLE;
	for (i = 0; i < options->nr; i++) {
		if (options->text[i].letter == code)
			return i;
	}
	return wrong_option(options, argv, why);
}

static void help_line(FILE *out, const char *left, const char *help)
{
	if (strlen(left) > LEFT_WIDTH) {
		fprintf(out, "  %s\n", left);
		left = "";
	}
	fprintf(out, "  %-*s %s", LEFT_WIDTH, left, help);
}

void options_help(const struct options *options, FILE *out)
{
	unsigned int i;
	char left[80];

	for (i = 0; i < options->nr; i++) {
		const struct option_text *text = &options->text[i];
		char letter[8] = "";

		if (text->letter)
			snprintf(letter, sizeof(letter), "-%c%s", text->letter,
				 text->name ? ", " : "");
		snprintf(left, sizeof(left), "%s%s%s%s%s", letter, text->name ? "--" : "",
			 text->name ? text->name : "", text->argument ? " " : "",
			 text->argument ? text->argument : "");
		help_line(out, left, text->help);
		putc('\n', out);
	}
	if (!options->knobs)
		return;
	fprintf(out, "\nKnobs:\n");
	for (i = 0; i < HVBENCH_NR_KNOBS; i++) {
		const struct knob *knob = knob_get(i);

		snprintf(left, sizeof(left), "--%s %s", knob->name, knob->choices);
		help_line(out, left, knob->help);
		fprintf(out, " (default %s)\n", knob->choice.name[knob->def]);
	}
}
