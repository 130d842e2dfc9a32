// SPDX-License-Identifier: GPL-2.0
/*
 * A session of the fuzzer: a process of its own, whose threads draw operations
 * from a generator seeded for each, until their number is reached. Whatever it leaves
 * open is the kernel's to close.
 */
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fuzz.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

_Thread_local sigjmp_buf fuzz_fault;
_Thread_local volatile bool fuzz_fault_expected;

struct fuzz_vm fuzz_vms[NR_FUZZ_VMS];
int fuzz_device = -1;

static struct worker {
	pthread_t thread;
	atomic_int tid; /* 0: it does not run yet */
	struct fuzzer fuzzer;
	unsigned long operations;
} workers[NR_FUZZ_THREADS];

static const struct {
	bool (*function)(struct fuzzer *f);
	unsigned int weight;
} ops[NR_FUZZ_OPS] = {
#define FUZZ_ENTRY(name, weight) { fuzz_##name, weight },
	FUZZ_OPS(FUZZ_ENTRY)
#undef FUZZ_ENTRY
};

/* splitmix64 */
__u64 fuzz_random(struct fuzzer *f)
{
	__u64 z = f->random += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

__u32 fuzz_below(struct fuzzer *f, __u32 limit)
{
	return (fuzz_random(f) >> 32) * limit >> 32;
}

bool fuzz_chance(struct fuzzer *f, __u32 percent)
{
	return fuzz_below(f, 100) < percent;
}

void fuzz_one(struct fuzzer *f, enum fuzz_op op)
{
	/* A child is not watched: its parent's threads are. */
	if (!f->child)
		atomic_store(&fuzz_shared->now[f->number], op);
	atomic_fetch_add(&fuzz_shared->op[op].tried, 1);
	if (ops[op].function(f))
		atomic_fetch_add(&fuzz_shared->op[op].succeeded, 1);
	atomic_fetch_add(&fuzz_shared->operations, 1);
}

void fuzz_operation(struct fuzzer *f)
{
	unsigned int i, sum = 0, drawn;

	for (i = 0; i < NR_FUZZ_OPS; i++)
		sum += ops[i].weight;
	drawn = fuzz_below(f, sum);
	for (i = 0; drawn >= ops[i].weight; i++)
		drawn -= ops[i].weight;
	fuzz_one(f, i);
}

static void set_timer(struct fuzzer *f, unsigned int microseconds)
{
	struct itimerspec spec = {
		.it_value.tv_nsec = microseconds * 1000l,
		/* The first may come before the call that it shall interrupt. */
		.it_interval.tv_nsec = microseconds ? 1000000 : 0,
	};
	struct itimerval child = {
		.it_value.tv_usec = microseconds,
		.it_interval.tv_usec = microseconds ? 1000 : 0,
	};

	if (f->child)
		setitimer(ITIMER_REAL, &child, NULL);
	else
		timer_settime(f->timer, 0, &spec, NULL);
}

void fuzz_arm(struct fuzzer *f, unsigned int microseconds)
{
	set_timer(f, microseconds);
}

void fuzz_disarm(struct fuzzer *f)
{
	set_timer(f, 0);
}

void fuzz_signal_thread(unsigned int number)
{
	int tid = atomic_load(&workers[number % NR_FUZZ_THREADS].tid);

	/* It may have ended. */
	if (tid)
		syscall(SYS_tgkill, getpid(), tid, SIGUSR1);
}

static void on_signal(int signal)
{
	(void)signal;
}

static void on_fault(int number)
{
	if (fuzz_fault_expected) {
		fuzz_fault_expected = false;
		siglongjmp(fuzz_fault, 1);
	}
	signal(number, SIG_DFL);
}

static void *work(void *data)
{
	struct worker *w = data;
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = SIGALRM,
		.sigev_notify_thread_id = syscall(SYS_gettid),
	};

	if (timer_create(CLOCK_MONOTONIC, &event, &w->fuzzer.timer))
		err(2, "timer_create");
	atomic_store(&w->tid, syscall(SYS_gettid));
	while (w->operations--)
		fuzz_operation(&w->fuzzer);
	return NULL;
}

static void set_up(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	unsigned int i;

	/* Without SA_RESTART, so that they interrupt. */
	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	action.sa_handler = on_fault;
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	fuzz_device = open(HVBENCH_DEVICE, O_RDWR | O_CLOEXEC);
	if (fuzz_device < 0)
		err(2, HVBENCH_DEVICE);
	for (i = 0; i < NR_FUZZ_VMS; i++)
		fuzz_vms[i].fd = -1;
}

void fuzz_session(__u64 seed, unsigned int threads, unsigned long operations)
{
	unsigned int i;

	set_up();
	for (i = 0; i < threads; i++) {
		struct worker *w = &workers[i];

		w->fuzzer.number = i;
		w->fuzzer.random = seed * NR_FUZZ_THREADS + i;
		w->operations = operations / threads;
		if (pthread_create(&w->thread, NULL, work, w))
			errx(2, "pthread_create");
	}
	for (i = 0; i < threads; i++)
		pthread_join(workers[i].thread, NULL);
	_exit(0);
}
