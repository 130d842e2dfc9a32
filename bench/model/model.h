/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A modelled CPU: TLBs, paging-structure caches, nested TLB and data caches of a CPU
 * description, fed by what a CPU does. It gets every access, instruction, flush and
 * VM transition, and walks the page tables in memory by itself. It counts (counts.h);
 * what that costs is computed elsewhere (cost.h).
 *
 * What the caches may hold, and what each event removes, is as SDM 3A 4.10 and 3C 29.4
 * (volume 326019-082, 28.3 and 28.4 in older ones) have it: linear, guest-physical and
 * combined mappings under their tags. The model removes just what must go, so it keeps
 * what hardware may keep at most.
 *
 * Pure C: no I/O, no clock, no dependency. Not for several threads at once.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "counts.h"
#include "description.h"

/* Reads the 8 bytes at a host-physical address; false where there is no memory. */
struct model_memory {
	bool (*read)(void *opaque, uint64_t hpa, uint64_t *value);
	void *opaque;
};

/* What a translation depends on. */
struct model_context {
	bool guest; /* in VMX non-root operation */
	bool pcid; /* CR4.PCIDE */
	unsigned int levels; /* of the tables that CR3 names: 4, 5 with CR4.LA57; 0: CR0.PG is 0 */
	uint16_t vpid; /* 0 in the host, and where VPIDs are off */
	uint64_t cr3; /* with the PCID in bits 11:0 where pcid */
	uint64_t eptp; /* 0: EPT is off */
};

#define MODEL_NO_GPA UINT64_MAX
#define MODEL_NO_HPA UINT64_MAX

enum model_access { MODEL_LOAD, MODEL_STORE, MODEL_FETCH };

enum model_flush_kind {
	MODEL_FLUSH_INVLPG, /* address */
	MODEL_FLUSH_INVPCID, /* type 0 to 3 as the instruction's, pcid, address */
	MODEL_FLUSH_MOV_CR3, /* value: the new CR3 with bit 63 as it was written */
	MODEL_FLUSH_CR0, /* value, changed; PG or WP was changed */
	MODEL_FLUSH_CR4, /* value, changed; PGE, PAE, PCIDE, SMEP or LA57 was changed */
	MODEL_FLUSH_INVVPID, /* type, vpid, address */
	MODEL_FLUSH_INVEPT, /* type 1 (value: the EPTP) or 2 */
};

struct model_flush {
	enum model_flush_kind kind;
	unsigned int type;
	uint16_t vpid, pcid;
	uint64_t address, value;
	uint64_t changed; /* bits of CR0 or CR4 that differ from before; ~0: not known */
};

/* An access that causes a page fault or an EPT violation. */
struct model_fault {
	enum model_access access;
	bool user; /* at CPL 3 */
	bool reserved; /* a page fault because of a reserved bit */
	bool exits; /* a page fault that is a VM exit */
	uint64_t address;
	uint64_t gpa; /* of an EPT violation; of a page fault MODEL_NO_GPA */
};

/* Something cached that the architecture forbids to be there still. */
struct model_stale {
	unsigned int core;
	struct model_context context;
	enum model_access access;
	uint64_t address; /* linear */
	/*
	 * Host-physical pages. What is cached leads to the first, MODEL_NO_HPA: to no page. The
	 * access went to the second, MODEL_NO_HPA: it faulted.
	 */
	uint64_t cached, used;
};

struct model;

/*
 * nr_cores CPUs of one description with one L3. With native the model knows only the
 * guest and gives it a machine of its own, see MODEL_NATIVE. NULL: no memory.
 */
struct model *model_new(const struct model_cpu *cpu, unsigned int nr_cores, bool native,
			const struct model_memory *memory);
void model_free(struct model *model);
/* All empty, as a CPU after reset; the counts go on. */
void model_reset(struct model *model);

/* The context that the core is in, where no other call tells: at the begin. */
void model_set_context(struct model *model, unsigned int core, const struct model_context *to);
/* VM exit: from here the host runs. vpid: the execution control "enable VPID" of the guest. */
void model_exit(struct model *model, unsigned int core, bool vpid,
		const struct model_context *host);
/* page_fault: the VM entry delivers one to the guest. */
void model_enter(struct model *model, unsigned int core, bool vpid,
		 const struct model_context *guest, bool page_fault);

void model_instructions(struct model *model, unsigned int core, uint64_t nr);
/* Iterations of REP string instructions after their first; their accesses come as well. */
void model_repeats(struct model *model, unsigned int core, uint64_t nr);
/*
 * An instruction fetch from the 64-byte line of rip, another than that of the last call.
 * hpa: where it went, or MODEL_NO_HPA, which says that it is not known.
 */
void model_fetch(struct model *model, unsigned int core, uint64_t rip, uint64_t hpa);
/*
 * A load or store of bytes at a linear address, within one page, that did not fault. hpa
 * is where it went.
 */
void model_access(struct model *model, unsigned int core, enum model_access access,
		  uint64_t address, uint64_t hpa, unsigned int bytes);
void model_fault(struct model *model, unsigned int core, const struct model_fault *fault);
/* The CPU set accessed or dirty bits. */
void model_assist(struct model *model, unsigned int core, unsigned int nr);
/* An exception was delivered without a VM exit. */
void model_exception(struct model *model, unsigned int core);
/* After the instruction; a MOV to CR3 changes the context as well. */
void model_flush(struct model *model, unsigned int core, const struct model_flush *flush);

/*
 * While it is paused, nothing that the core does is counted; flushes and VM transitions
 * have their effects all the same. Accesses, fetches and instructions do not come then.
 */
void model_pause(struct model *model, unsigned int core, bool paused);
/* What the core counts from here on may be taken back, by model_take_back(). */
void model_mark(struct model *model, unsigned int core);
void model_take_back(struct model *model, unsigned int core);

/* Adds to *counts: guest and host, or only native; of all cores. */
void model_read(const struct model *model, struct model_counts *counts);
/* The first stale_found since model_reset(); false: none. */
bool model_first_stale(const struct model *model, struct model_stale *stale);

#endif
