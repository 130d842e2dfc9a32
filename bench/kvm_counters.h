/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one list of what is taken from KVM's binary statistics, and of how each
 * relates to ours. docs/counters.md is made from it.
 *
 * X(name, ours, kind, unit, "what it counts, in terms of ours")
 * name: as KVM spells it. ours: our counter of the same meaning, which then holds
 * the value; `own` where there is none: it is kept as kvm.<name>.
 */
#ifndef BENCH_KVM_COUNTERS_H
#define BENCH_KVM_COUNTERS_H

/* Those that hold what one of ours holds. */
#define KVM_SHARED_COUNTERS(X) \
	X(exits, vm_exits, EVENT, "exits", \
	  "the same; KVM counts the harness's own too, which are taken out here") \
	X(pf_guest, inject_pf, EVENT, "faults", \
	  "the same: page faults that belong to the guest, and were injected into it") \
	X(pf_emulate, fault_emulate, EVENT, "faults", \
	  "the same: writes to shadowed guest page tables that KVM performed") \
	X(invlpg, guest_flush_invlpg, EVENT, "flushes", \
	  "the same: INVLPG by the guest, trapped under shadow paging alone; KVM counts INVPCID of " \
	  "one address with it") \
	X(mmu_shadow_zapped, spt_zap, EVENT, "tables", \
	  "the same: shadow tables dropped") \
	X(mmu_recycled, spt_evict, EVENT, "tables", \
	  "the same: shadow tables dropped because the bound of memory was reached")

/* Those that mean something else. */
#define KVM_OWN_COUNTERS(X) \
	X(pf_taken, own, EVENT, "faults", \
	  "page faults and EPT violations that KVM's MMU looked at: ours by outcome, fault_*") \
	X(pf_fixed, own, EVENT, "faults", \
	  "faults resolved by an entry of the EPT or shadow tables: ours are fault_fill, and those " \
	  "that made an entry writable, fault_track and fault_log") \
	X(pf_fast, own, EVENT, "faults", \
	  "faults resolved without KVM's lock, by making an entry writable or accessible again") \
	X(pf_spurious, own, EVENT, "faults", \
	  "faults on an entry that was right already; ours count them as fault_fill") \
	X(tlb_flush, own, EVENT, "flushes", \
	  "flushes that KVM requested of its vCPU and executed; it leaves out those for one address " \
	  "and those for a new root, so the flush_* counters, from its functions, are what to compare") \
	X(insn_emulation, own, EVENT, "instructions", \
	  "instructions that KVM's emulator performed, writes to page tables among them") \
	X(hypercalls, own, EVENT, "calls", \
	  "VMCALL by the guest, also with a number that is none of KVM's, as the null hypercall's") \
	X(mmu_cache_miss, own, EVENT, "tables", \
	  "shadow tables made because none of that guest table and role was kept") \
	X(mmu_pte_write, own, EVENT, "writes", \
	  "writes to shadowed guest page tables that KVM followed; ours: spt_mirror") \
	X(mmu_unsync, own, GAUGE, "tables", \
	  "leaf tables that are out of sync now; ours count each opening, spt_unsync") \
	X(pages_4k, own, GAUGE, "entries", "4K leaf entries in EPT or shadow tables now") \
	X(pages_2m, own, GAUGE, "entries", "2M leaf entries in EPT or shadow tables now") \
	X(pages_1g, own, GAUGE, "entries", "1G leaf entries in EPT or shadow tables now")

#define KVM_COUNTERS(X) \
	KVM_SHARED_COUNTERS(X) \
	KVM_OWN_COUNTERS(X)

#endif
