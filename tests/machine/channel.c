// SPDX-License-Identifier: GPL-2.0
/* The tests' own way to the probe, see channel.h. */
#include "channel.h"

#include <err.h>
#include <stdio.h>
#include <sys/io.h>
#include <sys/mman.h>

struct model_page_request request __attribute__((aligned(4096)));

void channel_open(void)
{
	if (ioperm(MODEL_PORT, 8, 1) || mlock(&request, sizeof(request)))
		err(2, "ioperm, mlock");
}

enum model_answer channel_ask(enum model_request_kind kind)
{
	unsigned long address = (unsigned long)&request;

	request.magic = MODEL_MAGIC;
	request.version = MODEL_CHANNEL_VERSION;
	request.kind = kind;
	request.answer = MODEL_NO_ANSWER;
	outl(address, MODEL_PORT);
	outl(address >> 32, MODEL_PORT + 4);
	/* The emulator has written it. */
	__asm__ __volatile__("" : : : "memory");
	return request.answer;
}

enum model_answer channel_describe(unsigned int number, const char *path)
{
	FILE *file = fopen(path, "re");
	enum model_answer answer;

	if (!file)
		err(2, "%s", path);
	do {
		request.text_bytes = fread(request.text, 1, sizeof(request.text), file);
		request.number = number;
		request.last = request.text_bytes < sizeof(request.text);
		answer = channel_ask(MODEL_DESCRIBE);
	} while (answer == MODEL_OK && !request.last);
	fclose(file);
	return answer;
}
