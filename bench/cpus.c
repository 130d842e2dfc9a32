// SPDX-License-Identifier: GPL-2.0
/* See cpus.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpus.h"
#include "places.h"

/* Far more than a description takes. */
#define FILE_MAX (64u << 10)

int cpus_init(struct cpus *cpus, struct failure *why)
{
	memset(cpus, 0, sizeof(*cpus));
	return place_own(cpus->base, sizeof(cpus->base), why);
}

void cpus_free(struct cpus *cpus)
{
	unsigned int i;

	for (i = 0; i < cpus->nr; i++)
		free(cpus->file[i].text);
	free(cpus->file);
	cpus->file = NULL;
	cpus->nr = 0;
}

static int read_text(const char *path, struct cpu_file *file, struct failure *why)
{
	FILE *in = fopen(path, "re");
	int ret = 0;

	if (!in)
		return fail(why, STATUS_USAGE, "%s: %s", path, strerror(errno));
	file->text = malloc(FILE_MAX);
	if (file->text) {
		errno = 0;
		file->size = fread(file->text, 1, FILE_MAX, in);
	}
	if (!file->text)
		ret = fail(why, STATUS_ENVIRONMENT, "out of memory");
	else if (ferror(in))
		ret = fail(why, STATUS_USAGE, "%s: %s", path, strerror(errno));
	else if (file->size == FILE_MAX)
		ret = fail(why, STATUS_USAGE, "%s: %u bytes or more are no description of a CPU",
			   path, FILE_MAX);
	fclose(in);
	return ret;
}

static int read_file(const char *path, struct cpu_file *file, struct failure *why)
{
	char error[512];

	memset(file, 0, sizeof(*file));
	if (read_text(path, file, why) ||
	    (model_cpu_parse(file->text, file->size, path, &file->cpu, error, sizeof(error)) &&
	     fail(why, STATUS_USAGE, "%s", error))) {
		free(file->text);
		return -1;
	}
	return 0;
}

/* Takes the file, or frees it where it is read already. */
static int keep(struct cpus *cpus, struct cpu_file *file, unsigned int *index, const char *path,
		struct failure *why)
{
	const struct cpu_file *other;
	struct cpu_file *more;
	bool same;

	for (*index = 0; *index < cpus->nr; ++*index) {
		other = &cpus->file[*index];
		if (strcmp(other->cpu.name, file->cpu.name))
			continue;
		same = other->size == file->size && !memcmp(other->text, file->text, file->size);
		free(file->text);
		return same ? 0
			    : fail(why, STATUS_USAGE,
				   "%s: another description has the name %s too, and results "
				   "could not tell them apart: change the line \"name\" of one",
				   path, other->cpu.name);
	}
	more = cpus->nr < CPUS_MAX ? reallocarray(cpus->file, cpus->nr + 1, sizeof(*more)) : NULL;
	if (!more) {
		free(file->text);
		return cpus->nr < CPUS_MAX ? fail(why, STATUS_ENVIRONMENT, "out of memory")
					   : fail(why, STATUS_USAGE, "more than %u CPUs", CPUS_MAX);
	}
	cpus->file = more;
	cpus->file[cpus->nr++] = *file;
	return 0;
}

int cpus_add(struct cpus *cpus, const char *word, unsigned int *index, struct failure *why)
{
	struct cpu_file file;
	char path[1024];

	if (place_named(&place_cpus, cpus->base, word, path, sizeof(path), why) ||
	    read_file(path, &file, why))
		return -1;
	return keep(cpus, &file, index, path, why);
}

/* list is taken apart. */
static int parse_words(struct cpus *cpus, char *list, uint32_t *set, struct failure *why)
{
	unsigned int index;
	char *word;

	while ((word = strsep(&list, ","))) {
		if (!*word)
			return fail(why, STATUS_USAGE, "the name of a CPU is missing");
		if (cpus_add(cpus, word, &index, why))
			return -1;
		if (*set & 1u << index)
			return fail(why, STATUS_USAGE, "%.64s comes twice", word);
		*set |= 1u << index;
	}
	if (__builtin_popcount(*set) > MODEL_MAX_CPUS)
		return fail(why, STATUS_USAGE, "%d CPUs are too many for one run (right: up to %d)",
			    __builtin_popcount(*set), MODEL_MAX_CPUS);
	return 0;
}

int cpus_parse(struct cpus *cpus, const char *list, uint32_t *set, struct failure *why)
{
	char *copy = strdup(list);
	int ret;

	*set = 0;
	ret = copy ? parse_words(cpus, copy, set, why)
		   : fail(why, STATUS_ENVIRONMENT, "out of memory");
	free(copy);
	return ret;
}

void cpus_select(const struct cpus *cpus, uint32_t set, struct modelled *modelled)
{
	unsigned int i;

	memset(modelled, 0, sizeof(*modelled));
	for (i = 0; i < cpus->nr && modelled->nr < MODEL_MAX_CPUS; i++) {
		if (set & 1u << i)
			modelled->cpu[modelled->nr++] = &cpus->file[i];
	}
}
