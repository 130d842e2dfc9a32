// SPDX-License-Identifier: GPL-2.0
/*
 * What tool and guest can ask of a VM's memory, by a tool and a guest that mean
 * no good: the dirty log (HVBENCH_LOG and the guest's doorbells), the rights of
 * frames (HVBENCH_SET_RIGHTS), memory brought by the tool (backing=1g).
 *
 * Runs as root in the machine, with the module loaded. `memory giant` wants one
 * huge page of 1G besides and tests what can be done with it.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"
#include "vm.h"

GUEST(touch)
GUEST(log_bells)

#define PAGE 4096ull
#define GIANT (1ull << 30)
#define CODE_GPA 0x200000ull
#define TOUCHED_GPA 0x400000ull /* by guest_touch, to 5M */
#define TOUCHED_PAGES 256

/* How the log may be kept, and on what. */
struct method {
	const char *name;
	enum hvbench_mmu mmu;
	__u32 log, backing;
};

static const struct method methods[] = {
	{ "ept log=fault", HVBENCH_MMU_EPT, HVBENCH_LOG_FAULT, HVBENCH_SIZE_4K },
	{ "ept log=ad", HVBENCH_MMU_EPT, HVBENCH_LOG_AD, HVBENCH_SIZE_4K },
	{ "ept log=pml", HVBENCH_MMU_EPT, HVBENCH_LOG_PML, HVBENCH_SIZE_4K },
	{ "ept 2m log=fault", HVBENCH_MMU_EPT, HVBENCH_LOG_FAULT, HVBENCH_SIZE_2M },
	{ "ept 2m log=ad", HVBENCH_MMU_EPT, HVBENCH_LOG_AD, HVBENCH_SIZE_2M },
	{ "ept 2m log=pml", HVBENCH_MMU_EPT, HVBENCH_LOG_PML, HVBENCH_SIZE_2M },
	{ "spt log=fault", HVBENCH_MMU_SPT, HVBENCH_LOG_FAULT, HVBENCH_SIZE_4K },
	{ "spt log=ad", HVBENCH_MMU_SPT, HVBENCH_LOG_AD, HVBENCH_SIZE_4K },
};

#define NR_METHODS (sizeof(methods) / sizeof(methods[0]))

static struct hvbench_config log_config(const struct method *method)
{
	struct hvbench_config config = vm_config(method->mmu);

	config.knob[HVBENCH_KNOB_LOG] = method->log;
	config.knob[HVBENCH_KNOB_BACKING] = method->backing;
	if (method->mmu == HVBENCH_MMU_EPT) {
		config.knob[HVBENCH_KNOB_EPT_LEAF] = method->backing;
		config.knob[HVBENCH_KNOB_EPT_AD] = method->log != HVBENCH_LOG_FAULT;
	}
	return config;
}

static struct vm log_start(const struct method *method, const char *code, const char *end)
{
	struct hvbench_config config = log_config(method);
	struct vm vm = vm_make(&config);

	vm_load(&vm, code, end);
	return vm;
}

static int ask(struct vm *vm, __u32 action, void *written, void *touched, __u64 *count)
{
	struct hvbench_log_request request = {
		.action = action,
		.written = (unsigned long)written,
		.touched = (unsigned long)touched,
	};
	int ret = ioctl(vm->fd, HVBENCH_LOG, &request);

	if (count)
		*count = request.nr_written;
	return ret;
}

static bool bit(const __u64 *bits, __u64 gpa)
{
	return bits[gpa / PAGE / 64] >> (gpa / PAGE % 64) & 1;
}

/* Of the frames from that address on. */
static unsigned int bits_from(const __u64 *bits, __u64 gpa, unsigned int frames)
{
	unsigned int i, n = 0;

	for (i = 0; i < frames; i++)
		n += bit(bits, gpa + i * PAGE);
	return n;
}

#define WORDS (VM_BYTES / PAGE / 64)

