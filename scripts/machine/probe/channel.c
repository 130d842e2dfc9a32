// SPDX-License-Identifier: GPL-2.0
/* Finds a request in the machine's memory, does it, and writes the answer there. */
#include "channel.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bochs.h"
#include "feed.h"
#include "models.h"

#define OUT_BYTES 4
#define CR4_VMXE (1ull << 13)
#define DESCRIPTION_BYTES (256 << 10)

static uint64_t address; /* of the request: its low half, until the high one comes */
static char description[DESCRIPTION_BYTES];
static size_t described; /* bytes of it */

static bool ready(char *why, size_t size)
{
	static bool found;

	if (!found)
		found = bochs_started(why, size);
	return found;
}

static void __attribute__((format(printf, 2, 3)))
refuse(struct model_page_request *request, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	memset(request->text, 0, sizeof(request->text));
	vsnprintf(request->text, sizeof(request->text), format, arguments);
	va_end(arguments);
	request->answer = MODEL_ERROR;
}

static void describe(struct model_page_request *request)
{
	char error[512];
	bool good;

	if (request->text_bytes > sizeof(request->text) ||
	    request->text_bytes > sizeof(description) - described) {
		described = 0;
		refuse(request, "a CPU description of more than %u bytes", DESCRIPTION_BYTES);
		return;
	}
	memcpy(description + described, request->text, request->text_bytes);
	described += request->text_bytes;
	if (!request->last)
		return;
	feed_stop();
	good = models_describe(request->number, description, described, error, sizeof(error));
	described = 0;
	if (!good)
		refuse(request, "%s", error);
}

static void start(struct model_page_request *request)
{
	char why[128];

	if (!models_count())
		refuse(request, "no CPU has been described");
	else if (!ready(why, sizeof(why)))
		refuse(request, "this Bochs is another build: %s", why);
	else if (!feed_start())
		refuse(request, "no memory for the models");
}

/* By what is asked; request->answer is OK unless somebody says otherwise. */
static void answer(struct model_page_request *request)
{
	request->answer = MODEL_OK;
	if (request->version != MODEL_CHANNEL_VERSION) {
		refuse(request, "the probe speaks version %u of the channel, the tool version %u",
		       MODEL_CHANNEL_VERSION, request->version);
		return;
	}
	switch (request->kind) {
	case MODEL_HELLO:
		break;
	case MODEL_DESCRIBE:
		describe(request);
		break;
	case MODEL_START:
		start(request);
		break;
	case MODEL_READ:
		if (!models_read(request->number, &request->counts))
			refuse(request, "there is no model %u that was started", request->number);
		break;
	case MODEL_STOP:
		feed_stop();
		break;
	case MODEL_FORGET:
		feed_stop();
		models_forget();
		break;
	case MODEL_STALE:
		if (!models_first_stale(request->number, &request->stale))
			refuse(request, "model %u has seen no stale hit", request->number);
		break;
	default:
		refuse(request, "there is no request %u", request->kind);
	}
}

/*
 * Bochs tells that the context was switched for SMIs too, as in its BIOS, which looks like a VM
 * entry. No VMX operation is without CR4.VMXE.
 */
static bool runs_guest(unsigned int cpu)
{
	char why[128];

	return feed_in_guest(cpu) && ready(why, sizeof(why)) &&
	       bochs_control(cpu, BOCHS_CR4) & CR4_VMXE;
}

/* The page of the CPU that shows the magic number there; only a host may ask. */
static bool find_page(uint64_t *page)
{
	uint64_t magic;
	unsigned int cpu;

	if (address % sizeof(struct model_page_request))
		return false;
	for (cpu = 0; cpu < bochs_cpus() && cpu < BOCHS_MAX_CPUS; cpu++)
		if (!runs_guest(cpu) && bochs_translate(cpu, address, page) &&
		    bochs_read_physical(*page, sizeof(magic), &magic) && magic == MODEL_MAGIC)
			return true;
	return false;
}

void channel_outp(uint16_t port, unsigned int bytes, unsigned int value)
{
	struct model_page_request request;
	uint64_t page;

	if (port == MODEL_PORT && bytes == OUT_BYTES) {
		address = value;
		return;
	}
	if (port != MODEL_PORT + OUT_BYTES || bytes != OUT_BYTES)
		return;
	address |= (uint64_t)value << 32;
	if (!find_page(&page) || !bochs_read_physical(page, sizeof(request), &request))
		return;
	feed_request();
	answer(&request);
	bochs_write_physical(page, sizeof(request), &request);
}
