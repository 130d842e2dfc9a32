/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What the module offers to the tool: /dev/hvbench and the VM files made
 * from it. The guest's side of the house is guest.h.
 *
 * open("/dev/hvbench") gives a control file; HVBENCH_CREATE_VM on it gives a
 * VM file with one vCPU. A touch of its memory for which the host has no page is
 * SIGBUS. The VM lives until the last reference to its file
 * (descriptor or mapping) is gone. Every ioctl checks its whole argument
 * before it changes anything: -EINVAL leaves all as it was.
 */
#ifndef HVBENCH_UAPI_HVBENCH_H
#define HVBENCH_UAPI_HVBENCH_H

#include <linux/ioctl.h>
#include <linux/types.h>

#include "counters.h"
#include "exits.h"
#include "guest.h"
#include "knobs.h"

#define HVBENCH_DEVICE "/dev/hvbench"
#define HVBENCH_UAPI_VERSION 4

enum hvbench_mmu { HVBENCH_MMU_EPT, HVBENCH_MMU_SPT, HVBENCH_NR_MMUS };

/* What the CPU offers, as the module read it. */
#define HVBENCH_CAP_EPT (1u << 0)
#define HVBENCH_CAP_EPT_2M (1u << 1)
#define HVBENCH_CAP_EPT_1G (1u << 2)
#define HVBENCH_CAP_EPT_AD (1u << 3)
#define HVBENCH_CAP_EPT_EXEC_ONLY (1u << 4)
#define HVBENCH_CAP_VPID (1u << 5)
#define HVBENCH_CAP_PML (1u << 6)
#define HVBENCH_CAP_UNRESTRICTED (1u << 7)
#define HVBENCH_CAP_PCID (1u << 8)
#define HVBENCH_CAP_INVPCID (1u << 9)
#define HVBENCH_CAP_SMEP (1u << 10)
#define HVBENCH_CAP_SMAP (1u << 11)
#define HVBENCH_CAP_LA57 (1u << 12)
#define HVBENCH_CAP_PERF_SPLIT (1u << 13)
/* An erratum, guarded against: no large EPT leaf is executable (CVE-2018-12207). */
#define HVBENCH_CAP_ITLB_MULTIHIT (1u << 14)

/* X(ID, "name", "what was shown when the module was loaded") */
#define HVBENCH_SELFTESTS(X) \
	X(ENTRY, "entry", "a guest runs; what it writes and flushes is what it sees") \
	X(MIGRATION, "migration", "the same after a move to each CPU and back") \
	X(INTERRUPT, "interrupt_exit", "an interrupt exits where the guest has interrupts off") \
	X(TIMER, "preemption_timer", "the VMX-preemption timer counts with the TSC") \
	X(MARKER, "reserved_bit", "a reserved address bit in a page table is a page fault") \
	X(INVVPID, "invvpid_addr", "INVVPID by address drops what was cached") \
	X(DIRTY, "ept_dirty", "the EPT's dirty bits tell what was written") \
	X(PML, "pml_index", "the page-modification log tells it too")

enum hvbench_selftest {
#define HVBENCH_SELFTEST_ENUM(id, name, help) HVBENCH_SELFTEST_##id,
	HVBENCH_SELFTESTS(HVBENCH_SELFTEST_ENUM)
#undef HVBENCH_SELFTEST_ENUM
		HVBENCH_NR_SELFTESTS
};

/* What mitigations=host does on this machine. */
#define HVBENCH_MITIGATION_L1D_COND (1u << 0)
#define HVBENCH_MITIGATION_L1D_ALWAYS (1u << 1)
#define HVBENCH_MITIGATION_VERW (1u << 2)
#define HVBENCH_MITIGATION_IBPB (1u << 3)
#define HVBENCH_MITIGATION_IBRS (1u << 4)
#define HVBENCH_MITIGATION_IBPB_USER (1u << 5)

