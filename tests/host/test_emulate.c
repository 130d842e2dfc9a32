// SPDX-License-Identifier: GPL-2.0
/*
 * The emulator of memory writes (hv/emulate.c) against the CPU that this runs
 * on: random instructions of every form, each executed twice from the same
 * registers and memory, once by the CPU itself and once emulated. Registers,
 * defined flags, memory and the place of the write must agree. What the emulator
 * must refuse is not run on the CPU, and must leave everything as it was.
 */
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "emulate.h"
#include "native.h"
#include "report.h"
#include "trial.h"

static u8 *code, *data; /* mapped at CODE_GVA and DATA_GVA */
static u8 copy[DATA_BYTES] __attribute__((__aligned__(4096))); /* the emulator's memory */
static u8 before[DATA_BYTES];

static bool read_copy(void *context, u64 gva, void *to, u32 bytes, bool fetch)
{
	if (fetch) {
		if (gva - CODE_GVA >= PAGE)
			return false;
		memcpy(to, code + (gva - CODE_GVA), bytes);
		return true;
	}
	if (gva - DATA_GVA >= DATA_BYTES)
		return false;
	memcpy(to, copy + (gva - DATA_GVA), bytes);
	return true;
}

static void run_native(const struct trial *t)
{
	memcpy(native_state.gpr, t->gpr, sizeof(t->gpr));
	native_state.rflags = t->rflags;
	native_run(code);
}

/* Emulates until RIP moves on; false where it was refused, at any step. */
static bool run_emulated(const struct trial *t, struct hv_emulation *e, u64 *gpr)
{
	u64 target = t->target;
	u32 rounds = 0;

	memcpy(gpr, t->gpr, sizeof(t->gpr));
	*e = (struct hv_emulation){
		.cpu = {
			.gpr = gpr,
			.rip = CODE_GVA,
			.rflags = t->rflags | HV_RFLAGS_RF,
			.gs_base = GS_BASE,
			.read = read_copy,
		},
	};
	do {
		if (target - DATA_GVA >= DATA_BYTES || rounds++ > DATA_PAGES)
			return false;
		e->gva = target;
		e->page = copy + ((target - DATA_GVA) & ~(PAGE - 1));
		if (!hv_emulate(e))
			return false;
		target = (u32)gpr[7]; /* of a REP that has some left */
	} while (e->cpu.rip == CODE_GVA);
	return true;
}

static void print_trial(const struct trial *t, const char *name)
{
	u32 i;

	printf("# %s:", name);
	for (i = 0; i < t->nr; i++)
		printf(" %02x", t->byte[i]);
	printf(", writes %u bytes at %#llx, flags %#llx\n", t->bytes, t->target, t->rflags);
}

static bool same_end(const struct trial *t, const struct hv_emulation *e, const u64 *gpr)
{
	u32 i;

	for (i = 0; i < 16; i++)
		if (gpr[i] != native_state.gpr[i]) {
			printf("# register %u: CPU %#llx, emulated %#llx\n", i, native_state.gpr[i],
			       gpr[i]);
			return false;
		}
	if ((e->cpu.rflags ^ native_state.rflags) & (t->defined | HV_RFLAGS_DF)) {
		printf("# flags: CPU %#llx, emulated %#llx\n", native_state.rflags, e->cpu.rflags);
		return false;
	}
	if (memcmp(copy, data, DATA_BYTES)) {
		printf("# memory differs\n");
		return false;
	}
	return e->cpu.rip == CODE_GVA + t->nr && !(e->cpu.rflags & HV_RFLAGS_RF);
}

/* Nothing outside of the place that is told has changed since the last step. */
static bool place_is_told(const struct hv_emulation *e)
{
	u32 from = (u8 *)e->page - copy + e->offset, to = from + e->bytes;

	return e->offset + e->bytes <= PAGE && !memcmp(copy, before, from) &&
	       !memcmp(copy + to, before + to, DATA_BYTES - to);
}

static bool unchanged(const struct trial *t, const struct hv_emulation *e, const u64 *gpr)
{
	return !memcmp(gpr, t->gpr, sizeof(t->gpr)) && !memcmp(copy, before, DATA_BYTES) &&
	       e->cpu.rip == CODE_GVA && e->cpu.rflags == (t->rflags | HV_RFLAGS_RF);
}

