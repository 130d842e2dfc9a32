/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the system "hvbench", for perf, ftrace and bpftrace. Each is a
 * NOP while nobody listens. All fire with interrupts off, in the thread that runs
 * the guest at that time.
 *
 * ept/ and spt/ come to theirs by way of shim.h; in an ordinary process they
 * are nothing (tests/host/kernel_process.h).
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM hvbench

#if !defined(HV_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define HV_TRACE_H

#include <linux/tracepoint.h>

#include "uapi/exits.h"
#include "uapi/guest.h"

/* clang-format does not know these macros. */
/* clang-format off */

#ifndef HV_TRACE_NAMES
#define HV_TRACE_NAMES

#define HV_TRACE_NAME(prefix, name) { prefix##name, #name }

/* Ends with the one that no CPU reports, so that the list may have commas. */
#define HV_TRACE_REASON(number, name, help) { number, #name },
#define HV_TRACE_REASONS \
	HVBENCH_EXIT_REASONS(HV_TRACE_REASON) { HVBENCH_NR_EXIT_REASONS, "UNKNOWN" }

#define HV_TRACE_VERDICTS \
	HV_TRACE_NAME(HV_, FILLED), HV_TRACE_NAME(HV_, TRACKED), HV_TRACE_NAME(HV_, LOGGED), \
	HV_TRACE_NAME(HV_, DONE), HV_TRACE_NAME(HV_, EMULATE), \
	HV_TRACE_NAME(HV_, GUEST_FAULT), HV_TRACE_NAME(HV_, NEED_BACKING), \
	HV_TRACE_NAME(HV_, NEED_POOL), HV_TRACE_NAME(HV_, OUTSIDE), \
	HV_TRACE_NAME(HV_, FORBIDDEN), HV_TRACE_NAME(HV_, UNSUPPORTED), \
	HV_TRACE_NAME(HV_, BROKEN)

#define HV_TRACE_REGISTERS \
	HV_TRACE_NAME(HV_LOAD_, START), HV_TRACE_NAME(HV_LOAD_, CR0), \
	HV_TRACE_NAME(HV_LOAD_, CR3), HV_TRACE_NAME(HV_LOAD_, CR3_KEEP), \
	HV_TRACE_NAME(HV_LOAD_, CR4), HV_TRACE_NAME(HV_LOAD_, EFER)

/* A flush is told by the name of its counter. */
#define HV_TRACE_FLUSHES \
	HV_TRACE_NAME(HVBENCH_CNT_flush_, invept_single), \
	HV_TRACE_NAME(HVBENCH_CNT_flush_, invept_all), \
	HV_TRACE_NAME(HVBENCH_CNT_flush_, invvpid_addr), \
	HV_TRACE_NAME(HVBENCH_CNT_flush_, invvpid_single), \
	HV_TRACE_NAME(HVBENCH_CNT_flush_, invvpid_all), \
	HV_TRACE_NAME(HVBENCH_CNT_flush_, transition)

#define HV_TRACE_GUEST_FLUSHES \
	HV_TRACE_NAME(HVBENCH_CNT_guest_flush_, cr3), \
	HV_TRACE_NAME(HVBENCH_CNT_guest_flush_, invlpg), \
	HV_TRACE_NAME(HVBENCH_CNT_guest_flush_, invpcid), \
	HV_TRACE_NAME(HVBENCH_CNT_guest_flush_, cr4)

#define HV_TRACE_BELLS \
	HV_TRACE_NAME(HVBENCH_BELL_, CONSOLE), HV_TRACE_NAME(HVBENCH_BELL_, PHASE_BEGIN), \
	HV_TRACE_NAME(HVBENCH_BELL_, PHASE_END), HV_TRACE_NAME(HVBENCH_BELL_, EXIT)

/* Of a page fault's error code, see mmu.h; numbers, for who reads the format file. */
#define HV_TRACE_ACCESS \
	{ 0x1, "present" }, { 0x2, "write" }, { 0x4, "user" }, { 0x8, "reserved" }, \
	{ 0x10, "fetch" }

struct hv_vcpu;

/* The guest rang for the tool; calls trace_phase() with what its mailbox says. */
void hv_trace_phase(const struct hv_vcpu *vcpu, u32 bell);

#endif

