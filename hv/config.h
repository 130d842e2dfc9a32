/* SPDX-License-Identifier: GPL-2.0 */
/* The check of a VM's configuration, before anything is made of it. */
#ifndef HV_CONFIG_H
#define HV_CONFIG_H

#include "uapi/hvbench.h"

/*
 * 0, or -EINVAL (nonsense) or -EOPNOTSUPP (this CPU lacks it) with the
 * sentence in config->refusal. Changes nothing else.
 */
int hv_config_check(struct hvbench_config *config);

#endif
