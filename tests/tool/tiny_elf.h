/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guests for tests: ELF files of one segment and an info section, made in
 * memory, so that a test can spoil any byte of them.
 */
#ifndef TOOL_TINY_ELF_H
#define TOOL_TINY_ELF_H

#include <elf.h>

#include "guest_file.h"

struct tiny_elf {
	Elf64_Ehdr ehdr;
	Elf64_Phdr phdr;
	Elf64_Shdr section[3]; /* null, .hvbench.info, .shstrtab */
	char names[32];
	struct hvbench_guest_info info;
	unsigned char image[64];
};

/* A proper guest of that name with the parameters pages and passes. */
void tiny_elf_make(struct tiny_elf *elf, const char *name);
void tiny_elf_param(struct tiny_elf *elf, const char *name, uint64_t def, uint64_t min,
		    uint64_t max);
/* As guest_file_parse() takes it: a copy made by malloc(). */
int tiny_elf_parse(const struct tiny_elf *elf, struct guest_file *guest, struct failure *why);
/* <directory>/<name>.elf */
void tiny_elf_write(const struct tiny_elf *elf, const char *directory);

/* A temporary directory with the guests alpha, beta and plain; $HVBENCH_GUESTS names it. */
const char *tiny_guests(void);

#endif
