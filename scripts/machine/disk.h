/* SPDX-License-Identifier: GPL-2.0 */
/*
 * disk.h: what lies where on the emulated machine's only disk.
 *
 * The disk is the whole interface between the machine and its host:
 *  - sector 0 and what it lists is what the option ROM (rom.c) loads before
 *    it enters the kernel; mkimage.c writes it;
 *  - from MAILBOX_LBA on lies the mailbox, a log of frames that init.c
 *    appends to and monitor.c reads while the machine runs.
 * The image is a sparse file, so unused room costs nothing.
 *
 * Why a disk: it moves 512 bytes for one pass through Bochs' port code; a
 * serial port or port 0xE9 pays that price for every byte.
 */
#ifndef HVBENCH_MACHINE_DISK_H
#define HVBENCH_MACHINE_DISK_H

/* Low memory while the ROM runs; the kernel takes it over later. For rom.S too. */
#define LOW_BOOT_SECTOR	0x8000
#define LOW_BOOT_PARAMS	0x10000	/* one page, command line behind it */
#define LOW_STACK_TOP	0x80000
#define LOW_PAGE_TABLES	0x90000	/* six pages: identity map of 4 GiB */

#ifndef __ASSEMBLER__

#define SECTOR		512u

/* CHS geometry for Bochs; rom.c and init.c only speak LBA. 4 GiB in all. */
#define DISK_CYLINDERS	8322u
#define DISK_HEADS	16u
#define DISK_SPT	63u
#define DISK_SECTORS	(DISK_CYLINDERS * DISK_HEADS * DISK_SPT)

/* Sector 0. Addresses are physical; everything loaded is below 4 GiB. */
#define BOOT_MAGIC	0x544f4f42u	/* "BOOT" */

struct boot_segment {
	unsigned int lba;
	unsigned int sectors;
	unsigned int address;
};

#define BOOT_SEGMENTS	40

struct boot_sector {
	unsigned int magic;
	unsigned int entry;		/* startup_64 */
	unsigned int boot_params;	/* its argument */
	unsigned int segments;
	struct boot_segment segment[BOOT_SEGMENTS];
};

/*
 * The mailbox. A frame starts on a sector with this header; a payload of up
 * to FRAME_INLINE bytes is in the same sector, a longer one in the sectors
 * that follow. These are written before the header, so that whoever finds
 * a header with the number it waits for can read all of it.
 */
#define MAILBOX_LBA	(1u << 21)	/* at 1 GiB */
#define FRAME_MAGIC	0x4d524648u	/* "HFRM" */
#define FRAME_INLINE	(SECTOR - 16u)
#define FRAME_MAX	(64u << 10)

enum frame_type {
	FRAME_INIT = 1,	/* init runs; payload is the TSC, 8 bytes */
	FRAME_STDOUT,	/* bytes of the command */
	FRAME_STDERR,
	FRAME_OUT,	/* bytes of a tar archive of /out */
	FRAME_ERROR,	/* init failed; payload is the sentence */
	FRAME_END,	/* struct end: the last frame */
};

struct frame {
	unsigned int magic;
	unsigned int number;	/* counts from 1 */
	unsigned int type;
	unsigned int length;
	unsigned char data[FRAME_INLINE];
};

struct end {
	unsigned int status;	/* exit status of the command, as a shell says it */
	unsigned int reserved;
	unsigned long long taint_before;
	unsigned long long taint_after;
	unsigned long long ticks;	/* TSC at the end: instructions executed */
};

#endif /* __ASSEMBLER__ */
#endif
