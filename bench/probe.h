/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The probe in the emulator around us, which feeds the models of CPUs with what guest and
 * hypervisor do: requests to it, and what went wrong with them in words. The runner starts,
 * reads and stops it with a VM, whatever the engine; see model/channel.h for what each
 * request does.
 */
#ifndef BENCH_PROBE_H
#define BENCH_PROBE_H

#include "cpus.h"
#include "tables.h"

/* The way of a request to the probe; tests have one that leads to no emulator. */
struct probe_port {
	/* A page for requests, or NULL and a sentence where this process may not. */
	struct model_page_request *(*open)(struct failure *why);
	/* Hands the page to the probe, which has answered when this returns. */
	void (*send)(struct model_page_request *page);
	void (*close)(struct model_page_request *page);
};

/* I/O ports of the emulated machine; for nothing else, where other devices may own them. */
extern const struct probe_port probe_io_port;

struct probe {
	const struct probe_port *port;
	struct model_page_request *page;
	struct modelled described; /* what it has models of */
};

/* Says whether there is a probe; -1 with STATUS_ENVIRONMENT where there is none. */
int probe_open(struct probe *probe, const struct probe_port *port, enum machine_kind machine,
	       struct failure *why);
/* Also of one that was never opened, all zero. */
void probe_close(struct probe *probe);

/* A VM begins, modelled on these CPUs: descriptions are sent where they are others. */
int probe_start(struct probe *probe, const struct modelled *modelled, struct failure *why);
/*
 * What was counted since: one for each CPU of modelled. A TLB hit that the architecture
 * forbids is a failure of the run, STATUS_RUN_FAILED: the hypervisor owes a flush.
 */
int probe_read(struct probe *probe, struct model_counts counts[MODEL_MAX_CPUS],
	       struct failure *why);
/* The VM has ended. */
void probe_stop(struct probe *probe);

#endif
