// SPDX-License-Identifier: GPL-2.0
/* See environment.h. */
#include <glob.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "environment.h"
#include "host.h"

#define CPUFREQ "/sys/devices/system/cpu/cpufreq/"
#define PSTATE "/sys/devices/system/cpu/intel_pstate/"
#define VULNERABILITIES "/sys/devices/system/cpu/vulnerabilities/"

static void put(json_t *object, const char *key, const char *value)
{
	json_t *text = json_string(value);

	/* json_string() takes nothing but UTF-8. */
	json_object_set_new(object, key, text ? text : json_string(HOST_NOT_AVAILABLE));
}

static void put_line(json_t *object, const char *key, const char *path)
{
	char line[512];

	host_read_line(path, line, sizeof(line));
	put(object, key, line);
}

static void put_field(json_t *object, const char *key, const char *path, const char *name)
{
	char value[512];

	host_read_field(path, name, value, sizeof(value));
	put(object, key, value);
}

static void put_governor(json_t *object, int cpu)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor", cpu);
	put_line(object, "governor", path);
}

/* intel_pstate says no_turbo, other drivers say boost. */
static void put_turbo(json_t *object)
{
	char line[64];

	host_read_line(PSTATE "no_turbo", line, sizeof(line));
	if (!strcmp(line, "0") || !strcmp(line, "1")) {
		put(object, "turbo", line[0] == '0' ? "on" : "off");
		return;
	}
	host_read_line(CPUFREQ "boost", line, sizeof(line));
	if (!strcmp(line, "0") || !strcmp(line, "1"))
		put(object, "turbo", line[0] == '1' ? "on" : "off");
	else
		put(object, "turbo", HOST_NOT_AVAILABLE);
}

static void put_mitigations(json_t *object)
{
	json_t *list = json_object();
	glob_t found;
	size_t i;

	if (!glob(VULNERABILITIES "*", 0, NULL, &found)) {
		for (i = 0; i < found.gl_pathc; i++)
			put_line(list, found.gl_pathv[i] + strlen(VULNERABILITIES),
				 found.gl_pathv[i]);
		globfree(&found);
		json_object_set_new(object, "mitigations", list);
		return;
	}
	json_decref(list);
	put(object, "mitigations", HOST_NOT_AVAILABLE);
}

static void put_kernel(json_t *object)
{
	struct utsname kernel;

	put(object, "kernel", uname(&kernel) ? HOST_NOT_AVAILABLE : kernel.release);
	put(object, "kernel_build", uname(&kernel) ? HOST_NOT_AVAILABLE : kernel.version);
}

/* What our VT-x is made of, where it is not the CPU's own. */
static void put_hypervisor(json_t *object, enum machine_kind machine)
{
	char name[32];

	if (machine != MACHINE_NESTED)
		return;
	host_hypervisor(name, sizeof(name));
	put(object, "hypervisor", name);
}

/* As a shell would take it. */
static void put_command(json_t *object, const struct tool *tool)
{
	char command[4096];
	size_t used = 0;
	int i;

	command[0] = '\0';
	for (i = 0; i < tool->argc && used < sizeof(command); i++) {
		const char *word = tool->argv[i];
		const char *quote = *word && !strpbrk(word, " \t\n\"'$\\;&|<>*?") ? "" : "'";

		used += snprintf(command + used, sizeof(command) - used, "%s%s%s%s", i ? " " : "",
				 quote, word, quote);
	}
	put(object, "command", command);
}

static void put_date(json_t *object)
{
	time_t now = time(NULL);
	struct tm tm;
	char date[32];

	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm);
	put(object, "date", date);
}

json_t *environment_json(const struct tool *tool, int cpu)
{
	json_t *object = json_object();

	put(object, "machine", machine_name(tool->machine));
	put(object, "tsc_unit", machine_tsc_unit(tool->machine));
	put(object, "engine", tool->engines[0]->name);
	put_command(object, tool);
	/* The emulated clock begins at the same moment in every boot. */
	if (tool->machine != MACHINE_EMULATED)
		put_date(object);
	put_hypervisor(object, tool->machine);
	put_kernel(object);
	put_field(object, "cpu", "/proc/cpuinfo", "model name");
	put_field(object, "microcode", "/proc/cpuinfo", "microcode");
	json_object_set_new(object, "cpus", json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
	json_object_set_new(object, "pinned_cpu", json_integer(cpu));
	put_field(object, "memory", "/proc/meminfo", "MemTotal");
	put_governor(object, cpu);
	put_turbo(object);
	put_mitigations(object);
	return object;
}

json_t *environment_models(const struct cpus *cpus, uint32_t set)
{
	json_t *object = json_object(), *one;
	unsigned int i;

	for (i = 0; i < cpus->nr; i++) {
		const struct cpu_file *file = &cpus->file[i];

		if (!(set & 1u << i))
			continue;
		one = json_object();
		put(one, "title", file->cpu.title);
		json_object_set_new(one, "description", json_stringn(file->text, file->size));
		json_object_set_new(object, file->cpu.name, one);
	}
	return object;
}
