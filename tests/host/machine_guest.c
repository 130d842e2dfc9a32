// SPDX-License-Identifier: GPL-2.0
/*
 * The vCPU loop in miniature, the guest's instructions: turns what the CPU
 * meets into the backend's events, obeys the verdicts, and lets the CPU do
 * itself what doesn't exit. See machine.h.
 */
#include "machine_call.h"
#include "dirty.h"

#define PF_VECTOR 14

/* True if the fault goes to the backend, in *fault. */
static bool exits(struct machine *m, const struct oracle_access *access,
		  const struct cpu_result *result, struct hv_fault *fault)
{
	memset(fault, 0, sizeof(*fault));
	if (result->end == CPU_EPT_VIOLATION) {
		fault->space = HV_FAULT_GPA;
		fault->gpa = result->gpa;
		fault->access = result->access & HV_PF_ACCESS;
		return true;
	}
	if (m->hw.nested || !(m->hw.exception_bitmap & BIT(PF_VECTOR)))
		return false;
	if (m->hw.filter_not_present && !(result->error_code & HV_PF_PRESENT))
		return false;
	fault->space = HV_FAULT_GVA;
	fault->gva = access->gva;
	fault->error_code = result->error_code;
	fault->access = (result->error_code & HV_PF_ACCESS) | (access->access & HV_ACCESS_AC);
	return true;
}

static void count_verdict(struct machine *m, enum hv_verdict verdict)
{
	static const int counter[] = {
		[HV_FILLED] = HVBENCH_CNT_fault_fill,
		[HV_TRACKED] = HVBENCH_CNT_fault_track,
		[HV_LOGGED] = HVBENCH_CNT_fault_log,
		[HV_EMULATE] = HVBENCH_CNT_fault_emulate,
		[HV_GUEST_FAULT] = HVBENCH_CNT_fault_guest,
	};

	if (verdict == HV_FILLED || verdict == HV_TRACKED || verdict == HV_LOGGED ||
	    verdict == HV_EMULATE || verdict == HV_GUEST_FAULT)
		m->counter[counter[verdict]]++;
	if (verdict == HV_GUEST_FAULT)
		m->counter[HVBENCH_CNT_inject_pf]++;
}

static enum hv_verdict call_fault(struct machine *m, const struct hv_fault *fault, u64 gva,
				  struct hv_answer *answer)
{
	struct before before;
	enum hv_verdict verdict;

	memset(answer, 0, sizeof(*answer));
	machine_call_begins(m, gva, &before);
	verdict = m->mmu.ops->fault(&m->mmu, fault, answer);
	if (!machine_obey(m, verdict, gva, answer, &before))
		return HV_BROKEN;
	count_verdict(m, verdict);
	return verdict;
}

/* A supervisor's write that no entry can allow alone (SMAP without WP) must be emulated. */
static bool must_emulate(const struct machine *m)
{
	return m->mmu.paging.cr4 & HV_CR4_SMAP && !(m->mmu.paging.cr0 & HV_CR0_WP);
}

/*
 * HV_EMULATE: done by the caller, but for a machine that can't, or not yet.
 * HV_EMULATE: performed; HV_TRACKED: try again; HV_BROKEN: see m->why.
 */
static enum hv_verdict emulate(struct machine *m, const struct oracle_access *access,
			       const struct hv_answer *answer, struct outcome *out)
{
	u64 hpa = hv_memory_hpa(&m->memory, answer->gpa >> HV_PAGE_SHIFT);
	enum hv_verdict verdict = HV_EMULATE;

	if (!m->mmu.ops->reach || !m->mmu.ops->wrote || !m->mmu.ops->cannot_emulate)
		machine_fail(m, "HV_EMULATE without the operations for it");
	else if (!(access->access & HV_PF_WRITE))
		machine_fail(m, "HV_EMULATE for what is no write");
	else if (!HV_HPA_VALID(hpa) || (answer->gpa ^ access->gva) & (HV_PAGE_BYTES - 1))
		machine_fail(m, "HV_EMULATE at gpa %#llx for gva %#llx", answer->gpa, access->gva);
	if (m->failed)
		return HV_BROKEN;
	if (rng_once_in(&m->rng, m->no_emulation)) {
		verdict = m->mmu.ops->cannot_emulate(&m->mmu, answer->gpa);
		if (shim_warnings)
			machine_fail(m, "the backend warned");
		else if (verdict == HV_UNSUPPORTED && must_emulate(m))
			verdict = HV_EMULATE;
		else if (verdict != HV_TRACKED)
			machine_fail(m, "cannot_emulate: verdict %d", verdict);
		if (m->failed)
			return HV_BROKEN;
		count_verdict(m, verdict);
	}
	*out = (struct outcome){
		.kind = OUT_DONE,
		.hpa = hpa | (answer->gpa & (HV_PAGE_BYTES - 1)),
		.emulated = true,
	};
	return verdict;
}

