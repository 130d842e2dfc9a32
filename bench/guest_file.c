// SPDX-License-Identifier: GPL-2.0
/* See guest_file.h. */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest_file.h"
#include "names.h"

#define INFO_SECTION ".hvbench.info"
#define PAGE_BYTES 4096ull

static int bad(struct failure *why, const char *what)
{
	return fail(why, STATUS_ENVIRONMENT, "%s", what);
}

/* True where the bytes end within size: a string that is safe to print. */
static bool is_text(const char *text, size_t size)
{
	size_t i, len = strnlen(text, size);

	for (i = 0; i < len; i++) {
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	}
	return len < size;
}

static int check_param(const struct hvbench_guest_info *info, unsigned int i, struct failure *why)
{
	const struct hvbench_guest_param_info *param = &info->params[i];

	if (!is_kebab(param->name, sizeof(param->name)) ||
	    !is_text(param->help, sizeof(param->help)))
		return bad(why, "a parameter's name or help is malformed");
	if (guest_param_find(info, param->name) != (int)i)
		return bad(why, "a parameter is listed twice");
	if (param->min > param->def || param->def > param->max)
		return bad(why, "a parameter's default is out of its range");
	return 0;
}

static bool is_page_of_image(const struct guest_file *guest, uint64_t gpa)
{
	return gpa % PAGE_BYTES == 0 && gpa >= HVBENCH_IMAGE_GPA &&
	       gpa <= guest->image_end - PAGE_BYTES;
}

static int check_info(const struct guest_file *guest, struct failure *why)
{
	const struct hvbench_guest_info *info = &guest->info;
	unsigned int i;

	if (info->magic != HVBENCH_INFO_MAGIC)
		return bad(why, INFO_SECTION " has no magic number");
	if (info->abi != HVBENCH_GUEST_ABI)
		return fail(why, STATUS_ENVIRONMENT,
			    "made for guest ABI %u, this tool has %u: rebuild the guests",
			    info->abi, HVBENCH_GUEST_ABI);
	if (info->nr_params > HVBENCH_MAX_PARAMS)
		return bad(why, INFO_SECTION " lists too many parameters");
	if (!is_kebab(info->name, sizeof(info->name)) ||
	    !is_text(info->summary, sizeof(info->summary)) ||
	    !is_text(info->stands_for, sizeof(info->stands_for)))
		return bad(why, "the workload's name or summary is malformed");
	if (info->min_memory_bytes > HVBENCH_MEMORY_MAX)
		return bad(why, "it asks for more memory than a guest can have");
	for (i = 0; i < info->nr_params; i++) {
		if (check_param(info, i, why))
			return -1;
	}
	if (!is_page_of_image(guest, info->cr3) || !is_page_of_image(guest, info->cr3_la57))
		return bad(why, "its first page table lies outside its image");
	return 0;
}