static void check_log_refusals(void)
{
	struct hvbench_log_request request = { .action = HVBENCH_LOG_STOP + 1 };
	struct vm vm = vm_start(HVBENCH_MMU_EPT, guest_touch, guest_touch_end);

	report(ask(&vm, HVBENCH_LOG_START, NULL, NULL, NULL) && errno == EINVAL &&
		       ask(&vm, HVBENCH_LOG_COLLECT, NULL, NULL, NULL) && errno == EINVAL &&
		       ask(&vm, HVBENCH_LOG_STOP, NULL, NULL, NULL) && errno == EINVAL,
	       "LOG of a VM without a log is EINVAL");
	vm_close(&vm);

	vm = log_start(&methods[0], guest_touch, guest_touch_end);
	report(ioctl(vm.fd, HVBENCH_LOG, &request) && errno == EINVAL,
	       "LOG with an unknown action is EINVAL");
	request = (struct hvbench_log_request){ .action = HVBENCH_LOG_START, .reserved = 1 };
	report(ioctl(vm.fd, HVBENCH_LOG, &request) && errno == EINVAL,
	       "LOG with a reserved word is EINVAL");
	report(ask(&vm, HVBENCH_LOG_START, &vm, NULL, NULL) && errno == EINVAL &&
		       ask(&vm, HVBENCH_LOG_STOP, NULL, &vm, NULL) && errno == EINVAL,
	       "LOG with addresses that only COLLECT takes is EINVAL");
	report(ioctl(vm.fd, HVBENCH_LOG, NULL) && errno == EFAULT,
	       "LOG from a bad address is EFAULT");
	vm_close(&vm);
}

static void check_log(const struct method *method)
{
	struct vm vm = log_start(method, guest_touch, guest_touch_end);
	static __u64 written[WORDS], touched[WORDS];
	__u64 count = 99;
	int ret;

	report(!ask(&vm, HVBENCH_LOG_STOP, NULL, NULL, NULL) &&
		       !ask(&vm, HVBENCH_LOG_COLLECT, NULL, NULL, &count) && !count,
	       "%s: STOP and COLLECT before START do nothing", method->name);
	report(!ask(&vm, HVBENCH_LOG_START, NULL, NULL, NULL) && !vm_run(&vm) &&
		       vm.control->run.exit == HVBENCH_RUN_DOORBELL,
	       "%s: the guest runs with the log on", method->name);
	/* An address of the kernel's. */
	ret = ask(&vm, HVBENCH_LOG_COLLECT, (void *)(~0ul << 47), NULL, NULL);
	report(ret && errno == EFAULT, "%s: COLLECT to a bad address is EFAULT", method->name);
	memset(written, 0xff, sizeof(written));
	ret = ask(&vm, HVBENCH_LOG_COLLECT, written, touched, &count);
	/* Which of the frames of its code and tables count is the method's. */
	report(!ret && bits_from(written, TOUCHED_GPA, TOUCHED_PAGES) == TOUCHED_PAGES &&
		       !bits_from(written, TOUCHED_GPA + TOUCHED_PAGES * PAGE,
				  VM_BYTES / PAGE - 1024 - TOUCHED_PAGES) &&
		       bits_from(written, 0, VM_BYTES / PAGE) == count,
	       "%s: and loses nothing; the next one has all pages written, no other (%llu)",
	       method->name, count);
	report((bits_from(touched, TOUCHED_GPA, TOUCHED_PAGES) == TOUCHED_PAGES) ==
		       (method->log == HVBENCH_LOG_AD),
	       "%s: pages touched are known by A/D bits alone", method->name);
	report(!ask(&vm, HVBENCH_LOG_COLLECT, written, NULL, &count) && !count &&
		       !bits_from(written, 0, VM_BYTES / PAGE),
	       "%s: nothing is told twice", method->name);
	report(!ask(&vm, HVBENCH_LOG_STOP, NULL, NULL, NULL), "%s: STOP", method->name);
	vm_close(&vm);
}

static bool look(struct vm *vm, __u64 written, __u64 touched, __u64 answer)
{
	__u64 *mailbox = (__u64 *)(vm->memory + HVBENCH_MAILBOX_GPA);

	mailbox[1] = 77;
	mailbox[2] = written;
	mailbox[3] = touched;
	return !vm_run(vm) && vm->control->run.exit == HVBENCH_RUN_DOORBELL &&
	       vm->control->run.doorbell == 100 && mailbox[1] == answer;
}

