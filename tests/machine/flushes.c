// SPDX-License-Identifier: GPL-2.0
/*
 * flushes CPUFILE: flushes that the tool's calls and moves between CPUs make the module owe,
 * watched by a modelled TLB: rights taken away, and a vCPU that comes back to a CPU whose
 * TLB holds what has changed since. Runs as root in the emulated machine, on two CPUs, with
 * the module loaded.
 */
#include <err.h>
#include <sched.h>
#include <sys/ioctl.h>

#include "../../hv/uapi/guest.h"
#include "channel.h"
#include "report.h"
#include "vm.h"

GUEST(steered)

#define SOME_PAGES 0x400000
#define OTHER_PAGES 0x500000
#define REMAPPED 0x600000 /* gva */
#define BYTES 0x10000 /* that the guest touches */
#define PDE_OF(gpa) ((gpa) | 0x83) /* large, writable, present */

static void move_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(2, "CPU %d", cpu);
}

static struct vm begin(enum hvbench_mmu mmu, __u32 sync)
{
	struct hvbench_config config = vm_config(mmu);
	struct vm vm;

	move_to(0);
	if (channel_ask(MODEL_START) != MODEL_OK)
		errx(2, "%s", request.text);
	if (mmu == HVBENCH_MMU_SPT)
		config.knob[HVBENCH_KNOB_SPT_SYNC] = sync;
	config.knob[HVBENCH_KNOB_POPULATE] = 1;
	vm = vm_make(&config);
	vm_load(&vm, guest_steered, guest_steered_end);
	return vm;
}

/* The guest touches these pages, up to its doorbell or its end: which is it? */
static bool touches(struct vm *vm, __u64 address)
{
	__u64 *mailbox = (__u64 *)(vm->memory + HVBENCH_MAILBOX_GPA);

	mailbox[0] = address;
	return !vm_run(vm) && vm->control->run.exit == HVBENCH_RUN_DOORBELL;
}

static void remap(struct vm *vm, __u64 gpa)
{
	__u64 *mailbox = (__u64 *)(vm->memory + HVBENCH_MAILBOX_GPA);

	mailbox[1] = PDE_OF(gpa);
}

static bool allow(struct vm *vm, __u64 gpa, __u32 rights)
{
	struct hvbench_rights call = { .gpa = gpa, .bytes = BYTES, .rights = rights };

	return !ioctl(vm->fd, HVBENCH_SET_RIGHTS, &call);
}

static bool is_forbidden(const struct vm *vm, __u64 gpa)
{
	return vm->control->run.exit == HVBENCH_RUN_ENDED &&
	       vm->control->run.end == HVBENCH_END_FORBIDDEN && vm->control->run.gpa == gpa;
}

static unsigned long long counted(enum model_count count)
{
	return request.counts.count[MODEL_GUEST][count] + request.counts.count[MODEL_HOST][count];
}

static void end(struct vm *vm, const char *what)
{
	unsigned long long checked, found;

	request.number = 0;
	channel_ask(MODEL_READ);
	checked = counted(MODEL_CNT_stale_checked);
	found = counted(MODEL_CNT_stale_found);
	if (!report(!found, "%s: the modelled TLB finds nothing stale", what)) {
		request.number = 0;
		channel_ask(MODEL_STALE);
		printf("#   a flush of the TLB is missing: %#llx to %#llx, used %#llx\n",
		       (unsigned long long)request.stale.address,
		       (unsigned long long)request.stale.cached,
		       (unsigned long long)request.stale.used);
	}
	report(checked, "%s: and it has compared (%llu)", what, checked);
	channel_ask(MODEL_STOP);
	vm_close(vm);
	move_to(0);
}

static void check_rights(__u32 rights, const char *what)
{
	struct vm vm = begin(HVBENCH_MMU_EPT, 0);

	report(touches(&vm, SOME_PAGES) && touches(&vm, SOME_PAGES) &&
		       allow(&vm, SOME_PAGES, rights) && !touches(&vm, SOME_PAGES) &&
		       is_forbidden(&vm, SOME_PAGES),
	       "%s: the guest is stopped", what);
	end(&vm, what);
}

/*
 * The flush goes to the CPU where the vCPU is then; the other one still holds the pages. Few
 * are touched there, so that they stay in the nested TLB, too.
 */
static void check_move_ept(void)
{
	struct vm vm = begin(HVBENCH_MMU_EPT, 0);
	bool good = touches(&vm, SOME_PAGES) && touches(&vm, SOME_PAGES);

	move_to(1);
	good = good && touches(&vm, OTHER_PAGES) &&
	       allow(&vm, SOME_PAGES, HVBENCH_MAY_READ | HVBENCH_MAY_EXECUTE) &&
	       touches(&vm, OTHER_PAGES);
	move_to(0);
	report(good && !touches(&vm, SOME_PAGES) && is_forbidden(&vm, SOME_PAGES),
	       "rights taken away on another CPU: the guest is stopped");
	end(&vm, "rights taken away on another CPU");
}

static void check_move_spt(__u32 sync, const char *what)
{
	struct vm vm = begin(HVBENCH_MMU_SPT, sync);
	bool good;

	remap(&vm, SOME_PAGES);
	good = touches(&vm, REMAPPED) && touches(&vm, REMAPPED);
	move_to(1);
	good = good && touches(&vm, REMAPPED);
	remap(&vm, REMAPPED);
	good = good && touches(&vm, REMAPPED) && touches(&vm, REMAPPED);
	move_to(0);
	report(good && touches(&vm, REMAPPED),
	       "%s: the guest runs on one CPU, another, and the first again", what);
	end(&vm, what);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	channel_open();
	if (channel_describe(0, argv[1]) != MODEL_OK)
		errx(2, "%s", request.text);
	check_rights(HVBENCH_MAY_READ | HVBENCH_MAY_EXECUTE, "the right to write taken away");
	check_rights(0, "all rights taken away");
	check_move_ept();
	check_move_spt(HVBENCH_SPT_SYNC_UNSYNC, "a page moved on another CPU, unsync");
	check_move_spt(HVBENCH_SPT_SYNC_TRAP, "a page moved on another CPU, trap");
	check_move_spt(HVBENCH_SPT_SYNC_VTLB, "a page moved on another CPU, vtlb");
	channel_ask(MODEL_FORGET);
	return summary();
}
