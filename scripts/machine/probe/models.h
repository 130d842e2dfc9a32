/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The modelled CPUs that the tool asked for, all fed alike: of each one under the
 * hypervisor, and one native. The native ones know only the guest, and only under EPT,
 * where the guest's CR3 is its own.
 */
#ifndef PROBE_MODELS_H
#define PROBE_MODELS_H

#include <stdbool.h>
#include <stddef.h>

#include "../../../bench/model/channel.h"
#include "../../../bench/model/model.h"

/* Adds one by its description, or replaces that of the number. False: error says why. */
bool models_describe(unsigned int number, const char *text, size_t size, char *error,
		     size_t error_size);
void models_forget(void);
unsigned int models_count(void);

/* All new, in the contexts of the cores, and paused. False: no memory. */
bool models_start(unsigned int cores, const struct model_context *contexts);
bool models_read(unsigned int number, struct model_counts *counts);
/* What was found stale first by that model; false: there is no such model, or nothing was. */
bool models_first_stale(unsigned int number, struct model_stale *stale);

/* See model.h. What concerns only the hypervisor does not reach the native ones. */
void models_exit(unsigned int core, bool vpid, const struct model_context *host);
void models_enter(unsigned int core, bool vpid, const struct model_context *guest,
		  bool page_fault);
void models_set_context(unsigned int core, const struct model_context *to);
void models_instructions(unsigned int core, uint64_t nr);
void models_repeats(unsigned int core, uint64_t nr);
void models_fetch(unsigned int core, uint64_t rip, uint64_t hpa);
void models_access(unsigned int core, enum model_access access, uint64_t address, uint64_t hpa,
		   unsigned int bytes);
void models_fault(unsigned int core, const struct model_fault *fault);
void models_assist(unsigned int core);
void models_assist_ept(unsigned int core); /* of an entry of EPT, which native CPUs lack */
void models_exception(unsigned int core);
void models_flush(unsigned int core, const struct model_flush *flush);
void models_pause(unsigned int core, bool paused);
void models_mark(unsigned int core);
void models_take_back(unsigned int core);

#endif
