// SPDX-License-Identifier: GPL-2.0
/* The fuzzer's operations on the device and on VMs' files: all ioctls, and what any file has. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "vm.h"

GUEST(bells)
GUEST(spin)
GUEST(triple_fault)
GUEST(outside)
GUEST(bad_port)
GUEST(swapgs)
GUEST(touch)
GUEST(log_bells)
GUEST(debug_traps)
GUEST(registers)
GUEST(churn)

static const struct {
	const char *code, *end;
} guests[] = {
#define CODE(name) { guest_##name, guest_##name##_end }
	CODE(bells), CODE(spin),      CODE(triple_fault), CODE(outside),   CODE(bad_port),
	CODE(swapgs), CODE(touch),    CODE(log_bells),    CODE(debug_traps), CODE(registers),
	CODE(churn), CODE(churn),     CODE(churn),
#undef CODE
};

#define NR_GUESTS (sizeof(guests) / sizeof(guests[0]))

static const struct {
	const char *name, *choices;
} knobs[] = {
#define KNOB(id, name, choices, def, help) { name, choices },
	HVBENCH_KNOBS(KNOB)
#undef KNOB
};

/* Mostly one that is there. */
static struct fuzz_vm *pick(struct fuzzer *f)
{
	struct fuzz_vm *vm = NULL;
	unsigned int tries;

	for (tries = 0; tries < 5 && (!vm || vm->fd < 0); tries++)
		vm = &fuzz_vms[fuzz_below(f, NR_FUZZ_VMS)];
	return vm;
}

int fuzz_vm_fd(struct fuzzer *f)
{
	return pick(f)->fd;
}

static bool close_vm(struct fuzz_vm *vm)
{
	int fd = atomic_exchange(&vm->fd, -1);

	return fd >= 0 && !close(fd);
}

/* ---- CREATE_VM ---- */

static __u32 choices(const char *text)
{
	__u32 count = 1;

	for (; *text; text++)
		count += *text == '|';
	return count;
}

static bool is_of_other_mmu(const char *knob, __u32 mmu)
{
	return !strncmp(knob, mmu == HVBENCH_MMU_EPT ? "spt." : "ept.", 4);
}

/* A VM of a TiB costs as much memory as it has log and tables: one at a time, seldom. */
static __u64 memory_bytes(struct fuzzer *f, bool *lazy)
{
	__u32 drawn = fuzz_below(f, 100);

	if (drawn < 70)
		return VM_BYTES;
	if (drawn < 93)
		return HVBENCH_MEMORY_UNIT * (1 + fuzz_below(f, 16));
	*lazy = true;
	return drawn < 95 ? HVBENCH_MEMORY_UNIT << fuzz_below(f, 18) : fuzz_random(f);
}

/* Mostly one that is granted: knobs that the MMU has, in combinations that make sense. */
static struct hvbench_config config(struct fuzzer *f)
{
	struct hvbench_config c = vm_config(fuzz_below(f, HVBENCH_NR_MMUS));
	bool lazy = false;
	__u32 i;

	c.memory_bytes = memory_bytes(f, &lazy);
	for (i = 0; i < HVBENCH_NR_KNOBS; i++) {
		if (fuzz_chance(f, 35) &&
		    (!is_of_other_mmu(knobs[i].name, c.mmu) || fuzz_chance(f, 3)))
			c.knob[i] = fuzz_below(f, choices(knobs[i].choices));
	}
	if (lazy)
		c.knob[HVBENCH_KNOB_POPULATE] = 0;
	if (c.knob[HVBENCH_KNOB_BACKING] == HVBENCH_SIZE_1G && fuzz_chance(f, 50))
		c.memory_address = (unsigned long)fuzz_window(f);
	if (fuzz_chance(f, 90)) {
		if (c.knob[HVBENCH_KNOB_EPT_LEAF] > c.knob[HVBENCH_KNOB_BACKING])
			c.knob[HVBENCH_KNOB_EPT_LEAF] = c.knob[HVBENCH_KNOB_BACKING];
		if (c.mmu == HVBENCH_MMU_EPT && c.knob[HVBENCH_KNOB_LOG] > HVBENCH_LOG_FAULT)
			c.knob[HVBENCH_KNOB_EPT_AD] = 1;
	}
	return c;
}

