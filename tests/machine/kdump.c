// SPDX-License-Identifier: GPL-2.0
/*
 * A crash kernel for the machine: `kdump VMLINUX` loads that kernel to be entered when
 * the running one crashes, as kexec -p does, with an initramfs that holds nothing but
 * this program. There it is the first process: it prints a line and ends the machine.
 * What the capture kernel prints goes where the first one's log goes. It is loaded
 * unpacked, into the memory that crashkernel= reserves: to unpack a bzImage would take
 * the machine minutes.
 */
#include <asm/bootparam.h>
#include <elf.h>
#include <err.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CONSOLE_PORT 0xe9 /* Bochs prints what is written there */
#define SHUTDOWN_PORT 0x8900

static void write_port(int port, const char *text)
{
	while (*text)
		outb(*text++, port);
}

static void __attribute__((noreturn)) be_init(void)
{
	iopl(3);
	write_port(CONSOLE_PORT, "\nhvbench: the capture kernel runs\n");
	write_port(SHUTDOWN_PORT, "Shutdown");
	for (;;)
		pause();
}

static void write_all(int fd, const void *data, size_t size)
{
	if (write(fd, data, size) != (ssize_t)size)
		err(1, "writing the initramfs");
}

/* One member of the archive, "newc" format, padded to four bytes. */
static void add_member(int fd, const char *name, unsigned int mode, const void *data, size_t size)
{
	static unsigned int inode;
	static const char zeros[4];
	char header[111];

	snprintf(header, sizeof(header),
		 "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", ++inode, mode, 0, 0,
		 1, 0, (unsigned int)size, 0, 0, 0, 0, (unsigned int)strlen(name) + 1, 0);
	write_all(fd, header, 110);
	write_all(fd, name, strlen(name) + 1);
	write_all(fd, zeros, -(110 + strlen(name) + 1) % 4);
	write_all(fd, data, size);
	write_all(fd, zeros, -size % 4);
}

struct file {
	void *data;
	size_t size;
};

static struct file map_file(int fd, const char *name)
{
	struct file file;
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", name);
	file.size = st.st_size;
	file.data = mmap(NULL, file.size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file.data == MAP_FAILED)
		err(1, "%s", name);
	return file;
}

static struct file make_initramfs(void)
{
	struct file self = map_file(open("/proc/self/exe", O_RDONLY), "this program");
	int fd = memfd_create("initramfs", 0);

	add_member(fd, "init", S_IFREG | 0755, self.data, self.size);
	add_member(fd, "TRAILER!!!", 0, NULL, 0);
	return map_file(fd, "the initramfs");
}

/* The running kernel's, without what reserves memory for a crash kernel. */
static void make_command_line(char *line, size_t size)
{
	char words[2048], *word, *save;
	FILE *f = fopen("/proc/cmdline", "re");
	size_t n = f ? fread(words, 1, sizeof(words) - 1, f) : 0;

	if (!n)
		err(1, "/proc/cmdline");
	fclose(f);
	words[n] = '\0';
	*line = '\0';
	for (word = strtok_r(words, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
		n = strlen(line);
		if (strncmp(word, "crashkernel=", 12))
			snprintf(line + n, size - n, "%s ", word);
	}
	n = strlen(line);
	snprintf(line + n, size - n, "nr_cpus=1");
}

/* ---- the memory of the capture kernel ---- */

#define PAGE 0x1000ul
#define MIB (1ul << 20)
#define PAGES(bytes) (((bytes) + PAGE - 1) & -PAGE)

static unsigned long reserved, reserved_end; /* by crashkernel= */
static struct kexec_segment segment[KEXEC_SEGMENT_MAX];
static unsigned int nr_segments;

static void find_reserved(void)
{
	FILE *f = fopen("/proc/iomem", "re");
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, "Crash kernel") &&
		    sscanf(line, "%lx-%lx", &reserved, &reserved_end) == 2)
			break;
	if (!reserved_end++)
		errx(1, "no memory is reserved: boot with crashkernel=256M");
}

