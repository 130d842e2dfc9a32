// SPDX-License-Identifier: GPL-2.0
/*
 * The fuzzer of the module's interface: random operations from several threads, in
 * sessions of some hundred, each a process. After each, whether it ended by itself or was
 * killed in the middle, no VM may be left and the kernel log may hold no complaint; after
 * all, the memory must be back and the module must unload. The same seed draws the
 * same operations; on an emulated machine with the same kernel they also meet the
 * same kernel at the same instruction.
 *
 * Runs as root in the machine, with the module loaded.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
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
#include "report.h"
#include "vm.h"

#define SESSION_OPERATIONS 400
#define WARM_UP_SESSIONS 3
/* A session that does nothing for so long is stuck. */
#define STUCK_SECONDS 60
/* What is leaked once in a while is not seen; a page every thirty operations is. */
#define SLACK_KIB 512
#define SESSIONS_PER_MODULE 8
#define NR_PLANTED 8

struct fuzz_shared *fuzz_shared;
int fuzz_cpus;

static struct {
	__u64 seed;
	unsigned long operations, seconds;
	unsigned int threads;
	const char *module;
} options = { .seed = 1, .operations = 4000, .threads = 3 };

static const char *const op_names[] = {
#define NAME(name, weight) #name,
	FUZZ_OPS(NAME)
#undef NAME
};

static int control = -1; /* the parent's /dev/hvbench, while it is open */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static unsigned int live_vms(void)
{
	struct hvbench_info info = { .live_vms = ~0u };

	control = open(HVBENCH_DEVICE, O_RDWR | O_CLOEXEC);
	if (control < 0 || ioctl(control, HVBENCH_GET_INFO, &info))
		err(2, HVBENCH_DEVICE);
	close(control);
	return info.live_vms;
}

/* What a pipe or a dying task held may be given back a moment later. */
static unsigned int vms_left(void)
{
	unsigned int left, tries;

	for (tries = 0; (left = live_vms()) && tries < 50; tries++)
		usleep(20000);
	return left;
}

static void bring_cpus_back(void)
{
	char path[64];
	int cpu;

	for (cpu = 1; cpu < fuzz_cpus; cpu++) {
		/* No step fails any more. */
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/hotplug/fail", cpu);
		write_file(path, "-1");
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
		write_file(path, "1");
	}
}