/* One word of it becomes something else. */
static void spoil(struct fuzzer *f, void *data, size_t bytes)
{
	__u32 *words = data;

	words[fuzz_below(f, bytes / sizeof(*words))] =
		fuzz_chance(f, 50) ? fuzz_random(f) : fuzz_below(f, 4);
}

static void put_vm(struct fuzzer *f, int fd, __u64 bytes)
{
	struct fuzz_vm *vm = &fuzz_vms[fuzz_below(f, NR_FUZZ_VMS)];
	int old = atomic_exchange(&vm->fd, fd);

	atomic_store(&vm->bytes, bytes);
	if (old >= 0)
		close(old);
}

/* ---- SET_START, and CREATE_VM that leads to it ---- */

#define CODE_GPA 0x200000
#define TABLES_GPA 0x100000

static void write_guest(struct fuzzer *f, unsigned char *memory)
{
	__u64 *tables = (__u64 *)(memory + TABLES_GPA);
	unsigned int i = fuzz_below(f, NR_GUESTS);

	if (!FUZZ_TRY())
		return;
	*(__u64 *)(memory + HVBENCH_MAILBOX_GPA) = fuzz_random(f);
	*(__u64 *)(memory + HVBENCH_MAILBOX_GPA + 0x10) = fuzz_below(f, 2048) * 4096ull;
	memcpy(memory + CODE_GPA, guests[i].code, guests[i].end - guests[i].code);
	tables[0] = (TABLES_GPA + 0x1000) | 3;
	tables[512] = (TABLES_GPA + 0x2000) | 3;
	for (i = 0; i < 512; i++)
		tables[1024 + i] = (__u64)i << 21 | 0x83;
	if (fuzz_chance(f, 10))
		memory[CODE_GPA + fuzz_below(f, 64)] = fuzz_random(f);
	if (fuzz_chance(f, 10))
		tables[fuzz_below(f, 1536)] = fuzz_random(f);
	FUZZ_END();
}

static bool start_vm(struct fuzzer *f, int fd)
{
	struct hvbench_start start = { .rip = CODE_GPA, .cr3 = TABLES_GPA };
	void *memory;

	memory = mmap(fuzz_window(f), fuzz_chance(f, 90) ? VM_BYTES : HVBENCH_MEMORY_UNIT * 2,
		      PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, HVBENCH_MMAP_MEMORY);
	if (memory != MAP_FAILED)
		write_guest(f, memory);
	if (fuzz_chance(f, 5))
		spoil(f, &start, sizeof(start));
	return !ioctl(fd, HVBENCH_SET_START, fuzz_chance(f, 3) ? fuzz_pointer(f, &start) : &start);
}

bool fuzz_start(struct fuzzer *f)
{
	return start_vm(f, pick(f)->fd);
}

bool fuzz_create(struct fuzzer *f)
{
	struct hvbench_config c = config(f);
	int fd;

	if (fuzz_chance(f, 8))
		spoil(f, &c, sizeof(c));
	fd = ioctl(fuzz_device, HVBENCH_CREATE_VM, fuzz_chance(f, 4) ? fuzz_pointer(f, &c) : &c);
	if (fd < 0)
		return false;
	put_vm(f, fd, c.memory_bytes);
	if (fuzz_chance(f, 75))
		start_vm(f, fd);
	return true;
}

/* ---- RUN ---- */

bool fuzz_run(struct fuzzer *f)
{
	unsigned int times = 1 + fuzz_below(f, 12);
	struct fuzz_vm *vm = pick(f);
	int fd = vm->fd, ret = -1;

	/* A guest that loops is interrupted after that time. */
	fuzz_arm(f, 20 + fuzz_below(f, 400));
	while (times--) {
		ret = ioctl(fd, HVBENCH_RUN, fuzz_chance(f, 2) ? fuzz_random(f) : 0);
		if (ret && errno != EINTR)
			break;
	}
	fuzz_disarm(f);
	/* One whose guest has ended makes room for another, mostly. */
	if (ret && errno == EIO && fuzz_chance(f, 60))
		close_vm(vm);
	return !ret;
}

/* ---- SET_RIGHTS, LOG, GET_INFO ---- */

