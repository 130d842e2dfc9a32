// SPDX-License-Identifier: GPL-2.0
/*
 * The engine of KVM: the same guests under /dev/kvm by its own API, with
 * kvm_intel's ept=1 or ept=0. It does for a guest what our module does, in the way
 * that a user of KVM has at hand: hypercalls are answered in the kernel, ports
 * here. The VM hangs on its descriptors, so that the end of the process frees it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine.h"
#include "host.h"
#include "host_turns.h"
#include "kvm_count.h"
#include "kvm_log.h"
#include "kvm_memory.h"
#include "kvm_module.h"
#include "kvm_stats.h"
#include "kvm_vcpu.h"
#include "perf_event.h"
#include "result.h"

#define KVM_DEVICE "/dev/kvm"
#define KVM_VERSION 12

/* KVM wants three pages below 4G for itself, behind the guest's memory. */
#define TSS_GPA 0xfffbd000ull
#define MEMORY_MAX (TSS_GPA & ~(HVBENCH_MEMORY_UNIT - 1))

#define EPT_ROOTS 1 /* of a vCPU */

#define TABLE_BYTES_MIN (16ull << 20)
#define TABLE_BYTES_MAX (256ull << 20)

struct kvm_vm {
	int fd, vcpu_fd;
	int null_fd; /* takes what is written to the null port */
	bool la57;
	struct kvm_run *state; /* shared with KVM */
	size_t state_bytes;
	struct kvm_stats *stats;
	struct kvm_count *count; /* where config.counting */
	struct kvm_log log;
	uint64_t harness_exits;
	uint64_t host_turns; /* that the host took while the guest ran */
	uint64_t other_tables; /* of other VMs, in pages, when this one was made */
	bool uncounted_root; /* kvm_table_pages() leaves one out */
	struct failure failed; /* of read_counters(), told by the next run() */
};

/* What this host's KVM turned out to be, once it was in use. */
static struct {
	bool tried;
	bool table_pages; /* kvm_table_pages() tells them */
	struct kvm_countable can;
	json_t *parameters[HVBENCH_NR_MMUS]; /* of kvm_intel */
	json_t *common; /* of kvm */
	struct host_turns turns;
} known;

/* Tables of the older MMU are all accounted, roots among them. */
static bool has_tdp_mmu(void)
{
	const char *value = json_string_value(json_object_get(known.common, "tdp_mmu"));

	return value && value[0] == 'Y';
}

static bool kvm_has_counter(unsigned int counter)
{
	switch (counter) {
	case HVBENCH_CNT_harness_exits:
	case HVBENCH_CNT_host_exits:
	case HVBENCH_CNT_host_tsc:
		return true;
	case HVBENCH_CNT_table_pages:
		return known.table_pages;
	default:
		return counter_is_flush(counter) ? known.can.flushes : kvm_stats_have(counter);
	}
}

static bool kvm_has_knob(unsigned int knob)
{
	return knob == HVBENCH_KNOB_BACKING || knob == HVBENCH_KNOB_POPULATE ||
	       knob == HVBENCH_KNOB_VPID || knob == HVBENCH_KNOB_LA57 || knob == HVBENCH_KNOB_LOG;
}

static int kvm_check(const struct vm_config *config, struct failure *why)
{
	uint32_t log = config->knob[HVBENCH_KNOB_LOG];

	if (log == HVBENCH_LOG_AD)
		return fail(why, STATUS_USAGE,
			    "engine kvm has no log=ad: its log is by write faults or PML");
	if (log == HVBENCH_LOG_PML && config->mmu != HVBENCH_MMU_EPT)
		return fail(why, STATUS_USAGE, "log=pml needs mmu=ept");
	if (config->memory_bytes > MEMORY_MAX)
		return fail(
			why, STATUS_USAGE,
			"engine kvm takes at most %lluM of memory: KVM's own pages lie behind it",
			MEMORY_MAX >> 20);
	return 0;
}

