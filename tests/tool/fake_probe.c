// SPDX-License-Identifier: GPL-2.0
/* See fake_probe.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_probe.h"

struct fake_probe fake_probe;

static char described[8192]; /* of the description that is under way */

void fake_probe_reset(void)
{
	memset(&fake_probe, 0, sizeof(fake_probe));
	fake_probe.per_read = 10;
	described[0] = '\0';
}

static void trace(const char *text)
{
	size_t used = strlen(fake_probe.trace);

	snprintf(fake_probe.trace + used, sizeof(fake_probe.trace) - used, "%s; ", text);
}

static void describe(const struct model_page_request *page)
{
	struct model_cpu cpu;
	char error[256], text[320];
	size_t used = strlen(described);

	snprintf(described + used, sizeof(described) - used, "%.*s", (int)page->text_bytes,
		 page->text);
	if (!page->last)
		return;
	if (model_cpu_parse(described, strlen(described), "sent", &cpu, error, sizeof(error)))
		snprintf(text, sizeof(text), "describe %u: %s", page->number, error);
	else
		snprintf(text, sizeof(text), "describe %u %s", page->number, cpu.name);
	trace(text);
	described[0] = '\0';
}

static void count(struct model_counts *counts, unsigned int number)
{
	uint64_t value;
	unsigned int i;

	fake_probe.reads += !number;
	value = fake_probe.per_read * fake_probe.reads * (number + 1);
	if (fake_probe.starts > 1)
		value += fake_probe.drift * fake_probe.reads;
	memset(counts, 0, sizeof(*counts));
	for (i = 0; i < NR_MODEL_COUNTS; i++) {
		counts->count[MODEL_GUEST][i] = value;
		counts->count[MODEL_HOST][i] = value;
	}
	counts->count[MODEL_GUEST][MODEL_CNT_stale_found] = fake_probe.stale[MODEL_GUEST];
	counts->count[MODEL_HOST][MODEL_CNT_stale_found] = fake_probe.stale[MODEL_HOST];
	counts->count[MODEL_NATIVE][MODEL_CNT_instructions] = value;
}

static void answer(struct model_page_request *page)
{
	static const char *const words[] = { "hello", "describe", "start",
					     "read",  "stop",	  "forget", "stale" };

	page->answer = MODEL_OK;
	if (fake_probe.error && page->kind == fake_probe.error_kind) {
		page->answer = MODEL_ERROR;
		snprintf(page->text, sizeof(page->text), "%s", fake_probe.error);
		return;
	}
	if (page->kind == MODEL_DESCRIBE) {
		describe(page);
		return;
	}
	if (page->kind == MODEL_START) {
		fake_probe.reads = 0;
		fake_probe.starts++;
	}
	if (page->kind == MODEL_READ) {
		count(&page->counts, page->number);
		if (fake_probe.reads > 1)
			return;
	}
	if (page->kind == MODEL_STALE)
		page->stale = (struct model_stale){
			.core = 1,
			.context = { .guest = true, .vpid = 7, .cr3 = 0x5000, .eptp = 0x601e },
			.access = MODEL_STORE,
			.address = 0x7fff1000,
			.cached = 0x111000,
			.used = 0x222000,
		};
	trace(words[page->kind]);
}

const char *fake_probe_cpu(const char *name)
{
	static char text[4096];

	snprintf(text, sizeof(text),
		 "# A CPU of tests.\n"
		 "name	%s	# tests\n"
		 "title	A CPU of tests	# tests\n"
		 "tlb	itlb pages=4k,2m,1g sets=1 ways=4 index=linear replacement=lru	# tests\n"
		 "tlb	dtlb pages=4k,2m,1g sets=1 ways=4 index=linear replacement=lru	# tests\n"
		 "tlb	stlb pages=4k,2m,1g sets=8 ways=4 index=linear replacement=lru	# tests\n"
		 "psc	pde entries=4 ways=4 replacement=lru	# tests\n"
		 "psc	pdpte entries=4 ways=4 replacement=lru	# tests\n"
		 "psc	pml4e entries=4 ways=4 replacement=lru	# tests\n"
		 "nested-tlb	entries=32 [16 64]	# tests\n"
		 "cache	l1i size=32K ways=8	# tests\n"
		 "cache	l1d size=32K ways=8	# tests\n"
		 "cache	l2 size=256K ways=8	# tests\n"
		 "cache	l3 size=8M ways=16	# tests\n"
#define COST_LINE(cost, unit, meaning) "cost	" #cost "	1 [0.5 1]	# tests\n"
		 MODEL_COSTS(COST_LINE)
#undef COST_LINE
		 , name);
	return text;
}

static struct model_page_request *fake_open(struct failure *why)
{
	struct model_page_request *page;

	if (fake_probe.denied) {
		fail(why, STATUS_ENVIRONMENT, "%s", fake_probe.denied);
		return NULL;
	}
	fake_probe.pages++;
	page = aligned_alloc(sizeof(*page), sizeof(*page));
	memset(page, 0, sizeof(*page));
	return page;
}

static void fake_send(struct model_page_request *page)
{
	if (fake_probe.absent)
		return;
	if (page->magic == MODEL_MAGIC && page->version == MODEL_CHANNEL_VERSION)
		answer(page);
	else
		trace("no request");
}

static void fake_close(struct model_page_request *page)
{
	fake_probe.pages--;
	free(page);
}

const struct probe_port fake_probe_port = {
	.open = fake_open,
	.send = fake_send,
	.close = fake_close,
};