bool fuzz_rights(struct fuzzer *f)
{
	struct hvbench_rights rights = {
		.gpa = fuzz_below(f, 2048) * 4096ull,
		.bytes = fuzz_below(f, fuzz_chance(f, 70) ? 16 : 2048) * 4096ull,
		.rights = fuzz_chance(f, 60) ? 7 : fuzz_below(f, 8),
	};

	if (fuzz_chance(f, 8))
		spoil(f, &rights, sizeof(rights));
	return !ioctl(fuzz_vm_fd(f), HVBENCH_SET_RIGHTS,
		      fuzz_chance(f, 4) ? fuzz_pointer(f, &rights) : &rights);
}

bool fuzz_log(struct fuzzer *f)
{
	static __u64 bits[2][1024]; /* of 256M: more than a VM that has a log mostly has */
	struct fuzz_vm *vm = pick(f);
	struct hvbench_log_request request = { .action = fuzz_below(f, 3) };
	bool fits = vm->bytes / 4096 / 8 <= sizeof(bits[0]);

	if (request.action == HVBENCH_LOG_COLLECT) {
		request.written = (unsigned long)(fits ? bits[0] : fuzz_pointer(f, NULL));
		request.touched = (unsigned long)(fits ? bits[1] : fuzz_pointer(f, NULL));
		if (fuzz_chance(f, 20))
			request.written = (unsigned long)fuzz_window(f);
		if (fuzz_chance(f, 20))
			request.touched = (unsigned long)fuzz_pointer(f, NULL);
	}
	if (fuzz_chance(f, 5)) {
		request.action = fuzz_random(f);
		request.reserved = fuzz_below(f, 2);
	}
	return !ioctl(vm->fd, HVBENCH_LOG,
		      fuzz_chance(f, 4) ? fuzz_pointer(f, &request) : &request);
}

bool fuzz_info(struct fuzzer *f)
{
	struct hvbench_info info;

	return !ioctl(fuzz_device, HVBENCH_GET_INFO,
		      fuzz_chance(f, 30) ? fuzz_pointer(f, &info) : &info);
}

/* A number that may mean nothing, with an argument that may point nowhere. */
bool fuzz_request(struct fuzzer *f)
{
	static const unsigned int known[] = { HVBENCH_GET_INFO, HVBENCH_CREATE_VM,
					      HVBENCH_SET_START, HVBENCH_RUN,
					      HVBENCH_SET_RIGHTS, HVBENCH_LOG };
	unsigned int number = fuzz_chance(f, 50) ? known[fuzz_below(f, 6)] :
						   _IO(0xBC, fuzz_below(f, 256));
	int fd = fuzz_chance(f, 30) ? fuzz_device : fuzz_vm_fd(f);
	long ret;

	if (fuzz_chance(f, 30))
		number = fuzz_random(f);
	fuzz_arm(f, 100);
	ret = ioctl(fd, number, fuzz_pointer(f, NULL));
	fuzz_disarm(f);
	/* Whatever was created by chance belongs to nobody. */
	if (number == HVBENCH_CREATE_VM && ret > 0)
		close(ret);
	return ret < 0;
}

/* ---- a file's other sides ---- */

static bool read_text(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[512];
	bool ok = fd >= 0 && read(fd, text, sizeof(text)) > 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

bool fuzz_file(struct fuzzer *f)
{
	int fd = fuzz_vm_fd(f), copy;
	struct pollfd p = { fd, POLLIN | POLLOUT, 0 };
	char text[64];

	switch (fuzz_below(f, 10)) {
	case 0:
		return read(fd, text, sizeof(text)) >= 0;
	case 1:
		return write(fd, text, sizeof(text)) >= 0;
	case 2:
		return lseek(fd, fuzz_random(f), fuzz_below(f, 5)) >= 0;
	case 3:
		return !ftruncate(fd, fuzz_random(f) >> 32) || !fallocate(fd, 0, 0, 4096);
	case 4:
		return poll(&p, 1, 0) >= 0;
	case 5:
		return !fsync(fd) || !flock(fd, LOCK_SH | LOCK_NB);
	case 6:
		snprintf(text, sizeof(text), "/proc/self/fdinfo/%d", fd);
		return read_text(text);
	case 7:
		copy = open(HVBENCH_DEVICE, O_RDWR | O_CLOEXEC);
		return copy >= 0 && !close(copy);
	default:
		copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		if (copy >= 0)
			put_vm(f, copy, VM_BYTES);
		return copy >= 0;
	}
}

bool fuzz_close(struct fuzzer *f)
{
	return close_vm(pick(f));
}
