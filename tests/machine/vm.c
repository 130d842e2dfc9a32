// SPDX-License-Identifier: GPL-2.0
/* A VM for tests of the module's interface, see vm.h. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "report.h"
#include "vm.h"

unsigned int report_passed, report_failed;

#define CODE_GPA 0x200000
#define TABLES_GPA 0x100000
#define PTE_PRESENT_WRITABLE 3
#define PTE_LARGE 0x80

struct hvbench_config vm_config(enum hvbench_mmu mmu)
{
	static const __u32 defaults[] = {
#define DEFAULT(id, name, choices, def, help) def,
		HVBENCH_KNOBS(DEFAULT)
#undef DEFAULT
	};
	struct hvbench_config config = {
		.version = HVBENCH_UAPI_VERSION,
		.mmu = mmu,
		.memory_bytes = VM_BYTES,
	};

	memcpy(config.knob, defaults, sizeof(defaults));
	return config;
}

int vm_device(void)
{
	static int device = -1;

	if (device < 0)
		device = open(HVBENCH_DEVICE, O_RDWR | O_CLOEXEC);
	if (device < 0)
		err(1, HVBENCH_DEVICE);
	return device;
}

unsigned int vm_live(void)
{
	struct hvbench_info info;

	if (ioctl(vm_device(), HVBENCH_GET_INFO, &info))
		err(1, "HVBENCH_GET_INFO");
	return info.live_vms;
}

struct vm vm_make(struct hvbench_config *config)
{
	struct vm vm = { .bytes = config->memory_bytes };

	vm.fd = ioctl(vm_device(), HVBENCH_CREATE_VM, config);
	if (vm.fd < 0)
		err(1, "HVBENCH_CREATE_VM: %s", config->refusal);
	vm.memory = mmap(NULL, vm.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, vm.fd,
			 HVBENCH_MMAP_MEMORY);
	vm.control = mmap(NULL, HVBENCH_CONTROL_BYTES, PROT_READ, MAP_SHARED, vm.fd,
			  HVBENCH_MMAP_CONTROL);
	if (vm.memory == MAP_FAILED || vm.control == MAP_FAILED)
		err(1, "mmap of a VM");
	return vm;
}

struct vm vm_open(enum hvbench_mmu mmu, bool populate)
{
	struct hvbench_config config = vm_config(mmu);

	config.knob[HVBENCH_KNOB_POPULATE] = populate;
	return vm_make(&config);
}

/* Code at 2M, and tables that map all memory 1:1 with 2M pages. */
void vm_load(struct vm *vm, const char *code, const char *end)
{
	struct hvbench_start start = { .rip = CODE_GPA, .cr3 = TABLES_GPA };
	__u64 *tables = (__u64 *)(vm->memory + TABLES_GPA);
	unsigned int i;

	memcpy(vm->memory + CODE_GPA, code, end - code);
	tables[0] = (TABLES_GPA + 0x1000) | PTE_PRESENT_WRITABLE;
	tables[512] = (TABLES_GPA + 0x2000) | PTE_PRESENT_WRITABLE;
	for (i = 0; i < 512; i++)
		tables[1024 + i] = (__u64)i << 21 | PTE_LARGE | PTE_PRESENT_WRITABLE;
	if (ioctl(vm->fd, HVBENCH_SET_START, &start))
		err(1, "HVBENCH_SET_START");
}

struct vm vm_start(enum hvbench_mmu mmu, const char *code, const char *end)
{
	struct vm vm = vm_open(mmu, true);

	vm_load(&vm, code, end);
	return vm;
}

int vm_run(struct vm *vm)
{
	int ret;

	do {
		ret = ioctl(vm->fd, HVBENCH_RUN, 0);
	} while (ret && errno == EINTR);
	return ret;
}

void vm_close(struct vm *vm)
{
	munmap(vm->memory, vm->bytes);
	munmap((void *)vm->control, HVBENCH_CONTROL_BYTES);
	close(vm->fd);
}
