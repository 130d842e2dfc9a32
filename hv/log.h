/* SPDX-License-Identifier: GPL-2.0 */
/* How the module speaks in the kernel log: always with its name in front. */
#ifndef HV_LOG_H
#define HV_LOG_H

#include <linux/printk.h>

#define hv_info(fmt, ...) pr_info("hvbench: " fmt, ##__VA_ARGS__)
#define hv_err(fmt, ...) pr_err("hvbench: " fmt, ##__VA_ARGS__)

#endif
