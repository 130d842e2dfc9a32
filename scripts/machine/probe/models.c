// SPDX-License-Identifier: GPL-2.0
/* The modelled CPUs, see models.h. */
#include "models.h"

#include <stdio.h>
#include <string.h>

#include "bochs.h"

static struct model_cpu descriptions[MODEL_MAX_CPUS];
/* The hosted ones by number, behind them the native ones; NULL before models_start(). */
static struct model *models[2 * MODEL_MAX_CPUS];
static unsigned int nr_models;
/* How many of models[] are fed of what a core does: all while a guest runs under EPT. */
static unsigned int fed[BOCHS_MAX_CPUS];

static bool read_memory(void *opaque, uint64_t hpa, uint64_t *value)
{
	(void)opaque;
	return bochs_read_word(hpa, value);
}

static const struct model_memory memory = { .read = read_memory };

static void free_all(void)
{
	unsigned int i;

	for (i = 0; i < 2 * MODEL_MAX_CPUS; i++) {
		model_free(models[i]);
		models[i] = NULL;
	}
	memset(fed, 0, sizeof(fed));
}

bool models_describe(unsigned int number, const char *text, size_t size, char *error,
		     size_t error_size)
{
	struct model_cpu cpu;

	if (number > nr_models || number >= MODEL_MAX_CPUS) {
		snprintf(error, error_size, "CPU %u is described before CPU %u", number, nr_models);
		return false;
	}
	if (model_cpu_parse(text, size, "description", &cpu, error, error_size))
		return false;
	free_all();
	descriptions[number] = cpu;
	if (number == nr_models)
		nr_models++;
	return true;
}

void models_forget(void)
{
	free_all();
	nr_models = 0;
}

unsigned int models_count(void)
{
	return nr_models;
}

bool models_start(unsigned int cores, const struct model_context *contexts)
{
	unsigned int i, core;

	free_all();
	for (i = 0; i < 2 * nr_models; i++) {
		models[i] = model_new(&descriptions[i % nr_models], cores, i >= nr_models, &memory);
		if (!models[i]) {
			free_all();
			return false;
		}
	}
	for (core = 0; core < cores; core++) {
		fed[core] = nr_models;
		models_set_context(core, &contexts[core]);
		models_pause(core, true);
	}
	return true;
}

bool models_read(unsigned int number, struct model_counts *counts)
{
	memset(counts, 0, sizeof(*counts));
	if (number >= nr_models || !models[number])
		return false;
	model_read(models[number], counts);
	model_read(models[nr_models + number], counts);
	return true;
}

bool models_first_stale(unsigned int number, struct model_stale *stale)
{
	return number < nr_models && models[number] && model_first_stale(models[number], stale);
}

void models_exit(unsigned int core, bool vpid, const struct model_context *host)
{
	unsigned int i;

	for (i = 0; i < fed[core]; i++)
		model_exit(models[i], core, vpid, host);
	fed[core] = nr_models;
}

void models_enter(unsigned int core, bool vpid, const struct model_context *guest, bool page_fault)
{
	unsigned int i;

	fed[core] = guest->eptp ? 2 * nr_models : nr_models;
	for (i = 0; i < fed[core]; i++)
		model_enter(models[i], core, vpid, guest, page_fault);
}

void models_set_context(unsigned int core, const struct model_context *to)
{
	unsigned int i;

	for (i = 0; i < fed[core]; i++)
		model_set_context(models[i], core, to);
}

void models_instructions(unsigned int core, uint64_t nr)
{
	unsigned int i;

	for (i = 0; i < fed[core]; i++)
		model_instructions(models[i], core, nr);
}

void models_repeats(unsigned int core, uint64_t nr)
{
	unsigned int i;

	for (i = 0; i < fed[core]; i++)
		model_repeats(models[i], core, nr);
}

void models_fetch(unsigned int core, uint64_t rip, uint64_t hpa)
{
	unsigned int i;

	for (i = 0; i < fed[core]; i++)
		model_fetch(models[i], core, rip, hpa);
}

void models_access(unsigned int core, enum model_access access, uint64_t address, uint64_t hpa,
		   unsigned int bytes)
{
	unsigned int i;

	for (i = 0; i < fed[core]; i++)
		model_access(models[i], core, access, address, hpa, bytes);
}

void models_fault(unsigned int core, const struct model_fault *fault)
{
	unsigned int i;

	for (i = 0; i < fed[core]; i++)
		model_fault(models[i], core, fault);
}

void models_assist(unsigned int core)
{
	unsigned int i;

	for (i = 0; i < fed[core]; i++)
		model_assist(models[i], core, 1);
}

void models_assist_ept(unsigned int core)
{
	unsigned int i;

	for (i = 0; i < nr_models; i++)
		model_assist(models[i], core, 1);
}

void models_exception(unsigned int core)
{
	unsigned int i;

	for (i = 0; i < fed[core]; i++)
		model_exception(models[i], core);
}

void models_flush(unsigned int core, const struct model_flush *flush)
{
	unsigned int i;

	for (i = 0; i < fed[core]; i++)
		model_flush(models[i], core, flush);
}

/* These reach the native ones always: they have counts, whatever they are fed. */
void models_pause(unsigned int core, bool paused)
{
	unsigned int i;

	for (i = 0; i < 2 * nr_models; i++)
		model_pause(models[i], core, paused);
}

void models_mark(unsigned int core)
{
	unsigned int i;

	for (i = 0; i < 2 * nr_models; i++)
		model_mark(models[i], core);
}

void models_take_back(unsigned int core)
{
	unsigned int i;

	for (i = 0; i < 2 * nr_models; i++)
		model_take_back(models[i], core);
}
