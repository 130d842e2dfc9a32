/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contract between the hypervisor and an MMU backend (ept/, spt/).
 *
 * Events in, decisions out: the vCPU loop turns a VM exit into an event in
 * paging terms, the backend answers with a verdict, and the loop counts it.
 * Controls are data: the backend fills struct hv_controls and only hv/vmx/
 * writes the VMCS. Flushes are requests: a backend notes in struct hv_flush
 * what the TLB must forget; one function at VM entry merges, executes, counts.
 *
 * A backend is chosen per VM and called by one thread at a time: the one that is in
 * an ioctl with vcpu->run_lock, or that makes or ends the VM. create, destroy and
 * set_rights may sleep. All else is called with interrupts off, by the run loop
 * between two entries, and log by the tool's HVBENCH_LOG too: it does not sleep or
 * allocate (see pool.h), and its work is bounded by mmu->work_limit. An absent page or an
 * empty pool is an answer, not an error: the loop mends it and lets the guest
 * run into the same event again, so a backend that answers so must not have
 * changed anything that the guest or a counter can see. Where the limit is reached
 * before the work is done the answer is HV_AGAIN, or the guest is let run into
 * a new fault; what was done stays done.
 */
#ifndef HV_MMU_H
#define HV_MMU_H

#include "shim.h"
#include "memory.h"
#include "pool.h"
#include "uapi/counters.h"
#include "uapi/knobs.h"

struct hv_mmu;

/*
 * The guest's own view of the registers that rule paging (SDM 3A, 4.1). cr3
 * holds the PCID in its low 12 bits while CR4.PCIDE is on; bit 63 of a MOV to
 * CR3 ("flush nothing") is no part of it.
 */
struct hv_paging {
	u64 cr0, cr3, cr4, efer;
};

#define HV_CR0_PE BIT_ULL(0)
#define HV_CR0_MP BIT_ULL(1)
#define HV_CR0_TS BIT_ULL(3)
#define HV_CR0_ET BIT_ULL(4)
#define HV_CR0_NE BIT_ULL(5)
#define HV_CR0_WP BIT_ULL(16)
#define HV_CR0_AM BIT_ULL(18)
#define HV_CR0_NW BIT_ULL(29)
#define HV_CR0_CD BIT_ULL(30)
#define HV_CR0_PG BIT_ULL(31)
#define HV_CR4_PSE BIT_ULL(4)
#define HV_CR4_PAE BIT_ULL(5)
#define HV_CR4_MCE BIT_ULL(6)
#define HV_CR4_PGE BIT_ULL(7)
#define HV_CR4_LA57 BIT_ULL(12) /* fixed for a VM's life: a guest never leaves 64-bit mode */
#define HV_CR4_PCIDE BIT_ULL(17)
#define HV_CR4_SMEP BIT_ULL(20)
#define HV_CR4_SMAP BIT_ULL(21)
#define HV_EFER_LME BIT_ULL(8)
#define HV_EFER_LMA BIT_ULL(10)
#define HV_EFER_NXE BIT_ULL(11)

/* What an access wants, and the page-fault error code (SDM 3A, 4.7). */
#define HV_PF_PRESENT BIT(0)
#define HV_PF_WRITE BIT(1)
#define HV_PF_USER BIT(2)
#define HV_PF_RSVD BIT(3)
#define HV_PF_FETCH BIT(4)
#define HV_PF_ACCESS (HV_PF_WRITE | HV_PF_USER | HV_PF_FETCH)
/*
 * Of an access, in no error code: a supervisor's explicit one with RFLAGS.AC = 1,
 * which SMAP lets through (SDM 3A, 4.6.1).
 */
#define HV_ACCESS_AC BIT(31)

enum hv_fault_space {
	HV_FAULT_GVA, /* #PF intercepted: gva and access are set */
	HV_FAULT_GPA, /* EPT violation: gpa and access are set */
};

struct hv_fault {
	enum hv_fault_space space;
	u32 access; /* HV_PF_ACCESS bits and HV_ACCESS_AC: what the guest tried */
	u32 error_code; /* GVA: as the CPU pushed it, for the shadow's entries */
	u64 gva;
	u64 gpa;
};

