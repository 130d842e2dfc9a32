// SPDX-License-Identifier: GPL-2.0
/*
 * From Bochs' callbacks to the models, see feed.h. VM transitions are here, and what a CPU
 * does while it is fed; flush.c has the instructions that flush.
 */
#include "feed.h"

#include "core.h"
#include "models.h"

/* VMCS fields and their bits, SDM 3D appendix B and 3C 25. */
enum {
	VMCS_VPID = 0x0000,
	VMCS_EPTP = 0x201a,
	VMCS_GUEST_PHYSICAL_ADDRESS = 0x2400,
	VMCS_PRIMARY_CONTROLS = 0x4002,
	VMCS_ENTRY_INTERRUPTION = 0x4016,
	VMCS_EXIT_INTERRUPTION = 0x4404,
	VMCS_EXIT_ERROR_CODE = 0x4406,
	VMCS_SECONDARY_CONTROLS = 0x401e,
	VMCS_GUEST_LINEAR_ADDRESS = 0x640a,
};
#define PRIMARY_SECONDARY (1u << 31)
#define SECONDARY_EPT (1u << 1)
#define SECONDARY_VPID (1u << 5)

enum {
	EXIT_EXCEPTION_OR_NMI = 0,
	EXIT_EXTERNAL_INTERRUPT = 1,
	EXIT_EPT_VIOLATION = 48,
	EXIT_PREEMPTION_TIMER = 52,
};
#define EXIT_REASON(reason) ((reason) & 0xffff)
#define EXIT_ENTRY_FAILED (1u << 31)

/* Of an event: its vector is in bits 7:0, its type in 10:8. */
#define EVENT_VECTOR(event) ((event) & 0xff)
#define EVENT_TYPE(event) ((event) >> 8 & 7)
#define EVENT_VALID(event) ((event) >> 31)
#define EVENT_NMI 2
#define EVENT_EXCEPTION 3
#define VECTOR_PF 14

#define ERROR_WRITE (1u << 1)
#define ERROR_USER (1u << 2)
#define ERROR_RESERVED (1u << 3)
#define ERROR_FETCH (1u << 4)
#define VIOLATION_WRITE (1u << 1)
#define VIOLATION_FETCH (1u << 2)
#define VIOLATION_HAS_ADDRESS (1u << 7)
#define VIOLATION_OF_ACCESS (1u << 8) /* not of the walk before it */

#define LINE_SHIFT 6
#define PAGE_SHIFT 12
#define PAGE_MASK ((1ull << PAGE_SHIFT) - 1)
#define NO_LINE (~0ull)

/* Entries of page tables, SDM 3A 4.5, and of EPT, 3C 29.3.5. */
#define ENTRY_BYTES 8
#define PTE_ACCESSED_DIRTY (3ull << 5)
#define EPT_ACCESSED_DIRTY (3ull << 8)
#define EPTP_ACCESSED_DIRTY (1ull << 6)

/*
 * From an exit on, in instructions that the models get: four times what hvbench.ko lets an
 * exit take at most. Whoever does not enter again until then handles no exit, but loads a
 * module, say.
 */
#define LONGEST_HANDLING (1u << 24)

struct core core[BOCHS_MAX_CPUS];
static bool started;
static bool in_guest[BOCHS_MAX_CPUS];

void core_context(unsigned int cpu, struct model_context *context)
{
	const struct core *c = &core[cpu];
	uint64_t cr4 = bochs_control(cpu, BOCHS_CR4);

	*context = (struct model_context){
		.guest = c->guest,
		.pcid = cr4 & CR4_PCIDE,
		.levels = !(bochs_control(cpu, BOCHS_CR0) & CR0_PG) ? 0 : cr4 & CR4_LA57 ? 5 : 4,
		.vpid = c->guest ? c->vpid : 0,
		.cr3 = bochs_control(cpu, BOCHS_CR3),
		.eptp = c->guest ? c->eptp : 0,
	};
}

