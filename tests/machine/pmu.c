// SPDX-License-Identifier: GPL-2.0
/*
 * The perf PMU against the counters themselves: whatever runs where, every
 * event must tell to the last digit what the statistics of the VMs tell.
 * Runs as root in the machine, with the module loaded and two CPUs.
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "events.h"
#include "report.h"
#include "vm.h"

GUEST(bells)
GUEST(touch)
GUEST(log_bells)
GUEST(triple_fault)

#define ROUNDS 200

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "CPU %d", cpu);
}

static void check_names(void)
{
	unsigned int wanted = 1, i;

#define ONE_EVENT 1
#define ONE_GAUGE 0
#define ONE_PEAK 0
#define COUNT(name, kind, unit, help) wanted += ONE_##kind;
	HVBENCH_COUNTERS(COUNT)
#undef COUNT
#define COUNT(number, name, help) wanted++;
	HVBENCH_EXIT_REASONS(COUNT)
#undef COUNT
	report(nr_events == wanted, "there are %u events: %u counters and exits, and their sum",
	       nr_events, wanted);
	for (i = 0; i < nr_events; i++)
		event_expected(&events[i], &(struct hvbench_stats){});
}

static bool refused(struct perf_event_attr attr, int error)
{
	int fd = event_try(&attr, 0, -1, -1);

	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == error;
}

/* Our perf_event.h is older than config3, the word after it; so is 6.1 (E2BIG). */
static bool refused_config3(void)
{
	struct {
		struct perf_event_attr attr;
		__u64 config3;
	} longer = { .attr = event_attr(event_named("vm_exits")->config), .config3 = 1 };

	longer.attr.size = sizeof(longer);
	return syscall(SYS_perf_event_open, &longer, 0, -1, -1, PERF_FLAG_FD_CLOEXEC) < 0 &&
	       (errno == EINVAL || errno == E2BIG);
}

_Static_assert(sizeof(struct perf_event_attr) == PERF_ATTR_SIZE_VER7, "config3 comes next");

static void check_refusals(void)
{
	struct perf_event_attr good = event_attr(event_named("vm_exits")->config), attr;

#define REFUSED(error, what, change)                                  \
	do {                                                          \
		attr = good;                                          \
		change;                                               \
		report(refused(attr, error), "refused is %s", what); \
	} while (0)
	REFUSED(EOPNOTSUPP, "sampling by period", attr.sample_period = 100);
	REFUSED(EOPNOTSUPP, "sampling by frequency", attr.freq = 1; attr.sample_freq = 100);
	REFUSED(EOPNOTSUPP, "a branch stack",
		attr.sample_type = PERF_SAMPLE_BRANCH_STACK;
		attr.branch_sample_type = PERF_SAMPLE_BRANCH_ANY);
	REFUSED(EINVAL, "exclude_user", attr.exclude_user = 1);
	REFUSED(EINVAL, "exclude_kernel", attr.exclude_kernel = 1);
	REFUSED(EINVAL, "exclude_hv", attr.exclude_hv = 1);
	REFUSED(EINVAL, "exclude_idle", attr.exclude_idle = 1);
	REFUSED(EINVAL, "exclude_host", attr.exclude_host = 1);
	REFUSED(EINVAL, "exclude_guest", attr.exclude_guest = 1);
	REFUSED(EINVAL, "a gauge", attr.config = HVBENCH_CNT_table_bytes);
	REFUSED(EINVAL, "an exit reason that is none", attr.config = 0x100 + 35);
	REFUSED(EINVAL, "an unknown number", attr.config = 0x3ff);
	REFUSED(EINVAL, "a number beyond the format", attr.config = ~0ull);
	REFUSED(EINVAL, "config1", attr.config1 = 1);
	REFUSED(EINVAL, "config2", attr.config2 = 1);
	report(refused_config3(), "refused is config3");
#undef REFUSED
	report(!refused(good, 0), "and with none of it the event opens");
}

/* One VM's life, added to *sum. */
static void live(struct hvbench_config config, const char *code, const char *end,
		 unsigned int runs, struct hvbench_stats *sum)
{
	struct vm vm = vm_make(&config);

	vm_load(&vm, code, end);
	while (runs-- && !vm_run(&vm))
		;
	stats_add(sum, &vm.control->stats);
	vm_close(&vm);
}

#define LIVE(config, name, runs, sum) live(config, guest_##name, guest_##name##_end, runs, sum)