/* What the loop does next. Every verdict has one counter at most. */
enum hv_verdict {
	/* Resume: an entry was written; the access will succeed. (fault_fill) */
	HV_FILLED,
	/* Resume: a guest table's write protection was lifted. (fault_track) */
	HV_TRACKED,
	/* Resume: dirty logging has noted a first write to a page. (fault_log) */
	HV_LOGGED,
	/* Resume: the event is done, or the guest need only try again. */
	HV_DONE,
	/*
	 * The faulting instruction writes to answer->gpa, in guest memory, and
	 * must not do so on the CPU: the loop performs it and calls ops->wrote,
	 * or can't and calls ops->cannot_emulate. (fault_emulate)
	 */
	HV_EMULATE,
	/*
	 * The guest's own fault: inject #PF with answer->{gva,error_code}. A #PF
	 * drops what is cached for its address (SDM 3A, 4.10.4.1), so the backend
	 * has forgotten what it held for it. (fault_guest)
	 */
	HV_GUEST_FAULT,
	/* No host page behind answer->gpa yet: populate, retry. (fault_host) */
	HV_NEED_BACKING,
	/* The pool holds less than ops->pages/nodes: fill it up, retry. */
	HV_NEED_POOL,
	/*
	 * Part of the work is done, and the rest would keep interrupts off for too
	 * long: let the host have its turn, retry. The guest sees nothing of it.
	 */
	HV_AGAIN,
	/* answer->gpa is outside guest memory: a device's, or nobody's. */
	HV_OUTSIDE,
	/* The VM ends: the access is one that the tool has forbidden (answer->gpa). */
	HV_FORBIDDEN,
	/* The VM ends: an instruction must be emulated and can't be. */
	HV_UNSUPPORTED,
	/* The backend met what cannot be; the VM ends. */
	HV_BROKEN,
};

struct hv_answer {
	u64 gva; /* HV_GUEST_FAULT: for CR2 */
	u64 gpa; /* HV_NEED_BACKING, HV_OUTSIDE, HV_EMULATE, HV_FORBIDDEN */
	u32 error_code; /* HV_GUEST_FAULT */
};

/*
 * What hv/vmx/ programs. The backend sets it in create and later changes what
 * it must, then sets changed (or root_changed, for a root that is not nested).
 */
struct hv_controls {
	u64 root_hpa; /* of the EPT PML4, or of the table that CR3 names */
	bool nested; /* root_hpa is an EPT root; CR3 is the guest's own */
	bool ept_ad; /* EPT A/D bits on */
	bool pml; /* page-modification logging on */
	bool trap_cr3; /* MOV to and from CR3 exit */
	bool trap_invlpg; /* and INVPCID */
	/* #PF exits only where its error code has P set: the others are the guest's. */
	bool filter_not_present;
	u16 pcid; /* of root_hpa on the CPU, where cr4_force has PCIDE */
	u64 cr0_guest_owned; /* bits that the guest changes without an exit */
	u64 cr4_guest_owned;
	u64 cr0_force; /* bits that are 1 on the CPU whatever the guest says */
	u64 cr4_force;
	u64 cr4_pass; /* bits that are on the CPU what the guest says */
	u64 efer_force;
	u32 exception_bitmap; /* of the backend; hv/vmx/ adds its own */
	bool changed; /* anything */
	bool root_changed; /* root_hpa or pcid alone: the hot part of a switch of spaces */
};

/* Flushes asked for and not yet executed; see hv/vmx/flush.c. */
struct hv_flush {
	bool context; /* all linear and combined mappings of this VM, for all PCIDs */
	bool root; /* all mappings made from this EPT root */
	bool address; /* those of gva, for all PCIDs; context makes it needless */
	u64 gva;
};

enum hv_log_action {
	HV_LOG_START, /* from now on writes (and touches) are caught */
	HV_LOG_COLLECT, /* the bits are complete; what comes later is caught anew */
	HV_LOG_STOP, /* back to no cost; bits may be incomplete after it */
};

