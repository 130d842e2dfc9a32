/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The one list of counters. The mapped statistics, the CSV names and
 * docs/counters.md are made from it; nothing else names a counter by hand.
 *
 * X(name, kind, unit, "one line of meaning")
 * kind: EVENT only grows; GAUGE is a level; PEAK is a gauge's highest level.
 *
 * Exits by reason and the TSC spent on each are arrays beside this list, see
 * struct hvbench_stats; their names come from exits.h.
 */
#ifndef HVBENCH_UAPI_COUNTERS_H
#define HVBENCH_UAPI_COUNTERS_H

#define HVBENCH_COUNTERS(X) \
	X(vm_exits, EVENT, "exits", \
	  "VM exits that the guest is the reason of: all but the harness's and the host's own") \
	X(harness_exits, EVENT, "exits", \
	  "VM exits for phase marks, console and end of run; counted nowhere else") \
	X(outside_tsc, EVENT, "tsc", \
	  "TSC from VM exit to the next VM entry, summed over vm_exits") \
	X(host_exits, EVENT, "exits", \
	  "VM exits that were the host's own: interrupts, NMIs, machine checks, the end of the " \
	  "guest's time slice; in no other counter but exit.EXTERNAL_INTERRUPT and " \
	  "exit.PREEMPTION_TIMER") \
	X(host_tsc, EVENT, "tsc", \
	  "TSC from VM exit to the next VM entry, summed over host_exits; tsc is without it") \
	X(fault_fill, EVENT, "faults", \
	  "faults resolved by filling an entry of the EPT or shadow tables") \
	X(fault_guest, EVENT, "faults", \
	  "faults that belong to the guest: its own tables forbid the access") \
	X(fault_host, EVENT, "faults", \
	  "faults on a guest-physical address with no host page behind it yet") \
	X(fault_track, EVENT, "faults", \
	  "faults on the write protection of a shadowed guest page table") \
	X(fault_emulate, EVENT, "faults", \
	  "writes to shadowed guest page tables that the hypervisor performed for the guest") \
	X(fault_log, EVENT, "faults", \
	  "faults on the write protection of dirty logging") \
	X(inject_pf, EVENT, "faults", \
	  "page faults that the hypervisor injected into the guest") \
	X(flush_invept_single, EVENT, "flushes", \
	  "INVEPT executed for one EPT root") \
	X(flush_invept_all, EVENT, "flushes", \
	  "INVEPT executed for all EPT roots") \
	X(flush_invvpid_addr, EVENT, "flushes", \
	  "INVVPID executed for one linear address") \
	X(flush_invvpid_single, EVENT, "flushes", \
	  "INVVPID executed for one VPID") \
	X(flush_invvpid_all, EVENT, "flushes", \
	  "INVVPID executed for all VPIDs") \
	X(flush_transition, EVENT, "flushes", \
	  "VM exit and entry pairs that flushed the TLB because VPID is off") \
	X(l1d_flush, EVENT, "flushes", \
	  "flushes of the level 1 data cache at VM entry, against L1TF") \
	X(guest_flush_cr3, EVENT, "flushes", \
	  "MOV to CR3 by the guest that the hypervisor trapped") \
	X(guest_flush_invlpg, EVENT, "flushes", \
	  "INVLPG by the guest that the hypervisor trapped") \
	X(guest_flush_invpcid, EVENT, "flushes", \
	  "INVPCID by the guest that the hypervisor trapped") \
	X(guest_flush_cr4, EVENT, "flushes", \
	  "changes of CR4 by the guest that the hypervisor trapped") \
	X(ept_fill_4k, EVENT, "entries", "4K leaf entries written into the EPT") \
	X(ept_fill_2m, EVENT, "entries", "2M leaf entries written into the EPT") \
	X(ept_fill_1g, EVENT, "entries", "1G leaf entries written into the EPT") \
	X(ept_fill_around, EVENT, "entries", \
	  "4K leaf entries among ept_fill_4k that no violation asked for (ept.fill)") \
	X(ept_split, EVENT, "entries", "large EPT leaves split into a table of smaller ones") \
	X(ept_split_fetch, EVENT, "entries", \
	  "large EPT leaves that code ran from, split because of the iTLB multihit erratum") \
	X(ept_merge, EVENT, "entries", "tables of EPT leaves merged into a large one") \
	X(log_collect, EVENT, "looks", "looks at which pages were written since the last one") \
	X(log_written, EVENT, "pages", "pages that these looks found written") \
	X(spt_fill, EVENT, "entries", "leaf entries written into shadow tables by faults") \
	X(spt_fill_large, EVENT, "entries", "large leaves among them and among spt_mirror") \
	X(spt_prefill, EVENT, "entries", \
	  "shadow entries filled beside the one that faulted (spt.prefill, pieces of large pages)") \
	X(spt_mirror, EVENT, "entries", \
	  "shadow entries brought up to date by an emulated write (spt.sync=trap)") \
	X(spt_emulate_failed, EVENT, "faults", \
	  "writes to shadowed page tables that could not be emulated: the table was opened") \
	X(spt_split, EVENT, "entries", \
	  "large shadow leaves dropped because a page in them became a page table") \
	X(spt_unsync, EVENT, "tables", \
	  "guest page tables opened for writing (out of sync) after a write fault") \
	X(spt_sync, EVENT, "tables", \
	  "out-of-sync guest page tables compared with their shadows and repaired") \
	X(spt_sync_entry, EVENT, "entries", \
	  "shadow entries found stale by a sync, then dropped or rewritten") \
	X(spt_zap, EVENT, "tables", "shadow tables dropped") \
	X(spt_evict, EVENT, "tables", \
	  "shadow tables among them that the bound of memory pushed out (spt.memory)") \
	X(spt_root_evict, EVENT, "roots", \
	  "shadow roots among them that a newer one pushed out (spt.roots)") \
	X(spt_root_hit, EVENT, "switches", \
	  "address-space switches that found the space's shadow root") \
	X(spt_root_miss, EVENT, "switches", \
	  "address-space switches that had to start a new shadow root") \
	X(table_bytes, GAUGE, "bytes", \
	  "memory held by EPT or shadow tables and their bookkeeping") \
	X(table_bytes_peak, PEAK, "bytes", "the most that table_bytes ever was") \
	X(table_pages, GAUGE, "pages", \
	  "EPT or shadow tables among them, without what is kept beside them")

enum hvbench_counter {
#define HVBENCH_COUNTER_ENUM(name, kind, unit, help) HVBENCH_CNT_##name,
	HVBENCH_COUNTERS(HVBENCH_COUNTER_ENUM)
#undef HVBENCH_COUNTER_ENUM
	HVBENCH_NR_COUNTERS
};

#endif
