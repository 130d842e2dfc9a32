// SPDX-License-Identifier: GPL-2.0
/*
 * What the emulator must refuse, with nothing changed: bytes that are no such
 * instruction, states in which the CPU would trap. And where a repeated
 * instruction stops. No CPU is asked: the manual's answer stands here.
 */
#include "emulate.h"
#include "report.h"

#define PAGE 4096ull
#define CODE_GVA 0x400000ull /* two pages, the second perhaps absent */
#define DATA_GVA 0x800000ull /* two pages, as above */
#define RAX 0
#define RCX 1
#define RSI 6
#define RDI 7

static struct {
	u8 code[2 * PAGE], data[2 * PAGE];
	u64 gpr[16];
	u32 code_pages, data_pages; /* that are there */
	struct hv_emulation e;
} w;

static bool read_guest(void *context, u64 gva, void *to, u32 bytes, bool fetch)
{
	u64 offset = gva - (fetch ? CODE_GVA : DATA_GVA);

	if (offset >= (fetch ? w.code_pages : w.data_pages) * PAGE || offset % PAGE + bytes > PAGE)
		return false;
	memcpy(to, (fetch ? w.code : w.data) + offset, bytes);
	return true;
}

/* Registers point to the first data page, whose write faulted. */
static void set_up(const u8 *instruction, u32 bytes, u64 code_offset)
{
	u32 i;

	memset(&w, 0, sizeof(w));
	memcpy(w.code + code_offset, instruction, bytes);
	for (i = 0; i < 16; i++)
		w.gpr[i] = DATA_GVA + 0x800;
	w.code_pages = w.data_pages = 2;
	w.e = (struct hv_emulation){
		.cpu = {
			.gpr = w.gpr,
			.rip = CODE_GVA + code_offset,
			.rflags = 2,
			.read = read_guest,
		},
		.gva = DATA_GVA + 0x800,
		.page = w.data,
	};
}

#define SET_UP(...) set_up((const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ }), 0)

static bool refused(void)
{
	struct hv_cpu_view cpu = w.e.cpu;
	u64 gpr[16], i;

	memcpy(gpr, w.gpr, sizeof(gpr));
	if (hv_emulate(&w.e) || memcmp(gpr, w.gpr, sizeof(gpr)) ||
	    memcmp(&cpu, &w.e.cpu, sizeof(cpu)))
		return false;
	for (i = 0; i < sizeof(w.data); i++)
		if (w.data[i])
			return false;
	return true;
}

static void check_refused(void)
{
#define REFUSED(what, ...)                              \
	do {                                            \
		SET_UP(__VA_ARGS__);                    \
		report(refused(), "refused: %s", what); \
	} while (0)
	REFUSED("UD2", 0x0f, 0x0b);
	REFUSED("a register instead of memory", 0x48, 0x89, 0xc3);
	REFUSED("CMP, which writes nothing", 0x48, 0x39, 0x03);
	REFUSED("CMP with an immediate", 0x48, 0x83, 0x3b, 0x01);
	REFUSED("TEST in the group of NOT", 0xf7, 0x03, 0, 0, 0, 0);
	REFUSED("MUL in the group of NOT", 0x48, 0xf7, 0x23);
	REFUSED("CALL in the group of INC", 0xff, 0x13);
	REFUSED("BT, which writes nothing", 0x48, 0x0f, 0xba, 0x23, 0x03);
	REFUSED("RDRAND's neighbours in the group of CMPXCHG8B", 0x0f, 0xc7, 0x3b);
	REFUSED("MOV with another digit", 0xc7, 0x0b, 0, 0, 0, 0);
	REFUSED("LOCK MOV", 0xf0, 0x48, 0x89, 0x03);
	REFUSED("LOCK PUSH of memory", 0xf0, 0xff, 0x33);
	REFUSED("LOCK STOSQ", 0xf0, 0x48, 0xab);
	REFUSED("REPNE STOSQ", 0xf2, 0x48, 0xab);
	REFUSED("MOVNTI with REP", 0xf3, 0x0f, 0xc3, 0x03);
	REFUSED("FS and GS at once", 0x64, 0x65, 0x48, 0x89, 0x03);
	REFUSED("INVPCID, which writes nothing", 0x66, 0x0f, 0x38, 0x82, 0x03);
	REFUSED("an instruction of 16 bytes", 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e,
		0x2e, 0x2e, 0x2e, 0x2e, 0x48, 0x89, 0x03);
#undef REFUSED
	SET_UP(0x48, 0x89, 0x03);
	w.e.cpu.rflags |= HV_RFLAGS_TF;
	report(refused(), "refused: a single step");
	SET_UP(0x48, 0x89, 0x03);
	w.e.cpu.rflags |= HV_RFLAGS_AC;
	w.e.cpu.cpl = 3;
	report(refused(), "refused: a user with RFLAGS.AC");
	w.e.cpu.cpl = 0;
	report(hv_emulate(&w.e), "but not its kernel");
	SET_UP(0x48, 0x89, 0x03);
	w.gpr[3] += PAGE;
	report(refused(), "refused: a write that goes to another page");
	SET_UP(0x64, 0x48, 0x89, 0x03);
	w.gpr[3] -= 0x10000;
	w.e.cpu.fs_base = 0x10010;
	report(hv_emulate(&w.e) && w.e.offset == 0x810, "an override by FS adds its base");
	SET_UP(0xff, 0x33);
	w.gpr[3] = DATA_GVA + 2 * PAGE - 4;
	report(refused(), "refused: PUSH of what can't be read, all of it");
}

