/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's own TLB flushes, each counted where it is executed. Nobody
 * else loads CR3, executes INVLPG or changes CR4.
 */
#ifndef RUNTIME_FLUSH_H
#define RUNTIME_FLUSH_H

#include "cpu.h"
#include "hot.h"

static inline void flush_page(u64 gva)
{
	hot.asked.invlpg++;
	cpu_invlpg(gva);
}

static inline void flush_by_cr3(u64 cr3)
{
	hot.asked.cr3++;
	cpu_write_cr3(cr3);
}

/* For changes of PGE, PSE and the like; they flush (SDM 3A, 4.10.4.1). */
static inline void flush_by_cr4(u64 cr4)
{
	hot.asked.cr4++;
	cpu_write_cr4(cr4);
}

#endif
