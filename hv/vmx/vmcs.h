/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of a VMCS: which CPU holds it active, and how it moves (SDM 3C,
 * 25.1 and 25.11.1). A VMCS is active on one CPU at most; what happens to it
 * there happens with interrupts off.
 */
#ifndef HV_VMX_VMCS_H
#define HV_VMX_VMCS_H

#include <linux/list.h>
#include <linux/types.h>

struct vmx_vmcs {
	void *page;
	int cpu; /* active there, or -1 */
	bool launched; /* VMRESUME rather than VMLAUNCH */
	struct list_head active; /* in the CPU's list while cpu >= 0 */
};

int vmx_vmcs_alloc(struct vmx_vmcs *vmcs);
void vmx_vmcs_free(struct vmx_vmcs *vmcs);

/*
 * Takes the VMCS away from the CPU that holds it. Interrupts on: it may have
 * to ask that CPU.
 */
void vmx_vmcs_release(struct vmx_vmcs *vmcs);

/* Whether it is this CPU's current VMCS: no other has been since. Interrupts off. */
bool vmx_vmcs_is_current(const struct vmx_vmcs *vmcs);

/*
 * Makes it this CPU's current VMCS; it must not be active elsewhere.
 * Interrupts off. 0, or -EIO where this CPU is not in VMX operation.
 */
int vmx_vmcs_make_current(struct vmx_vmcs *vmcs);

/* VMCLEARs all of a CPU's list. Interrupts off, on that CPU. */
void vmx_clear_active(struct list_head *active);
/* The same in an NMI, after which the CPU runs no guest: the list stays as it is. */
void vmx_clear_for_crash(const struct list_head *active);

#endif