static int kvm_open(struct engine *engine, struct failure *why)
{
	if (!host_has_vmx())
		return fail(
			why, STATUS_ENVIRONMENT,
			"this CPU offers no VT-x (no \"vmx\" in /proc/cpuinfo), and KVM without "
			"it is no peer of ours");
	if (kvm_module_recover(why))
		return -1;
	/* kvm_intel is loaded for each VM as it needs it, if it is not already. */
	memset(&engine->info, 0, sizeof(engine->info));
	engine->fd = -1;
	return 0;
}

static void kvm_close(struct engine *engine)
{
	struct failure why;
	uint32_t mmu;

	(void)engine;
	if (kvm_module_restore(&why))
		fprintf(stderr, "hvbench: WARNING: the host is not as it was: %s\n", why.text);
	for (mmu = 0; mmu < HVBENCH_NR_MMUS; mmu++)
		json_decref(known.parameters[mmu]);
	if (known.tried)
		host_turns_close(&known.turns);
	memset(&known, 0, sizeof(known));
}

static void kvm_offer(char *buf, size_t size)
{
	char ept[8];

	host_read_line("/sys/module/kvm_intel/parameters/ept", ept, sizeof(ept));
	if (ept[0] == 'Y' || ept[0] == 'N')
		snprintf(buf, size,
			 "kvm_intel is loaded with ept=%c; the other is loaded on demand",
			 ept[0] == 'Y' ? '1' : '0');
	else if (host_has_vmx())
		snprintf(buf, size, "kvm_intel is loaded on demand, with ept=1 or ept=0");
	else
		snprintf(buf, size, "no: this CPU offers no VT-x");
}

/* The first time with an MMU: what there is to know of it. */
static void learn(uint32_t mmu)
{
	if (!known.parameters[mmu])
		known.parameters[mmu] = kvm_module_parameters("kvm_intel");
	if (!known.common)
		known.common = kvm_module_parameters("kvm");
	if (known.tried)
		return;
	known.tried = true;
	known.table_pages = kvm_table_pages_known();
	kvm_countable(&known.can);
	host_turns_open(&known.turns);
	if (known.can.why_not[0])
		fprintf(stderr, "hvbench: kvm: %s\n", known.can.why_not);
}

/* A new VM's descriptor. */
static int open_kvm(const struct vm_config *config, int *kvm_fd, struct failure *why)
{
	uint32_t log = config->knob[HVBENCH_KNOB_LOG];
	struct kvm_wanted wanted = {
		.mmu = config->mmu,
		.vpid = config->knob[HVBENCH_KNOB_VPID],
		.pml = log == HVBENCH_LOG_OFF || config->mmu != HVBENCH_MMU_EPT
			       ? -1
			       : log == HVBENCH_LOG_PML,
	};

	/* KVM 6.1: vmx_flush_pml_buffer() warns of each address. */
	if (log == HVBENCH_LOG_PML && host_machine("/proc/cmdline", false) == MACHINE_EMULATED)
		return fail(
			why, STATUS_ENVIRONMENT,
			"log=pml: Bochs logs addresses that are not those of pages, and KVM writes "
			"a warning into the kernel log for each of them");
	if (kvm_module_use(&wanted, why))
		return -1;
	*kvm_fd = open(KVM_DEVICE, O_RDWR | O_CLOEXEC);
	if (*kvm_fd < 0)
		return fail(why, STATUS_ENVIRONMENT, KVM_DEVICE ": %s", strerror(errno));
	if (ioctl(*kvm_fd, KVM_GET_API_VERSION, 0) == KVM_VERSION)
		return 0;
	close(*kvm_fd);
	return fail(why, STATUS_ENVIRONMENT, KVM_DEVICE " speaks another version than %d",
		    KVM_VERSION);
}

/*
 * By itself KVM keeps one shadow table for each 50 pages of guest memory, which is
 * few for guests as small as ours: it would push out all the time. It gets the bound
 * that ours has by default (spt.memory=auto).
 */
