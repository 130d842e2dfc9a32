// SPDX-License-Identifier: GPL-2.0
/*
 * VMXON and VMXOFF on every CPU (SDM 3C, 24.7), through hot-plug, suspend and
 * reboot. The per-CPU state is touched on its own CPU with interrupts off.
 */
#include <linux/cpu.h>
#include <linux/percpu.h>
#include <linux/reboot.h>
#include <linux/slab.h>
#include <linux/suspend.h>
#include <asm/vmx.h>

#include "../compat.h"
#include "../log.h"
#include "capability.h"
#include "crash.h"
#include "enable.h"
#include "insn.h"
#include "same.h"
#include "vmcs.h"

struct vmx_cpu {
	void *region; /* the VMXON region, one page */
	bool on;
	struct list_head active; /* struct vmx_vmcs.active */
};

static DEFINE_PER_CPU(struct vmx_cpu, vmx_cpus);
static enum cpuhp_state hotplug_state;

bool vmx_enabled_here(void)
{
	return this_cpu_read(vmx_cpus.on);
}

struct list_head *vmx_active_list(void)
{
	return &this_cpu_ptr(&vmx_cpus)->active;
}

/* 0, -EBUSY (another hypervisor), -ESRCH (Intel PT traces) or -EIO (VMXON failed). */
static int enable_here(void)
{
	struct vmx_cpu *cpu = this_cpu_ptr(&vmx_cpus);

	if (__read_cr4() & X86_CR4_VMXE)
		return -EBUSY;
	if (!hv_pause_pt())
		return -ESRCH;
	hv_set_vmxe(true);
	if (vmxon(__pa(cpu->region))) {
		hv_set_vmxe(false);
		hv_resume_pt();
		return -EIO;
	}
	cpu->on = true;
	return 0;
}

static void disable_here(void *unused)
{
	struct vmx_cpu *cpu = this_cpu_ptr(&vmx_cpus);

	if (!cpu->on)
		return;
	vmx_clear_active(&cpu->active);
	cpu->on = false;
	vmxoff();
	hv_set_vmxe(false);
	hv_resume_pt();
}

int vmx_begin_turn(void)
{
	return HV_VMX_STAYS_ON ? 0 : enable_here();
}

void vmx_end_turn(void)
{
	if (!HV_VMX_STAYS_ON)
		disable_here(NULL);
}

static void explain(int err)
{
	int cpu = smp_processor_id();

	switch (err) {
	case -EBUSY:
		hv_err("another hypervisor holds VT-x on CPU %d: if it is KVM, stop its guests and "
		       "run modprobe -r kvm_intel\n",
		       cpu);
		break;
	case -ESRCH:
		hv_err("Intel PT traces CPU %d, where VMX can't be switched on meanwhile: stop perf "
		       "and try again\n",
		       cpu);
		break;
	case -EIO:
		hv_err("VMXON failed on CPU %d: IA32_FEATURE_CONTROL may differ there; update the "
		       "firmware\n",
		       cpu);
		break;
	}
}

static int cpu_comes(unsigned int cpu)
{
	unsigned long flags;
	int err;

	local_irq_save(flags);
	err = vmx_same_check();
	if (!err) {
		err = enable_here();
		explain(err);
	}
	if (!err && !HV_VMX_STAYS_ON)
		disable_here(NULL);
	local_irq_restore(flags);
	return err;
}

static int cpu_goes(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	disable_here(NULL);
	local_irq_restore(flags);
	return 0;
}

static void enable_again(void *unused)
{
	WARN_ONCE(HV_VMX_STAYS_ON && !vmx_enabled_here() && enable_here(),
		  "hvbench: VMXON failed on CPU %d after resume\n", smp_processor_id());
}

/*
 * Suspend takes the boot CPU down without hot-plug. While VMX is off, vCPUs
 * wait in the run loop.
 */
static int system_suspends(struct notifier_block *block, unsigned long action, void *unused)
{
	switch (action) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		on_each_cpu(disable_here, NULL, 1);
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		on_each_cpu(enable_again, NULL, 1);
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block suspend = { .notifier_call = system_suspends };

/* A CPU in VMX operation blocks INIT, which firmware's reset may need. */
static int system_reboots(struct notifier_block *block, unsigned long action, void *unused)
{
	on_each_cpu(disable_here, NULL, 1);
	return NOTIFY_OK;
}

static struct notifier_block reboot = { .notifier_call = system_reboots };

static void free_regions(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		free_page((unsigned long)per_cpu(vmx_cpus, cpu).region);
}

static int __init allocate_regions(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct vmx_cpu *state = &per_cpu(vmx_cpus, cpu);

		INIT_LIST_HEAD(&state->active);
		state->region = (void *)get_zeroed_page(GFP_KERNEL);
		if (!state->region) {
			free_regions();
			return -ENOMEM;
		}
		*(u32 *)state->region = vmx_capability.revision;
	}
	return 0;
}

int __init vmx_enable_all(void)
{
	int err = allocate_regions();

	if (err)
		return err;
	vmx_crash_register();
	/* A failure on one CPU takes back the others. */
	err = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "hvbench:vmx", cpu_comes, cpu_goes);
	if (err < 0) {
		vmx_crash_unregister();
		free_regions();
		return err;
	}
	hotplug_state = err;
	register_pm_notifier(&suspend);
	register_reboot_notifier(&reboot);
	return 0;
}

void vmx_disable_all(void)
{
	unregister_reboot_notifier(&reboot);
	unregister_pm_notifier(&suspend);
	cpuhp_remove_state(hotplug_state);
	vmx_crash_unregister();
	free_regions();
}
