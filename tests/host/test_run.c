// SPDX-License-Identifier: GPL-2.0
/*
 * hv/vcpu.c: the run loop. What must be right before the guest is entered, what is
 * counted once, when the host gets its turn, and how a guest ends.
 */
#include "fake_vcpu.h"

#define EXCEPTION_NMI 0
#define INTERRUPT 1
#define VMCALL 18
#define UNKNOWN_REASON 0x1234

static struct hv_vcpu *const vcpu = &fake.vcpu;
static u32 stop_at; /* that exit goes to the tool */

static enum hv_next stop(struct hv_vcpu *v, u32 exit)
{
	return exit < stop_at ? HV_NEXT_ENTER : HV_NEXT_TOOL;
}

/* Runs to that exit, whose answer is HV_NEXT_TOOL. */
static int run_to(u32 exits)
{
	if (!fake.handle)
		fake.handle = stop;
	stop_at = exits;
	return hv_vcpu_run(vcpu);
}

static const struct hvbench_run *answer(void)
{
	return &fake.control.run;
}

/* ---- life ---- */

static void test_create(void)
{
	fake_open();
	report(fake.created && fake.vmx_created && fake.dirty && !fake.vcpu.mmu.paging.cr3 &&
	       hv_pool_has(&vcpu->pool, FAKE_PAGES, FAKE_NODES), "a vCPU is made with a stock");
	report(!(vcpu->mmu.paging.cr4 & HV_CR4_LA57), "with 4-level paging");
	fake_close();

	fake_prepare();
	fake.knob[HVBENCH_KNOB_LA57] = 1;
	report(!hv_vcpu_create(vcpu) && vcpu->mmu.paging.cr4 & HV_CR4_LA57,
	       "la57=on: with 5-level paging");
	fake_close();

	fake_prepare();
	fake.vmx_create_error = -ENOSPC;
	report(hv_vcpu_create(vcpu) == -ENOSPC && !fake.dirty && !fake.created, "no VPID is left");
	fake.vmx_create_error = 0;
	fake.dirty_create_error = -ENOMEM;
	report(hv_vcpu_create(vcpu) == -ENOMEM && !fake.vmx_created && !fake.created &&
	       !vcpu->pool.free_pages, "no bitmaps: all is undone");
	fake.dirty_create_error = 0;
	fake.create_error = -ENOMEM;
	report(hv_vcpu_create(vcpu) == -ENOMEM && !fake.vmx_created && !fake.dirty &&
	       !vcpu->pool.free_pages, "no tables: all is undone");
	hv_memory_destroy(&fake.memory);
}

static void test_set_start(void)
{
	const struct hvbench_start good = { .rip = 0x10000, .cr3 = 0x3000, .rdi = 0x77 };
	struct hvbench_start bad[5] = { good, good, good, good, good };
	u32 i;

	bad[0].reserved = 1;
	bad[1].rip = 1ull << 47;
	bad[2].cr3 = 0x3001;
	bad[3].cr3 = 2ull << HV_CHUNK_SHIFT;
	bad[4].cr3 = ~0xfffull;
	fake_open();
	report(hv_vcpu_run(vcpu) == -EIO && !fake.switches, "no run without a start");
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		report(hv_vcpu_set_start(vcpu, &bad[i]) == -EINVAL && !fake.starts,
		       "a bad start is refused (%u)", i);
	vcpu->run_lock.held = true;
	report(hv_vcpu_set_start(vcpu, &good) == -EBUSY && !vcpu->started, "not during a run");
	vcpu->run_lock.held = false;
	fake.switch_in_errors = 2;
	kernel.waits = 0;
	kernel.wait_takes_signal = true;
	report(hv_vcpu_set_start(vcpu, &good) == -EINTR && kernel.waits == 1 && !vcpu->started &&
		       !vcpu->run_lock.held,
	       "while VMX is off it waits, until a signal comes");
	kernel.wait_takes_signal = false;
	kernel.signal = false;
	fake.switch_in_errors = 2;
	report(!hv_vcpu_set_start(vcpu, &good) && kernel.waits == 3 && fake.starts == 1 &&
		       vcpu->gpr[HV_RDI] == 0x77 && vcpu->mmu.paging.cr3 == 0x3000 &&
		       !vcpu->run_lock.held,
	       "or VMX is on: then a start is programmed");
	report(hv_vcpu_set_start(vcpu, &good) == -EBUSY && fake.starts == 1, "once");
	fake_close();
}