/* What a fault's verdict makes of the access: true if it has ended, or failed. */
static bool ends(struct machine *m, const struct oracle_access *access, enum hv_verdict verdict,
		 const struct hv_answer *answer, struct outcome *out)
{
	switch (verdict) {
	case HV_GUEST_FAULT:
		out->kind = OUT_FAULT;
		out->gva = answer->gva;
		out->error_code = answer->error_code;
		return true;
	case HV_OUTSIDE:
		out->kind = OUT_OUTSIDE;
		out->gpa = answer->gpa;
		return true;
	case HV_EMULATE:
		return emulate(m, access, answer, out) != HV_TRACKED;
	case HV_UNSUPPORTED:
		machine_fail(m, "HV_UNSUPPORTED without HV_EMULATE");
		return true;
	default:
		return m->failed;
	}
}

/* Does the access once. True if it has ended, or failed; else it is to be done again. */
static bool attempt(struct machine *m, const struct oracle_access *access, bool *filled,
		    struct outcome *out)
{
	enum hv_verdict verdict;
	struct hv_answer answer;
	struct cpu_result result;
	struct hv_fault fault;

	if (!machine_enter(m))
		return true;
	cpu_access(m, access, &result);
	if (result.end == CPU_BAD_TABLE) {
		machine_fail(m, "the CPU met a malformed or wild entry in the backend's tables");
		return true;
	}
	if (result.end == CPU_DONE) {
		out->kind = OUT_DONE;
		out->hpa = result.hpa;
		return true;
	}
	if (!exits(m, access, &result, &fault)) {
		out->kind = OUT_FAULT;
		out->gva = access->gva;
		out->error_code = result.error_code;
		return true;
	}
	if (*filled && fault.space == HV_FAULT_GVA) {
		machine_fail(m, "HV_FILLED for %#llx, but the access faulted again", access->gva);
		return true;
	}
	if (m->tried && fault.space == HV_FAULT_GPA && fault.access & HV_PF_WRITE &&
	    fault.gpa >> HV_PAGE_SHIFT < m->memory.nr_frames)
		hv_dirty_note(m->tried, fault.gpa >> HV_PAGE_SHIFT);
	verdict = call_fault(m, &fault, access->gva, &answer);
	m->slices += verdict == HV_AGAIN;
	*filled = verdict == HV_FILLED;
	return ends(m, access, verdict, &answer, out);
}

bool machine_access(struct machine *m, const struct oracle_access *access, struct outcome *out)
{
	bool filled = false;
	int tries;

	memset(out, 0, sizeof(*out));
	for (tries = 0; tries < machine_max_tries(m); tries++) {
		if (attempt(m, access, &filled, out))
			return !m->failed;
	}
	return machine_fail(m, "no end after %d tries of an access to %#llx", tries, access->gva);
}

bool machine_access_both(struct machine *m, const struct oracle_access *first,
			 const struct oracle_access *second, struct outcome *out)
{
	const struct oracle_access *access[] = { first, second };
	int tries, i;

	memset(out, 0, sizeof(*out));
	for (tries = 0; tries < machine_max_tries(m); tries++) {
		for (i = 0; i < 2; i++) {
			bool filled = false;

			if (!attempt(m, access[i], &filled, out))
				break;
			if (m->failed || out->kind != OUT_DONE)
				return !m->failed;
		}
		if (i == 2)
			return true;
	}
	return machine_fail(m, "no end after %d tries of an instruction that touches two pages",
			    tries);
}

bool machine_wrote(struct machine *m, u64 gpa, u32 bytes)
{
	enum hv_verdict verdict;

	hv_dirty_emulated(&m->mmu, gpa >> HV_PAGE_SHIFT);
	verdict = m->mmu.ops->wrote(&m->mmu, gpa, bytes);
	if (shim_warnings)
		return machine_fail(m, "the backend warned");
	if (verdict == HV_FILLED || verdict == HV_TRACKED || verdict == HV_LOGGED ||
	    verdict == HV_DONE)
		return true;
	return machine_fail(m, "wrote ended with verdict %d", verdict);
}

/* ---- registers and flushes ---- */

/* What a load of CR4 that doesn't exit flushes (SDM 3A, 4.10.4.1). */
static void native_cr4(struct machine *m, u64 old, u64 new)
{
	u64 on = new & ~old, off = old & ~new;

	if ((on | off) & HV_CR4_PGE || off & HV_CR4_PCIDE)
		tlb_flush_vpid(m, m->vcpu.vpid);
	else if (on & HV_CR4_SMEP)
		tlb_flush_pcid(m, paging_pcid(&m->mmu.paging));
}

static enum hv_verdict ask_set_paging(struct machine *m, const struct machine_event *event,
				      struct hv_answer *answer)
{
	return m->mmu.ops->set_paging(&m->mmu, event->paging, answer);
}

