// SPDX-License-Identifier: GPL-2.0
/*
 * The module's promises to a tool that may be hostile: bad arguments change
 * nothing, VMs live side by side, and whatever ends a VM (close, signal,
 * kill -9, its own guest, a CPU that goes) frees all of it and harms nobody.
 * Runs as root in the machine, with the module loaded.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"
#include "registers.h"
#include "report.h"
#include "vm.h"

GUEST(bells)
GUEST(spin)
GUEST(triple_fault)
GUEST(outside)
GUEST(bad_port)
GUEST(cr8)
GUEST(bad_stack)
GUEST(swapgs)
GUEST(cpuid_fpu)
GUEST(touch)
GUEST(debug_traps)

static const char *const mmu_names[] = { "ept", "spt" };

static void check_device(void)
{
	struct hvbench_info info = {};
	struct stat stat_buffer;

	report(!stat(HVBENCH_DEVICE, &stat_buffer) && (stat_buffer.st_mode & 0777) == 0600 &&
		       stat_buffer.st_uid == 0,
	       "the device is root's alone (0600)");
	report(!ioctl(vm_device(), HVBENCH_GET_INFO, &info) &&
		       info.version == HVBENCH_UAPI_VERSION && info.capabilities,
	       "GET_INFO answers version %u", HVBENCH_UAPI_VERSION);
	report(ioctl(vm_device(), _IO(0xBC, 99)) && errno == ENOTTY, "an unknown ioctl is ENOTTY");
	report(ioctl(vm_device(), HVBENCH_GET_INFO, NULL) && errno == EFAULT,
	       "GET_INFO to a bad address is EFAULT");
	report(ioctl(vm_device(), HVBENCH_CREATE_VM, NULL) && errno == EFAULT,
	       "CREATE_VM from a bad address is EFAULT");
}

static void expect_refusal(struct hvbench_config config, int error, const char *what)
{
	int fd = ioctl(vm_device(), HVBENCH_CREATE_VM, &config);

	report(fd < 0 && errno == error && config.refusal[0] && !vm_live(),
	       "CREATE_VM refuses %s with a sentence: %.191s", what, config.refusal);
	if (fd >= 0)
		close(fd);
}

/* What depends on the CPU: refused where it lacks that, else created. */
static void check_cpu_refusals(void)
{
	static const struct {
		__u32 capability, knob, value;
		enum hvbench_mmu mmu;
		const char *what;
	} needs[] = {
		{ HVBENCH_CAP_LA57, HVBENCH_KNOB_LA57, 1, HVBENCH_MMU_EPT, "5-level paging" },
		{ HVBENCH_CAP_LA57, HVBENCH_KNOB_LA57, 1, HVBENCH_MMU_SPT, "5-level paging" },
		{ HVBENCH_CAP_PCID, HVBENCH_KNOB_SPT_PCID, 1, HVBENCH_MMU_SPT, "spt.pcid" },
	};
	struct hvbench_info info = {};
	unsigned int i;

	ioctl(vm_device(), HVBENCH_GET_INFO, &info);
	for (i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		struct hvbench_config config = vm_config(needs[i].mmu);
		struct vm vm;

		config.knob[needs[i].knob] = needs[i].value;
		if (!(info.capabilities & needs[i].capability)) {
			expect_refusal(config, EOPNOTSUPP, needs[i].what);
			continue;
		}
		vm = vm_make(&config);
		report(vm_live() == 1, "CREATE_VM grants %s", needs[i].what);
		vm_close(&vm);
	}
}

