// SPDX-License-Identifier: GPL-2.0
/* Opening and closing the measured window; see phase.h. */
#include "phase.h"
#include "cpu.h"
#include "hot.h"
#include "report.h"
#include "space.h"

extern u8 image_begin[], writable_begin[], image_end[];

/*
 * One access a page: reading brings code and tables in, writing back what
 * was read brings data in for writing. The boot tables are only read, since
 * a write to a page table is an event of its own under a shadow MMU.
 */
static void touch_own_memory(void)
{
	volatile u64 *word;
	u8 *page;

	for (page = image_begin; page < image_end; page += PAGE_BYTES) {
		word = (volatile u64 *)page;
		if (page >= writable_begin)
			*word = *word;
		else
			(void)*word;
	}
}

static void set_name(struct hvbench_mailbox *box, const char *name)
{
	u32 i;

	for (i = 0; name[i]; i++) {
		check(i < sizeof(box->phase_name) - 1, "a phase's name is too long");
		box->phase_name[i] = name[i];
	}
	box->phase_name[i] = '\0';
}

/* All that the begin mark tells but the mark itself. */
static void declare(const char *name, enum phase_condition condition)
{
	struct hvbench_mailbox *box = mailbox();

	set_name(box, name);
	box->phase_condition = condition;
	box->ops = 0;
	hot.guest_faults = 0;
	hot.asked_begin = hot.asked;
}

void setup_begin(void)
{
	declare("setup", SETUP);
	hot.in_setup = true;
	doorbell(HVBENCH_BELL_PHASE_BEGIN);
	hot.tsc_begin = cpu_tsc();
}

void setup_end(void)
{
	if (!hot.in_setup)
		return;
	hot.in_setup = false;
	touch_own_memory();
	phase_end(1);
}

HOT_CODE void phase_begin(const char *name, enum phase_condition condition)
{
	setup_end();
	declare(name, condition);
	touch_own_memory();
	doorbell(HVBENCH_BELL_PHASE_BEGIN);
	hot.tsc_begin = cpu_tsc();
}

HOT_CODE void phase_end(u64 ops)
{
	u64 tsc_end = cpu_tsc();
	struct hvbench_mailbox *box = mailbox();

	box->ops = ops;
	box->table_bytes = space_table_bytes();
	box->tsc_begin = hot.tsc_begin;
	box->tsc_end = tsc_end;
	box->asked = hot.asked;
	box->asked_begin = hot.asked_begin;
	box->guest_faults = hot.guest_faults;
	doorbell(HVBENCH_BELL_PHASE_END);
}
