// SPDX-License-Identifier: GPL-2.0
/* See kvm_stats.h. */
#include <errno.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kvm_stats.h"

const struct counter kvm_own[KVM_NR_OWN] = {
#define OWN(kvm_name, ours, counter_kind, counter_unit, counter_help) \
	[KVM_OWN_##kvm_name] = { .name = #kvm_name,                   \
				 .kind = COUNTER_##counter_kind,      \
				 .unit = counter_unit,                \
				 .help = counter_help },
	KVM_OWN_COUNTERS(OWN)
#undef OWN
};

_Static_assert(KVM_NR_OWN <= ENGINE_MAX_OWN, "engine.h");

static const struct shared {
	const char *name;
	unsigned int ours;
} shared[] = {
#define SHARED(kvm_name, our_name, kind, unit, help) \
	{ .name = #kvm_name, .ours = HVBENCH_CNT_##our_name },
	KVM_SHARED_COUNTERS(SHARED)
#undef SHARED
};

#define NR_SHARED (sizeof(shared) / sizeof(shared[0]))

/* Beside the list: what VM exits for the host's interrupts are called. */
#define INTERRUPTS "irq_exits"

#define MAX_VALUES 128

/* Where a value goes: the place in a snapshot, or the interrupts. */
struct target {
	int ours, own;
	bool interrupts;
};

/* One file of statistics: the VM's or the vCPU's. */
struct source {
	int fd;
	struct kvm_stats_header header;
	unsigned int nr; /* of those that are wanted */
	struct target target[MAX_VALUES];
	uint32_t offset[MAX_VALUES]; /* of the value in the data block */
};

struct kvm_stats {
	struct source vm, vcpu;
};

bool kvm_stats_have(unsigned int counter)
{
	unsigned int i;

	for (i = 0; i < NR_SHARED; i++) {
		if (shared[i].ours == counter)
			return true;
	}
	return false;
}

static bool find_target(const char *name, struct target *target)
{
	unsigned int i;

	*target = (struct target){ .ours = -1, .own = -1, .interrupts = !strcmp(name, INTERRUPTS) };
	for (i = 0; i < NR_SHARED; i++) {
		if (!strcmp(shared[i].name, name))
			target->ours = shared[i].ours;
	}
	for (i = 0; i < KVM_NR_OWN; i++) {
		if (!strcmp(kvm_own[i].name, name))
			target->own = i;
	}
	return target->interrupts || target->ours >= 0 || target->own >= 0;
}

/* A descriptor ends with its name, in name_size bytes of all of them. */
static int read_descriptors(struct source *source)
{
	size_t each = sizeof(struct kvm_stats_desc) + source->header.name_size;
	size_t bytes = each * source->header.num_desc;
	char *all = malloc(bytes);
	unsigned int i;
	int ret = -1;

	if (!all)
		return -1;
	if (pread(source->fd, all, bytes, source->header.desc_offset) != (ssize_t)bytes)
		goto out;
	for (i = 0; i < source->header.num_desc && source->nr < MAX_VALUES; i++) {
		const struct kvm_stats_desc *one = (const void *)(all + i * each);

		if (strnlen(one->name, source->header.name_size) == source->header.name_size)
			goto out;
		if (!find_target(one->name, &source->target[source->nr]))
			continue;
		source->offset[source->nr++] = one->offset;
	}
	ret = 0;
out:
	free(all);
	return ret;
}

static int source_open(struct source *source, int fd)
{
	source->fd = ioctl(fd, KVM_GET_STATS_FD, NULL);
	if (source->fd < 0)
		return -1;
	if (pread(source->fd, &source->header, sizeof(source->header), 0) ==
		    sizeof(source->header) &&
	    !read_descriptors(source))
		return 0;
	close(source->fd);
	return -1;
}

struct kvm_stats *kvm_stats_open(int vm_fd, int vcpu_fd, struct failure *why)
{
	struct kvm_stats *stats = calloc(1, sizeof(*stats));

	if (!stats) {
		fail(why, STATUS_ENVIRONMENT, "out of memory");
		return NULL;
	}
	if (!source_open(&stats->vm, vm_fd)) {
		if (!source_open(&stats->vcpu, vcpu_fd))
			return stats;
		close(stats->vm.fd);
	}
	fail(why, STATUS_ENVIRONMENT,
	     "this KVM has no binary statistics (%s): Linux 5.14 or later has them",
	     strerror(errno));
	free(stats);
	return NULL;
}

void kvm_stats_close(struct kvm_stats *stats)
{
	close(stats->vm.fd);
	close(stats->vcpu.fd);
	free(stats);
}

static void source_read(const struct source *source, struct snapshot *now, uint64_t *interrupts)
{
	unsigned int i;

	for (i = 0; i < source->nr; i++) {
		const struct target *target = &source->target[i];
		uint64_t value = 0;

		/* It was there when it was opened; the file has no other errors. */
		if (pread(source->fd, &value, sizeof(value),
			  source->header.data_offset + source->offset[i]) != sizeof(value))
			continue;
		if (target->interrupts)
			*interrupts += value;
		if (target->ours >= 0)
			now->stats.counter[target->ours] += value;
		if (target->own >= 0)
			now->own[target->own] += value;
	}
}

void kvm_stats_read(const struct kvm_stats *stats, struct snapshot *now, uint64_t *interrupts)
{
	*interrupts = 0;
	source_read(&stats->vm, now, interrupts);
	source_read(&stats->vcpu, now, interrupts);
}
