// SPDX-License-Identifier: GPL-2.0
/*
 * Failures of memory and of user copies, one at a time: each call of the interface is made
 * with its first allocation failing, then with its second, until one call needs no more
 * (/proc/thread-self/fail-nth, Documentation/fault-injection). Each time the call has to be
 * refused or to succeed, nothing may be left of it, and the kernel may not complain.
 *
 * Runs as root in the machine, with the module loaded: faults MODULE. A kernel
 * without CONFIG_FAULT_INJECTION offers none of this, and the test says so.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"
#include "report.h"
#include "vm.h"

GUEST(touch)
GUEST(log_bells)
GUEST(churn)

/* Of one call; more means that its failures are repeated without end. */
#define MAX_FAILURES 20000
/* Loading takes fewer allocations; of them so many are made to fail. */
#define ALL_OF_LOADING 1000000
#define LOADS 40

static int fail_nth; /* of this thread */
static const char *module;

/* What a scenario works on; its VM is there where config.version is not 0. */
static struct hvbench_config config;
static struct vm vm;

/* ---- the injection ---- */

static void set_nth(unsigned int n)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(fail_nth, text, length, 0) != length)
		err(2, "fail-nth");
}

/* Whether the failure that was ordered has come. */
static bool has_failed(void)
{
	char text[16] = "";
	/* Copying the answer may be what fails: then it had not come before. */
	bool known = pread(fail_nth, text, sizeof(text) - 1, 0) > 0;

	set_nth(0);
	return known && !atoi(text);
}

static void set_up(void)
{
	/* All allocations count, those that may sleep and single pages among them. */
	static const struct {
		const char *file, *value;
	} settings[] = {
		{ "failslab/ignore-gfp-wait", "N" },
		{ "failslab/verbose", "0" },
		{ "fail_page_alloc/ignore-gfp-wait", "N" },
		{ "fail_page_alloc/ignore-gfp-highmem", "N" },
		{ "fail_page_alloc/min-order", "0" },
		{ "fail_page_alloc/verbose", "0" },
		{ "fail_usercopy/verbose", "0" },
	};
	char path[128];
	unsigned int i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s", settings[i].file);
		if (!write_file(path, settings[i].value))
			err(2, "%s", path);
	}
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_nth < 0)
		err(2, "fail-nth");
}

/* ---- the calls; each returns 0, or -1 with errno ---- */

static sigjmp_buf fault;

static void on_fault(int number)
{
	(void)number;
	siglongjmp(fault, 1);
}

static void make_vm(void)
{
	vm = vm_make(&config);
}

static void make_loaded(void)
{
	const char *code = config.knob[HVBENCH_KNOB_LOG] ? guest_log_bells : guest_touch;
	const char *end = config.knob[HVBENCH_KNOB_LOG] ? guest_log_bells_end : guest_touch_end;

	make_vm();
	vm_load(&vm, code, end);
}

static void make_churning(void)
{
	make_vm();
	vm_load(&vm, guest_churn, guest_churn_end);
}

static void make_run(void)
{
	make_loaded();
	vm_run(&vm);
}

static void drop_vm(void)
{
	vm_close(&vm);
}

