// SPDX-License-Identifier: GPL-2.0
/* The life of a VMCS, see vmcs.h. */
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "capability.h"
#include "enable.h"
#include "host_memory.h"
#include "insn.h"
#include "vmcs.h"

static DEFINE_PER_CPU(struct vmx_vmcs *, current_vmcs);

int vmx_vmcs_alloc(struct vmx_vmcs *vmcs)
{
	vmcs->page = hv_zalloc_page();
	if (!vmcs->page)
		return -ENOMEM;
	*(u32 *)vmcs->page = vmx_capability.revision;
	vmcs->cpu = -1;
	vmcs->launched = false;
	INIT_LIST_HEAD(&vmcs->active);
	return 0;
}

void vmx_vmcs_free(struct vmx_vmcs *vmcs)
{
	if (!vmcs->page)
		return;
	vmx_vmcs_release(vmcs);
	free_page((unsigned long)vmcs->page);
	vmcs->page = NULL;
}

static void clear_here(struct vmx_vmcs *vmcs)
{
	WARN_ONCE(vmclear(__pa(vmcs->page)), "hvbench: VMCLEAR failed\n");
	if (this_cpu_read(current_vmcs) == vmcs)
		this_cpu_write(current_vmcs, NULL);
	list_del_init(&vmcs->active);
	vmcs->launched = false;
	WRITE_ONCE(vmcs->cpu, -1);
}

static void clear_if_here(void *data)
{
	struct vmx_vmcs *vmcs = data;

	/* The CPU may have left VMX operation meanwhile and cleared it. */
	if (vmcs->cpu == smp_processor_id())
		clear_here(vmcs);
}

void vmx_vmcs_release(struct vmx_vmcs *vmcs)
{
	int cpu = READ_ONCE(vmcs->cpu);

	/* An error means that the CPU is offline: it cleared all its VMCSs. */
	if (cpu >= 0)
		smp_call_function_single(cpu, clear_if_here, vmcs, 1);
}

bool vmx_vmcs_is_current(const struct vmx_vmcs *vmcs)
{
	return this_cpu_read(current_vmcs) == vmcs;
}

int vmx_vmcs_make_current(struct vmx_vmcs *vmcs)
{
	if (unlikely(!vmx_enabled_here()))
		return -EIO;
	if (vmcs->cpu < 0) {
		if (vmclear(__pa(vmcs->page)))
			return -EIO;
		vmcs->cpu = smp_processor_id();
		/*
		 * Before it is active, which VMPTRLD makes it, and each step in the order
		 * that vmx_clear_for_crash() may see between any two instructions.
		 */
		list_add_rcu(&vmcs->active, vmx_active_list());
	}
	if (!vmx_vmcs_is_current(vmcs)) {
		if (vmptrld(__pa(vmcs->page)))
			return -EIO;
		this_cpu_write(current_vmcs, vmcs);
	}
	return 0;
}

void vmx_clear_for_crash(const struct list_head *active)
{
	struct vmx_vmcs *vmcs;

	list_for_each_entry(vmcs, active, active)
		vmclear(__pa(vmcs->page));
}

void vmx_clear_active(struct list_head *active)
{
	struct vmx_vmcs *vmcs, *next;

	list_for_each_entry_safe(vmcs, next, active, active)
		clear_here(vmcs);
}
