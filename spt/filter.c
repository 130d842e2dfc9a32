// SPDX-License-Identifier: GPL-2.0
/*
 * The filter (spt.filter): a guest fault on an address that the guest has not
 * mapped goes to the guest without an exit. The CPU can tell it by P in the error
 * code (SDM 3C, 25.2: page-fault error-code mask and match): an entry that the
 * guest has not mapped is 0 in the shadow as well, and everything of which
 * nothing is known yet is a marker, present with a reserved bit, so that P is 1
 * in the error code and the fault exits.
 *
 * Only a table whose writes are caught can have entries that are 0: what the
 * guest maps in an open table would else fault where no CPU does. Nor may a
 * stale upper entry lead to one from the root, hence invariant 9.
 */
#include "spt.h"

/* The next entry may become the guest's without an exit from now on. */
static void set_absent(struct spt_page *sp, u32 index, u64 value)
{
	if (sp->shadow[index] != value)
		WRITE_ONCE(sp->shadow[index], value);
}

/* Direct pages, roots outside memory and open tables know nothing of absence. */
static bool is_known(const struct spt *spt, const struct spt_page *sp)
{
	return !spt_is_direct(sp) && !sp->stale && spt_gfn(sp) < spt->mmu->memory->nr_frames;
}

/* What an entry is to hold that the shadow has not: 0 only if the guest's says so. */
static u64 value_for(const struct spt *spt, u64 entry)
{
	return spt->absent & (0 - (entry & PT_P));
}

static_assert(PT_P == 1);

/* The same for all entries of a new page, at less cost for each. */
static void filter_new(const struct spt *spt, struct spt_page *sp, const u64 *table)
{
	u32 index;

	if (!table) {
		for (index = 0; index < HV_ENTRIES; index++)
			WRITE_ONCE(sp->shadow[index], spt->absent);
		return;
	}
	for (index = 0; index < HV_ENTRIES; index++)
		WRITE_ONCE(sp->shadow[index], value_for(spt, READ_ONCE(table[index])));
}

void spt_filter_page(struct spt *spt, struct spt_page *sp)
{
	const u64 *table = is_known(spt, sp) ? spt_guest_table(spt, sp) : NULL;
	u32 index;

	if (spt_is_empty(sp)) {
		filter_new(spt, sp, table);
		return;
	}
	for (index = 0; index < HV_ENTRIES; index++)
		if (!spt_is_used(sp, index))
			set_absent(sp, index,
				   table ? value_for(spt, READ_ONCE(table[index])) : spt->absent);
}

void spt_unfilter_page(struct spt *spt, struct spt_page *sp)
{
	u32 index;

	for (index = 0; index < HV_ENTRIES; index++)
		if (!sp->shadow[index])
			WRITE_ONCE(sp->shadow[index], spt->absent);
}

void spt_filter_entry(struct spt *spt, struct spt_page *sp, u32 index, u64 entry)
{
	if (spt->absent)
		set_absent(sp, index, is_known(spt, sp) ? value_for(spt, entry) : spt->absent);
}

void spt_filter_update(struct spt *spt)
{
	struct hv_controls *controls = &spt->mmu->controls;
	bool armed = spt->filter_fits && list_empty(&spt->stale_upper);

	if (likely(controls->filter_not_present == armed))
		return;
	controls->filter_not_present = armed;
	controls->changed = true;
}