static void check_bells(const struct method *method)
{
	struct hvbench_config config = log_config(method);
	struct vm vm;

	config.knob[HVBENCH_KNOB_POPULATE] = 0;
	vm = vm_make(&config);
	vm_load(&vm, guest_log_bells, guest_log_bells_end);
	report(look(&vm, 1, 0, ~0ull) && look(&vm, VM_BYTES, 0, ~0ull) &&
		       look(&vm, ~0xfffull, 0, ~0ull) && look(&vm, 0x600000, 0x600008, ~0ull) &&
		       look(&vm, 0x600000, 1ull << 63, ~0ull),
	       "%s: a bitmap outside memory or not aligned is refused", method->name);
	/* No host page is behind these yet. */
	report(look(&vm, 0x600000, VM_BYTES - PAGE, 0), "%s: the guest's look is answered",
	       method->name);
	report(bit((__u64 *)(vm.memory + 0x600000), TOUCHED_GPA) &&
		       !bit((__u64 *)(vm.memory + 0x600000), TOUCHED_GPA + PAGE),
	       "%s: and has the page that it wrote, though it was refused before", method->name);
	report(bit((__u64 *)(vm.memory + VM_BYTES - PAGE), TOUCHED_GPA) ==
		       (method->log == HVBENCH_LOG_AD),
	       "%s: the second bitmap tells of touches by A/D bits", method->name);
	report(look(&vm, 0, 0, 0) && bit((__u64 *)vm.memory, TOUCHED_GPA),
	       "%s: what is written anew is found anew", method->name);
	vm_close(&vm);
}

#define TIB (1ull << 40)
#define TIB_WORDS (TIB / PAGE / 64)
#define EXIT_EXTERNAL_INTERRUPT 1
#define EXIT_IO_INSTRUCTION 30
#define EXIT_PREEMPTION_TIMER 52

/*
 * A bucket of the histogram: 2^22 TSC, instructions in emulation. The kernel of
 * `make sanitize` makes some ten of one.
 */
static unsigned int too_long(void)
{
	struct utsname host;

	return !uname(&host) && strstr(host.release, "-sanitize") ? 26 : 22;
}

/* Exits in the histogram's buckets from that one on, but for the host's own turns. */
static __u64 long_exits(const struct vm *vm, unsigned int bucket)
{
	__u64 n = 0;
	unsigned int i, b;

	for (i = 0; i < HVBENCH_NR_EXIT_REASONS; i++)
		for (b = bucket; b < HVBENCH_HISTOGRAM_BUCKETS; b++)
			if (i != EXIT_EXTERNAL_INTERRUPT && i != EXIT_PREEMPTION_TIMER)
				n += vm->control->stats.outside_histogram[i][b];
	return n;
}

/*
 * A VM of 1 TiB and almost no memory: its bitmaps are 32 MiB each, and whoever asks for
 * them must not keep the host from its turn.
 */
