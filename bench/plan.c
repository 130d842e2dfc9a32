// SPDX-License-Identifier: GPL-2.0
/* See plan.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

unsigned int plan_passes(const struct engine_ops *const *engines, unsigned int engine,
			 struct pass pass[HVBENCH_NR_MMUS])
{
	bool all_mmus = !engines[engine]->one_mmu_at_a_time;
	unsigned int i, nr = all_mmus ? 1 : HVBENCH_NR_MMUS;

	for (i = 0; i < nr; i++)
		pass[i] = (struct pass){
			.engine = engines[engine],
			.all_mmus = all_mmus,
			.mmu = i,
			.dispensable = engine != 0,
		};
	return nr;
}

bool pass_has(const struct pass *pass, const struct cell *cell)
{
	return !cell->left_out && cell->spec.engine == pass->engine &&
	       (pass->all_mmus || cell->spec.mmu == pass->mmu);
}

bool pass_has_any(const struct pass *pass, const struct matrix *matrix)
{
	unsigned int i;

	for (i = 0; i < matrix->nr; i++) {
		if (pass_has(pass, &matrix->cell[i]))
			return true;
	}
	return false;
}

/* Adds the pass's runs of one group; cells [first, end) are of that group. */
static void add_group(struct plan *plan, const struct matrix *matrix, const struct pass *pass,
		      unsigned int first, unsigned int end)
{
	unsigned int round, rounds = 0, i, before = plan->nr;

	for (i = first; i < end; i++) {
		if (matrix->cell[i].repeat > rounds)
			rounds = matrix->cell[i].repeat;
	}
	for (round = 0; round < rounds; round++) {
		for (i = 0; i < end - first; i++) {
			unsigned int c = round % 2 ? end - 1 - i : first + i;

			if (round >= matrix->cell[c].repeat || !pass_has(pass, &matrix->cell[c]))
				continue;
			plan->step[plan->nr++] = (struct step){
				.cell = c,
				.repetition = round + 1,
			};
		}
	}
	if (plan->nr > before)
		plan->step[plan->nr - 1].last_of_group = true;
}

int plan_make(const struct matrix *matrix, const struct pass *pass, struct plan *plan,
	      struct failure *why)
{
	unsigned int first = 0, end, cells, runs;

	matrix_count(matrix, &cells, &runs);
	memset(plan, 0, sizeof(*plan));
	/* Room for the runs of all passes, and more than none. */
	plan->step = calloc(runs + 1, sizeof(*plan->step));
	if (!plan->step)
		return fail(why, STATUS_ENVIRONMENT, "out of memory");
	while (first < matrix->nr) {
		end = first + 1;
		while (end < matrix->nr && matrix->cell[end].group == matrix->cell[first].group)
			end++;
		add_group(plan, matrix, pass, first, end);
		first = end;
	}
	return 0;
}

void plan_free(struct plan *plan)
{
	free(plan->step);
	memset(plan, 0, sizeof(*plan));
}

void plan_label(const struct matrix *matrix, const struct step *step,
		const struct engine_ops *first, char *buf, size_t size)
{
	const struct cell *cell = &matrix->cell[step->cell];
	char params[512], variant[256];

	spec_params(&cell->spec, params, sizeof(params));
	spec_variant(&cell->spec, first, variant, sizeof(variant));
	snprintf(buf, size, "%s %s %s repetition %u/%u", cell->spec.guest->info.name, params,
		 variant, step->repetition, cell->repeat);
}