static void check_refusals(void)
{
	struct hvbench_config config;

#define REFUSED(mmu, what, change)                     \
	do {                                           \
		config = vm_config(HVBENCH_MMU_##mmu); \
		change;                                \
		expect_refusal(config, EINVAL, what);  \
	} while (0)
	REFUSED(EPT, "another version", config.version++);
	REFUSED(EPT, "an unknown mmu", config.mmu = HVBENCH_NR_MMUS);
	REFUSED(EPT, "no memory", config.memory_bytes = 0);
	REFUSED(EPT, "odd memory", config.memory_bytes++);
	REFUSED(EPT, "too much memory", config.memory_bytes = ~0ull << 21);
	REFUSED(EPT, "an unknown choice", config.knob[HVBENCH_KNOB_VPID] = 2);
	REFUSED(EPT, "an unknown knob", config.knob[HVBENCH_MAX_KNOBS - 1] = 1);
	REFUSED(EPT, "a reserved word", config.reserved[1] = 1);
	REFUSED(EPT, "2M leaves on 4K backing",
		config.knob[HVBENCH_KNOB_EPT_LEAF] = HVBENCH_SIZE_2M);
	REFUSED(EPT, "a shadow knob under EPT",
		config.knob[HVBENCH_KNOB_SPT_SYNC] = HVBENCH_SPT_SYNC_VTLB);
	REFUSED(SPT, "an EPT knob under shadow paging", config.knob[HVBENCH_KNOB_EPT_AD] = 1);
	REFUSED(SPT, "a filter with vtlb",
		config.knob[HVBENCH_KNOB_SPT_SYNC] = HVBENCH_SPT_SYNC_VTLB;
		config.knob[HVBENCH_KNOB_SPT_FILTER] = 1);
#undef REFUSED
	check_cpu_refusals();
}

static bool start_refused(struct vm *vm, __u64 rip, __u64 cr3, __u64 reserved)
{
	struct hvbench_start start = { .rip = rip, .cr3 = cr3, .reserved = reserved };

	return ioctl(vm->fd, HVBENCH_SET_START, &start) && errno == EINVAL;
}

static void check_start(void)
{
	struct hvbench_start good = { .rip = 0x200000, .cr3 = 0x100000 };
	struct vm vm = vm_open(HVBENCH_MMU_EPT, true);

	report(vm_run(&vm) && errno == EIO, "RUN before SET_START is EIO");
	report(start_refused(&vm, 1ull << 47, 0x100000, 0),
	       "a RIP that is not canonical is EINVAL");
	report(start_refused(&vm, 0x200000, 0x100001, 0), "a CR3 with low bits is EINVAL");
	report(start_refused(&vm, 0x200000, VM_BYTES, 0), "a CR3 outside memory is EINVAL");
	report(start_refused(&vm, 0x200000, 0x100000, 1), "a reserved word is EINVAL");
	report(ioctl(vm.fd, HVBENCH_SET_START, NULL) && errno == EFAULT,
	       "SET_START from a bad address is EFAULT");
	report(!ioctl(vm.fd, HVBENCH_SET_START, &good), "SET_START works after the refusals");
	report(ioctl(vm.fd, HVBENCH_SET_START, &good) && errno == EBUSY,
	       "a second SET_START is EBUSY");
	report(ioctl(vm.fd, HVBENCH_RUN, 1) && errno == EINVAL, "RUN with an argument is EINVAL");
	report(ioctl(vm.fd, HVBENCH_CREATE_VM, NULL) && errno == ENOTTY,
	       "a VM's file does not create VMs");
	vm_close(&vm);
}

static bool map_refused(struct vm *vm, size_t bytes, int protection, int flags, off_t offset)
{
	void *map = mmap(NULL, bytes, protection, flags, vm->fd, offset);

	if (map == MAP_FAILED)
		return true;
	munmap(map, bytes);
	return false;
}

static void check_mappings(void)
{
	struct vm vm = vm_open(HVBENCH_MMU_SPT, true);
	unsigned char *page;

	report(map_refused(&vm, HVBENCH_CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
			   HVBENCH_MMAP_CONTROL),
	       "the counters can't be mapped for writing");
	report(mprotect((void *)vm.control, 4096, PROT_READ | PROT_WRITE) && errno == EACCES,
	       "nor made writable later");
	report(map_refused(&vm, HVBENCH_CONTROL_BYTES + 4096, PROT_READ, MAP_SHARED,
			   HVBENCH_MMAP_CONTROL),
	       "nor mapped beyond their end");
	report(map_refused(&vm, VM_BYTES + 4096, PROT_READ, MAP_SHARED, 0) &&
		       map_refused(&vm, 4096, PROT_READ, MAP_SHARED, VM_BYTES) &&
		       map_refused(&vm, 4096, PROT_READ, MAP_SHARED, 1ll << 50),
	       "guest memory can't be mapped beyond its end");
	report(map_refused(&vm, 4096, PROT_READ, MAP_PRIVATE, 0),
	       "guest memory can't be mapped privately");
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, vm.fd, 0x5000);
	vm.memory[0x5123] = 42;
	report(page != MAP_FAILED && page[0x123] == 42, "a second mapping shows the same memory");
	close(vm.fd);
	munmap(vm.memory, VM_BYTES);
	munmap((void *)vm.control, HVBENCH_CONTROL_BYTES);
	report(vm_live() == 1, "a mapping keeps the VM alive");
	munmap(page, 4096);
	report(!vm_live(), "the last reference frees the VM");
}

