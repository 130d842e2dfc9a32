// SPDX-License-Identifier: GPL-2.0
/*
 * Prints what the model says of published results that need no guest, for `make validate`:
 * published FOLDER-OF-CPUS; lines NAME<TAB>LOW<TAB>MIDDLE<TAB>HIGH. The references of a cold
 * walk must be the same on all CPUs, so they are printed for each.
 */
#include <stdio.h>
#include <stdlib.h>

#include "published.h"

static const char *suffix = "";

static void print(const char *name, struct published value)
{
	printf("%s%s\t%.6g\t%.6g\t%.6g\n", name, suffix, value.low, value.mid, value.high);
}

int main(int argc, char **argv)
{
	static const char *const names[] = { PUBLISHED_CPUS };
	struct model_cpu cpu;
	char dotted[64];

	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER-OF-CPUS\n", argv[0]);
		return 2;
	}
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		published_cpu(argv[1], names[i], &cpu);
		snprintf(dotted, sizeof(dotted), ".%s", names[i]);
		suffix = dotted;
		published_cold(&cpu, print);
	}
	suffix = "";
	published_cpu(argv[1], "zen-4", &cpu);
	published_step(&cpu, print);
	published_cpu(argv[1], "skylake-sp", &cpu);
	published_victims(&cpu, print);
	published_references(&cpu, print);
	published_cpu(argv[1], "haswell", &cpu);
	published_large_pages(&cpu, print);
	published_cpu(argv[1], "sandy-bridge", &cpu);
	published_ablation(&cpu, print);
	return 0;
}
