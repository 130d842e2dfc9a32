// SPDX-License-Identifier: GPL-2.0
/* See values.h. */
#include <stdio.h>
#include <string.h>

#include "values.h"

int value_number(const char *name, const char *word, uint64_t min, uint64_t max, uint64_t *value,
		 struct failure *why)
{
	char least[32], most[32];

	if (!parse_number(word, value))
		return fail(
			why, STATUS_USAGE,
			"%s: \"%.64s\" is not a number (right: digits, perhaps with K, M, G or T)",
			name, word);
	if (*value >= min && *value <= max)
		return 0;
	format_size(min, least, sizeof(least));
	format_size(max, most, sizeof(most));
	return fail(why, STATUS_USAGE, "%s: %.64s is out of range (right: %s to %s)", name, word,
		    least, most);
}

int value_choice(const char *name, const struct names *choices, const char *word, uint64_t *value,
		 struct failure *why)
{
	char hint[512];
	unsigned int i;

	for (i = 0; i < choices->nr; i++) {
		if (!strcmp(choices->name[i], word)) {
			*value = i;
			return 0;
		}
	}
	names_hint(choices, word, hint, sizeof(hint));
	return fail(why, STATUS_USAGE, "%s has no choice \"%.64s\"%s", name, word, hint);
}

int value_engine(const struct engine_ops *const *engines, const char *word, uint64_t *value,
		 struct failure *why)
{
	struct names names = { .nr = 0 };

	for (; *engines; engines++)
		names_add(&names, (*engines)->name);
	return value_choice("engine", &names, word, value, why);
}

int value_mmu(const char *word, uint64_t *value, struct failure *why)
{
	struct names mmus = { .nr = 0 };
	uint32_t i;

	for (i = 0; i < HVBENCH_NR_MMUS; i++)
		names_add(&mmus, mmu_name(i));
	return value_choice("mmu", &mmus, word, value, why);
}

int value_param(struct run_spec *spec, const char *pair, struct failure *why)
{
	const struct hvbench_guest_info *info = &spec->guest->info;
	const char *equals = strchr(pair, '=');
	struct names names = { .nr = 0 };
	char name[HVBENCH_NAME_BYTES * 2], hint[1024];
	unsigned int p;
	int i;

	if (!equals)
		return fail(why, STATUS_USAGE, "-p takes name=value, not \"%.64s\"", pair);
	snprintf(name, sizeof(name), "%.*s", (int)(equals - pair), pair);
	i = guest_param_find(info, name);
	if (i < 0) {
		for (p = 0; p < info->nr_params; p++)
			names_add(&names, info->params[p].name);
		names_hint(&names, name, hint, sizeof(hint));
		return fail(why, STATUS_USAGE, "%s has no parameter \"%s\"%s", info->name, name,
			    info->nr_params ? hint : " (it has none)");
	}
	return value_number(name, equals + 1, info->params[i].min, info->params[i].max,
			    &spec->value[i], why);
}
