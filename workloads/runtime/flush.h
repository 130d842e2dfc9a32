/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's own TLB flushes, each counted where it is executed. Nobody
 * else loads CR3, executes INVLPG or INVPCID, or changes CR4, but tests of the
 * instructions themselves and assembly that says so.
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

/* With PCIDs on, and CR3_NO_FLUSH in it, the load flushes nothing. */
static inline void flush_by_cr3(u64 cr3)
{
	hot.asked.cr3 += !(cr3 & CR3_NO_FLUSH);
	cpu_write_cr3(cr3);
}

/* type: INVPCID_*. */
static inline void flush_by_invpcid(u64 type, u64 pcid, u64 gva)
{
	hot.asked.invpcid++;
	cpu_invpcid(type, pcid, gva);
}

/* For changes of PGE, PSE and the like; they flush (SDM 3A, 4.10.4.1). */
static inline void flush_by_cr4(u64 cr4)
{
	hot.asked.cr4++;
	cpu_write_cr4(cr4);
}

#endif
