/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What hv/ takes of the kernel besides shim_process.h, for those of its files that
 * the tests build into a process: the run loop, the events, the flushes. The Makefile
 * makes each of the kernel's headers that these files name an include of this one. A
 * test reads and sets the state behind the names in struct kernel_process.
 */
#ifndef HV_KERNEL_PROCESS_H
#define HV_KERNEL_PROCESS_H

/* ---- the thread and its CPU ---- */

#define HZ 250
#define TIF_NOTIFY_RESUME 1

struct kernel_process {
	/* What the host wants of the thread; a test sets them. */
	bool signal, fatal_signal, notify_resume, resched;
	u64 tsc; /* the time, which stands still unless a test moves it */
	/* What was done. */
	u32 rescheds; /* calls of cond_resched() */
	u32 waits; /* of schedule_timeout_interruptible() */
	bool wait_takes_signal; /* a signal ends each wait */
	int preempt_off, pmu_on; /* depths: 0 when all is given back */
	bool tracing; /* all tracepoints are on */
};

extern struct kernel_process kernel;

#define current NULL
#define signal_pending(task) (kernel.signal)
#define fatal_signal_pending(task) (kernel.fatal_signal)
#define test_thread_flag(flag) (kernel.notify_resume)
#define need_resched() (kernel.resched)
#define rdtsc() (kernel.tsc)
#define preempt_disable() (kernel.preempt_off++)
#define preempt_enable() (kernel.preempt_off--)

static inline void cond_resched(void)
{
	kernel.rescheds++;
	kernel.resched = false;
}

static inline void schedule_timeout_interruptible(long jiffies)
{
	kernel.waits++;
	if (kernel.wait_takes_signal)
		kernel.signal = true;
}

static inline unsigned long __fls(unsigned long w)
{
	return 63 - (unsigned long)__builtin_clzl(w);
}

struct mutex {
	bool held;
};

static inline void mutex_init(struct mutex *m)
{
	m->held = false;
}

static inline bool mutex_trylock(struct mutex *m)
{
	return !m->held && (m->held = true);
}

static inline void mutex_unlock(struct mutex *m)
{
	assert(m->held);
	m->held = false;
}

#define DECLARE_STATIC_KEY_FALSE(name) extern bool name
#define static_branch_unlikely(key) (*(key))

/* In arena.c, as hv_zalloc_page() is. */
void free_page(unsigned long page);

/* ---- tracepoints: functions that do nothing ---- */

#define TP_PROTO(...) __VA_ARGS__
#define TP_ARGS(...)
#define TRACE_EVENT(name, proto, ...)                   \
	static inline void trace_##name(proto)          \
	{                                               \
	}                                               \
	static inline bool trace_##name##_enabled(void) \
	{                                               \
		return kernel.tracing;                  \
	}                                               \
	extern struct kernel_process kernel
#define DECLARE_EVENT_CLASS(...) extern struct kernel_process kernel
#define DEFINE_EVENT(class, name, proto, args) TRACE_EVENT(name, proto)
#define TRACE_DEFINE_ENUM(name) extern struct kernel_process kernel

/* ---- VMX, as <asm/vmx.h> has it (SDM 3D, appendix B) ---- */

enum vmcs_field_of_process {
	GUEST_PML_INDEX = 0x812,
	PML_ADDRESS = 0x200e,
	EPT_POINTER = 0x201a,
	GUEST_IA32_EFER = 0x2806,
	CPU_BASED_VM_EXEC_CONTROL = 0x4002,
	EXCEPTION_BITMAP = 0x4004,
	PAGE_FAULT_ERROR_CODE_MASK = 0x4006,
	PAGE_FAULT_ERROR_CODE_MATCH = 0x4008,
	VM_ENTRY_INTR_INFO_FIELD = 0x4016,
	SECONDARY_VM_EXEC_CONTROL = 0x401e,
	VM_EXIT_INTR_INFO = 0x4404,
	VM_EXIT_INTR_ERROR_CODE = 0x4406,
	IDT_VECTORING_INFO_FIELD = 0x4408,
	IDT_VECTORING_ERROR_CODE = 0x440a,
	VM_EXIT_INSTRUCTION_LEN = 0x440c,
	GUEST_CS_AR_BYTES = 0x4816,
	GUEST_SS_AR_BYTES = 0x4818,
	GUEST_INTERRUPTIBILITY_INFO = 0x4824,
	CR0_GUEST_HOST_MASK = 0x6000,
	CR4_GUEST_HOST_MASK = 0x6002,
	CR0_READ_SHADOW = 0x6004,
	CR4_READ_SHADOW = 0x6006,
	EXIT_QUALIFICATION = 0x6400,
	GUEST_CR0 = 0x6800,
	GUEST_CR3 = 0x6802,
	GUEST_CR4 = 0x6804,
	GUEST_FS_BASE = 0x680e,
	GUEST_GS_BASE = 0x6810,
	GUEST_RSP = 0x681c,
	GUEST_RIP = 0x681e,
	GUEST_RFLAGS = 0x6820,
	GUEST_PENDING_DBG_EXCEPTIONS = 0x6822,
};

#define VMCS_FIELDS 0x7000 /* more than any field's number */

#define EXIT_REASON_EXCEPTION_NMI 0
/* VM-execution controls (SDM 3C, 25.6.2). */
#define CPU_BASED_INVLPG_EXITING BIT(9)
#define CPU_BASED_CR3_LOAD_EXITING BIT(15)
#define CPU_BASED_CR3_STORE_EXITING BIT(16)
#define SECONDARY_EXEC_ENABLE_EPT BIT(1)
#define SECONDARY_EXEC_ENABLE_VPID BIT(5)
#define SECONDARY_EXEC_ENABLE_INVPCID BIT(12)
#define SECONDARY_EXEC_ENABLE_PML BIT(17)

/* Event information (SDM 3C, 25.8.3), at exit and at entry. */
#define INTR_INFO_VECTOR_MASK 0xffu
#define INTR_INFO_INTR_TYPE_MASK 0x700u
#define INTR_INFO_DELIVER_CODE_MASK 0x800u
#define INTR_INFO_VALID_MASK 0x80000000u
#define INTR_TYPE_NMI_INTR (2u << 8)
#define INTR_TYPE_HARD_EXCEPTION (3u << 8)
#define INTR_TYPE_PRIV_SW_EXCEPTION (5u << 8)
#define VECTORING_INFO_DELIVER_CODE_MASK INTR_INFO_DELIVER_CODE_MASK
#define VECTORING_INFO_VALID_MASK INTR_INFO_VALID_MASK

#define GUEST_INTR_STATE_STI 1u
#define GUEST_INTR_STATE_MOV_SS 2u

#define X86_TRAP_DB 1
#define X86_TRAP_UD 6
#define X86_TRAP_DF 8
#define X86_TRAP_TS 10
#define X86_TRAP_GP 13
#define X86_TRAP_PF 14
#define X86_TRAP_AC 17
#define X86_TRAP_MC 18
#define X86_EFLAGS_TF BIT(8)
#define X86_EFLAGS_AC BIT(18)
#define DR_STEP BIT(14)

#endif
