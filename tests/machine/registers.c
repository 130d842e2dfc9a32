// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's control registers and INVPCID as the manual has them (SDM 2A,
 * INVPCID; 2B, MOV to control registers): a list of loads, each with what must
 * become of it. The same under every MMU, whether the CPU or the hypervisor
 * looks at the operands. The guest that executes the list is in guests.S.
 */
#include <err.h>
#include <sys/ioctl.h>

#include "registers.h"
#include "report.h"
#include "vm.h"

GUEST(registers)

#define BIT(n) (1ull << (n))
#define PSE BIT(4)
#define PAE BIT(5)
#define PGE BIT(7)
#define LA57 BIT(12)
#define PCIDE BIT(17)
#define SMEP BIT(20)
#define SMAP BIT(21)
#define TABLES 0x100000ull
#define HIGH BIT(63)

#define NEEDED (HVBENCH_CAP_PCID | HVBENCH_CAP_INVPCID | HVBENCH_CAP_SMEP | HVBENCH_CAP_SMAP)

enum op { END, CR3 = 3, CR4, INVPCID };

/* As the guest finds it, and leaves it. */
struct load {
	__u64 op, value, pcid, gva;
	__u64 faulted, now;
};

struct rule {
	enum op op;
	__u64 value, pcid, gva; /* pcid and gva of INVPCID */
	bool faults;
	__u64 after; /* CR3 or CR4 then; 0: not looked at */
	const char *what;
};

static const struct rule rules[] = {
	{ CR4, PAE | PSE | PGE, 0, 0, false, PAE | PSE | PGE, "CR4 = PAE, PSE, PGE" },
	{ CR4, PSE | PGE, 0, 0, true, PAE | PSE | PGE, "CR4 without PAE" },
	{ CR4, PAE | LA57, 0, 0, true, PAE | PSE | PGE, "a change of CR4.LA57" },
	{ CR4, PAE | BIT(9), 0, 0, true, PAE | PSE | PGE, "CR4.OSFXSR, not offered" },
	{ CR4, PAE | BIT(13), 0, 0, true, PAE | PSE | PGE, "CR4.VMXE, not offered" },
	{ CR4, PAE | BIT(18), 0, 0, true, PAE | PSE | PGE, "CR4.OSXSAVE, not offered" },
	{ CR4, PAE | BIT(22), 0, 0, true, PAE | PSE | PGE, "CR4.PKE, not offered" },
	{ CR4, PAE | BIT(40), 0, 0, true, PAE | PSE | PGE, "a reserved bit of CR4" },
	{ CR4, PAE | SMEP | SMAP, 0, 0, false, PAE | SMEP | SMAP, "CR4.SMEP and SMAP" },
	{ CR3, TABLES | HIGH, 0, 0, true, TABLES, "bit 63 of CR3 without PCIDE" },
	{ CR3, TABLES | BIT(51), 0, 0, true, TABLES, "an address bit of CR3 beyond MAXPHYADDR" },
	{ CR3, TABLES | 0x18, 0, 0, false, TABLES | 0x18, "CR3.PWT and PCD" },
	{ CR4, PAE | PCIDE, 0, 0, true, PAE | SMEP | SMAP, "CR4.PCIDE while CR3 has low bits" },
	{ INVPCID, 1, 5, 0, true, 0, "INVPCID of a PCID without PCIDE" },
	{ INVPCID, 0, 0, 0x5000, false, 0, "INVPCID of an address without PCIDE" },
	{ CR3, TABLES, 0, 0, false, TABLES, "CR3 without them" },
	{ CR4, PAE | PCIDE, 0, 0, false, PAE | PCIDE, "CR4.PCIDE then" },
	{ CR3, TABLES | 5, 0, 0, false, TABLES | 5, "CR3 with a PCID, read back with it" },
	{ CR3, TABLES | 6 | HIGH, 0, 0, false, TABLES | 6, "CR3 with bit 63, read back without" },
	{ CR3, TABLES | 5 | BIT(62), 0, 0, true, TABLES | 6, "bit 62 of CR3" },
	{ INVPCID, 0, 5, 0x5000, false, 0, "INVPCID of an address" },
	{ INVPCID, 0, 5, BIT(60), true, 0, "INVPCID of an address that is not canonical" },
	{ INVPCID, 1, 5, BIT(60), false, 0, "INVPCID of a PCID, which looks at no address" },
	{ INVPCID, 2, 0, 0, false, 0, "INVPCID of everything" },
	{ INVPCID, 3, 0, 0, false, 0, "INVPCID of everything but global pages" },
	{ INVPCID, 4, 0, 0, true, 0, "INVPCID of type 4" },
	{ INVPCID, 2, BIT(12), 0, true, 0, "a reserved bit of INVPCID's descriptor" },
	{ CR4, PAE, 0, 0, false, PAE, "CR4.PCIDE off again, with a PCID in CR3" },
	{ CR3, TABLES, 0, 0, false, TABLES, "and CR3 as in the beginning" },
};

