// SPDX-License-Identifier: GPL-2.0
/* From the lists of a suite to single runs and their order; see suite.h. */
#include <stdlib.h>
#include <string.h>

#include "suite.h"

/*
 * A line's dimensions, outermost first: the parameters make the groups, then
 * MMU and knobs make the variants of a group. A wheel turns through the values
 * of one dimension, and the next one when it is round, as a counter does.
 */
#define NR_WHEELS (HVBENCH_MAX_PARAMS + 1 + HVBENCH_NR_KNOBS)
#define WHEEL_MMU HVBENCH_MAX_PARAMS
#define WHEEL_KNOB (HVBENCH_MAX_PARAMS + 1)

struct wheels {
	const struct suite_values *values[NR_WHEELS];
	unsigned int at[NR_WHEELS];
};

static const struct suite_values default_mmus = {
	.value = { HVBENCH_MMU_EPT, HVBENCH_MMU_SPT },
	.nr = HVBENCH_NR_MMUS,
};

static void wheels_init(struct wheels *wheels, const struct suite_line *line)
{
	unsigned int i;

	memset(wheels, 0, sizeof(*wheels));
	for (i = 0; i < HVBENCH_MAX_PARAMS; i++)
		wheels->values[i] = &line->param[i];
	wheels->values[WHEEL_MMU] = line->mmu.nr ? &line->mmu : &default_mmus;
	for (i = 0; i < HVBENCH_NR_KNOBS; i++)
		wheels->values[WHEEL_KNOB + i] = &line->knob[i];
}

/* Turns on; false when all are round. A new group begins when a parameter turned. */
static bool wheels_turn(struct wheels *wheels, bool *new_group)
{
	int i;

	for (i = NR_WHEELS - 1; i >= 0; i--) {
		if (++wheels->at[i] < wheels->values[i]->nr) {
			*new_group = i < WHEEL_MMU;
			return true;
		}
		wheels->at[i] = 0;
	}
	return false;
}

static void wheels_spec(const struct wheels *wheels, const struct engine_ops *engine,
			const struct suite_line *line, struct run_spec *spec)
{
	const struct suite_values *const *values = wheels->values;
	unsigned int i;

	spec_init(spec, engine, line->guest);
	spec->mmu = values[WHEEL_MMU]->value[wheels->at[WHEEL_MMU]];
	for (i = 0; i < HVBENCH_MAX_PARAMS; i++) {
		if (values[i]->nr)
			spec->value[i] = values[i]->value[wheels->at[i]];
	}
	for (i = 0; i < HVBENCH_NR_KNOBS; i++) {
		unsigned int w = WHEEL_KNOB + i;

		/* A knob of the other MMU stays at its default. */
		if (values[w]->nr && knob_applies(i, spec->mmu))
			spec->knob[i] = values[w]->value[wheels->at[w]];
	}
	spec->memory_bytes = spec_memory(line->guest, line->memory.nr ? line->memory.value[0] : 0,
					 spec->knob[HVBENCH_KNOB_BACKING]);
}

static struct cell *find_cell(struct matrix *matrix, const struct run_spec *spec)
{
	unsigned int i;

	for (i = 0; i < matrix->nr; i++) {
		if (spec_equal(&matrix->cell[i].spec, spec))
			return &matrix->cell[i];
	}
	return NULL;
}

static bool is_optional(const struct suite_line *line)
{
	return line->optional.nr && line->optional.value[0];
}

/*
 * A configuration runs once, however often it is named: results could not
 * tell two of them apart. Within a line, doubles come from knobs of the other
 * MMU and are no news.
 */
static void merge(struct matrix *matrix, struct cell *cell, const struct run_spec *spec,
		  const struct suite_line *line, unsigned int repeat)
{
	if (cell->line == line->number)
		return;
	cell->optional = cell->optional && is_optional(line);
	matrix->merged++;
	if (repeat > cell->repeat)
		cell->repeat = repeat;
	if (spec->memory_bytes > cell->spec.memory_bytes)
		cell->spec.memory_bytes = spec->memory_bytes;
}

static int expand_line(struct matrix *matrix, const struct engine_ops *engine,
		       const struct suite_line *line, unsigned int repeat, unsigned int *group,
		       struct failure *why)
{
	bool new_group = true;
	struct wheels wheels;
	struct cell *cell;

	if (line->repeat.nr)
		repeat = line->repeat.value[0];
	wheels_init(&wheels, line);
	do {
		struct run_spec spec;

		if (new_group)
			++*group;
		new_group = false;
		wheels_spec(&wheels, engine, line, &spec);
		cell = find_cell(matrix, &spec);
		if (cell) {
			merge(matrix, cell, &spec, line, repeat);
			continue;
		}
		if (matrix->nr == SUITE_MAX_CELLS)
			return fail(why, STATUS_USAGE,
				    "the lists expand to more than %u configurations",
				    SUITE_MAX_CELLS);
		cell = &matrix->cell[matrix->nr++];
		cell->spec = spec;
		cell->line = line->number;
		cell->repeat = repeat;
		cell->group = *group;
		cell->optional = is_optional(line);
	} while (wheels_turn(&wheels, &new_group));
	return 0;
}

int matrix_expand(const struct suite *suite, const struct engine_ops *engine, const char *name,
		  unsigned int repeat, struct matrix *matrix, struct failure *why)
{
	unsigned int i, group = 0;

	memset(matrix, 0, sizeof(*matrix));
	matrix->cell = calloc(SUITE_MAX_CELLS, sizeof(*matrix->cell));
	if (!matrix->cell)
		return fail(why, STATUS_ENVIRONMENT, "out of memory");
	for (i = 0; i < suite->nr; i++) {
		if (expand_line(matrix, engine, &suite->line[i], repeat, &group, why)) {
			matrix_free(matrix);
			return fail_within(why, "%s:%u", name, suite->line[i].number);
		}
	}
	return 0;
}

void matrix_free(struct matrix *matrix)
{
	free(matrix->cell);
	memset(matrix, 0, sizeof(*matrix));
}

/* Adds one group's runs; cells [first, end) are of that group. */
static void plan_group(struct plan *plan, const struct matrix *matrix, unsigned int first,
		       unsigned int end)
{
	unsigned int round, rounds = 0, i;

	for (i = first; i < end; i++) {
		if (matrix->cell[i].repeat > rounds)
			rounds = matrix->cell[i].repeat;
	}
	for (round = 0; round < rounds; round++) {
		for (i = 0; i < end - first; i++) {
			unsigned int c = round % 2 ? end - 1 - i : first + i;

			if (round >= matrix->cell[c].repeat)
				continue;
			plan->step[plan->nr++] = (struct step){
				.cell = c,
				.repetition = round + 1,
			};
		}
	}
	plan->step[plan->nr - 1].last_of_group = true;
}

int plan_make(const struct matrix *matrix, struct plan *plan, struct failure *why)
{
	unsigned int first = 0, end, total = 0;

	for (end = 0; end < matrix->nr; end++)
		total += matrix->cell[end].repeat;
	memset(plan, 0, sizeof(*plan));
	plan->step = calloc(total, sizeof(*plan->step));
	if (!plan->step)
		return fail(why, STATUS_ENVIRONMENT, "out of memory");
	while (first < matrix->nr) {
		end = first + 1;
		while (end < matrix->nr && matrix->cell[end].group == matrix->cell[first].group)
			end++;
		plan_group(plan, matrix, first, end);
		first = end;
	}
	return 0;
}

void plan_free(struct plan *plan)
{
	free(plan->step);
	memset(plan, 0, sizeof(*plan));
}
