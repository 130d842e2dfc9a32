/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A probe that no emulator is around: it answers the requests of the tool as
 * bench/model/channel.h has it, keeps a record of them, and counts what a test says. In
 * the tests' program only.
 */
#ifndef TOOL_FAKE_PROBE_H
#define TOOL_FAKE_PROBE_H

#include "probe.h"

extern const struct probe_port fake_probe_port;

extern struct fake_probe {
	bool absent; /* nothing answers */
	const char *denied; /* open() fails with it */
	const char *error; /* a request of the kind error_kind fails with it */
	enum model_request_kind error_kind;
	/* "hello; describe 0 tiny; start; read; stop; ": of the reads of a VM the first. */
	char trace[4096];
	unsigned int pages; /* that are open */
	unsigned int starts, reads; /* reads: of the first CPU, since the last start */
	/* Every other count of guest and host, and native's instructions, grow by it with each read. */
	uint64_t per_read;
	/* Hits that the architecture forbids, in that world. */
	uint64_t stale[NR_MODEL_WORLDS];
	uint64_t drift; /* they grow by so much more after the first start */
} fake_probe;

/* Forgets everything; then it answers, and counts 10 with each read. */
void fake_probe_reset(void);

/* A description that bench/model/description.h takes; all costs are 1, or 0.5 at least. */
const char *fake_probe_cpu(const char *name);

#endif
