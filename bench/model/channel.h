/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the tool, inside the emulated machine, speaks with the probe in the emulator around
 * it. The tool fills a request in a page of its own memory, and writes the page's linear
 * address, its low half to MODEL_PORT and then its high half to MODEL_PORT + 4, by 32-bit
 * OUT (ioperm). The probe has done the request, and written the answer into the page, when
 * the second OUT has ended. Where there is no probe nothing happens, and `answer` stays 0.
 *
 * A request, whatever it asks, ends the feeding of the models until the next VM entry, and
 * takes back what was counted since the last VM exit: what the tool does
 * between two phases is not the guest's.
 */
#ifndef MODEL_CHANNEL_H
#define MODEL_CHANNEL_H

#include <stdint.h>

#include "counts.h"
#include "model.h"

#define MODEL_PORT 0x5b0
#define MODEL_MAGIC 0x6c65646f6d766868ull
#define MODEL_CHANNEL_VERSION 2

#define MODEL_MAX_CPUS 8

enum model_request_kind {
	MODEL_HELLO, /* is there a probe of this version? */
	/* number: which; the description's file, in parts; the last part makes the model. */
	MODEL_DESCRIBE,
	MODEL_START, /* all models are reset, all counts 0: a VM begins */
	MODEL_READ, /* number: of which model; answered by the counts since START */
	MODEL_STOP, /* the VM has ended: nothing is fed until the next START */
	MODEL_FORGET, /* no models any more */
	MODEL_STALE, /* number: of which model; answered by the first stale hit since START */
};

enum model_answer { MODEL_NO_ANSWER, MODEL_OK, MODEL_ERROR /* text says why */ };

#define MODEL_TEXT_BYTES 3072

/* Exactly one page, page aligned. */
struct model_page_request {
	uint64_t magic;
	uint32_t version;
	uint32_t kind; /* enum model_request_kind */
	uint32_t number;
	uint32_t text_bytes; /* of DESCRIBE: in text */
	uint32_t last; /* of DESCRIBE: 1 with the last part */
	uint32_t answer; /* out: enum model_answer */
	union {
		char text[MODEL_TEXT_BYTES];
		struct model_counts counts;
		struct model_stale stale;
	};
	char padding[4096 - 32 - MODEL_TEXT_BYTES];
};

_Static_assert(sizeof(struct model_page_request) == 4096, "a request is one page");

#endif