static void check_task(void)
{
	struct hvbench_stats sum = {};
	struct meter meter = meter_open(0, -1);
	struct hvbench_config config;
	unsigned int mmu;

	for (mmu = 0; mmu < HVBENCH_NR_MMUS; mmu++) {
		config = vm_config(mmu);
		LIVE(config, touch, 1, &sum);
		LIVE(config, bells, ROUNDS, &sum);
		LIVE(config, triple_fault, 1, &sum);
		config.knob[HVBENCH_KNOB_POPULATE] = 0;
		LIVE(config, touch, 1, &sum);
		config.knob[HVBENCH_KNOB_VPID] = 0;
		config.knob[HVBENCH_KNOB_LOG] = HVBENCH_LOG_FAULT;
		LIVE(config, log_bells, 2, &sum);
	}
	meter_check(&meter, &sum, 15, "a task with ten VMs, one after another");
	meter_close(&meter);
}

/* What happens to a VM while it has no CPU: ioctls count, too. */
static void check_ioctls(void)
{
	struct hvbench_rights rights = { .gpa = 0x400000, .bytes = 4096, .rights = 7 };
	struct hvbench_log_request look = { .action = HVBENCH_LOG_START };
	struct hvbench_config config = vm_config(HVBENCH_MMU_EPT);
	struct hvbench_stats sum = {};
	struct meter meter = meter_open(0, -1);
	struct vm vm;

	config.knob[HVBENCH_KNOB_BACKING] = HVBENCH_SIZE_2M;
	config.knob[HVBENCH_KNOB_EPT_LEAF] = HVBENCH_SIZE_2M;
	config.knob[HVBENCH_KNOB_LOG] = HVBENCH_LOG_FAULT;
	vm = vm_make(&config);
	vm_load(&vm, guest_touch, guest_touch_end);
	if (vm_run(&vm) || ioctl(vm.fd, HVBENCH_LOG, &look))
		err(1, "a VM with a log");
	look.action = HVBENCH_LOG_COLLECT;
	if (ioctl(vm.fd, HVBENCH_LOG, &look) || ioctl(vm.fd, HVBENCH_SET_RIGHTS, &rights))
		err(1, "a look and rights");
	rights.rights = HVBENCH_MAY_READ;
	if (ioctl(vm.fd, HVBENCH_SET_RIGHTS, &rights))
		err(1, "rights");
	stats_add(&sum, &vm.control->stats);
	report(sum.counter[HVBENCH_CNT_ept_split] && sum.counter[HVBENCH_CNT_log_collect],
	       "rights split a large leaf (%llu), and the log was looked at",
	       sum.counter[HVBENCH_CNT_ept_split]);
	meter_check(&meter, &sum, 8, "what the tool's ioctls count");
	vm_close(&vm);
	meter_close(&meter);
}

/* Between disable and enable nothing is counted, as often as you like. */
static void check_switching_off(void)
{
	struct vm vm = vm_start(HVBENCH_MMU_SPT, guest_bells, guest_bells_end);
	int fd = event_open(event_named("harness_exits"), 0, -1);
	const __u64 *now = &vm.control->stats.counter[HVBENCH_CNT_harness_exits];
	__u64 wanted = 0, before;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		before = *now;
		vm_run(&vm);
		if (i & 1)
			wanted += *now - before;
		ioctl(fd, i & 1 ? PERF_EVENT_IOC_DISABLE : PERF_EVENT_IOC_ENABLE, 0);
	}
	report(event_read(fd) == wanted && wanted == ROUNDS / 2,
	       "an event that is off half of the time counts the other half: %llu, not %llu",
	       wanted, *now);
	close(fd);
	vm_close(&vm);
}

/* Once here, once there: the task's events see all, a CPU's what it did. */
static void check_migration(void)
{
	struct vm vm = vm_start(HVBENCH_MMU_SPT, guest_bells, guest_bells_end);
	struct hvbench_stats on[2] = {}, before = {};
	struct meter task = meter_open(0, -1), cpu[2];
	unsigned int i;

	for (i = 0; i < 2; i++)
		cpu[i] = meter_open(-1, i);
	for (i = 0; i < ROUNDS; i++) {
		pin(i % 3 == 0);
		vm_run(&vm);
		stats_add(&on[i % 3 == 0], &vm.control->stats);
		stats_subtract(&on[i % 3 == 0], &before);
		memset(&before, 0, sizeof(before));
		stats_add(&before, &vm.control->stats);
	}
	report(on[0].counter[HVBENCH_CNT_harness_exits] > 100 &&
		       on[1].counter[HVBENCH_CNT_harness_exits] > 50,
	       "a vCPU went to and fro between two CPUs");
	meter_check(&task, &vm.control->stats, 5, "its task");
	meter_check(&cpu[0], &on[0], 3, "CPU 0");
	meter_check(&cpu[1], &on[1], 3, "CPU 1");
	meter_close(&task);
	for (i = 0; i < 2; i++)
		meter_close(&cpu[i]);
	vm_close(&vm);
}

