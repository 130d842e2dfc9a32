// SPDX-License-Identifier: GPL-2.0
/* See tables.h. */
#include <stdio.h>
#include <string.h>

#include "tables.h"

const char *machine_name(enum machine_kind machine)
{
	static const char *const names[] = {
		[MACHINE_METAL] = "metal",
		[MACHINE_EMULATED] = "emulated",
		[MACHINE_NESTED] = "nested",
	};

	return names[machine];
}

const char *machine_tsc_unit(enum machine_kind machine)
{
	return machine == MACHINE_EMULATED ? "instructions" : "cycles";
}

static const char *const mmu_names[HVBENCH_NR_MMUS] = {
	[HVBENCH_MMU_EPT] = "ept",
	[HVBENCH_MMU_SPT] = "spt",
};

const char *mmu_name(uint32_t mmu)
{
	return mmu_names[mmu];
}

const char *condition_name(uint32_t condition)
{
	static const char *const names[HVBENCH_NR_CONDITIONS] = {
#define CONDITION(name, text, meaning) [HVBENCH_CONDITION_##name] = text,
		HVBENCH_CONDITIONS(CONDITION)
#undef CONDITION
	};

	return condition < HVBENCH_NR_CONDITIONS ? names[condition] : NULL;
}

static struct knob knobs[HVBENCH_NR_KNOBS] = {
#define KNOB(id, knob_name, knob_choices, knob_def, knob_help)                                 \
	[HVBENCH_KNOB_##id] = {                                                                \
		.name = knob_name, .choices = knob_choices, .def = knob_def, .help = knob_help \
	},
	HVBENCH_KNOBS(KNOB)
#undef KNOB
};

/* Takes "a|b|c" apart on first use; the words live as long as the program. */
static void split_choices(struct knob *knob)
{
	static char words[HVBENCH_NR_KNOBS][64];
	char *word, *rest = words[knob - knobs];

	snprintf(rest, sizeof(words[0]), "%s", knob->choices);
	while ((word = strsep(&rest, "|")))
		names_add(&knob->choice, word);
}

const struct knob *knob_get(unsigned int index)
{
	if (!knobs[index].choice.nr)
		split_choices(&knobs[index]);
	return &knobs[index];
}

int knob_find(const char *name)
{
	int i;

	for (i = 0; i < HVBENCH_NR_KNOBS; i++) {
		if (!strcmp(knobs[i].name, name))
			return i;
	}
	return -1;
}

bool knob_applies(unsigned int index, uint32_t mmu)
{
	const char *name = knobs[index].name;
	uint32_t i;

	for (i = 0; i < HVBENCH_NR_MMUS; i++) {
		size_t len = strlen(mmu_names[i]);

		if (!strncmp(name, mmu_names[i], len) && name[len] == '.')
			return i == mmu;
	}
	return true;
}

static const struct counter counters[HVBENCH_NR_COUNTERS] = {
#define COUNTER(counter_name, counter_kind, counter_unit, counter_help)  \
	[HVBENCH_CNT_##counter_name] = { .name = #counter_name,          \
					 .kind = COUNTER_##counter_kind, \
					 .unit = counter_unit,           \
					 .help = counter_help },
	HVBENCH_COUNTERS(COUNTER)
#undef COUNTER
};

const struct counter *counter_get(unsigned int index)
{
	return &counters[index];
}

const char *counter_unit(const struct counter *counter, enum machine_kind machine)
{
	return strcmp(counter->unit, "tsc") ? counter->unit : machine_tsc_unit(machine);
}

bool counter_is_flush(unsigned int index)
{
	return !strncmp(counters[index].name, "flush_", strlen("flush_"));
}

const char *exit_name(unsigned int reason, char buf[EXIT_NAME_BYTES])
{
	static const char *const names[HVBENCH_NR_EXIT_REASONS] = {
#define EXIT(number, name, text) [number] = #name,
		HVBENCH_EXIT_REASONS(EXIT)
#undef EXIT
	};

	if (reason < HVBENCH_NR_EXIT_REASONS && names[reason])
		snprintf(buf, EXIT_NAME_BYTES, "%s", names[reason]);
	else
		snprintf(buf, EXIT_NAME_BYTES, "REASON_%u", reason);
	return buf;
}

const char *end_text(unsigned int end)
{
	static const char *const texts[HVBENCH_NR_ENDS] = {
#define END(name, text) [HVBENCH_END_##name] = text,
		HVBENCH_ENDS(END)
#undef END
	};

	return end < HVBENCH_NR_ENDS ? texts[end]
				     : "the run ended for a reason that this tool does not know";
}
