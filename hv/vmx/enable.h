/* SPDX-License-Identifier: GPL-2.0 */
/* VMX operation on every CPU, for as long as the module is loaded. */
#ifndef HV_VMX_ENABLE_H
#define HV_VMX_ENABLE_H

#include <linux/list.h>
#include <linux/types.h>

/*
 * VMXON on every CPU, now and whenever one comes online. 0, or -EBUSY/-EIO/
 * -ENOMEM after a sentence in the kernel log, with VMX off everywhere again.
 */
int vmx_enable_all(void);
void vmx_disable_all(void);

/*
 * Around a vCPU's turn on its CPU; they do nothing where VMX stays on (compat.h).
 * Interrupts off. 0, or an error where VMX can't be had now.
 */
int vmx_begin_turn(void);
void vmx_end_turn(void);

/* True where this CPU is in our VMX operation. Interrupts off. */
bool vmx_enabled_here(void);

/*
 * The VMCSs that are active on this CPU; it clears them before VMXOFF.
 * Interrupts off.
 */
struct list_head *vmx_active_list(void);

#endif
