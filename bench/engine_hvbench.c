// SPDX-License-Identifier: GPL-2.0
/*
 * The engine of our own module: ioctls and mappings of /dev/hvbench, see
 * hv/uapi/hvbench.h. Everything of a VM hangs on its file and two mappings,
 * so that the end of the process, however it comes, frees it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cure.h"
#include "engine.h"
#include "host.h"
#include "huge.h"
#include "json.h"
#include "kvm_module.h"
#include "places.h"

static int no_module(const char *base, struct failure *why)
{
	struct utsname kernel;
	char cure[1600];

	if (!host_has_vmx()) {
		cure_no_vmx(base, cure, sizeof(cure));
		return fail(why, STATUS_ENVIRONMENT,
			    "no " HVBENCH_DEVICE
			    ": this CPU offers no VT-x (no \"vmx\" in /proc/cpuinfo); %s",
			    cure);
	}
	if (uname(&kernel))
		return fail(why, STATUS_ENVIRONMENT, "uname: %s", strerror(errno));
	cure_no_module(base, HOST_MODULES, kernel.release, cure, sizeof(cure));
	return fail(why, STATUS_ENVIRONMENT,
		    "no " HVBENCH_DEVICE ": the module is not loaded; %s (the kernel log says why, "
		    "if it refuses)",
		    cure);
}

static int no_permission(struct failure *why)
{
	struct stat device = { .st_mode = 0 };
	char cure[300];

	stat(HVBENCH_DEVICE, &device);
	cure_no_permission(&device, cure, sizeof(cure));
	return fail(why, STATUS_ENVIRONMENT, HVBENCH_DEVICE ": no permission: %s", cure);
}

static int no_device(struct failure *why, int error)
{
	char own[512];

	switch (error) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		return place_own(own, sizeof(own), why) ? -1 : no_module(own, why);
	case EACCES:
	case EPERM:
		return no_permission(why);
	default:
		return fail(why, STATUS_ENVIRONMENT, HVBENCH_DEVICE ": %s", strerror(error));
	}
}

static int hvbench_open(struct engine *engine, struct failure *why)
{
	engine->fd = open(HVBENCH_DEVICE, O_RDWR | O_CLOEXEC);
	if (engine->fd < 0 && errno == ENOENT) {
		if (kvm_module_recover(why))
			return -1;
		engine->fd = open(HVBENCH_DEVICE, O_RDWR | O_CLOEXEC);
	}
	if (engine->fd < 0)
		return no_device(why, errno);
	if (ioctl(engine->fd, HVBENCH_GET_INFO, &engine->info)) {
		fail(why, STATUS_ENVIRONMENT, HVBENCH_DEVICE ": %s", strerror(errno));
	} else if (engine->info.version != HVBENCH_UAPI_VERSION) {
		fail(why, STATUS_ENVIRONMENT,
		     "the module speaks version %u, this tool version %u: rebuild and reload both",
		     engine->info.version, HVBENCH_UAPI_VERSION);
	} else {
		return 0;
	}
	close(engine->fd);
	return -1;
}

static void hvbench_close(struct engine *engine)
{
	close(engine->fd);
}

static int create_failed(struct hvbench_config *config, int error, struct failure *why)
{
	/* What the user chose is at fault, or else the machine is. */
	int status = error == EINVAL ? STATUS_USAGE : STATUS_ENVIRONMENT;

	if (error == EINTR)
		return fail(why, STATUS_RUN_FAILED, "interrupted while the VM was made");
	config->refusal[sizeof(config->refusal) - 1] = '\0';
	if (config->refusal[0])
		return fail(why, status, "the module refused this VM: %s", config->refusal);
	return fail(why, status, "the module made no VM: %s", strerror(error));
}

static int map(struct vm *vm, struct failure *why)
{
	vm->memory = mmap(NULL, vm->config.memory_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, vm->fd,
			  HVBENCH_MMAP_MEMORY);
	if (vm->memory == MAP_FAILED)
		return fail(why, STATUS_ENVIRONMENT, "guest memory can't be mapped: %s",
			    strerror(errno));
	vm->state = mmap(NULL, HVBENCH_CONTROL_BYTES, PROT_READ, MAP_SHARED, vm->fd,
			 HVBENCH_MMAP_CONTROL);
	if (vm->state != MAP_FAILED)
		return 0;
	fail(why, STATUS_ENVIRONMENT, "the counters can't be mapped: %s", strerror(errno));
	munmap(vm->memory, vm->config.memory_bytes);
	return -1;
}

static int hvbench_create(struct engine *engine, const struct vm_config *want, struct vm *vm,
			  struct failure *why)
{
	struct hvbench_config config = { .version = HVBENCH_UAPI_VERSION,
					 .mmu = want->mmu,
					 .memory_bytes = want->memory_bytes };

	void *huge = NULL;
	int error;

	memcpy(config.knob, want->knob, sizeof(config.knob));
	memset(vm, 0, sizeof(*vm));
	vm->engine = engine;
	vm->config = *want;
	if (want->knob[HVBENCH_KNOB_BACKING] == HVBENCH_SIZE_1G) {
		/* The VM pins it, so that this mapping is needed no longer. */
		huge = huge_map_1g(want->memory_bytes, why);
		if (!huge)
			return -1;
		config.memory_address = (uintptr_t)huge;
	}
	vm->fd = ioctl(engine->fd, HVBENCH_CREATE_VM, &config);
	error = errno;
	if (huge)
		munmap(huge, want->memory_bytes);
	if (vm->fd < 0)
		return create_failed(&config, error, why);
	if (!map(vm, why))
		return 0;
	close(vm->fd);
	return -1;
}

static void hvbench_destroy(struct vm *vm)
{
	munmap(vm->state, HVBENCH_CONTROL_BYTES);
	munmap(vm->memory, vm->config.memory_bytes);
	close(vm->fd);
}

static int hvbench_start(struct vm *vm, const struct hvbench_start *start, struct failure *why)
{
	struct hvbench_start copy = *start;

	if (!ioctl(vm->fd, HVBENCH_SET_START, &copy))
		return 0;
	return fail(why, STATUS_RUN_FAILED,
		    "the module refused the guest's start (rip %#llx, cr3 %#llx): %s", copy.rip,
		    copy.cr3, strerror(errno));
}

static int hvbench_run(struct vm *vm, struct hvbench_run *run, struct failure *why)
{
	const struct hvbench_control *control = vm->state;

	if (ioctl(vm->fd, HVBENCH_RUN, 0) < 0) {
		if (errno != EINTR)
			return fail(why, STATUS_RUN_FAILED, "the module can't run the guest: %s",
				    strerror(errno));
		memset(run, 0, sizeof(*run));
		return 0;
	}
	memcpy(run, &control->run, sizeof(*run));
	return 0;
}

static void hvbench_read_counters(struct vm *vm, struct snapshot *now)
{
	const struct hvbench_control *control = vm->state;

	memcpy(&now->stats, &control->stats, sizeof(now->stats));
}

static void hvbench_describe(const struct engine *engine, json_t *environment)
{
	json_object_set_new(environment, "vmx", json_of_info(&engine->info));
}

const struct engine_ops engine_hvbench = {
	.name = "hvbench",
	.open = hvbench_open,
	.close = hvbench_close,
	.create = hvbench_create,
	.destroy = hvbench_destroy,
	.start = hvbench_start,
	.run = hvbench_run,
	.read_counters = hvbench_read_counters,
	.describe = hvbench_describe,
};
