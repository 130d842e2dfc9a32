// SPDX-License-Identifier: GPL-2.0
/*
 * Guest memory as the guest's own CPU reaches it, for the emulation of its
 * instructions: through the backend, with the guest's rights. Interrupts off.
 */
#include "vcpu.h"

/* Whole words in one access, as the CPU would read them. */
static void copy(void *to, const void *from, u32 bytes)
{
	if (bytes == 8) {
		*(u64 *)to = READ_ONCE(*(const u64 *)from);
	} else if (bytes > 8 && bytes <= 16) {
		/* An instruction: two words that may overlap. */
		memcpy(to, from, 8);
		memcpy(to + bytes - 8, from + bytes - 8, 8);
	} else if (bytes == 4) {
		*(u32 *)to = READ_ONCE(*(const u32 *)from);
	} else {
		memcpy(to, from, bytes);
	}
}

bool hv_guest_read(void *context, u64 gva, void *to, u32 bytes, bool fetch)
{
	struct hv_guest_reader *reader = context;
	struct hv_mmu *mmu = reader->mmu;
	u64 hpa = HV_HPA_ABSENT;
	u32 access = reader->access;

	if (fetch)
		access = (access & HV_PF_USER) | HV_PF_FETCH;
	if (likely(hv_is_canonical(mmu, gva)))
		hpa = mmu->ops->reach(mmu, gva, access);
	if (unlikely(!HV_HPA_VALID(hpa))) {
		reader->missing = gva;
		reader->missed_access = access;
		reader->missed = true;
		return false;
	}
	copy(to, hv_va(hpa), bytes);
	return true;
}
