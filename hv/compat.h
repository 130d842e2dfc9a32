/* SPDX-License-Identifier: GPL-2.0 */
/* Where kernels from 6.1 to 6.12 differ, and nowhere else. */
#ifndef HV_COMPAT_H
#define HV_COMPAT_H

#include <linux/mm.h>
#include <linux/perf_event.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set, vm_flags_t clear)
{
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
/*
 * A task's context of software events remembers the PMU whose event it was made
 * for until the task runs, however long that is after our module is gone. So an
 * event of perf's own makes it.
 */
static inline int hv_make_perf_context(struct task_struct *task)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.disabled = 1,
	};
	struct perf_event *event = perf_event_create_kernel_counter(&attr, -1, task, NULL, NULL);

	if (IS_ERR(event))
		return PTR_ERR(event);
	perf_event_release_kernel(event);
	return 0;
}

static inline bool hv_has_config3(const struct perf_event_attr *attr)
{
	return false;
}
#else
static inline int hv_make_perf_context(struct task_struct *task)
{
	return 0;
}

static inline bool hv_has_config3(const struct perf_event_attr *attr)
{
	return attr->config3;
}
#endif

#endif
