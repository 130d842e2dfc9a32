/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a modelled CPU counts: the one list, from which the probe's answers, the names in
 * results.csv and docs/model.md are made.
 *
 * Every count is kept three times, see enum model_world. Cycles are not counted: they
 * are computed from these counts and the constants of a CPU description (cost.h), so
 * that one run gives the low, the middle and the high estimate.
 */
#ifndef MODEL_COUNTS_H
#define MODEL_COUNTS_H

#include <stdint.h>

/* X(name, "unit", "meaning") */
#define MODEL_COUNTS(X) \
	X(instructions, "instructions", "instructions executed, a REP string counted once") \
	X(repeats, "iterations", "iterations of REP strings after their first, in the TSC of Bochs") \
	X(loads, "accesses", "data accesses that read only") \
	X(stores, "accesses", "data accesses that write") \
	X(itlb_miss, "misses", "instruction fetches that missed the first-level instruction TLB") \
	X(dtlb_miss, "misses", "data accesses that missed the first-level data TLB") \
	X(stlb_hit, "hits", "first-level misses that the second-level TLB held") \
	X(walk_fetch, "walks", "page walks for an instruction fetch") \
	X(walk_load, "walks", "page walks for a load") \
	X(walk_store, "walks", "page walks for a store") \
	X(walk_4k, "walks", "walks that ended in a translation of 4K") \
	X(walk_2m, "walks", "walks that ended in a translation of 2M") \
	X(walk_1g, "walks", "walks that ended in a translation of 1G") \
	X(walk_fault, "walks", "walks that ended in a page fault or an EPT violation") \
	X(walk_permission, "walks", "walks because a cached translation did not allow the access") \
	X(ref_guest_1, "references", "walk references to a PTE of the tables that CR3 names") \
	X(ref_guest_2, "references", "walk references to a PDE of the tables that CR3 names") \
	X(ref_guest_3, "references", "walk references to a PDPTE of the tables that CR3 names") \
	X(ref_guest_4, "references", "walk references to a PML4E of the tables that CR3 names") \
	X(ref_guest_5, "references", "walk references to a PML5E of the tables that CR3 names") \
	X(ref_ept_1, "references", "walk references to an EPT PTE") \
	X(ref_ept_2, "references", "walk references to an EPT PDE") \
	X(ref_ept_3, "references", "walk references to an EPT PDPTE") \
	X(ref_ept_4, "references", "walk references to an EPT PML4E") \
	X(ref_ept_5, "references", "walk references to an EPT PML5E") \
	X(psc_hit_2, "hits", "walks that began below a cached PDE") \
	X(psc_hit_3, "hits", "walks that began below a cached PDPTE") \
	X(psc_hit_4, "hits", "walks that began below a cached PML4E") \
	X(ept_psc_hit_2, "hits", "EPT walks that began below a cached EPT PDE") \
	X(ept_psc_hit_3, "hits", "EPT walks that began below a cached EPT PDPTE") \
	X(ept_psc_hit_4, "hits", "EPT walks that began below a cached EPT PML4E") \
	X(nested_tlb_hit, "hits", "guest-physical addresses that the nested TLB held") \
	X(nested_tlb_miss, "misses", "guest-physical addresses that took an EPT walk") \
	X(walk_served_l1, "references", "walk references served by the L1 data cache") \
	X(walk_served_l2, "references", "walk references served by the L2 cache") \
	X(walk_served_l3, "references", "walk references served by the L3 cache") \
	X(walk_served_memory, "references", "walk references served by memory") \
	X(data_served_l2, "accesses", "data accesses served by the L2 cache") \
	X(data_served_l3, "accesses", "data accesses served by the L3 cache") \
	X(data_served_memory, "accesses", "data accesses served by memory") \
	X(fetch_served_l2, "fetches", "instruction lines served by the L2 cache") \
	X(fetch_served_l3, "fetches", "instruction lines served by the L3 cache") \
	X(fetch_served_memory, "fetches", "instruction lines served by memory") \
	X(assist, "assists", "updates of an accessed or dirty bit by the CPU") \
	X(exception, "exceptions", "exceptions delivered without a VM exit") \
	X(transition, "transitions", "VM exits, each with the entry that follows it") \
	X(invlpg, "flushes", "INVLPG executed") \
	X(invpcid, "flushes", "INVPCID executed") \
	X(mov_cr3, "flushes", "MOV to CR3 executed") \
	X(cr_write, "flushes", "writes of CR0 or CR4 executed that flush") \
	X(invvpid, "flushes", "INVVPID executed") \
	X(invept, "flushes", "INVEPT executed") \
	X(stale_checked, "hits", "TLB hits compared with the translation that the access used") \
	X(stale_found, "hits", "cached translations or rights that the tables no longer give: a flush is missing")

/*
 * stale_found counts, each time once:
 * - A TLB hit that leads to another page than the access went to. Fetches are compared too:
 *   Bochs does not tell where they go, so its own look at the guest's tables says it.
 * - A walk that a paging-structure cache or the nested TLB leads to another page than the
 *   access went to, or to none.
 * - An EPT violation that would not have been one by what is cached: the hypervisor has
 *   taken a page, or a right to it, away without INVEPT.
 * - Without EPT: a page fault of the guest that exits, would not have been one by what is
 *   cached, and is not the guest's own: the hypervisor does not deliver it, and its tables
 *   lead to the same page when it enters the guest again.
 *
 * Under EPT it counts only where EPT in memory differs from what was cached. What the guest
 * has changed in its own tables and not flushed may be used, and is not counted.
 *
 * Without EPT the model sees only the hypervisor's tables, not whether the guest asked for a
 * flush. A hit on another page counts there, even if the guest itself has moved the page and
 * not flushed it yet: a hypervisor that changes its tables at once and waits for the guest's
 * flush before its own would be accused falsely. So would one that takes a right away because
 * the guest did, where the guest has given it back since, both without a flush. Neither hvbench
 * nor KVM does that: both flush with every change that takes something away.
 *
 * Not counted: page faults without EPT after which the hypervisor's tables lead elsewhere or
 * nowhere (the guest may have done it), those that do not exit (spt.filter), fetches of the
 * host, and a dirty or accessed bit that was cleared without a flush.
 *
 * Counted although nothing is owed yet: what is used between another core's change of tables
 * and the flush that it asked for.
 */
enum model_count {
#define MODEL_COUNT_ENUM(name, unit, meaning) MODEL_CNT_##name,
	MODEL_COUNTS(MODEL_COUNT_ENUM)
#undef MODEL_COUNT_ENUM
	NR_MODEL_COUNTS
};

/*
 * Whose work a count is: the guest's, the host's between a VM exit and the next entry, or
 * the guest's again as it would be without any hypervisor (native), over its own tables.
 * Native is known only for runs under EPT, whose CR3 is the guest's.
 */
enum model_world { MODEL_GUEST, MODEL_HOST, MODEL_NATIVE, NR_MODEL_WORLDS };

struct model_counts {
	uint64_t count[NR_MODEL_WORLDS][NR_MODEL_COUNTS];
};

#endif
