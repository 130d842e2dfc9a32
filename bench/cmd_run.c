// SPDX-License-Identifier: GPL-2.0
/*
 * `hvbench run WORKLOAD`: one configuration, some repetitions, results on the
 * terminal. Nothing is printed before all repetitions ended well.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "catalog.h"
#include "cpus.h"
#include "csv.h"
#include "host.h"
#include "human.h"
#include "json.h"
#include "options.h"
#include "runner.h"
#include "suite.h"
#include "tool.h"
#include "values.h"

enum { MMU, ENGINE, PARAM, MEMORY, MODEL, REPEAT, TIMEOUT, CPU, JSON, CSV, QUIET, HELP };

static const struct option_text texts[] = {
	[MMU] = { "mmu", 'm', "ept|spt", "the MMU to run under (required)" },
	[ENGINE] = { "engine", 'e', "hvbench|kvm", "the hypervisor (default hvbench)" },
	[PARAM] = { NULL, 'p', "NAME=VALUE", "a parameter of the workload; see `hvbench list`" },
	[MEMORY] = { "memory", 0, "SIZE",
		     "guest memory, rounded up to 2M; default: 64M, or what the workload needs" },
	[MODEL] = { "model", 0, "CPUS",
		    "model the run on these CPUs, a,b: see `hvbench list`, or files of your own" },
	[REPEAT] = { "repeat", 0, "N", "repetitions (default 1)" },
	[TIMEOUT] = { "timeout", 0, "SECONDS",
		      "limit of each repetition (default 60, emulated 300)" },
	[CPU] = { "cpu", 0, "N", "run on this CPU; default: the current one, emulated: 0" },
	[JSON] = { "json", 0, NULL, "print JSON" },
	[CSV] = { "csv", 0, NULL, "print the rows that a suite writes to results.csv" },
	[QUIET] = { "quiet", 'q', NULL, "print no results: the exit status tells" },
	[HELP] = { "help", 'h', NULL, "print this" },
};

#define NR_TEXTS (sizeof(texts) / sizeof(texts[0]))

/* The command line, read but not yet held against a workload. */
struct request {
	const char *workload;
	const char *pair[HVBENCH_MAX_PARAMS * 2];
	unsigned int nr_pairs;
	const char *models;
	bool mmu_given, json, csv, quiet, help;
	uint64_t mmu, engine, memory, repeat, timeout, cpu;
	bool knob_given[HVBENCH_NR_KNOBS];
	uint64_t knob[HVBENCH_NR_KNOBS];
};

static int take_option(const struct tool *tool, struct request *r, int option, struct failure *why)
{
	switch (option) {
	case MMU:
		r->mmu_given = true;
		return value_mmu(optarg, &r->mmu, why);
	case ENGINE:
		return value_engine(tool->engines, optarg, &r->engine, why);
	case PARAM:
		if (r->nr_pairs == sizeof(r->pair) / sizeof(r->pair[0]))
			return fail(why, STATUS_USAGE, "too many -p");
		r->pair[r->nr_pairs++] = optarg;
		return 0;
	case MEMORY:
		return value_number("--memory", optarg, HVBENCH_MEMORY_UNIT, HVBENCH_MEMORY_MAX,
				    &r->memory, why);
	case MODEL:
		r->models = optarg;
		return 0;
	case REPEAT:
		return value_number("--repeat", optarg, 1, SUITE_MAX_REPEAT, &r->repeat, why);
	case TIMEOUT:
		return value_number("--timeout", optarg, 1, TIMEOUT_MAX, &r->timeout, why);
	case CPU:
		return value_number("--cpu", optarg, 0, INT_MAX, &r->cpu, why);
	case JSON:
		r->json = true;
		return 0;
	case CSV:
		r->csv = true;
		return 0;
	case QUIET:
		r->quiet = true;
		return 0;
	case HELP:
		r->help = true;
		return 0;
	default:
		option -= OPTION_KNOB;
		r->knob_given[option] = true;
		return value_choice(knob_get(option)->name, &knob_get(option)->choice, optarg,
				    &r->knob[option], why);
	}
}

/* After its usage was checked: this reads files. */
static int read_models(const struct request *r, struct cpus *cpus, struct modelled *modelled,
		       struct failure *why)
{
	uint32_t set;