static void check_end(enum hvbench_mmu mmu, const char *code, const char *end,
		      enum hvbench_end expected, const char *what)
{
	struct vm vm = vm_start(mmu, code, end);
	int ret = vm_run(&vm);

	report(!ret && vm.control->run.exit == HVBENCH_RUN_ENDED && vm.control->run.end == expected,
	       "%s: %s ends the run (%u, exit reason %u, rip %#llx)", mmu_names[mmu], what,
	       vm.control->run.end, vm.control->run.exit_reason, vm.control->run.rip);
	report(vm_run(&vm) && errno == EIO, "%s: and RUN after it is EIO", mmu_names[mmu]);
	vm_close(&vm);
}

static void check_ends(enum hvbench_mmu mmu)
{
#define ENDS(guest, reason, what) \
	check_end(mmu, guest_##guest, guest_##guest##_end, HVBENCH_END_##reason, what)
	ENDS(triple_fault, TRIPLE_FAULT, "a triple fault");
	ENDS(outside, NO_MEMORY, "an access outside memory");
	ENDS(bad_stack, NO_MEMORY, "a stack outside memory");
	ENDS(bad_port, BAD_PORT, "an unknown port");
	ENDS(cr8, BAD_INSTRUCTION, "MOV to CR8");
#undef ENDS
}

static void check_swapgs(enum hvbench_mmu mmu)
{
	unsigned long before = 0, after = 0;
	struct vm vm;

	/* The host's user GS base is in the MSR that SWAPGS exchanges. */
	syscall(SYS_arch_prctl, 0x1001 /* ARCH_SET_GS */, 0x123456000ul);
	syscall(SYS_arch_prctl, 0x1004 /* ARCH_GET_GS */, &before);
	vm = vm_start(mmu, guest_swapgs, guest_swapgs_end);
	vm_run(&vm);
	vm_run(&vm);
	vm_run(&vm);
	syscall(SYS_arch_prctl, 0x1004, &after);
	report(vm.control->run.doorbell == 0x100 && before == 0x123456000ul && after == before,
	       "%s: SWAPGS in the guest leaves the tool's GS base alone", mmu_names[mmu]);
	syscall(SYS_arch_prctl, 0x1001, 0ul);
	vm_close(&vm);
}

static void check_cpu_offered(enum hvbench_mmu mmu)
{
	struct vm vm = vm_start(mmu, guest_cpuid_fpu, guest_cpuid_fpu_end);
	__u32 *words;

	report(!vm_run(&vm) && vm.control->run.exit == HVBENCH_RUN_DOORBELL, "%s: CPUID runs",
	       mmu_names[mmu]);
	words = (__u32 *)(vm.memory + HVBENCH_MAILBOX_GPA);
	report(!(words[1] & 1) && !(words[1] >> 25 & 3) && words[0] >> 31,
	       "%s: CPUID offers no FPU and SSE, and tells of a hypervisor", mmu_names[mmu]);
	report(!vm_run(&vm) && vm.control->run.end == HVBENCH_END_TRIPLE_FAULT,
	       "%s: an FPU instruction faults", mmu_names[mmu]);
	vm_close(&vm);
}

static void check_debug_traps(enum hvbench_mmu mmu)
{
	struct vm vm = vm_start(mmu, guest_debug_traps, guest_debug_traps_end);

	int ret = vm_run(&vm);

	report(!ret && vm.control->run.exit == HVBENCH_RUN_DOORBELL &&
		       vm.control->run.doorbell == 2,
	       "%s: INT1 and a single step onto STI trap once each (doorbell %u, end %u, rip "
	       "%#llx)",
	       mmu_names[mmu], vm.control->run.doorbell, vm.control->run.end, vm.control->run.rip);
	vm_close(&vm);
}

static void check_side_by_side(void)
{
	struct vm a = vm_start(HVBENCH_MMU_EPT, guest_bells, guest_bells_end);
	struct vm b = vm_start(HVBENCH_MMU_SPT, guest_bells, guest_bells_end);
	struct vm c = vm_start(HVBENCH_MMU_SPT, guest_triple_fault, guest_triple_fault_end);
	bool ok = true;
	__u32 i;

	for (i = 1; i <= 50; i++) {
		ok &= !vm_run(&a) && a.control->run.doorbell == 0x100 + i;
		ok &= !vm_run(&b) && b.control->run.doorbell == 0x100 + i;
		if (i == 25)
			ok &= !vm_run(&c) && c.control->run.exit == HVBENCH_RUN_ENDED;
	}
	report(ok && vm_live() == 3,
	       "VMs under both MMUs take turns in one thread, and one that dies harms none");
	vm_close(&a);
	vm_close(&b);
	vm_close(&c);
	report(!vm_live(), "and all are gone");
}

static void *run_bells(void *data)
{
	struct vm *vm = data;
	__u32 i;

	for (i = 1; i <= 2000; i++)
		if (vm_run(vm) || vm->control->run.doorbell != 0x100 + i)
			return NULL;
	return vm;
}

static void check_threads(void)
{
	struct vm a = vm_start(HVBENCH_MMU_EPT, guest_bells, guest_bells_end);
	struct vm b = vm_start(HVBENCH_MMU_SPT, guest_bells, guest_bells_end);
	void *result_a = NULL, *result_b = NULL;
	pthread_t thread_a, thread_b;

	pthread_create(&thread_a, NULL, run_bells, &a);
	pthread_create(&thread_b, NULL, run_bells, &b);
	pthread_join(thread_a, &result_a);
	pthread_join(thread_b, &result_b);
	report(result_a && result_b, "two VMs run in two threads at once");
	vm_close(&a);
	vm_close(&b);
}

static void on_alarm(int signal)
{
	(void)signal;
}

static void check_signal(enum hvbench_mmu mmu)
{
	struct vm vm = vm_start(mmu, guest_spin, guest_spin_end);
	int ret;

	ualarm(20000, 0);
	ret = ioctl(vm.fd, HVBENCH_RUN, 0);
	report(ret && errno == EINTR && vm.control->run.exit == HVBENCH_RUN_NONE,
	       "%s: a signal interrupts a guest that loops", mmu_names[mmu]);
	ualarm(20000, 0);
	ret = ioctl(vm.fd, HVBENCH_RUN, 0);
	report(ret && errno == EINTR, "%s: and it goes on looping when told", mmu_names[mmu]);
	vm_close(&vm);
}

static bool pin(pid_t pid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return !sched_setaffinity(pid, sizeof(set), &set);
}

struct looping {
	struct vm vm;
	volatile bool stop;
};

/* HVBENCH_RUN may come back with EINTR at any time: it is called again. */
static void *run_until_told(void *data)
{
	struct looping *looping = data;

	pin(0, 1);
	while (!looping->stop)
		ioctl(looping->vm.fd, HVBENCH_RUN, 0);
	return NULL;
}

static void check_busy(void)
{
	struct looping looping = {
		.vm = vm_start(HVBENCH_MMU_EPT, guest_spin, guest_spin_end),
	};
	bool busy = false;
	pthread_t thread;
	int tries;

	pin(0, 0);
	pthread_create(&thread, NULL, run_until_told, &looping);
	for (tries = 0; tries < 20 && !busy; tries++) {
		usleep(20000);
		/* Where this thread comes first, the guest loops here. */
		ualarm(20000, 0);
		busy = ioctl(looping.vm.fd, HVBENCH_RUN, 0) && errno == EBUSY;
	}
	ualarm(0, 0);
	report(busy, "RUN while another thread runs the VM is EBUSY");
	looping.stop = true;
	do {
		pthread_kill(thread, SIGALRM);
		usleep(20000);
	} while (pthread_tryjoin_np(thread, NULL));
	vm_close(&looping.vm);
}

/* A child that runs a looping guest; it tells through the pipe when. */
static pid_t spinning_child(enum hvbench_mmu mmu)
{
	int ready[2];
	char byte;
	pid_t child;

	if (pipe(ready))
		err(1, "pipe");
	child = fork();
	if (!child) {
		struct vm vm = vm_start(mmu, guest_spin, guest_spin_end);

		if (write(ready[1], "x", 1) == 1)
			vm_run(&vm);
		_exit(1);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		errx(1, "the child did not start");
	close(ready[0]);
	usleep(20000);
	return child;
}

static void check_kill(enum hvbench_mmu mmu)
{
	pid_t child = spinning_child(mmu);
	int status;

	report(vm_live() == 1, "%s: the guest of another process loops", mmu_names[mmu]);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	report(WIFSIGNALED(status) && !vm_live(), "%s: kill -9 ends and frees it", mmu_names[mmu]);
}

#define KLOG_READ_ALL 3
#define KLOG_BYTES (256 << 10)
#define SYSRQ "/proc/sysrq-trigger"

/* What follows the last line of the log that has that text; NULL where none has. */
static const char *log_after(const char *text)
{
	static char log[KLOG_BYTES + 1];
	int bytes = klogctl(KLOG_READ_ALL, log, KLOG_BYTES);
	char *found = NULL, *next = log;

	log[bytes > 0 ? bytes : 0] = 0;
	while ((next = strstr(next, text)))
		found = next += strlen(text);
	return found;
}

static bool log_has_after(const char *begin, const char *text)
{
	const char *log = log_after(begin);

	return log && strstr(log, text);
}

/* tests/machine/inside leaves out what stands between these two. */
#define PROVOKED_BEGIN "hvbench tests: provoked, begin"
#define PROVOKED_END "hvbench tests: provoked, end"

/* NMIs are in no row by reason, since theirs is also that of the guest's exceptions. */
static __u64 host_exits_without_reason(const struct hvbench_stats *stats)
{
	return stats->counter[HVBENCH_CNT_host_exits] - stats->exits[1] - stats->exits[52];
}

/*
 * The kernel asks all CPUs by NMI where they are, and prints what each answers. Returns when
 * the trace below answer is whole: it comes line by line, slowly on a kernel that checks itself.
 */
static void ask_all_cpus(const char *answer)
{
	bool whole = false;
	int tries;

	/* The answer looks like a complaint to whoever reads the log next. */
	write_file("/dev/kmsg", PROVOKED_BEGIN);
	write_file(SYSRQ, "l");
	for (tries = 0; tries < 200 && !whole; tries++) {
		usleep(20000);
		whole = log_has_after(PROVOKED_BEGIN, answer) && log_has_after(answer, "</TASK>");
	}
}

/* One of all CPUs is in a guest when the kernel asks them. */
static void check_nmi(enum hvbench_mmu mmu)
{
	static const char answer[] = "NMI backtrace for cpu 1";
	const struct hvbench_stats *stats;
	__u64 exceptions;
	bool told = false;
	struct vm vm;
	pid_t child;
	int asked;

	if (!report(!access(SYSRQ, W_OK), "%s: the kernel has CONFIG_MAGIC_SYSRQ, to send an NMI by",
		    mmu_names[mmu]))
		return;
	vm = vm_start(mmu, guest_spin, guest_spin_end);
	stats = &vm.control->stats;
	child = fork();
	if (!child) {
		vm_run(&vm);
		_exit(1);
	}
	pin(child, 1);
	pin(0, 0);
	usleep(50000);
	exceptions = stats->exits[0];
	report(!host_exits_without_reason(stats), "%s: the host's interrupts have their reason",
	       mmu_names[mmu]);
	/* The CPU may have a moment for another process: whoever reads our lines, say. */
	for (asked = 0; asked < 5 && !told; asked++) {
		usleep(50000);
		ask_all_cpus(answer);
		told = log_has_after(answer, "[hvbench]");
	}
	report(told, "%s: an NMI reaches the host through a guest that loops", mmu_names[mmu]);
	report(host_exits_without_reason(stats) && stats->exits[0] == exceptions,
	       "%s: it is an exit of the host's own, and no exception of the guest's",
	       mmu_names[mmu]);
	write_file("/dev/kmsg", PROVOKED_END);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	vm_close(&vm);
}

/* The number of a step that a CPU takes down after ours, as text; "" without it. */
static const char *later_step(void)
{
	FILE *file = fopen("/sys/devices/system/cpu/hotplug/states", "re");
	static char number[16];
	char line[128], name[64];

	number[0] = '\0';
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%15[0-9]: %63s", number, name) == 2 &&
		    !strcmp(name, "smpboot/threads:online"))
			break;
	if (file)
		fclose(file);
	return number;
}

static void check_hotplug(enum hvbench_mmu mmu)
{
	static const char online[] = "/sys/devices/system/cpu/cpu1/online";
	struct vm vm = vm_start(mmu, guest_bells, guest_bells_end);
	pid_t child;
	bool ok;

	ok = pin(0, 1) && !vm_run(&vm) && pin(0, 0) && !vm_run(&vm) && pin(0, 1) && !vm_run(&vm);
	report(ok && vm.control->run.doorbell == 0x103, "%s: a VM moves between CPUs",
	       mmu_names[mmu]);
	child = spinning_child(mmu);
	pin(child, 1);
	ok = pin(0, 0) && write_file(online, "0");
	report(ok, "%s: the CPU goes offline while a guest runs on it", mmu_names[mmu]);
	report(!vm_run(&vm) && vm.control->run.doorbell == 0x104,
	       "%s: a VM that was active there runs on elsewhere", mmu_names[mmu]);
	report(write_file(online, "1") && pin(0, 1) && !vm_run(&vm) &&
		       vm.control->run.doorbell == 0x105,
	       "%s: and there again when it is back", mmu_names[mmu]);
	/* VMX is off there already when that step fails, and comes back. */
	ok = write_file("/sys/devices/system/cpu/cpu1/hotplug/fail", later_step());
	report(ok && !write_file(online, "0") && pin(0, 1) && !vm_run(&vm) &&
		       vm.control->run.doorbell == 0x106,
	       "%s: and after a CPU that could not go offline has taken that back",
	       mmu_names[mmu]);
	pin(0, 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	vm_close(&vm);
	report(!vm_live(), "%s: nothing is left of either", mmu_names[mmu]);
}

#define LEAK_ROUNDS 110

static void check_leaks(enum hvbench_mmu mmu)
{
	long before = 0, after;
	bool ok = true;
	int i;

	for (i = 0; i < LEAK_ROUNDS; i++) {
		/* Lazily allocated, so that both kinds of growth are there. */
		struct vm vm = vm_open(mmu, false);

		vm_load(&vm, guest_touch, guest_touch_end);
		ok &= !vm_run(&vm) && vm.control->run.exit == HVBENCH_RUN_DOORBELL &&
		      vm.control->stats.counter[HVBENCH_CNT_fault_fill] >= 256;
		vm_close(&vm);
		/* The first rounds warm the kernel's per-CPU caches. */
		if (i == 10)
			before = memory_at_rest().unknown;
	}
	after = memory_at_rest().unknown;
	report(ok && !vm_live(), "%s: %d VMs come and go", mmu_names[mmu], LEAK_ROUNDS);
	/* One leaked page a VM would be 400 kB; the kernel's own caches move by 128 kB. */
	report(after - before < 256, "%s: and take no memory with them (%ld kB, then %ld kB in no account)",
	       mmu_names[mmu], before, after);
}

int main(void)
{
	/* Without SA_RESTART, so that it interrupts. */
	struct sigaction action = { .sa_handler = on_alarm };
	enum hvbench_mmu mmu;

	sigaction(SIGALRM, &action, NULL);
	check_device();
	check_refusals();
	check_start();
	check_mappings();
	check_side_by_side();
	check_threads();
	check_busy();
	for (mmu = HVBENCH_MMU_EPT; mmu < HVBENCH_NR_MMUS; mmu++) {
		check_ends(mmu);
		check_swapgs(mmu);
		check_cpu_offered(mmu);
		check_debug_traps(mmu);
		check_registers(mmu, HVBENCH_SPT_SYNC_UNSYNC);
		check_signal(mmu);
		check_kill(mmu);
		check_nmi(mmu);
		check_hotplug(mmu);
		check_leaks(mmu);
	}
	check_registers(HVBENCH_MMU_SPT, HVBENCH_SPT_SYNC_TRAP);
	check_registers(HVBENCH_MMU_SPT, HVBENCH_SPT_SYNC_VTLB);
	report(syscall(SYS_delete_module, "hvbench", O_NONBLOCK) && errno == EWOULDBLOCK,
	       "the module can't be unloaded while its device is open");
	return summary();
}
