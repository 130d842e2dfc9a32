/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fuzzer of the module's interface: what its files share.
 *
 *   fuzz.c         options; sessions one after the other; the verdict
 *   fuzz_session.c a process with several threads that draw operations at random
 *   fuzz_vm.c      operations on the device and on VMs
 *   fuzz_memory.c  operations on what is mapped
 *   fuzz_host.c    operations on the rest of the host: processes, CPUs, memory, perf
 *
 * VMs and address ranges belong to all threads, and no operation knows what others do
 * with them meanwhile: that is the point. Only the kernel must cope; so an
 * operation uses no memory and no descriptor that another could take away from it,
 * but for what it means to try.
 */
#ifndef TESTS_MACHINE_FUZZ_H
#define TESTS_MACHINE_FUZZ_H

#include <setjmp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "../../hv/uapi/hvbench.h"

/* X(name, how often relative to the others) */
#define FUZZ_OPS(X)   \
	X(create, 12) \
	X(start, 4)   \
	X(run, 24)    \
	X(rights, 6)  \
	X(log, 8)     \
	X(info, 3)    \
	X(request, 3) \
	X(file, 4)    \
	X(close, 5)   \
	X(map, 10)    \
	X(unmap, 4)   \
	X(remap, 4)   \
	X(advise, 6)  \
	X(protect, 4) \
	X(touch, 12)  \
	X(lock, 3)    \
	X(peek, 3)    \
	X(splice, 2)  \
	X(fork, 3)    \
	X(reap, 4)    \
	X(signal, 5)  \
	X(affinity, 4) \
	X(hotplug, 1) \
	X(pressure, 1) \
	X(perf, 4)    \
	X(unload, 1)

enum fuzz_op {
#define FUZZ_ENUM(name, weight) FUZZ_##name,
	FUZZ_OPS(FUZZ_ENUM)
#undef FUZZ_ENUM
	NR_FUZZ_OPS
};

#define NR_FUZZ_THREADS 4 /* at most */

/* Shared by the sessions' processes and the parent that counts. */
struct fuzz_shared {
	struct {
		atomic_ulong tried, succeeded;
	} op[NR_FUZZ_OPS];
	atomic_ulong operations;
	atomic_ulong unloaded; /* the module went away while its device was open */
	atomic_int now[NR_FUZZ_THREADS]; /* enum fuzz_op */
};

extern struct fuzz_shared *fuzz_shared;
extern int fuzz_cpus; /* of the machine, when all are online */

/* ---- one thread ---- */

struct fuzzer {
	__u64 random; /* the generator's state */
	unsigned int number;
	timer_t timer; /* interrupts this thread while it is armed */
	bool child; /* of a fork: no threads, a short life */
};

__u64 fuzz_random(struct fuzzer *f);
__u32 fuzz_below(struct fuzzer *f, __u32 limit);
bool fuzz_chance(struct fuzzer *f, __u32 percent);

/* One of them at random; counts it. */
void fuzz_operation(struct fuzzer *f);
void fuzz_one(struct fuzzer *f, enum fuzz_op op);

/* Signals come to this thread, the first within that time, until it is disarmed. */
void fuzz_arm(struct fuzzer *f, unsigned int microseconds);
void fuzz_disarm(struct fuzzer *f);

/* For accesses that may fault: `if (FUZZ_TRY()) { ... } FUZZ_END();` */
extern _Thread_local sigjmp_buf fuzz_fault;
extern _Thread_local volatile bool fuzz_fault_expected;
#define FUZZ_TRY() (fuzz_fault_expected = true, !sigsetjmp(fuzz_fault, 1))
#define FUZZ_END() (fuzz_fault_expected = false)

/* A session: that many operations, then the process ends. */
_Noreturn void fuzz_session(__u64 seed, unsigned int threads, unsigned long operations);
void fuzz_signal_thread(unsigned int number);

/* The CPU's next way through this step of hotplug fails; false: it was not planted. */
bool fuzz_plant_failure(unsigned int cpu, unsigned int step);

/* ---- what all threads use ---- */

#define NR_FUZZ_VMS 6

struct fuzz_vm {
	atomic_int fd; /* -1: none */
	atomic_ulong bytes;
};

extern struct fuzz_vm fuzz_vms[NR_FUZZ_VMS];
extern int fuzz_device;

int fuzz_vm_fd(struct fuzzer *f); /* of any of them, -1 among the answers */

/* Address ranges, each with room to grow; nothing else is ever mapped near them. */
#define NR_FUZZ_WINDOWS 10
#define FUZZ_WINDOW_BYTES (1ull << 30)

char *fuzz_window(struct fuzzer *f);
/* An address for the kernel to read or write: good, bad, or in a window. */
void *fuzz_pointer(struct fuzzer *f, void *good);
size_t fuzz_length(struct fuzzer *f);

/* Each answers whether the kernel did what was asked. */
#define FUZZ_DECLARE(name, weight) bool fuzz_##name(struct fuzzer *f);
FUZZ_OPS(FUZZ_DECLARE)
#undef FUZZ_DECLARE

#endif