void core_controls(unsigned int cpu)
{
	struct core *c = &core[cpu];

	c->cr0 = bochs_control(cpu, BOCHS_CR0);
	c->cr4 = bochs_control(cpu, BOCHS_CR4);
	c->known_mode = !(c->cr0 & CR0_PG) || bochs_control(cpu, BOCHS_EFER) & EFER_LMA;
}

/* The instructions go to the models all at once. */
static void feed_instructions(unsigned int cpu)
{
	struct core *c = &core[cpu];

	if (!c->guest)
		c->since_exit += c->instructions;
	if (c->instructions)
		models_instructions(cpu, c->instructions);
	if (c->repeats)
		models_repeats(cpu, c->repeats);
	c->instructions = 0;
	c->repeats = 0;
}

void core_feed(unsigned int cpu, bool fed)
{
	struct core *c = &core[cpu];

	feed_instructions(cpu);
	c->line = NO_LINE;
	forget_fetches(c);
	c->nr_entries = 0;
	c->in_string = false;
	if (c->fed == fed)
		return;
	c->fed = fed;
	models_pause(cpu, !fed);
}

static void feed_page_fault(unsigned int cpu, uint64_t address, uint32_t error, bool exits)
{
	const struct model_fault fault = {
		.access = error & ERROR_FETCH ? MODEL_FETCH :
			  error & ERROR_WRITE ? MODEL_STORE : MODEL_LOAD,
		.user = error & ERROR_USER,
		.reserved = error & ERROR_RESERVED,
		.exits = exits,
		.address = address,
		.gpa = MODEL_NO_GPA,
	};

	models_fault(cpu, &fault);
}

static void feed_ept_violation(unsigned int cpu, uint64_t qualification)
{
	struct model_fault fault = {
		.access = MODEL_LOAD,
		.exits = true,
		.address = bochs_vmread64(cpu, VMCS_GUEST_LINEAR_ADDRESS),
		.gpa = bochs_vmread64(cpu, VMCS_GUEST_PHYSICAL_ADDRESS),
	};

	/* Of a walk, only a fetch is known for what it is. */
	if (qualification & VIOLATION_FETCH)
		fault.access = MODEL_FETCH;
	else if (qualification & VIOLATION_WRITE && qualification & VIOLATION_OF_ACCESS)
		fault.access = MODEL_STORE;
	models_fault(cpu, &fault);
}

/* A page fault or EPT violation that exits: what the access found in the tables. */
static void feed_exiting_fault(unsigned int cpu, uint32_t reason, uint64_t qualification)
{
	uint32_t event;

	if (EXIT_REASON(reason) == EXIT_EXCEPTION_OR_NMI) {
		event = bochs_vmread32(cpu, VMCS_EXIT_INTERRUPTION);
		if (EVENT_VECTOR(event) == VECTOR_PF)
			feed_page_fault(cpu, qualification,
					bochs_vmread32(cpu, VMCS_EXIT_ERROR_CODE), true);
	} else if (EXIT_REASON(reason) == EXIT_EPT_VIOLATION &&
		   qualification & VIOLATION_HAS_ADDRESS) {
		feed_ept_violation(cpu, qualification);
	}
}

/* As hvbench's module sees it, in hv/vmx/exit.c. */
static bool is_hosts_own(unsigned int cpu, uint32_t reason)
{
	switch (EXIT_REASON(reason)) {
	case EXIT_EXTERNAL_INTERRUPT:
	case EXIT_PREEMPTION_TIMER:
		return true;
	case EXIT_EXCEPTION_OR_NMI:
		return EVENT_TYPE(bochs_vmread32(cpu, VMCS_EXIT_INTERRUPTION)) == EVENT_NMI;
	}
	return reason & EXIT_ENTRY_FAILED;
}

