// SPDX-License-Identifier: GPL-2.0
/* Text to struct suite; see suite.h. Every error names file, line and cure. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "values.h"

#define BLANKS " \t\r\v\f"
/* The word in a workload's place of a line that is no experiment. */
#define DEFAULTS "defaults"

/* Where a key's values go, and how they are read. */
struct key {
	struct suite_values *values;
	const struct knob *knob; /* a choice of it, or */
	const struct hvbench_guest_param_info *param; /* a number in its range */
};

static int usage(struct failure *why, const char *what, const char *word)
{
	return fail(why, STATUS_USAGE, "%s \"%.64s\"", what, word);
}

/* All keys that the line may have, for an error about one that it may not. */
static int unknown_key(const struct suite_line *line, const char *word, struct failure *why)
{
	const struct hvbench_guest_info *info = &line->guest->info;
	struct names names = { .nr = 0 };
	char hint[1500];
	unsigned int i;

	for (i = 0; i < info->nr_params; i++)
		names_add(&names, info->params[i].name);
	names_add(&names, "engine");
	names_add(&names, "mmu");
	for (i = 0; i < HVBENCH_NR_KNOBS; i++)
		names_add(&names, knob_get(i)->name);
	names_add(&names, "repeat");
	names_add(&names, "memory");
	names_add(&names, "optional");
	names_add(&names, "model");
	names_hint(&names, word, hint, sizeof(hint));
	return fail(why, STATUS_USAGE, "%s has no parameter or knob \"%.64s\"%s", info->name, word,
		    hint);
}

/* What a line of every workload can say, and `defaults` too. */
static struct suite_values *common_values(struct suite_line *line, const char *word)
{
	if (!strcmp(word, "repeat"))
		return &line->repeat;
	if (!strcmp(word, "memory"))
		return &line->memory;
	if (!strcmp(word, "optional"))
		return &line->optional;
	return strcmp(word, "model") ? NULL : &line->model;
}

static int find_key(struct suite_line *line, const char *word, struct key *key, struct failure *why)
{
	int i;

	memset(key, 0, sizeof(*key));
	i = line->guest ? guest_param_find(&line->guest->info, word) : -1;
	if (i >= 0) {
		key->values = &line->param[i];
		key->param = &line->guest->info.params[i];
		return 0;
	}
	key->values = common_values(line, word);
	if (key->values)
		return 0;
	if (!line->guest)
		return fail(why, STATUS_USAGE,
			    DEFAULTS " takes no \"%.64s\" (right: repeat, memory, optional, model)",
			    word);
	i = knob_find(word);
	if (i >= 0) {
		key->values = &line->knob[i];
		key->knob = knob_get(i);
	} else if (!strcmp(word, "engine")) {
		key->values = &line->engine;
	} else if (!strcmp(word, "mmu")) {
		key->values = &line->mmu;
	} else {
		return unknown_key(line, word, why);
	}
	return 0;
}

static const struct names off_on = { .name = { "off", "on" }, .nr = 2 };

/* `none` is for a line below `defaults model=...`. */
static int parse_model(struct cpus *cpus, const char *word, uint64_t *value, struct failure *why)
{
	unsigned int index;

	*value = SUITE_NO_MODEL;
	if (!strcmp(word, "none"))
		return 0;
	if (cpus_add(cpus, word, &index, why))
		return fail_within(why, "model");
	*value = index;
	return 0;
}

static int parse_value(struct suite *suite, struct suite_line *line, const struct key *key,
		       const char *name, const char *word, uint64_t *value, struct failure *why)
{
	if (key->param)
		return value_number(name, word, key->param->min, key->param->max, value, why);
	if (key->knob)
		return value_choice(name, &key->knob->choice, word, value, why);
	if (key->values == &line->repeat)
		return value_number(name, word, 1, SUITE_MAX_REPEAT, value, why);
	if (key->values == &line->memory)
		return value_number(name, word, HVBENCH_MEMORY_UNIT, HVBENCH_MEMORY_MAX, value,
				    why);
	if (key->values == &line->optional)
		return value_choice(name, &off_on, word, value, why);
	if (key->values == &line->model)
		return parse_model(&suite->cpus, word, value, why);
	if (key->values == &line->engine)
		return value_engine(line->engines, word, value, why);
	return value_mmu(word, value, why);
}

