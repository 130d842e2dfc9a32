// SPDX-License-Identifier: GPL-2.0
/* See fake_engine.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake_engine.h"
#include "tables.h"

struct fake fake;

enum { FAKE_TLB_FLUSH, FAKE_PAGES_4K, NR_FAKE_OWN };

static const struct counter fake_own[NR_FAKE_OWN] = {
	[FAKE_TLB_FLUSH] = { "tlb_flush", COUNTER_EVENT, "flushes", "a flush" },
	[FAKE_PAGES_4K] = { "pages_4k", COUNTER_GAUGE, "entries", "a leaf" },
};

void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.play = fake_good;
}

static void trace(const char *what, const char *who)
{
	size_t used = strlen(fake.trace);

	snprintf(fake.trace + used, sizeof(fake.trace) - used, "%s %s; ", what, who);
}

void fake_ring(struct hvbench_run *run, uint32_t doorbell)
{
	run->exit = HVBENCH_RUN_DOORBELL;
	run->doorbell = doorbell;
}

static void count_exits(struct fake_vm *fake_vm, unsigned int reason, uint64_t nr, uint64_t tsc)
{
	bool hosts = exit_is_hosts(reason);

	fake_vm->now.stats.exits[reason] += nr;
	fake_vm->now.stats.outside_tsc[reason] += nr * tsc;
	fake_vm->now.stats.outside_histogram[reason][10] += nr;
	fake_vm->now.stats.counter[hosts ? HVBENCH_CNT_host_exits : HVBENCH_CNT_vm_exits] += nr;
	fake_vm->now.stats.counter[hosts ? HVBENCH_CNT_host_tsc : HVBENCH_CNT_outside_tsc] +=
		nr * tsc;
}

/* One fill a page, as theory has it, and a timer tick of the host. */
static void play_first_touch(struct fake_vm *fake_vm, uint64_t pages)
{
	bool nested = fake_vm->vm->config.mmu == HVBENCH_MMU_EPT;

	count_exits(fake_vm, nested ? 48 : 0, pages, 1000);
	count_exits(fake_vm, EXIT_EXTERNAL_INTERRUPT, 1, 5000);
	fake_vm->now.stats.counter[HVBENCH_CNT_fault_fill] += pages;
	fake_vm->now.stats.counter[nested ? HVBENCH_CNT_ept_fill_4k : HVBENCH_CNT_spt_fill] +=
		pages;
	fake_vm->now.stats.counter[HVBENCH_CNT_flush_invvpid_addr] += nested ? 0 : pages;
	fake_vm->now.own[FAKE_TLB_FLUSH] += pages;
	fake_vm->now.own[FAKE_PAGES_4K] = pages;
	fake_vm->now.stats.counter[HVBENCH_CNT_table_bytes] = 16384;
	fake_vm->now.stats.counter[HVBENCH_CNT_table_bytes_peak] = 20480;
	fake_vm->box->ops = pages;
	fake_vm->box->tsc_begin = 1000000;
	fake_vm->box->tsc_end = 1000000 + pages * 1200 + 5000;
	fake_vm->box->guest_faults = 0;
}

static void begin(struct fake_vm *fake_vm, const char *name, uint32_t condition)
{
	snprintf(fake_vm->box->phase_name, sizeof(fake_vm->box->phase_name), "%s", name);
	fake_vm->box->phase_condition = condition;
	fake_vm->box->asked_begin = fake_vm->box->asked;
}

int fake_good(struct fake_vm *fake_vm, struct hvbench_run *run, struct failure *why)
{
	/* A guest without parameters counts as one of 64 pages. */
	uint64_t pages = fake_vm->params->nr_values ? fake_vm->params->values[0] : 64;

	(void)why;
	switch (fake_vm->step) {
	case 0:
		begin(fake_vm, "first-touch", HVBENCH_CONDITION_COLD);
		fake_ring(run, HVBENCH_BELL_PHASE_BEGIN);
		break;
	case 1:
		play_first_touch(fake_vm, pages);
		fake_ring(run, HVBENCH_BELL_PHASE_END);
		break;
	case 2:
		begin(fake_vm, "warm", HVBENCH_CONDITION_WARM);
		fake_ring(run, HVBENCH_BELL_PHASE_BEGIN);
		break;
	case 3:
		fake_vm->box->ops = pages * 8;
		fake_vm->box->tsc_begin = 9000000;
		fake_vm->box->tsc_end = 9000000 + pages * 8 * 4;
		fake_vm->box->asked.invlpg += 3;
		fake_vm->box->table_bytes = 12288;
		fake_ring(run, HVBENCH_BELL_PHASE_END);
		break;
	default:
		fake_ring(run, HVBENCH_BELL_EXIT);
		break;
	}
	return 0;
}

int fake_hang(struct fake_vm *fake_vm, struct hvbench_run *run, struct failure *why)
{
	struct timespec long_time = { .tv_sec = 30 };

	(void)fake_vm;
	(void)why;
	nanosleep(&long_time, NULL);
	run->exit = HVBENCH_RUN_NONE;
	return 0;
}

