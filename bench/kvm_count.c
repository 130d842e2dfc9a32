// SPDX-License-Identifier: GPL-2.0
/* See kvm_count.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kvm_count.h"
#include "perf_event.h"

#define EXIT_TRACEPOINT "kvm/kvm_exit"

/*
 * The reasons that a guest of ours can cause, and the host's. An event's filter
 * costs at every exit, so there are no more; one event without a filter tells
 * whether they were enough.
 */
static const unsigned char reasons[] = {
	0, /* EXCEPTION_NMI */
	1, /* EXTERNAL_INTERRUPT */
	2, /* TRIPLE_FAULT */
	7, /* INTERRUPT_WINDOW */
	10, /* CPUID */
	12, /* HLT */
	14, /* INVLPG */
	18, /* VMCALL */
	28, /* CR_ACCESS */
	30, /* IO_INSTRUCTION */
	31, /* MSR_READ */
	32, /* MSR_WRITE */
	48, /* EPT_VIOLATION */
	49, /* EPT_MISCONFIG */
	52, /* PREEMPTION_TIMER */
	58, /* INVPCID */
	62, /* PML_FULL */
};

#define NR_REASONS (sizeof(reasons) / sizeof(reasons[0]))

/* KVM's four ways of flushing, and what each executes under which MMU. */
static const struct flush {
	const char *function;
	unsigned int counter[HVBENCH_NR_MMUS];
} flushes[] = {
	{ "vmx_flush_tlb_all", { HVBENCH_CNT_flush_invept_all, HVBENCH_CNT_flush_invvpid_all } },
	{ "vmx_flush_tlb_current",
	  { HVBENCH_CNT_flush_invept_single, HVBENCH_CNT_flush_invvpid_single } },
	{ "vmx_flush_tlb_gva", { HVBENCH_CNT_flush_invvpid_addr, HVBENCH_CNT_flush_invvpid_addr } },
	{ "vmx_flush_tlb_guest",
	  { HVBENCH_CNT_flush_invvpid_single, HVBENCH_CNT_flush_invvpid_single } },
};

#define NR_FLUSHES (sizeof(flushes) / sizeof(flushes[0]))

/* Events in this order: all exits, exits by reason, flushes. */
#define FIRST_FLUSH (1 + NR_REASONS)
#define NR_EVENTS (FIRST_FLUSH + NR_FLUSHES)

struct kvm_count {
	int fd[NR_EVENTS]; /* -1: not counted */
};

static int open_nth(unsigned int i)
{
	char filter[32];

	if (i >= FIRST_FLUSH)
		return perf_open_function(flushes[i - FIRST_FLUSH].function);
	if (!i)
		return perf_open_tracepoint(EXIT_TRACEPOINT, NULL);
	snprintf(filter, sizeof(filter), "exit_reason==%d", reasons[i - 1]);
	return perf_open_tracepoint(EXIT_TRACEPOINT, filter);
}

static bool try_events(unsigned int first, unsigned int end)
{
	unsigned int i;
	int fd;

	for (i = first; i < end; i++) {
		fd = open_nth(i);
		if (fd < 0)
			return false;
		close(fd);
	}
	return true;
}

void kvm_countable(struct kvm_countable *can)
{
	size_t used = 0;

	can->why_not[0] = '\0';
	can->reasons = try_events(0, FIRST_FLUSH);
	if (!can->reasons)
		used = snprintf(can->why_not, sizeof(can->why_not),
				"no exits by reason: the tracepoint kvm:kvm_exit can't be counted "
				"(%s)",
				strerror(errno));
	can->flushes = try_events(FIRST_FLUSH, NR_EVENTS);
	if (!can->flushes)
		snprintf(can->why_not + used, sizeof(can->why_not) - used,
			 "%sno flushes by kind: KVM's functions can't be counted (%s)",
			 used ? "; " : "", strerror(errno));
}

struct kvm_count *kvm_count_open(const struct kvm_countable *can, struct failure *why)
{
	struct kvm_count *count = malloc(sizeof(*count));
	unsigned int i;

	if (!count) {
		fail(why, STATUS_ENVIRONMENT, "out of memory");
		return NULL;
	}
	for (i = 0; i < NR_EVENTS; i++)
		count->fd[i] = -1;
	for (i = 0; i < NR_EVENTS; i++) {
		if (!(i < FIRST_FLUSH ? can->reasons : can->flushes))
			continue;
		count->fd[i] = open_nth(i);
		if (count->fd[i] >= 0)
			continue;
		fail(why, STATUS_ENVIRONMENT, "KVM's events can't be counted any more: %s",
		     strerror(errno));
		kvm_count_close(count);
		return NULL;
	}
	return count;
}

void kvm_count_close(struct kvm_count *count)
{
	unsigned int i;

	for (i = 0; i < NR_EVENTS; i++) {
		if (count->fd[i] >= 0)
			close(count->fd[i]);
	}
	free(count);
}

int kvm_count_read(const struct kvm_count *count, uint32_t mmu, struct snapshot *now,
		   struct failure *why)
{
	uint64_t sum = 0, all = perf_read(count->fd[0]), value;
	unsigned int i;

	for (i = 0; i < NR_REASONS; i++) {
		value = perf_read(count->fd[1 + i]);
		now->stats.exits[reasons[i]] += value;
		sum += value;
	}
	for (i = 0; i < NR_FLUSHES; i++)
		now->stats.counter[flushes[i].counter[mmu]] +=
			perf_read(count->fd[FIRST_FLUSH + i]);
	if (sum == all)
		return 0;
	return fail(why, STATUS_RUN_FAILED,
		    "%" PRIu64 " of KVM's %" PRIu64 " exits had a reason that is not counted here",
		    all - sum, all);
}