struct hvbench_info {
	__u32 version; /* HVBENCH_UAPI_VERSION */
	__u32 capabilities; /* HVBENCH_CAP_* */
	__u32 physical_address_bits;
	__u32 vmx_revision;
	__u64 ept_vpid_cap; /* IA32_VMX_EPT_VPID_CAP, raw */
	__u64 vmx_basic; /* IA32_VMX_BASIC, raw */
	__u32 live_vms;
	__u32 mitigations; /* HVBENCH_MITIGATION_* */
	__u32 selftest_done; /* bits by enum hvbench_selftest */
	__u32 selftest_passed;
	__u32 reserved[4];
};

/* Guest memory is one range from guest-physical 0; whole 2M units. */
#define HVBENCH_MEMORY_UNIT (2ull << 20)
#define HVBENCH_MEMORY_MAX (1ull << 40)

struct hvbench_config {
	__u32 version; /* in: HVBENCH_UAPI_VERSION */
	__u32 mmu; /* in: enum hvbench_mmu */
	__u64 memory_bytes; /* in: a multiple of HVBENCH_MEMORY_UNIT */
	__u32 knob[HVBENCH_MAX_KNOBS]; /* in: by enum hvbench_knob, rest 0 */
	/*
	 * in: for backing=1g the address of memory_bytes of the caller's memory,
	 * made of 1G pages, which the VM pins; else 0.
	 */
	__u64 memory_address;
	__u32 reserved[2]; /* in: 0 */
	char refusal[192]; /* out: why, when the call fails */
};

/* Where the vCPU starts: 64-bit mode, flat segments, see guest.h. */
struct hvbench_start {
	__u64 rip;
	__u64 cr3;
	__u64 rdi;
	__u64 reserved;
};

#define HVBENCH_GET_INFO _IOR(0xBC, 0, struct hvbench_info)
#define HVBENCH_CREATE_VM _IOWR(0xBC, 1, struct hvbench_config)
#define HVBENCH_SET_START _IOW(0xBC, 2, struct hvbench_start)
/*
 * Runs the guest until it needs the tool; the answer is in struct
 * hvbench_run. The argument is 0, else -EINVAL. -EINTR: a signal is pending, call again. -EIO: this
 * run has ended before, or has no start yet. -EBUSY: another thread is in HVBENCH_RUN.
 * While VMX is off on a CPU (the system suspends), this and what else needs it, SET_START
 * and LOG, wait for it; a signal ends the wait: -EINTR.
 */
#define HVBENCH_RUN _IO(0xBC, 3)

/*
 * Which pages the guest may read, write and execute (EPT alone): an access that
 * is forbidden ends the run with FORBIDDEN. Rights are HVBENCH_MAY_* bits; a
 * combination that the CPU can't express is -EOPNOTSUPP, and every one under
 * shadow paging. -EBUSY during HVBENCH_RUN; -ENOMEM and -EINTR leave it done in
 * part. With ept.ad=on the CPU's own walk of a guest table counts as a write of it.
 */
#define HVBENCH_MAY_READ 1u
#define HVBENCH_MAY_WRITE 2u
#define HVBENCH_MAY_EXECUTE 4u

struct hvbench_rights {
	__u64 gpa, bytes; /* in: whole 4K pages */
	__u32 rights; /* in */
	__u32 reserved; /* in: 0 */
};

#define HVBENCH_SET_RIGHTS _IOW(0xBC, 4, struct hvbench_rights)

/*
 * Dirty logging from outside (the guest can do the same by doorbells, see
 * guest.h). COLLECT writes bitmaps of guest frames, one bit each from frame 0
 * on, to the addresses that are not 0; what can't be written there stays for the
 * next look. -EINVAL where the knob log is off; -EBUSY during HVBENCH_RUN; -EINTR
 * leaves it done in part.
 */
enum hvbench_log_action {
	HVBENCH_LOG_START,
	HVBENCH_LOG_COLLECT,
	HVBENCH_LOG_STOP,
};

struct hvbench_log_request {
	__u32 action; /* in: enum hvbench_log_action */
	__u32 reserved; /* in: 0 */
	__u64 written, touched; /* in: addresses for COLLECT, else 0 */
	__u64 nr_written; /* out */
};

