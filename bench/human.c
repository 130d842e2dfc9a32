// SPDX-License-Identifier: GPL-2.0
/* See human.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "human.h"
#include "human_model.h"
#include "names.h"

#define LABEL_WIDTH 46

static const char *what_times_are(enum machine_kind machine)
{
	switch (machine) {
	case MACHINE_EMULATED:
		return "times are instructions executed, not cycles";
	case MACHINE_NESTED:
		return "times are TSC cycles, those of the hypervisor below among them";
	default:
		return "times are TSC cycles";
	}
}

void human_spec(FILE *out, const struct run_spec *spec, enum machine_kind machine,
		unsigned int repeat)
{
	char params[1024], memory[32];
	unsigned int i;

	spec_params(spec, params, sizeof(params));
	format_size(spec->memory_bytes, memory, sizeof(memory));
	fprintf(out, "%s %s\n", spec->guest->info.name, params);
	fprintf(out, "engine=%s mmu=%s", spec->engine->name, mmu_name(spec->mmu));
	for (i = 0; i < HVBENCH_NR_KNOBS; i++) {
		if (spec_knob_applies(spec, i))
			fprintf(out, " %s=%s", knob_get(i)->name,
				knob_get(i)->choice.name[spec->knob[i]]);
	}
	fprintf(out, " memory=%s repetitions=%u\n", memory, repeat);
	fprintf(out, "machine: %s; %s\n", machine_name(machine), what_times_are(machine));
}

static void line(FILE *out, const char *label, uint64_t value, uint64_t ops)
{
	fprintf(out, "  %-*s %14.3f  (%" PRIu64 ")\n", LABEL_WIDTH, label, (double)value / ops,
		value);
}

static uint64_t tsc_of(const struct phase *phase)
{
	return phase->tsc;
}

static uint64_t outside_of(const struct phase *phase)
{
	return phase->stats.counter[HVBENCH_CNT_outside_tsc];
}

/* The median over the repetitions of a time per operation. */
static void time_line(FILE *out, const char *label, const struct run_result *results,
		      unsigned int repeat, unsigned int i, uint64_t (*time)(const struct phase *))
{
	double *values = calloc(repeat, sizeof(*values));
	double middle;
	unsigned int r;

	if (!values)
		return;
	for (r = 0; r < repeat; r++)
		values[r] = (double)time(&results[r].phase[i]) / results[r].phase[i].ops;
	middle = median(values, repeat);
	fprintf(out, "  %-*s %14.1f", LABEL_WIDTH, label, middle);
	/* median() left them sorted. */
	if (repeat > 1)
		fprintf(out, "  (median of %u; %.1f to %.1f)", repeat, values[0],
			values[repeat - 1]);
	putc('\n', out);
	free(values);
}

static void time_lines(FILE *out, const struct engine_ops *engine, const struct run_result *results,
		       unsigned int repeat, unsigned int i, const char *unit)
{
	time_line(out, unit, results, repeat, i, tsc_of);
	if (engine_has_counter(engine, HVBENCH_CNT_outside_tsc))
		time_line(out, "  outside the guest, in all", results, repeat, i, outside_of);
}

static void exit_lines(FILE *out, const struct engine_ops *engine, const struct phase *phase)
{
	bool timed = engine_has_counter(engine, HVBENCH_CNT_outside_tsc);
	const struct hvbench_stats *stats = &phase->stats;
	char name[EXIT_NAME_BYTES], label[EXIT_NAME_BYTES + 4];
	unsigned int i;

	if (engine_has_counter(engine, HVBENCH_CNT_vm_exits))
		line(out, "VM exits", stats->counter[HVBENCH_CNT_vm_exits], phase->ops);
	for (i = 0; i < HVBENCH_NR_EXIT_REASONS; i++) {
		if (!stats->exits[i] || exit_is_hosts(i))
			continue;
		snprintf(label, sizeof(label), "  %s", exit_name(i, name));
		fprintf(out, "  %-*s %14.3f  (%llu", LABEL_WIDTH, label,
			(double)stats->exits[i] / phase->ops, stats->exits[i]);
		if (timed)
			fprintf(out, ", each %.0f outside the guest",
				(double)stats->outside_tsc[i] / stats->exits[i]);
		fputs(")\n", out);
	}
}

