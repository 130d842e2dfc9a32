// SPDX-License-Identifier: GPL-2.0
/*
 * hv/event.c: each verdict has its counters, each once, and what follows from it; an
 * instruction is skipped where it is complete and only there.
 */
#include "fake_vcpu.h"

static struct hv_vcpu *const vcpu = &fake.vcpu;

static const struct hv_fault by_gva = {
	.space = HV_FAULT_GVA, .gva = 0x7654321000, .access = HV_PF_WRITE, .error_code = HV_PF_WRITE,
};
static const struct hv_fault by_gpa = { .space = HV_FAULT_GPA, .gpa = 0x3000 };

/* ---- verdicts of a fault ---- */

struct expectation {
	enum hv_verdict verdict;
	enum hv_next next;
	enum hvbench_end end;
	int counter[2]; /* what moves, by one; -1: nothing */
};

static const struct expectation expectations[] = {
	{ HV_FILLED, HV_NEXT_ENTER, HVBENCH_END_NONE, { HVBENCH_CNT_fault_fill, -1 } },
	{ HV_TRACKED, HV_NEXT_ENTER, HVBENCH_END_NONE, { HVBENCH_CNT_fault_track, -1 } },
	{ HV_LOGGED, HV_NEXT_ENTER, HVBENCH_END_NONE, { HVBENCH_CNT_fault_log, -1 } },
	{ HV_DONE, HV_NEXT_ENTER, HVBENCH_END_NONE, { -1, -1 } },
	{ HV_GUEST_FAULT, HV_NEXT_ENTER, HVBENCH_END_NONE,
	  { HVBENCH_CNT_fault_guest, HVBENCH_CNT_inject_pf } },
	{ HV_NEED_BACKING, HV_NEXT_PREPARE, HVBENCH_END_NONE, { HVBENCH_CNT_fault_host, -1 } },
	{ HV_NEED_POOL, HV_NEXT_PREPARE, HVBENCH_END_NONE, { -1, -1 } },
	{ HV_OUTSIDE, HV_NEXT_TOOL, HVBENCH_END_NO_MEMORY, { -1, -1 } },
	{ HV_FORBIDDEN, HV_NEXT_TOOL, HVBENCH_END_FORBIDDEN, { -1, -1 } },
	{ HV_UNSUPPORTED, HV_NEXT_TOOL, HVBENCH_END_BAD_INSTRUCTION, { -1, -1 } },
};

static bool counted_only(const int *counter)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < 2 && counter[i] >= 0; i++)
		sum += fake_count(counter[i]) == 1;
	return sum == i && fake_count_all() == i;
}

static void test_verdict(const struct expectation *want, const struct hv_fault *fault)
{
	enum hv_next next;

	fake_forget();
	vcpu->ended = vcpu->need_backing = false;
	vcpu->event.info = 0;
	fake.verdict = want->verdict;
	fake.answer = (struct hv_answer){ .gva = 0x9000, .gpa = 0x4567, .error_code = 5 };
	next = hv_event_fault(vcpu, fault);
	report(next == want->next && fake.control.run.end == want->end &&
	       vcpu->ended == (want->end != HVBENCH_END_NONE) && fake.faults == 1,
	       "verdict %d: what follows", want->verdict);
	report(counted_only(want->counter), "verdict %d: what is counted, once", want->verdict);
	report((want->verdict == HV_NEED_BACKING) == vcpu->need_backing &&
	       (!vcpu->need_backing || vcpu->backing_gpa == 0x4567),
	       "verdict %d: which host page is wanted", want->verdict);
	report((want->verdict == HV_GUEST_FAULT) == !!vcpu->event.info &&
	       (!vcpu->event.info || (vcpu->cr2 == 0x9000 && vcpu->event.error_code == 5)),
	       "verdict %d: what the guest gets", want->verdict);
	if (want->verdict == HV_OUTSIDE || want->verdict == HV_FORBIDDEN)
		report_equal(fake.control.run.gpa, 0x4567, "verdict %d: the address", want->verdict);
	report_equal(fake.control.run.gva, fault->space == HV_FAULT_GVA ? fault->gva : 0,
		     "the tool learns the address of a page fault");
}

