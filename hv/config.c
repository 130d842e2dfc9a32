// SPDX-License-Identifier: GPL-2.0
/*
 * The check of a VM's configuration: every refusal is a sentence that names
 * the cause and the cure. The tool's words are not trusted in any way.
 */
#include <linux/capability.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "config.h"
#include "mmu.h"
#include "vmx/capability.h"

struct knob {
	const char *name, *choices;
};

static const struct knob knobs[] = {
#define KNOB(id, name, choices, def, help) { name, choices },
	HVBENCH_KNOBS(KNOB)
#undef KNOB
};

static u32 count_choices(const char *choices)
{
	u32 count = 1;

	for (; *choices; choices++)
		count += *choices == '|';
	return count;
}

__printf(3, 4) static int refuse(struct hvbench_config *config, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vscnprintf(config->refusal, sizeof(config->refusal), fmt, args);
	va_end(args);
	return err;
}

static int check_shape(struct hvbench_config *config)
{
	u32 i;

	if (config->version != HVBENCH_UAPI_VERSION)
		return refuse(
			config, -EINVAL,
			"the tool speaks version %u and the module %u: build both from one tree",
			config->version, HVBENCH_UAPI_VERSION);
	if (config->mmu >= HVBENCH_NR_MMUS)
		return refuse(config, -EINVAL, "mmu %u is unknown: it is ept (0) or spt (1)",
			      config->mmu);
	if (!config->memory_bytes || config->memory_bytes % HVBENCH_MEMORY_UNIT ||
	    config->memory_bytes > HVBENCH_MEMORY_MAX ||
	    config->memory_bytes > BIT_ULL(vmx_capability.physical_address_bits))
		return refuse(config, -EINVAL,
			      "memory of %llu bytes: it must be a multiple of 2 MiB, at least 2 "
			      "MiB and at most 1 TiB and what the CPU can address",
			      config->memory_bytes);
	for (i = 0; i < HVBENCH_MAX_KNOBS; i++) {
		if (i >= ARRAY_SIZE(knobs)) {
			if (config->knob[i])
				return refuse(config, -EINVAL, "knob number %u is unknown", i);
		} else if (config->knob[i] >= count_choices(knobs[i].choices)) {
			return refuse(config, -EINVAL, "knob %s has no choice %u: it is one of %s",
				      knobs[i].name, config->knob[i], knobs[i].choices);
		}
	}
	for (i = 0; i < ARRAY_SIZE(config->reserved); i++)
		if (config->reserved[i])
			return refuse(config, -EINVAL, "reserved word %u must be 0", i);
	return 0;
}

static int check_backing(struct hvbench_config *config)
{
	if (config->knob[HVBENCH_KNOB_BACKING] != HVBENCH_SIZE_1G) {
		if (config->memory_address)
			return refuse(config, -EINVAL,
				      "memory is brought by the tool with backing=1g alone: "
				      "memory_address must be 0");
		return 0;
	}
	if (config->memory_bytes % HV_GIANT_BYTES)
		return refuse(
			config, -EINVAL,
			"memory of %llu bytes with backing=1g: it must be a multiple of 1 GiB",
			config->memory_bytes);
	if (!config->memory_address || config->memory_address % HV_GIANT_BYTES)
		return refuse(config, -EINVAL,
			      "backing=1g needs memory of the tool's that starts at a multiple of "
			      "1 GiB: map it with MAP_HUGETLB | MAP_HUGE_1GB");
	return 0;
}

static int check_ept(struct hvbench_config *config)
{
	const struct vmx_capability *cap = &vmx_capability;
	u32 leaf = config->knob[HVBENCH_KNOB_EPT_LEAF];
	u32 backing = config->knob[HVBENCH_KNOB_BACKING];

	if (config->knob[HVBENCH_KNOB_EPT_AD] && !cap->ept_ad)
		return refuse(config, -EOPNOTSUPP,
			      "this CPU's EPT has no accessed and dirty bits: use ept.ad=off");
	if (leaf == HVBENCH_SIZE_2M && !cap->ept_2m)
		return refuse(config, -EOPNOTSUPP,
			      "this CPU's EPT has no 2M leaves: use ept.leaf=4k");
	if (leaf == HVBENCH_SIZE_1G && !cap->ept_1g)
		return refuse(config, -EOPNOTSUPP,
			      "this CPU's EPT has no 1G leaves: use ept.leaf=%s",
			      cap->ept_2m ? "2m" : "4k");
	if (leaf == HVBENCH_SIZE_2M && backing < leaf)
		return refuse(config, -EINVAL,
			      "ept.leaf=2m needs host pages of 2M or more: add backing=2m");
	if (leaf == HVBENCH_SIZE_1G && backing < leaf)
		return refuse(config, -EINVAL, "ept.leaf=1g needs 1G host pages: add backing=1g");
	return 0;
}

