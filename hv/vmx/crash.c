// SPDX-License-Identifier: GPL-2.0
/*
 * VMX operation ends when the host's kernel does: panic, crash kexec, emergency
 * reboot. A kernel entered by kexec clears CR4.VMXE, which is #GP in VMX operation
 * (SDM 3C, 24.8): without this a crash kernel dies of a triple fault. The kernel
 * calls the one callback that it has room for on every CPU, from an NMI where the CPU
 * was doing something else, so it takes no lock and allocates nothing.
 *
 * KVM wants the same place. While kvm_intel is loaded it has it: its callback executes
 * VMXOFF wherever CR4.VMXE is set, so for our VMX operation too.
 */
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <asm/tlbflush.h>

#include "../compat.h"
#include "../log.h"
#include "crash.h"
#include "enable.h"
#include "insn.h"
#include "vmcs.h"

static DEFINE_MUTEX(lock);
/* Under lock. */
static bool registered, kvm_loaded;

static void leave_vmx(void)
{
	unsigned long cr4 = __read_cr4();

	if (!(cr4 & X86_CR4_VMXE))
		return;
	vmx_clear_for_crash(vmx_active_list());
	vmxoff();
	hv_write_cr4(cr4 & ~X86_CR4_VMXE);
}

static void update_callback(bool wanted)
{
	lockdep_assert_held(&lock);
	if (wanted && !registered)
		registered = hv_set_crash_callback(leave_vmx);
	if (!wanted && registered) {
		hv_clear_crash_callback(leave_vmx);
		registered = false;
	}
}

/* Built into the kernel or as a module. */
static bool kvm_is_there(void)
{
	struct kobject *kvm = kset_find_obj(THIS_MODULE->mkobj.kobj.kset, "kvm_intel");

	kobject_put(kvm);
	return kvm;
}

/* kvm_intel comes, or goes: because it is unloaded or because it failed. */
static int module_changes(struct notifier_block *block, unsigned long state, void *data)
{
	const struct module *module = data;

	if (strcmp(module->name, "kvm_intel") ||
	    (state != MODULE_STATE_COMING && state != MODULE_STATE_GOING))
		return NOTIFY_DONE;
	mutex_lock(&lock);
	kvm_loaded = state == MODULE_STATE_COMING;
	if (kvm_loaded && !HV_VMX_STAYS_ON) {
		/* Between two turns of a guest nothing would keep it from VT-x. */
		hv_err("kvm_intel can't be loaded beside hvbench on this kernel: rmmod hvbench\n");
		mutex_unlock(&lock);
		return notifier_from_errno(-EBUSY);
	}
	if (kvm_loaded)
		hv_info("kvm_intel is loaded while hvbench holds VT-x: it, or its guests, can't "
			"start before rmmod hvbench\n");
	update_callback(!kvm_loaded);
	mutex_unlock(&lock);
	return NOTIFY_DONE;
}

static struct notifier_block modules = { .notifier_call = module_changes };

void __init vmx_crash_register(void)
{
	/* Before the question, so that KVM does not come unseen. */
	register_module_notifier(&modules);
	mutex_lock(&lock);
	kvm_loaded |= kvm_is_there();
	update_callback(!kvm_loaded);
	mutex_unlock(&lock);
}

void vmx_crash_unregister(void)
{
	unregister_module_notifier(&modules);
	mutex_lock(&lock);
	update_callback(false);
	mutex_unlock(&lock);
}