static void test_internal(enum hv_verdict verdict, const struct hv_fault *fault)
{
	unsigned int warnings = shim_warnings;

	fake_forget();
	vcpu->ended = false;
	fake.verdict = verdict;
	fprintf(stderr, "# a warning that belongs to the test follows\n");
	report(hv_event_fault(vcpu, fault) == HV_NEXT_TOOL &&
	       fake.control.run.end == HVBENCH_END_INTERNAL && shim_warnings == warnings + 1 &&
	       !fake_count_all() && !fake.wrotes && !fake.cannots,
	       "verdict %d, which can't be, ends the guest with a warning", verdict);
	shim_warnings = warnings;
}

static void test_faults(bool tracing)
{
	u32 i;

	report_prefix(tracing ? "event traced" : "event");
	fake_open();
	kernel.tracing = tracing;
	for (i = 0; i < ARRAY_SIZE(expectations); i++) {
		test_verdict(&expectations[i], &by_gva);
		test_verdict(&expectations[i], &by_gpa);
	}
	test_internal(HV_BROKEN, &by_gva);
	/* Which instruction caused an EPT violation is not asked. */
	test_internal(HV_EMULATE, &by_gpa);
	fake_close();
}

/* ---- the write that the loop performs ---- */

#define CODE_GFN 1 /* what every linear address reads, see fake.reach_hpa */
#define DATA_GPA 0x2008 /* what the faulting write goes to */
#define RIP 0x400000
#define STACK 0x600800
#define RFLAGS_AC BIT(18)

static void *frame(u64 gpa)
{
	return hv_va(hv_memory_hpa(&fake.memory, gpa >> HV_PAGE_SHIFT) | (gpa & 0xfff));
}

static void give_code(const char *bytes, u32 nr)
{
	memset(frame(CODE_GFN << HV_PAGE_SHIFT), 0x90, 64);
	memcpy(frame(CODE_GFN << HV_PAGE_SHIFT), bytes, nr);
}

#define code(bytes) give_code(bytes, sizeof(bytes) - 1)

static void open_emulation(void)
{
	fake_open();
	hv_memory_populate(&fake.memory, CODE_GFN);
	hv_memory_populate(&fake.memory, DATA_GPA >> HV_PAGE_SHIFT);
	fake.reach_hpa = hv_memory_hpa(&fake.memory, CODE_GFN);
	fake.verdict = HV_EMULATE;
	fake.answer = (struct hv_answer){ .gpa = DATA_GPA };
	vmwrite(GUEST_RIP, RIP);
	vmwrite(GUEST_RSP, STACK);
	vmwrite(GUEST_RFLAGS, 2);
	vmwrite(GUEST_CS_AR_BYTES, BIT(13));
	vmwrite(GUEST_SS_AR_BYTES, 0);
	vcpu->gpr[HV_RAX] = 0x7654321008;
	vcpu->gpr[HV_RBX] = 0x1122334455667788;
	vcpu->gpr[HV_RSP] = 0xeeee; /* entry.S's own */
}

static enum hv_next fault_at(u64 gva)
{
	struct hv_fault fault = by_gva;

	fault.gva = gva;
	return hv_event_fault(vcpu, &fault);
}

#define WRITE_GVA 0x7654321008
#define MOV_RAX_RBX "\x48\x89\x18"

static void test_performed(bool tracing)
{
	open_emulation();
	kernel.tracing = tracing;
	code(MOV_RAX_RBX);
	report(fault_at(WRITE_GVA) == HV_NEXT_ENTER && *(u64 *)frame(DATA_GPA) == vcpu->gpr[HV_RBX],
	       "the instruction's write is performed");
	report(vmread(GUEST_RIP) == RIP + 3 && vmread(GUEST_RSP) == STACK &&
	       vcpu->gpr[HV_RSP] == 0xeeee, "it is over for the guest, and nothing else changed");
	report(fake.wrotes == 1 && fake.wrote_gpa == DATA_GPA && fake.wrote_bytes == 8 &&
	       !fake.cannots, "the backend is told what was written");
	report(fake_count(HVBENCH_CNT_fault_emulate) == 1 && fake_count_all() == 1,
	       "fault_emulate is counted, once");
	fake_forget();
	vmwrite(GUEST_RIP, RIP);
	fake.wrote_verdict = HV_FILLED;
	report(fault_at(WRITE_GVA) == HV_NEXT_ENTER && fake_count(HVBENCH_CNT_fault_emulate) == 1 &&
	       fake_count(HVBENCH_CNT_fault_fill) == 1, "and what the backend made of it");
	fake.wrote_verdict = HV_BROKEN;
	vmwrite(GUEST_RIP, RIP);
	fprintf(stderr, "# a warning that belongs to the test follows\n");
	report(fault_at(WRITE_GVA) == HV_NEXT_TOOL && shim_warnings == 1, "even that it broke");
	shim_warnings = 0;
	fake_close();
}

