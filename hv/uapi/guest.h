/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The contract between a guest and whatever runs it (our module, KVM, or the
 * emulator of a test): where the image lies, how it starts, which ports and
 * hypercalls exist. Nothing here tells a guest which MMU it runs on.
 *
 * Start: 64-bit mode at the ELF entry, CPL 0, interrupts off, flat segments,
 * CR0 = PE|ET|NE|WP|PG, CR4 = PAE (and LA57 for a guest on 5-level paging), EFER
 * = LME|LMA|NXE, CR3 = hvbench_guest_info.cr3 (or cr3_la57), RDI = HVBENCH_PARAMS_GPA, other
 * registers 0. Guests have no FPU, no interrupts and no devices but the two ports.
 */
#ifndef HVBENCH_UAPI_GUEST_H
#define HVBENCH_UAPI_GUEST_H

#include <linux/types.h>

#define HVBENCH_GUEST_ABI 3

/* Layout of guest-physical memory; the rest is the guest's to use. */
#define HVBENCH_PARAMS_GPA 0x1000ull /* struct hvbench_guest_params */
#define HVBENCH_MAILBOX_GPA 0x2000ull /* struct hvbench_mailbox */
#define HVBENCH_IMAGE_GPA 0x200000ull /* lowest address of an image */

/* VMCALL: RAX holds the number, the result comes back in RAX. */
#define HVBENCH_HC_NULL 0x6876ull /* returns at once; not 0 under KVM */

/*
 * Ports. A 32-bit OUT to the doorbell stops the vCPU for the tool, which
 * reads the mailbox. The null port takes IN and OUT of a byte and is done by
 * the engine at once (IN reads 0). Every other port ends the run.
 */
#define HVBENCH_PORT_DOORBELL 0xb0
#define HVBENCH_PORT_NULL 0xb4

enum hvbench_doorbell {
	HVBENCH_BELL_CONSOLE = 1, /* console_bytes of console[] are to be shown */
	HVBENCH_BELL_PHASE_BEGIN = 2, /* phase_name and phase_condition are set */
	HVBENCH_BELL_PHASE_END = 3, /* ops, tsc_*, asked and tables are set */
	HVBENCH_BELL_EXIT = 4, /* exit_status, and message when not 0 */
	/*
	 * Dirty logging, done by the engine at once; an exit like any other. RAX
	 * becomes 0, or ~0 where the VM was made without a log or a bitmap does not
	 * fit into memory. A VM of more than some GiB may see it exit several times: the
	 * work is done in slices.
	 */
	HVBENCH_BELL_LOG_START = 5,
	/*
	 * RDI: gpa, page aligned, of a bitmap of all guest frames, whose bits are
	 * set for those written since the last look. RSI: the same for those
	 * touched, or 0. Only the log's method ad tells of touches. A bitmap where
	 * the tool forbids the guest to write (HVBENCH_SET_RIGHTS) is an access that is
	 * forbidden: it ends the run.
	 */
	HVBENCH_BELL_LOG_COLLECT = 6,
	HVBENCH_BELL_LOG_STOP = 7,
};

/*
 * X(NAME, "name", "meaning"): what a phase measures. A guest says it where the
 * phase begins, and the report compares phases of one condition only.
 */
#define HVBENCH_CONDITIONS(X) \
	X(SETUP, "setup", "what has to be there before the workload's own work can begin") \
	X(COLD, "cold", "first touch of pages: a backend that has not filled its tables for them fills them") \
	X(WARM, "warm", "all tables are complete, and nothing changes") \
	X(CHANGE, "change", "the guest edits or switches its page tables, or starts a log") \
	X(EXIT, "exit", "the price of a VM exit, without any memory work")

enum hvbench_condition {
	HVBENCH_CONDITION_NONE, /* none was declared: an error */
#define HVBENCH_CONDITION_ENUM(name, text, meaning) HVBENCH_CONDITION_##name,
	HVBENCH_CONDITIONS(HVBENCH_CONDITION_ENUM)
#undef HVBENCH_CONDITION_ENUM
	HVBENCH_NR_CONDITIONS
};

#define HVBENCH_PARAMS_MAGIC 0x73746e6367627668ull
#define HVBENCH_INFO_MAGIC 0x6f666e6967627668ull
#define HVBENCH_MAX_PARAMS 12
#define HVBENCH_NAME_BYTES 32

/* Written by the tool before the start. values[] follows info.params[]. */
struct hvbench_guest_params {
	__u64 magic;
	__u32 abi;
	__u32 nr_values;
	__u64 memory_bytes; /* guest memory is [0, memory_bytes) */
	__u64 image_end; /* first gpa after the image, page aligned */
	__u64 values[HVBENCH_MAX_PARAMS];
};

/* TLB flushes that the guest executed itself, since its start. */
struct hvbench_asked {
	__u64 cr3; /* MOV to CR3 */
	__u64 invlpg;
	__u64 invpcid;
	__u64 cr4; /* changes of CR4.PGE and the like */
};

/* The tool reads it on every doorbell; the guest owns it otherwise. */
struct hvbench_mailbox {
	char phase_name[HVBENCH_NAME_BYTES];
	__u64 ops; /* operations in the phase just ended */
	__u64 tsc_begin; /* RDTSC right after PHASE_BEGIN returned */
	__u64 tsc_end; /* RDTSC right before PHASE_END */
	struct hvbench_asked asked; /* totals at the end of the phase */
	struct hvbench_asked asked_begin; /* totals at its begin */
	__u64 table_bytes; /* memory of the guest's own page tables, now */
	__u64 guest_faults; /* page faults that the guest handled, in the phase */
	__u32 phase_condition; /* enum hvbench_condition */
	__u32 exit_status; /* 0: all checks passed */
	__u32 console_bytes;
	char message[160]; /* why exit_status is not 0 */
	char console[2048];
};

/*
 * The section .hvbench.info of a guest's ELF file: what the tool knows of a
 * workload, read from the file without running it.
 */
struct hvbench_guest_param_info {
	char name[HVBENCH_NAME_BYTES];
	char help[96];
	__u64 def, min, max;
};

struct hvbench_guest_info {
	__u64 magic; /* HVBENCH_INFO_MAGIC */
	__u32 abi; /* HVBENCH_GUEST_ABI */
	__u32 nr_params;
	__u64 cr3; /* gpa of the initial PML4, part of the image */
	__u64 cr3_la57; /* gpa of the initial PML5, part of the image */
	__u64 min_memory_bytes; /* what the default parameters need */
	char name[HVBENCH_NAME_BYTES]; /* name of the workload */
	char summary[96]; /* one line for `hvbench list` */
	char stands_for[256]; /* the memory behaviour of real software it stands for */
	struct hvbench_guest_param_info params[HVBENCH_MAX_PARAMS];
};

#endif