static void check_fetch(void)
{
	static const u8 store[] = { 0x48, 0x89, 0x03 };
	u64 i;

	for (i = 1; i < sizeof(store); i++) {
		set_up(store, sizeof(store), PAGE - i);
		report(hv_emulate(&w.e) && w.e.cpu.rip == CODE_GVA + PAGE - i + 3 &&
			       w.e.offset == 0x800 && w.e.bytes == 8,
		       "an instruction with %llu bytes before a page's end", i);
		set_up(store, sizeof(store), PAGE - i);
		w.code_pages = 1;
		report(refused(), "refused: the same where the next page is absent");
	}
	set_up(store, sizeof(store), PAGE - 3);
	w.code_pages = 1;
	report(hv_emulate(&w.e), "an instruction that ends with its page needs no other");
}

static void check_repeated(void)
{
	SET_UP(0xf3, 0x48, 0xab);
	w.gpr[RCX] = 0;
	report(hv_emulate(&w.e) && !w.e.bytes && w.e.cpu.rip == CODE_GVA + 3 &&
		       w.gpr[RDI] == DATA_GVA + 0x800,
	       "REP with RCX = 0 writes nothing and is over");
	SET_UP(0xf3, 0x48, 0xab);
	w.gpr[RCX] = 1000;
	report(hv_emulate(&w.e) && w.e.offset == 0x800 && w.e.bytes == 0x800 &&
		       w.e.cpu.rip == CODE_GVA && w.gpr[RCX] == 1000 - 256 &&
		       w.gpr[RDI] == DATA_GVA + PAGE,
	       "REP STOSQ goes to the page's end and has some left");
	SET_UP(0xf3, 0x48, 0xab);
	w.gpr[RCX] = 1000;
	w.e.cpu.rflags |= HV_RFLAGS_DF;
	report(hv_emulate(&w.e) && w.e.offset == 0 && w.e.bytes == 0x808 &&
		       w.e.cpu.rip == CODE_GVA && w.gpr[RCX] == 1000 - 257 &&
		       w.gpr[RDI] == DATA_GVA - 8,
	       "with DF = 1 to its beginning");
	SET_UP(0xf3, 0x48, 0xab);
	w.gpr[RDI] = DATA_GVA + PAGE - 12;
	w.gpr[RCX] = 2;
	report(hv_emulate(&w.e) && w.e.bytes == 8 && w.e.cpu.rip == CODE_GVA && w.gpr[RCX] == 1,
	       "an element across the page's end is left to the CPU");
	SET_UP(0xf3, 0x48, 0xa5);
	w.gpr[RSI] = DATA_GVA + 2 * PAGE - 24;
	w.gpr[RCX] = 100;
	report(hv_emulate(&w.e) && w.e.bytes == 24 && w.e.cpu.rip == CODE_GVA && w.gpr[RCX] == 97 &&
		       w.gpr[RSI] == DATA_GVA + 2 * PAGE,
	       "REP MOVSQ stops before what it can't read");
	report(!hv_emulate(&w.e) && w.gpr[RCX] == 97, "and is refused when it begins there");
}

#define GARBAGE 200000

/* Any bytes, any registers: no crash, and a write is in the page. */
static void check_garbage(void)
{
	static const u8 starts[] = { 0x66, 0x67, 0xf0, 0xf3, 0x0f, 0x48, 0x80, 0x89, 0xff, 0xa4 };
	struct rng rng = { .state = 7 };
	u32 i, n, right = 0, taken = 0;
	u8 byte[16];

	for (i = 0; i < GARBAGE; i++) {
		for (n = 0; n < sizeof(byte); n++)
			byte[n] = rng_below(&rng, 3) ? rng_next(&rng)
						     : starts[rng_below(&rng, sizeof(starts))];
		set_up(byte, sizeof(byte), rng_below(&rng, 2) ? 0 : PAGE - 1 - rng_below(&rng, 16));
		for (n = 0; n < 16; n++)
			w.gpr[n] = rng_below(&rng, 4) ? DATA_GVA + rng_below(&rng, PAGE)
						      : rng_next(&rng);
		w.gpr[RCX] = rng_below(&rng, 600);
		w.code_pages = 1 + rng_below(&rng, 2);
		w.e.cpu.rflags = (rng_next(&rng) & 0xcd5) | 2;
		if (hv_emulate(&w.e)) {
			taken++;
			right += w.e.offset + w.e.bytes <= PAGE && !w.data[PAGE];
		} else {
			right++;
		}
	}
	report(right == GARBAGE && taken > GARBAGE / 100,
	       "%u random byte strings of %u were instructions, none wrote elsewhere", taken,
	       GARBAGE);
}

void test_emulate_edges(void)
{
	report_prefix("emulate edges");
	check_refused();
	check_fetch();
	check_repeated();
	check_garbage();
}