#define HVBENCH_LOG _IOWR(0xBC, 5, struct hvbench_log_request)

/* Why HVBENCH_RUN came back. */
enum hvbench_run_exit {
	HVBENCH_RUN_NONE, /* it did not run yet, or was interrupted */
	HVBENCH_RUN_DOORBELL, /* the guest rang: doorbell holds the value */
	HVBENCH_RUN_ENDED, /* the guest can't go on: end says why */
};

/* X(NAME, "a sentence") */
#define HVBENCH_ENDS(X)                                                                   \
	X(NONE, "the guest can go on")                                                    \
	X(TRIPLE_FAULT, "the guest triple-faulted")                                       \
	X(FORBIDDEN, "the guest made an access that HVBENCH_SET_RIGHTS forbids")          \
	X(NO_MEMORY, "the guest touched a guest-physical address that has no memory")     \
	X(BAD_PORT, "the guest used an I/O port or width that does not exist")            \
	X(BAD_INSTRUCTION,                                                                \
	  "the guest executed an instruction that this hypervisor does not offer")        \
	X(BAD_STATE, "the guest brought its control registers into an unsupported state") \
	X(HOST_MEMORY, "the host has no memory left for this guest")                      \
	X(ENTRY_FAILED, "VM entry failed")                                                \
	X(FLUSH_FAILED,                                                                   \
	  "the CPU refused to flush its TLB (INVEPT or INVVPID failed, see dmesg)")       \
	X(SPLIT_LOCK,                                                                     \
	  "the guest's locked access crosses two cache lines, which the host's split "    \
	  "lock detection forbids: boot the host with split_lock_detect=off")             \
	X(EPT_MISCONFIG, "an EPT entry was malformed: a bug of the hypervisor")           \
	X(INTERNAL, "the hypervisor met a state that it does not know: a bug")

enum hvbench_end {
#define HVBENCH_END_ENUM(name, text) HVBENCH_END_##name,
	HVBENCH_ENDS(HVBENCH_END_ENUM)
#undef HVBENCH_END_ENUM
		HVBENCH_NR_ENDS
};

struct hvbench_run {
	__u32 exit; /* enum hvbench_run_exit */
	__u32 end; /* enum hvbench_end */
	__u32 doorbell; /* the value written to HVBENCH_PORT_DOORBELL */
	__u32 exit_reason; /* raw VM-exit reason of the last exit */
	__u64 exit_qualification; /* where exit_reason has one */
	__u64 gpa; /* the address, for NO_MEMORY, FORBIDDEN and EPT_MISCONFIG */
	__u64 gva; /* the address of the last page fault, if any */
	__u64 rip, rsp, rflags, cr0, cr2, cr3, cr4; /* the guest's own view */
	__u64 entry_error; /* VM-instruction error, for ENTRY_FAILED */
	__u64 reserved[4];
};

/*
 * Time outside the guest as a log2 histogram: bucket b counts exits whose
 * handling took 2^b <= tsc < 2^(b+1).
 */
#define HVBENCH_HISTOGRAM_BUCKETS 32

struct hvbench_stats {
	__u64 counter[HVBENCH_NR_COUNTERS];
	__u64 exits[HVBENCH_NR_EXIT_REASONS];
	__u64 outside_tsc[HVBENCH_NR_EXIT_REASONS];
	__u64 outside_histogram[HVBENCH_NR_EXIT_REASONS][HVBENCH_HISTOGRAM_BUCKETS];
};

/* What mmap(VM file, HVBENCH_MMAP_CONTROL) shows, read-only. */
struct hvbench_control {
	struct hvbench_run run;
	struct hvbench_stats stats;
};

/* Offsets for mmap on a VM file. */
#define HVBENCH_MMAP_MEMORY 0ull
#define HVBENCH_MMAP_CONTROL (1ull << 44)
#define HVBENCH_CONTROL_BYTES ((sizeof(struct hvbench_control) + 4095ull) & ~4095ull)

#endif