/* The session's process and whatever it started. */
static void kill_session(pid_t pid)
{
	kill(-pid, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

struct outcome {
	bool killed; /* by us, on purpose */
	int status; /* as waitpid() has it */
	bool stuck;
	int in[NR_FUZZ_THREADS]; /* enum fuzz_op, where it is stuck */
};

static void watch(pid_t pid, double kill_at, struct outcome *outcome)
{
	unsigned long seen = 0;
	double moved = now();
	unsigned int i;

	while (!waitpid(pid, &outcome->status, WNOHANG)) {
		unsigned long operations = atomic_load(&fuzz_shared->operations);

		usleep(10000);
		if (operations != seen)
			moved = now();
		seen = operations;
		outcome->killed = kill_at > 0 && now() >= kill_at;
		outcome->stuck = now() - moved > STUCK_SECONDS;
		if (outcome->killed || outcome->stuck)
			break;
	}
	for (i = 0; i < NR_FUZZ_THREADS; i++)
		outcome->in[i] = atomic_load(&fuzz_shared->now[i]);
	if (outcome->stuck) {
		/* At once: it may be that it can't be killed either. */
		printf("#   stuck in %s, %s, %s, %s\n", op_names[outcome->in[0]],
		       op_names[outcome->in[1]], op_names[outcome->in[2]],
		       op_names[outcome->in[3]]);
		fflush(stdout);
	}
	kill_session(pid);
}

static struct outcome run_session(__u64 seed, unsigned long operations)
{
	struct outcome outcome = { 0 };
	struct fuzzer dice = { .random = ~seed };
	/* One in four is killed, at some moment of its first seconds. */
	double kill_at = fuzz_chance(&dice, 25) ? now() + fuzz_below(&dice, 1500) / 1000.0 : 0;
	pid_t pid;

	memset(fuzz_shared->now, 0, sizeof(fuzz_shared->now));
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(2, "fork");
	if (!pid) {
		setpgid(0, 0);
		/* Where somebody must be killed for memory, let it be this one. */
		write_file("/proc/self/oom_score_adj", "1000");
		fuzz_session(seed, options.threads, operations);
	}
	setpgid(pid, pid);
	watch(pid, kill_at, &outcome);
	bring_cpus_back();
	return outcome;
}

/* True if nothing was wrong with it. */
static bool judge(const struct outcome *outcome, __u64 seed, unsigned long operations)
{
	bool ended = outcome->killed ||
		     (WIFEXITED(outcome->status) && !WEXITSTATUS(outcome->status));
	unsigned int left = vms_left();
	char line[512];
	bool ok = true;

#define WRONG(...) (ok = report(false, "seed %llu, %lu operations: " __VA_ARGS__))
	if (outcome->stuck)
		WRONG("the session goes on, and is not stuck", seed, operations);
	else if (!ended)
		WRONG("the session ends by itself (status %#x)", seed, operations,
		      outcome->status);
	if (left)
		WRONG("no VM is left (%u are)", seed, operations, left);
	while (kernel_complaint(line, sizeof(line)))
		WRONG("the kernel does not complain: %s", seed, operations, line);
#undef WRONG
	return ok;
}

static bool reload_module(void)
{
	int fd, ret;

	if (syscall(SYS_delete_module, "hvbench", O_NONBLOCK))
		return false;
	fd = open(options.module, O_RDONLY | O_CLOEXEC);
	ret = fd < 0 ? -1 : (int)syscall(SYS_finit_module, fd, "", 0);
	if (fd >= 0)
		close(fd);
	return !ret;
}

/* A kind of operation that never succeeds tests nothing. */
static void check_coverage(void)
{
	char never[256] = "";
	unsigned int i;

	for (i = 0; i < NR_FUZZ_OPS; i++) {
		unsigned long tried = fuzz_shared->op[i].tried;
		unsigned long succeeded = fuzz_shared->op[i].succeeded;

		printf("#   %-10s %7lu times, %7lu of them successful\n", op_names[i], tried,
		       succeeded);
		if (i == FUZZ_hotplug && fuzz_cpus < 2)
			continue;
		if (!succeeded || succeeded < tried / 50)
			snprintf(never + strlen(never), sizeof(never) - strlen(never), " %s",
				 op_names[i]);
	}
	report(!never[0], "each kind of operation succeeds often enough%s%s",
	       never[0] ? ", but not these:" : "", never);
}

static void check_memory(const struct memory *before)
{
	struct memory after = memory_at_rest();

	report(after.unknown - before->unknown <= SLACK_KIB,
	       "no pages are lost: %ld KiB in no account before, %ld KiB after", before->unknown,
	       after.unknown);
	report(after.slab - before->slab <= SLACK_KIB,
	       "the slab is back: %ld KiB before, %ld KiB after", before->slab, after.slab);
	report(after.vmalloc - before->vmalloc <= SLACK_KIB,
	       "vmalloc is back: %ld KiB before, %ld KiB after", before->vmalloc, after.vmalloc);
}

static void fuzz(void)
{
	unsigned int sessions = 0, bad = 0, reloads = 0;
	double begin = now();
	struct memory before = { 0 };
	bool reloaded = true;

	do {
		__u64 seed = options.seed + sessions;
		struct outcome outcome = run_session(seed, SESSION_OPERATIONS);

		bad += !judge(&outcome, seed, SESSION_OPERATIONS);
		sessions++;
		if (sessions == WARM_UP_SESSIONS)
			before = memory_at_rest();
		if (options.module && sessions % SESSIONS_PER_MODULE == 0) {
			reloaded = reloaded && reload_module();
			reloads += reloaded;
		}
	} while (bad < 5 && reloaded && fuzz_shared->operations < options.operations &&
		 (!options.seconds || now() - begin < options.seconds));
	report(!bad, "%lu operations in %u sessions (seed %llu): all ended, left no VM and a "
	       "kernel that does not complain", fuzz_shared->operations, sessions, options.seed);
	report(!fuzz_shared->unloaded, "the module can't be unloaded while its device is open");
	/* One session that is repeated says nothing about these. */
	if (sessions > WARM_UP_SESSIONS) {
		check_coverage();
		check_memory(&before);
	}
	if (options.module)
		report(reloaded && reload_module(),
		       "the module can be unloaded and loaded between sessions (%u times)",
		       reloads + 1);
}

static unsigned long number(const char *name, const char *text, unsigned long max)
{
	char *end = NULL;
	unsigned long value = text ? strtoul(text, &end, 0) : 0;

	if (!text || !*text || *end || value > max)
		errx(2, "%s takes a number up to %lu, not '%s'", name, max, text ? text : "");
	return value;
}

static void parse(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i += 2) {
		const char *name = argv[i], *value = argv[i + 1];

		if (!strcmp(name, "--seed"))
			options.seed = number(name, value, ~0ul);
		else if (!strcmp(name, "--ops"))
			options.operations = number(name, value, ~0ul);
		else if (!strcmp(name, "--seconds"))
			options.seconds = number(name, value, 1000000);
		else if (!strcmp(name, "--threads"))
			options.threads = number(name, value, NR_FUZZ_THREADS);
		else if (!strcmp(name, "--module") && value)
			options.module = value;
		else
			errx(2, "usage: fuzz [--seed N] [--ops N] [--seconds N] [--threads N] "
				"[--module FILE]");
	}
	if (!options.threads)
		errx(2, "--threads must be at least 1");
}

/* Failures that are planted while the CPU is offline; it must come and go all the same. */
static void test_planted_failures(void)
{
	static const char online[] = "/sys/devices/system/cpu/cpu1/online";
	unsigned int step, planted = 0;
	char line[256] = "";
	bool back = true;

	for (step = 0; step < 256 && planted < NR_PLANTED; step++) {
		write_file(online, "0");
		if (!fuzz_plant_failure(1, step))
			continue;
		planted++;
		/* It fails on the way up or on the way down, and once. */
		write_file(online, "1");
		write_file(online, "0");
		back = write_file(online, "1") && back;
	}
	bring_cpus_back();
	report(back && planted == NR_PLANTED,
	       "CPU 1 is back after each of %u failures of its hotplug", planted);
	report(!kernel_complaint(line, sizeof(line)), "and the kernel does not complain %s",
	       line);
}

int main(int argc, char **argv)
{
	char line[256];

	parse(argc, argv);
	fuzz_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	fuzz_shared = mmap(NULL, sizeof(*fuzz_shared), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fuzz_shared == MAP_FAILED)
		err(2, "mmap");
	/* What a session leaves behind comes to us, to be ended. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	kernel_complaint(line, sizeof(line));
	if (fuzz_cpus > 1)
		test_planted_failures();
	fuzz();
	return summary();
}
