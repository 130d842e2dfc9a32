// SPDX-License-Identifier: GPL-2.0
/* See phases.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "model_values.h"
#include "phases.h"

/* A guest that floods its console must not flood the user's disk. */
#define CONSOLE_LIMIT (256u << 10)

static int bad(struct failure *why, const char *what)
{
	return fail(why, STATUS_RUN_FAILED, "the guest broke its contract: %s", what);
}

void phases_init(struct phases *phases, const struct engine_ops *engine, struct run_result *result,
		 const struct modelled *modelled, FILE *console)
{
	memset(phases, 0, sizeof(*phases));
	memset(result, 0, sizeof(*result));
	phases->engine = engine;
	phases->result = result;
	result->modelled = *modelled;
	phases->console = console;
}

/* Terminals obey control characters, so a guest's are not passed on. */
static void put_text(const char *text, size_t size, FILE *out)
{
	size_t i;

	for (i = 0; i < size; i++) {
		unsigned char c = text[i];

		if (isprint(c) || c == '\n' || c == '\t')
			putc(c, out);
		else
			fprintf(out, "\\x%02x", c);
	}
}

static int ring_console(struct phases *phases, const struct hvbench_mailbox *box,
			struct failure *why)
{
	size_t bytes = box->console_bytes;

	if (bytes > sizeof(box->console))
		return bad(why, "console_bytes is larger than console[]");
	if (!phases->console || phases->console_bytes > CONSOLE_LIMIT)
		return 0;
	put_text(box->console, bytes, phases->console);
	phases->console_bytes += bytes;
	if (phases->console_bytes > CONSOLE_LIMIT)
		fprintf(phases->console, "\n[the guest's further output is left out]\n");
	return 0;
}

static int ring_begin(struct phases *phases, const struct hvbench_mailbox *box,
		      const struct snapshot *now, struct failure *why)
{
	unsigned int i;

	if (phases->open)
		return bad(why, "a phase began within another");
	if (!is_kebab(box->phase_name, sizeof(box->phase_name)))
		return bad(why, "a phase's name is malformed");
	if (!condition_name(box->phase_condition))
		return fail(why, STATUS_RUN_FAILED,
			    "the guest broke its contract: phase %s has the condition %u, which "
			    "this tool does not know",
			    box->phase_name, box->phase_condition);
	if (phases->result->nr_phases == MAX_PHASES)
		return bad(why, "it has too many phases");
	for (i = 0; i < phases->result->nr_phases; i++) {
		if (!strcmp(phases->result->phase[i].name, box->phase_name))
			return fail(why, STATUS_RUN_FAILED,
				    "the guest broke its contract: phase %s came twice",
				    box->phase_name);
	}
	memcpy(phases->name, box->phase_name, sizeof(phases->name));
	phases->condition = box->phase_condition;
	phases->open = true;
	phases->begin = *now;
	return 0;
}

static bool asked_difference(const struct hvbench_mailbox *box, struct hvbench_asked *asked)
{
	const struct hvbench_asked *end = &box->asked;
	const struct hvbench_asked *begin = &box->asked_begin;

	if (end->cr3 < begin->cr3 || end->invlpg < begin->invlpg || end->invpcid < begin->invpcid ||
	    end->cr4 < begin->cr4)
		return false;
	asked->cr3 = end->cr3 - begin->cr3;
	asked->invlpg = end->invlpg - begin->invlpg;
	asked->invpcid = end->invpcid - begin->invpcid;
	asked->cr4 = end->cr4 - begin->cr4;
	return true;
}

/* Room for one more phase, zeroed. */
static struct phase *add_phase(struct run_result *result)
{
	struct phase *phase = reallocarray(result->phase, result->nr_phases + 1, sizeof(*phase));

	if (!phase)
		return NULL;
	result->phase = phase;
	phase += result->nr_phases;
	memset(phase, 0, sizeof(*phase));
	return phase;
}

/* What the guest read of its clock, less what the host took meanwhile (KVM's is an estimate). */
static uint64_t guests_tsc(const struct hvbench_mailbox *box, const struct hvbench_stats *stats)
{
	uint64_t all = box->tsc_end - box->tsc_begin, hosts = stats->counter[HVBENCH_CNT_host_tsc];

	return all > hosts ? all - hosts : 0;
}

static int ring_end(struct phases *phases, const struct hvbench_mailbox *box,
		    const struct snapshot *now, struct failure *why)
{
	struct phase *phase;

	if (!phases->open)
		return bad(why, "a phase ended that had not begun");
	if (!box->ops)
		return bad(why, "a phase of no operations");
	if (box->tsc_end < box->tsc_begin)
		return bad(why, "a phase ended before it began");
	phase = add_phase(phases->result);
	if (!phase)
		return fail(why, STATUS_ENVIRONMENT, "out of memory");
	if (!asked_difference(box, &phase->asked))
		return bad(why, "its count of flushes went backwards");
	memcpy(phase->name, phases->name, sizeof(phase->name));
	phase->condition = phases->condition;
	phase->ops = box->ops;
	phase->guest_table_bytes = box->table_bytes;
	phase->guest_faults = box->guest_faults;
	stats_subtract(&phases->begin.stats, &now->stats, &phase->stats);
	phase->tsc = guests_tsc(box, &phase->stats);
	own_subtract(phases->engine, phases->begin.own, now->own, phase->own);
	model_counts_subtract(&phases->result->modelled, phases->begin.model, now->model,
			      phase->model);
	phases->result->nr_phases++;
	phases->open = false;
	return 0;
}

static int ring_exit(struct phases *phases, const struct hvbench_mailbox *box, struct failure *why)
{
	char message[4 * sizeof(box->message) + 1] = "";
	FILE *out;

	if (!box->exit_status) {
		if (phases->open)
			return bad(why, "it ended within a phase");
		phases->exited = true;
		return 0;
	}
	out = fmemopen(message, sizeof(message), "w");
	if (out) {
		put_text(box->message, strnlen(box->message, sizeof(box->message)), out);
		fclose(out);
	}
	return fail(why, STATUS_RUN_FAILED, "the guest's own check failed (status %u): %s",
		    box->exit_status, message[0] ? message : "no message");
}

int phases_ring(struct phases *phases, uint32_t doorbell, const struct hvbench_mailbox *box,
		const struct snapshot *now, struct failure *why)
{
	switch (doorbell) {
	case HVBENCH_BELL_CONSOLE:
		return ring_console(phases, box, why);
	case HVBENCH_BELL_PHASE_BEGIN:
		return ring_begin(phases, box, now, why);
	case HVBENCH_BELL_PHASE_END:
		return ring_end(phases, box, now, why);
	case HVBENCH_BELL_EXIT:
		return ring_exit(phases, box, why);
	default:
		return fail(
			why, STATUS_RUN_FAILED,
			"the guest broke its contract: it rang %u, a doorbell that does not exist",
			doorbell);
	}
}