/* ---- the loop ---- */

static void test_start_pending(void)
{
	fake_open_started();
	fake.refusals = 2;
	report(!run_to(1) && fake.loads == 3 && fake.loaded.cr3 == 0x3000 && fake.entries == 1,
	       "the backend hears of CR3 before the first entry, again until it has done it");
	report(fake.switches == 3, "each time the stock is looked after with the CPU given back");
	report(fake_count(HVBENCH_CNT_guest_flush_cr3) == 0, "it is no flush of the guest's");
	report(!run_to(2) && fake.loads == 3 && fake.entries == 2, "and never later");
	fake_close();

	fake_open_started();
	fake.verdict = HV_OUTSIDE;
	report(!run_to(1) && !fake.entries && answer()->exit == HVBENCH_RUN_ENDED &&
	       answer()->end == HVBENCH_END_NO_MEMORY, "a start that can't be loaded ends the guest");
	fake_close();
}

static void test_account(void)
{
	const struct hvbench_stats *stats = &fake.control.stats;

	fake_open_started();
	fake.exit_ticks = 100;
	fake.exit_reason = VMCALL;
	report(!run_to(3) && fake.entries == 3 && fake_count(HVBENCH_CNT_vm_exits) == 2 &&
	       stats->exits[VMCALL] == 2, "an exit is counted when the guest is entered again");
	report(fake_count(HVBENCH_CNT_outside_tsc) == 200 && stats->outside_tsc[VMCALL] == 200 &&
	       stats->outside_histogram[VMCALL][6] == 2, "with the time that it took");
	report(!run_to(4) && fake_count(HVBENCH_CNT_vm_exits) == 3, "the last one in the next run");
	fake.exit_reason = UNKNOWN_REASON;
	run_to(6);
	report(stats->exits[HVBENCH_NR_EXIT_REASONS - 1] == 1, "an unknown reason is the last one");
	vcpu->exit_owner = HV_EXIT_HARNESS;
	run_to(7);
	report(fake_count(HVBENCH_CNT_harness_exits) == 1 && fake_count(HVBENCH_CNT_vm_exits) == 5 &&
	       fake_count(HVBENCH_CNT_outside_tsc) == 500, "a harness exit is counted as that alone");
	vcpu->exit_owner = HV_EXIT_HOST;
	vcpu->exit_reason = INTERRUPT;
	run_to(8);
	report(fake_count(HVBENCH_CNT_host_exits) == 1 && fake_count(HVBENCH_CNT_host_tsc) == 100 &&
	       stats->exits[INTERRUPT] == 1 && stats->outside_tsc[INTERRUPT] == 100,
	       "the host's own exit is counted apart, and by its reason");
	vcpu->exit_owner = HV_EXIT_HOST;
	vcpu->exit_reason = EXCEPTION_NMI;
	run_to(9);
	report(fake_count(HVBENCH_CNT_host_exits) == 2 && fake_count(HVBENCH_CNT_host_tsc) == 200 &&
	       !stats->exits[EXCEPTION_NMI] && !stats->outside_tsc[EXCEPTION_NMI],
	       "an NMI is none of the guest's exceptions");
	report(fake_count(HVBENCH_CNT_vm_exits) == 5 && fake_count(HVBENCH_CNT_outside_tsc) == 500,
	       "and neither is among the guest's");
	report(fake.descriptions == 6, "the tool is told of each stop");
	fake_close();
}

static enum hv_next end_twice(struct hv_vcpu *v, u32 exit)
{
	hv_vcpu_end(v, HVBENCH_END_BAD_PORT);
	return hv_vcpu_end(v, HVBENCH_END_INTERNAL);
}

static void test_end(void)
{
	fake_open_started();
	fake.exit_reason = VMCALL;
	fake.handle = end_twice;
	report(!hv_vcpu_run(vcpu) && answer()->exit == HVBENCH_RUN_ENDED &&
	       answer()->end == HVBENCH_END_BAD_PORT, "the first reason of an end stays");
	report(fake_count(HVBENCH_CNT_vm_exits) == 1 && fake.entries == 1 && fake.descriptions == 1,
	       "its exit is counted, though no entry follows");
	report(hv_vcpu_run(vcpu) == -EIO && fake.entries == 1, "it does not run again");
	fake_close();
}

