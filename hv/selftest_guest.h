/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory of the guest of selftest.c, by guest-physical address; its page tables
 * map each page of it to the same linear address, but for SELFTEST_DATA.
 */
#ifndef HV_SELFTEST_GUEST_H
#define HV_SELFTEST_GUEST_H

#define SELFTEST_CODE 0x1000
#define SELFTEST_PML4 0x2000
#define SELFTEST_PDPT 0x3000
#define SELFTEST_PD 0x4000
#define SELFTEST_PT 0x5000
/* The linear address; its frame is this one, or this one ^ SELFTEST_TOGGLE. */
#define SELFTEST_DATA 0x10000
#define SELFTEST_TOGGLE 0x1000
#define SELFTEST_DATA_PTE (SELFTEST_PT + SELFTEST_DATA / 0x1000 * 8)
/* This page and the next are written in each round. */
#define SELFTEST_WRITTEN 0x12000
#define SELFTEST_END 0x14000

#define SELFTEST_DOORBELL 0xb0 /* HVBENCH_PORT_DOORBELL */
#define SELFTEST_DONE 0x100

#endif
