/* SPDX-License-Identifier: GPL-2.0 */
/* The self-test at load, see selftest.c. */
#ifndef HV_SELFTEST_H
#define HV_SELFTEST_H

#include <linux/types.h>

/* Bits by enum hvbench_selftest. */
struct hv_selftest {
	u32 done, passed;
};

/*
 * Takes from vmx_capability what does not work here. 0, or -errno after a sentence in
 * the kernel log where the module must not be loaded. May sleep.
 */
int hv_selftest(void);
const struct hv_selftest *hv_selftest_result(void);

#endif