/* The format file tells numbers instead of these names. */
TRACE_DEFINE_ENUM(HV_FILLED);
TRACE_DEFINE_ENUM(HV_TRACKED);
TRACE_DEFINE_ENUM(HV_LOGGED);
TRACE_DEFINE_ENUM(HV_DONE);
TRACE_DEFINE_ENUM(HV_EMULATE);
TRACE_DEFINE_ENUM(HV_GUEST_FAULT);
TRACE_DEFINE_ENUM(HV_NEED_BACKING);
TRACE_DEFINE_ENUM(HV_NEED_POOL);
TRACE_DEFINE_ENUM(HV_OUTSIDE);
TRACE_DEFINE_ENUM(HV_FORBIDDEN);
TRACE_DEFINE_ENUM(HV_UNSUPPORTED);
TRACE_DEFINE_ENUM(HV_BROKEN);
TRACE_DEFINE_ENUM(HV_LOAD_START);
TRACE_DEFINE_ENUM(HV_LOAD_CR0);
TRACE_DEFINE_ENUM(HV_LOAD_CR3);
TRACE_DEFINE_ENUM(HV_LOAD_CR3_KEEP);
TRACE_DEFINE_ENUM(HV_LOAD_CR4);
TRACE_DEFINE_ENUM(HV_LOAD_EFER);
TRACE_DEFINE_ENUM(HVBENCH_CNT_flush_invept_single);
TRACE_DEFINE_ENUM(HVBENCH_CNT_flush_invept_all);
TRACE_DEFINE_ENUM(HVBENCH_CNT_flush_invvpid_addr);
TRACE_DEFINE_ENUM(HVBENCH_CNT_flush_invvpid_single);
TRACE_DEFINE_ENUM(HVBENCH_CNT_flush_invvpid_all);
TRACE_DEFINE_ENUM(HVBENCH_CNT_flush_transition);
TRACE_DEFINE_ENUM(HVBENCH_CNT_guest_flush_cr3);
TRACE_DEFINE_ENUM(HVBENCH_CNT_guest_flush_invlpg);
TRACE_DEFINE_ENUM(HVBENCH_CNT_guest_flush_invpcid);
TRACE_DEFINE_ENUM(HVBENCH_CNT_guest_flush_cr4);
TRACE_DEFINE_ENUM(HVBENCH_BELL_CONSOLE);
TRACE_DEFINE_ENUM(HVBENCH_BELL_PHASE_BEGIN);
TRACE_DEFINE_ENUM(HVBENCH_BELL_PHASE_END);
TRACE_DEFINE_ENUM(HVBENCH_BELL_EXIT);

/* A VM exit. gpa is 0 where the reason has none; info tells of an exception or interrupt. */
TRACE_EVENT(exit,
	TP_PROTO(u32 reason, u64 qualification, u64 rip, u64 gpa, u32 info, u32 error_code),
	TP_ARGS(reason, qualification, rip, gpa, info, error_code),
	TP_STRUCT__entry(
		__field(u32, reason)
		__field(u32, info)
		__field(u32, error_code)
		__field(u64, qualification)
		__field(u64, rip)
		__field(u64, gpa)
	),
	TP_fast_assign(
		__entry->reason = reason;
		__entry->info = info;
		__entry->error_code = error_code;
		__entry->qualification = qualification;
		__entry->rip = rip;
		__entry->gpa = gpa;
	),
	TP_printk("reason=%s qualification=%#llx rip=%#llx gpa=%#llx info=%#x error_code=%#x",
		  __print_symbolic(__entry->reason, HV_TRACE_REASONS), __entry->qualification,
		  __entry->rip, __entry->gpa, __entry->info, __entry->error_code)
);

/* Into the guest. event: what is delivered to it, as in VM_ENTRY_INTR_INFO_FIELD; 0: nothing. */
TRACE_EVENT(entry,
	TP_PROTO(u64 rip, u32 event),
	TP_ARGS(rip, event),
	TP_STRUCT__entry(
		__field(u64, rip)
		__field(u32, event)
	),
	TP_fast_assign(
		__entry->rip = rip;
		__entry->event = event;
	),
	TP_printk("rip=%#llx event=%#x", __entry->rip, __entry->event)
);

/*
 * What the backend makes of a fault. Under EPT gva is 0 and error_code is the
 * access; under shadow paging gpa is known where the verdict needs one.
 */
TRACE_EVENT(page_fault,
	TP_PROTO(u64 gva, u64 gpa, u32 error_code, u32 verdict),
	TP_ARGS(gva, gpa, error_code, verdict),
	TP_STRUCT__entry(
		__field(u64, gva)
		__field(u64, gpa)
		__field(u32, error_code)
		__field(u32, verdict)
	),
	TP_fast_assign(
		__entry->gva = gva;
		__entry->gpa = gpa;
		__entry->error_code = error_code;
		__entry->verdict = verdict;
	),
	TP_printk("gva=%#llx gpa=%#llx error_code=%#x (%s) verdict=%s", __entry->gva,
		  __entry->gpa, __entry->error_code,
		  __print_flags(__entry->error_code, "|", HV_TRACE_ACCESS),
		  __print_symbolic(__entry->verdict, HV_TRACE_VERDICTS))
);

/* A guest's write to its page tables is performed for it, or (failed) can't be. */
TRACE_EVENT(emulate,
	TP_PROTO(u64 gva, u64 gpa, u32 bytes, bool done),
	TP_ARGS(gva, gpa, bytes, done),
	TP_STRUCT__entry(
		__field(u64, gva)
		__field(u64, gpa)
		__field(u32, bytes)
		__field(u8, done)
	),
	TP_fast_assign(
		__entry->gva = gva;
		__entry->gpa = gpa;
		__entry->bytes = bytes;
		__entry->done = done;
	),
	TP_printk("gva=%#llx gpa=%#llx bytes=%u %s", __entry->gva, __entry->gpa,
		  __entry->bytes, __entry->done ? "done" : "failed")
);