/* True where the emulator does as the CPU, or refuses what it must. */
static bool one_trial(const struct trial *t, const char *name, u32 *refused)
{
	bool crosses = (t->target ^ (t->target + t->bytes - 1)) >> 12;
	bool refuse = crosses || (t->aligned_only && t->target % t->bytes);
	struct hv_emulation e;
	u64 gpr[16];
	bool right, repeats = t->byte[0] == 0xf3;

	memcpy(copy, data, DATA_BYTES);
	memcpy(before, data, DATA_BYTES);
	native_place(code, t->byte, t->nr);
	if (run_emulated(t, &e, gpr)) {
		right = !refuse && (repeats || place_is_told(&e));
		if (right) {
			run_native(t);
			right = same_end(t, &e, gpr);
		}
	} else {
		right = refuse && unchanged(t, &e, gpr);
		(*refused)++;
	}
	if (!right)
		print_trial(t, name);
	return right;
}

#define TRIALS 2000

static void one_opcode(const struct opcode *op)
{
	u32 i, right = 0, refused = 0;
	struct trial t;

	for (i = 0; i < TRIALS; i++) {
		while (!trial_memory_form(&t, op))
			;
		right += one_trial(&t, op->name, &refused);
		if (right <= i)
			break;
	}
	report(right == TRIALS && refused < TRIALS / 2,
	       "%s (opcode %s%02x): %u random ones as the CPU does them, %u refused", op->name,
	       op->map ? "0f " : "", op->code, right - refused, refused);
}

static void one_form(const char *name, void (*form)(struct trial *t))
{
	u32 i, right = 0, refused = 0;
	struct trial t;

	for (i = 0; i < 4 * TRIALS; i++) {
		form(&t);
		right += one_trial(&t, name, &refused);
		if (right <= i)
			break;
	}
	report(right == 4 * TRIALS && refused < TRIALS,
	       "%s: %u random ones as the CPU does them, %u refused", name, right - refused,
	       refused);
}

/*
 * A prefix too many, of any kind: what the emulator then takes, the CPU must take
 * too and do alike. One that faults there ends this program.
 */
static bool one_mutant(const struct opcode *op, u32 *accepted)
{
	static const u8 prefixes[] = { 0x26, 0x2e, 0x36, 0x3e, 0x65, 0x66, 0x67,
				       0xf0, 0xf2, 0xf3, 0x40, 0x48, 0x4f };
	struct hv_emulation e;
	struct trial t;
	u64 gpr[16];

	while (!trial_memory_form(&t, op) || t.nr == 15)
		;
	memmove(t.byte + 1, t.byte, t.nr++);
	t.byte[0] = prefixes[rng_below(&trial_rng, ARRAY_SIZE(prefixes))];
	memcpy(copy, data, DATA_BYTES);
	memcpy(before, data, DATA_BYTES);
	native_place(code, t.byte, t.nr);
	if (!run_emulated(&t, &e, gpr))
		return unchanged(&t, &e, gpr);
	(*accepted)++;
	/* An operand-size prefix makes some of them shorter. */
	t.nr = e.cpu.rip - CODE_GVA;
	native_place(code, t.byte, t.nr);
	run_native(&t);
	if (place_is_told(&e) && same_end(&t, &e, gpr))
		return true;
	print_trial(&t, op->name);
	return false;
}

static void mutants(void)
{
	u32 i, right = 0, accepted = 0;

	for (i = 0; i < 10 * TRIALS; i++)
		right += one_mutant(&trial_opcodes[rng_below(&trial_rng, trial_nr_opcodes)],
				    &accepted);
	report(right == 10 * TRIALS && accepted > TRIALS,
	       "a prefix more: %u done as the CPU does them, the rest refused", accepted);
}

void test_emulate(void)
{
	u32 i;

	report_prefix("emulate");
	code = mmap((void *)CODE_GVA, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	data = mmap((void *)DATA_GVA, DATA_BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if ((u64)code != CODE_GVA || (u64)data != DATA_GVA ||
	    syscall(SYS_arch_prctl, 0x1001 /* ARCH_SET_GS */, GS_BASE)) {
		report(false, "memory below 4G and a GS base");
		return;
	}
	for (i = 0; i < DATA_BYTES; i++)
		data[i] = rng_next(&trial_rng);
	for (i = 0; i < trial_nr_opcodes; i++)
		one_opcode(&trial_opcodes[i]);
	one_form("MOV to an absolute address", trial_offset_form);
	one_form("PUSH of registers and immediates", trial_push_form);
	one_form("STOS and MOVS", trial_string_form);
	mutants();
	munmap(code, PAGE);
	munmap(data, DATA_BYTES);
}
