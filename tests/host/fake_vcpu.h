/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A vCPU for the tests of hv/vcpu.c, event.c, vmx/inject.c and vmx/flush.c: the VMX
 * functions around it are a script, the backend answers what a test tells it to, and
 * both note what they were asked.
 */
#ifndef FAKE_VCPU_H
#define FAKE_VCPU_H

#include "report.h"
#include "vmx/capability.h"
#include "vmx/insn.h"
#include "vmx/vmx.h"

#define FAKE_PAGES 3 /* ops->pages and nodes */
#define FAKE_NODES 5
#define FAKE_VPID 7
#define FAKE_MAX_FLUSHES 8

/* An INVEPT or INVVPID that was executed. */
struct fake_flush {
	bool is_invept;
	u32 type;
	u64 id, gva; /* EPTP or VPID */
};

struct fake {
	struct hv_vcpu vcpu;
	struct hvbench_control control;
	struct hv_memory memory;
	u32 knob[HVBENCH_NR_KNOBS];

	/* The backend: what it answers, what it was asked. */
	enum hv_verdict verdict, wrote_verdict, cannot_verdict;
	struct hv_answer answer;
	u32 refusals; /* so many calls are answered HV_NEED_POOL first */
	int create_error, set_rights_error;
	bool created;
	u32 faults, loads, invlpgs, invpcids, wrotes, cannots, rights_calls;
	struct hv_paging loaded; /* the last new registers */
	struct hv_paging before; /* mmu->paging at that time */
	u64 wrote_gpa, rights_gfn;
	u32 wrote_bytes, rights_frames, reach_access;
	u64 reach_hpa; /* of all linear addresses */

	/* The CPU. */
	bool refuse_invept[3], refuse_invvpid[3]; /* by type */
	struct fake_flush flush[FAKE_MAX_FLUSHES];
	u32 nr_flushes;

	/* The VMX functions. */
	int vmx_create_error, dirty_create_error;
	u32 switch_in_errors; /* so many calls of vmx_switch_in() fail */
	bool entry_fails;
	u64 exit_ticks; /* TSC between exit and next entry */
	enum hv_next (*handle)(struct hv_vcpu *vcpu, u32 exit);
	u32 exit_reason; /* of each exit */
	u32 entries, descriptions, switches, starts, flushes_pending;
	bool dirty, has_cpu, vmx_created;
};

extern struct fake fake;

/* All zero, memory of 2 chunks, a vCPU that was created with these knobs. */
void fake_open(void);
/* The same up to hv_vcpu_create(). */
void fake_prepare(void);
void fake_close(void);
/* fake_open(), and HVBENCH_SET_START. */
void fake_open_started(void);

u64 fake_count(enum hvbench_counter counter);
/* The sum of all counters, so that a test can say "and nothing else". */
u64 fake_count_all(void);
/* No more flushes were executed than these; forgets them. */
bool fake_flushed(const struct fake_flush *want, u32 nr);
/* Forgets counters, flushes and what was asked. */
void fake_forget(void);

#endif