static void on_vmexit(unsigned int cpu, uint32_t reason, uint64_t qualification)
{
	struct core *c = &core[cpu];

	if (cpu < BOCHS_MAX_CPUS)
		c->exiting = true;
	if (!started || !c->guest)
		return; /* no model, or an entry that failed before it changed anything */
	if (is_hosts_own(cpu, reason)) {
		core_feed(cpu, false);
		return;
	}
	feed_instructions(cpu);
	if (c->fed)
		feed_exiting_fault(cpu, reason, qualification);
	/* A guest that was not fed has exits that count all the same. */
	core_feed(cpu, true);
	models_mark(cpu);
	c->marked = true;
}

/* At the end of an exit, or of an entry that failed: the host's state is loaded. */
static void after_exit(unsigned int cpu)
{
	struct core *c = &core[cpu];
	struct model_context host;

	c->exiting = false;
	core_controls(cpu);
	if (!c->guest)
		return;
	c->guest = false;
	c->switched = false;
	c->since_exit = 0;
	core_context(cpu, &host);
	c->exit_space = CR3_SPACE(host.cr3);
	models_exit(cpu, c->vpid_enabled, &host);
}

/* Does the entry deliver a page fault to the guest? */
static bool delivers_page_fault(unsigned int cpu)
{
	const uint32_t event = bochs_vmread32(cpu, VMCS_ENTRY_INTERRUPTION);

	return EVENT_VALID(event) && EVENT_TYPE(event) == EVENT_EXCEPTION &&
	       EVENT_VECTOR(event) == VECTOR_PF;
}

static void after_entry(unsigned int cpu)
{
	struct core *c = &core[cpu];
	uint32_t secondary = 0;
	struct model_context guest;

	feed_instructions(cpu);
	if (bochs_vmread32(cpu, VMCS_PRIMARY_CONTROLS) & PRIMARY_SECONDARY)
		secondary = bochs_vmread32(cpu, VMCS_SECONDARY_CONTROLS);
	c->vpid_enabled = secondary & SECONDARY_VPID;
	c->vpid = c->vpid_enabled ? bochs_vmread16(cpu, VMCS_VPID) : 0;
	c->eptp = secondary & SECONDARY_EPT ? bochs_vmread64(cpu, VMCS_EPTP) : 0;
	c->guest = true;
	c->interrupted = false;
	c->marked = false;
	core_controls(cpu);
	core_context(cpu, &guest);
	models_enter(cpu, c->vpid_enabled, &guest, delivers_page_fault(cpu));
	core_feed(cpu, c->known_mode);
}

/* This is known without models, too. */
static void note_transition(unsigned int cpu)
{
	if (cpu >= BOCHS_MAX_CPUS)
		return;
	in_guest[cpu] = !core[cpu].exiting;
	if (!started)
		core[cpu].exiting = false;
}

/* The host has written CR3. Only the process that the exit came to handles it. */
static void note_process(unsigned int cpu, uint64_t cr3)
{
	struct core *c = &core[cpu];
	const bool handles = CR3_SPACE(cr3) == c->exit_space;

	if (c->guest)
		return;
	if (c->fed && !handles) {
		c->switched = true;
		core_feed(cpu, false);
	} else if (c->switched && handles) {
		c->switched = false;
		core_feed(cpu, true);
	}
}

static void on_tlb_control(unsigned int cpu, unsigned int what, uint64_t value)
{
	if (what == BOCHS_CONTEXT_SWITCH)
		note_transition(cpu);
	if (!started)
		return;
	if (what != BOCHS_CONTEXT_SWITCH) {
		feed_flush(cpu, what, value);
		if (what == BOCHS_MOV_CR3)
			note_process(cpu, value);
	} else if (core[cpu].exiting) {
		after_exit(cpu);
	} else {
		after_entry(cpu);
	}
}

