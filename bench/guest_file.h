/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest's ELF file: what it says of itself (.hvbench.info) and the image to
 * put into guest memory. The file may be hostile: nothing of it is used
 * before it was checked, and all that is kept here has been checked.
 */
#ifndef BENCH_GUEST_FILE_H
#define BENCH_GUEST_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "failure.h"
#include "hvbench.h"

#define GUEST_MAX_SEGMENTS 32
#define GUEST_FILE_MAX (64u << 20)

struct guest_segment {
	uint64_t gpa;
	uint64_t memory_bytes; /* file_bytes and zeros behind them */
	uint64_t file_offset, file_bytes;
};

struct guest_file {
	struct hvbench_guest_info info; /* strings terminated, ranges sane */
	uint64_t entry;
	uint64_t image_end; /* page aligned, behind the last segment */
	unsigned int nr_segments;
	struct guest_segment segment[GUEST_MAX_SEGMENTS];
	unsigned char *bytes; /* the whole file */
	size_t nr_bytes;
};

/* Reads and checks a file. 0, or -1 with a sentence and nothing held. */
int guest_file_open(const char *path, struct guest_file *guest, struct failure *why);
/* The same from memory; takes bytes (malloc) over in either case. */
int guest_file_parse(unsigned char *bytes, size_t nr_bytes, struct guest_file *guest,
		     struct failure *why);
void guest_file_close(struct guest_file *guest);

/*
 * Copies the segments into fresh, zeroed guest memory. -1 when the image
 * does not fit in there.
 */
int guest_file_load(const struct guest_file *guest, void *memory, uint64_t memory_bytes,
		    struct failure *why);

/* The index of a parameter, or -1. */
int guest_param_find(const struct hvbench_guest_info *info, const char *name);

#endif
