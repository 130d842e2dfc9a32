// SPDX-License-Identifier: GPL-2.0
/* Made-up Bochs and models for the probe, see fake_bochs.h. */
#include "fake_bochs.h"

#include <string.h>

#include "feed.h"
#include "models.h"

#define PAGE 4096ull

struct fake_bochs fake_bochs;

void fake_map(uint64_t address, uint64_t hpa)
{
	fake_bochs.page[address / PAGE] = hpa;
}

static void (*slot(enum bochs_slot which))(void)
{
	static void (*functions[BOCHS_NR_SLOTS])(void);

	if (!functions[BOCHS_VMEXIT])
		feed_functions(functions);
	return functions[which];
}

void fake_vmexit(unsigned int cpu, uint32_t reason, uint64_t qualification)
{
	((void (*)(unsigned int, uint32_t, uint64_t))slot(BOCHS_VMEXIT))(cpu, reason,
									 qualification);
}

void fake_tlb_control(unsigned int cpu, enum bochs_tlb_control what, uint64_t value)
{
	((void (*)(unsigned int, unsigned int, uint64_t))slot(BOCHS_TLB_CNTRL))(cpu, what, value);
}

/* As Bochs does: an access that crosses a page comes in two parts. */
void fake_access(unsigned int cpu, uint64_t address, unsigned int bytes)
{
	void (*on_access)(unsigned int, uint64_t, uint64_t, unsigned int, unsigned int,
			  unsigned int) =
		(void (*)(unsigned int, uint64_t, uint64_t, unsigned int, unsigned int,
			  unsigned int))slot(BOCHS_LIN_ACCESS);
	const unsigned int left = PAGE - address % PAGE, first = bytes < left ? bytes : left;

	on_access(cpu, address, fake_bochs.page[address / PAGE] | address % PAGE, first, 0,
		  BOCHS_READ);
	address += first;
	if (bytes > first)
		on_access(cpu, address, fake_bochs.page[address / PAGE], bytes - first, 0,
			  BOCHS_READ);
}

void fake_instruction(unsigned int cpu, uint64_t rip)
{
	fake_bochs.rip = rip;
	((void (*)(unsigned int, void *))slot(BOCHS_BEFORE_EXECUTION))(cpu, NULL);
}

void fake_exception(unsigned int cpu, unsigned int vector, unsigned int error)
{
	((void (*)(unsigned int, unsigned int, unsigned int))slot(BOCHS_EXCEPTION))(cpu, vector,
										    error);
}

/* Of bochs.c. */
bool bochs_started(char *why, size_t size)
{
	(void)why;
	(void)size;
	return true;
}

void bochs_watch(bool on)
{
	(void)on;
}

unsigned int bochs_cpus(void)
{
	return 1;
}

bool bochs_has_batches(void)
{
	return false;
}

uint64_t bochs_rip(unsigned int cpu)
{
	(void)cpu;
	return fake_bochs.rip;
}

uint64_t bochs_register(unsigned int cpu, unsigned int number)
{
	(void)cpu;
	(void)number;
	return 0;
}

uint64_t bochs_control(unsigned int cpu, enum bochs_control which)
{
	(void)cpu;
	return fake_bochs.control[which];
}

uint16_t bochs_vmread16(unsigned int cpu, unsigned int field)
{
	(void)cpu;
	return fake_bochs.field[field];
}

uint32_t bochs_vmread32(unsigned int cpu, unsigned int field)
{
	(void)cpu;
	return fake_bochs.field[field];
}

uint64_t bochs_vmread64(unsigned int cpu, unsigned int field)
{
	(void)cpu;
	return fake_bochs.field[field];
}

bool bochs_in_vmread(void)
{
	return false;
}

bool bochs_translate(unsigned int cpu, uint64_t address, uint64_t *hpa)
{
	(void)cpu;
	fake_bochs.translated++;
	if (address / PAGE >= FAKE_PAGES || !fake_bochs.page[address / PAGE])
		return false;
	*hpa = fake_bochs.page[address / PAGE] | address % PAGE;
	return true;
}

bool bochs_read_linear(unsigned int cpu, uint64_t address, unsigned int bytes, void *to)
{
	uint64_t hpa;

	return bochs_translate(cpu, address, &hpa) && bochs_read_physical(hpa, bytes, to);
}

bool bochs_read_physical(uint64_t hpa, unsigned int bytes, void *to)
{
	if (hpa + bytes > sizeof(fake_bochs.memory))
		return false;
	memcpy(to, fake_bochs.memory + hpa, bytes);
	return true;
}

bool bochs_write_physical(uint64_t hpa, unsigned int bytes, const void *from)
{
	if (hpa + bytes > sizeof(fake_bochs.memory))
		return false;
	memcpy(fake_bochs.memory + hpa, from, bytes);
	return true;
}

bool bochs_read_word(uint64_t hpa, uint64_t *value)
{
	return bochs_read_physical(hpa, sizeof(*value), value);
}

/* Of models.c. */
bool models_describe(unsigned int number, const char *text, size_t size, char *error,
		     size_t error_size)
{
	(void)number;
	(void)text;
	(void)size;
	(void)error;
	(void)error_size;
	return true;
}

void models_forget(void)
{
}

unsigned int models_count(void)
{
	return 1;
}

bool models_start(unsigned int cores, const struct model_context *contexts)
{
	(void)cores;
	(void)contexts;
	return true;
}

bool models_read(unsigned int number, struct model_counts *counts)
{
	memset(counts, 0, sizeof(*counts));
	return !number;
}

bool models_first_stale(unsigned int number, struct model_stale *stale)
{
	(void)number;
	(void)stale;
	return false;
}

void models_exit(unsigned int core, bool vpid, const struct model_context *host)
{
	(void)core;
	(void)vpid;
	(void)host;
}

void models_enter(unsigned int core, bool vpid, const struct model_context *guest, bool page_fault)
{
	(void)core;
	(void)vpid;
	(void)guest;
	fake_bochs.entered_with_page_fault = page_fault;
}

void models_set_context(unsigned int core, const struct model_context *to)
{
	(void)core;
	(void)to;
}

void models_instructions(unsigned int core, uint64_t nr)
{
	(void)core;
	(void)nr;
}

void models_repeats(unsigned int core, uint64_t nr)
{
	(void)core;
	(void)nr;
}

void models_fetch(unsigned int core, uint64_t rip, uint64_t hpa)
{
	(void)core;
	(void)rip;
	fake_bochs.fetched = hpa;
	fake_bochs.nr_fetches++;
}

void models_access(unsigned int core, enum model_access access, uint64_t address, uint64_t hpa,
		   unsigned int bytes)
{
	(void)core;
	(void)access;
	(void)address;
	(void)hpa;
	(void)bytes;
}

void models_fault(unsigned int core, const struct model_fault *fault)
{
	(void)core;
	fake_bochs.fault = *fault;
	fake_bochs.nr_faults++;
}

void models_assist(unsigned int core)
{
	(void)core;
}

void models_assist_ept(unsigned int core)
{
	(void)core;
}

void models_exception(unsigned int core)
{
	(void)core;
}

void models_flush(unsigned int core, const struct model_flush *flush)
{
	(void)core;
	fake_bochs.flush = *flush;
	fake_bochs.nr_flushes++;
}

void models_pause(unsigned int core, bool paused)
{
	(void)core;
	(void)paused;
}

void models_mark(unsigned int core)
{
	(void)core;
}

void models_take_back(unsigned int core)
{
	(void)core;
}