static void test_entry_failed(void)
{
	fake_open_started();
	fake.exit_reason = VMCALL;
	run_to(1);
	fake.entry_fails = true;
	report(!run_to(2) && answer()->end == HVBENCH_END_ENTRY_FAILED && fake.entries == 1,
	       "an entry that fails ends the guest");
	report(fake_count(HVBENCH_CNT_vm_exits) == 1, "the exit before it is counted once");
	fake_close();
}

static void test_flush_refused(void)
{
	fake_open_started();
	fake.exit_reason = VMCALL;
	run_to(1);
	hv_flush_addr(&vcpu->mmu, 0x1000);
	fake.refuse_invvpid[INVVPID_ADDR] = true;
	report(!run_to(2) && fake.entries == 2 && !fake.flushes_pending,
	       "no entry with a flush outstanding, though the CPU refused the narrow one");
	fake.refuse_invvpid[INVVPID_SINGLE] = fake.refuse_invvpid[INVVPID_ALL] = true;
	hv_flush_addr(&vcpu->mmu, 0x1000);
	report(!run_to(3) && answer()->exit == HVBENCH_RUN_ENDED &&
	       answer()->end == HVBENCH_END_FLUSH_FAILED && fake.entries == 2,
	       "where the CPU refuses all the guest ends before it is entered");
	report(fake_count(HVBENCH_CNT_vm_exits) == 2 && fake.descriptions == 3,
	       "its last exit is counted, once, and described");
	fake_close();
}

/* ---- what makes the loop give the CPU back ---- */

static enum hv_next eat_stock(struct hv_vcpu *v, u32 exit)
{
	if (exit == 1)
		while (v->pool.free_pages)
			arena_give_page(hv_pool_take_page(&v->pool)), v->pool.used_pages--;
	return stop(v, exit);
}

static enum hv_next want_backing(struct hv_vcpu *v, u32 exit)
{
	if (exit != 1)
		return stop(v, exit);
	v->need_backing = true;
	v->backing_gpa = v->mmu.memory->nr_frames << HV_PAGE_SHIFT;
	if (stop_at)
		v->backing_gpa -= HV_PAGE_BYTES;
	return HV_NEXT_PREPARE;
}

static void test_prepare(void)
{
	u64 last;

	fake_open_started();
	last = fake.memory.nr_frames - 1;
	fake.handle = eat_stock;
	report(!run_to(2) && fake.switches == 2 && fake.entries == 2 &&
	       hv_pool_has(&vcpu->pool, FAKE_PAGES, FAKE_NODES),
	       "no entry without the stock that an event may need: it is filled first");
	fake_close();

	fake_open_started();
	fake.handle = want_backing;
	report(hv_memory_hpa(&fake.memory, last) == HV_HPA_ABSENT && !run_to(2) &&
	       HV_HPA_VALID(hv_memory_hpa(&fake.memory, last)) && fake.switches == 2,
	       "the host page that an event wanted is there at the next entry");
	report(!vcpu->need_backing, "it is asked for once");
	fake_close();

	fake_open_started();
	fake.handle = want_backing;
	report(!run_to(0) && answer()->exit == HVBENCH_RUN_ENDED &&
	       answer()->end == HVBENCH_END_HOST_MEMORY && fake.entries == 1,
	       "a host page that can't be had ends the guest");
	report(fake_count(HVBENCH_CNT_vm_exits) == 1 && fake.descriptions == 1,
	       "the exit that wanted it is counted and described");
	fake_close();

	fake_open_started();
	vcpu->need_backing = true;
	vcpu->backing_gpa = ~0ull;
	fake.switch_in_errors = 1;
	report(!run_to(1) && answer()->end == HVBENCH_END_HOST_MEMORY && !kernel.waits &&
	       !fake.entries, "while VMX is off too, with no wait");
	fake_close();
}

static enum hv_next set_signal(struct hv_vcpu *v, u32 exit)
{
	kernel.signal = exit == 1;
	return HV_NEXT_ENTER;
}

static enum hv_next set_resched(struct hv_vcpu *v, u32 exit)
{
	kernel.resched = exit == 1;
	return stop(v, exit);
}

static enum hv_next long_exits(struct hv_vcpu *v, u32 exit)
{
	kernel.tsc += 300;
	return stop(v, exit);
}