static void test_performed_log(void)
{
	u64 written[1024 / 64] = { 0 }, touched[1024 / 64] = { 0 };

	open_emulation();
	vcpu->mmu.dirty = (struct hv_dirty){ .written = written, .touched = touched, .words = 16 };
	code(MOV_RAX_RBX);
	fault_at(WRITE_GVA);
	report(!written[0] && !touched[0], "without logging nothing is noted");
	vcpu->mmu.dirty.on = true;
	vmwrite(GUEST_RIP, RIP);
	fault_at(WRITE_GVA);
	report(written[0] == 1 << 2 && touched[0] == 1 << 2,
	       "what is written for the guest is dirty, and touched");
	fake_close();
}

static void test_performed_edges(void)
{
	open_emulation();
	/* REP STOSQ of no element. */
	code("\xf3\x48\xab");
	vcpu->gpr[HV_RDI] = WRITE_GVA;
	vcpu->gpr[HV_RCX] = 0;
	report(fault_at(WRITE_GVA) == HV_NEXT_ENTER && vmread(GUEST_RIP) == RIP + 3 &&
	       !fake.wrotes && fake_count(HVBENCH_CNT_fault_emulate) == 1,
	       "an instruction that writes nothing is performed, and nothing is told");
	/* PUSH RBX. */
	fake_forget();
	code("\x53");
	vmwrite(GUEST_RIP, RIP);
	vmwrite(GUEST_RSP, WRITE_GVA + 8);
	fault_at(WRITE_GVA);
	report(vmread(GUEST_RSP) == WRITE_GVA && vcpu->gpr[HV_RSP] == 0xeeee && fake.wrotes == 1,
	       "a PUSH moves the guest's RSP and not entry.S's");
	fake_close();
}

/* MOVSQ reads guest memory: with the guest's rights. */
static void test_rights_of_reads(void)
{
	open_emulation();
	code("\x48\xa5");
	vcpu->gpr[HV_RDI] = WRITE_GVA;
	vcpu->gpr[HV_RSI] = 0x5000;
	fault_at(WRITE_GVA);
	report_equal(fake.reach_access, 0, "a supervisor's read");
	vmwrite(GUEST_RIP, RIP);
	vcpu->gpr[HV_RDI] = WRITE_GVA;
	vmwrite(GUEST_RFLAGS, 2 | RFLAGS_AC);
	fault_at(WRITE_GVA);
	report_equal(fake.reach_access, HV_ACCESS_AC, "one that AC lets through SMAP");
	vmwrite(GUEST_RIP, RIP);
	vcpu->gpr[HV_RDI] = WRITE_GVA;
	vmwrite(GUEST_RFLAGS, 2);
	vmwrite(GUEST_SS_AR_BYTES, 3 << 5);
	fault_at(WRITE_GVA);
	report_equal(fake.reach_access, HV_PF_USER, "a user's read");
	fake_close();
}

static void not_performed(const char *why)
{
	fake_forget();
	vcpu->ended = false;
	fake.cannot_verdict = HV_TRACKED;
	report(fault_at(WRITE_GVA) == HV_NEXT_ENTER && vmread(GUEST_RIP) == RIP &&
	       fake.cannots == 1 && fake.wrote_gpa == fake.answer.gpa && !fake.wrotes,
	       "%s: the backend lets the CPU do it", why);
	report(fake_count(HVBENCH_CNT_spt_emulate_failed) == 1 &&
	       fake_count(HVBENCH_CNT_fault_track) == 1 && fake_count_all() == 2,
	       "%s: counted as that", why);
}

