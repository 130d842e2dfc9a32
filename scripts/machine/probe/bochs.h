/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All that the probe knows of Bochs. Debian builds it with --enable-instrumentation and
 * the stub library, and exports its symbols for the plugins. So each callback of Bochs'
 * instrumentation interface (instrument/instrumentation.txt in its source) is there as an
 * empty function, one RET in a slot of 16 bytes, which can be made to jump elsewhere.
 * State is read by Bochs' own exported functions; the layout of its classes is not used.
 */
#ifndef PROBE_BOCHS_H
#define PROBE_BOCHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bochs_slot {
	/* These are watched always. */
	BOCHS_VMEXIT, /* (cpu, reason, qualification): the guest's state is still there */
	BOCHS_TLB_CNTRL, /* (cpu, enum bochs_tlb_control, value): it has been executed */
	BOCHS_OUTP, /* (port, bytes, value): before it happens */
	BOCHS_FIRST_SWITCHED,
	/* These only from bochs_watch(true) to bochs_watch(false). */
	BOCHS_LIN_ACCESS = BOCHS_FIRST_SWITCHED, /* (cpu, address, hpa, bytes, type, rw) */
	BOCHS_PHY_ACCESS, /* (cpu, hpa, bytes, type, rw): of page walks, the VMCS, ... */
	BOCHS_BEFORE_EXECUTION, /* (cpu, instruction) */
	BOCHS_REPEAT_ITERATION, /* (cpu, instruction): of a REP string; RCX is still as before */
	BOCHS_EXCEPTION, /* (cpu, vector, error code) */
	BOCHS_INTERRUPT, /* (cpu, vector): whatever goes through the IDT */
	BOCHS_HWINTERRUPT, /* (cpu, vector, CS, RIP): before that, from outside */
	BOCHS_FAR_BRANCH, /* (cpu, kind, old CS, old RIP, new CS, new RIP) */
	BOCHS_NR_SLOTS
};

/* Numbers of Bochs' cpu.h. */
enum bochs_tlb_control {
	BOCHS_MOV_CR0 = 10,
	BOCHS_MOV_CR3 = 11,
	BOCHS_MOV_CR4 = 12,
	BOCHS_CONTEXT_SWITCH = 14, /* at the end of a VM exit and of a VM entry */
	BOCHS_INVLPG = 15,
	BOCHS_INVEPT = 16,
	BOCHS_INVVPID = 17,
	BOCHS_INVPCID = 18,
};

#define BOCHS_IS_IRET 15
#define BOCHS_READ 0 /* rw; all else writes, or reads and writes */

enum bochs_control { BOCHS_CR0, BOCHS_CR2, BOCHS_CR3, BOCHS_CR4, BOCHS_EFER, BOCHS_NR_CONTROLS };

/* The other registers by their number in an instruction. */
#define BOCHS_RSP 4

enum bochs_found { BOCHS_FOUND, BOCHS_NOT_BOCHS, BOCHS_REFUSED };

/* Looks for Bochs in this process. Refused: why has the cause, no sentence. */
enum bochs_found bochs_find(char *why, size_t size);

/*
 * One function for each slot; from here on those that are watched always are called.
 * False: the slots cannot be written.
 */
bool bochs_attach(void (*const functions[BOCHS_NR_SLOTS])(void));
void bochs_watch(bool on);

/* Of scripts/machine/run: it gives a machine at most 3072 MB, all below 4 GiB. */
#define BOCHS_MAX_CPUS 8
#define BOCHS_END_OF_MEMORY (1ull << 32)

/*
 * When the machine runs, before any of the following. False: what is needed is not there,
 * why has the cause.
 */
bool bochs_started(char *why, size_t size);

unsigned int bochs_cpus(void);
/* Does one iteration of a REP string stand for many? In Bochs 3.0. */
bool bochs_has_batches(void);
/* RIP: in before_execution that of the instruction, after it that of the next. */
uint64_t bochs_rip(unsigned int cpu);
uint64_t bochs_register(unsigned int cpu, unsigned int number);
uint64_t bochs_control(unsigned int cpu, enum bochs_control which);

/* Of the current VMCS, by the manual's encodings. */
uint16_t bochs_vmread16(unsigned int cpu, unsigned int field);
uint32_t bochs_vmread32(unsigned int cpu, unsigned int field);
uint64_t bochs_vmread64(unsigned int cpu, unsigned int field);
/* One of these is at work: what BOCHS_PHY_ACCESS tells then is no doing of the machine. */
bool bochs_in_vmread(void);

bool bochs_translate(unsigned int cpu, uint64_t address, uint64_t *hpa);
bool bochs_read_linear(unsigned int cpu, uint64_t address, unsigned int bytes, void *to);
bool bochs_read_physical(uint64_t hpa, unsigned int bytes, void *to);
bool bochs_write_physical(uint64_t hpa, unsigned int bytes, const void *from);
/* The same for 8 aligned bytes of RAM, fast. */
bool bochs_read_word(uint64_t hpa, uint64_t *value);

#endif
