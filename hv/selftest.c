// SPDX-License-Identifier: GPL-2.0
/*
 * The self-test at load: a tiny VM shows that the CPU (or the hypervisor below, or
 * the emulator) does what the rest of the module relies on. What it does not do is a
 * capability that is not offered; a guest that does not run at all, or sees stale
 * translations, is a load that fails. Called once, after VMXON on all CPUs; the guests
 * run in kernel workers, where no signal of the loading process is.
 */
#include <linux/cpu.h>
#include <linux/irq_work.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <asm/msr.h>
#include <asm/tsc.h>
#include <asm/vmx.h>

#include "log.h"
#include "selftest.h"
#include "selftest_guest.h"
#include "vcpu.h"
#include "vm.h"
#include "vmx/capability.h"
#include "vmx/vmx.h"

extern const char hv_selftest_guest[], hv_selftest_guest_end[];

static_assert(SELFTEST_DOORBELL == HVBENCH_PORT_DOORBELL);

/* What the two frames behind SELFTEST_DATA hold: no number of a log's doorbell. */
#define VALUE 0x5e1f0000u

/* Of the guest's page tables: present, writable, accessed, dirty (SDM 3A, 4.5). */
#define TABLE_ENTRY (BIT_ULL(0) | BIT_ULL(1) | BIT_ULL(5) | BIT_ULL(6))

/* Long enough for a self-IPI to arrive, short beside HV_SLICE_MS. */
#define INTERRUPT_SPINS 0x2000
/* The preemption timer is set to TIMER_US; the guest spins at least three times that. */
#define TIMER_US 20
#define TIMER_SPINS 0x80000
#define TIMER_TRIES 8

enum outcome {
	PASSED,
	DID_NOT_RUN, /* the guest ended, or rang for something else */
	STALE_BEFORE, /* it read what was there before its last change of the entry */
	STALE_AFTER, /* it read that after INVLPG */
};

struct subject {
	struct hv_vcpu *vcpu;
	int cpu; /* where it is at home */
	u32 frame; /* 0 or 1: the one behind SELFTEST_DATA */
	enum outcome outcome;
};

static struct hv_selftest result;

const struct hv_selftest *hv_selftest_result(void)
{
	return &result;
}

static void __init note(u32 check, bool passed)
{
	result.done |= BIT(check);
	if (passed)
		result.passed |= BIT(check);
	else
		result.passed &= ~BIT(check);
}

/* A page of guest memory as the host sees it, or NULL. */
static void *__init page_at(struct hv_vcpu *vcpu, u64 gpa)
{
	struct hv_memory *memory = vcpu->mmu.memory;

	if (hv_memory_populate(memory, gpa >> HV_PAGE_SHIFT))
		return NULL;
	return hv_va(hv_memory_hpa(memory, gpa >> HV_PAGE_SHIFT));
}

static int __init write_entry(struct hv_vcpu *vcpu, u64 table, u32 index, u64 gpa)
{
	u64 *entries = page_at(vcpu, table);

	if (!entries)
		return -ENOMEM;
	entries[index] = gpa | TABLE_ENTRY;
	return 0;
}

static long __init load_guest(void *argument)
{
	struct hv_vcpu *vcpu = argument;
	const struct hvbench_start start = { .rip = SELFTEST_CODE, .cr3 = SELFTEST_PML4, .rdi = 1 };
	void *code = page_at(vcpu, SELFTEST_CODE);
	u32 i, *data;

	if (!code || write_entry(vcpu, SELFTEST_PML4, 0, SELFTEST_PDPT) ||
	    write_entry(vcpu, SELFTEST_PDPT, 0, SELFTEST_PD) ||
	    write_entry(vcpu, SELFTEST_PD, 0, SELFTEST_PT))
		return -ENOMEM;
	memcpy(code, hv_selftest_guest, hv_selftest_guest_end - hv_selftest_guest);
	for (i = 0; i < SELFTEST_END >> HV_PAGE_SHIFT; i++)
		if (write_entry(vcpu, SELFTEST_PT, i, (u64)i << HV_PAGE_SHIFT))
			return -ENOMEM;
	for (i = 0; i < 2; i++) {
		data = page_at(vcpu, SELFTEST_DATA ^ i * SELFTEST_TOGGLE);
		if (!data)
			return -ENOMEM;
		*data = VALUE + i;
	}
	return hv_vcpu_set_start(vcpu, &start);
}

