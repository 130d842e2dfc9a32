// SPDX-License-Identifier: GPL-2.0
/* The way to the probe: two I/O ports, and a page that does not move; see probe.h. */
#include <errno.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>

#include "probe.h"

#define PORTS 8

static struct model_page_request *port_open(struct failure *why)
{
	size_t size = sizeof(struct model_page_request);
	void *page;

	if (ioperm(MODEL_PORT, PORTS, 1)) {
		fail(why, STATUS_ENVIRONMENT,
		     "the probe's I/O ports: %s; it takes root (CAP_SYS_RAWIO) to use them",
		     strerror(errno));
		return NULL;
	}
	page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page != MAP_FAILED && !mlock(page, size))
		return page;
	fail(why, STATUS_ENVIRONMENT, "a page for the probe: %s", strerror(errno));
	if (page != MAP_FAILED)
		munmap(page, size);
	ioperm(MODEL_PORT, PORTS, 0);
	return NULL;
}

static void out(uint32_t value, uint16_t port)
{
	/* The probe reads and writes the page meanwhile. */
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static void port_send(struct model_page_request *page)
{
	uint64_t address = (uintptr_t)page;

	out(address, MODEL_PORT);
	out(address >> 32, MODEL_PORT + 4);
}

static void port_close(struct model_page_request *page)
{
	munmap(page, sizeof(*page));
	ioperm(MODEL_PORT, PORTS, 0);
}

const struct probe_port probe_io_port = {
	.open = port_open,
	.send = port_send,
	.close = port_close,
};
