// SPDX-License-Identifier: GPL-2.0
/*
 * REP string instructions, as a whole. Bochs 2.7 with its debugger, as Debian builds it,
 * comes back for each iteration: each has its own event and its own accesses. Bochs 3.0
 * stays in the instruction, and moves or stores up to a page at a time without a
 * word of the accesses; these are fed from here, by what has become of the registers.
 */
#include "core.h"
#include "models.h"

#define PAGE_BYTES 4096 /* a batch has no more elements */

enum { RCX = 1, RSI = 6, RDI = 7 };

void string_before(unsigned int cpu, uint64_t rip)
{
	struct core *c = &core[cpu];

	/* The same instruction again: its next iteration, which is no new instruction. */
	c->string_next = c->in_string && rip == c->string_rip;
	c->instructions += !c->string_next;
	c->in_string = false;
	c->string_seen = false;
	c->string_rip = rip;
	if (!bochs_has_batches())
		return;
	c->rcx = bochs_register(cpu, RCX);
	c->rsi = bochs_register(cpu, RSI);
	c->rdi = bochs_register(cpu, RDI);
}

/* A batch goes upwards, within a page on either side, which has just been accessed. */
static void feed_batch(unsigned int cpu, uint64_t elements, uint64_t rsi, uint64_t rdi)
{
	struct core *c = &core[cpu];
	unsigned int from = (rsi - c->rsi) / elements, to = (rdi - c->rdi) / elements;
	uint64_t from_hpa, to_hpa, i;

	if ((from && !bochs_translate(cpu, c->rsi, &from_hpa)) ||
	    (to && !bochs_translate(cpu, c->rdi, &to_hpa)))
		return;
	for (i = 0; i < elements; i++) {
		if (from)
			models_access(cpu, MODEL_LOAD, c->rsi + i * from, from_hpa + i * from, from);
		if (to)
			models_access(cpu, MODEL_STORE, c->rdi + i * to, to_hpa + i * to, to);
	}
}

/* How many elements it was; their accesses are fed, unless they came from Bochs. */
static uint64_t feed_iteration(unsigned int cpu, uint64_t rcx)
{
	struct core *c = &core[cpu];
	uint64_t rsi = bochs_register(cpu, RSI), rdi = bochs_register(cpu, RDI);
	uint64_t elements = c->rcx - rcx;

	if (!c->string_seen && elements && elements <= PAGE_BYTES)
		feed_batch(cpu, elements, rsi, rdi);
	c->string_seen = false;
	c->rcx = rcx;
	c->rsi = rsi;
	c->rdi = rdi;
	return elements;
}

/* RSI and RDI have been moved; RCX is one more than it will be. */
void string_iteration(unsigned int cpu, void *instruction)
{
	struct core *c = &core[cpu];
	uint64_t rcx = bochs_register(cpu, RCX) - 1, elements = 1;

	(void)instruction;
	if (!c->fed)
		return;
	if (bochs_has_batches())
		elements = feed_iteration(cpu, rcx);
	c->repeats += elements - !c->string_next;
	c->string_next = true;
	c->in_string = rcx != 0;
}