static void check_large_log(const struct method *method)
{
	struct hvbench_config config = log_config(method);
	__u64 *bits = mmap(NULL, TIB_WORDS * 8, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	const unsigned int bucket = too_long();
	__u64 count = 0;
	struct vm vm;
	int ret;

	config.knob[HVBENCH_KNOB_POPULATE] = 0;
	config.memory_bytes = TIB;
	vm = vm_make(&config);
	vm_load(&vm, guest_log_bells, guest_log_bells_end);
	report(look(&vm, TIB / 2, TIB / 2 + TIB_WORDS * 8, 0) && look(&vm, TIB / 2, 0, 0) &&
		       bit((__u64 *)(vm.memory + TIB / 2), TOUCHED_GPA) &&
		       !bit((__u64 *)(vm.memory + TIB / 2), TOUCHED_GPA + PAGE),
	       "%s: the log of 1 TiB is told to the guest", method->name);
	report(!long_exits(&vm, bucket) &&
		       vm.control->stats.exits[EXIT_IO_INSTRUCTION] > 16384 + 30,
	       "%s: in slices: no exit takes 2^%u TSC", method->name, bucket);
	/* It writes, and its own look is refused. */
	look(&vm, 1, 0, ~0ull);
	ret = ask(&vm, HVBENCH_LOG_COLLECT, bits, NULL, &count);
	report(!ret && count && bit(bits, TOUCHED_GPA) && !bit(bits, TOUCHED_GPA + PAGE) &&
		       !ask(&vm, HVBENCH_LOG_STOP, NULL, NULL, NULL),
	       "%s: and to the tool (%llu pages)", method->name, count);
	vm_close(&vm);
	munmap(bits, TIB_WORDS * 8);
}

static void check_bells_without_log(enum hvbench_mmu mmu)
{
	struct vm vm = vm_start(mmu, guest_log_bells, guest_log_bells_end);
	__u64 *mailbox = (__u64 *)(vm.memory + HVBENCH_MAILBOX_GPA);

	report(look(&vm, 0x600000, 0, ~0ull) && mailbox[0] == ~0ull,
	       "mmu %u: without a log the guest's bells answer so", mmu);
	vm_close(&vm);
}

static int set_rights(struct vm *vm, __u64 gpa, __u64 bytes, __u32 rights, __u32 reserved)
{
	struct hvbench_rights request = { gpa, bytes, rights, reserved };

	return ioctl(vm->fd, HVBENCH_SET_RIGHTS, &request) ? errno : 0;
}

#define RW (HVBENCH_MAY_READ | HVBENCH_MAY_WRITE)
#define RX (HVBENCH_MAY_READ | HVBENCH_MAY_EXECUTE)
#define RWX (RW | HVBENCH_MAY_EXECUTE)

static void check_rights_refusals(void)
{
	struct vm vm = vm_start(HVBENCH_MMU_SPT, guest_touch, guest_touch_end);

	report(set_rights(&vm, 0, PAGE, RWX, 0) == EOPNOTSUPP,
	       "SET_RIGHTS under shadow paging is EOPNOTSUPP");
	vm_close(&vm);

	vm = vm_start(HVBENCH_MMU_EPT, guest_touch, guest_touch_end);
	report(set_rights(&vm, 1, PAGE, RWX, 0) == EINVAL &&
		       set_rights(&vm, 0, PAGE - 1, RWX, 0) == EINVAL,
	       "SET_RIGHTS of half pages is EINVAL");
	report(set_rights(&vm, VM_BYTES, PAGE, RWX, 0) == EINVAL &&
		       set_rights(&vm, VM_BYTES - PAGE, 2 * PAGE, RWX, 0) == EINVAL &&
		       set_rights(&vm, PAGE, -PAGE, RWX, 0) == EINVAL &&
		       set_rights(&vm, -PAGE, PAGE, RWX, 0) == EINVAL,
	       "beyond memory too");
	report(set_rights(&vm, 0, PAGE, 8, 0) == EINVAL &&
		       set_rights(&vm, 0, PAGE, RWX, 1) == EINVAL,
	       "and with unknown rights or a reserved word");
	report(set_rights(&vm, 0, PAGE, HVBENCH_MAY_WRITE, 0) == EOPNOTSUPP,
	       "write without read is EOPNOTSUPP");
	report(ioctl(vm.fd, HVBENCH_SET_RIGHTS, NULL) && errno == EFAULT,
	       "SET_RIGHTS from a bad address is EFAULT");
	report(!set_rights(&vm, VM_BYTES, 0, 0, 0) && !vm_run(&vm) &&
		       vm.control->run.exit == HVBENCH_RUN_DOORBELL,
	       "nothing was changed by these");
	vm_close(&vm);
}

/* The guest asks for the log where the tool lets it read alone. */
static void check_log_and_rights(const struct method *method)
{
	struct vm vm = log_start(method, guest_log_bells, guest_log_bells_end);
	__u64 *mailbox = (__u64 *)(vm.memory + HVBENCH_MAILBOX_GPA);

	if (method->mmu == HVBENCH_MMU_SPT) {
		vm_close(&vm);
		return;
	}
	mailbox[2] = 0x600000;
	mailbox[3] = 0x601000;
	report(!set_rights(&vm, 0x601000, PAGE, RX, 0) && !vm_run(&vm) &&
		       vm.control->run.end == HVBENCH_END_FORBIDDEN &&
		       vm.control->run.gpa == 0x601000 && !*(__u64 *)(vm.memory + 0x600000) &&
		       !*(__u64 *)(vm.memory + 0x601000),
	       "%s: a bitmap where the guest may not write ends the run, and is not written",
	       method->name);
	vm_close(&vm);
}

static void check_rights(__u32 backing)
{
	const struct method plain = { "rights", HVBENCH_MMU_EPT, HVBENCH_LOG_OFF, backing };
	struct hvbench_config config = log_config(&plain);
	struct vm vm;

	config.knob[HVBENCH_KNOB_EPT_AD] = 0;
	vm = vm_make(&config);
	vm_load(&vm, guest_touch, guest_touch_end);
	report(!set_rights(&vm, CODE_GPA, PAGE, HVBENCH_MAY_EXECUTE, 0) && !vm_run(&vm) &&
		       vm.control->run.exit == HVBENCH_RUN_DOORBELL,
	       "backing %u: execute-only code runs", backing);
	vm_close(&vm);

	vm = vm_make(&config);
	vm_load(&vm, guest_touch, guest_touch_end);
	report(!set_rights(&vm, 0, VM_BYTES, RX, 0) &&
		       !set_rights(&vm, 0, TOUCHED_GPA + 9 * PAGE, RWX, 0) && !vm_run(&vm) &&
		       vm.control->run.end == HVBENCH_END_FORBIDDEN &&
		       vm.control->run.gpa == TOUCHED_GPA + 9 * PAGE &&
		       *(__u64 *)(vm.memory + TOUCHED_GPA + 8 * PAGE) == TOUCHED_GPA + 8 * PAGE &&
		       !*(__u64 *)(vm.memory + TOUCHED_GPA + 9 * PAGE),
	       "backing %u: a write that is forbidden ends the run and does not happen", backing);
	vm_close(&vm);

	vm = vm_make(&config);
	vm_load(&vm, guest_touch, guest_touch_end);
	report(!set_rights(&vm, CODE_GPA, PAGE, RW, 0) && !vm_run(&vm) &&
		       vm.control->run.end == HVBENCH_END_FORBIDDEN &&
		       vm.control->run.gpa == CODE_GPA,
	       "backing %u: so does a fetch", backing);
	vm_close(&vm);
}

static bool refused(struct hvbench_config *config, int error)
{
	int fd = ioctl(vm_device(), HVBENCH_CREATE_VM, config);

	if (fd >= 0) {
		close(fd);
		return false;
	}
	return errno == error && config->refusal[0];
}

static struct hvbench_config giant_config(void *memory)
{
	struct hvbench_config config = vm_config(HVBENCH_MMU_EPT);

	config.knob[HVBENCH_KNOB_BACKING] = HVBENCH_SIZE_1G;
	config.knob[HVBENCH_KNOB_EPT_LEAF] = HVBENCH_SIZE_1G;
	config.memory_bytes = GIANT;
	config.memory_address = (unsigned long)memory;
	return config;
}

/* As a process that may lock nothing: pinned memory counts as locked. */
static void check_locked_limit(void *memory)
{
	const struct rlimit none = { 0, 0 };
	struct hvbench_config config = giant_config(memory);
	int status;
	pid_t child;

	vm_device();
	child = fork();
	if (!child) {
		if (setrlimit(RLIMIT_MEMLOCK, &none) || setuid(1000))
			_exit(2);
		_exit(!refused(&config, ENOMEM) || !strstr(config.refusal, "RLIMIT_MEMLOCK"));
	}
	if (waitpid(child, &status, 0) != child)
		err(1, "waitpid");
	report(WIFEXITED(status) && !WEXITSTATUS(status),
	       "backing=1g beyond RLIMIT_MEMLOCK is ENOMEM and says so (status %#x)", status);
}

/* Locked memory of this process, in KiB. */
static long locked(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[128];
	long n = -1;

	while (file && n < 0 && fgets(line, sizeof(line), file))
		sscanf(line, "VmLck: %ld", &n);
	if (file)
		fclose(file);
	return n;
}

static void check_backing_refusals(void)
{
	/* Of 4K pages, in which a 1G aligned place is found. */
	char *memory = mmap(NULL, 2 * GIANT, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *aligned = (char *)(((unsigned long)memory + GIANT - 1) & ~(GIANT - 1));
	struct hvbench_config config = giant_config(aligned);

	if (memory == MAP_FAILED)
		err(1, "mmap");
	report(refused(&config, EFAULT) && strstr(config.refusal, "not all 1G huge pages"),
	       "backing=1g with memory of 4K pages is refused: %s", config.refusal);
	config = giant_config((void *)(0x7full << 39));
	report(refused(&config, EFAULT) && strstr(config.refusal, "nothing is mapped"),
	       "backing=1g with an address where nothing is says so: %s", config.refusal);
	mprotect(memory, 2 * GIANT, PROT_READ);
	config = giant_config(aligned);
	report(refused(&config, EFAULT) && strstr(config.refusal, "may be written"),
	       "backing=1g with memory that is only readable says so");
	check_locked_limit(aligned);
	config = giant_config((void *)(~0ull << 30));
	report(refused(&config, EFAULT), "backing=1g with an address of the kernel's");
	config = giant_config(NULL);
	report(refused(&config, EINVAL), "backing=1g without memory");
	config = giant_config(aligned + PAGE);
	report(refused(&config, EINVAL), "backing=1g with memory that is not aligned");
	config = giant_config(aligned);
	config.memory_bytes = GIANT / 2;
	report(refused(&config, EINVAL), "backing=1g with half a page");
	config = giant_config(aligned);
	config.knob[HVBENCH_KNOB_BACKING] = HVBENCH_SIZE_2M;
	config.knob[HVBENCH_KNOB_EPT_LEAF] = HVBENCH_SIZE_2M;
	report(refused(&config, EINVAL), "memory of the tool's for backing=2m");
	munmap(memory, 2 * GIANT);
	report(!vm_live(), "no VM is left of these");
}

static int free_giants(void)
{
	FILE *file = fopen("/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "r");
	int n = -1;

	if (file && fscanf(file, "%d", &n) != 1)
		n = -1;
	if (file)
		fclose(file);
	return n;
}

static void check_giant(enum hvbench_mmu mmu)
{
	char *huge = mmap(NULL, GIANT, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | 30 << MAP_HUGE_SHIFT, -1, 0);
	struct hvbench_config config = giant_config(huge);
	struct vm vm;

	if (huge == MAP_FAILED)
		err(1, "mmap of a 1G page");
	config.mmu = mmu;
	if (mmu == HVBENCH_MMU_SPT)
		config.knob[HVBENCH_KNOB_EPT_LEAF] = HVBENCH_SIZE_4K;
	vm = vm_make(&config);
	report(locked() == GIANT >> 10, "mmu %u: it counts as locked memory of the tool's", mmu);
	huge[GIANT - 1] = 42;
	report(vm.memory[GIANT - 1] == 42, "mmu %u: the VM's memory is the 1G page", mmu);
	munmap(huge, GIANT);
	report(free_giants() == 0 && vm.memory[GIANT - 1] == 42,
	       "mmu %u: the VM holds it when the tool's mapping is gone", mmu);
	vm_load(&vm, guest_touch, guest_touch_end);
	report(!vm_run(&vm) && vm.control->run.exit == HVBENCH_RUN_DOORBELL &&
		       *(__u64 *)(vm.memory + TOUCHED_GPA) == TOUCHED_GPA,
	       "mmu %u: a guest runs in it", mmu);
	report(mmu == HVBENCH_MMU_SPT || (vm.control->stats.counter[HVBENCH_CNT_ept_fill_1g] == 1 &&
					  vm.control->stats.counter[HVBENCH_CNT_fault_fill] == 1),
	       "mmu %u: by one fill", mmu);
	vm_close(&vm);
	report(free_giants() == 1 && !vm_live() && !locked(),
	       "mmu %u: the page is the host's again, and nothing is locked", mmu);
}

int main(int argc, char **argv)
{
	unsigned int i;

	if (argc > 1 && !strcmp(argv[1], "giant")) {
		check_giant(HVBENCH_MMU_EPT);
		check_giant(HVBENCH_MMU_SPT);
		return summary();
	}
	check_log_refusals();
	check_bells_without_log(HVBENCH_MMU_EPT);
	check_bells_without_log(HVBENCH_MMU_SPT);
	for (i = 0; i < NR_METHODS; i++) {
		check_log(&methods[i]);
		check_bells(&methods[i]);
		check_log_and_rights(&methods[i]);
	}
	check_large_log(&methods[0]);
	check_large_log(&methods[2]);
	check_large_log(&methods[NR_METHODS - 1]);
	check_rights_refusals();
	check_rights(HVBENCH_SIZE_4K);
	check_rights(HVBENCH_SIZE_2M);
	check_backing_refusals();
	return summary();
}