static void test_not_performed(void)
{
	open_emulation();
	/* CPUID writes no memory. */
	code("\x0f\xa2");
	not_performed("an instruction that is none of the forms");
	fake.cannot_verdict = HV_UNSUPPORTED;
	report(fault_at(WRITE_GVA) == HV_NEXT_TOOL &&
	       fake.control.run.end == HVBENCH_END_BAD_INSTRUCTION, "or ends the guest");
	code(MOV_RAX_RBX);
	vcpu->event.info = INTR_INFO_VALID_MASK;
	not_performed("the delivery of an event");
	vcpu->event.info = 0;
	vmwrite(GUEST_CS_AR_BYTES, 0);
	not_performed("32-bit code");
	vmwrite(GUEST_CS_AR_BYTES, BIT(13));
	fake.answer.gpa = 0x5008;
	not_performed("a frame without a host page");
	report(vcpu->gpr[HV_RSP] == 0xeeee, "entry.S's slot is as it was");
	fake_close();
}

/* ---- registers ---- */

static enum hv_next load(struct hv_paging new, enum hv_paging_register which, bool *done)
{
	fake_forget();
	*done = false;
	vcpu->mmu.controls.changed = false;
	memset(&vcpu->mmu.flush, 0, sizeof(vcpu->mmu.flush));
	return hv_event_set_paging(vcpu, &new, which, done);
}

static void test_load_verdicts(void)
{
	static const enum hv_verdict complete[] = { HV_DONE, HV_FILLED, HV_TRACKED };
	struct hv_paging old, new;
	bool done;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(complete); i++) {
		new = old = vcpu->mmu.paging;
		new.cr3 += 0x1000;
		fake.verdict = complete[i];
		report(load(new, HV_LOAD_CR3, &done) == HV_NEXT_ENTER && done &&
		       vcpu->mmu.paging.cr3 == new.cr3 && fake.before.cr3 == old.cr3,
		       "verdict %d: the load is complete, the registers are new", complete[i]);
	}
	new = old = vcpu->mmu.paging;
	new.cr3 += 0x1000;
	fake.verdict = HV_NEED_POOL;
	report(load(new, HV_LOAD_CR3, &done) == HV_NEXT_PREPARE && !done &&
	       vcpu->mmu.paging.cr3 == old.cr3 && !fake_count_all(),
	       "HV_NEED_POOL: nothing changes, nothing is counted");
	fake.verdict = HV_OUTSIDE;
	report(load(new, HV_LOAD_CR3, &done) == HV_NEXT_TOOL && !done &&
	       vcpu->mmu.paging.cr3 == old.cr3, "an end: no new registers");
	vcpu->ended = false;
	fake.verdict = HV_DONE;
}

static void test_load_controls(void)
{
	static const struct {
		enum hv_paging_register which;
		bool reprograms;
		u64 cr3_flushes;
	} loads[] = {
		{ HV_LOAD_START, true, 0 },	{ HV_LOAD_CR0, true, 0 },
		{ HV_LOAD_CR3, false, 1 },	{ HV_LOAD_CR3_KEEP, false, 0 },
		{ HV_LOAD_CR4, true, 0 },	{ HV_LOAD_EFER, true, 0 },
	};
	bool done;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(loads); i++) {
		vcpu->paging_loaded = !loads[i].reprograms;
		load(vcpu->mmu.paging, loads[i].which, &done);
		report(vcpu->mmu.controls.changed == loads[i].reprograms &&
		       vcpu->paging_loaded == loads[i].reprograms,
		       "load %d: whether the VMCS is written anew", loads[i].which);
		report(fake_count(HVBENCH_CNT_guest_flush_cr3) == loads[i].cr3_flushes &&
		       fake_count_all() == loads[i].cr3_flushes,
		       "load %d: whether it is a flush of the guest's", loads[i].which);
	}
	vcpu->mmu.controls.changed = true;
	hv_event_set_paging(vcpu, &vcpu->mmu.paging, HV_LOAD_CR3, &done);
	report(vcpu->paging_loaded, "what is still to be programmed takes the new CR3 along");
}