static unsigned long table_pages(uint64_t memory_bytes)
{
	uint64_t bytes = memory_bytes;

	if (bytes < TABLE_BYTES_MIN)
		bytes = TABLE_BYTES_MIN;
	if (bytes > TABLE_BYTES_MAX)
		bytes = TABLE_BYTES_MAX;
	return bytes / 4096;
}

/*
 * The null port's OUT ends in the kernel, as a VMM has it where it matters (virtio's
 * doorbells). There is no such way for IN.
 */
static int answer_null_port(struct kvm_vm *kvm)
{
	struct kvm_ioeventfd request = { .addr = HVBENCH_PORT_NULL,
					 .len = 1,
					 .flags = KVM_IOEVENTFD_FLAG_PIO };

	kvm->null_fd = eventfd(0, EFD_CLOEXEC);
	if (kvm->null_fd < 0)
		return -1;
	request.fd = kvm->null_fd;
	return ioctl(kvm->fd, KVM_IOEVENTFD, &request);
}

static int set_up(int kvm_fd, struct kvm_vm *kvm, const struct vm_config *config,
		  struct failure *why)
{
	kvm->state_bytes = ioctl(kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	kvm->fd = ioctl(kvm_fd, KVM_CREATE_VM, 0);
	if (kvm->fd < 0 || ioctl(kvm->fd, KVM_SET_TSS_ADDR, TSS_GPA))
		goto failed;
	kvm->log.vm_fd = kvm->fd;
	if (ioctl(kvm->fd, KVM_SET_NR_MMU_PAGES, table_pages(config->memory_bytes)) ||
	    kvm_log_set_memory(&kvm->log, false) || answer_null_port(kvm))
		goto failed;
	kvm->vcpu_fd = ioctl(kvm->fd, KVM_CREATE_VCPU, 0);
	if (kvm->vcpu_fd < 0)
		goto failed;
	kvm->state =
		mmap(NULL, kvm->state_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, kvm->vcpu_fd, 0);
	if (kvm->state == MAP_FAILED) {
		kvm->state = NULL;
		goto failed;
	}
	kvm->stats = kvm_stats_open(kvm->fd, kvm->vcpu_fd, why);
	if (!kvm->stats)
		return -1;
	if (config->counting) {
		kvm->count = kvm_count_open(&known.can, why);
		if (!kvm->count)
			return -1;
	}
	return kvm_vcpu_set_cpuid(kvm_fd, kvm->vcpu_fd, kvm->la57, why);
failed:
	return fail(why, STATUS_ENVIRONMENT, "KVM made no VM: %s", strerror(errno));
}

static void kvm_destroy(struct vm *vm)
{
	struct kvm_vm *kvm = vm->state;

	if (kvm->count)
		kvm_count_close(kvm->count);
	if (kvm->stats)
		kvm_stats_close(kvm->stats);
	if (kvm->state)
		munmap(kvm->state, kvm->state_bytes);
	if (kvm->vcpu_fd >= 0)
		close(kvm->vcpu_fd);
	if (kvm->fd >= 0)
		close(kvm->fd);
	if (kvm->null_fd >= 0)
		close(kvm->null_fd);
	munmap(vm->memory, vm->config.memory_bytes);
	free(kvm);
}

static int kvm_create(struct engine *engine, const struct vm_config *config, struct vm *vm,
		      struct failure *why)
{
	struct kvm_vm *kvm;
	int kvm_fd = -1, ret;