bool machine_set_paging(struct machine *m, const struct hv_paging *new, enum paging_load load)
{
	const struct hv_controls *hw = &m->hw;
	struct machine_event event = { .paging = new };
	struct hv_paging old = m->mmu.paging;
	u64 cr0 = (old.cr0 ^ new->cr0) & ~hw->cr0_guest_owned;
	u64 cr4 = (old.cr4 ^ new->cr4) & ~hw->cr4_guest_owned;
	enum hv_verdict verdict = HV_DONE;
	struct hv_answer answer;

	if (!machine_enter(m))
		return false;
	if (cr0 || cr4 || old.efer != new->efer || (load != LOAD_OTHER && hw->trap_cr3))
		verdict = machine_event(m, ask_set_paging, &event, &answer);
	if (verdict != HV_DONE)
		return machine_fail(m, "set_paging ended with verdict %d", verdict);
	m->mmu.paging = *new;
	/* The loop has the registers written anew, as hv/event.c does. */
	if (load == LOAD_OTHER)
		m->mmu.controls.changed = true;
	if (hw->nested && cr4)
		hv_flush_context(&m->mmu);
	else if (!cr4)
		native_cr4(m, old.cr4, new->cr4);
	if (load == LOAD_CR3 && !hw->trap_cr3)
		tlb_flush_pcid(m, paging_pcid(new));
	return true;
}

static enum hv_verdict ask_invlpg(struct machine *m, const struct machine_event *event,
				  struct hv_answer *answer)
{
	return m->mmu.ops->invlpg(&m->mmu, event->gva, answer);
}

bool machine_invlpg(struct machine *m, u64 gva)
{
	struct machine_event event = { .gva = gva };
	struct hv_answer answer;
	enum hv_verdict verdict;

	if (!machine_enter(m))
		return false;
	if (!m->hw.trap_invlpg) {
		tlb_invlpg(m, gva);
		return true;
	}
	verdict = machine_event(m, ask_invlpg, &event, &answer);
	return verdict == HV_DONE || machine_fail(m, "invlpg ended with verdict %d", verdict);
}

static enum hv_verdict ask_invpcid(struct machine *m, const struct machine_event *event,
				   struct hv_answer *answer)
{
	return m->mmu.ops->invpcid(&m->mmu, event->type, event->pcid, event->gva, answer);
}

bool machine_invpcid(struct machine *m, enum hv_invpcid type, u16 pcid, u64 gva)
{
	struct machine_event event = { .type = type, .pcid = pcid, .gva = gva };
	struct hv_answer answer;
	enum hv_verdict verdict;

	if (!machine_enter(m))
		return false;
	if (!m->hw.trap_invlpg) {
		tlb_invpcid(m, type, pcid, gva);
		return true;
	}
	if (!m->mmu.ops->invpcid)
		return machine_fail(m, "INVPCID exits, and the backend has no answer");
	verdict = machine_event(m, ask_invpcid, &event, &answer);
	return verdict == HV_DONE || machine_fail(m, "invpcid ended with verdict %d", verdict);
}

/* ---- questions that the tool and the emulator ask ---- */

/*
 * The guest may fetch, fault and flush before it is at its doorbell again; seldom, since
 * what goes over all pages then begins again.
 */
static void event_between_slices(struct machine *m)
{
	struct hv_answer answer;

	if (m->nr_pages)
		m->mmu.ops->invlpg(&m->mmu, m->tlb->page[rng_below(&m->cpu_rng, m->nr_pages)].gva,
				   &answer);
}

bool machine_log(struct machine *m, enum hv_log_action action)
{
	enum hv_verdict verdict;
	struct hv_answer answer;
	int slices = 0;

	/* Between two slices the guest would run into its doorbell again. */
	do {
		if (!machine_enter(m))
			return false;
		machine_exit(m);
		verdict = hv_dirty_step(&m->mmu, action, HV_DIRTY_KEEP, HV_DIRTY_KEEP, &answer);
		if (verdict == HV_AGAIN && slices < 2 && rng_once_in(&m->cpu_rng, 2))
			event_between_slices(m);
		if (shim_warnings)
			return machine_fail(m, "the backend warned");
	} while (verdict == HV_AGAIN && ++slices < MACHINE_MAX_SLICES);
	if (verdict != HV_DONE)
		return machine_fail(m, "the log: verdict %d after %d slices", verdict, slices);
	m->slices += slices;
	return true;
}

bool machine_check_reach(struct machine *m, const struct oracle_access *access)
{
	u64 want, got;

	if (!m->mmu.ops->reach)
		return true;
	if (!machine_enter(m))
		return false;
	want = cpu_reach(m, access->gva, access->access);
	got = m->mmu.ops->reach(&m->mmu, access->gva, access->access);
	return want == got ||
	       machine_fail(m, "reach of %#llx by access %#x: %#llx, but the CPU gets to %#llx",
			    access->gva, access->access, got, want);
}
