/* SPDX-License-Identifier: GPL-2.0 */
/* What MOV to CR3 and CR4, and INVPCID, refuse and do; one VM of that kind. */
#ifndef TESTS_MACHINE_REGISTERS_H
#define TESTS_MACHINE_REGISTERS_H

#include "../../hv/uapi/hvbench.h"

void check_registers(enum hvbench_mmu mmu, enum hvbench_spt_sync sync);

#endif
