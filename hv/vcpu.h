/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtual CPU: what the run loop, the event handlers and hv/vmx/ share.
 *
 * Locking: run_lock is held by the one thread in HVBENCH_RUN; everything here
 * is that thread's. The control pages are read by the tool at any time.
 */
#ifndef HV_VCPU_H
#define HV_VCPU_H

#include <linux/mutex.h>
#include <linux/types.h>

#include "mmu.h"
#include "uapi/hvbench.h"
#include "vmx/vmcs.h"

/* The hardware's numbers of the general registers; RSP's slot is entry.S's. */
enum hv_gpr { HV_RAX, HV_RCX, HV_RDX, HV_RBX, HV_RSP, HV_RBP, HV_RSI, HV_RDI, HV_NR_GPRS = 16 };

/*
 * Interrupts exit whatever the guest's RFLAGS.IF says (SDM 3C, 25.6.1), so the
 * host gets its turn when it wants it. Bochs 2.7 forgets that on an entry with
 * IF = 0; this bounds how long the guest then keeps the CPU. It is longer than
 * the host's tick, so that it strikes only where no tick came.
 */
#define HV_SLICE_MS 20

/* What the run loop does after an exit was handled. */
enum hv_next {
	HV_NEXT_ENTER, /* into the guest again, at once */
	HV_NEXT_PREPARE, /* interrupts on, mend what is short, then enter */
	HV_NEXT_TOOL, /* back to user space */
};

/* Which register the guest loads, as far as paging cares. */
enum hv_paging_register {
	HV_LOAD_START,
	HV_LOAD_CR0,
	HV_LOAD_CR3,
	HV_LOAD_CR3_KEEP, /* with bit 63: what is cached for its PCID may stay */
	HV_LOAD_CR4,
	HV_LOAD_EFER,
};

struct hv_event {
	u32 info; /* as in VM_ENTRY_INTR_INFO_FIELD; 0: none */
	u32 error_code;
	u32 instruction_bytes; /* of a software interrupt or exception */
};

/* On whose account an exit goes. */
enum hv_exit_owner {
	HV_EXIT_GUEST, /* vm_exits */
	HV_EXIT_HARNESS, /* harness_exits */
	HV_EXIT_HOST, /* host_exits: an interrupt, an NMI, the end of the guest's time slice */
};

/* Of the tool's thread; VM exit does not bring them back. */
struct hv_host_segments {
	u16 ds, es, fs, gs, ldt;
	u64 fs_base;
};

/* The host-state fields that change from turn to turn, as the VMCS has them. */
struct hv_host_fields {
	u64 cr3, cr4, fs_base;
};

struct hv_vcpu {
	u64 gpr[HV_NR_GPRS];
	u64 entry_slot, view_rsp; /* between vmx_view_begin() and vmx_view_end() */
	u64 cr2;
	u64 kernel_gs_base; /* the guest's, while it is not loaded */

	struct vmx_vmcs vmcs;
	u16 vpid; /* 0: none */
	int flushed_cpu; /* the CPU whose TLB holds nothing stale of ours */
	struct hv_event event; /* to be delivered at the next entry */
	u32 exit_reason; /* of the last exit, raw */
	u64 exit_tsc; /* when it came */
	u64 slice_tsc; /* when the host last had its turn */
	enum hv_exit_owner exit_owner; /* of the last exit */
	bool entered; /* there was an exit to account for */
	bool started; /* HVBENCH_SET_START was called */
	bool start_pending; /* the backend has not heard of the start yet */
	bool ended;
	u64 host_kernel_gs_base, host_debugctl, host_pebs, host_dr7;
	struct hv_host_fields host_fields;
	bool perf_is_split; /* so its VMCS says, see vmx/perf_split.c */
	struct hv_host_segments host_segments;

	u32 mitigations; /* HVBENCH_MITIGATION_*: see vmx/mitigations.c */
	bool l1d_is_stale; /* the host had its turn since the last flush */
	u8 entry; /* VMX_ENTRY_*: how the next entry goes */

	bool paging_loaded; /* at the next entry mmu.paging is newer than the VMCS */
	u64 *pml; /* the page-modification log, NULL without */