	modelled->nr = 0;
	if (!r->models)
		return 0;
	if (cpus_init(cpus, why))
		return -1;
	if (cpus_parse(cpus, r->models, &set, why)) {
		cpus_free(cpus);
		return fail_within(why, "--model");
	}
	cpus_select(cpus, set, modelled);
	return 0;
}

static int parse(const struct tool *tool, struct options *options, int argc, char **argv,
		 struct request *r, struct failure *why)
{
	int option;

	while ((option = options_next(options, argc, argv, why)) != OPTION_END) {
		if (option == OPTION_WRONG || take_option(tool, r, option, why))
			return -1;
	}
	if (r->help)
		return 0;
	if (optind != argc - 1)
		return fail(why, STATUS_USAGE,
			    optind == argc ? "which workload? See `hvbench list`"
					   : "one workload at a time, please");
	r->workload = argv[optind];
	if (r->json + r->csv + r->quiet > 1)
		return fail(why, STATUS_USAGE, "one of --json, --csv and --quiet, please");
	if (!r->mmu_given)
		return fail(why, STATUS_USAGE, "which MMU? Say --mmu ept or --mmu spt");
	return 0;
}

static int take_knobs(const struct request *r, struct run_spec *spec, struct failure *why)
{
	unsigned int i;

	for (i = 0; i < HVBENCH_NR_KNOBS; i++) {
		if (!r->knob_given[i])
			continue;
		if (!engine_has_knob(spec->engine, i))
			return fail(why, STATUS_USAGE, "--%s has no effect under --engine %s",
				    knob_get(i)->name, spec->engine->name);
		if (!knob_applies(i, spec->mmu))
			return fail(why, STATUS_USAGE, "--%s has no effect under --mmu %s",
				    knob_get(i)->name, mmu_name(spec->mmu));
		spec->knob[i] = r->knob[i];
	}
	return 0;
}

/* As in a suite's line: of two values one would be dropped in silence. */
static int check_twice(const struct request *r, unsigned int pair, struct failure *why)
{
	size_t name = strcspn(r->pair[pair], "=");
	unsigned int i;

	for (i = 0; i < pair; i++) {
		if (strcspn(r->pair[i], "=") == name && !strncmp(r->pair[i], r->pair[pair], name))
			return fail(why, STATUS_USAGE, "two times the parameter \"%.*s\"",
				    (int)name, r->pair[pair]);
	}
	return 0;
}

static int make_spec(const struct tool *tool, const struct request *r,
		     const struct catalog *catalog, struct run_spec *spec, struct failure *why)
{
	const struct guest_file *guest = catalog_find(catalog, r->workload, why);
	struct vm_config config;
	unsigned int i;

	if (!guest)
		return -1;
	spec_init(spec, tool->engines[r->engine], guest);
	spec->mmu = r->mmu;
	if (take_knobs(r, spec, why))
		return -1;
	for (i = 0; i < r->nr_pairs; i++) {
		if (value_param(spec, r->pair[i], why) || check_twice(r, i, why))
			return -1;
	}
	spec->memory_bytes = spec_memory(guest, r->memory, spec->knob[HVBENCH_KNOB_BACKING]);
	spec_config(spec, &config);
	return engine_check(spec->engine, &config, why);
}

static void print_json(const struct tool *tool, const struct run_spec *spec,
		       const struct run_result *results, unsigned int repeat)
{
	json_t *object = json_of_spec(spec, tool->machine);
	json_t *repetitions = json_array(), *totals = json_array(), *phases;
	unsigned int r, i;

	for (r = 0; r < repeat; r++) {
		phases = json_array();
		for (i = 0; i < results[r].nr_phases; i++)
			json_array_append_new(
				phases, json_of_phase(spec->engine, &results[r], i, tool->machine));
		json_array_append_new(repetitions, phases);
		json_array_append_new(totals, json_of_total(spec->engine, &results[r].total));
	}
	json_object_set_new(object, "repetitions", repetitions);
	/* One that counts apart has no run of which it knows all. */
	if (spec->engine->counts_apart)
		json_decref(totals);
	else
		json_object_set_new(object, "totals", totals);
	json_print(tool->out, object);
}

static void print_csv(const struct tool *tool, const struct run_spec *spec,
		      const struct run_result *results, unsigned int repeat)
{
	unsigned int r;

	csv_header(tool->out);
	for (r = 0; r < repeat; r++)
		csv_result(tool->out, spec, &results[r], r + 1, tool->machine);
}

