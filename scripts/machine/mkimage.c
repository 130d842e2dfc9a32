// SPDX-License-Identifier: GPL-2.0
/*
 * mkimage.c: writes the disk of the emulated machine: kernel, boot_params,
 * command line and an initramfs packed from a directory. Called by
 * scripts/machine/run:
 *
 *   mkimage VMLINUX BZIMAGE ROOT MEMORY-MB COMMAND-LINE DISK
 *   mkimage --rom ROM-BINARY	pads the option ROM, sets its checksum
 *
 * The same input gives the same bytes: files are sorted, all belong to
 * root and are from 1970, and of their modes only the x bit is kept.
 */
#define _GNU_SOURCE
#include <asm/bootparam.h>
#include <dirent.h>
#include <elf.h>
#include <err.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "disk.h"

#ifndef SETUP_RNG_SEED	/* headers before 6.0 */
#define SETUP_RNG_SEED	9
#endif

#define MIB	(1u << 20)

struct blob {
	unsigned char *data;
	size_t size;
};

static struct blob read_file(const char *path)
{
	struct blob b = { 0 };
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", path);
	b.size = st.st_size;
	if (b.size) {
		b.data = mmap(NULL, b.size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (b.data == MAP_FAILED)
			err(1, "%s", path);
	}
	close(fd);
	return b;
}

static void append(struct blob *to, const void *data, size_t size)
{
	to->data = realloc(to->data, to->size + size);
	if (!to->data)
		err(1, NULL);
	memcpy(to->data + to->size, data, size);
	to->size += size;
}

static void pad(struct blob *b, size_t multiple)
{
	static const unsigned char zero[SECTOR];

	append(b, zero, (multiple - b->size % multiple) % multiple);
}

/* One member of the archive, "newc" format: eight hex digits a field. */
static void cpio_member(struct blob *cpio, const char *name, unsigned int mode,
			const void *data, size_t size)
{
	static unsigned int inode;
	char header[111];

	if (size > 1u << 30)
		errx(1, "%s is larger than 1 GiB", name);
	/* inode, mode, uid, gid, links, mtime, size, 4 x device, name, checksum */
	snprintf(header, sizeof(header),
		 "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		 ++inode, mode, 0, 0, 1, 0, (unsigned int)size, 0, 0, 0, 0,
		 (unsigned int)strlen(name) + 1, 0);
	append(cpio, header, 110);
	append(cpio, name, strlen(name) + 1);
	pad(cpio, 4);
	append(cpio, data, size);
	pad(cpio, 4);
}

/* DIR is the directory on the host, NAME what it is called in the machine. */
static void cpio_directory(struct blob *cpio, const char *dir, const char *name)
{
	struct dirent **entry;
	int i, n = scandir(dir, &entry, NULL, alphasort);

	if (n < 0)
		err(1, "%s", dir);
	for (i = 0; i < n; i++) {
		const char *base = entry[i]->d_name;
		char *path, *member, target[4096];
		struct blob file;
		struct stat st;
		ssize_t length;

		if (!strcmp(base, ".") || !strcmp(base, ".."))
			continue;
		if (asprintf(&path, "%s/%s", dir, base) < 0 ||
		    asprintf(&member, "%s%s%s", name, *name ? "/" : "", base) < 0)
			err(1, NULL);
		if (lstat(path, &st))
			err(1, "%s", path);
		switch (st.st_mode & S_IFMT) {
		case S_IFDIR:
			cpio_member(cpio, member, S_IFDIR | 0755, NULL, 0);
			cpio_directory(cpio, path, member);
			break;
		case S_IFLNK:
			length = readlink(path, target, sizeof(target));
			if (length < 0)
				err(1, "%s", path);
			cpio_member(cpio, member, S_IFLNK | 0777, target, length);
			break;
		case S_IFREG:
			file = read_file(path);
			cpio_member(cpio, member,
				    S_IFREG | (st.st_mode & 0111 ? 0755 : 0644),
				    file.data, file.size);
			if (file.size)
				munmap(file.data, file.size);
			break;
		default:
			errx(1, "%s is neither file, directory nor symbolic link", path);
		}
		free(path);
		free(member);
		free(entry[i]);
	}
	free(entry);
}

struct image {
	int fd;
	unsigned int next_lba;
	struct boot_sector boot;
};

static void write_at(int fd, const void *data, size_t size, off_t at)
{
	ssize_t n;

	for (; size; size -= n, at += n, data = (const char *)data + n) {
		n = pwrite(fd, data, size, at);
		if (n <= 0)
			err(1, "writing the disk image");
	}
}

static void add_piece(struct image *img, unsigned long long address,
		      const void *data, size_t size)
{
	struct boot_segment *s = &img->boot.segment[img->boot.segments++];

	if (img->boot.segments > BOOT_SEGMENTS)
		errx(1, "more segments than the boot sector has room for");
	s->lba = img->next_lba;
	s->sectors = (size + SECTOR - 1) / SECTOR;
	s->address = address;
	img->next_lba += s->sectors;
	if (img->next_lba > MAILBOX_LBA)
		errx(1, "kernel and files exceed 1 GiB");
	write_at(img->fd, data, size, (off_t)s->lba * SECTOR);
}

/*
 * Memory is zero when the machine starts, and reading the disk is a good
 * part of the boot: long runs of zeros are left out.
 */
#define CHUNK	(64u << 10)

static void add_segment(struct image *img, unsigned long long address,
			const unsigned char *data, size_t size)
{
	static const unsigned char zero[CHUNK];
	size_t at, n, first = 0, end = 0;	/* the piece being collected */

	for (at = 0; at < size; at += n) {
		n = size - at < CHUNK ? size - at : CHUNK;
		if (memcmp(data + at, zero, n)) {
			if (end == first)
				first = at;
			end = at + n;
		} else if (end != first) {
			add_piece(img, address + first, data + first, end - first);
			first = end = 0;
		}
	}
	if (end != first)
		add_piece(img, address + first, data + first, end - first);
}

/* Returns the first address behind the kernel. */
static unsigned long long add_kernel(struct image *img, const char *path)
{
	struct blob file = read_file(path);
	const Elf64_Ehdr *elf = (void *)file.data;
	const Elf64_Phdr *ph;
	unsigned long long end = 0;
	int i;

	if (file.size < sizeof(*elf) || memcmp(elf->e_ident, ELFMAG, SELFMAG) ||
	    elf->e_machine != EM_X86_64)
		errx(1, "%s is not an x86-64 kernel", path);
	img->boot.entry = elf->e_entry;
	ph = (void *)(file.data + elf->e_phoff);
	for (i = 0; i < elf->e_phnum; i++, ph++) {
		if (ph->p_type != PT_LOAD)
			continue;
		add_segment(img, ph->p_paddr, file.data + ph->p_offset, ph->p_filesz);
		if (ph->p_paddr + ph->p_memsz > end)
			end = ph->p_paddr + ph->p_memsz;
	}
	return end;
}

static void add_e820(struct boot_params *bp, unsigned long long from,
		     unsigned long long to, unsigned int type)
{
	struct boot_e820_entry *e = &bp->e820_table[bp->e820_entries++];

	e->addr = from;
	e->size = to - from;
	e->type = type;
}

/* Bochs' BIOS keeps its ACPI tables in the last 64 KiB of memory. */
#define ACPI_TABLES	(64u << 10)

static void fill_boot_params(struct boot_params *bp, const char *bzimage,
			     unsigned int memory)
{
	enum { RAM = 1, RESERVED, ACPI };
	struct blob file = read_file(bzimage);
	const struct setup_header *hdr = (void *)(file.data + 0x1f1);

	if (file.size < 0x1000 || hdr->header != 0x53726448)
		errx(1, "%s is not a bzImage", bzimage);
	/* The header ends where the byte behind its jump at 0x200 points. */
	memcpy(&bp->hdr, hdr, 0x202 + file.data[0x201] - 0x1f1);
	bp->hdr.type_of_loader = 0xff;
	bp->hdr.loadflags |= LOADED_HIGH;
	add_e820(bp, 0, 0x9f000, RAM);
	add_e820(bp, 0x9f000, 0xa0000, RESERVED);
	add_e820(bp, 0xe8000, MIB, RESERVED);
	add_e820(bp, MIB, memory - ACPI_TABLES, RAM);
	add_e820(bp, memory - ACPI_TABLES, memory, ACPI);
	add_e820(bp, 0xfffc0000, 1ull << 32, RESERVED);
}

static void make_image(char **arg)
{
	const char *cmdline = arg[4];
	unsigned long memory = strtoul(arg[3], NULL, 10) * MIB;
	struct image img = { .next_lba = 1 };
	struct blob cpio = { 0 };
	struct {
		struct boot_params bp;
		char cmdline[2048];
		struct setup_data seed_head;
		unsigned char seed[32];
	} low = { 0 };
	unsigned long long initrd;

	if (strlen(cmdline) >= sizeof(low.cmdline))
		errx(1, "the kernel's command line is too long");
	img.fd = open(arg[5], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (img.fd < 0 || ftruncate(img.fd, (off_t)DISK_SECTORS * SECTOR))
		err(1, "%s", arg[5]);
	img.boot.magic = BOOT_MAGIC;
	img.boot.boot_params = LOW_BOOT_PARAMS;

	/* Behind the kernel, with room for what it allocates right behind itself. */
	initrd = (add_kernel(&img, arg[0]) + 33 * MIB) & -(unsigned long long)MIB;
	cpio_directory(&cpio, arg[2], "");
	cpio_member(&cpio, "TRAILER!!!", 0, NULL, 0);
	if (initrd + cpio.size + 64 * MIB > memory)
		errx(1, "%lu MB of memory do not hold kernel and files", memory / MIB);
	add_segment(&img, initrd, cpio.data, cpio.size);

	fill_boot_params(&low.bp, arg[1], memory);
	low.bp.hdr.ramdisk_image = initrd;
	low.bp.hdr.ramdisk_size = cpio.size;
	low.bp.hdr.cmd_line_ptr = LOW_BOOT_PARAMS + sizeof(low.bp);
	strcpy(low.cmdline, cmdline);
	/*
	 * Without RDRAND the kernel would gather entropy in a busy loop for
	 * whoever asks first. What is random here need only be the same again.
	 */
	low.bp.hdr.setup_data = LOW_BOOT_PARAMS + offsetof(typeof(low), seed_head);
	low.seed_head.type = SETUP_RNG_SEED;
	low.seed_head.len = sizeof(low.seed);
	memset(low.seed, 0x5a, sizeof(low.seed));
	add_piece(&img, LOW_BOOT_PARAMS, &low, sizeof(low));

	write_at(img.fd, &img.boot, sizeof(img.boot), 0);
	printf("%zu\n", cpio.size);
}

/* A ROM's length is in its third byte; all its bytes add up to 0. */
static void finish_rom(const char *path)
{
	unsigned char rom[255 * SECTOR] = { 0 }, sum = 0;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	size_t i, size;

	if (fd < 0 || read(fd, rom, sizeof(rom)) < 3)
		err(1, "%s", path);
	size = rom[2] * SECTOR;
	rom[size - 1] = 0;
	for (i = 0; i < size; i++)
		sum += rom[i];
	rom[size - 1] = -sum;
	write_at(fd, rom, size, 0);
}

int main(int argc, char **argv)
{
	_Static_assert(sizeof(struct boot_sector) <= SECTOR, "boot sector");
	if (argc == 3 && !strcmp(argv[1], "--rom"))
		finish_rom(argv[2]);
	else if (argc == 7)
		make_image(argv + 1);
	else
		errx(1, "called by scripts/machine/run only");
	return 0;
}
