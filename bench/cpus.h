/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The CPU descriptions that a command reads: by name those that come with it, by path
 * the user's own. Whoever selects CPUs by the command line or by a suite asks here; what
 * a description means is model/description.h's.
 */
#ifndef BENCH_CPUS_H
#define BENCH_CPUS_H

#include <stddef.h>
#include <stdint.h>

#include "failure.h"
#include "model/channel.h"
#include "model/description.h"

/* How many descriptions a command can read: a set of them is a word of bits. */
#define CPUS_MAX 32

struct cpu_file {
	struct model_cpu cpu;
	char *text; /* of the whole file, for the probe */
	size_t size;
};

struct cpus {
	char base[512]; /* where this command lies */
	struct cpu_file *file;
	unsigned int nr;
};

/* The CPUs that one run is modelled on, by their numbers in requests to the probe. */
struct modelled {
	unsigned int nr; /* 0: nothing is modelled */
	const struct cpu_file *cpu[MODEL_MAX_CPUS];
	bool native; /* MODEL_NATIVE is known of the run */
};

/* None yet. */
int cpus_init(struct cpus *cpus, struct failure *why);
void cpus_free(struct cpus *cpus);

/* Reads a description that is not read yet; its index. A file read again is the same. */
int cpus_add(struct cpus *cpus, const char *word, unsigned int *index, struct failure *why);
/* `skylake-sp,./mine.cpu`: bits by index. */
int cpus_parse(struct cpus *cpus, const char *list, uint32_t *set, struct failure *why);

/* Valid until the next cpus_add(). More than MODEL_MAX_CPUS are not for one run. */
void cpus_select(const struct cpus *cpus, uint32_t set, struct modelled *modelled);

#endif