static int add_value(struct suite_line *line, const struct key *key, const char *name,
		     uint64_t value, const char *word, struct failure *why)
{
	struct suite_values *values = key->values;
	bool single =
		values == &line->repeat || values == &line->memory || values == &line->optional;
	unsigned int i;

	/* None is a column of the results: a list would look like one. */
	if (single && values->nr)
		return fail(why, STATUS_USAGE, "%s takes one value, not a list", name);
	if (values == &line->model && values->nr &&
	    (value == SUITE_NO_MODEL || values->value[0] == SUITE_NO_MODEL))
		return fail(why, STATUS_USAGE, "model=none stands alone");
	if (values->nr == SUITE_MAX_VALUES)
		return fail(why, STATUS_USAGE, "%s has more than %u values", name,
			    SUITE_MAX_VALUES);
	for (i = 0; i < values->nr; i++) {
		if (values->value[i] == value)
			return fail(why, STATUS_USAGE, "%s names the value %.64s twice", name,
				    word);
	}
	values->value[values->nr++] = value;
	return 0;
}

/* One `key=value[,value...]`. */
static int parse_pair(struct suite *suite, struct suite_line *line, char *pair, struct failure *why)
{
	char *list = strchr(pair, '='), *word;
	struct key key;
	uint64_t value;

	if (!list || list == pair)
		return usage(why, "expected key=value[,value...] instead of", pair);
	*list++ = '\0';
	if (find_key(line, pair, &key, why))
		return -1;
	if (key.values->nr)
		return usage(why, "two times the key", pair);
	while ((word = strsep(&list, ","))) {
		if (!*word)
			return usage(why, "a value is missing for", pair);
		if (parse_value(suite, line, &key, pair, word, &value, why) ||
		    add_value(line, &key, pair, value, word, why))
			return -1;
	}
	return 0;
}

static const struct engine_ops *line_engine(const struct suite_line *line, unsigned int i)
{
	return line->engines[line->engine.nr ? line->engine.value[i] : 0];
}

static bool an_engine_has(const struct suite_line *line, unsigned int knob)
{
	unsigned int i = 0;

	do {
		if (engine_has_knob(line_engine(line, i), knob))
			return true;
	} while (++i < line->engine.nr);
	return false;
}

/* Without a list, a line runs under all MMUs. */
static bool an_mmu_has(const struct suite_line *line, unsigned int knob)
{
	unsigned int i;

	for (i = 0; i < line->mmu.nr; i++) {
		if (knob_applies(knob, line->mmu.value[i]))
			return true;
	}
	return !line->mmu.nr;
}

/* A knob of an engine or MMU that the line leaves out would be dropped in silence. */
static int check_knobs(const struct suite_line *line, struct failure *why)
{
	unsigned int i;

	for (i = 0; i < HVBENCH_NR_KNOBS; i++) {
		if (!line->knob[i].nr)
			continue;
		if (!an_engine_has(line, i))
			return fail(why, STATUS_USAGE, "%s has no effect under engine=%s",
				    knob_get(i)->name, line_engine(line, 0)->name);
		if (!an_mmu_has(line, i))
			return fail(why, STATUS_USAGE, "%s has no effect under mmu=%s",
				    knob_get(i)->name, mmu_name(line->mmu.value[0]));
	}
	return 0;
}

static void take_default(struct suite_values *values, const struct suite_values *other)
{
	if (!values->nr)
		*values = *other;
}

