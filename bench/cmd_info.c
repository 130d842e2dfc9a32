// SPDX-License-Identifier: GPL-2.0
/*
 * `hvbench info`: what module, CPU and machine offer, or the sentence why not; and
 * what other engines than the first say without being opened.
 */
#include <string.h>

#include "json.h"
#include "offer.h"
#include "options.h"
#include "tool.h"

static const struct option_text texts[] = {
	{ "json", 0, NULL, "print JSON" },
	{ "help", 'h', NULL, "print this" },
};

/* Of the other engines one line each; to open one may change the machine. */
static void print_others(const struct tool *tool)
{
	const struct engine_ops *const *other;
	char text[512];

	for (other = tool->engines + 1; *other; other++) {
		if (!(*other)->offer)
			continue;
		(*other)->offer(text, sizeof(text));
		fprintf(tool->out, "other engine: %s: %s\n", (*other)->name, text);
	}
}

static json_t *json_of_others(const struct tool *tool)
{
	json_t *object = json_object();
	const struct engine_ops *const *other;
	char text[512];

	for (other = tool->engines + 1; *other; other++) {
		if (!(*other)->offer)
			continue;
		(*other)->offer(text, sizeof(text));
		json_object_set_new(object, (*other)->name, json_string(text));
	}
	return object;
}

static const char *selftest_word(const struct hvbench_info *info, uint32_t bit)
{
	if (!(info->selftest_done & bit))
		return "not done";
	return info->selftest_passed & bit ? "passed" : "failed";
}

static void print_info(const struct tool *tool, const struct engine *engine)
{
	const struct hvbench_info *info = &engine->info;
	unsigned int i;

	fprintf(tool->out, "engine: %s, interface version %u\n", engine->ops->name, info->version);
	fprintf(tool->out, "machine: %s (a TSC delta counts %s)\n", machine_name(tool->machine),
		machine_tsc_unit(tool->machine));
	fprintf(tool->out, "physical addresses: %u bits\n", info->physical_address_bits);
	fprintf(tool->out,
		"VMX revision: %#x; IA32_VMX_BASIC: %#018llx; IA32_VMX_EPT_VPID_CAP: %#018llx\n",
		info->vmx_revision, info->vmx_basic, info->ept_vpid_cap);
	fprintf(tool->out, "live VMs: %u\n", info->live_vms);
	for (i = 0; i < offer_nr; i++)
		fprintf(tool->out, "%-20s %-4s %s\n", offers[i].name,
			info->capabilities & offers[i].bit ? "yes" : "no", offers[i].help);
	fprintf(tool->out, "self-test when the module was loaded:\n");
	for (i = 0; i < selftest_nr; i++)
		fprintf(tool->out, "  %-18s %-8s %s\n", selftests[i].name,
			selftest_word(info, selftests[i].bit), selftests[i].help);
	fprintf(tool->out, "mitigations=host:%s\n",
		info->mitigations ? "" : " nothing, by CPU and kernel");
	for (i = 0; i < mitigation_nr; i++) {
		if (info->mitigations & mitigations[i].bit)
			fprintf(tool->out, "  %-18s %s\n", mitigations[i].name,
				mitigations[i].help);
	}
	print_others(tool);
}

static void print_json(const struct tool *tool, const struct engine *engine)
{
	json_t *object = json_of_info(&engine->info);

	json_object_set_new(object, "engine", json_string(engine->ops->name));
	json_object_set_new(object, "machine", json_string(machine_name(tool->machine)));
	json_object_set_new(object, "tsc_unit", json_string(machine_tsc_unit(tool->machine)));
	json_object_set_new(object, "live_vms", json_integer(engine->info.live_vms));
	json_object_set_new(object, "other_engines", json_of_others(tool));
	json_print(tool->out, object);
}

/* Where the first engine can't be had. */
static void print_rest(const struct tool *tool, bool json)
{
	json_t *object;

	if (!json) {
		print_others(tool);
		return;
	}
	object = json_object();
	json_object_set_new(object, "other_engines", json_of_others(tool));
	json_print(tool->out, object);
}

int cmd_info(const struct tool *tool, int argc, char **argv)
{
	struct engine engine = { .ops = tool->engines[0] };
	struct options options;
	struct failure why;
	bool json = false;
	int option;

	options_init(&options, texts, sizeof(texts) / sizeof(texts[0]), false);
	while ((option = options_next(&options, argc, argv, &why)) != OPTION_END) {
		if (option == OPTION_WRONG)
			return tool_failed(tool, &why);
		if (!strcmp(texts[option].name, "help")) {
			fprintf(tool->out, "usage: hvbench info [--json]\n\n");
			options_help(&options, tool->out);
			return STATUS_OK;
		}
		json = true;
	}
	if (options_no_words("info", argc, argv, &why))
		return tool_failed(tool, &why);
	if (engine.ops->open(&engine, &why)) {
		print_rest(tool, json);
		return tool_failed(tool, &why);
	}
	if (json)
		print_json(tool, &engine);
	else
		print_info(tool, &engine);
	engine.ops->close(&engine);
	return STATUS_OK;
}
