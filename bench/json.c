// SPDX-License-Identifier: GPL-2.0
/* See json.h. */
#include <string.h>

#include "json.h"
#include "json_model.h"
#include "offer.h"

int json_print(FILE *out, json_t *value)
{
	int ret = json_dumpf(value, out, JSON_INDENT(2));

	putc('\n', out);
	json_decref(value);
	return ret;
}

static void put(json_t *object, const char *key, uint64_t value)
{
	json_object_set_new(object, key, json_integer((json_int_t)value));
}

static void put_text(json_t *object, const char *key, const char *value)
{
	json_object_set_new(object, key, json_string(value));
}

static void put_per_op(json_t *object, const char *key, uint64_t value, uint64_t ops)
{
	json_object_set_new(object, key, json_real((double)value / ops));
}

static json_t *per_op(const struct engine_ops *engine, const struct phase *phase,
		      const char *tsc_unit)
{
	const struct hvbench_stats *stats = &phase->stats;
	json_t *object = json_object();
	char key[64];

	put_per_op(object, tsc_unit, phase->tsc, phase->ops);
	snprintf(key, sizeof(key), "%s_outside_the_guest", tsc_unit);
	if (engine_has_counter(engine, HVBENCH_CNT_outside_tsc))
		put_per_op(object, key, stats->counter[HVBENCH_CNT_outside_tsc], phase->ops);
	if (engine_has_counter(engine, HVBENCH_CNT_vm_exits))
		put_per_op(object, "vm_exits", stats->counter[HVBENCH_CNT_vm_exits], phase->ops);
	if (engine_has_flushes(engine))
		put_per_op(object, "hypervisor_flushes", phase_flushes(phase), phase->ops);
	return object;
}

static json_t *histogram(const struct hvbench_stats *stats, unsigned int i)
{
	json_t *object = json_object();
	char key[16];
	unsigned int b;

	for (b = 0; b < HVBENCH_HISTOGRAM_BUCKETS; b++) {
		if (!stats->outside_histogram[i][b])
			continue;
		snprintf(key, sizeof(key), "%u", b);
		put(object, key, stats->outside_histogram[i][b]);
	}
	return object;
}

static json_t *exits(const struct engine_ops *engine, const struct hvbench_stats *stats)
{
	bool timed = engine_has_counter(engine, HVBENCH_CNT_outside_tsc);
	json_t *object = json_object(), *one;
	char name[EXIT_NAME_BYTES];
	unsigned int i;

	for (i = 0; i < HVBENCH_NR_EXIT_REASONS; i++) {
		/* An estimate of the host's time may be there without an exit. */
		if (!stats->exits[i] && !stats->outside_tsc[i])
			continue;
		one = json_object();
		put(one, "exits", stats->exits[i]);
		if (timed || stats->outside_tsc[i])
			put(one, "outside_tsc", stats->outside_tsc[i]);
		if (timed)
			json_object_set_new(one, "outside_histogram", histogram(stats, i));
		json_object_set_new(object, exit_name(i, name), one);
	}
	return object;
}

json_t *json_of_phase(const struct engine_ops *engine, const struct run_result *result,
		      unsigned int index, enum machine_kind machine)
{
	const struct phase *phase = &result->phase[index];
	json_t *object = json_object(), *counters = json_object();
	char name[64];
	unsigned int i;

	put_text(object, "phase", phase->name);
	put_text(object, "condition", condition_name(phase->condition));
	put(object, "ops", phase->ops);
	put(object, "tsc", phase->tsc);
	json_object_set_new(object, "per_operation",
			    per_op(engine, phase, machine_tsc_unit(machine)));
	for (i = 0; i < HVBENCH_NR_COUNTERS; i++) {
		if (engine_has_counter(engine, i))
			put(counters, counter_get(i)->name, phase->stats.counter[i]);
	}
	put(counters, "guest_asked_cr3", phase->asked.cr3);
	put(counters, "guest_asked_invlpg", phase->asked.invlpg);
	put(counters, "guest_asked_invpcid", phase->asked.invpcid);
	put(counters, "guest_asked_cr4", phase->asked.cr4);
	if (engine_has_trapped(engine))
		put(counters, "guest_untrapped_flushes", phase_untrapped(phase));
	put(counters, "guest_table_bytes", phase->guest_table_bytes);
	put(counters, "guest_faults", phase->guest_faults);
	for (i = 0; i < engine->nr_own; i++) {
		engine_own_name(engine, i, name, sizeof(name));
		put(counters, name, phase->own[i]);
	}
	json_object_set_new(object, "counters", counters);
	json_object_set_new(object, "exits", exits(engine, &phase->stats));
	if (result->modelled.nr)
		json_object_set_new(object, "models", json_of_models(&result->modelled, phase));
	return object;
}

json_t *json_of_total(const struct engine_ops *engine, const struct hvbench_stats *total)
{
	json_t *object = json_object(), *counters = json_object(), *by_reason = json_object();
	char name[EXIT_NAME_BYTES];
	unsigned int i;

	for (i = 0; i < HVBENCH_NR_COUNTERS; i++) {
		if (engine_has_counter(engine, i))
			put(counters, counter_get(i)->name, total->counter[i]);
	}
	for (i = 0; i < HVBENCH_NR_EXIT_REASONS; i++) {
		if (total->exits[i])
			put(by_reason, exit_name(i, name), total->exits[i]);
	}
	json_object_set_new(object, "counters", counters);
	json_object_set_new(object, "exits", by_reason);
	return object;
}

