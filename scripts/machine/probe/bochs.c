// SPDX-License-Identifier: GPL-2.0
/* Bochs, as the probe knows it, see bochs.h. */
#define _GNU_SOURCE
#include "bochs.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SLOT_BYTES 16
#define RET 0xc3
/* JMP [RIP+0], and the address behind it. */
#define JUMP 0xff
static const unsigned char jump[6] = { JUMP, 0x25 };

static const char *const slot_names[BOCHS_NR_SLOTS] = {
	[BOCHS_VMEXIT] = "_Z15bx_instr_vmexitjjm",
	[BOCHS_TLB_CNTRL] = "_Z18bx_instr_tlb_cntrljjm",
	[BOCHS_OUTP] = "_Z13bx_instr_outptjj",
	[BOCHS_LIN_ACCESS] = "_Z19bx_instr_lin_accessjmmjjj",
	[BOCHS_PHY_ACCESS] = "_Z19bx_instr_phy_accessjmjjj",
	[BOCHS_BEFORE_EXECUTION] = "_Z25bx_instr_before_executionjP15bxInstruction_c",
	[BOCHS_REPEAT_ITERATION] = "_Z25bx_instr_repeat_iterationjP15bxInstruction_c",
	[BOCHS_EXCEPTION] = "_Z18bx_instr_exceptionjjj",
	[BOCHS_INTERRUPT] = "_Z18bx_instr_interruptjj",
	[BOCHS_HWINTERRUPT] = "_Z20bx_instr_hwinterruptjjtm",
	[BOCHS_FAR_BRANCH] = "_Z19bx_instr_far_branchjjtmtm",
};

static const char *const control_names[BOCHS_NR_CONTROLS] = {
	[BOCHS_CR0] = "CR0", [BOCHS_CR2] = "CR2",	[BOCHS_CR3] = "CR3",
	[BOCHS_CR4] = "CR4", [BOCHS_EFER] = "MSR.EFER",
};

/* Bochs' variables: the arrays and trees are made after this library is loaded. */
static void ***cpu_array;
static unsigned int *cpu_count, *debugged_cpu;
static void **simulator;

/* Its functions. Those of BX_CPU_C take the object first, those of BX_MEM_C are static. */
static uint64_t (*get_rip)(void);
static uint64_t (*get_register)(unsigned int number);
static bool (*read_linear)(unsigned int cpu, uint64_t address, unsigned int bytes, void *to);
static uint16_t (*vmread16)(void *cpu, unsigned int field);
static uint32_t (*vmread32)(void *cpu, unsigned int field);
static uint64_t (*vmread64)(void *cpu, unsigned int field);
/* Bochs 2.7 has one argument less, and does not see the last. */
static bool (*translate)(void *cpu, uint64_t address, uint64_t *hpa, uint64_t *mask, bool verbose,
			 bool nested);
static bool (*fetch_memory)(void *cpu, uint64_t hpa, unsigned int bytes, void *to);
static bool (*set_memory)(void *cpu, uint64_t hpa, unsigned int bytes, void *from);
static uint8_t *(*host_address)(void *cpu, uint64_t hpa, unsigned int rw);
static void *(*tree_root)(void *simulator);
static void *(*find_number)(void *simulator, const char *name, void *below);
static int64_t (*number_value)(void *number);

static const struct {
	const char *name;
	void *to;
	const char *newer; /* its name in Bochs 3.0, where that is another */
} symbols[] = {
	{ .name = "bx_cpu_count", .to = &cpu_count },
	{ .name = "dbg_cpu", .to = &debugged_cpu },
	{ .name = "SIM", .to = &simulator },
	{ .name = "_Z14bx_dbg_get_ripv", .to = &get_rip },
	{ .name = "_Z22bx_dbg_get_reg64_valuej", .to = &get_register },
	{ .name = "_Z18bx_dbg_read_linearjmjPh", .to = &read_linear },
	{ .name = "_ZN8BX_CPU_C8VMread16Ej", .to = &vmread16 },
	{ .name = "_ZN8BX_CPU_C8VMread32Ej", .to = &vmread32 },
	{ .name = "_ZN8BX_CPU_C8VMread64Ej", .to = &vmread64 },
	{ .name = "_ZN8BX_CPU_C20dbg_xlate_linear2phyEmPmS0_b",
	  .to = &translate,
	  .newer = "_ZN8BX_CPU_C20dbg_xlate_linear2phyEmPmS0_bb" },
	{ .name = "_ZN8BX_MEM_C13dbg_fetch_memEP8BX_CPU_CmjPh", .to = &fetch_memory },
	{ .name = "_ZN8BX_MEM_C11dbg_set_memEP8BX_CPU_CmjPh", .to = &set_memory },
	{ .name = "_ZN8BX_MEM_C14getHostMemAddrEP8BX_CPU_Cmj", .to = &host_address },
	{ .name = "_ZN13bx_real_sim_c14get_bochs_rootEv", .to = &tree_root },
	{ .name = "_ZN13bx_real_sim_c13get_param_numEPKcP10bx_param_c", .to = &find_number },
	{ .name = "_ZN15bx_shadow_num_c5get64Ev", .to = &number_value },
};

