// SPDX-License-Identifier: GPL-2.0
/*
 * probe CPUFILE: the probe in the emulator, by guests of which each instruction and access
 * is known, and requests that are wrong. Runs as root in the emulated machine, with the
 * module loaded.
 */
#include <string.h>

#include "channel.h"
#include "report.h"
#include "vm.h"

GUEST(touch)
GUEST(strings)

#define TOUCHED_PAGES 256
#define STRING_WORDS 1024 /* stored, and then moved */

static uint64_t counted(enum model_world world, enum model_count count)
{
	return request.counts.count[world][count];
}

/* What the module saw, without the doorbell, whose exit a request takes back. */
static uint64_t exits(const struct vm *vm)
{
	return vm->control->stats.counter[HVBENCH_CNT_vm_exits];
}

struct known {
	const char *name;
	const char *code, *end;
	uint64_t instructions, repeats, loads, stores; /* without those of a fault */
};

/* A VM is run up to its first doorbell; its counts are left in request. */
static uint64_t run_counted(struct vm *vm, const struct known *known)
{
	channel_ask(MODEL_START);
	vm_load(vm, known->code, known->end);
	vm_run(vm);
	request.number = 0;
	channel_ask(MODEL_READ);
	return exits(vm);
}

static void check_known(const struct known *known, enum hvbench_mmu mmu)
{
	const char *name = mmu == HVBENCH_MMU_EPT ? "ept" : "spt";
	struct vm vm = vm_open(mmu, true);
	uint64_t nr = run_counted(&vm, known), got, tsc;

	got = counted(MODEL_HOST, MODEL_CNT_transition);
	report(nr && got == nr, "%s %s: transitions are the module's VM exits (%llu, %llu)", name,
	       known->name, (unsigned long long)got, (unsigned long long)nr);
	/* A MOVS that faults at its store has loaded, and loads again. */
	got = counted(MODEL_GUEST, MODEL_CNT_loads);
	report(got >= known->loads && got <= known->loads + (known->loads ? nr : 0),
	       "%s %s: loads are %llu, and at most one more a fault (%llu)", name, known->name,
	       (unsigned long long)known->loads, (unsigned long long)got);
	got = counted(MODEL_GUEST, MODEL_CNT_stores);
	report(got == known->stores, "%s %s: stores are %llu (%llu)", name, known->name,
	       (unsigned long long)known->stores, (unsigned long long)got);
	/* An instruction that faults is executed again. */
	got = counted(MODEL_GUEST, MODEL_CNT_instructions);
	report(got >= known->instructions && got <= known->instructions + nr,
	       "%s %s: instructions are %llu, and at most one more a fault (%llu)", name,
	       known->name, (unsigned long long)known->instructions, (unsigned long long)got);
	got = counted(MODEL_GUEST, MODEL_CNT_repeats);
	report(got + nr >= known->repeats && got <= known->repeats,
	       "%s %s: repeats are %llu, and at most one less a fault (%llu)", name, known->name,
	       (unsigned long long)known->repeats, (unsigned long long)got);
	/* The module reads the TSC some instructions after the exit and before the entry. */
	got = counted(MODEL_HOST, MODEL_CNT_instructions) + counted(MODEL_HOST, MODEL_CNT_repeats);
	tsc = vm.control->stats.counter[HVBENCH_CNT_outside_tsc];
	report(got > tsc && got < tsc + 200 * nr,
	       "%s %s: the host's instructions are the TSC outside and some an exit (%llu, %llu)",
	       name, known->name, (unsigned long long)got, (unsigned long long)tsc);
	got = counted(MODEL_NATIVE, MODEL_CNT_stores);
	report(got == (mmu == HVBENCH_MMU_EPT ? known->stores : 0),
	       "%s %s: native is known only under EPT (%llu)", name, known->name,
	       (unsigned long long)got);
	channel_ask(MODEL_STOP);
	vm_close(&vm);
}

/* What comes after a request, up to the next entry, is in no count. */
static void check_taken_back(const struct known *known)
{
	struct vm vm = vm_open(HVBENCH_MMU_EPT, true);
	struct model_counts first;
	unsigned int i;

	run_counted(&vm, known);
	first = request.counts;
	for (i = 0; i < 1000; i++)
		vm_live();
	channel_ask(MODEL_READ);
	report(!memcmp(&first, &request.counts, sizeof(first)),
	       "what the tool does between two requests is not counted");
	channel_ask(MODEL_STOP);
	vm_close(&vm);
	vm = vm_open(HVBENCH_MMU_EPT, true);
	vm_load(&vm, known->code, known->end);
	vm_run(&vm);
	channel_ask(MODEL_READ);
	report(!memcmp(&first, &request.counts, sizeof(first)), "a VM after STOP is not counted");
	vm_close(&vm);
}

static void refused(enum model_request_kind kind, const char *text)
{
	const enum model_answer answer = channel_ask(kind);

	report(answer == MODEL_ERROR && strstr(request.text, text), "an error says: %s", text);
	if (answer == MODEL_ERROR && !strstr(request.text, text))
		printf("#   %.200s\n", request.text);
}

static void check_requests(const char *cpu)
{
	report(channel_ask(MODEL_HELLO) == MODEL_OK, "the probe answers");
	refused(MODEL_START, "no CPU has been described");
	request.number = 0;
	refused(MODEL_READ, "there is no model 0");
	refused((enum model_request_kind)99, "there is no request 99");
	request.number = 1;
	request.text_bytes = 0;
	request.last = 1;
	refused(MODEL_DESCRIBE, "CPU 1 is described before CPU 0");
	request.number = 0;
	request.text_bytes = sizeof(request.text) + 1;
	refused(MODEL_DESCRIBE, "more than");
	strcpy(request.text, "nonsense\n");
	request.text_bytes = strlen(request.text);
	refused(MODEL_DESCRIBE, "description:1: ");
	report(channel_describe(0, cpu) == MODEL_OK, "a CPU is described, in parts");
	request.number = 0;
	refused(MODEL_READ, "there is no model 0 that was started");
	report(channel_ask(MODEL_START) == MODEL_OK, "and started");
	request.number = 1;
	refused(MODEL_READ, "there is no model 1");
	report(channel_ask(MODEL_STOP) == MODEL_OK, "and stopped");
}

int main(int argc, char **argv)
{
	const struct known touch = {
		.name = "touch", .code = guest_touch, .end = guest_touch_end,
		.instructions = 1 + 4 * TOUCHED_PAGES + 1, .stores = TOUCHED_PAGES,
	};
	const struct known strings = {
		.name = "strings", .code = guest_strings, .end = guest_strings_end,
		.instructions = 9, .repeats = 2 * (STRING_WORDS - 1),
		.loads = STRING_WORDS, .stores = 2 * STRING_WORDS,
	};

	if (argc != 2)
		return 2;
	channel_open();
	check_requests(argv[1]);
	check_known(&touch, HVBENCH_MMU_EPT);
	check_known(&touch, HVBENCH_MMU_SPT);
	check_known(&strings, HVBENCH_MMU_EPT);
	check_known(&strings, HVBENCH_MMU_SPT);
	check_taken_back(&touch);
	channel_ask(MODEL_FORGET);
	return summary();
}
