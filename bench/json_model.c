// SPDX-License-Identifier: GPL-2.0
/* See json_model.h. */
#include "json_model.h"
#include "model_values.h"

static void put_model_value(void *opaque, const char *name, const char *unit, uint64_t value)
{
	(void)unit;
	json_object_set_new(opaque, name, json_integer((json_int_t)value));
}

/* Of the run as it was, and of the guest without a hypervisor. */
static json_t *modelled_per_op(const struct model_cpu *cpu, const uint64_t count[NR_MODEL_COUNTS],
			       uint64_t ops)
{
	json_t *object = json_object();
	struct model_cycles cycles;

	model_cycles(cpu, count, &cycles);
	json_object_set_new(object, "low", json_real((double)cycles.low / ops));
	json_object_set_new(object, "mid", json_real((double)cycles.mid / ops));
	json_object_set_new(object, "high", json_real((double)cycles.high / ops));
	return object;
}

static json_t *json_of_model(const struct modelled *modelled, const struct model_cpu *cpu,
			     const struct model_counts *counts, uint64_t ops)
{
	json_t *object = json_object(), *world;
	uint64_t run[NR_MODEL_COUNTS];
	unsigned int w;

	model_counts_run(counts, run);
	json_object_set_new(object, "modelled_cycles_per_operation",
			    modelled_per_op(cpu, run, ops));
	if (modelled->native)
		json_object_set_new(object, "native_modelled_cycles_per_operation",
				    modelled_per_op(cpu, counts->count[MODEL_NATIVE], ops));
	for (w = 0; w < NR_MODEL_WORLDS; w++) {
		if (!model_has_world(modelled, w))
			continue;
		world = json_object();
		model_values(cpu, counts->count[w], put_model_value, world);
		json_object_set_new(object, model_world_name(w), world);
	}
	return object;
}

json_t *json_of_models(const struct modelled *modelled, const struct phase *phase)
{
	json_t *object = json_object();
	unsigned int c;

	for (c = 0; c < modelled->nr; c++)
		json_object_set_new(object, modelled->cpu[c]->cpu.name,
				    json_of_model(modelled, &modelled->cpu[c]->cpu,
						  &phase->model[c], phase->ops));
	return object;
}
