/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The workloads at hand: every *.elf of the guests' directory, sorted by
 * name. $HVBENCH_GUESTS names the directory, else it is ../guests or, installed,
 * ../lib/hvbench/guests seen from the command's own directory.
 */
#ifndef BENCH_CATALOG_H
#define BENCH_CATALOG_H

#include <stdio.h>

#include "guest_file.h"
#include "names.h"

struct catalog {
	char directory[1024];
	struct guest_file *guest;
	unsigned int nr;
};

/*
 * Reads the directory. A file that is no proper guest is left out and told of
 * on warn. -1 when nothing is left.
 */
int catalog_open(struct catalog *catalog, FILE *warn, struct failure *why);
void catalog_close(struct catalog *catalog);

/* The workload of that name, or NULL with a sentence that lists all. */
const struct guest_file *catalog_find(const struct catalog *catalog, const char *name,
				      struct failure *why);

#endif
