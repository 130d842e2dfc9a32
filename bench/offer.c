// SPDX-License-Identifier: GPL-2.0
/* See offer.h. */
#include "hvbench.h"
#include "offer.h"

const struct offer offers[] = {
	{ HVBENCH_CAP_EPT, "ept", "extended page tables" },
	{ HVBENCH_CAP_EPT_2M, "ept_2m", "2M leaves in the EPT" },
	{ HVBENCH_CAP_EPT_1G, "ept_1g", "1G leaves in the EPT" },
	{ HVBENCH_CAP_EPT_AD, "ept_ad", "accessed and dirty bits in the EPT" },
	{ HVBENCH_CAP_EPT_EXEC_ONLY, "ept_exec_only", "execute-only pages in the EPT" },
	{ HVBENCH_CAP_VPID, "vpid", "TLB entries tagged by virtual CPU" },
	{ HVBENCH_CAP_PML, "pml", "page-modification logging" },
	{ HVBENCH_CAP_UNRESTRICTED, "unrestricted_guest", "guests without paging or protection" },
	{ HVBENCH_CAP_PCID, "pcid", "TLB entries tagged by address space" },
	{ HVBENCH_CAP_INVPCID, "invpcid", "the instruction INVPCID, also in guests" },
	{ HVBENCH_CAP_SMEP, "smep", "kernels kept from executing user pages" },
	{ HVBENCH_CAP_SMAP, "smap", "kernels kept from touching user pages" },
	{ HVBENCH_CAP_LA57, "la57", "5-level paging" },
	{ HVBENCH_CAP_ITLB_MULTIHIT, "itlb_multihit",
	  "an erratum: code makes large EPT leaves split" },
	{ HVBENCH_CAP_PERF_SPLIT, "perf_split", "perf's hardware events apart for guest and host" },
};

const unsigned int offer_nr = sizeof(offers) / sizeof(offers[0]);

const struct offer mitigations[] = {
	{ HVBENCH_MITIGATION_L1D_COND, "l1d_cond", "L1D flush when the host had its turn (L1TF)" },
	{ HVBENCH_MITIGATION_L1D_ALWAYS, "l1d_always", "L1D flush at each VM entry (L1TF)" },
	{ HVBENCH_MITIGATION_VERW, "verw", "VERW at each VM entry (MDS, TAA, RFDS)" },
	{ HVBENCH_MITIGATION_IBPB, "ibpb", "IBPB when another VM ran on the CPU (Spectre v2)" },
	{ HVBENCH_MITIGATION_IBRS, "ibrs", "IBRS written at each VM exit (Spectre v2, Retbleed)" },
	{ HVBENCH_MITIGATION_IBPB_USER, "ibpb_user", "IBPB on the way to the tool (VMSCAPE)" },
};

const unsigned int mitigation_nr = sizeof(mitigations) / sizeof(mitigations[0]);

const struct offer selftests[] = {
#define SELFTEST(id, name, help) { 1u << HVBENCH_SELFTEST_##id, name, help },
	HVBENCH_SELFTESTS(SELFTEST)
#undef SELFTEST
};

const unsigned int selftest_nr = sizeof(selftests) / sizeof(selftests[0]);
