// SPDX-License-Identifier: GPL-2.0
/* Edit distance, hints, numbers: names.c and values.c. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "names.h"
#include "tables.h"

static void test_distance(void)
{
	check_number(edit_distance("", ""), 0, "empty words are equal");
	check_number(edit_distance("abc", ""), 3, "three deletions");
	check_number(edit_distance("", "abcd"), 4, "four insertions");
	check_number(edit_distance("kitten", "sitting"), 3, "kitten to sitting takes 3");
	check_number(edit_distance("pagse", "pages"), 1, "a transposition is one error");
	check_number(edit_distance("ab", "ba"), 1, "of two letters as well");
	check_number(edit_distance("random", "random"), 0, "equal words");
}

static void test_hint(void)
{
	struct names names = { .nr = 0 };
	char hint[64];

	names_add(&names, "vtlb");
	names_add(&names, "unsync");
	check_text(names_nearest(&names, "vtbl") ?: "", "vtlb", "vtbl is nearest to vtlb");
	check(!names_nearest(&names, "xyzzy"), "xyzzy is near to nothing");
	check(!names_nearest(&names, ""), "nothing is near to nothing");
	names_hint(&names, "unsyn", hint, sizeof(hint));
	check_text(hint, "; did you mean \"unsync\"? (right: vtlb, unsync)",
		   "a hint names the nearest and all");
	names_hint(&names, "foo", hint, sizeof(hint));
	check_text(hint, " (right: vtlb, unsync)", "a hint without a nearest names all");
	names_hint(&names, "unsyn", hint, 10);
	check_number(strlen(hint), 9, "a hint too long is cut");
}

static void test_numbers(void)
{
	static const struct {
		const char *text;
		uint64_t value;
	} good[] = {
		{ "0", 0 },	   { "1024", 1024 },  { "4k", 4096 },
		{ "2M", 2 << 20 }, { "1G", 1 << 30 }, { "16T", 16ull << 40 },
		{ "0x10", 16 },	   { "010", 10 },     { "18446744073709551615", UINT64_MAX },
	};
	static const char *const bad[] = { "",
					   "-1",
					   " 1",
					   "+1",
					   "1x",
					   "1kk",
					   "k",
					   "1.5",
					   "0x",
					   "1 ",
					   "18446744073709551616",
					   "16777216T" };
	uint64_t value;
	unsigned int i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		check(parse_number(good[i].text, &value) && value == good[i].value,
		      "\"%s\" is a number", good[i].text);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(!parse_number(bad[i], &value), "\"%s\" is no number", bad[i]);
}

static void test_sizes(void)
{
	char text[32];

	format_size(2 << 20, text, sizeof(text));
	check_text(text, "2M", "2 MB are printed as 2M");
	format_size(1ull << 50, text, sizeof(text));
	check_text(text, "1024T", "there is nothing above T");
	format_size(1000, text, sizeof(text));
	check_text(text, "1000", "1000 has no suffix");
	format_size(0, text, sizeof(text));
	check_text(text, "0", "0 has no suffix");
}

static void test_kebab(void)
{
	char open[4] = { 'a', 'b', 'c', 'd' };

	check(is_kebab("first-touch2", 32), "first-touch2 is a name");
	check(!is_kebab("", 32), "an empty name is none");
	check(!is_kebab("First", 32), "upper case is none");
	check(!is_kebab("a b", 32), "a blank is none");
	check(!is_kebab("a\n", 32), "a line feed is none");
	check(!is_kebab(open, sizeof(open)), "a name without end is none");
}

static void test_tables(void)
{
	char name[EXIT_NAME_BYTES];
	unsigned int i;

	check_text(exit_name(48, name), "EPT_VIOLATION", "exit 48 has a name");
	check_text(exit_name(1, name), "EXTERNAL_INTERRUPT", "exit 1 is the host's interrupt");
	check_text(exit_name(35, name), "REASON_35",
		   "a number that the list lacks is named by number");
	check_text(exit_name(4000, name), "REASON_4000", "a number beyond all is, too");
	for (i = 0; i < HVBENCH_NR_KNOBS; i++)
		check(knob_get(i)->def < knob_get(i)->choice.nr &&
			      knob_find(knob_get(i)->name) == (int)i,
		      "knob %s has its default among its choices", knob_get(i)->name);
	check(!knob_applies(HVBENCH_KNOB_EPT_LEAF, HVBENCH_MMU_SPT) &&
		      knob_applies(HVBENCH_KNOB_EPT_LEAF, HVBENCH_MMU_EPT),
	      "ept.leaf is a knob of ept alone");
	check(!knob_applies(HVBENCH_KNOB_SPT_SYNC, HVBENCH_MMU_EPT) &&
		      knob_applies(HVBENCH_KNOB_SPT_SYNC, HVBENCH_MMU_SPT),
	      "spt.sync is a knob of spt alone");
	check(knob_applies(HVBENCH_KNOB_VPID, HVBENCH_MMU_EPT) &&
		      knob_applies(HVBENCH_KNOB_VPID, HVBENCH_MMU_SPT),
	      "vpid is a knob of both");
	check_text(counter_unit(counter_get(HVBENCH_CNT_outside_tsc), MACHINE_EMULATED),
		   "instructions", "emulated TSC counts instructions");
	check_text(counter_unit(counter_get(HVBENCH_CNT_outside_tsc), MACHINE_METAL), "cycles",
		   "the metal's TSC counts cycles");
	check_text(end_text(12345), "the run ended for a reason that this tool does not know",
		   "an unknown end is said to be one");
}

void test_names(void)
{
	check_group("names");
	test_distance();
	test_hint();
	test_numbers();
	test_sizes();
	test_kebab();
	check_group("tables");
	test_tables();
}