	bool need_backing; /* PREPARE must populate backing_gpa */
	u64 backing_gpa;

	struct hv_mmu mmu;
	struct hv_pool pool;
	struct hvbench_control *control; /* shared with the tool, never read back */
	struct hvbench_stats *stats; /* &control->stats */
	struct mutex run_lock;
};

/*
 * With 4-level paging bits 63:47 of a linear address are equal, with 5-level
 * paging bits 63:56 (SDM 1, 3.3.7.1).
 */
static inline bool hv_is_canonical(const struct hv_mmu *mmu, u64 gva)
{
	u32 shift = unlikely(mmu->paging.cr4 & HV_CR4_LA57) ? 7 : 16;

	return (u64)((s64)(gva << shift) >> shift) == gva;
}

/* Guest memory as the guest itself would read it, see access.c. */
struct hv_guest_reader {
	struct hv_mmu *mmu;
	u32 access; /* of a data read: HV_PF_USER and HV_ACCESS_AC */
	bool missed; /* the last read found nothing, at missing */
	u32 missed_access;
	u64 missing;
};

/* The reader of a decoder (decode.h); context is a struct hv_guest_reader. */
bool hv_guest_read(void *context, u64 gva, void *to, u32 bytes, bool fetch);

/* 0 or -errno with nothing left behind. mmu.{ops,knob,memory} are set. */
int hv_vcpu_create(struct hv_vcpu *vcpu);
void hv_vcpu_destroy(struct hv_vcpu *vcpu);

/* The ioctls of the same names, see uapi/hvbench.h. May sleep. */
int hv_vcpu_set_start(struct hv_vcpu *vcpu, const struct hvbench_start *start);
int hv_vcpu_run(struct hv_vcpu *vcpu);
int hv_vcpu_set_rights(struct hv_vcpu *vcpu, const struct hvbench_rights *rights);
int hv_dirty_request(struct hv_vcpu *vcpu, struct hvbench_log_request *request);
/*
 * The guest rang an HVBENCH_BELL_LOG_*. Interrupts off, the VMCS current. *done
 * is true where its instruction is complete.
 */
enum hv_next hv_dirty_bell(struct hv_vcpu *vcpu, u32 bell, bool *done);

/*
 * From the one to the other this CPU is the vCPU's: its VMCS is current,
 * interrupts and preemption are off, and perf is told what it counts. 0, or -EIO
 * with nothing taken where the CPU is not in VMX operation.
 */
int hv_vcpu_take_cpu(struct hv_vcpu *vcpu);
/* The same, and waits while VMX is off: 0 or -EINTR. May sleep. */
int hv_vcpu_wait_for_cpu(struct hv_vcpu *vcpu);
void hv_vcpu_give_cpu(struct hv_vcpu *vcpu);

/* Counts the exit that ends now: the guest is about to be entered. */
void hv_vcpu_account(struct hv_vcpu *vcpu);

/* The same exit took that much longer, after it was counted. */
void hv_vcpu_account_more(struct hv_vcpu *vcpu, u64 tsc);

/* Ends the guest for good; the first reason stays. */
enum hv_next hv_vcpu_end(struct hv_vcpu *vcpu, enum hvbench_end reason);

/*
 * The events of paging: ask the backend, count its verdict, act on it.
 * Interrupts off. *done is true where the guest's instruction is complete
 * and is to be skipped.
 */
enum hv_next hv_event_fault(struct hv_vcpu *vcpu, const struct hv_fault *fault);
enum hv_next hv_event_set_paging(struct hv_vcpu *vcpu, const struct hv_paging *new,
				 enum hv_paging_register which, bool *done);
enum hv_next hv_event_invlpg(struct hv_vcpu *vcpu, u64 gva, bool *done);
enum hv_next hv_event_invpcid(struct hv_vcpu *vcpu, enum hv_invpcid type, u16 pcid, u64 gva,
			      bool *done);

/* CPUID as the guest sees it: features without state of their own. */
void hv_guest_cpuid(struct hv_vcpu *vcpu);

#endif