static void add_segment(const void *data, size_t size, unsigned long where, size_t room)
{
	if (nr_segments == KEXEC_SEGMENT_MAX || where < reserved || where + room > reserved_end)
		errx(1, "%#lx bytes at %#lx do not fit in the reserved memory", room, where);
	segment[nr_segments++] = (struct kexec_segment){ data, size, (void *)where, PAGES(room) };
}

/* The kernel finds out by how much it was moved, if by a multiple of 2 MiB. */
static unsigned long add_kernel(struct file kernel, unsigned long *end)
{
	const Elf64_Ehdr *elf = kernel.data;
	const Elf64_Phdr *ph = (void *)((char *)kernel.data + elf->e_phoff);
	unsigned long moved = ((reserved + 2 * MIB - 1) & -(2 * MIB)) - ph->p_paddr;
	int i;

	*end = 0;
	for (i = 0; i < elf->e_phnum; i++, ph++) {
		if (ph->p_type != PT_LOAD)
			continue;
		add_segment((char *)kernel.data + ph->p_offset, ph->p_filesz, ph->p_paddr + moved,
			    ph->p_memsz);
		if (ph->p_paddr + moved + ph->p_memsz > *end)
			*end = ph->p_paddr + moved + ph->p_memsz;
	}
	return elf->e_entry + moved;
}

/* The running kernel's, with the reserved memory and the lowest as the only RAM. */
static void fill_boot_params(struct boot_params *bp)
{
	enum { RAM = 1 };
	int i, n = 0, fd = open("/sys/kernel/boot_params/data", O_RDONLY);

	if (fd < 0 || read(fd, bp, sizeof(*bp)) != sizeof(*bp))
		err(1, "/sys/kernel/boot_params/data");
	close(fd);
	for (i = 0; i < bp->e820_entries; i++)
		if (bp->e820_table[i].type != RAM)
			bp->e820_table[n++] = bp->e820_table[i];
	bp->e820_table[n++] = (struct boot_e820_entry){ 0, 0x9f000, RAM };
	bp->e820_table[n++] = (struct boot_e820_entry){ reserved, reserved_end - reserved, RAM };
	bp->e820_entries = n;
}

/* mov $boot_params, %rsi; mov $entry, %rax; jmp *%rax */
static void write_stub(unsigned char *stub, unsigned long boot_params, unsigned long entry)
{
	memcpy(stub, "\x48\xbe", 2);
	memcpy(stub + 2, &boot_params, 8);
	memcpy(stub + 10, "\x48\xb8", 2);
	memcpy(stub + 12, &entry, 8);
	memcpy(stub + 20, "\xff\xe0", 2);
}

static void load(const char *path)
{
	static struct {
		struct boot_params bp;
		char command_line[2048];
		unsigned char stub[64];
	} low;
	struct file initramfs = make_initramfs();
	unsigned long entry, end, initrd, where;

	find_reserved();
	entry = add_kernel(map_file(open(path, O_RDONLY), path), &end);
	/* With room for what it allocates right behind itself. */
	initrd = PAGES(end) + 33 * MIB;
	add_segment(initramfs.data, initramfs.size, initrd, initramfs.size);
	where = initrd + PAGES(initramfs.size);
	fill_boot_params(&low.bp);
	make_command_line(low.command_line, sizeof(low.command_line));
	low.bp.hdr.ramdisk_image = initrd;
	low.bp.hdr.ramdisk_size = initramfs.size;
	low.bp.hdr.cmd_line_ptr = where + sizeof(low.bp);
	write_stub(low.stub, where, entry);
	add_segment(&low, sizeof(low), where, sizeof(low));
	if (syscall(SYS_kexec_load, where + ((char *)low.stub - (char *)&low), nr_segments, segment,
		    (unsigned long)(KEXEC_ON_CRASH | KEXEC_ARCH_X86_64)))
		err(1, "kexec_load");
}

int main(int argc, char **argv)
{
	if (getpid() == 1)
		be_init();
	if (argc != 2)
		errx(2, "usage: kdump VMLINUX");
	load(argv[1]);
	return 0;
}
