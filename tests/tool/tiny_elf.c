// SPDX-License-Identifier: GPL-2.0
/* See tiny_elf.h. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scratch.h"
#include "tiny_elf.h"

#define NAMES "\0.hvbench.info\0.shstrtab"

static void make_sections(struct tiny_elf *elf)
{
	memcpy(elf->names, NAMES, sizeof(NAMES));
	elf->section[1] = (Elf64_Shdr){
		.sh_name = 1,
		.sh_type = SHT_PROGBITS,
		.sh_offset = offsetof(struct tiny_elf, info),
		.sh_size = sizeof(elf->info),
		.sh_addralign = 8,
	};
	elf->section[2] = (Elf64_Shdr){
		.sh_name = 15,
		.sh_type = SHT_STRTAB,
		.sh_offset = offsetof(struct tiny_elf, names),
		.sh_size = sizeof(elf->names),
		.sh_addralign = 1,
	};
}

void tiny_elf_param(struct tiny_elf *elf, const char *name, uint64_t def, uint64_t min,
		    uint64_t max)
{
	struct hvbench_guest_param_info *param = &elf->info.params[elf->info.nr_params++];

	snprintf(param->name, sizeof(param->name), "%s", name);
	snprintf(param->help, sizeof(param->help), "how many %s", name);
	param->def = def;
	param->min = min;
	param->max = max;
}

void tiny_elf_make(struct tiny_elf *elf, const char *name)
{
	memset(elf, 0, sizeof(*elf));
	memcpy(elf->ehdr.e_ident, ELFMAG, SELFMAG);
	elf->ehdr.e_ident[EI_CLASS] = ELFCLASS64;
	elf->ehdr.e_ident[EI_DATA] = ELFDATA2LSB;
	elf->ehdr.e_ident[EI_VERSION] = EV_CURRENT;
	elf->ehdr.e_type = ET_EXEC;
	elf->ehdr.e_machine = EM_X86_64;
	elf->ehdr.e_version = EV_CURRENT;
	elf->ehdr.e_entry = HVBENCH_IMAGE_GPA;
	elf->ehdr.e_phoff = offsetof(struct tiny_elf, phdr);
	elf->ehdr.e_shoff = offsetof(struct tiny_elf, section);
	elf->ehdr.e_ehsize = sizeof(Elf64_Ehdr);
	elf->ehdr.e_phentsize = sizeof(Elf64_Phdr);
	elf->ehdr.e_phnum = 1;
	elf->ehdr.e_shentsize = sizeof(Elf64_Shdr);
	elf->ehdr.e_shnum = 3;
	elf->ehdr.e_shstrndx = 2;
	elf->phdr = (Elf64_Phdr){
		.p_type = PT_LOAD,
		.p_offset = offsetof(struct tiny_elf, image),
		.p_vaddr = HVBENCH_IMAGE_GPA,
		.p_paddr = HVBENCH_IMAGE_GPA,
		.p_filesz = sizeof(elf->image),
		.p_memsz = 8192,
		.p_align = 1,
	};
	make_sections(elf);
	elf->info.magic = HVBENCH_INFO_MAGIC;
	elf->info.abi = HVBENCH_GUEST_ABI;
	elf->info.cr3 = HVBENCH_IMAGE_GPA;
	elf->info.cr3_la57 = HVBENCH_IMAGE_GPA + 4096;
	elf->info.min_memory_bytes = 16 << 20;
	snprintf(elf->info.name, sizeof(elf->info.name), "%s", name);
	snprintf(elf->info.summary, sizeof(elf->info.summary), "a guest of tests");
	snprintf(elf->info.stands_for, sizeof(elf->info.stands_for), "nothing but tests");
	tiny_elf_param(elf, "pages", 64, 1, 4096);
	tiny_elf_param(elf, "passes", 8, 1, 100);
	memset(elf->image, 0xf4, sizeof(elf->image));
}

int tiny_elf_parse(const struct tiny_elf *elf, struct guest_file *guest, struct failure *why)
{
	unsigned char *copy = malloc(sizeof(*elf));

	memcpy(copy, elf, sizeof(*elf));
	return guest_file_parse(copy, sizeof(*elf), guest, why);
}

void tiny_elf_write(const struct tiny_elf *elf, const char *directory)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%.31s.elf", directory, elf->info.name);
	file = fopen(path, "w");
	if (!file || fwrite(elf, sizeof(*elf), 1, file) != 1 || fclose(file)) {
		perror(path);
		exit(1);
	}
}

const char *tiny_guests(void)
{
	static char directory[256];
	struct tiny_elf elf;

	if (directory[0])
		return directory;
	snprintf(directory, sizeof(directory), "%s/guests", scratch());
	scratch_mkdir(directory);
	tiny_elf_make(&elf, "alpha");
	tiny_elf_write(&elf, directory);
	tiny_elf_make(&elf, "beta");
	tiny_elf_param(&elf, "stride", 4096, 1, 1ull << 40);
	tiny_elf_write(&elf, directory);
	tiny_elf_make(&elf, "plain");
	elf.info.nr_params = 0;
	elf.info.min_memory_bytes = 100 << 20;
	tiny_elf_write(&elf, directory);
	setenv("HVBENCH_GUESTS", directory, 1);
	return directory;
}
