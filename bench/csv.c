// SPDX-License-Identifier: GPL-2.0
/* See csv.h. */
#include <inttypes.h>
#include <string.h>

#include "csv.h"
#include "model_values.h"

/* What all rows of one phase share. */
struct rows {
	FILE *out;
	const struct run_spec *spec;
	const char *phase, *condition;
	unsigned int repetition;
	enum machine_kind machine;
	const char *tsc_unit;
};

void csv_field(FILE *out, const char *text)
{
	const char *c;

	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, out);
		return;
	}
	putc('"', out);
	for (c = text; *c; c++) {
		if (*c == '"')
			putc('"', out);
		putc(*c, out);
	}
	putc('"', out);
}

void csv_header(FILE *out)
{
	unsigned int i;

	fputs("engine,mmu", out);
	for (i = 0; i < HVBENCH_NR_KNOBS; i++) {
		putc(',', out);
		csv_field(out, knob_get(i)->name);
	}
	fputs(",workload,params,phase,condition,repetition,counter,unit,value\n", out);
}

static void put_shared(const struct rows *rows)
{
	const struct run_spec *spec = rows->spec;
	FILE *out = rows->out;
	char params[1024];
	unsigned int i;

	csv_field(out, spec->engine->name);
	putc(',', out);
	csv_field(out, mmu_name(spec->mmu));
	for (i = 0; i < HVBENCH_NR_KNOBS; i++) {
		putc(',', out);
		csv_field(out, spec_knob_applies(spec, i) ? knob_get(i)->choice.name[spec->knob[i]]
							  : "-");
	}
	putc(',', out);
	csv_field(out, spec->guest->info.name);
	putc(',', out);
	spec_params(spec, params, sizeof(params));
	csv_field(out, params);
	putc(',', out);
	csv_field(out, rows->phase);
	fprintf(out, ",%s,%u", rows->condition, rows->repetition);
}

static void row(const struct rows *rows, const char *counter, const char *unit, uint64_t value)
{
	put_shared(rows);
	fprintf(rows->out, ",%s,%s,%" PRIu64 "\n", counter, unit, value);
}

static void exit_rows(const struct rows *rows, const struct hvbench_stats *s)
{
	/* Else it knows the time of a few reasons, perhaps. */
	bool timed = engine_has_counter(rows->spec->engine, HVBENCH_CNT_outside_tsc);
	char counter[EXIT_NAME_BYTES + 32], name[EXIT_NAME_BYTES];
	unsigned int i, b;

	for (i = 0; i < HVBENCH_NR_EXIT_REASONS; i++) {
		if (!s->exits[i])
			continue;
		snprintf(counter, sizeof(counter), "exit.%s", exit_name(i, name));
		row(rows, counter, "exits", s->exits[i]);
	}
	for (i = 0; i < HVBENCH_NR_EXIT_REASONS; i++) {
		/* An estimate of the host's time may be there without an exit. */
		if (!s->outside_tsc[i] && !(timed && s->exits[i]))
			continue;
		snprintf(counter, sizeof(counter), "outside_tsc.%s", exit_name(i, name));
		row(rows, counter, rows->tsc_unit, s->outside_tsc[i]);
	}
	for (i = 0; i < HVBENCH_NR_EXIT_REASONS; i++) {
		for (b = 0; b < HVBENCH_HISTOGRAM_BUCKETS; b++) {
			if (!s->outside_histogram[i][b])
				continue;
			snprintf(counter, sizeof(counter), "outside_histogram.%s.%u",
				 exit_name(i, name), b);
			row(rows, counter, "exits", s->outside_histogram[i][b]);
		}
	}
}

static void counter_rows(const struct rows *rows, const struct phase *phase)
{
	unsigned int i;

	for (i = 0; i < HVBENCH_NR_COUNTERS; i++) {
		if (engine_has_counter(rows->spec->engine, i))
			row(rows, counter_get(i)->name, counter_unit(counter_get(i), rows->machine),
			    phase->stats.counter[i]);
	}
}

static void own_rows(const struct rows *rows, const struct phase *phase)
{
	const struct engine_ops *engine = rows->spec->engine;
	char name[64];
	unsigned int i;

	for (i = 0; i < engine->nr_own; i++) {
		engine_own_name(engine, i, name, sizeof(name));
		row(rows, name, counter_unit(&engine->own[i], rows->machine), phase->own[i]);
	}
}

static void phase_rows(const struct rows *rows, const struct phase *phase)
{
	row(rows, "ops", "operations", phase->ops);
	row(rows, "tsc", rows->tsc_unit, phase->tsc);
	counter_rows(rows, phase);
	row(rows, "guest_asked_cr3", "flushes", phase->asked.cr3);
	row(rows, "guest_asked_invlpg", "flushes", phase->asked.invlpg);
	row(rows, "guest_asked_invpcid", "flushes", phase->asked.invpcid);
	row(rows, "guest_asked_cr4", "flushes", phase->asked.cr4);
	if (engine_has_trapped(rows->spec->engine))
		row(rows, "guest_untrapped_flushes", "flushes", phase_untrapped(phase));
	row(rows, "guest_table_bytes", "bytes", phase->guest_table_bytes);
	row(rows, "guest_faults", "faults", phase->guest_faults);
	exit_rows(rows, &phase->stats);
	own_rows(rows, phase);
}

/* Where the values of a CPU in one world go. */
struct model_rows {
	const struct rows *rows;
	const struct model_cpu *cpu;
	enum model_world world;
};

static void model_row(void *opaque, const char *name, const char *unit, uint64_t value)
{
	const struct model_rows *to = opaque;
	char counter[MODEL_VALUE_NAME_BYTES];

	model_value_name(to->cpu, to->world, name, counter);
	row(to->rows, counter, unit, value);
}

static void model_rows(const struct rows *rows, const struct modelled *modelled,
		       const struct phase *phase)
{
	struct model_rows to = { .rows = rows };
	unsigned int c, w;

	for (c = 0; c < modelled->nr; c++) {
		to.cpu = &modelled->cpu[c]->cpu;
		for (w = 0; w < NR_MODEL_WORLDS; w++) {
			to.world = w;
			if (model_has_world(modelled, w))
				model_values(to.cpu, phase->model[c].count[w], model_row, &to);
		}
	}
}

void csv_result(FILE *out, const struct run_spec *spec, const struct run_result *result,
		unsigned int repetition, enum machine_kind machine)
{
	struct rows rows = { .out = out,
			     .spec = spec,
			     .repetition = repetition,
			     .machine = machine,
			     .tsc_unit = machine_tsc_unit(machine) };
	unsigned int i;

	for (i = 0; i < result->nr_phases; i++) {
		rows.phase = result->phase[i].name;
		rows.condition = condition_name(result->phase[i].condition);
		phase_rows(&rows, &result->phase[i]);
		model_rows(&rows, &result->modelled, &result->phase[i]);
	}
}