/* The defaults of what this CPU has. */
static struct hvbench_config __init config_of(enum hvbench_mmu mmu)
{
	struct hvbench_config config = {
		.version = HVBENCH_UAPI_VERSION,
		.mmu = mmu,
		.memory_bytes = HVBENCH_MEMORY_UNIT,
		.knob = {
#define DEFAULT(id, name, choices, def, help) [HVBENCH_KNOB_##id] = def,
			HVBENCH_KNOBS(DEFAULT)
#undef DEFAULT
		},
	};

	config.knob[HVBENCH_KNOB_POPULATE] = 0;
	config.knob[HVBENCH_KNOB_VPID] = vmx_capability.vpid;
	config.knob[HVBENCH_KNOB_SPT_PCID] = !!(vmx_capability.cr4_offered & HV_CR4_PCIDE);
	return config;
}

static int __init begin(struct subject *subject, const struct hvbench_config *config)
{
	int err;

	*subject = (struct subject){ .vcpu = hv_vm_create_hidden(config),
				     .cpu = raw_smp_processor_id() };
	if (IS_ERR(subject->vcpu))
		return PTR_ERR(subject->vcpu);
	err = work_on_cpu(subject->cpu, load_guest, subject->vcpu);
	if (err)
		hv_vm_free_hidden(subject->vcpu);
	return err;
}

/* Runs to the next doorbell: what it rings for, or 0 where it does not. */
static u32 __init run_to_bell(struct hv_vcpu *vcpu)
{
	const struct hvbench_run *run = &vcpu->control->run;

	if (hv_vcpu_run(vcpu) || run->exit != HVBENCH_RUN_DOORBELL)
		return 0;
	return run->doorbell;
}

/* The two reads of a round; then the guest is about to count down. */
static enum outcome __init run_reads(struct subject *subject)
{
	struct hv_vcpu *vcpu = subject->vcpu;
	u32 read = run_to_bell(vcpu);

	if (read != VALUE + subject->frame)
		return (read & ~1u) == VALUE ? STALE_BEFORE : DID_NOT_RUN;
	read = run_to_bell(vcpu);
	subject->frame ^= 1;
	if (read != VALUE + subject->frame)
		return (read & ~1u) == VALUE ? STALE_AFTER : DID_NOT_RUN;
	return PASSED;
}

static long __init run_round(void *argument)
{
	struct subject *subject = argument;

	subject->outcome = run_reads(subject);
	if (subject->outcome == PASSED && run_to_bell(subject->vcpu) != SELFTEST_DONE)
		subject->outcome = DID_NOT_RUN;
	return 0;
}

static enum outcome __init round_here(struct subject *subject)
{
	work_on_cpu(subject->cpu, run_round, subject);
	return subject->outcome;
}

static enum outcome __init rounds_here(struct subject *subject, u32 rounds)
{
	while (rounds-- && round_here(subject) == PASSED)
		;
	return subject->outcome;
}

/* One entry by hand, the guest counting down; the exit reason, and how long it took. */
static u32 __init enter_once(struct hv_vcpu *vcpu, void (*prepare)(void), u64 *tsc)
{
	u32 reason = ~0u;
	u64 before;

	mutex_lock(&vcpu->run_lock);
	if (hv_vcpu_take_cpu(vcpu))
		goto out;
	prepare();
	before = rdtsc();
	if (!vmx_flush(vcpu) && vmx_enter(vcpu)) {
		*tsc = vcpu->exit_tsc - before;
		reason = vcpu->exit_reason;
		vmx_handle_exit(vcpu);
	}
	vmx_set_preemption_timer(vmx_capability.slice_tsc);
	hv_vcpu_give_cpu(vcpu);
out:
	mutex_unlock(&vcpu->run_lock);
	return reason;
}

static void __init ignore(struct irq_work *work)
{
}

static struct irq_work own_interrupt;

static void __init interrupt_myself(void)
{
	irq_work_queue(&own_interrupt);
}

static void __init set_timer(void)
{
	vmx_set_preemption_timer((u64)tsc_khz * TIMER_US / 1000);
}

/* An interrupt is pending when a guest with RFLAGS.IF = 0 is entered. */
static long __init try_interrupt(void *argument)
{
	struct subject *subject = argument;
	struct hv_vcpu *vcpu = subject->vcpu;
	u32 reason;
	u64 tsc;

	subject->outcome = run_reads(subject);
	if (subject->outcome != PASSED)
		return 0;
	vcpu->gpr[HV_RDI] = INTERRUPT_SPINS;
	own_interrupt = IRQ_WORK_INIT_HARD(ignore);
	reason = enter_once(vcpu, interrupt_myself, &tsc);
	irq_work_sync(&own_interrupt);
	note(HVBENCH_SELFTEST_INTERRUPT, reason == EXIT_REASON_EXTERNAL_INTERRUPT);
	if (reason == EXIT_REASON_EXTERNAL_INTERRUPT && run_to_bell(vcpu) != SELFTEST_DONE)
		subject->outcome = DID_NOT_RUN;
	return 0;
}