/* What INVPCID, INVVPID and INVEPT may read, see struct core. */
static void note_operand(struct core *c, uint64_t address, uint64_t hpa, unsigned int bytes)
{
	if (bytes == OPERAND_BYTES) {
		c->operand[0] = hpa;
		c->first_bytes = bytes;
	} else if (!(address & PAGE_MASK) && c->tail_bytes + bytes == OPERAND_BYTES) {
		c->operand[0] = c->tail;
		c->operand[1] = hpa;
		c->first_bytes = c->tail_bytes;
	}
	if (!((address + bytes) & PAGE_MASK)) {
		c->tail = hpa;
		c->tail_bytes = bytes;
	}
}

static void on_access(unsigned int cpu, uint64_t address, uint64_t hpa, unsigned int bytes,
		      unsigned int type, unsigned int rw)
{
	struct core *c = &core[cpu];

	(void)type;
	if (bytes == OPERAND_BYTES || !(address & PAGE_MASK) || !((address + bytes) & PAGE_MASK))
		note_operand(c, address, hpa, bytes);
	c->nr_entries = 0;
	c->string_seen = true;
	if (c->fed)
		models_access(cpu, rw == BOCHS_READ ? MODEL_LOAD : MODEL_STORE, address, hpa, bytes);
}

/* An entry has been written that a walk had read. */
static void feed_assist(unsigned int cpu, uint64_t hpa, uint64_t before)
{
	const struct core *c = &core[cpu];
	uint64_t value;

	if (!(c->guest && c->eptp & EPTP_ACCESSED_DIRTY))
		models_assist(cpu);
	else if (!bochs_read_word(hpa, &value))
		return;
	else if ((before ^ value) & PTE_ACCESSED_DIRTY)
		models_assist(cpu);
	else if ((before ^ value) & EPT_ACCESSED_DIRTY)
		models_assist_ept(cpu);
}

/*
 * Bochs' own page walks, whose reads say nothing of what a real CPU would read. But an
 * entry that a walk reads and then writes has got an accessed or dirty bit. Where EPT has
 * such bits too, what the entry was tells whose it is. Nothing else that comes here is
 * read and written in one instruction: the VMCS, bitmaps, the page-modification log.
 */
static void on_physical_access(unsigned int cpu, uint64_t hpa, unsigned int bytes,
			       unsigned int type, unsigned int rw)
{
	struct core *c = &core[cpu];
	struct walk_entry *entry;
	unsigned int i;

	(void)type;
	if (!c->fed || bytes != ENTRY_BYTES || bochs_in_vmread())
		return;
	if (rw == BOCHS_READ) {
		entry = &c->entries[c->nr_entries++ % NR_WALK_ENTRIES];
		entry->hpa = hpa;
		if (c->guest && c->eptp & EPTP_ACCESSED_DIRTY)
			bochs_read_word(hpa, &entry->value);
		return;
	}
	for (i = 0; i < c->nr_entries && i < NR_WALK_ENTRIES; i++) {
		if (c->entries[i].hpa == hpa) {
			feed_assist(cpu, hpa, c->entries[i].value);
			return;
		}
	}
}

/*
 * Where the guest fetches from. Bochs does not tell, so its own look at the tables says it, once
 * for a page until something may have changed.
 */
static uint64_t fetch_hpa(unsigned int cpu, uint64_t rip)
{
	struct core *c = &core[cpu];

	const unsigned int i = rip >> PAGE_SHIFT & (NR_FETCH_PAGES - 1);
	uint64_t hpa;

	if (rip >> PAGE_SHIFT != c->fetch_page[i]) {
		if (!bochs_translate(cpu, rip, &hpa))
			return MODEL_NO_HPA;
		c->fetch_page[i] = rip >> PAGE_SHIFT;
		c->fetch_hpa[i] = hpa & ~PAGE_MASK;
	}
	return c->fetch_hpa[i] | (rip & PAGE_MASK);
}

