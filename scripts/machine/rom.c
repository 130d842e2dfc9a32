// SPDX-License-Identifier: GPL-2.0
/*
 * rom.c: the loader in the option ROM; rom.S calls rom_main() in 32-bit
 * protected mode. It reads what sector 0 of the disk lists, by ATA PIO,
 * and builds an identity map of the first 4 GiB. See disk.h.
 */
#include "disk.h"
#include "ata.h"

/* Marks in the kernel log (port 0xE9 is Bochs' standard output). */
static void say(const char *s)
{
	while (*s)
		outb(0xe9, *s++);
}

static void __attribute__((noreturn)) stop(const char *why)
{
	say(why);
	for (;;)
		asm volatile("hlt");
}

static void build_page_tables(void)
{
	unsigned long long *pml4 = (void *)LOW_PAGE_TABLES;
	unsigned long long *pdpt = pml4 + 512, *pd = pdpt + 512;
	unsigned int i;

	for (i = 0; i < 512; i++)
		pml4[i] = pdpt[i] = 0;
	pml4[0] = (unsigned int)pdpt | 3;
	for (i = 0; i < 4; i++)
		pdpt[i] = (unsigned int)(pd + 512 * i) | 3;
	for (i = 0; i < 4 * 512; i++)
		pd[i] = (unsigned long long)i << 21 | 0x83;	/* 2M, writable */
}

const struct boot_sector *rom_main(void)
{
	const struct boot_sector *boot = (void *)LOW_BOOT_SECTOR;
	unsigned int i;

	say("\nhvbench: option ROM\n");
	ata_init();
	if (ata_read(0, 1, (void *)boot) || boot->magic != BOOT_MAGIC)
		stop("hvbench: the disk holds no boot sector\n");
	for (i = 0; i < boot->segments; i++) {
		const struct boot_segment *s = &boot->segment[i];

		if (ata_read(s->lba, s->sectors, (void *)s->address))
			stop("hvbench: the disk cannot be read\n");
	}
	build_page_tables();
	return boot;
}