static void test_turns(void)
{
	u32 before;

	fake_open_started();
	kernel.signal = true;
	report(run_to(1) == -EINTR && !fake.switches && answer()->exit == HVBENCH_RUN_NONE &&
	       !vcpu->run_lock.held, "a signal before the run: back at once");
	kernel.signal = false;
	kernel.notify_resume = true;
	report(run_to(1) == -EINTR && !fake.switches, "so too for what else the return does");
	kernel.notify_resume = false;
	fake.handle = set_signal;
	report(run_to(1) == -EINTR && fake.entries == 1 && !vcpu->ended,
	       "a signal between two entries: back before the next");
	fake_close();

	fake_open_started();
	fake.handle = set_resched;
	report(!run_to(2) && fake.entries == 2 && fake.switches == 2,
	       "another thread that waits gets the CPU before the next entry");
	fake_close();

	fake_open_started();
	before = kernel.rescheds;
	fake.handle = long_exits;
	report(!run_to(3) && fake.switches == 1, "within its slice the vCPU keeps the CPU");
	report(!run_to(7) && fake.switches == 2, "each run begins a slice");
	report(kernel.rescheds == before + 2, "the host gets its turn between two");
	report(!run_to(13) && fake.switches == 4, "a stretch of exits beyond the slice gives the CPU");
	fake_close();
}

static void test_vmx_off(void)
{
	fake_open_started();
	fake.switch_in_errors = 2;
	report(!run_to(1) && kernel.waits == 2 && fake.entries == 1, "while VMX is off the run waits");
	kernel.wait_takes_signal = true;
	fake.switch_in_errors = 1;
	report(run_to(2) == -EINTR && kernel.waits == 3, "a signal ends the wait");
	fake_close();
}

static void test_busy(void)
{
	fake_open_started();
	vcpu->run_lock.held = true;
	report(run_to(1) == -EBUSY && !fake.entries, "one thread at a time");
	vcpu->run_lock.held = false;
	vcpu->pool.used_pages = 5;
	vcpu->pool.used_nodes = 2;
	vcpu->pool.beside = 1;
	vcpu->pool.peak_bytes = 99999;
	report(!run_to(1) &&
	       fake_count(HVBENCH_CNT_table_bytes) == 5 * HV_PAGE_BYTES + 2 * HV_NODE_BYTES &&
	       fake_count(HVBENCH_CNT_table_bytes_peak) == 99999 &&
	       fake_count(HVBENCH_CNT_table_pages) == 4, "each run tells of the tables' memory");
	vcpu->pool.used_pages = vcpu->pool.used_nodes = 0;
	fake_close();
}

/* ---- rights ---- */

static void test_set_rights(void)
{
	static const struct hvbench_rights bad[] = {
		{ .gpa = 1, .bytes = 0x1000 },
		{ .gpa = 0, .bytes = 0x1001 },
		{ .gpa = 4ull << 20, .bytes = 0x1000 },
		{ .gpa = 0x1000, .bytes = 4ull << 20 },
		{ .gpa = ~0xfffull, .bytes = 0x2000 },
		{ .gpa = 0, .bytes = 0x1000, .rights = 8 },
		{ .gpa = 0, .bytes = 0x1000, .reserved = 1 },
	};
	struct hvbench_rights rights = { .gpa = 0x1ff000, .bytes = 0x3000, .rights = 5 };
	u32 i;

	fake_open();
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		report(hv_vcpu_set_rights(vcpu, &bad[i]) == -EINVAL && !fake.rights_calls,
		       "bad rights are refused (%u)", i);
	report(!hv_vcpu_set_rights(vcpu, &rights) && fake.rights_calls == 2 &&
	       fake.rights_gfn == 512 && fake.rights_frames == 3, "a range goes chunk by chunk");
	fake.set_rights_error = -EOPNOTSUPP;
	report(hv_vcpu_set_rights(vcpu, &rights) == -EOPNOTSUPP && fake.rights_calls == 3,
	       "an error ends it");
	kernel.fatal_signal = true;
	report(hv_vcpu_set_rights(vcpu, &rights) == -EINTR && fake.rights_calls == 3,
	       "so does a fatal signal");
	vcpu->run_lock.held = true;
	report(hv_vcpu_set_rights(vcpu, &rights) == -EBUSY, "not during a run");
	vcpu->run_lock.held = false;
	fake_close();
}

void test_run(void)
{
	report_prefix("run");
	test_create();
	test_set_start();
	test_start_pending();
	test_account();
	test_end();
	test_entry_failed();
	test_flush_refused();
	test_prepare();
	test_turns();
	test_vmx_off();
	test_busy();
	test_set_rights();
}
