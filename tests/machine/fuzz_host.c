// SPDX-License-Identifier: GPL-2.0
/*
 * The fuzzer's operations on the host around the VMs: processes that inherit them and
 * die, signals, CPUs that a thread moves to or that go, memory that runs short, events
 * of the module's PMU, attempts to unload the module.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"
#include "kernel.h"

#define PAGE 4096ul
#define NR_CHILDREN 3
#define NR_EVENTS 4

static atomic_int children[NR_CHILDREN]; /* 0: none */
static atomic_int events[NR_EVENTS]; /* descriptor + 1, 0: none */

/* ---- processes ---- */

/* What a child does needs no thread, and no lock that one of the parent's may hold. */
static _Noreturn void live_as_child(struct fuzzer *f)
{
	static const enum fuzz_op ops[] = { FUZZ_run,	 FUZZ_run,   FUZZ_touch,  FUZZ_map,
					    FUZZ_unmap,	 FUZZ_close, FUZZ_create, FUZZ_log,
					    FUZZ_rights, FUZZ_start, FUZZ_advise, FUZZ_protect };
	unsigned int n = fuzz_below(f, 8);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	f->child = true;
	while (n--)
		fuzz_one(f, ops[fuzz_below(f, sizeof(ops) / sizeof(ops[0]))]);
	if (fuzz_chance(f, 30))
		raise(SIGKILL);
	/* Until it is killed, in RUN or between. */
	while (fuzz_chance(f, 98))
		fuzz_run(f);
	_exit(0);
}

static void end_child(int pid)
{
	if (pid > 0) {
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
}

bool fuzz_fork(struct fuzzer *f)
{
	atomic_int *slot = &children[fuzz_below(f, NR_CHILDREN)];
	int pid;

	if (f->child)
		return false;
	end_child(atomic_exchange(slot, 0));
	pid = fork();
	if (!pid)
		live_as_child(f);
	if (pid < 0)
		return false;
	end_child(atomic_exchange(slot, pid));
	return true;
}

bool fuzz_reap(struct fuzzer *f)
{
	int pid = atomic_exchange(&children[fuzz_below(f, NR_CHILDREN)], 0);

	end_child(pid);
	return pid > 0;
}

bool fuzz_signal(struct fuzzer *f)
{
	fuzz_signal_thread(fuzz_random(f) >> 8);
	return true;
}

/* ---- CPUs ---- */

bool fuzz_affinity(struct fuzzer *f)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(fuzz_below(f, fuzz_cpus), &set);
	if (fuzz_chance(f, 30))
		CPU_SET(fuzz_below(f, fuzz_cpus), &set);
	return !sched_setaffinity(0, sizeof(set), &set);
}

/* The step of hotplug with this name; ends the test without it. */
static unsigned int hotplug_step(const char *name)
{
	FILE *file = fopen("/sys/devices/system/cpu/hotplug/states", "re");
	unsigned int step, found = 0;
	char line[128], seen[64];

	if (!file)
		err(1, "/sys/devices/system/cpu/hotplug/states");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%u: %63s", &step, seen) == 2 && !strcmp(seen, name))
			found = step;
	fclose(file);
	if (!found)
		errx(1, "this kernel's CPU hotplug has no step %s", name);
	return found;
}

/*
 * Only steps that the CPU takes by itself while it runs. Below them the way down must not
 * fail: the kernel refuses to plant a failure there for a CPU that is online, but not for one
 * that is offline, keeps it where the step has no way up, and warns of "DEAD callback
 * error" when it meets it (6.1, _cpu_down).
 */
bool fuzz_plant_failure(unsigned int cpu, unsigned int step)
{
	char path[64], number[16];

	if (step <= hotplug_step("cpu:teardown"))
		return false;
	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/hotplug/fail", cpu);
	snprintf(number, sizeof(number), "%u", step);
	return write_file(path, number);
}

