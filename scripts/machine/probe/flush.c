// SPDX-License-Identifier: GPL-2.0
/*
 * The instructions that flush TLBs, on their way to the models. Bochs' callback has only
 * the type of INVPCID, INVVPID and INVEPT, and CR3 without bit 63: the rest is read from the
 * machine. The models get them whether or not they are paused.
 */
#include "bochs.h"
#include "core.h"
#include "models.h"

#define CR3_KEEP (1ull << 63)
#define CR0_FLUSHING (CR0_PG | CR0_WP)
#define CR4_FLUSHING (CR4_PAE | CR4_PGE | CR4_LA57 | CR4_PCIDE | CR4_SMEP)

/* The value that MOV to CR3 was given, from the register that its bytes name. */
static uint64_t written_cr3(unsigned int cpu, uint64_t cr3)
{
	unsigned char code[4]; /* REX or whatever is before it, 0F 22, ModRM */
	uint64_t value;

	if (!bochs_read_linear(cpu, bochs_rip(cpu) - sizeof(code), sizeof(code), code) ||
	    code[1] != 0x0f || code[2] != 0x22)
		return cr3;
	if ((code[0] & 0xf1) == 0x41) { /* REX.B, unless it is the end of what is before */
		value = bochs_register(cpu, 8 + (code[3] & 7));
		if ((value & ~CR3_KEEP) == cr3)
			return value;
	}
	value = bochs_register(cpu, code[3] & 7);
	return (value & ~CR3_KEEP) == cr3 ? value : cr3;
}

static void feed_mov_cr3(unsigned int cpu, uint64_t value)
{
	struct model_flush flush = { .kind = MODEL_FLUSH_MOV_CR3, .value = value };

	if (core[cpu].cr4 & CR4_PCIDE)
		flush.value = written_cr3(cpu, value);
	models_flush(cpu, &flush);
}

static void feed_cr0_change(unsigned int cpu, uint64_t old)
{
	struct model_flush flush = {
		.kind = MODEL_FLUSH_CR0,
		.value = core[cpu].cr0,
		.changed = old ^ core[cpu].cr0,
	};

	if (flush.changed & CR0_FLUSHING)
		models_flush(cpu, &flush);
}

static void feed_cr4_change(unsigned int cpu, uint64_t old)
{
	struct model_flush flush = {
		.kind = MODEL_FLUSH_CR4,
		.value = core[cpu].cr4,
		.changed = old ^ core[cpu].cr4,
	};

	if (flush.changed & CR4_FLUSHING)
		models_flush(cpu, &flush);
}

/* CR0 and CR4 decide in which mode a guest is, and so whether it is fed. */
static void feed_control(unsigned int cpu, unsigned int what)
{
	struct core *c = &core[cpu];
	uint64_t cr0 = c->cr0, cr4 = c->cr4;
	struct model_context now;

	core_controls(cpu);
	if (what == BOCHS_MOV_CR0)
		feed_cr0_change(cpu, cr0);
	else
		feed_cr4_change(cpu, cr4);
	core_context(cpu, &now);
	models_set_context(cpu, &now);
	if (c->guest)
		core_feed(cpu, c->known_mode);
}

/* The 16 bytes that were accessed last. */
static bool read_operand(const struct core *c, uint64_t operand[2])
{
	const unsigned int bytes = c->first_bytes;

	return bochs_read_physical(c->operand[0], bytes, operand) &&
	       (bytes == OPERAND_BYTES ||
		bochs_read_physical(c->operand[1], OPERAND_BYTES - bytes, (char *)operand + bytes));
}

/* Of INVPCID, INVVPID and INVEPT: 16 bytes, SDM 2A and 3C 31.3. */
static void feed_descriptor(unsigned int cpu, enum model_flush_kind kind, unsigned int type)
{
	struct model_flush flush = { .kind = kind, .type = type };
	uint64_t descriptor[2];

	if (!read_operand(&core[cpu], descriptor))
		return;
	flush.vpid = descriptor[0];
	flush.pcid = descriptor[0] & 0xfff;
	flush.address = descriptor[1];
	flush.value = descriptor[0];
	models_flush(cpu, &flush);
}

void feed_flush(unsigned int cpu, unsigned int what, uint64_t value)
{
	struct model_flush invlpg = { .kind = MODEL_FLUSH_INVLPG, .address = value };

	forget_fetches(&core[cpu]);
	switch (what) {
	case BOCHS_MOV_CR0:
	case BOCHS_MOV_CR4:
		feed_control(cpu, what);
		break;
	case BOCHS_MOV_CR3:
		feed_mov_cr3(cpu, value);
		break;
	case BOCHS_INVLPG:
		models_flush(cpu, &invlpg);
		break;
	case BOCHS_INVPCID:
		feed_descriptor(cpu, MODEL_FLUSH_INVPCID, value);
		break;
	case BOCHS_INVVPID:
		feed_descriptor(cpu, MODEL_FLUSH_INVVPID, value);
		break;
	case BOCHS_INVEPT:
		feed_descriptor(cpu, MODEL_FLUSH_INVEPT, value);
		break;
	}
}