static void print_results(const struct tool *tool, const struct request *r,
			  const struct run_spec *spec, const struct run_result *results)
{
	if (r->json) {
		print_json(tool, spec, results, r->repeat);
	} else if (r->csv) {
		print_csv(tool, spec, results, r->repeat);
	} else if (!r->quiet) {
		human_spec(tool->out, spec, tool->machine, r->repeat);
		human_results(tool->out, spec->engine, results, r->repeat, tool->machine);
	}
}

/* The results' tables put repetitions side by side, phase by phase. */
static int check_phases(const struct run_result *results, unsigned int repeat, struct failure *why)
{
	unsigned int r;

	for (r = 1; r < repeat; r++) {
		if (!results_same_phases(&results[0], &results[r]))
			return fail(why, STATUS_RUN_FAILED,
				    "repetitions 1 and %u went through different phases", r + 1);
	}
	return 0;
}

/* In emulation counts are exact: a difference is a defect somewhere. */
static void check_counts(const struct tool *tool, const struct engine_ops *engine,
			 const struct run_result *results, unsigned int repeat)
{
	char what[256];
	unsigned int r;

	for (r = 1; tool->machine == MACHINE_EMULATED && r < repeat; r++) {
		if (!results_counts_equal(engine, &results[0], &results[r], what, sizeof(what)))
			fprintf(tool->err, "hvbench: WARNING: repetitions 1 and %u differ in %s\n",
				r + 1, what);
	}
}

static int run_all(const struct tool *tool, const struct request *r, const struct run_spec *spec,
		   struct probe *probe, const struct modelled *modelled, struct failure *why)
{
	struct run_result *results = calloc(r->repeat, sizeof(*results));
	struct engine engine = { .ops = spec->engine };
	struct run_terms terms = { .timeout_seconds = r->timeout,
				   .machine = tool->machine,
				   .console = tool->err,
				   .probe = probe,
				   .modelled = modelled->nr ? modelled : NULL };
	unsigned int done;
	int ret = -1;

	if (!results)
		return fail(why, STATUS_ENVIRONMENT, "out of memory");
	if (engine.ops->open(&engine, why))
		goto out;
	for (done = 0; done < r->repeat; done++) {
		if (run_guest(&engine, spec, &terms, &results[done], why))
			break;
	}
	if (done == r->repeat)
		ret = check_phases(results, r->repeat, why);
	if (!ret) {
		check_counts(tool, spec->engine, results, r->repeat);
		print_results(tool, r, spec, results);
	}
	while (done--)
		result_free(&results[done]);
	engine.ops->close(&engine);
out:
	free(results);
	return ret;
}

/* With a probe where CPUs are to be modelled. */
static int run(const struct tool *tool, const struct request *r, const struct run_spec *spec,
	       const struct modelled *modelled, struct failure *why)
{
	struct probe probe = { .page = NULL };
	int ret;

	if (host_pin(r->cpu == UINT64_MAX ? -1 : (int)r->cpu, tool->machine, why) < 0)
		return -1;
	if (modelled->nr && probe_open(&probe, tool->probe_port, tool->machine, why))
		return fail_within(why, "--model: not available");
	ret = run_all(tool, r, spec, &probe, modelled, why);
	probe_close(&probe);
	return ret;
}

int cmd_run(const struct tool *tool, int argc, char **argv)
{
	struct request request = { .repeat = 1, .timeout = tool_timeout(tool), .cpu = UINT64_MAX };
	struct cpus cpus = { .nr = 0 };
	struct modelled modelled;
	struct catalog catalog;
	struct options options;
	struct run_spec spec;
	struct failure why;
	int ret;

	options_init(&options, texts, NR_TEXTS, true);
	if (parse(tool, &options, argc, argv, &request, &why))
		return tool_failed(tool, &why);
	if (request.help) {
		fprintf(tool->out,
			"usage: hvbench run WORKLOAD --mmu ept|spt [OPTION]...\n\nOptions:\n");
		options_help(&options, tool->out);
		return STATUS_OK;
	}
	if (catalog_open(&catalog, tool->err, &why))
		return tool_failed(tool, &why);
	ret = make_spec(tool, &request, &catalog, &spec, &why);
	if (!ret)
		ret = read_models(&request, &cpus, &modelled, &why);
	if (!ret)
		ret = run(tool, &request, &spec, &modelled, &why);
	cpus_free(&cpus);
	catalog_close(&catalog);
	return ret ? tool_failed(tool, &why) : STATUS_OK;
}