#define NR_RULES (sizeof(rules) / sizeof(rules[0]))

static const char *name_of(enum hvbench_mmu mmu, enum hvbench_spt_sync sync)
{
	static const char *const syncs[] = { "spt vtlb", "spt unsync", "spt trap" };

	return mmu == HVBENCH_MMU_EPT ? "ept" : syncs[sync];
}

static struct vm open_vm(enum hvbench_mmu mmu, enum hvbench_spt_sync sync)
{
	struct hvbench_config config = vm_config(mmu);
	struct vm vm;

	config.knob[HVBENCH_KNOB_SPT_SYNC] = sync;
	vm = vm_make(&config);
	vm_load(&vm, guest_registers, guest_registers_end);
	return vm;
}

void check_registers(enum hvbench_mmu mmu, enum hvbench_spt_sync sync)
{
	struct vm vm = open_vm(mmu, sync);
	struct load *load = (struct load *)(vm.memory + HVBENCH_MAILBOX_GPA);
	const char *name = name_of(mmu, sync);
	unsigned int i, trapped = 0;
	struct hvbench_info info;
	bool pcide = false;
	__u64 counted;

	if (ioctl(vm_device(), HVBENCH_GET_INFO, &info))
		err(1, "HVBENCH_GET_INFO");
	if ((info.capabilities & NEEDED) != NEEDED) {
		printf("skip - %s: this CPU lacks PCID, INVPCID, SMEP or SMAP\n", name);
		vm_close(&vm);
		return;
	}
	for (i = 0; i < NR_RULES; i++) {
		load[i] = (struct load){
			rules[i].op, rules[i].value, rules[i].pcid, rules[i].gva, 2, 0
		};
		if (rules[i].op == CR4 && !rules[i].faults)
			pcide = rules[i].value & PCIDE;
		/* Trap leaves the CPU what means the same there: PCIDs in either. */
		if (rules[i].op == INVPCID && !rules[i].faults)
			trapped +=
				mmu == HVBENCH_MMU_SPT && !(sync == HVBENCH_SPT_SYNC_TRAP && pcide);
	}
	report(!vm_run(&vm) && vm.control->run.exit == HVBENCH_RUN_DOORBELL,
	       "%s: all loads of control registers come to an end (end %u, rip %#llx)", name,
	       vm.control->run.end, vm.control->run.rip);
	for (i = 0; i < NR_RULES; i++)
		report(load[i].faulted == rules[i].faults &&
			       (!rules[i].after || load[i].now == rules[i].after),
		       "%s: %s %s (faulted %llu, then %#llx)", name, rules[i].what,
		       rules[i].faults ? "is #GP" : "is taken", load[i].faulted, load[i].now);
	counted = vm.control->stats.counter[HVBENCH_CNT_guest_flush_invpcid];
	report(counted == trapped, "%s: %u INVPCIDs were trapped (counted %llu)", name, trapped,
	       counted);
	vm_close(&vm);
}