/* What hv/dirty.c is asked for. */
struct hv_dirty_request {
	bool under_way;
	enum hv_log_action action;
	u64 written, touched;
};

/*
 * Which guest frames were written, and touched, since the last look: a bit each,
 * NULL where the knob log is off. Backends and hv/vmx/ (PML) set bits; hv/dirty.c
 * calls ops->log(HV_LOG_COLLECT), takes the bits and clears them.
 */
struct hv_dirty {
	u64 *written, *touched;
	u64 words; /* of each */
	u32 block; /* words that are done at a time: a page of them, but for tests */
	/* From just before HV_LOG_START to just before HV_LOG_STOP. */
	bool on;
	struct hv_dirty_request request; /* the last one */
	bool fresh; /* no block of it was done yet, not even in part */
	u64 next; /* the word at which it goes on */
	u64 count; /* written frames that it has found */
};

enum hv_invpcid { HV_INVPCID_ADDR, HV_INVPCID_SINGLE, HV_INVPCID_ALL, HV_INVPCID_NON_GLOBAL };

/* What the CPU offers to a backend. */
struct hv_mmu_caps {
	u8 physical_address_bits; /* MAXPHYADDR */
	bool gigabyte_pages; /* CPUID 80000001H:EDX.Page1GB, as the guest sees it */
	bool pcid;
	bool ept_2m, ept_1g, ept_ad, ept_exec_only, pml;
	/*
	 * A fetch that finds a large and a small translation of one address in the
	 * iTLB is a machine check (CVE-2018-12207), and a guest under EPT can bring
	 * that about by its own tables: no large EPT leaf may be executable.
	 */
	bool itlb_multihit;
};

/* What a guest may do with a frame; the values of HVBENCH_MAY_* (uapi/hvbench.h). */
#define HV_MAY_READ 1u
#define HV_MAY_WRITE 2u
#define HV_MAY_EXECUTE 4u

struct hv_mmu_ops {
	const char *name;
	/*
	 * The most that one event may take from the pool; the loop has that
	 * much in stock before it asks.
	 */
	u32 pages, nodes;

	/*
	 * Builds the empty tables and the controls. mmu->{caps,knob,memory,
	 * pool,paging} are set and the pool holds pages and nodes. 0 or -errno
	 * with nothing left behind.
	 */
	int (*create)(struct hv_mmu *mmu);
	/* Gives every page and node back. */
	void (*destroy)(struct hv_mmu *mmu);
	/* The guest met a fault that the backend asked to see. */
	enum hv_verdict (*fault)(struct hv_mmu *mmu, const struct hv_fault *fault,
				 struct hv_answer *answer);
	/*
	 * The guest loads paging registers; the values are architecturally
	 * valid. mmu->paging still holds the old ones and the caller stores
	 * the new ones after a verdict other than HV_NEED_*. Called for a MOV to CR3
	 * of the same value too: that is a flush.
	 */
	enum hv_verdict (*set_paging)(struct hv_mmu *mmu, const struct hv_paging *new,
				      struct hv_answer *answer);
	/* The guest executed INVLPG; gva is canonical. */
	enum hv_verdict (*invlpg)(struct hv_mmu *mmu, u64 gva, struct hv_answer *answer);
	/* The guest executed INVPCID; its operands are valid. NULL: never exits. */
	enum hv_verdict (*invpcid)(struct hv_mmu *mmu, enum hv_invpcid type, u16 pcid, u64 gva,
				   struct hv_answer *answer);

	/* These three serve HV_EMULATE; NULL where that is never answered. */
	/*
	 * The host-physical address that the CPU reaches for gva, or HV_HPA_ABSENT
	 * where it would fault. access: HV_PF_ACCESS bits and HV_ACCESS_AC.
	 */
	u64 (*reach)(struct hv_mmu *mmu, u64 gva, u32 access);
	/*
	 * The hypervisor wrote to guest memory: bytes from gpa on, all in one page,
	 * hold new values. A verdict as of fault; no HV_NEED_*.
	 */
	enum hv_verdict (*wrote)(struct hv_mmu *mmu, u64 gpa, u32 bytes);
	/* It could not: HV_TRACKED if the CPU may do it now, or HV_UNSUPPORTED. */
	enum hv_verdict (*cannot_emulate)(struct hv_mmu *mmu, u64 gpa);