static int fake_open(struct engine *engine, struct failure *why)
{
	const char *absent = engine->ops == &fake_kvm ? fake.kvm_absent : fake.absent;

	trace("open", engine->ops->name);
	if (fake.opening)
		fake.opening(engine->ops);
	if (absent)
		return fail(why, STATUS_ENVIRONMENT, "%s", absent);
	engine->info.version = HVBENCH_UAPI_VERSION;
	engine->info.capabilities = HVBENCH_CAP_EPT | HVBENCH_CAP_VPID;
	engine->info.physical_address_bits = 39;
	fake.both_open |= fake.opened++ > 0;
	return 0;
}

static void fake_close(struct engine *engine)
{
	trace("close", engine->ops->name);
	fake.opened--;
}

static int fake_create(struct engine *engine, const struct vm_config *config, struct vm *vm,
		       struct failure *why)
{
	struct fake_vm *fake_vm;

	if (fake.refusal)
		return fail(why, STATUS_USAGE, "%s", fake.refusal);
	if (fake.refuse && fake.refuse(engine->ops, config, why))
		return -1;
	memset(vm, 0, sizeof(*vm));
	vm->engine = engine;
	vm->config = *config;
	vm->memory = calloc(1, config->memory_bytes);
	fake_vm = calloc(1, sizeof(*fake_vm));
	fake_vm->vm = vm;
	fake_vm->box = (void *)((char *)vm->memory + HVBENCH_MAILBOX_GPA);
	fake_vm->params = (void *)((char *)vm->memory + HVBENCH_PARAMS_GPA);
	vm->state = fake_vm;
	fake.live_vms++;
	fake.last = *config;
	return 0;
}

static void fake_destroy(struct vm *vm)
{
	free(vm->state);
	free(vm->memory);
	fake.live_vms--;
}

static int fake_start(struct vm *vm, const struct hvbench_start *start, struct failure *why)
{
	struct fake_vm *fake_vm = vm->state;

	(void)why;
	trace(vm->engine->ops->name, mmu_name(vm->config.mmu));
	fake_vm->serial = fake.vms++;
	fake.start = *start;
	return 0;
}

static int fake_run(struct vm *vm, struct hvbench_run *run, struct failure *why)
{
	struct fake_vm *fake_vm = vm->state;
	int ret;

	memset(run, 0, sizeof(*run));
	ret = fake.play(fake_vm, run, why);
	fake_vm->step++;
	return ret;
}

/* What an engine that counts apart knows while it is timed: the host's exits alone. */
static void hide_counts(struct hvbench_stats *stats)
{
	unsigned int i;

	for (i = 0; i < HVBENCH_NR_EXIT_REASONS; i++) {
		if (i != EXIT_EXTERNAL_INTERRUPT)
			stats->exits[i] = 0;
	}
	for (i = 0; i < HVBENCH_NR_COUNTERS; i++) {
		if (counter_is_flush(i))
			stats->counter[i] = 0;
	}
}

static void fake_read_counters(struct vm *vm, struct snapshot *now)
{
	const struct fake_vm *fake_vm = vm->state;

	*now = fake_vm->now;
	if (!vm->engine->ops->counts_apart)
		return;
	if (!vm->config.counting)
		hide_counts(&now->stats);
	memset(now->stats.outside_histogram, 0, sizeof(now->stats.outside_histogram));
	memset(now->stats.outside_tsc, 0, sizeof(now->stats.outside_tsc));
}

static void fake_describe(const struct engine *engine, json_t *environment)
{
	trace("describe", engine->ops->name);
	json_object_set_new(environment, engine->ops == &fake_kvm ? "kvm" : "vmx",
			    json_integer(engine->info.physical_address_bits));
}

static bool kvm_has_counter(unsigned int counter)
{
	switch (counter) {
	case HVBENCH_CNT_vm_exits:
	case HVBENCH_CNT_harness_exits:
	case HVBENCH_CNT_host_exits:
	case HVBENCH_CNT_host_tsc:
	case HVBENCH_CNT_fault_fill:
	case HVBENCH_CNT_table_bytes:
	case HVBENCH_CNT_table_bytes_peak:
		return true;
	default:
		return counter_is_flush(counter) && !fake.kvm_has_no_flushes;
	}
}

static bool kvm_has_knob(unsigned int knob)
{
	return knob <= HVBENCH_KNOB_LOG;
}

static int kvm_check(const struct vm_config *config, struct failure *why)
{
	if (config->knob[HVBENCH_KNOB_LOG] != HVBENCH_LOG_AD)
		return 0;
	return fail(why, STATUS_USAGE, "KVM does not log by A/D bits");
}

static void kvm_offer(char *buf, size_t size)
{
	snprintf(buf, size, "%s", fake.kvm_absent ?: "ept and spt");
}

#define FAKE_CALLS                                                                              \
	.open = fake_open, .close = fake_close, .create = fake_create, .destroy = fake_destroy, \
	.start = fake_start, .run = fake_run, .read_counters = fake_read_counters,              \
	.describe = fake_describe

const struct engine_ops fake_engine = { .name = "hvbench", FAKE_CALLS };

const struct engine_ops fake_kvm = {
	.name = "kvm",
	.one_mmu_at_a_time = true,
	.counts_apart = true,
	.has_counter = kvm_has_counter,
	.has_knob = kvm_has_knob,
	.own = fake_own,
	.nr_own = NR_FAKE_OWN,
	.check = kvm_check,
	.offer = kvm_offer,
	FAKE_CALLS,
};

const struct engine_ops *const fake_engines[] = { &fake_engine, &fake_kvm, NULL };
