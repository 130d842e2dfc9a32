// SPDX-License-Identifier: GPL-2.0
/* What a program did last, in words; for whoever reads a failure. */
#include "program_state.h"

static const char *const register_name[] = {
	[OP_CR3] = "MOV CR3",	  [OP_CR3_KEEP] = "MOV CR3 without a flush",
	[OP_CR0] = "MOV CR0",	  [OP_CR4] = "MOV CR4",
	[OP_EFER] = "WRMSR EFER",
};

struct op *program_record(struct program *p, enum op_kind kind)
{
	struct op *op = &p->ring[p->number++ % PROGRAM_RING];

	*op = (struct op){ .number = p->number - 1, .kind = kind };
	return op;
}

static int print_access(const struct op *op, char *text, size_t size)
{
	int at = snprintf(text, size, "#%u %s: %s%s %s at %#llx", op->number,
			  op->kind == OP_EDIT ? "edit" : "access",
			  op->access & HV_PF_USER ? "user" : "supervisor",
			  op->access & HV_ACCESS_AC ? " (AC)" : "",
			  op->access & HV_PF_WRITE   ? "write"
			  : op->access & HV_PF_FETCH ? "fetch"
						     : "read",
			  op->gva);

	if (op->access & HV_PF_WRITE)
		at += snprintf(text + at, size - (size_t)at, " of %#llx (%u bytes)", op->value,
			       op->bytes);
	at += snprintf(text + at, size - (size_t)at, ": ");
	return at + outcome_print(&op->out, text + at, size - (size_t)at);
}

static int op_print(const struct op *op, char *text, size_t size)
{
	static const char *const action[] = { "start", "look", "stop" };

	switch (op->kind) {
	case OP_ACCESS:
	case OP_EDIT:
		return print_access(op, text, size);
	case OP_INVLPG:
		return snprintf(text, size, "#%u INVLPG %#llx", op->number, op->gva);
	case OP_INVPCID:
		return snprintf(text, size, "#%u INVPCID type %llu, PCID %u, %#llx", op->number,
				op->value, op->pcid, op->gva);
	case OP_LOG:
		return snprintf(text, size, "#%u dirty log: %s", op->number, action[op->value]);
	default:
		return snprintf(text, size, "#%u %s: now %#llx", op->number,
				register_name[op->kind], op->value);
	}
}

void program_print_last(const struct program *p)
{
	char text[512];

	if (!p->number)
		return;
	op_print(&p->ring[(p->number - 1) % PROGRAM_RING], text, sizeof(text));
	printf("# %s\n", text);
}

bool program_fail(struct program *p, const char *why)
{
	char *text = p->result->why;
	size_t size = sizeof(p->result->why), at;
	u32 i = p->number > PROGRAM_RING ? p->number - PROGRAM_RING : 0;

	at = (size_t)snprintf(text, size, "%s\nlast operations:", why);
	for (; i < p->number && at + 300 < size; i++) {
		text[at++] = '\n';
		at += (size_t)op_print(&p->ring[i % PROGRAM_RING], text + at, size - at);
	}
	snprintf(text + at, size - at, "\nregisters: cr0 %#llx cr3 %#llx cr4 %#llx efer %#llx",
		 p->o.cpu.reg.cr0, p->o.cpu.reg.cr3, p->o.cpu.reg.cr4, p->o.cpu.reg.efer);
	return false;
}
