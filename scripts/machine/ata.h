/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ata.h: reading and writing the first ATA disk by programmed I/O, polled,
 * with 28-bit sector numbers. rom.c reads the kernel with it; init.c, a
 * process with I/O privilege, writes the mailbox with it: the machine's
 * kernel has no ATA driver loaded, so nobody else touches these ports.
 */
#ifndef HVBENCH_MACHINE_ATA_H
#define HVBENCH_MACHINE_ATA_H

#define ATA_DATA	0x1f0
#define ATA_COUNT	0x1f2
#define ATA_LBA_LOW	0x1f3
#define ATA_LBA_MID	0x1f4
#define ATA_LBA_HIGH	0x1f5
#define ATA_DEVICE	0x1f6
#define ATA_COMMAND	0x1f7
#define ATA_STATUS	0x1f7
#define ATA_CONTROL	0x3f6

#define ATA_BUSY	0x80
#define ATA_FAULT	0x20
#define ATA_REQUEST	0x08
#define ATA_ERROR	0x01

#define ATA_READ_MULTIPLE	0xc4
#define ATA_WRITE_MULTIPLE	0xc5
#define ATA_SET_MULTIPLE	0xc6

#define ATA_MULTIPLE	16u	/* sectors between two looks at the status */

static inline void outb(unsigned short port, unsigned char value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline unsigned char inb(unsigned short port)
{
	unsigned char value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void ata_init(void)
{
	outb(ATA_CONTROL, 0x02);	/* no interrupts: we poll */
	outb(ATA_DEVICE, 0xe0);
	outb(ATA_COUNT, ATA_MULTIPLE);
	outb(ATA_COMMAND, ATA_SET_MULTIPLE);
	while (inb(ATA_STATUS) & ATA_BUSY)
		;
}

static inline void ata_command(unsigned int lba, unsigned int sectors,
			       unsigned char command)
{
	outb(ATA_DEVICE, 0xe0 | (lba >> 24 & 0xf));
	outb(ATA_COUNT, sectors);	/* 256 is written as 0 */
	outb(ATA_LBA_LOW, lba);
	outb(ATA_LBA_MID, lba >> 8);
	outb(ATA_LBA_HIGH, lba >> 16);
	outb(ATA_COMMAND, command);
}

/* 0 when the disk wants data, else -1. */
static inline int ata_wait_request(void)
{
	for (;;) {
		unsigned char status = inb(ATA_STATUS);

		if (status & ATA_BUSY)
			continue;
		if (status & (ATA_ERROR | ATA_FAULT))
			return -1;
		if (status & ATA_REQUEST)
			return 0;
	}
}

static inline int ata_read(unsigned int lba, unsigned int sectors, void *to)
{
	while (sectors) {
		unsigned int now = sectors < 256 ? sectors : 256, left = now;

		ata_command(lba, now, ATA_READ_MULTIPLE);
		while (left) {
			unsigned int n = left < ATA_MULTIPLE ? left : ATA_MULTIPLE;
			unsigned long words = n * 128;

			if (ata_wait_request())
				return -1;
			asm volatile("rep insl" : "+D"(to), "+c"(words)
				     : "d"(ATA_DATA) : "memory");
			left -= n;
		}
		lba += now;
		sectors -= now;
	}
	return 0;
}

static inline int ata_write(unsigned int lba, unsigned int sectors, const void *from)
{
	while (sectors) {
		unsigned int now = sectors < 256 ? sectors : 256, left = now;

		ata_command(lba, now, ATA_WRITE_MULTIPLE);
		while (left) {
			unsigned int n = left < ATA_MULTIPLE ? left : ATA_MULTIPLE;
			unsigned long words = n * 128;

			if (ata_wait_request())
				return -1;
			asm volatile("rep outsl" : "+S"(from), "+c"(words)
				     : "d"(ATA_DATA) : "memory");
			left -= n;
		}
		lba += now;
		sectors -= now;
	}
	return 0;
}

#endif