static int check_log(struct hvbench_config *config)
{
	u32 log = config->knob[HVBENCH_KNOB_LOG];

	if (log == HVBENCH_LOG_PML && config->mmu != HVBENCH_MMU_EPT)
		return refuse(config, -EINVAL,
			      "log=pml needs EPT: use mmu=ept, or log=fault with mmu=spt");
	if (log == HVBENCH_LOG_PML && !vmx_capability.pml)
		return refuse(config, -EOPNOTSUPP,
			      "this CPU has no page-modification logging: use log=fault or log=ad");
	if ((log == HVBENCH_LOG_AD || log == HVBENCH_LOG_PML) && config->mmu == HVBENCH_MMU_EPT &&
	    !config->knob[HVBENCH_KNOB_EPT_AD])
		return refuse(config, -EINVAL,
			      "log=%s finds written pages by the EPT's dirty bits: add ept.ad=on",
			      log == HVBENCH_LOG_AD ? "ad" : "pml");
	return 0;
}

static int check_spt(struct hvbench_config *config)
{
	const struct vmx_capability *cap = &vmx_capability;

	if (config->knob[HVBENCH_KNOB_SPT_PCID] && !(cap->cr4_offered & HV_CR4_PCIDE))
		return refuse(config, -EOPNOTSUPP, "this CPU has no PCID, or the kernel does not use it: "
			      "use spt.pcid=off");
	if (!config->knob[HVBENCH_KNOB_SPT_FILTER])
		return 0;
	if (config->knob[HVBENCH_KNOB_SPT_SYNC] == HVBENCH_SPT_SYNC_VTLB)
		return refuse(config, -EINVAL,
			      "spt.filter=on needs spt.sync=unsync or trap: vtlb does not follow "
			      "what the guest maps");
	/* "Not shadowed yet" is an entry with an address bit that does not exist. */
	if (cap->physical_address_bits >= 52)
		return refuse(config, -EOPNOTSUPP,
			      "this CPU has 52 physical address bits and none is reserved: use "
			      "spt.filter=off");
	if (!cap->reserved_bit_faults)
		return refuse(config, -EOPNOTSUPP,
			      "this CPU did not fault on a reserved address bit in the self-test "
			      "(hvbench info): use spt.filter=off");
	return 0;
}

static int check_cpu(struct hvbench_config *config)
{
	const struct vmx_capability *cap = &vmx_capability;

	if (config->mmu == HVBENCH_MMU_EPT && !cap->ept)
		return refuse(config, -EOPNOTSUPP,
			      "this CPU has no EPT (or lacks INVEPT): use mmu=spt");
	if (config->knob[HVBENCH_KNOB_VPID] && !cap->vpid)
		return refuse(config, -EOPNOTSUPP,
			      "this CPU has no VPID (or lacks INVVPID): use vpid=off");
	if (config->knob[HVBENCH_KNOB_LA57] && !(cap->cr4_offered & HV_CR4_LA57))
		return refuse(config, -EOPNOTSUPP, "this CPU has no 5-level paging: use la57=off");
	return config->mmu == HVBENCH_MMU_EPT ? check_ept(config) : check_spt(config);
}

/*
 * Who may switch them off can read the host's memory by other means: as for
 * /dev/mem and /dev/cpu/N/msr.
 */
static int check_mitigations(struct hvbench_config *config)
{
	if (config->knob[HVBENCH_KNOB_MITIGATIONS] == HVBENCH_MITIGATIONS_OFF &&
	    !capable(CAP_SYS_RAWIO))
		return refuse(config, -EPERM,
			      "mitigations=off may let the guest read the host's memory, so it "
			      "needs CAP_SYS_RAWIO: run as root, or use mitigations=host");
	return 0;
}

static int check_mmu_knobs(struct hvbench_config *config)
{
	/* A knob of the other backend would be ignored in silence. */
	static const u32 defaults[] = {
#define DEFAULT(id, name, choices, def, help) def,
		HVBENCH_KNOBS(DEFAULT)
#undef DEFAULT
	};
	const char *other = config->mmu == HVBENCH_MMU_EPT ? "spt." : "ept.";
	u32 i;

	for (i = 0; i < ARRAY_SIZE(knobs); i++)
		if (config->knob[i] != defaults[i] && strstarts(knobs[i].name, other))
			return refuse(config, -EINVAL, "knob %s has no meaning for this mmu",
				      knobs[i].name);
	return 0;
}

int hv_config_check(struct hvbench_config *config)
{
	int err = check_shape(config);

	if (!err)
		err = check_mmu_knobs(config);
	if (!err)
		err = check_mitigations(config);
	if (!err)
		err = check_backing(config);
	if (!err)
		err = check_cpu(config);
	if (!err)
		err = check_log(config);
	return err;
}
