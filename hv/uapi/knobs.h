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
	X(BACKING, "backing", "4k|2m", 0, \
	  "size of the host pages behind guest memory") \
	X(POPULATE, "populate", "off|on", 1, \
	  "allocate guest memory at creation, so that no phase pays for it") \
	X(VPID, "vpid", "off|on", 1, \
	  "tag the guest's TLB entries; off flushes the TLB on every transition") \
	X(EPT_LEAF, "ept.leaf", "4k|2m", 0, \
	  "largest EPT leaf; 2m needs backing=2m") \
	X(EPT_AD, "ept.ad", "off|on", 0, \
	  "accessed and dirty bits in the EPT") \
	X(SPT_SYNC, "spt.sync", "vtlb|unsync", 1, \
	  "how shadow tables follow the guest's page-table writes")

enum hvbench_knob {
#define HVBENCH_KNOB_ENUM(id, name, choices, def, help) HVBENCH_KNOB_##id,
	HVBENCH_KNOBS(HVBENCH_KNOB_ENUM)
#undef HVBENCH_KNOB_ENUM
	HVBENCH_NR_KNOBS
};

#define HVBENCH_MAX_KNOBS 32

enum hvbench_backing { HVBENCH_BACKING_4K, HVBENCH_BACKING_2M };
enum hvbench_ept_leaf { HVBENCH_EPT_LEAF_4K, HVBENCH_EPT_LEAF_2M };
enum hvbench_spt_sync { HVBENCH_SPT_SYNC_VTLB, HVBENCH_SPT_SYNC_UNSYNC };

#endif