/* Checked with subtractions, which can't overflow. */
static int add_segment(struct guest_file *guest, const GElf_Phdr *phdr, struct failure *why)
{
	struct guest_segment *segment;
	uint64_t end;

	if (phdr->p_type != PT_LOAD || !phdr->p_memsz)
		return 0;
	if (guest->nr_segments == GUEST_MAX_SEGMENTS)
		return bad(why, "it has too many segments");
	if (phdr->p_filesz > phdr->p_memsz || phdr->p_offset > guest->nr_bytes ||
	    phdr->p_filesz > guest->nr_bytes - phdr->p_offset)
		return bad(why, "a segment lies outside the file");
	if (phdr->p_paddr < HVBENCH_IMAGE_GPA || phdr->p_paddr > HVBENCH_MEMORY_MAX ||
	    phdr->p_memsz > HVBENCH_MEMORY_MAX - phdr->p_paddr)
		return bad(why, "a segment's address is outside guest memory");
	segment = &guest->segment[guest->nr_segments++];
	segment->gpa = phdr->p_paddr;
	segment->memory_bytes = phdr->p_memsz;
	segment->file_offset = phdr->p_offset;
	segment->file_bytes = phdr->p_filesz;
	end = (phdr->p_paddr + phdr->p_memsz + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
	if (end > guest->image_end)
		guest->image_end = end;
	return 0;
}

static int read_segments(Elf *elf, struct guest_file *guest, struct failure *why)
{
	GElf_Ehdr ehdr;
	GElf_Phdr phdr;
	size_t i, nr;

	if (gelf_getclass(elf) != ELFCLASS64 || !gelf_getehdr(elf, &ehdr) ||
	    ehdr.e_machine != EM_X86_64 || ehdr.e_type != ET_EXEC)
		return bad(why, "not a static 64-bit x86 ELF executable");
	guest->entry = ehdr.e_entry;
	if (elf_getphdrnum(elf, &nr) || nr > 4 * GUEST_MAX_SEGMENTS)
		return bad(why, "its program headers are malformed");
	for (i = 0; i < nr; i++) {
		if (!gelf_getphdr(elf, i, &phdr))
			return bad(why, "its program headers are malformed");
		if (add_segment(guest, &phdr, why))
			return -1;
	}
	if (!guest->nr_segments)
		return bad(why, "it has nothing to load");
	return 0;
}

static int take_info(struct guest_file *guest, const GElf_Shdr *shdr, struct failure *why)
{
	if (shdr->sh_type == SHT_NOBITS || shdr->sh_size < sizeof(guest->info) ||
	    shdr->sh_offset > guest->nr_bytes ||
	    sizeof(guest->info) > guest->nr_bytes - shdr->sh_offset)
		return bad(why, INFO_SECTION " is cut short");
	memcpy(&guest->info, guest->bytes + shdr->sh_offset, sizeof(guest->info));
	return check_info(guest, why);
}

static int read_info(Elf *elf, struct guest_file *guest, struct failure *why)
{
	Elf_Scn *section = NULL;
	const char *name;
	GElf_Shdr shdr;
	size_t strings;

	if (elf_getshdrstrndx(elf, &strings))
		return bad(why, "its section headers are malformed");
	while ((section = elf_nextscn(elf, section))) {
		if (!gelf_getshdr(section, &shdr))
			continue;
		name = elf_strptr(elf, strings, shdr.sh_name);
		if (name && !strcmp(name, INFO_SECTION))
			return take_info(guest, &shdr, why);
	}
	return bad(why, "it has no section " INFO_SECTION ": not a guest of hvbench");
}

int guest_file_parse(unsigned char *bytes, size_t nr_bytes, struct guest_file *guest,
		     struct failure *why)
{
	int ret = -1;
	Elf *elf;

	memset(guest, 0, sizeof(*guest));
	guest->bytes = bytes;
	guest->nr_bytes = nr_bytes;
	elf_version(EV_CURRENT);
	elf = elf_memory((char *)bytes, nr_bytes);
	if (!elf || elf_kind(elf) != ELF_K_ELF)
		bad(why, "not an ELF file");
	else if (!read_segments(elf, guest, why))
		ret = read_info(elf, guest, why);
	elf_end(elf);
	if (ret)
		guest_file_close(guest);
	return ret;
}

/* The whole file, or NULL. */
static unsigned char *read_all(int fd, size_t nr_bytes)
{
	unsigned char *bytes = malloc(nr_bytes ? nr_bytes : 1);
	size_t done = 0;

	while (bytes && done < nr_bytes) {
		ssize_t n = read(fd, bytes + done, nr_bytes - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			free(bytes);
			return NULL;
		}
		done += n;
	}
	return bytes;
}

int guest_file_open(const char *path, struct guest_file *guest, struct failure *why)
{
	unsigned char *bytes = NULL;
	struct stat st;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(why, STATUS_ENVIRONMENT, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > GUEST_FILE_MAX)
		fail(why, STATUS_ENVIRONMENT, "%s: not a file of a guest", path);
	else if (!(bytes = read_all(fd, st.st_size)))
		fail(why, STATUS_ENVIRONMENT, "%s: can't be read", path);
	close(fd);
	if (!bytes)
		return -1;
	if (guest_file_parse(bytes, st.st_size, guest, why))
		return fail_within(why, "%s", path);
	return 0;
}

void guest_file_close(struct guest_file *guest)
{
	free(guest->bytes);
	guest->bytes = NULL;
}

int guest_file_load(const struct guest_file *guest, void *memory, uint64_t memory_bytes,
		    struct failure *why)
{
	unsigned int i;

	if (guest->image_end > memory_bytes)
		return fail(
			why, STATUS_USAGE,
			"the guest's image needs %llu bytes of memory: choose a larger --memory",
			(unsigned long long)guest->image_end);
	/*
	 * What lies behind file_bytes is zero already; writing it would
	 * allocate host pages that the guest should be seen to need.
	 */
	for (i = 0; i < guest->nr_segments; i++) {
		const struct guest_segment *segment = &guest->segment[i];

		memcpy((char *)memory + segment->gpa, guest->bytes + segment->file_offset,
		       segment->file_bytes);
	}
	return 0;
}

int guest_param_find(const struct hvbench_guest_info *info, const char *name)
{
	unsigned int i;

	for (i = 0; i < info->nr_params; i++) {
		if (!strncmp(info->params[i].name, name, HVBENCH_NAME_BYTES))
			return i;
	}
	return -1;
}
