// SPDX-License-Identifier: GPL-2.0
/* From the lists of a suite to single configurations; see suite.h. */
#include <stdlib.h>
#include <string.h>

#include "suite.h"

/*
 * A line's dimensions, outermost first: the parameters make the groups, then
 * engine, MMU and knobs make the variants of a group. A wheel turns through the values
 * of one dimension, and the next one when it is round, as a counter does.
 */
#define WHEEL_ENGINE HVBENCH_MAX_PARAMS
#define WHEEL_MMU (WHEEL_ENGINE + 1)
#define WHEEL_KNOB (WHEEL_MMU + 1)
#define NR_WHEELS (WHEEL_KNOB + HVBENCH_NR_KNOBS)

struct wheels {
	const struct suite_values *values[NR_WHEELS];
	unsigned int at[NR_WHEELS];
};

static const struct suite_values first_engine = { .nr = 1 };
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
	wheels->values[WHEEL_ENGINE] = line->engine.nr ? &line->engine : &first_engine;
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
			*new_group = i < WHEEL_ENGINE;
			return true;
		}
		wheels->at[i] = 0;
	}
	return false;
}

static void wheels_spec(const struct wheels *wheels, const struct suite_line *line,
			struct run_spec *spec)
{
	const struct suite_values *const *values = wheels->values;
	unsigned int i;

	spec_init(spec, line->engines[values[WHEEL_ENGINE]->value[wheels->at[WHEEL_ENGINE]]],
		  line->guest);
	spec->mmu = values[WHEEL_MMU]->value[wheels->at[WHEEL_MMU]];
	for (i = 0; i < HVBENCH_MAX_PARAMS; i++) {
		if (values[i]->nr)
			spec->value[i] = values[i]->value[wheels->at[i]];
	}
	for (i = 0; i < HVBENCH_NR_KNOBS; i++) {
		unsigned int w = WHEEL_KNOB + i;

		/* A knob of another engine or MMU stays at its default. */
		if (values[w]->nr && spec_knob_applies(spec, i))
			spec->knob[i] = values[w]->value[wheels->at[w]];
	}
	spec->memory_bytes = spec_memory(line->guest, line->memory.nr ? line->memory.value[0] : 0,
					 spec->knob[HVBENCH_KNOB_BACKING]);
}

static int check_spec(const struct run_spec *spec, struct failure *why)
{
	struct vm_config config;

	spec_config(spec, &config);
	return engine_check(spec->engine, &config, why);
}

/* Does one of the line's engines take where the wheels stand? */
static bool an_engine_takes(const struct wheels *wheels, const struct suite_line *line)
{
	struct wheels other = *wheels;
	unsigned int *at = &other.at[WHEEL_ENGINE];
	struct run_spec spec;
	struct failure unused;

	for (*at = 0; *at < other.values[WHEEL_ENGINE]->nr; ++*at) {
		wheels_spec(&other, line, &spec);
		if (!check_spec(&spec, &unused))
			return true;
	}
	return false;
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

static uint32_t models_of(const struct suite_line *line)
{
	uint32_t models = 0;
	unsigned int i;

	for (i = 0; i < line->model.nr; i++) {
		if (line->model.value[i] != SUITE_NO_MODEL)
			models |= 1u << line->model.value[i];
	}
	return models;
}

/*
 * A configuration runs once, however often it is named: results could not
 * tell two of them apart. Within a line, doubles come from knobs of another
 * engine or MMU and are no news.
 */
static void merge(struct matrix *matrix, struct cell *cell, const struct run_spec *spec,
		  const struct suite_line *line, unsigned int repeat)
{
	if (cell->line == line->number)
		return;
	cell->optional = cell->optional && is_optional(line);
	cell->models |= models_of(line);
	matrix->merged++;
	if (repeat > cell->repeat)
		cell->repeat = repeat;
	if (spec->memory_bytes > cell->spec.memory_bytes)
		cell->spec.memory_bytes = spec->memory_bytes;
}

static int expand_line(struct matrix *matrix, const struct suite_line *line, unsigned int repeat,
		       unsigned int *group, struct failure *why)
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
		wheels_spec(&wheels, line, &spec);
		if (check_spec(&spec, why)) {
			if (an_engine_takes(&wheels, line))
				continue;
			return -1;
		}
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
		cell->models = models_of(line);
	} while (wheels_turn(&wheels, &new_group));
	return 0;
}

/* After all lines, since each may add to a configuration of one before. */
static int check_models(const struct matrix *matrix, const char *name, struct failure *why)
{
	unsigned int i;
	int nr;

	for (i = 0; i < matrix->nr; i++) {
		nr = __builtin_popcount(matrix->cell[i].models);
		if (nr > MODEL_MAX_CPUS)
			return fail(why, STATUS_USAGE,
				    "%s:%u: %d CPUs are too many for one run (right: up to %d)",
				    name, matrix->cell[i].line, nr, MODEL_MAX_CPUS);
	}
	return 0;
}

int matrix_expand(const struct suite *suite, const char *name, unsigned int repeat,
		  struct matrix *matrix, struct failure *why)
{
	unsigned int i, group = 0;

	memset(matrix, 0, sizeof(*matrix));
	matrix->cell = calloc(SUITE_MAX_CELLS, sizeof(*matrix->cell));
	if (!matrix->cell)
		return fail(why, STATUS_ENVIRONMENT, "out of memory");
	for (i = 0; i < suite->nr; i++) {
		if (expand_line(matrix, &suite->line[i], repeat, &group, why)) {
			matrix_free(matrix);
			return fail_within(why, "%s:%u", name, suite->line[i].number);
		}
	}
	if (!check_models(matrix, name, why))
		return 0;
	matrix_free(matrix);
	return -1;
}

void matrix_free(struct matrix *matrix)
{
	free(matrix->cell);
	memset(matrix, 0, sizeof(*matrix));
}

void matrix_count(const struct matrix *matrix, unsigned int *cells, unsigned int *runs)
{
	unsigned int i;

	*cells = *runs = 0;
	for (i = 0; i < matrix->nr; i++) {
		if (matrix->cell[i].left_out)
			continue;
		++*cells;
		*runs += matrix->cell[i].repeat;
	}
}
