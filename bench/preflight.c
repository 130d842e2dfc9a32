// SPDX-License-Identifier: GPL-2.0
/* See preflight.h. */
#include <string.h>

#include "preflight.h"

/* What an engine can refuse; the guest and its parameters are not part of it. */
static bool same_vm(const struct run_spec *a, const struct run_spec *b)
{
	return a->mmu == b->mmu && a->memory_bytes == b->memory_bytes &&
	       !memcmp(a->knob, b->knob, sizeof(a->knob));
}

/* Makes the VM, as cheaply as it can be made, and lets it go. */
static int try_vm(struct engine *engine, const struct run_spec *spec, struct failure *why)
{
	struct vm_config config;
	struct vm vm;

	spec_config(spec, &config);
	/* Memory on demand costs nothing here; 1G pages are the tool's own. */
	if (config.knob[HVBENCH_KNOB_BACKING] != HVBENCH_SIZE_1G)
		config.knob[HVBENCH_KNOB_POPULATE] = 0;
	if (engine->ops->create(engine, &config, &vm, why))
		return -1;
	engine->ops->destroy(&vm);
	return 0;
}

/* Once for each line and reason: a list of values would say it over and over. */
static void tell(FILE *err, json_t *missing, const char *text)
{
	size_t i;

	for (i = 0; i < json_array_size(missing); i++) {
		if (!strcmp(json_string_value(json_array_get(missing, i)), text))
			return;
	}
	fprintf(err, "%s; left out\n", text);
	json_array_append_new(missing, json_string(text));
}

/* Of the cells before it, is one of the same VM? Those passed, or are not there any more. */
static bool seen(const struct matrix *matrix, unsigned int kept, const struct run_spec *spec)
{
	unsigned int i;

	for (i = 0; i < kept; i++) {
		if (same_vm(&matrix->cell[i].spec, spec))
			return true;
	}
	return false;
}

int preflight(struct engine *engine, struct matrix *matrix, const char *name, FILE *err,
	      json_t *missing, struct failure *why)
{
	unsigned int i, kept = 0;

	for (i = 0; i < matrix->nr; i++) {
		struct cell *cell = &matrix->cell[i];

		if (!seen(matrix, kept, &cell->spec) && try_vm(engine, &cell->spec, why)) {
			fail_within(why, "%s:%u", name, cell->line);
			/* A wrong suite is wrong on every machine. */
			if (why->status != STATUS_ENVIRONMENT || !cell->optional)
				return -1;
			tell(err, missing, why->text);
			continue;
		}
		matrix->cell[kept++] = *cell;
	}
	matrix->nr = kept;
	if (!kept)
		return fail(why, STATUS_ENVIRONMENT,
			    "%s: this machine lacks what every line of it asks for", name);
	return 0;
}
