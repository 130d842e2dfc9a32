/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lists of hv/uapi as tables: MMUs, conditions, knobs, counters, exit reasons and
 * ends. Made from the X-macros, so nothing here can drift from the module.
 */
#ifndef BENCH_TABLES_H
#define BENCH_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "guest.h"
#include "hvbench.h"
#include "names.h"

/*
 * `metal` and `nested` count TSC cycles, `emulated` counts instructions. Nested is a
 * VM whose hypervisor lends it VT-x: that one takes part in every exit.
 */
enum machine_kind { MACHINE_METAL, MACHINE_EMULATED, MACHINE_NESTED };

const char *machine_name(enum machine_kind machine);
/* The honest word for a TSC delta: cycles or instructions. */
const char *machine_tsc_unit(enum machine_kind machine);

const char *mmu_name(uint32_t mmu);

/* NULL where it is none of enum hvbench_condition. */
const char *condition_name(uint32_t condition);

struct knob {
	const char *name;
	const char *choices; /* as in knobs.h: "a|b|c" */
	uint32_t def;
	const char *help;
	struct names choice; /* choices, taken apart */
};

/* By enum hvbench_knob. */
const struct knob *knob_get(unsigned int index);
/* The index of a knob's name, or -1. */
int knob_find(const char *name);
/* False for knobs of the other MMU: ept.* under spt and the reverse. */
bool knob_applies(unsigned int index, uint32_t mmu);

enum counter_kind { COUNTER_EVENT, COUNTER_GAUGE, COUNTER_PEAK };

struct counter {
	const char *name;
	enum counter_kind kind;
	const char *unit;
	const char *help;
};

/* By enum hvbench_counter. */
const struct counter *counter_get(unsigned int index);
/* The counter's unit, with `tsc` replaced by the machine's honest word. */
const char *counter_unit(const struct counter *counter, enum machine_kind machine);
/* True for the flush_* counters: flushes that the hypervisor executed. */
bool counter_is_flush(unsigned int index);

#define EXIT_NAME_BYTES 40

/* EPT_VIOLATION for 48; REASON_<n> for a number that the list lacks. */
const char *exit_name(unsigned int reason, char buf[EXIT_NAME_BYTES]);
/*
 * The exits that give the host its turn (its interrupts, and the end of the
 * longest time that a guest may run without any) are not the workload's.
 */
#define EXIT_EXTERNAL_INTERRUPT 1
#define EXIT_IO_INSTRUCTION 30
#define EXIT_PREEMPTION_TIMER 52

static inline bool exit_is_hosts(unsigned int reason)
{
	return reason == EXIT_EXTERNAL_INTERRUPT || reason == EXIT_PREEMPTION_TIMER;
}

const char *end_text(unsigned int end);

#endif