static int call_open(void)
{
	int fd = open(HVBENCH_DEVICE, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -1 : close(fd);
}

static int call_info(void)
{
	struct hvbench_info info;

	return ioctl(vm_device(), HVBENCH_GET_INFO, &info);
}

static int call_create(void)
{
	int fd = ioctl(vm_device(), HVBENCH_CREATE_VM, &config);

	return fd < 0 ? -1 : close(fd);
}

static int map_at(off_t offset, size_t bytes, int protection)
{
	void *memory = mmap(NULL, bytes, protection, MAP_SHARED, vm.fd, offset);

	return memory == MAP_FAILED ? -1 : munmap(memory, bytes);
}

static int call_map_memory(void)
{
	return map_at(HVBENCH_MMAP_MEMORY, vm.bytes, PROT_READ | PROT_WRITE);
}

static int call_map_control(void)
{
	return map_at(HVBENCH_MMAP_CONTROL, HVBENCH_CONTROL_BYTES, PROT_READ);
}

static int call_touch(void)
{
	if (sigsetjmp(fault, 1)) {
		errno = ENOMEM;
		return -1;
	}
	vm.memory[0x400000] = 1;
	vm.memory[0x600000] = 1;
	return 0;
}

static int call_start(void)
{
	struct hvbench_start start = { .rip = 0x200000, .cr3 = 0x100000 };

	return ioctl(vm.fd, HVBENCH_SET_START, &start);
}

static int call_run(void)
{
	return ioctl(vm.fd, HVBENCH_RUN, 0);
}

static int call_rights(void)
{
	struct hvbench_rights rights = { 0x203000, 0x1000, HVBENCH_MAY_READ, 0 };

	return ioctl(vm.fd, HVBENCH_SET_RIGHTS, &rights);
}

static int log_action(__u32 action)
{
	static __u64 written[VM_BYTES / 4096 / 64], touched[VM_BYTES / 4096 / 64];
	struct hvbench_log_request request = { .action = action };

	if (action == HVBENCH_LOG_COLLECT) {
		request.written = (unsigned long)written;
		request.touched = (unsigned long)touched;
	}
	return ioctl(vm.fd, HVBENCH_LOG, &request);
}

static int call_log_start(void)
{
	return log_action(HVBENCH_LOG_START);
}

static int call_log_collect(void)
{
	return log_action(HVBENCH_LOG_COLLECT);
}

static int call_fork(void)
{
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	return 0;
}

static int call_event(void)
{
	struct perf_event_attr attr = { .size = sizeof(attr), .config = 0, .inherit = 1 };
	FILE *file = fopen("/sys/bus/event_source/devices/hvbench/type", "re");
	unsigned int type;
	int fd;

	if (!file || fscanf(file, "%u", &type) != 1)
		err(2, "the type of hvbench's PMU");
	fclose(file);
	attr.type = type;
	fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -1 : close(fd);
}

/* ---- one call, all its failures ---- */

struct scenario {
	const char *name;
	void (*prepare)(void);
	int (*call)(void);
	void (*clean)(void);
};

static bool complained(const char *name, unsigned int n)
{
	char line[512];
	bool any = false;

	while (kernel_complaint(line, sizeof(line))) {
		report(false, "%s, failure %u: the kernel does not complain: %s", name, n, line);
		any = true;
	}
	return any;
}

static void inject(const struct scenario *s, const char *what)
{
	unsigned int n, refused = 0, survived = 0;
	bool come = true, ok = true;
	char name[128];

	snprintf(name, sizeof(name), "%s%s%s", s->name, *what ? ", " : "", what);
	for (n = 1; come && ok && n < MAX_FAILURES; n++) {
		int ret;

		if (s->prepare)
			s->prepare();
		set_nth(n);
		ret = s->call();
		come = has_failed();
		if (s->clean)
			s->clean();
		refused += come && ret;
		survived += come && !ret;
		ok = !complained(name, n) &&
		     (!vm_live() || report(false, "%s, failure %u: no VM is left", name, n));
		if (!come && ret)
			ok = report(false, "%s succeeds when nothing fails (%s)", name,
				    strerror(errno));
	}
	report(ok && !come && refused + survived > 0,
	       "%s: %u failures one by one, %u refuse the call and %u do not", name,
	       refused + survived, refused, survived);
}

static void inject_one(const char *name, void (*prepare)(void), int (*call)(void),
		       void (*clean)(void), const char *what)
{
	const struct scenario s = { name, prepare, call, clean };

	inject(&s, what);
}

static void choose(enum hvbench_mmu mmu, bool populate, __u32 log)
{
	config = vm_config(mmu);
	config.knob[HVBENCH_KNOB_POPULATE] = populate;
	config.knob[HVBENCH_KNOB_LOG] = log;
	if (mmu == HVBENCH_MMU_EPT && log > HVBENCH_LOG_FAULT)
		config.knob[HVBENCH_KNOB_EPT_AD] = 1;
}

static void inject_vm(enum hvbench_mmu mmu, __u32 log, const char *what)
{
	/* Memory would be most of its allocations, each like the other. */
	choose(mmu, false, log);
	inject_one("CREATE_VM", NULL, call_create, NULL, what);
	inject_one("mmap of memory", make_vm, call_map_memory, drop_vm, what);
	inject_one("mmap of the counters", make_vm, call_map_control, drop_vm, what);
	inject_one("a touch of memory", make_vm, call_touch, drop_vm, what);
	inject_one("fork", make_run, call_fork, drop_vm, what);
	inject_one("SET_START", make_vm, call_start, drop_vm, what);
	inject_one("RUN", make_loaded, call_run, drop_vm, what);
	if (!log)
		return;
	inject_one("LOG, START", make_loaded, call_log_start, drop_vm, what);
	inject_one("LOG, COLLECT", make_run, call_log_collect, drop_vm, what);
}

/* ---- loading ---- */

static int call_load(void)
{
	int fd = open(module, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -1;
	ret = syscall(SYS_finit_module, fd, "", 0);
	close(fd);
	return ret;
}

static void unload(void)
{
	if (syscall(SYS_delete_module, "hvbench", O_NONBLOCK) && errno != ENOENT)
		err(2, "unloading hvbench");
}

/* How many allocations and copies loading takes. */
static unsigned int load_length(void)
{
	char text[16] = "";

	unload();
	set_nth(ALL_OF_LOADING);
	if (call_load())
		err(2, "loading hvbench");
	if (pread(fail_nth, text, sizeof(text) - 1, 0) <= 0)
		err(2, "fail-nth");
	set_nth(0);
	return ALL_OF_LOADING - atoi(text);
}

/*
 * Most of them are the hundreds of files in sysfs, which fail alike, and a load takes long
 * on a kernel that has the injection: some are tried, spread over all.
 */
static void inject_load(void)
{
	unsigned int length = load_length(), n, refused = 0, survived = 0;
	bool ok = true;

	for (n = 1; ok && n <= length; n += 1 + length / LOADS) {
		int ret;

		unload();
		set_nth(n);
		ret = call_load();
		if (has_failed()) {
			refused += ret != 0;
			survived += !ret;
		}
		ok = !complained("loading the module", n);
	}
	unload();
	report(ok && refused > LOADS / 4 && !call_load(),
	       "loading the module: %u of %u failures, %u refuse it and %u do not", refused + survived,
	       length, refused, survived);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_fault };
	char line[256];

	if (argc != 2)
		errx(2, "usage: faults MODULE");
	module = argv[1];
	if (!kernel_has_fault_injection()) {
		printf("skipped - failing each allocation in turn: this kernel is without "
		       "CONFIG_FAULT_INJECTION; that of `make sanitize` has it\n");
		return summary();
	}
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	kernel_complaint(line, sizeof(line));
	set_up();
	/* First: later the device is open. */
	inject_load();
	inject_one("open of the device", NULL, call_open, NULL, "");
	inject_one("GET_INFO", NULL, call_info, NULL, "");
	inject_one("perf_event_open", NULL, call_event, NULL, "");
	inject_vm(HVBENCH_MMU_EPT, HVBENCH_LOG_OFF, "EPT");
	inject_vm(HVBENCH_MMU_EPT, HVBENCH_LOG_PML, "EPT with PML");
	inject_vm(HVBENCH_MMU_SPT, HVBENCH_LOG_OFF, "shadow paging");
	inject_vm(HVBENCH_MMU_SPT, HVBENCH_LOG_FAULT, "shadow paging with a log");
	choose(HVBENCH_MMU_EPT, true, HVBENCH_LOG_OFF);
	config.memory_bytes = HVBENCH_MEMORY_UNIT;
	inject_one("CREATE_VM", NULL, call_create, NULL, "with 2M of memory");
	config = vm_config(HVBENCH_MMU_EPT);
	config.knob[HVBENCH_KNOB_BACKING] = HVBENCH_SIZE_2M;
	config.knob[HVBENCH_KNOB_EPT_LEAF] = HVBENCH_SIZE_2M;
	inject_one("CREATE_VM", NULL, call_create, NULL, "on 2M pages");
	inject_one("SET_RIGHTS", make_loaded, call_rights, drop_vm, "in a 2M page");
	choose(HVBENCH_MMU_SPT, true, HVBENCH_LOG_OFF);
	config.knob[HVBENCH_KNOB_SPT_SYNC] = HVBENCH_SPT_SYNC_TRAP;
	inject_one("RUN", make_churning, call_run, drop_vm, "trap, a guest that edits its tables");
	return summary();
}