static void on_instruction(unsigned int cpu, void *instruction)
{
	struct core *c = &core[cpu];
	uint64_t rip;

	(void)instruction;
	if (!c->fed)
		return;
	rip = bochs_rip(cpu);
	string_before(cpu, rip);
	c->nr_entries = 0;
	if (rip >> LINE_SHIFT == c->line)
		return;
	c->line = rip >> LINE_SHIFT;
	if (!c->guest && c->since_exit + c->instructions > LONGEST_HANDLING) {
		core_feed(cpu, false);
		return;
	}
	models_fetch(cpu, rip, c->guest ? fetch_hpa(cpu, rip) : MODEL_NO_HPA);
}

/* A page fault comes here after CR2 has been written; one that exits never does. */
static void on_exception(unsigned int cpu, unsigned int vector, unsigned int error)
{
	if (!core[cpu].fed || vector != VECTOR_PF)
		return;
	feed_page_fault(cpu, bochs_control(cpu, BOCHS_CR2), error, false);
}

/* Events that were injected by a VM entry, too. */
static void on_interrupt(unsigned int cpu, unsigned int vector)
{
	(void)vector;
	if (core[cpu].fed)
		models_exception(cpu);
}

static void on_hardware_interrupt(unsigned int cpu, unsigned int vector, uint16_t cs, uint64_t rip)
{
	struct core *c = &core[cpu];

	(void)vector;
	(void)cs;
	if (c->guest || !c->fed)
		return;
	c->interrupted = true;
	c->interrupted_rip = rip;
	c->interrupted_rsp = bochs_register(cpu, BOCHS_RSP);
	core_feed(cpu, false);
}

static void on_far_branch(unsigned int cpu, unsigned int kind, uint16_t old_cs, uint64_t old_rip,
			  uint16_t cs, uint64_t rip)
{
	struct core *c = &core[cpu];

	(void)old_cs;
	(void)old_rip;
	(void)cs;
	if (!c->interrupted || kind != BOCHS_IS_IRET || rip != c->interrupted_rip ||
	    bochs_register(cpu, BOCHS_RSP) != c->interrupted_rsp)
		return;
	c->interrupted = false;
	core_feed(cpu, true);
}

void feed_functions(void (*functions[BOCHS_NR_SLOTS])(void))
{
	functions[BOCHS_VMEXIT] = (void (*)(void))on_vmexit;
	functions[BOCHS_TLB_CNTRL] = (void (*)(void))on_tlb_control;
	functions[BOCHS_LIN_ACCESS] = (void (*)(void))on_access;
	functions[BOCHS_PHY_ACCESS] = (void (*)(void))on_physical_access;
	functions[BOCHS_BEFORE_EXECUTION] = (void (*)(void))on_instruction;
	functions[BOCHS_REPEAT_ITERATION] = (void (*)(void))string_iteration;
	functions[BOCHS_EXCEPTION] = (void (*)(void))on_exception;
	functions[BOCHS_INTERRUPT] = (void (*)(void))on_interrupt;
	functions[BOCHS_HWINTERRUPT] = (void (*)(void))on_hardware_interrupt;
	functions[BOCHS_FAR_BRANCH] = (void (*)(void))on_far_branch;
}

bool feed_start(void)
{
	struct model_context contexts[BOCHS_MAX_CPUS];
	unsigned int cpu;

	for (cpu = 0; cpu < bochs_cpus(); cpu++) {
		core[cpu] = (struct core){ .line = NO_LINE };
		forget_fetches(&core[cpu]);
		core_controls(cpu);
		core_context(cpu, &contexts[cpu]);
	}
	started = models_start(bochs_cpus(), contexts);
	bochs_watch(started);
	return started;
}

void feed_request(void)
{
	unsigned int cpu;

	if (!started)
		return;
	for (cpu = 0; cpu < bochs_cpus(); cpu++) {
		struct core *c = &core[cpu];

		if (c->guest)
			continue;
		core_feed(cpu, false);
		c->interrupted = false;
		c->switched = false;
		if (c->marked)
			models_take_back(cpu);
		c->marked = false;
	}
}

void feed_stop(void)
{
	bochs_watch(false);
	started = false;
}

bool feed_in_guest(unsigned int cpu)
{
	return in_guest[cpu];
}
