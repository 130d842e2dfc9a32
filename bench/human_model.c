// SPDX-License-Identifier: GPL-2.0
/* See human_model.h. */
#include <inttypes.h>

#include "human_model.h"
#include "model_values.h"

/* As in human.c, so that the columns are the same. */
#define LABEL_WIDTH 46

struct block {
	FILE *out;
	const struct model_cpu *cpu;
	const struct model_counts *counts;
	uint64_t ops;
};

static void number(const struct block *block, const char *label, uint64_t value)
{
	fprintf(block->out, "  %-*s %14.3f", LABEL_WIDTH, label, (double)value / block->ops);
}

static void total_line(const struct block *block, const char *what, const struct model_cycles *all)
{
	char label[128];

	snprintf(label, sizeof(label), "modelled cycles on %s%s", block->cpu->name, what);
	number(block, label, all->mid);
	fprintf(block->out, "  [%.3f to %.3f]\n", (double)all->low / block->ops,
		(double)all->high / block->ops);
}

static void cause_lines(const struct block *block, const struct model_cycles *cycles)
{
	char label[64];
	unsigned int i;

	for (i = 0; i < NR_MODEL_CAUSES; i++) {
		if (!cycles->cause[i])
			continue;
		snprintf(label, sizeof(label), "    %s", model_cause_name(i));
		number(block, label, cycles->cause[i]);
		fprintf(block->out, "  (%" PRIu64 ")\n", cycles->cause[i]);
	}
}

static void walk_line(const struct block *block, const uint64_t count[NR_MODEL_COUNTS])
{
	uint64_t walks = model_walks(count);

	if (!walks)
		return;
	number(block, "    page walks", walks);
	fprintf(block->out, "  (%" PRIu64 ", %.3f references each)\n", walks,
		(double)model_references(count) / walks);
}

static void world_lines(const struct block *block, enum model_world world)
{
	const uint64_t *count = block->counts->count[world];
	struct model_cycles cycles;
	char label[32];

	model_cycles(block->cpu, count, &cycles);
	snprintf(label, sizeof(label), "  %s", model_world_name(world));
	number(block, label, cycles.mid);
	fprintf(block->out, "  (%" PRIu64 ")\n", cycles.mid);
	cause_lines(block, &cycles);
	walk_line(block, count);
}

static void native_lines(const struct block *block)
{
	const uint64_t *count = block->counts->count[MODEL_NATIVE];
	struct model_cycles cycles;

	model_cycles(block->cpu, count, &cycles);
	total_line(block, ", native", &cycles);
	cause_lines(block, &cycles);
	walk_line(block, count);
}

void human_model(FILE *out, const struct modelled *modelled, const struct phase *phase)
{
	struct block block = { .out = out, .ops = phase->ops };
	uint64_t run[NR_MODEL_COUNTS];
	struct model_cycles cycles;
	unsigned int c;

	for (c = 0; c < modelled->nr; c++) {
		block.cpu = &modelled->cpu[c]->cpu;
		block.counts = &phase->model[c];
		model_counts_run(block.counts, run);
		model_cycles(block.cpu, run, &cycles);
		total_line(&block, "", &cycles);
		world_lines(&block, MODEL_GUEST);
		world_lines(&block, MODEL_HOST);
		if (modelled->native)
			native_lines(&block);
	}
}
