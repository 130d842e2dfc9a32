// SPDX-License-Identifier: GPL-2.0
/* Guests' ELF files, proper and hostile: guest_file.c and catalog.c. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog.h"
#include "check.h"
#include "scratch.h"
#include "tiny_elf.h"

#define SPOILT 30000

static void test_proper(void)
{
	unsigned char memory_head[64];
	struct guest_file guest;
	struct tiny_elf elf;
	struct failure why;
	unsigned char *memory;

	tiny_elf_make(&elf, "alpha");
	if (!check(!tiny_elf_parse(&elf, &guest, &why), "a proper guest is taken"))
		return;
	check_number(guest.entry, HVBENCH_IMAGE_GPA, "its entry");
	check_number(guest.image_end, HVBENCH_IMAGE_GPA + 8192, "its image ends behind its zeros");
	memory = calloc(1, 4 << 20);
	memset(memory_head, 0xf4, sizeof(memory_head));
	check(!guest_file_load(&guest, memory, 4 << 20, &why) &&
		      !memcmp(memory + HVBENCH_IMAGE_GPA, memory_head, sizeof(memory_head)) &&
		      !memory[HVBENCH_IMAGE_GPA + 64],
	      "its bytes are loaded where they belong");
	check(guest_file_load(&guest, memory, 2 << 20, &why) == -1 && why.status == STATUS_USAGE,
	      "memory too small for the image is refused");
	free(memory);
	guest_file_close(&guest);
}

static void refuse(const struct tiny_elf *elf, const char *sentence, const char *what)
{
	struct guest_file guest;
	struct failure why = { 0 };

	if (!tiny_elf_parse(elf, &guest, &why)) {
		check(false, "%s is refused", what);
		guest_file_close(&guest);
		return;
	}
	check_holds(why.text, sentence, what);
}

static void test_segments(void)
{
	const char *outside_file = "a segment lies outside the file";
	const char *outside_memory = "a segment's address is outside";
	struct tiny_elf elf;

#define SPOIL(change, sentence, what)         \
	do {                                  \
		tiny_elf_make(&elf, "alpha"); \
		change;                       \
		refuse(&elf, sentence, what); \
	} while (0)
	SPOIL(elf.phdr.p_offset = sizeof(elf), outside_file, "a segment behind the file");
	SPOIL(elf.phdr.p_offset = UINT64_MAX - 8, outside_file,
	      "a segment whose file end overflows");
	SPOIL(elf.phdr.p_filesz = UINT64_MAX, outside_file, "a segment as large as can be");
	SPOIL(elf.phdr.p_filesz = 8193, outside_file, "a segment with more file than memory");
	SPOIL(elf.phdr.p_paddr = 0x1000, outside_memory, "a segment over the parameters");
	SPOIL(elf.phdr.p_paddr = UINT64_MAX - 4096, outside_memory,
	      "a segment whose end overflows");
	SPOIL(elf.phdr.p_memsz = UINT64_MAX, outside_memory, "a segment of all memory and more");
	SPOIL(elf.phdr.p_type = PT_NOTE, "nothing to load", "no segment");
	SPOIL(elf.ehdr.e_phoff = UINT64_MAX - 3, "program headers", "headers outside the file");
	SPOIL(elf.ehdr.e_type = ET_DYN, "not a static 64-bit x86 ELF", "a shared object");
	SPOIL(elf.ehdr.e_machine = EM_AARCH64, "not a static 64-bit x86 ELF",
	      "another CPU's program");
	SPOIL(elf.ehdr.e_ident[0] = 0, "not an ELF file", "no ELF file");
}

static void test_info(void)
{
	struct tiny_elf elf;

	SPOIL(elf.info.magic++, "no magic number", "a wrong magic number");
	SPOIL(elf.info.abi = 99, "made for guest ABI 99", "another ABI");
	SPOIL(elf.info.nr_params = HVBENCH_MAX_PARAMS + 1, "too many", "too many parameters");
	SPOIL(memset(elf.info.name, 'a', sizeof(elf.info.name)), "malformed", "a name without end");
	SPOIL(strcpy(elf.info.name, "../x"), "malformed", "a name that is a path");
	SPOIL(elf.info.name[0] = 0, "malformed", "no name");
	SPOIL(strcpy(elf.info.summary, "\033[2J"), "malformed",
	      "a summary with control characters");
	SPOIL(memset(elf.info.stands_for, 'a', sizeof(elf.info.stands_for)), "malformed",
	      "a text without end");
	SPOIL(memset(elf.info.params[1].name, 'b', HVBENCH_NAME_BYTES), "malformed",
	      "a parameter without end");
	SPOIL(strcpy(elf.info.params[1].name, "pages"), "listed twice", "a parameter twice");
	SPOIL(elf.info.params[0].def = 0, "out of its range", "a default out of range");
	SPOIL(elf.info.cr3 = 0x1000, "outside its image", "page tables outside the image");
	SPOIL(elf.info.cr3 += 8192, "outside its image", "page tables behind the image");
	SPOIL(elf.info.cr3 += 8, "outside its image", "page tables askew");
	SPOIL(elf.info.cr3_la57 += 4096, "outside its image", "5-level tables behind the image");
	SPOIL(elf.info.min_memory_bytes = UINT64_MAX, "more memory", "a demand for all memory");
	SPOIL(elf.section[1].sh_size = 100, "cut short", "a short info");
	SPOIL(elf.section[1].sh_offset = UINT64_MAX - 100, "", "an info outside the file");
	SPOIL(elf.section[1].sh_type = SHT_NOBITS, "cut short", "an info without bytes");
	SPOIL(elf.section[1].sh_name = 0, "no section .hvbench.info", "no info");
	SPOIL(elf.ehdr.e_shstrndx = 77, "", "section names nowhere");
#undef SPOIL
}

/* Random damage: whatever parses must load within bounds; ASan watches. */
static void test_random_damage(void)
{
	unsigned char *memory = malloc(4 << 20);
	unsigned int i, k, taken = 0;
	struct guest_file guest;
	struct tiny_elf elf;
	struct failure why;

	srand(1);
	for (i = 0; i < SPOILT; i++) {
		unsigned char *bytes = (unsigned char *)&elf;

		tiny_elf_make(&elf, "alpha");
		for (k = 0; k < 1 + (unsigned int)rand() % 4; k++)
			bytes[rand() % offsetof(struct tiny_elf, image)] ^= 1 << rand() % 8;
		if (tiny_elf_parse(&elf, &guest, &why))
			continue;
		taken++;
		guest_file_load(&guest, memory, 4 << 20, &why);
		guest_file_close(&guest);
	}
	check(taken > 0 && taken < SPOILT,
	      "of %u damaged files, %u are taken and stay within bounds", SPOILT, taken);
	free(memory);
}

