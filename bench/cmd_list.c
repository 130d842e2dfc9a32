// SPDX-License-Identifier: GPL-2.0
/* `hvbench list`: workloads with their parameters, knobs, suites, CPUs, counters. */
#include <string.h>

#include "catalog.h"
#include "cpus.h"
#include "json.h"
#include "options.h"
#include "places.h"
#include "tool.h"

static const struct option_text texts[] = {
	{ "verbose", 'v', NULL, "what each workload stands for, and all counters" },
	{ "json", 0, NULL, "print all of it as JSON" },
	{ "help", 'h', NULL, "print this" },
};

static void print_workload(FILE *out, const struct hvbench_guest_info *info, bool verbose)
{
	char def[32], min[32], max[32], left[HVBENCH_NAME_BYTES + 32];
	unsigned int i;

	fprintf(out, "  %-18s %s\n", info->name, info->summary);
	if (verbose)
		fprintf(out, "      stands for: %s\n", info->stands_for);
	for (i = 0; i < info->nr_params; i++) {
		format_size(info->params[i].def, def, sizeof(def));
		format_size(info->params[i].min, min, sizeof(min));
		format_size(info->params[i].max, max, sizeof(max));
		snprintf(left, sizeof(left), "%s=%s", info->params[i].name, def);
		fprintf(out, "      %-16s %s (%s to %s)\n", left, info->params[i].help, min, max);
	}
}

static void print_knobs(FILE *out)
{
	unsigned int i;

	fprintf(out, "\nKnobs:\n");
	for (i = 0; i < HVBENCH_NR_KNOBS; i++) {
		const struct knob *knob = knob_get(i);

		fprintf(out, "  %-11s %s (default %s)\n              %s\n", knob->name,
			knob->choices, knob->choice.name[knob->def], knob->help);
	}
}

static void print_counters(FILE *out)
{
	unsigned int i;

	fprintf(out, "\nCounters:\n");
	for (i = 0; i < HVBENCH_NR_COUNTERS; i++) {
		const struct counter *counter = counter_get(i);

		fprintf(out, "  %-22s %-9s %s\n", counter->name, counter->unit, counter->help);
	}
}

static void print_suites(FILE *out, const struct place_names *suites)
{
	unsigned int i;

	if (suites->nr)
		fprintf(out, "\nSuites:\n");
	for (i = 0; i < suites->nr; i++)
		fprintf(out, "  %s\n", suites->name[i]);
}

static void print_cpus(FILE *out, const struct cpus *cpus)
{
	unsigned int i;

	if (cpus->nr)
		fprintf(out, "\nCPUs:\n");
	for (i = 0; i < cpus->nr; i++)
		fprintf(out, "  %-18s %s\n", cpus->file[i].cpu.name, cpus->file[i].cpu.title);
}

/* Those that come with the command; a damaged one is left out and told of. */
static int read_cpus(const struct tool *tool, struct cpus *cpus, struct failure *why)
{
	struct place_names names;
	struct failure damage;
	unsigned int i, index;

	if (cpus_init(cpus, why))
		return -1;
	place_names(&place_cpus, cpus->base, &names);
	for (i = 0; i < names.nr; i++) {
		if (cpus_add(cpus, names.name[i], &index, &damage))
			fprintf(tool->err, "hvbench: left out: %s\n", damage.text);
	}
	return 0;
}

static void print_list(FILE *out, const struct catalog *catalog, const struct place_names *suites,
		       const struct cpus *cpus, bool verbose)
{
	unsigned int i;

	fprintf(out, "Workloads:\n");
	for (i = 0; i < catalog->nr; i++)
		print_workload(out, &catalog->guest[i].info, verbose);
	print_knobs(out);
	print_suites(out, suites);
	print_cpus(out, cpus);
	if (verbose)
		print_counters(out);
}

static json_t *json_of_cpus(const struct cpus *cpus)
{
	json_t *list = json_array(), *one;
	unsigned int i;

	for (i = 0; i < cpus->nr; i++) {
		one = json_object();
		json_object_set_new(one, "name", json_string(cpus->file[i].cpu.name));
		json_object_set_new(one, "title", json_string(cpus->file[i].cpu.title));
		json_array_append_new(list, one);
	}
	return list;
}

static void print_json(FILE *out, const struct catalog *catalog, const struct place_names *suites,
		       const struct cpus *cpus)
{
	json_t *object = json_of_catalog(catalog), *names = json_array();
	unsigned int i;

	for (i = 0; i < suites->nr; i++)
		json_array_append_new(names, json_string(suites->name[i]));
	json_object_set_new(object, "suites", names);
	json_object_set_new(object, "cpus", json_of_cpus(cpus));
	json_print(out, object);
}

int cmd_list(const struct tool *tool, int argc, char **argv)
{
	bool json = false, verbose = false;
	struct place_names suites;
	struct options options;
	struct catalog catalog;
	struct failure why;
	struct cpus cpus;
	int option;

	options_init(&options, texts, sizeof(texts) / sizeof(texts[0]), false);
	while ((option = options_next(&options, argc, argv, &why)) != OPTION_END) {
		if (option == OPTION_WRONG)
			return tool_failed(tool, &why);
		if (!strcmp(texts[option].name, "help")) {
			fprintf(tool->out, "usage: hvbench list [-v] [--json]\n\n");
			options_help(&options, tool->out);
			return STATUS_OK;
		}
		if (!strcmp(texts[option].name, "json"))
			json = true;
		else
			verbose = true;
	}
	if (options_no_words("list", argc, argv, &why) ||
	    catalog_open(&catalog, tool->err, &why))
		return tool_failed(tool, &why);
	if (read_cpus(tool, &cpus, &why)) {
		catalog_close(&catalog);
		return tool_failed(tool, &why);
	}
	place_names(&place_suites, cpus.base, &suites);
	if (json)
		print_json(tool->out, &catalog, &suites, &cpus);
	else
		print_list(tool->out, &catalog, &suites, &cpus, verbose);
	cpus_free(&cpus);
	catalog_close(&catalog);
	return STATUS_OK;
}
