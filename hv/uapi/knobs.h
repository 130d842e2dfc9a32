/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The one list of knobs: what can be chosen per VM. The module checks a
 * configuration against it, the tool makes options and CSV columns from it.
 *
 * X(ID, "name", "choices", default, "help")
 * A knob's value is the index of a choice. A choice that the CPU or another
 * knob rules out is refused with a sentence, never replaced.
 */
#ifndef HVBENCH_UAPI_KNOBS_H
#define HVBENCH_UAPI_KNOBS_H

#define HVBENCH_KNOBS(X) \
	X(BACKING, "backing", "4k|2m|1g", 0, \
	  "size of the host pages behind guest memory; 1g needs huge pages of the host") \
	X(POPULATE, "populate", "off|on", 1, \
	  "allocate guest memory at creation, so that no phase pays for it") \
	X(VPID, "vpid", "off|on", 1, \
	  "tag the guest's TLB entries; off flushes the TLB on every transition") \
	X(LA57, "la57", "off|on", 0, \
	  "the guest runs on 5-level paging") \
	X(LOG, "log", "off|fault|ad|pml", 0, \
	  "how written pages are found: write faults, A/D bits, or PML (EPT alone)") \
	X(MITIGATIONS, "mitigations", "host|off", 0, \
	  "against leaks and errata of the CPU: what the host's settings have KVM do, or nothing") \
	X(EPT_LEAF, "ept.leaf", "4k|2m|1g", 0, \
	  "largest EPT leaf; it needs backing of that size") \
	X(EPT_FILL, "ept.fill", "1|8|64|512", 0, \
	  "4K leaves written on a violation: the aligned group around the address") \
	X(EPT_AD, "ept.ad", "off|on", 0, \
	  "accessed and dirty bits in the EPT") \
	X(SPT_SYNC, "spt.sync", "vtlb|unsync|trap", 1, \
	  "how shadow tables follow the guest's page-table writes") \
	X(SPT_PREFILL, "spt.prefill", "0|8|32", 0, \
	  "neighbours filled where the guest's A bit is set; of a large page at least 8 pieces") \
	X(SPT_ROOTS, "spt.roots", "1|3|16|256", 3, \
	  "address spaces whose shadow is kept; vtlb keeps one") \
	X(SPT_PCID, "spt.pcid", "off|on", 1, \
	  "each kept root has a hardware PCID, so that a switch flushes nothing") \
	X(SPT_FILTER, "spt.filter", "off|on", 0, \
	  "faults on what the guest has not mapped reach it without an exit") \
	X(SPT_LARGE, "spt.large", "off|on", 0, \
	  "large guest pages on large backing are shadowed by large leaves") \
	X(SPT_MEMORY, "spt.memory", "auto|512k|1m|4m|16m|64m|256m", 0, \
	  "bound of the memory for shadow tables; auto: that of the guest, 16m to 256m")

enum hvbench_knob {
#define HVBENCH_KNOB_ENUM(id, name, choices, def, help) HVBENCH_KNOB_##id,
	HVBENCH_KNOBS(HVBENCH_KNOB_ENUM)
#undef HVBENCH_KNOB_ENUM
	HVBENCH_NR_KNOBS
};

#define HVBENCH_MAX_KNOBS 32

enum hvbench_size { HVBENCH_SIZE_4K, HVBENCH_SIZE_2M, HVBENCH_SIZE_1G };
enum hvbench_log { HVBENCH_LOG_OFF, HVBENCH_LOG_FAULT, HVBENCH_LOG_AD, HVBENCH_LOG_PML };
enum hvbench_mitigations { HVBENCH_MITIGATIONS_HOST, HVBENCH_MITIGATIONS_OFF };
enum hvbench_spt_sync { HVBENCH_SPT_SYNC_VTLB, HVBENCH_SPT_SYNC_UNSYNC, HVBENCH_SPT_SYNC_TRAP };

#endif