bool fuzz_hotplug(struct fuzzer *f)
{
	unsigned int cpu = 1 + fuzz_below(f, fuzz_cpus - 1);
	unsigned int step = fuzz_below(f, 256);
	char path[64];
	bool ok;

	if (fuzz_cpus < 2)
		return false;
	/* That it fails on the way, and is taken back: refused where there is no such step. */
	if (fuzz_chance(f, 25))
		fuzz_plant_failure(cpu, step);
	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
	ok = write_file(path, "0");
	if (ok && fuzz_chance(f, 70))
		fuzz_run(f);
	/* The failure may have waited for the way back. */
	return (write_file(path, "1") || write_file(path, "1")) && ok;
}

/* ---- memory ---- */

/* What is free goes to nobody for a while; so much stays that nobody need be killed. */
static bool take_memory(struct fuzzer *f)
{
	size_t bytes = (size_t)(meminfo("MemAvailable") / 100 * (20 + fuzz_below(f, 50))) << 10;
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	bool ok = memory != MAP_FAILED;

	if (ok && fuzz_chance(f, 60))
		ok = fuzz_create(f);
	if (memory != MAP_FAILED)
		munmap(memory, bytes);
	return ok;
}

bool fuzz_pressure(struct fuzzer *f)
{
	switch (fuzz_below(f, 4)) {
	case 0:
		return write_file("/proc/sys/vm/drop_caches", "3");
	case 1:
		return write_file("/proc/sys/vm/compact_memory", "1");
	default:
		return take_memory(f);
	}
}

/* ---- the PMU ---- */

static int pmu_type(void)
{
	static atomic_int type;
	FILE *file;
	int value = 0;

	if (type)
		return type;
	file = fopen("/sys/bus/event_source/devices/hvbench/type", "re");
	if (file && fscanf(file, "%d", &value) == 1)
		type = value;
	if (file)
		fclose(file);
	return value;
}

static bool open_event(struct fuzzer *f, atomic_int *slot)
{
	struct perf_event_attr attr = {
		.type = pmu_type(),
		.size = sizeof(attr),
		.config = fuzz_chance(f, 50) ? fuzz_below(f, HVBENCH_NR_COUNTERS) :
					       0x100 + fuzz_below(f, 0x101),
		.inherit = fuzz_chance(f, 30),
		.disabled = fuzz_chance(f, 30),
		.enable_on_exec = fuzz_chance(f, 5),
	};
	int cpu = fuzz_chance(f, 50) ? -1 : (int)fuzz_below(f, fuzz_cpus);
	int fd, old;

	if (fuzz_chance(f, 5))
		attr.config = fuzz_random(f);
	if (fuzz_chance(f, 5))
		attr.sample_period = 1 + fuzz_below(f, 100);
	fd = syscall(SYS_perf_event_open, &attr, cpu < 0 || fuzz_chance(f, 50) ? 0 : -1, cpu, -1,
		     PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return false;
	old = atomic_exchange(slot, fd + 1);
	if (old)
		close(old - 1);
	return true;
}

bool fuzz_perf(struct fuzzer *f)
{
	atomic_int *slot = &events[fuzz_below(f, NR_EVENTS)];
	__u64 count;
	int old;

	switch (fuzz_below(f, 6)) {
	case 0:
		return read(*slot - 1, &count, sizeof(count)) == sizeof(count);
	case 1:
		return !ioctl(*slot - 1,
			      fuzz_chance(f, 50) ? PERF_EVENT_IOC_DISABLE : PERF_EVENT_IOC_ENABLE, 0);
	case 2:
		return !ioctl(*slot - 1, PERF_EVENT_IOC_RESET, 0);
	case 3:
		old = atomic_exchange(slot, 0);
		return old && !close(old - 1);
	default:
		return open_event(f, slot);
	}
}

/* ---- the module ---- */

/* Its device is open, by this session at least: it has to stay. */
bool fuzz_unload(struct fuzzer *f)
{
	(void)f;
	if (!syscall(SYS_delete_module, "hvbench", O_NONBLOCK)) {
		atomic_fetch_add(&fuzz_shared->unloaded, 1);
		return false;
	}
	return errno == EWOULDBLOCK;
}
