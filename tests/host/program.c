// SPDX-License-Identifier: GPL-2.0
/*
 * Random guest programs. A guest has a little memory, a few frames that serve
 * as page tables on any level at once, a few address spaces and a few dozen
 * pages of linear addresses. It reads, writes and fetches there, and edits
 * its tables by ordinary writes: through an alias window that maps all table frames, or through
 * any other page that happens to map one (self-maps, large pages).
 *
 * This file runs one from its seed to its end: program_setup.c makes the
 * machine, program_op.c the operations.
 */
#include "program_state.h"

#define COMPARE_EVERY 1024 /* operations between looks at all of memory */
#define AUDIT_EVERY 256

static bool check_whole(struct program *p)
{
	const char *error = NULL;
	char why[256];

	if (p->config->audit && p->number % AUDIT_EVERY == 0)
		error = p->config->audit(&p->m.mmu);
	if (!error && p->number % COMPARE_EVERY == 0) {
		error = pool_check(&p->m.pool);
		if (!error && !oracle_same_memory(&p->o, &p->m.memory, why, sizeof(why)))
			error = why;
	}
	return !error || program_fail(p, error);
}

static bool run(struct program *p)
{
	if (p->config->tape)
		p->rng = (struct rng){ .tape = p->config->tape,
				       .tape_end = p->config->tape + p->config->tape_bytes };
	while (p->number < p->config->operations && !rng_ended(&p->rng)) {
		if (p->config->verbose)
			program_print_last(p);
		if (!program_operate(p) || !program_flush(p) || !check_whole(p))
			return false;
		if (rng_once_in(&p->rng, 4))
			machine_speculate(&p->m, (int)rng_below(&p->rng, (u32)p->o.nr_pages));
	}
	return true;
}

bool program_run(const struct program_config *config, struct program_result *result)
{
	struct program *p = calloc(1, sizeof(*p));
	const char *left;
	bool ok;

	memset(result, 0, sizeof(*result));
	p->config = config;
	p->result = result;
	p->rng.state = config->seed;
	shim_warnings = 0;
	arena_init();
	arena_rewind();
	ok = program_set_up(p) && run(p);
	left = machine_destroy(&p->m);
	if (ok && left)
		ok = program_fail(p, left);
	if (ok && arena_pages_out())
		ok = program_fail(p, "host pages were not given back");
	oracle_destroy(&p->o);
	result->operations = p->number;
	memcpy(result->counter, p->m.counter, sizeof(result->counter));
	free(p);
	return ok;
}
