/* SPDX-License-Identifier: GPL-2.0 */
/* VMX operation ends with the host's kernel. */
#ifndef HV_VMX_CRASH_H
#define HV_VMX_CRASH_H

/* While VMX is on; both may sleep. */
void vmx_crash_register(void);
void vmx_crash_unregister(void);

#endif
