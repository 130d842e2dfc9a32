/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A made-up Bochs for the probe, and made-up models that keep what they were fed last. The
 * memory is FAKE_PAGES pages; a linear page lies where fake_map() has put it.
 */
#ifndef MODEL_TEST_FAKE_BOCHS_H
#define MODEL_TEST_FAKE_BOCHS_H

#include "bochs.h"
#include "model.h"

#define FAKE_PAGES 16

struct fake_bochs {
	uint8_t memory[FAKE_PAGES * 4096];
	uint64_t page[FAKE_PAGES]; /* hpa by linear page; 0: not mapped */
	uint64_t field[0x8000]; /* of the VMCS, by encoding */
	uint64_t control[BOCHS_NR_CONTROLS];
	uint64_t rip;
	unsigned int translated; /* how often it was asked to translate */

	struct model_flush flush;
	struct model_fault fault;
	uint64_t fetched; /* hpa */
	bool entered_with_page_fault;
	unsigned int nr_flushes, nr_faults, nr_fetches;
};

extern struct fake_bochs fake_bochs;

void fake_map(uint64_t address, uint64_t hpa);

/* What Bochs calls. */
void fake_vmexit(unsigned int cpu, uint32_t reason, uint64_t qualification);
void fake_tlb_control(unsigned int cpu, enum bochs_tlb_control what, uint64_t value);
void fake_access(unsigned int cpu, uint64_t address, unsigned int bytes);
void fake_instruction(unsigned int cpu, uint64_t rip);
void fake_exception(unsigned int cpu, unsigned int vector, unsigned int error);

#endif
