// SPDX-License-Identifier: GPL-2.0
/* See preflight.h. */
#include <string.h>

#include "preflight.h"
#include "stop.h"

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

/* Of the pass's cells before it, was one of the same VM taken? */
static bool seen(const struct pass *pass, const struct matrix *matrix, unsigned int before)
{
	unsigned int i;

	for (i = 0; i < before; i++) {
		if (pass_has(pass, &matrix->cell[i]) &&
		    same_vm(&matrix->cell[i].spec, &matrix->cell[before].spec))
			return true;
	}
	return false;
}

/* 0 where the suite can do without what was refused; why has the text for it then. */
static int bear(const struct pass *pass, const struct cell *cell, const char *name,
		struct failure *why)
{
	/* A wrong suite is wrong on every machine; a signal is no lack. */
	bool lack = why->status == STATUS_ENVIRONMENT && stop_requested() != STOP_SIGNAL;

	if (lack && pass->dispensable) {
		fail_within(why, "%s", pass->engine->name);
		return 0;
	}
	fail_within(why, "%s:%u", name, cell->line);
	return lack && cell->optional ? 0 : -1;
}

int preflight(struct engine *engine, const struct pass *pass, struct matrix *matrix,
	      const char *name, struct missing *missing, struct failure *why)
{
	unsigned int i;

	for (i = 0; i < matrix->nr; i++) {
		struct cell *cell = &matrix->cell[i];

		if (!pass_has(pass, cell) || seen(pass, matrix, i) ||
		    !try_vm(engine, &cell->spec, why))
			continue;
		if (bear(pass, cell, name, why))
			return -1;
		missing_tell(missing, why->text);
		cell->left_out = true;
	}
	return 0;
}