	/*
	 * Dirty logging by the method that the knob log names; mmu->dirty is set.
	 * An action is done by blocks of frames, from 0 to the end; the guest may run
	 * between two of them. gfn and frames are multiples of 512. The caller has
	 * cleared the bits of a block before START, and takes and clears them, if it
	 * does, right after COLLECT. False: the block is not done, call again in
	 * another slice. dirty.fresh tells of the first call for a request. NULL where there is none.
	 */
	bool (*log)(struct hv_mmu *mmu, enum hv_log_action action, u64 gfn, u64 frames);

	/* Does the tool let the guest write to the frame? NULL: to all. */
	bool (*may_write)(const struct hv_mmu *mmu, u64 gfn);

	/*
	 * From now on the guest may use these frames, all of one chunk of guest
	 * memory, by rights (HV_MAY_* bits) alone; what it must not do is
	 * HV_FORBIDDEN. May sleep. 0, -ENOMEM with nothing changed, or -EOPNOTSUPP
	 * where the CPU can't express the combination. NULL where there is none.
	 */
	int (*set_rights)(struct hv_mmu *mmu, u64 gfn, u32 frames, u32 rights);
};

/*
 * Work is counted in units of some 40 instructions. An event that has done so much
 * leaves the rest to another: about a millisecond with interrupts off.
 */
#define HV_WORK_MAX 65536

struct hv_mmu {
	const struct hv_mmu_ops *ops;
	struct hv_mmu_caps caps;
	const u32 *knob; /* by enum hvbench_knob */
	struct hv_memory *memory;
	struct hv_pool *pool;
	u64 *counter; /* by enum hvbench_counter */
	struct hv_paging paging;
	struct hv_controls controls;
	struct hv_flush flush;
	struct hv_dirty dirty;
	u32 work; /* done in this event or slice */
	u32 work_limit; /* HV_WORK_MAX, but for tests */
	void *backend; /* the backend's own state */
};

#define hv_count(mmu, name) ((mmu)->counter[HVBENCH_CNT_##name]++)

static inline void hv_flush_context(struct hv_mmu *mmu)
{
	mmu->flush.context = true;
}

static inline void hv_flush_root(struct hv_mmu *mmu)
{
	mmu->flush.root = true;
}

/*
 * Of several addresses it becomes one flush of the context: as KVM has it, and the
 * fewest by count. It drops more than was asked for; where that costs, docs/method.md
 * says what to think of it.
 */
static inline void hv_flush_addr(struct hv_mmu *mmu, u64 gva)
{
	struct hv_flush *flush = &mmu->flush;

	if (flush->address && flush->gva != gva)
		flush->context = true;
	flush->address = true;
	flush->gva = gva;
}

static inline void hv_dirty_note(u64 *bits, u64 gfn)
{
	bits[gfn / 64] |= BIT_ULL(gfn % 64);
}

/* The same for whole words of frames, or one frame. */
static inline void hv_dirty_note_all(u64 *bits, u64 gfn, u64 frames)
{
	if (frames == 1)
		hv_dirty_note(bits, gfn);
	else
		memset(&bits[gfn / 64], 0xff, frames / 8);
}

static inline bool hv_dirty_is(const u64 *bits, u64 gfn)
{
	return bits[gfn / 64] >> (gfn % 64) & 1;
}

/* The hypervisor wrote to the frame for the guest: no table entry tells of that. */
static inline void hv_dirty_emulated(struct hv_mmu *mmu, u64 gfn)
{
	if (likely(!mmu->dirty.on))
		return;
	hv_dirty_note(mmu->dirty.written, gfn);
	hv_dirty_note(mmu->dirty.touched, gfn);
}

extern const struct hv_mmu_ops ept_mmu_ops;
extern const struct hv_mmu_ops spt_mmu_ops;

#endif