static void take_defaults(struct suite_line *line, const struct suite_line *defaults)
{
	take_default(&line->repeat, &defaults->repeat);
	take_default(&line->memory, &defaults->memory);
	take_default(&line->optional, &defaults->optional);
	take_default(&line->model, &defaults->model);
}

/* Leaves line->guest NULL where the line is no experiment. */
static int parse_line(char *text, const struct catalog *catalog, struct suite *suite,
		      struct suite_line *line, struct suite_line *defaults, struct failure *why)
{
	struct suite_line *to = NULL;
	char *rest = text, *word;

	while ((word = strsep(&rest, BLANKS))) {
		if (!*word)
			continue;
		if (to) {
			if (parse_pair(suite, to, word, why))
				return -1;
		} else if (!strcmp(word, DEFAULTS)) {
			to = defaults;
			memset(to, 0, sizeof(*to));
		} else {
			to = line;
			line->guest = catalog_find(catalog, word, why);
			if (!line->guest)
				return -1;
		}
	}
	if (!line->guest)
		return 0;
	take_defaults(line, defaults);
	return check_knobs(line, why);
}

static struct suite_line *add_line(struct suite *suite, const struct engine_ops *const *engines,
				   unsigned int number)
{
	struct suite_line *line = reallocarray(suite->line, suite->nr + 1, sizeof(*line));

	if (!line)
		return NULL;
	suite->line = line;
	line += suite->nr;
	memset(line, 0, sizeof(*line));
	line->engines = engines;
	line->number = number;
	return line;
}

static int parse_text(char *text, const char *name, const struct catalog *catalog,
		      const struct engine_ops *const *engines, struct suite *suite,
		      struct failure *why)
{
	struct suite_line *line, defaults = { .number = 0 };
	unsigned int number = 0;
	char *rest = text, *row;

	while ((row = strsep(&rest, "\n"))) {
		number++;
		row[strcspn(row, "#")] = '\0';
		line = add_line(suite, engines, number);
		if (!line)
			return fail(why, STATUS_ENVIRONMENT, "out of memory");
		if (parse_line(row, catalog, suite, line, &defaults, why))
			return fail_within(why, "%s:%u", name, number);
		if (line->guest)
			suite->nr++;
	}
	if (!suite->nr)
		return fail(why, STATUS_USAGE,
			    "%s: no experiment in it (right: one a line, WORKLOAD "
			    "key=value[,value...]...)",
			    name);
	return 0;
}

int suite_parse(const char *text, const char *name, const struct catalog *catalog,
		const struct engine_ops *const *engines, struct suite *suite, struct failure *why)
{
	char *copy = strdup(text);
	int ret;

	memset(suite, 0, sizeof(*suite));
	if (!copy)
		return fail(why, STATUS_ENVIRONMENT, "out of memory");
	ret = cpus_init(&suite->cpus, why) ||
	      parse_text(copy, name, catalog, engines, suite, why);
	free(copy);
	if (ret)
		suite_free(suite);
	return ret ? -1 : 0;
}

int suite_read(const char *path, const struct catalog *catalog,
	       const struct engine_ops *const *engines, struct suite *suite, struct failure *why)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;
	ssize_t len;
	int ret;

	if (!file)
		return fail(why, STATUS_USAGE, "%s: %s", path, strerror(errno));
	errno = 0;
	len = getdelim(&text, &room, '\0', file);
	if (len < 0)
		ret = fail(why, STATUS_USAGE, "%s: %s", path,
			   errno ? strerror(errno) : "the file is empty");
	else if (strlen(text) != (size_t)len)
		ret = fail(why, STATUS_USAGE, "%s: not a text file", path);
	else
		ret = suite_parse(text, path, catalog, engines, suite, why);
	free(text);
	fclose(file);
	return ret;
}

void suite_free(struct suite *suite)
{
	free(suite->line);
	cpus_free(&suite->cpus);
	memset(suite, 0, sizeof(*suite));
}