static void test_catalog(void)
{
	char *warning = NULL, directory[300];
	struct catalog catalog;
	struct failure why;
	struct tiny_elf elf;
	size_t size;
	FILE *warn;

	snprintf(directory, sizeof(directory), "%s/mixed", scratch());
	scratch_mkdir(directory);
	tiny_elf_make(&elf, "zulu");
	tiny_elf_write(&elf, directory);
	tiny_elf_make(&elf, "mike");
	tiny_elf_write(&elf, directory);
	scratch_write("mixed/broken.elf", "no guest at all");
	setenv("HVBENCH_GUESTS", directory, 1);
	warn = open_memstream(&warning, &size);
	check(!catalog_open(&catalog, warn, &why) && catalog.nr == 2 &&
		      !strcmp(catalog.guest[0].info.name, "mike"),
	      "proper guests are found, by name");
	fclose(warn);
	check_holds(warning, "broken.elf: not an ELF file", "a broken one is left out and told of");
	check(!catalog_find(&catalog, "zul", &why), "zul is unknown");
	check_text(why.text, "unknown workload \"zul\"; did you mean \"zulu\"? (right: mike, zulu)",
		   "and the right ones are listed");
	catalog_close(&catalog);
	free(warning);
	setenv("HVBENCH_GUESTS", "/nowhere", 1);
	check(catalog_open(&catalog, stderr, &why) && why.status == STATUS_ENVIRONMENT,
	      "no guests: wrong environment");
	check_holds(why.text, "make -C workloads", "and the cure is told");
}

void test_guest_file(void)
{
	check_group("guest file");
	test_proper();
	test_segments();
	test_info();
	test_random_damage();
	check_group("catalog");
	test_catalog();
	tiny_guests();
}
