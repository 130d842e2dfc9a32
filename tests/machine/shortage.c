// SPDX-License-Identifier: GPL-2.0
/*
 * A host whose memory runs short: whoever asks the module for too much is refused
 * with ENOMEM (a touch of VM memory: SIGBUS), nobody is killed, and what a VM holds
 * is charged to the control group that made it.
 *
 * Runs as root in the machine, with the module loaded.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"
#include "vm.h"

GUEST(touch)

#define PAGE 4096ull
#define MIB (1ull << 20)
#define TIB (1ull << 40)
#define MAX_VMS 1024
#define GROUP "/tmp/cgroup/hvbench"

/* A number behind a name in /proc/vmstat or /proc/meminfo. */
static long number(const char *file, const char *name)
{
	char line[128];
	FILE *f = fopen(file, "r");
	long n = -1;

	while (f && n < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			sscanf(line + strlen(name), "%*[: ]%ld", &n);
	if (f)
		fclose(f);
	return n;
}

static long killed(void)
{
	return number("/proc/vmstat", "oom_kill");
}

static struct hvbench_config lazy(enum hvbench_mmu mmu, __u64 bytes, __u32 backing)
{
	struct hvbench_config config = vm_config(mmu);

	config.memory_bytes = bytes;
	config.knob[HVBENCH_KNOB_POPULATE] = 0;
	config.knob[HVBENCH_KNOB_BACKING] = backing;
	return config;
}

/* Makes VMs until one is refused, then closes all. Their number, or -1 for another error. */
static int make_until_refused(const struct hvbench_config *wanted)
{
	static int fds[MAX_VMS];
	struct hvbench_config config;
	int n = 0, error, i;

	do {
		config = *wanted;
		fds[n] = ioctl(vm_device(), HVBENCH_CREATE_VM, &config);
		error = errno;
	} while (fds[n] >= 0 && ++n < MAX_VMS);
	for (i = 0; i < n; i++)
		close(fds[i]);
	return n < MAX_VMS && error == ENOMEM && strstr(config.refusal, "memory") ? n : -1;
}

static void check_large_vms(enum hvbench_mmu mmu)
{
	struct hvbench_config config = lazy(mmu, TIB, HVBENCH_SIZE_4K);
	long before = killed();
	int n;

	config.knob[HVBENCH_KNOB_LOG] = HVBENCH_LOG_FAULT;
	n = make_until_refused(&config);
	report(n > 0 && killed() == before && before >= 0,
	       "mmu %u: of logged VMs of 1 TiB there are %d, then ENOMEM, and nobody is killed", mmu,
	       n);
}

static void check_large_rights(void)
{
	struct hvbench_config config = lazy(HVBENCH_MMU_EPT, TIB, HVBENCH_SIZE_4K);
	struct hvbench_rights none = { .bytes = TIB, .rights = 0 };
	struct vm vm = { .fd = ioctl(vm_device(), HVBENCH_CREATE_VM, &config) };
	long before = number("/proc/meminfo", "MemAvailable"), after;

	if (vm.fd < 0)
		err(1, "HVBENCH_CREATE_VM: %s", config.refusal);
	report(!ioctl(vm.fd, HVBENCH_SET_RIGHTS, &none), "the rights of 1 TiB are taken away");
	after = number("/proc/meminfo", "MemAvailable");
	report(before - after < 32 * 1024, "which takes less than 32 MiB (%ld KiB)",
	       before - after);
	close(vm.fd);
}

static sigjmp_buf refused;

static void on_bus_error(int signal)
{
	(void)signal;
	siglongjmp(refused, 1);
}

/* Touches memory of a VM until that is refused. False: all of it was to be had. */
static bool touch_until_refused(const struct vm *vm, __u64 step)
{
	volatile __u64 at;

	if (sigsetjmp(refused, 1))
		return true;
	for (at = 0; at < vm->bytes; at += step)
		*(volatile char *)(vm->memory + at) = 1;
	return false;
}

/*
 * As a process of its own: takes all that there is, in large pages and then in
 * small ones, and then some. Its VMs are made before: once the large pages are gone,
 * there may be too little left for another. The status says how far it came.
 */
static int take_everything(void)
{
	struct hvbench_config large = lazy(HVBENCH_MMU_EPT, 4096 * MIB, HVBENCH_SIZE_2M);
	struct hvbench_config small = lazy(HVBENCH_MMU_EPT, 4096 * MIB, HVBENCH_SIZE_4K);
	struct hvbench_config shadow = lazy(HVBENCH_MMU_SPT, 64 * MIB, HVBENCH_SIZE_4K);
	struct vm vm = vm_start(HVBENCH_MMU_SPT, guest_touch, guest_touch_end);
	struct vm large_vm = vm_make(&large), small_vm = vm_make(&small);

	signal(SIGBUS, on_bus_error);
	alarm(100);
	if (!touch_until_refused(&large_vm, 2 * MIB))
		return 2;
	if (!touch_until_refused(&small_vm, PAGE))
		return 3;
	/* The stock of tables is some MiB for each. */
	if (make_until_refused(&shadow) < 0)
		return 4;
	if (vm_run(&vm) || vm.control->run.exit == HVBENCH_RUN_NONE)
		return 5;
	return 0;
}

static void check_touch(void)
{
	long before = killed();
	int status;
	pid_t child = fork();

	if (!child)
		_exit(take_everything());
	if (waitpid(child, &status, 0) != child)
		err(1, "waitpid");
	report(WIFEXITED(status) && !WEXITSTATUS(status),
	       "a touch of VM memory that the host has not is SIGBUS at once (status %#x)", status);
	report(killed() == before, "and nobody is killed for it");
	report(!vm_live(), "its VMs are gone");
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* The inode number of the control group that a mapped page is charged to; 0: none. */
static __u64 charged_to(const volatile void *address)
{
	int pagemap = open("/proc/self/pagemap", O_RDONLY);
	int groups = open("/proc/kpagecgroup", O_RDONLY);
	__u64 entry = 0, inode = 0;
	off_t at = (unsigned long)address / PAGE * sizeof(entry);

	(void)*(const volatile char *)address;
	if (pread(pagemap, &entry, sizeof(entry), at) != sizeof(entry) ||
	    pread(groups, &inode, sizeof(inode),
		  (entry & ((1ull << 55) - 1)) * sizeof(inode)) != sizeof(inode))
		err(1, "/proc/kpagecgroup");
	close(pagemap);
	close(groups);
	return inode;
}

/* In the group: 1, 2, 4 for what is not as it should be. */
static int use_group(void)
{
	struct hvbench_config config = lazy(HVBENCH_MMU_SPT, 64 * MIB, HVBENCH_SIZE_4K);
	struct stat group;
	struct vm vm;
	int status = 0;

	if (!write_file(GROUP "/cgroup.procs", "0") || stat(GROUP, &group))
		return 8;
	vm = vm_make(&config);
	memset(vm.memory, 1, PAGE);
	if (charged_to(vm.control) != group.st_ino)
		status |= 1;
	if (charged_to(vm.memory) != group.st_ino)
		status |= 2;
	if (!write_file(GROUP "/memory.max", "33554432"))
		return 8;
	config.knob[HVBENCH_KNOB_POPULATE] = 1;
	if (make_until_refused(&config) != 0)
		status |= 4;
	return status;
}

static void check_group(void)
{
	long before = killed();
	int status;
	pid_t child;

	mkdir("/tmp/cgroup", 0755);
	if (mount("none", "/tmp/cgroup", "cgroup2", 0, NULL) ||
	    !write_file("/tmp/cgroup/cgroup.subtree_control", "+memory") || mkdir(GROUP, 0755))
		err(1, "a control group");
	child = fork();
	if (!child)
		_exit(use_group());
	if (waitpid(child, &status, 0) != child)
		err(1, "waitpid");
	report(WIFEXITED(status) && !(status >> 8 & 9),
	       "a VM's control block is charged to its maker's control group");
	report(WIFEXITED(status) && !(status >> 8 & 10), "so is guest memory");
	report(WIFEXITED(status) && !(status >> 8 & 12) && killed() == before,
	       "and a VM beyond the group's limit is ENOMEM, without a process killed");
	rmdir(GROUP);
	umount("/tmp/cgroup");
}

int main(void)
{
	check_large_rights();
	check_large_vms(HVBENCH_MMU_EPT);
	check_large_vms(HVBENCH_MMU_SPT);
	check_group();
	check_touch();
	return summary();
}