json_t *json_of_spec(const struct run_spec *spec, enum machine_kind machine)
{
	const struct hvbench_guest_info *info = &spec->guest->info;
	json_t *object = json_object(), *knobs = json_object();
	json_t *params = json_object();
	unsigned int i;

	put_text(object, "engine", spec->engine->name);
	put_text(object, "machine", machine_name(machine));
	put_text(object, "tsc_unit", machine_tsc_unit(machine));
	put_text(object, "mmu", mmu_name(spec->mmu));
	for (i = 0; i < HVBENCH_NR_KNOBS; i++) {
		if (spec_knob_applies(spec, i))
			put_text(knobs, knob_get(i)->name, knob_get(i)->choice.name[spec->knob[i]]);
	}
	json_object_set_new(object, "knobs", knobs);
	put_text(object, "workload", info->name);
	for (i = 0; i < info->nr_params; i++)
		put(params, info->params[i].name, spec->value[i]);
	json_object_set_new(object, "params", params);
	put(object, "memory_bytes", spec->memory_bytes);
	return object;
}

static json_t *json_of_knobs(void)
{
	json_t *list = json_array(), *one, *choices;
	unsigned int i, c;

	for (i = 0; i < HVBENCH_NR_KNOBS; i++) {
		const struct knob *knob = knob_get(i);

		one = json_object();
		choices = json_array();
		for (c = 0; c < knob->choice.nr; c++)
			json_array_append_new(choices, json_string(knob->choice.name[c]));
		put_text(one, "name", knob->name);
		json_object_set_new(one, "choices", choices);
		put_text(one, "default", knob->choice.name[knob->def]);
		put_text(one, "help", knob->help);
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *json_of_counters(void)
{
	static const char *const kinds[] = { "event", "gauge", "peak" };
	json_t *list = json_array(), *one;
	unsigned int i;

	for (i = 0; i < HVBENCH_NR_COUNTERS; i++) {
		one = json_object();
		put_text(one, "name", counter_get(i)->name);
		put_text(one, "kind", kinds[counter_get(i)->kind]);
		put_text(one, "unit", counter_get(i)->unit);
		put_text(one, "help", counter_get(i)->help);
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *json_of_workload(const struct hvbench_guest_info *info)
{
	json_t *object = json_object(), *params = json_array(), *one;
	unsigned int i;

	put_text(object, "name", info->name);
	put_text(object, "summary", info->summary);
	put_text(object, "stands_for", info->stands_for);
	put(object, "min_memory_bytes", info->min_memory_bytes);
	for (i = 0; i < info->nr_params; i++) {
		one = json_object();
		put_text(one, "name", info->params[i].name);
		put(one, "default", info->params[i].def);
		put(one, "min", info->params[i].min);
		put(one, "max", info->params[i].max);
		put_text(one, "help", info->params[i].help);
		json_array_append_new(params, one);
	}
	json_object_set_new(object, "params", params);
	return object;
}

json_t *json_of_catalog(const struct catalog *catalog)
{
	json_t *object = json_object(), *workloads = json_array();
	unsigned int i;

	for (i = 0; i < catalog->nr; i++)
		json_array_append_new(workloads, json_of_workload(&catalog->guest[i].info));
	json_object_set_new(object, "workloads", workloads);
	json_object_set_new(object, "knobs", json_of_knobs());
	json_object_set_new(object, "counters", json_of_counters());
	return object;
}

static json_t *json_of_bits(uint32_t bits, const struct offer *words, unsigned int nr)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (bits & words[i].bit)
			json_array_append_new(list, json_string(words[i].name));
	}
	return list;
}

json_t *json_of_capabilities(uint32_t capabilities)
{
	return json_of_bits(capabilities, offers, offer_nr);
}

json_t *json_of_info(const struct hvbench_info *info)
{
	json_t *object = json_object();
	char msr[32];

	put(object, "uapi_version", info->version);
	json_object_set_new(object, "capabilities", json_of_capabilities(info->capabilities));
	json_object_set_new(object, "mitigations_host",
			    json_of_bits(info->mitigations, mitigations, mitigation_nr));
	json_object_set_new(object, "selftest_passed",
			    json_of_bits(info->selftest_passed, selftests, selftest_nr));
	json_object_set_new(object, "selftest_failed",
			    json_of_bits(info->selftest_done & ~info->selftest_passed, selftests,
					 selftest_nr));
	put(object, "physical_address_bits", info->physical_address_bits);
	put(object, "vmx_revision", info->vmx_revision);
	snprintf(msr, sizeof(msr), "%#018llx", info->ept_vpid_cap);
	put_text(object, "ia32_vmx_ept_vpid_cap", msr);
	snprintf(msr, sizeof(msr), "%#018llx", info->vmx_basic);
	put_text(object, "ia32_vmx_basic", msr);
	return object;
}
