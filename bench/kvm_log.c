// SPDX-License-Identifier: GPL-2.0
/* See kvm_log.h. */
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "guest.h"
#include "kvm_log.h"

#define REFUSED UINT64_MAX
#define PAGE_BYTES 4096ull

int kvm_log_set_memory(const struct kvm_log *log, bool logged)
{
	struct kvm_userspace_memory_region region = {
		.slot = KVM_LOG_SLOT,
		.flags = logged ? KVM_MEM_LOG_DIRTY_PAGES : 0,
		.memory_size = log->bytes,
		.userspace_addr = (uintptr_t)log->memory,
	};

	return ioctl(log->vm_fd, KVM_SET_USER_MEMORY_REGION, &region);
}

/* KVM writes whole 64-bit words, and memory is a multiple of 2M: the sizes agree. */
static uint64_t collect(const struct kvm_log *log, uint64_t written, uint64_t touched)
{
	uint64_t bitmap_bytes = log->bytes / PAGE_BYTES / 8;
	struct kvm_dirty_log request = { .slot = KVM_LOG_SLOT };

	/* KVM's log knows nothing of touches. */
	if (touched || written % PAGE_BYTES || written > log->bytes ||
	    bitmap_bytes > log->bytes - written)
		return REFUSED;
	request.dirty_bitmap = (char *)log->memory + written;
	return ioctl(log->vm_fd, KVM_GET_DIRTY_LOG, &request) ? REFUSED : 0;
}

uint64_t kvm_log_ring(const struct kvm_log *log, uint32_t doorbell, uint64_t written,
		      uint64_t touched)
{
	if (!log->allowed)
		return REFUSED;
	switch (doorbell) {
	case HVBENCH_BELL_LOG_START:
		return kvm_log_set_memory(log, true) ? REFUSED : 0;
	case HVBENCH_BELL_LOG_COLLECT:
		return collect(log, written, touched);
	default:
		return kvm_log_set_memory(log, false) ? REFUSED : 0;
	}
}
