/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each event removes from a core's TLBs, paging-structure caches and nested TLB: all
 * that SDM 3A 4.10.4.1 and 3C 29.4.3 (326019-082) demand, and nothing more.
 *
 *	event			linear and combined mappings		guest-physical
 *	VM entry or exit	without "enable VPID": VPID 0, all	kept
 *	INVLPG			VPID: the page, global or not; the	kept
 *				PCID's paging-structure entries, all
 *	INVPCID 0 1 3 2		VPID: page of the PCID; the PCID;	kept
 *				all; all. Global ones only with 2
 *	MOV CR3			VPID: the new PCID, not global ones;	kept
 *				nothing with bit 63 under PCIDE
 *	CR0.PG to 0, CR4.PGE,	VPID: all, global ones too		kept
 *	CR4.PCIDE to 0
 *	CR4.PAE, SMEP to 1	VPID: the PCID, global ones too		kept
 *	INVVPID 0 1 2 3		named VPID: page; all; VPIDs but 0;	kept
 *				all but global ones
 *	INVEPT 1 2		combined ones of the EPTRTA; of all	of it; all
 *	EPT violation		combined: of the address, VPID,		of the gpa and
 *				PCID and EPTRTA				EPTRTA
 *	page fault		VPID and PCID: of the address		kept
 *
 * Combined mappings go whatever their EPTRTA is, but for the last three lines.
 */
#ifndef MODEL_FLUSH_H
#define MODEL_FLUSH_H

#include "core.h"

/* Every instruction that flushes. MOV to CR3 and to CR4 change the context too. */
void flush_instruction(struct model_core *core, const struct model_flush *flush);
/* A VM entry or exit without "enable VPID". */
void flush_transition(struct model_core *core);
void flush_ept_violation(struct model_core *core, uint64_t address, uint64_t gpa);
void flush_page_fault(struct model_core *core, uint64_t address);
/* No event of a CPU: of what the address was translated by, something is known to be stale. */
void flush_stale(struct model_core *core, uint64_t address);

#endif