/* A child's VM counts for the event that was opened before it was born. */
static void check_inheritance(void)
{
	struct hvbench_stats *stats = mmap(NULL, sizeof(*stats), PROT_READ | PROT_WRITE,
					   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct perf_event_attr attr = event_attr(event_named("vm_exits")->config);
	int with, without, status;
	__u64 own;

	without = event_try(&attr, 0, -1, -1);
	attr.inherit = 1;
	with = event_try(&attr, 0, -1, -1);
	if (stats == MAP_FAILED || with < 0 || without < 0)
		err(1, "an inherited event");
	if (!fork()) {
		LIVE(vm_config(HVBENCH_MMU_EPT), touch, 1, stats);
		_exit(0);
	}
	wait(&status);
	own = stats->counter[HVBENCH_CNT_vm_exits];
	report(own && event_read(with) == own, "a child's exits are inherited: %llu", own);
	report(!event_read(without), "and are not counted where that is not asked for");
	close(with);
	close(without);
	munmap(stats, sizeof(*stats));
}

/*
 * Together with events of other kinds, in a group that is read at once. As perf does
 * it: the leader of a complete group is enabled (6.12 leaves a member that comes
 * later to the task's next turn).
 */
static void check_group(void)
{
	struct perf_event_attr clock = { .type = PERF_TYPE_SOFTWARE,
					 .size = sizeof(clock),
					 .config = PERF_COUNT_SW_TASK_CLOCK,
					 .disabled = 1,
					 .read_format = PERF_FORMAT_GROUP };
	struct perf_event_attr attr = event_attr(event_named("vm_exits")->config);
	int leader = event_try(&clock, 0, -1, -1), member;
	struct hvbench_stats sum = {};
	__u64 values[4] = {};
	ssize_t bytes;

	attr.read_format = PERF_FORMAT_GROUP;
	member = event_try(&attr, 0, -1, leader);
	if (leader < 0 || member < 0)
		err(1, "a group");
	ioctl(leader, PERF_EVENT_IOC_ENABLE, 0);
	LIVE(vm_config(HVBENCH_MMU_EPT), touch, 1, &sum);
	bytes = read(leader, values, sizeof(values));
	report(bytes == 3 * sizeof(values[0]) && values[0] == 2 && values[1] && values[2] &&
		       values[2] == sum.counter[HVBENCH_CNT_vm_exits],
	       "in a group with a clock: %llu exits", values[2]);
	close(member);
	close(leader);
}

/* Of a leader that samples, each with the values of its group. */
struct group_sample {
	struct perf_event_header header;
	__u64 nr, leader, member;
};

#define RING_PAGES 16

/*
 * Each exit is sampled with the exits counted so far, by its tracepoint: in the
 * midst of the vCPU's turn. One is counted at the entry that follows it; the host's
 * own are among the samples, and are no vm_exits.
 */
static void check_sampled_group(void)
{
	struct perf_event_attr trace = { .type = PERF_TYPE_TRACEPOINT,
					 .size = sizeof(trace),
					 .config = tracepoint_id("exit"),
					 .sample_period = 1,
					 .disabled = 1,
					 .sample_type = PERF_SAMPLE_READ,
					 .read_format = PERF_FORMAT_GROUP };
	struct perf_event_attr attr = event_attr(event_named("vm_exits")->config);
	int leader = event_try(&trace, 0, -1, -1), member = event_try(&attr, 0, -1, leader);
	struct perf_event_mmap_page *ring = mmap(NULL, (1 + RING_PAGES) * 4096,
						 PROT_READ | PROT_WRITE, MAP_SHARED, leader, 0);
	const struct group_sample *sample = (void *)((char *)ring + 4096);
	struct hvbench_stats sum = {};
	unsigned int i, nr, wrong = 0;
	__u64 hosts;

	if (leader < 0 || member < 0 || ring == MAP_FAILED)
		err(1, "a group that samples");
	ioctl(leader, PERF_EVENT_IOC_ENABLE, 0);
	LIVE(vm_config(HVBENCH_MMU_EPT), touch, 1, &sum);
	nr = ring->data_head / sizeof(*sample);
	hosts = sum.counter[HVBENCH_CNT_host_exits];
	for (i = 0; i < nr; i++)
		wrong += sample[i].nr != 2 || sample[i].leader != i + 1 || sample[i].member > i ||
			 sample[i].member + hosts < i;
	report(!wrong && nr == sum.counter[HVBENCH_CNT_vm_exits] + hosts + 1,
	       "%u samples of hvbench:exit tell what was counted before each", nr);
	munmap(ring, (1 + RING_PAGES) * 4096);
	close(member);
	close(leader);
}

/* ---- a VM that runs all the time ---- */

struct busy {
	struct vm vm;
	int cpu;
	volatile bool stop;
};

static void *keep_busy(void *argument)
{
	struct busy *busy = argument;

	pin(busy->cpu);
	while (!busy->stop && !vm_run(&busy->vm))
		;
	return NULL;
}

static __u64 rings(const struct vm *vm)
{
	return *(volatile const __u64 *)&vm->control->stats.counter[HVBENCH_CNT_harness_exits];
}

/* Opened, read and closed from another CPU while the guest goes in and out. */
static void check_while_running(void)
{
	struct busy busy = { .vm = vm_start(HVBENCH_MMU_EPT, guest_bells, guest_bells_end),
			     .cpu = 1 };
	const struct event *event = event_named("harness_exits");
	unsigned int i, wrong = 0;
	__u64 all = 0;
	pthread_t thread;

	pin(0);
	pthread_create(&thread, NULL, keep_busy, &busy);
	while (!rings(&busy.vm))
		sched_yield();
	for (i = 0; i < ROUNDS; i++) {
		__u64 before = rings(&busy.vm), begun, ended, first, last;
		int fd = event_open(event, -1, 1);

		begun = rings(&busy.vm);
		while (rings(&busy.vm) - begun < 10)
			;
		first = event_read(fd);
		last = event_read(fd);
		ended = rings(&busy.vm);
		close(fd);
		all += last;
		/* What a turn counts comes at its end: one may be under way at each. */
		if (last > ended - before + 1 || first + 2 < 10 || first > last)
			wrong++;
	}
	busy.stop = true;
	pthread_join(thread, NULL);
	report(!wrong && all >= 8 * ROUNDS,
	       "opened %d times while a guest runs, an event counts what comes meanwhile (%llu)",
	       ROUNDS, all);
	vm_close(&busy.vm);
}

/* Two threads, each with a VM and its events: none counts the other's. */
struct worker {
	enum hvbench_mmu mmu;
	struct hvbench_stats sum;
	struct meter meter;
	pthread_barrier_t *barrier;
};

static void *work(void *argument)
{
	struct worker *worker = argument;

	worker->meter = meter_open(0, -1);
	pthread_barrier_wait(worker->barrier);
	LIVE(vm_config(worker->mmu), bells, 10 * ROUNDS, &worker->sum);
	LIVE(vm_config(worker->mmu), touch, 1, &worker->sum);
	pthread_barrier_wait(worker->barrier);
	return NULL;
}

static void check_side_by_side(bool one_cpu)
{
	static struct worker workers[2];
	pthread_barrier_t barrier;
	pthread_t thread[2];
	cpu_set_t all;
	unsigned int i;

	CPU_ZERO(&all);
	CPU_SET(0, &all);
	if (!one_cpu)
		CPU_SET(1, &all);
	sched_setaffinity(0, sizeof(all), &all);
	pthread_barrier_init(&barrier, NULL, 2);
	for (i = 0; i < 2; i++) {
		workers[i] = (struct worker){ .mmu = i, .barrier = &barrier };
		pthread_create(&thread[i], NULL, work, &workers[i]);
	}
	for (i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	for (i = 0; i < 2; i++) {
		meter_check(&workers[i].meter, &workers[i].sum, 5,
			    one_cpu ? "one of two threads that take turns on a CPU"
				    : "one of two threads at once");
		meter_close(&workers[i].meter);
	}
	pthread_barrier_destroy(&barrier);
}

int main(void)
{
	events_find();
	check_names();
	check_refusals();
	pin(0);
	check_task();
	check_ioctls();
	check_switching_off();
	check_group();
	check_sampled_group();
	check_inheritance();
	check_migration();
	check_while_running();
	check_side_by_side(false);
	check_side_by_side(true);
	return summary();
}