	memset(vm, 0, sizeof(*vm));
	vm->engine = engine;
	vm->config = *config;
	if (kvm_check(config, why) || open_kvm(config, &kvm_fd, why))
		return -1;
	learn(config->mmu);
	kvm = calloc(1, sizeof(*kvm));
	vm->memory = kvm ? kvm_memory_map(config, why) : NULL;
	if (!vm->memory) {
		if (!kvm)
			fail(why, STATUS_ENVIRONMENT, "out of memory");
		free(kvm);
		close(kvm_fd);
		return -1;
	}
	vm->state = kvm;
	kvm->fd = kvm->vcpu_fd = kvm->null_fd = -1;
	kvm->la57 = config->knob[HVBENCH_KNOB_LA57];
	kvm->log = (struct kvm_log){ .memory = vm->memory,
				     .bytes = config->memory_bytes,
				     .allowed = config->knob[HVBENCH_KNOB_LOG] != HVBENCH_LOG_OFF };
	kvm->other_tables = kvm_table_pages();
	kvm->uncounted_root = vm->config.mmu == HVBENCH_MMU_EPT && has_tdp_mmu();
	ret = set_up(kvm_fd, kvm, config, why);
	close(kvm_fd);
	if (ret)
		kvm_destroy(vm);
	return ret;
}

static int kvm_start(struct vm *vm, const struct hvbench_start *start, struct failure *why)
{
	struct kvm_vm *kvm = vm->state;

	return kvm_vcpu_set_start(kvm->vcpu_fd, start, kvm->la57, why);
}

/* Tells the guest the answer in RAX; arguments are in RDI and RSI. */
static int answer_log(struct kvm_vm *kvm, uint32_t doorbell, struct failure *why)
{
	struct kvm_regs regs;

	if (!ioctl(kvm->vcpu_fd, KVM_GET_REGS, &regs)) {
		regs.rax = kvm_log_ring(&kvm->log, doorbell, regs.rdi, regs.rsi);
		if (!ioctl(kvm->vcpu_fd, KVM_SET_REGS, &regs))
			return 0;
	}
	return fail(why, STATUS_RUN_FAILED, "KVM lost the guest's registers: %s", strerror(errno));
}

/* The guest's I/O; run->exit says whether it ends this call of run(). */
static int take_io(struct vm *vm, struct hvbench_run *run, struct failure *why)
{
	struct kvm_vm *kvm = vm->state;
	struct kvm_run *state = kvm->state;
	char *data = (char *)state + state->io.data_offset;
	uint32_t value;

	if (state->io.port == HVBENCH_PORT_NULL && state->io.size == 1 && state->io.count == 1) {
		if (state->io.direction == KVM_EXIT_IO_IN)
			*data = 0;
		return 0;
	}
	if (state->io.port != HVBENCH_PORT_DOORBELL || state->io.direction != KVM_EXIT_IO_OUT ||
	    state->io.size != sizeof(value) || state->io.count != 1) {
		run->exit = HVBENCH_RUN_ENDED;
		run->end = HVBENCH_END_BAD_PORT;
		kvm_vcpu_describe(kvm->vcpu_fd, run);
		return 0;
	}
	memcpy(&value, data, sizeof(value));
	if (value >= HVBENCH_BELL_LOG_START && value <= HVBENCH_BELL_LOG_STOP)
		return answer_log(kvm, value, why);
	kvm->harness_exits++;
	run->exit = HVBENCH_RUN_DOORBELL;
	run->doorbell = value;
	return 0;
}

/* Until the guest rings, ends, or a signal comes. */
static int run_until_event(struct vm *vm, struct hvbench_run *run, struct failure *why)
{
	struct kvm_vm *kvm = vm->state;

	while (run->exit == HVBENCH_RUN_NONE) {
		if (ioctl(kvm->vcpu_fd, KVM_RUN, 0) < 0) {
			if (errno == EINTR || errno == EAGAIN)
				return 0;
			return fail(why, STATUS_RUN_FAILED, "KVM can't run the guest: %s",
				    strerror(errno));
		}
		if (kvm->state->exit_reason != KVM_EXIT_IO)
			kvm_vcpu_describe_end(kvm->vcpu_fd, kvm->state, run);
		else if (take_io(vm, run, why))
			return -1;
	}
	return 0;
}

static int kvm_run_guest(struct vm *vm, struct hvbench_run *run, struct failure *why)
{
	struct kvm_vm *kvm = vm->state;
	uint64_t before;
	int ret;

	memset(run, 0, sizeof(*run));
	if (kvm->failed.status) {
		*why = kvm->failed;
		return -1;
	}
	before = perf_read(known.turns.fd);
	ret = run_until_event(vm, run, why);
	kvm->host_turns += perf_read(known.turns.fd) - before;
	return ret;
}

static uint64_t own_tables(const struct vm *vm)
{
	const struct kvm_vm *kvm = vm->state;
	uint64_t pages = kvm_table_pages();

	pages -= pages > kvm->other_tables ? kvm->other_tables : pages;
	return pages + (kvm->uncounted_root ? EPT_ROOTS : 0);
}

/* Without tags every entry and exit flushes, and KVM's functions for a VPID do nothing. */
static void count_transitions(uint64_t *counter)
{
	counter[HVBENCH_CNT_flush_transition] = counter[HVBENCH_CNT_vm_exits];
	counter[HVBENCH_CNT_flush_invvpid_addr] = 0;
	counter[HVBENCH_CNT_flush_invvpid_single] = 0;
	counter[HVBENCH_CNT_flush_invvpid_all] = 0;
}

static void kvm_read_counters(struct vm *vm, struct snapshot *now)
{
	struct kvm_vm *kvm = vm->state;
	uint64_t *counter = (uint64_t *)now->stats.counter;
	uint64_t interrupts;

	memset(now, 0, sizeof(*now));
	if (kvm->count && kvm_count_read(kvm->count, vm->config.mmu, now, &kvm->failed))
		return;
	kvm_stats_read(kvm->stats, now, &interrupts);
	counter[HVBENCH_CNT_harness_exits] = kvm->harness_exits;
	counter[HVBENCH_CNT_vm_exits] -= kvm->harness_exits + interrupts;
	counter[HVBENCH_CNT_host_exits] = interrupts;
	counter[HVBENCH_CNT_host_tsc] = kvm->host_turns * known.turns.tsc_each;
	now->stats.exits[EXIT_EXTERNAL_INTERRUPT] = interrupts;
	/* The harness's are port writes, and KVM's tracepoint saw them too. */
	if (kvm->count && known.can.reasons)
		now->stats.exits[EXIT_IO_INSTRUCTION] -= kvm->harness_exits;
	if (!vm->config.knob[HVBENCH_KNOB_VPID])
		count_transitions(counter);
	counter[HVBENCH_CNT_table_pages] = own_tables(vm);
}

static void kvm_describe(const struct engine *engine, json_t *environment)
{
	json_t *object = json_object(), *one;
	uint32_t mmu;

	(void)engine;
	for (mmu = 0; mmu < HVBENCH_NR_MMUS; mmu++) {
		if (!known.parameters[mmu])
			continue;
		one = json_object();
		json_object_set_new(one, "module", json_string("kvm_intel"));
		json_object_set(one, "parameters", known.parameters[mmu]);
		json_object_set_new(object, mmu_name(mmu), one);
	}
	json_object_set(object, "common_parameters", known.common);
	json_object_set_new(object, "flush_counts",
			    json_string(known.can.flushes ? "functions" : "statistics"));
	json_object_set_new(object, "exit_reasons", json_boolean(known.can.reasons));
	json_object_set_new(object, "host_interrupt_tsc", json_integer(known.turns.tsc_each));
	json_object_set_new(environment, "kvm", object);
}

const struct engine_ops engine_kvm = {
	.name = "kvm",
	.one_mmu_at_a_time = true,
	.counts_apart = true,
	.has_counter = kvm_has_counter,
	.has_knob = kvm_has_knob,
	.own = kvm_own,
	.nr_own = KVM_NR_OWN,
	.check = kvm_check,
	.offer = kvm_offer,
	.open = kvm_open,
	.close = kvm_close,
	.create = kvm_create,
	.destroy = kvm_destroy,
	.start = kvm_start,
	.run = kvm_run_guest,
	.read_counters = kvm_read_counters,
	.describe = kvm_describe,
};
