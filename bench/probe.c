// SPDX-License-Identifier: GPL-2.0
/* See probe.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probe.h"

/* The page is filled but for its head. */
static int request(struct probe *probe, enum model_request_kind kind, struct failure *why)
{
	struct model_page_request *page = probe->page;

	page->magic = MODEL_MAGIC;
	page->version = MODEL_CHANNEL_VERSION;
	page->kind = kind;
	page->answer = MODEL_NO_ANSWER;
	probe->port->send(page);
	switch (page->answer) {
	case MODEL_OK:
		return 0;
	case MODEL_NO_ANSWER:
		return fail(why, STATUS_ENVIRONMENT,
			    "this machine's emulator runs without the probe that feeds models; "
			    "when the machine started it said why");
	default:
		return fail(why, STATUS_ENVIRONMENT, "the probe: %.*s", (int)sizeof(page->text) - 1,
			    page->text);
	}
}

int probe_open(struct probe *probe, const struct probe_port *port, enum machine_kind machine,
	       struct failure *why)
{
	memset(probe, 0, sizeof(*probe));
	if (machine != MACHINE_EMULATED)
		return fail(why, STATUS_ENVIRONMENT,
			    "only the emulated machine (MACHINE=emulated) has a probe that feeds "
			    "models");
	probe->port = port;
	probe->page = port->open(why);
	if (!probe->page)
		return -1;
	if (!request(probe, MODEL_HELLO, why))
		return 0;
	probe_close(probe);
	return -1;
}

void probe_close(struct probe *probe)
{
	struct failure unused;

	if (!probe->page)
		return;
	if (probe->described.nr)
		request(probe, MODEL_FORGET, &unused);
	probe->port->close(probe->page);
	memset(probe, 0, sizeof(*probe));
}

/* In parts, as a page takes them. */
static int describe(struct probe *probe, unsigned int number, const struct cpu_file *file,
		    struct failure *why)
{
	struct model_page_request *page = probe->page;
	size_t done = 0, part;

	do {
		part = file->size - done;
		if (part > sizeof(page->text))
			part = sizeof(page->text);
		memcpy(page->text, file->text + done, part);
		done += part;
		page->number = number;
		page->text_bytes = part;
		page->last = done == file->size;
		if (request(probe, MODEL_DESCRIBE, why))
			return fail_within(why, "%s", file->cpu.name);
	} while (done < file->size);
	return 0;
}

static bool is_described(const struct probe *probe, const struct modelled *modelled)
{
	return probe->described.nr == modelled->nr &&
	       !memcmp(probe->described.cpu, modelled->cpu, sizeof(modelled->cpu));
}

static int describe_all(struct probe *probe, const struct modelled *modelled, struct failure *why)
{
	unsigned int i;

	if (is_described(probe, modelled))
		return 0;
	if (probe->described.nr && request(probe, MODEL_FORGET, why))
		return -1;
	/* Should it fail half-way, there is something to forget. */
	memset(&probe->described, 0, sizeof(probe->described));
	probe->described.nr = modelled->nr;
	for (i = 0; i < modelled->nr; i++) {
		if (describe(probe, i, modelled->cpu[i], why))
			return -1;
	}
	probe->described = *modelled;
	return 0;
}

int probe_start(struct probe *probe, const struct modelled *modelled, struct failure *why)
{
	return describe_all(probe, modelled, why) || request(probe, MODEL_START, why) ? -1 : 0;
}

static void print_page(char *text, size_t size, const char *before, uint64_t page, const char *none)
{
	if (page == MODEL_NO_HPA)
		snprintf(text, size, "%s", none);
	else
		snprintf(text, size, "%s%#" PRIx64, before, page);
}

static int fail_stale(struct probe *probe, unsigned int number, struct failure *why)
{
	static const char *const accesses[] = {
		[MODEL_LOAD] = "load",
		[MODEL_STORE] = "store",
		[MODEL_FETCH] = "fetch",
	};
	char cached[64], used[64];
	struct model_stale stale;

	probe->page->number = number;
	if (request(probe, MODEL_STALE, why))
		return -1;
	stale = probe->page->stale;
	print_page(cached, sizeof(cached), "to host page ", stale.cached, "to no page");
	print_page(used, sizeof(used), "went to ", stale.used, "faulted");
	return fail(why, STATUS_RUN_FAILED,
		    "a flush of the TLB is missing: a CPU like %s may still translate %#" PRIx64
		    " %s, where a %s of the %s %s"
		    " (CPU %u, VPID %u, CR3 %#" PRIx64 ", EPTP %#" PRIx64 ")",
		    probe->described.cpu[number]->cpu.name, stale.address, cached,
		    accesses[stale.access % 3], stale.context.guest ? "guest" : "host", used,
		    stale.core, stale.context.vpid, stale.context.cr3, stale.context.eptp);
}

int probe_read(struct probe *probe, struct model_counts counts[MODEL_MAX_CPUS], struct failure *why)
{
	unsigned int i;

	for (i = 0; i < probe->described.nr; i++) {
		probe->page->number = i;
		if (request(probe, MODEL_READ, why))
			return -1;
		counts[i] = probe->page->counts;
		if (counts[i].count[MODEL_GUEST][MODEL_CNT_stale_found] ||
		    counts[i].count[MODEL_HOST][MODEL_CNT_stale_found])
			return fail_stale(probe, i, why);
	}
	return 0;
}

void probe_stop(struct probe *probe)
{
	struct failure unused;

	request(probe, MODEL_STOP, &unused);
}