static void flush_lines(FILE *out, const struct engine_ops *engine, const struct phase *phase)
{
	unsigned int i;
	char label[64];

	if (engine_has_flushes(engine))
		line(out, "TLB flushes by the hypervisor", phase_flushes(phase), phase->ops);
	for (i = 0; i < HVBENCH_NR_COUNTERS; i++) {
		if (!counter_is_flush(i) || !engine_has_counter(engine, i) ||
		    !phase->stats.counter[i])
			continue;
		snprintf(label, sizeof(label), "  %s", counter_get(i)->name);
		line(out, label, phase->stats.counter[i], phase->ops);
	}
	if (engine_has_trapped(engine))
		line(out, "TLB flushes by the guest, not trapped", phase_untrapped(phase),
		     phase->ops);
}

/* A level means nothing by the operation. */
static void own_lines(FILE *out, const struct engine_ops *engine, const struct phase *phase)
{
	unsigned int i;
	char name[64];

	for (i = 0; i < engine->nr_own; i++) {
		if (!phase->own[i])
			continue;
		engine_own_name(engine, i, name, sizeof(name));
		if (engine->own[i].kind == COUNTER_EVENT)
			line(out, name, phase->own[i], phase->ops);
		else
			fprintf(out, "  %-*s %14s  (%" PRIu64 " at the end)\n", LABEL_WIDTH, name,
				"", phase->own[i]);
	}
}

static void table_line(FILE *out, const struct engine_ops *engine, const struct phase *phase)
{
	fputs("  tables at the end: ", out);
	if (engine_has_counter(engine, HVBENCH_CNT_table_bytes))
		fprintf(out, "%llu bytes of the hypervisor (peak %llu), ",
			phase->stats.counter[HVBENCH_CNT_table_bytes],
			phase->stats.counter[HVBENCH_CNT_table_bytes_peak]);
	else if (engine_has_counter(engine, HVBENCH_CNT_table_pages))
		fprintf(out, "%llu pages of the hypervisor, ",
			phase->stats.counter[HVBENCH_CNT_table_pages]);
	fprintf(out, "%" PRIu64 " of the guest\n", phase->guest_table_bytes);
}

/* What the figures above are free of. */
static void host_line(FILE *out, const struct phase *phase, const char *unit)
{
	const __u64 *counter = phase->stats.counter;

	if (counter[HVBENCH_CNT_host_exits])
		fprintf(out, "  left out, the host's own: %llu VM exits, %llu %s\n",
			counter[HVBENCH_CNT_host_exits], counter[HVBENCH_CNT_host_tsc], unit);
}

/* What exit_lines(), flush_lines() and time_lines() do not show. */
static void other_lines(FILE *out, const struct engine_ops *engine, const struct phase *phase)
{
	unsigned int i;

	for (i = 0; i < HVBENCH_NR_COUNTERS; i++) {
		if (counter_get(i)->kind != COUNTER_EVENT || counter_is_flush(i) ||
		    !engine_has_counter(engine, i) || !phase->stats.counter[i] ||
		    i == HVBENCH_CNT_vm_exits || i == HVBENCH_CNT_harness_exits ||
		    i == HVBENCH_CNT_host_exits || !strcmp(counter_get(i)->unit, "tsc"))
			continue;
		line(out, counter_get(i)->name, phase->stats.counter[i], phase->ops);
	}
	if (phase->guest_faults)
		line(out, "page faults that the guest handled", phase->guest_faults, phase->ops);
}

void human_results(FILE *out, const struct engine_ops *engine, const struct run_result *results,
		   unsigned int repeat, enum machine_kind machine)
{
	unsigned int i;

	for (i = 0; i < results->nr_phases; i++) {
		const struct phase *phase = &results->phase[i];

		fprintf(out,
			"\nphase %s (%s): %" PRIu64 " operations; per operation (and in all):\n",
			phase->name, condition_name(phase->condition), phase->ops);
		time_lines(out, engine, results, repeat, i, machine_tsc_unit(machine));
		exit_lines(out, engine, phase);
		flush_lines(out, engine, phase);
		other_lines(out, engine, phase);
		own_lines(out, engine, phase);
		table_line(out, engine, phase);
		host_line(out, phase, machine_tsc_unit(machine));
		human_model(out, &results->modelled, phase);
	}
	if (!results->nr_phases)
		fprintf(out, "\nthe guest ended well; it has no phases\n");
}
