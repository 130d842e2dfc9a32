// SPDX-License-Identifier: GPL-2.0
/*
 * Published results that the model must give exactly: rows 1 to 3 of docs/calibration.md,
 * section 2, by the descriptions that come with hvbench.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "published.h"

#define CPUS "../../bench/model/cpus"

static const struct {
	const char *name;
	unsigned int value;
} expected[] = {
	{ "cold.refs.4k4k", 24 },
	{ "cold.refs.4k2m", 19 },
	{ "cold.refs.2m2m", 15 },
	{ "cold.refs.5x5", 35 },
	{ "step.all_hit", 72 },
	{ "step.all_miss", 73 },
	{ "victims.vector_entries", 144 },
	{ "victims.walks.12", 0 },
};

static double by_model, by_vectors;
static unsigned int nr_compared;

static void check_value(const char *name, double value, double published)
{
	nr_compared++;
	check(value == published, "%s as published (%g)", name, published);
}

static void compare(const char *name, struct published value)
{
	for (unsigned int i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		if (!strcmp(expected[i].name, name))
			check_value(name, value.mid, expected[i].value);
	if (!strcmp(name, "step.cycles"))
		check_value("what a miss of Zen 4's first level costs, in cycles", value.mid, 7);
	if (!strcmp(name, "victims.walks.13"))
		by_model = value.mid;
	if (!strcmp(name, "victims.walks.13.vectors"))
		by_vectors = value.mid;
}

void test_published(void)
{
	static const char *const names[] = { PUBLISHED_CPUS };
	struct model_cpu cpu;

	check_group("published results");
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		published_cpu(CPUS, names[i], &cpu);
		published_cold(&cpu, compare);
	}
	published_cpu(CPUS, "zen-4", &cpu);
	published_step(&cpu, compare);
	published_cpu(CPUS, "skylake-sp", &cpu);
	published_victims(&cpu, compare);
	/* Four of each CPU, and of one CPU two steps with their cost, and two of victims. */
	check_number(nr_compared, 4 * sizeof(names) / sizeof(names[0]) + 3 + 2,
		     "every published value has been compared");
	check(by_vectors > 0, "by the vectors 13 pages of one set do not fit");
	check_number(by_model, by_vectors, "13 pages of one set walk as often as by the vectors");
}