/* The VMX-preemption timer counts with the TSC (SDM 3C, 26.5.1). */
static long __init try_timer(void *argument)
{
	struct subject *subject = argument;
	struct hv_vcpu *vcpu = subject->vcpu;
	u64 tsc = 0, wanted = (u64)tsc_khz * TIMER_US / 1000;
	u32 reason, tries;

	for (tries = 0; tries < TIMER_TRIES; tries++) {
		subject->outcome = run_reads(subject);
		if (subject->outcome != PASSED)
			return 0;
		vcpu->gpr[HV_RDI] = TIMER_SPINS;
		reason = enter_once(vcpu, set_timer, &tsc);
		if (reason == EXIT_REASON_EXTERNAL_INTERRUPT ||
		    reason == EXIT_REASON_PREEMPTION_TIMER) {
			vcpu->gpr[HV_RCX] = 1;
			if (run_to_bell(vcpu) != SELFTEST_DONE)
				subject->outcome = DID_NOT_RUN;
		}
		vcpu->gpr[HV_RDI] = 1;
		/* The host's own interrupt came first: once more. */
		if (reason != EXIT_REASON_EXTERNAL_INTERRUPT)
			break;
	}
	note(HVBENCH_SELFTEST_TIMER, reason == EXIT_REASON_PREEMPTION_TIMER &&
					     tsc >= wanted / 2 && tsc < wanted * 16);
	return 0;
}

/*
 * On each CPU a round, and one here after it: the translation that was cached here
 * has changed meanwhile.
 */
static enum outcome __init migrate(struct subject *subject)
{
	int cpu;

	for_each_online_cpu(cpu) {
		work_on_cpu(cpu, run_round, subject);
		if (subject->outcome != PASSED || round_here(subject) != PASSED)
			break;
	}
	return subject->outcome;
}

static int __init check_entry(enum hvbench_mmu mmu)
{
	struct hvbench_config config = config_of(mmu);
	struct subject subject;
	int err = begin(&subject, &config);

	if (err)
		return err;
	note(HVBENCH_SELFTEST_ENTRY, rounds_here(&subject, 2) == PASSED);
	if (subject.outcome == PASSED && !(result.done & BIT(HVBENCH_SELFTEST_INTERRUPT)))
		work_on_cpu(subject.cpu, try_interrupt, &subject);
	subject.vcpu->gpr[HV_RDI] = 1;
	if (subject.outcome == PASSED && vmx_capability.preemption_timer &&
	    !(result.done & BIT(HVBENCH_SELFTEST_TIMER)))
		work_on_cpu(subject.cpu, try_timer, &subject);
	if (subject.outcome == PASSED)
		note(HVBENCH_SELFTEST_MIGRATION, migrate(&subject) == PASSED);
	if (subject.outcome != PASSED) {
		hv_err("self-test: a guest under %s %s: the module would measure nothing true on "
		       "this CPU, and is not loaded; please report `lscpu` and the kernel log\n",
		       mmu == HVBENCH_MMU_EPT ? "EPT" : "shadow paging",
		       subject.outcome == DID_NOT_RUN ? "does not run" :
							"sees stale translations");
		err = -EIO;
	}
	hv_vm_free_hidden(subject.vcpu);
	return err;
}

/* A VM's rounds by this configuration. */
static enum outcome __init try_config(const struct hvbench_config *config, u64 *invvpids)
{
	struct subject subject;

	if (begin(&subject, config))
		return DID_NOT_RUN;
	rounds_here(&subject, 4);
	*invvpids = subject.vcpu->stats->counter[HVBENCH_CNT_flush_invvpid_addr];
	hv_vm_free_hidden(subject.vcpu);
	return subject.outcome;
}

/* Each INVLPG of the guest's is an INVVPID by address; if not for it, it reads on. */
static void __init check_invvpid(void)
{
	struct hvbench_config config = config_of(HVBENCH_MMU_SPT);
	u64 invvpids;
	bool passed;

	if (!vmx_capability.invvpid_addr)
		return;
	passed = try_config(&config, &invvpids) == PASSED && invvpids;
	note(HVBENCH_SELFTEST_INVVPID, passed);
	vmx_capability.invvpid_addr = passed;
}