/* The guest is to take an exception; address is for #PF alone. */
TRACE_EVENT(inject,
	TP_PROTO(u8 vector, u32 error_code, u64 address),
	TP_ARGS(vector, error_code, address),
	TP_STRUCT__entry(
		__field(u64, address)
		__field(u32, error_code)
		__field(u8, vector)
	),
	TP_fast_assign(
		__entry->address = address;
		__entry->error_code = error_code;
		__entry->vector = vector;
	),
	TP_printk("vector=%u error_code=%#x address=%#llx", __entry->vector,
		  __entry->error_code, __entry->address)
);

/* The guest loads a register that rules paging; again where the verdict is NEED_*. */
TRACE_EVENT(set_paging,
	TP_PROTO(u32 which, u64 value, u32 verdict),
	TP_ARGS(which, value, verdict),
	TP_STRUCT__entry(
		__field(u64, value)
		__field(u32, which)
		__field(u32, verdict)
	),
	TP_fast_assign(
		__entry->value = value;
		__entry->which = which;
		__entry->verdict = verdict;
	),
	TP_printk("register=%s value=%#llx verdict=%s",
		  __print_symbolic(__entry->which, HV_TRACE_REGISTERS), __entry->value,
		  __print_symbolic(__entry->verdict, HV_TRACE_VERDICTS))
);

/* A TLB flush that the hypervisor executed, or a transition without VPID. */
TRACE_EVENT(flush,
	TP_PROTO(u32 kind, u64 address),
	TP_ARGS(kind, address),
	TP_STRUCT__entry(
		__field(u64, address)
		__field(u32, kind)
	),
	TP_fast_assign(
		__entry->address = address;
		__entry->kind = kind;
	),
	TP_printk("kind=%s address=%#llx",
		  __print_symbolic(__entry->kind, HV_TRACE_FLUSHES), __entry->address)
);

/* One that the guest asked for and the hypervisor trapped; value: address, PCID, CR3 or CR4. */
TRACE_EVENT(guest_flush,
	TP_PROTO(u32 kind, u64 value),
	TP_ARGS(kind, value),
	TP_STRUCT__entry(
		__field(u64, value)
		__field(u32, kind)
	),
	TP_fast_assign(
		__entry->value = value;
		__entry->kind = kind;
	),
	TP_printk("kind=%s value=%#llx",
		  __print_symbolic(__entry->kind, HV_TRACE_GUEST_FLUSHES), __entry->value)
);

/* A fault wrote a leaf entry of a shadow table; level 2 is a large page. */
TRACE_EVENT(shadow_fill,
	TP_PROTO(u64 gva, u32 level, u64 leaf),
	TP_ARGS(gva, level, leaf),
	TP_STRUCT__entry(
		__field(u64, gva)
		__field(u64, leaf)
		__field(u32, level)
	),
	TP_fast_assign(
		__entry->gva = gva;
		__entry->leaf = leaf;
		__entry->level = level;
	),
	TP_printk("gva=%#llx level=%u leaf=%#llx", __entry->gva, __entry->level, __entry->leaf)
);

/* A guest table, by its frame, that the guest may write to from now on. */
DECLARE_EVENT_CLASS(guest_table,
	TP_PROTO(u64 gfn),
	TP_ARGS(gfn),
	TP_STRUCT__entry(
		__field(u64, gfn)
	),
	TP_fast_assign(
		__entry->gfn = gfn;
	),
	TP_printk("gfn=%#llx", __entry->gfn)
);

DEFINE_EVENT(guest_table, shadow_unsync, TP_PROTO(u64 gfn), TP_ARGS(gfn));
/* One that is protected again, to be compared with its shadows. */
DEFINE_EVENT(guest_table, shadow_sync, TP_PROTO(u64 gfn), TP_ARGS(gfn));

/* The guest rang for the tool. name and ops are the guest's word. */
TRACE_EVENT(phase,
	TP_PROTO(u32 bell, const char *name, u64 ops),
	TP_ARGS(bell, name, ops),
	TP_STRUCT__entry(
		__field(u64, ops)
		__field(u32, bell)
		__array(char, name, HVBENCH_NAME_BYTES)
	),
	TP_fast_assign(
		__entry->ops = ops;
		__entry->bell = bell;
		memcpy(__entry->name, name, HVBENCH_NAME_BYTES);
	),
	TP_printk("mark=%s name=%s ops=%llu",
		  __print_symbolic(__entry->bell, HV_TRACE_BELLS), __entry->name, __entry->ops)
);

#endif

/* Found by -I hv, see Kbuild. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
