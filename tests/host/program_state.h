/* SPDX-License-Identifier: GPL-2.0 */
/* A program that runs: what the files program*.c share, and nobody else knows. */
#ifndef PROGRAM_STATE_H
#define PROGRAM_STATE_H

#include "guest_tables.h"
#include "program.h"

#define PROGRAM_RING 24 /* operations shown on a failure */
#define PROGRAM_RECENT 4 /* edits around which accesses gather */

enum op_kind {
	OP_ACCESS,
	OP_EDIT,
	OP_INVLPG,
	OP_INVPCID,
	OP_LOG,
	OP_CR3,
	OP_CR3_KEEP,
	OP_CR0,
	OP_CR4,
	OP_EFER,
};

struct op {
	u32 number;
	enum op_kind kind;
	u64 gva, value; /* value: written, the new register, or the type of INVPCID */
	u32 access, bytes; /* bytes: written */
	u16 pcid; /* INVPCID */
	struct outcome out;
};

struct program {
	const struct program_config *config;
	struct program_result *result;
	struct rng rng;
	struct machine m;
	struct oracle o;
	struct guest g;
	struct op ring[PROGRAM_RING];
	u32 number; /* of operations begun */
	u32 flush_every; /* lazy: mean distance of random flushes */
	bool pcid; /* the guest may use PCIDs */
	/* It switches often and flushes little, so that what is cached grows old. */
	bool calm;
	u64 edited[PROGRAM_RECENT]; /* gpas of the entries edited last */
};

/* program_setup.c: the machine and the guest that the seed makes. */
bool program_set_up(struct program *p);

/* program_op.c: one operation each, on the backend and on the model. */
bool program_operate(struct program *p);
/* What the mode asks of a guest after each operation. */
bool program_flush(struct program *p);

/* program_log.c: starts, looks at, or stops dirty logging. */
bool program_log(struct program *p);

/* program_report.c */
struct op *program_record(struct program *p, enum op_kind kind);
void program_print_last(const struct program *p);
/* False, with the reason and the last operations in the result. */
bool program_fail(struct program *p, const char *why);

#endif