/* What is not shadowed yet must be a #PF with P set, which is all that exits then. */
static void __init check_marker(void)
{
	struct hvbench_config config = config_of(HVBENCH_MMU_SPT);
	u64 invvpids;

	config.knob[HVBENCH_KNOB_SPT_FILTER] = 1;
	if (vmx_capability.physical_address_bits >= 52)
		return;
	note(HVBENCH_SELFTEST_MARKER, try_config(&config, &invvpids) == PASSED);
	vmx_capability.reserved_bit_faults = result.passed & BIT(HVBENCH_SELFTEST_MARKER);
}

static bool __init collects(struct hv_vcpu *vcpu, enum hvbench_log_action action, u64 least,
			    u64 most)
{
	struct hvbench_log_request request = { .action = action };

	return !hv_dirty_request(vcpu, &request) && request.nr_written >= least &&
	       request.nr_written <= most;
}

struct log_trial {
	struct subject subject;
	bool passed;
};

/* Two pages of data and the page table are written in each round; no other frame after. */
static long __init try_log(void *argument)
{
	struct log_trial *trial = argument;
	struct subject *subject = &trial->subject;
	u64 most = SELFTEST_END >> HV_PAGE_SHIFT;

	run_round(subject);
	if (subject->outcome != PASSED ||
	    !collects(subject->vcpu, HVBENCH_LOG_START, 0, 0))
		return 0;
	run_round(subject);
	if (!collects(subject->vcpu, HVBENCH_LOG_COLLECT, 3, most))
		return 0;
	run_round(subject);
	trial->passed = collects(subject->vcpu, HVBENCH_LOG_COLLECT, 3, most) &&
			collects(subject->vcpu, HVBENCH_LOG_COLLECT, 0, 0) &&
			subject->outcome == PASSED;
	return 0;
}

static bool __init log_works(enum hvbench_log log)
{
	struct hvbench_config config = config_of(HVBENCH_MMU_EPT);
	struct log_trial trial = {};

	config.knob[HVBENCH_KNOB_EPT_AD] = 1;
	config.knob[HVBENCH_KNOB_LOG] = log;
	if (begin(&trial.subject, &config))
		return false;
	work_on_cpu(trial.subject.cpu, try_log, &trial);
	hv_vm_free_hidden(trial.subject.vcpu);
	return trial.passed;
}

static void __init check_dirty(void)
{
	struct vmx_capability *cap = &vmx_capability;

	if (cap->ept_ad) {
		note(HVBENCH_SELFTEST_DIRTY, log_works(HVBENCH_LOG_AD));
		cap->ept_ad = result.passed & BIT(HVBENCH_SELFTEST_DIRTY);
	}
	cap->pml &= cap->ept_ad;
	if (cap->pml) {
		note(HVBENCH_SELFTEST_PML, log_works(HVBENCH_LOG_PML));
		cap->pml = result.passed & BIT(HVBENCH_SELFTEST_PML);
	}
}

/* What bounds a guest that runs without an exit: interrupts, or else the timer. */
static int __init choose_bound(void)
{
	struct vmx_capability *cap = &vmx_capability;

	if (result.passed & BIT(HVBENCH_SELFTEST_INTERRUPT)) {
		cap->pin &= ~PIN_BASED_VMX_PREEMPTION_TIMER;
		cap->preemption_timer = false;
		return 0;
	}
	if (result.passed & BIT(HVBENCH_SELFTEST_TIMER))
		return 0;
	hv_err("self-test: on this CPU an interrupt does not exit from a guest that has "
	       "interrupts off, and no VMX-preemption timer bounds it: a guest could keep the "
	       "CPU for ever, so the module is not loaded\n");
	return -EIO;
}

static void __init tell(void)
{
	static const char *const names[] __initconst = {
#define NAME(id, name, help) name,
		HVBENCH_SELFTESTS(NAME)
#undef NAME
	};
	u32 failed = result.done & ~result.passed, i;

	if (!failed)
		hv_info("self-test: all %u checks passed\n", hweight32(result.done));
	for (i = 0; i < HVBENCH_NR_SELFTESTS; i++)
		if (failed & BIT(i))
			hv_info("self-test: %s failed: hvbench does without, see hvbench info\n",
				names[i]);
}

int __init hv_selftest(void)
{
	int err = 0;

	cpus_read_lock();
	if (vmx_capability.ept)
		err = check_entry(HVBENCH_MMU_EPT);
	if (!err)
		err = check_entry(HVBENCH_MMU_SPT);
	if (!err)
		err = choose_bound();
	if (!err) {
		check_marker();
		check_invvpid();
		check_dirty();
		tell();
	}
	cpus_read_unlock();
	return err;
}