/* SDM 3A, 4.10.4.1: which changes of CR4 flush. */
static void test_load_cr4(void)
{
	static const struct {
		u64 bit;
		bool on, off;
	} bits[] = {
		{ HV_CR4_PGE, true, true },	{ HV_CR4_PSE, true, true },
		{ HV_CR4_PCIDE, false, true },	{ HV_CR4_SMEP, true, false },
		{ HV_CR4_SMAP, false, false },
	};
	bool done;
	u32 i, on;

	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		for (on = 0; on < 2; on++) {
			struct hv_paging new = vcpu->mmu.paging;
			bool flushes = on ? bits[i].on : bits[i].off;

			vcpu->mmu.paging.cr4 = HV_CR4_PAE | (on ? 0 : bits[i].bit);
			new.cr4 = HV_CR4_PAE | (on ? bits[i].bit : 0);
			load(new, HV_LOAD_CR4, &done);
			report(fake_count(HVBENCH_CNT_guest_flush_cr4) == flushes &&
			       fake_count_all() == flushes && vcpu->mmu.flush.context == flushes,
			       "CR4 bit %#llx goes %s: %s", bits[i].bit, on ? "on" : "off",
			       flushes ? "a flush" : "no flush");
		}
	}
}

/* ---- INVLPG and INVPCID ---- */

static void test_invlpg(void)
{
	bool done = false;

	fake_forget();
	fake.verdict = HV_NEED_POOL;
	report(hv_event_invlpg(vcpu, 0x1000, &done) == HV_NEXT_PREPARE && !done && !fake_count_all(),
	       "INVLPG that has to be tried again is not counted");
	fake.verdict = HV_DONE;
	report(hv_event_invlpg(vcpu, 0x1000, &done) == HV_NEXT_ENTER && done && fake.invlpgs == 2 &&
	       fake_count(HVBENCH_CNT_guest_flush_invlpg) == 1 && fake_count_all() == 1,
	       "done, it is, once");
	done = false;
	report(hv_event_invlpg(vcpu, 1ull << 47, &done) == HV_NEXT_ENTER && done &&
	       fake.invlpgs == 2 && fake_count(HVBENCH_CNT_guest_flush_invlpg) == 2,
	       "INVLPG of an address that is not canonical does nothing, and is over");
	report(hv_event_invlpg(vcpu, ~0ull << 47, &done) == HV_NEXT_ENTER && fake.invlpgs == 3,
	       "the upper half is canonical");
	vcpu->mmu.paging.cr4 |= HV_CR4_LA57;
	hv_event_invlpg(vcpu, 1ull << 47, &done);
	report(fake.invlpgs == 4, "so is 2^47 with 5-level paging");
	hv_event_invlpg(vcpu, 1ull << 56, &done);
	report(fake.invlpgs == 4, "but not 2^56");
	vcpu->mmu.paging.cr4 &= ~HV_CR4_LA57;
}

static void test_invpcid(void)
{
	bool done = false;

	fake_forget();
	fake.verdict = HV_NEED_POOL;
	report(hv_event_invpcid(vcpu, HV_INVPCID_ADDR, 1, 0x1000, &done) == HV_NEXT_PREPARE &&
	       !done && !fake_count_all(), "INVPCID that has to be tried again is not counted");
	fake.verdict = HV_DONE;
	report(hv_event_invpcid(vcpu, HV_INVPCID_SINGLE, 1, 0x1000, &done) == HV_NEXT_ENTER &&
	       done && fake.invpcids == 2 && fake_count(HVBENCH_CNT_guest_flush_invpcid) == 1 &&
	       fake_count_all() == 1, "done, it is, once");
}

static void test_registers(bool tracing)
{
	report_prefix(tracing ? "event traced" : "event");
	fake_open();
	kernel.tracing = tracing;
	test_load_verdicts();
	test_load_controls();
	test_load_cr4();
	test_invlpg();
	test_invpcid();
	fake_close();
}

void test_event(void)
{
	test_faults(false);
	test_faults(true);
	report_prefix("event emulation");
	test_performed(false);
	test_performed(true);
	test_performed_log();
	test_performed_edges();
	test_rights_of_reads();
	test_not_performed();
	test_registers(false);
	test_registers(true);
}