static unsigned char *slots[BOCHS_NR_SLOTS];
static void *controls[BOCHS_MAX_CPUS][BOCHS_NR_CONTROLS];
static bool in_vmread, is_newer;

/* A name for a message: that of a C++ symbol without what the compiler adds to it. */
static void plain_name(const char *name, char *plain, size_t size)
{
	const char *begin = strstr(name, "bx_instr_");

	snprintf(plain, size, "%s", begin ? begin : name);
	if (begin)
		plain[strspn(plain, "abcdefghiklmnopqrstuvwxyz_0123456789")] = '\0';
}

/* One RET, in Bochs 3.0 behind an ENDBR64, and nothing but NOPs up to the next slot. */
static bool is_empty(const unsigned char *slot)
{
	static const unsigned char endbr64[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	static const unsigned char of_nops[] = { 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0x80,
						 0x44, 0x40, 0x00, 0x90, 0xcc };
	unsigned int i = memcmp(slot, endbr64, sizeof(endbr64)) ? 0 : sizeof(endbr64);

	if ((uintptr_t)slot % SLOT_BYTES || slot[i] != RET)
		return false;
	while (++i < SLOT_BYTES)
		if (!memchr(of_nops, slot[i], sizeof(of_nops)))
			return false;
	return true;
}

static bool runs_as_bochs(void)
{
	return !strncmp(program_invocation_short_name, "bochs", 5);
}

enum bochs_found bochs_find(char *why, size_t size)
{
	char name[64];
	unsigned int i;

	cpu_array = dlsym(RTLD_DEFAULT, "bx_cpu_array");
	if (!cpu_array) {
		if (!runs_as_bochs())
			return BOCHS_NOT_BOCHS; /* env, or the monitor */
		snprintf(why, size, "it has no symbol bx_cpu_array");
		return BOCHS_REFUSED;
	}
	for (i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		void *symbol = dlsym(RTLD_DEFAULT, symbols[i].name);

		if (!symbol && symbols[i].newer) {
			symbol = dlsym(RTLD_DEFAULT, symbols[i].newer);
			is_newer = true;
		}
		if (!symbol) {
			snprintf(why, size, "it has no symbol %s", symbols[i].name);
			return BOCHS_REFUSED;
		}
		memcpy(symbols[i].to, &symbol, sizeof(symbol));
	}
	for (i = 0; i < BOCHS_NR_SLOTS; i++) {
		slots[i] = dlsym(RTLD_DEFAULT, slot_names[i]);
		if (slots[i] && is_empty(slots[i]))
			continue;
		plain_name(slot_names[i], name, sizeof(name));
		snprintf(why, size, slots[i] ? "its %s is no empty function" : "it has no %s", name);
		return BOCHS_REFUSED;
	}
	return BOCHS_FOUND;
}

bool bochs_attach(void (*const functions[BOCHS_NR_SLOTS])(void))
{
	unsigned int i;

	for (i = 0; i < BOCHS_NR_SLOTS; i++) {
		uintptr_t page = (uintptr_t)slots[i] & -(uintptr_t)sysconf(_SC_PAGESIZE);

		/* It stays writable: bochs_watch() writes it again and again. */
		if (mprotect((void *)page, (uintptr_t)slots[i] + SLOT_BYTES - page,
			     PROT_READ | PROT_WRITE | PROT_EXEC))
			return false;
		/* Behind the first byte a slot is executed only where that is JUMP. */
		*(volatile unsigned char *)slots[i] = RET;
		memcpy(slots[i] + 1, jump + 1, sizeof(jump) - 1);
		memcpy(slots[i] + sizeof(jump), &functions[i], sizeof(functions[i]));
	}
	for (i = 0; i < BOCHS_FIRST_SWITCHED; i++)
		*(volatile unsigned char *)slots[i] = JUMP;
	return true;
}

void bochs_watch(bool on)
{
	unsigned int i;

	/* One byte each, in the only thread that emulates. */
	for (i = BOCHS_FIRST_SWITCHED; i < BOCHS_NR_SLOTS; i++)
		*(volatile unsigned char *)slots[i] = on ? JUMP : RET;
}

unsigned int bochs_cpus(void)
{
	return *cpu_count;
}

bool bochs_has_batches(void)
{
	return is_newer;
}

static void *cpu_object(unsigned int cpu)
{
	return (*cpu_array)[cpu];
}

uint64_t bochs_rip(unsigned int cpu)
{
	unsigned int before = *debugged_cpu;
	uint64_t rip;

	*debugged_cpu = cpu;
	rip = get_rip();
	*debugged_cpu = before;
	return rip;
}

uint64_t bochs_register(unsigned int cpu, unsigned int number)
{
	unsigned int before = *debugged_cpu;
	uint64_t value;

	*debugged_cpu = cpu;
	value = get_register(number);
	*debugged_cpu = before;
	return value;
}

bool bochs_started(char *why, size_t size)
{
	unsigned int cpu, i;

	if (*cpu_count > BOCHS_MAX_CPUS) {
		snprintf(why, size, "it has more than %u CPUs", BOCHS_MAX_CPUS);
		return false;
	}
	for (cpu = 0; cpu < *cpu_count; cpu++) {
		for (i = 0; i < BOCHS_NR_CONTROLS; i++) {
			char name[32];

			snprintf(name, sizeof(name), "cpu%u.%s", cpu, control_names[i]);
			controls[cpu][i] = find_number(*simulator, name, tree_root(*simulator));
			if (!controls[cpu][i]) {
				snprintf(why, size, "its tree of parameters has no %s", name);
				return false;
			}
		}
	}
	return true;
}

/* The debugger's own way: Bochs' tree of parameters has the state that can be saved. */
uint64_t bochs_control(unsigned int cpu, enum bochs_control which)
{
	return number_value(controls[cpu][which]);
}

uint16_t bochs_vmread16(unsigned int cpu, unsigned int field)
{
	uint16_t value;

	in_vmread = true;
	value = vmread16(cpu_object(cpu), field);
	in_vmread = false;
	return value;
}

uint32_t bochs_vmread32(unsigned int cpu, unsigned int field)
{
	uint32_t value;

	in_vmread = true;
	value = vmread32(cpu_object(cpu), field);
	in_vmread = false;
	return value;
}

uint64_t bochs_vmread64(unsigned int cpu, unsigned int field)
{
	uint64_t value;

	in_vmread = true;
	value = vmread64(cpu_object(cpu), field);
	in_vmread = false;
	return value;
}

bool bochs_in_vmread(void)
{
	return in_vmread;
}

bool bochs_translate(unsigned int cpu, uint64_t address, uint64_t *hpa)
{
	uint64_t mask;

	return translate(cpu_object(cpu), address, hpa, &mask, false, false);
}

bool bochs_read_linear(unsigned int cpu, uint64_t address, unsigned int bytes, void *to)
{
	uint64_t hpa;

	/* Bochs' function complains on its console where it cannot read. */
	return bochs_translate(cpu, address, &hpa) &&
	       bochs_translate(cpu, address + bytes - 1, &hpa) &&
	       read_linear(cpu, address, bytes, to);
}

bool bochs_read_physical(uint64_t hpa, unsigned int bytes, void *to)
{
	return fetch_memory(cpu_object(0), hpa, bytes, to);
}

bool bochs_write_physical(uint64_t hpa, unsigned int bytes, const void *from)
{
	return set_memory(cpu_object(0), hpa, bytes, (void *)from);
}

bool bochs_read_word(uint64_t hpa, uint64_t *value)
{
	const uint8_t *at;

	/* Page tables may name any address; Bochs looks it up without a check. */
	if (hpa >= BOCHS_END_OF_MEMORY)
		return false;
	at = host_address(cpu_object(0), hpa, BOCHS_READ);
	if (!at)
		return false;
	memcpy(value, at, sizeof(*value));
	return true;
}
