/* SPDX-License-Identifier: GPL-2.0 */
/* All CPUs must have the VMX that vmx_capability was read from. */
#ifndef HV_VMX_SAME_H
#define HV_VMX_SAME_H

/* Notes what the CPU that it runs on has. Before the other. */
void vmx_same_note(void);

/*
 * Compares this CPU with that. 0, or -EIO after a sentence in the kernel log.
 * Interrupts off.
 */
int vmx_same_check(void);

#endif
