/* SPDX-License-Identifier: GPL-2.0 */
/* Where kernels from 6.1 to 6.12 differ, and nowhere else. */
#ifndef HV_COMPAT_H
#define HV_COMPAT_H

#include <linux/mm.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set, vm_flags_t clear)
{
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}
#endif

#endif
