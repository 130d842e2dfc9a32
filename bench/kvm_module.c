// SPDX-License-Identifier: GPL-2.0
/* See kvm_module.h. modprobe finds kvm_intel and what it needs; the rest are system calls. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"
#include "kvm_module.h"
#include "kvm_state.h"

#define KVM_INTEL "kvm_intel"
#define OURS "hvbench"
#define PARAMETERS "/sys/module/" KVM_INTEL "/parameters"

/* In the order of loading: each needs those before it. */
static const char *const kvm_modules[NR_KVM_MODULES] = { "irqbypass", "kvm", KVM_INTEL };

/* More than kvm_intel has parameters. */
#define MAX_ARGUMENTS 48

/* How the host was found, before it is changed. */
static struct kvm_state found;

static bool exists(const char *name, const char *file)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s/%s", name, file);
	return !access(path, F_OK);
}

/* As a module: what is built into the kernel has no reference count. */
static bool loaded(const char *name)
{
	return exists(name, "refcnt");
}

/* Which load of kvm_intel this is: sysfs numbers its folders and uses no number twice. */
static uint64_t which_kvm_intel(void)
{
	struct stat folder;

	return stat("/sys/module/" KVM_INTEL, &folder) ? 0 : folder.st_ino;
}

/* What a signal interrupts is taken up again: Ctrl-C is no reason to leave it undone. */
static bool unload(const char *name)
{
	int ret;

	do
		ret = syscall(SYS_delete_module, name, O_NONBLOCK);
	while (ret && errno == EINTR);
	return !ret || errno == ENOENT;
}

/* The path of modprobe: the PATH of a user who became root may lack it. */
static const char *find_modprobe(void)
{
	static const char *const paths[] = { "/usr/sbin/modprobe", "/sbin/modprobe",
					     "/usr/bin/modprobe", "/bin/modprobe" };
	unsigned int i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (!access(paths[i], X_OK))
			return paths[i];
	}
	return NULL;
}

/* A process group of its own: Ctrl-C ends a run, but not what brings the host back. */
static int spawn_modprobe(char *const argv[], int out, pid_t *pid)
{
	static char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	const char *path = find_modprobe();
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error;

	if (!path)
		return ENOENT;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	error = posix_spawn(pid, path, &actions, &attributes, argv, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* All that is written to fd until it is closed, as far as there is room; one line of it. */
static void read_line(int fd, char *said, size_t size)
{
	char rest[256];
	size_t used = 0;
	ssize_t n;

	while ((n = read(fd, rest, sizeof(rest))) != 0) {
		if (n < 0 && errno != EINTR)
			break;
		if (n > 0 && used < size - 1)
			used += snprintf(said + used, size - used, "%.*s", (int)n, rest);
	}
	said[strcspn(said, "\n")] = '\0';
}

/* Runs modprobe; its words, one line of them, are in said. */
static int modprobe(char *const argv[], char *said, size_t size)
{
	int pipes[2], status = -1, error;
	pid_t pid;

	said[0] = '\0';
	if (pipe2(pipes, O_CLOEXEC))
		return -1;
	error = spawn_modprobe(argv, pipes[1], &pid);
	close(pipes[1]);
	if (error)
		snprintf(said, size, "%s", strerror(error));
	else
		read_line(pipes[0], said, size);
	close(pipes[0]);
	while (!error && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status ? -1 : 0;
}

json_t *kvm_module_parameters(const char *module)
{
	json_t *object = json_object();
	char folder[64], path[sizeof(folder) + 260], value[128];
	struct dirent *entry;
	DIR *dir;

	snprintf(folder, sizeof(folder), "/sys/module/%s/parameters", module);
	dir = opendir(folder);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		host_read_line(path, value, sizeof(value));
		json_object_set_new(object, entry->d_name, json_string(value));
	}
	if (dir)
		closedir(dir);
	return object;
}

static bool parameter_is(const char *name, int wanted)
{
	char path[128], value[16];

	snprintf(path, sizeof(path), PARAMETERS "/%s", name);
	host_read_line(path, value, sizeof(value));
	return wanted < 0 || value[0] == (wanted ? 'Y' : 'N');
}

static bool is_as_wanted(const struct kvm_wanted *wanted)
{
	return exists(KVM_INTEL, "parameters") &&
	       parameter_is("ept", wanted->mmu == HVBENCH_MMU_EPT) &&
	       parameter_is("vpid", wanted->vpid) && parameter_is("pml", wanted->pml);
}

static int note_host(struct failure *why)
{
	unsigned int i;

	if (found.changed)
		return 0;
	found.ours[0] = '\0';
	if (loaded(OURS)) {
		host_module_path(found.ours, sizeof(found.ours));
		if (access(found.ours, R_OK))
			return fail(why, STATUS_ENVIRONMENT,
				    "the module hvbench holds VT-x, and to load it again after KVM "
				    "its file is needed, which is not at %s",
				    found.ours);
	}
	for (i = 0; i < NR_KVM_MODULES; i++)
		found.kvm[i] = loaded(kvm_modules[i]);
	json_decref(found.parameters);
	found.parameters = kvm_module_parameters(KVM_INTEL);
	return 0;
}

/* What unload() met, in words. */
static int in_use(const char *name, struct failure *why)
{
	switch (errno) {
	case EAGAIN:
	case EBUSY:
		return fail(why, STATUS_ENVIRONMENT,
			    "the module %s is in use: end the virtual machines that run here, and "
			    "what perf counts of them",
			    name);
	case EPERM:
		return fail(why, STATUS_ENVIRONMENT,
			    "loading and unloading modules takes root (CAP_SYS_MODULE)");
	default:
		return fail(why, STATUS_ENVIRONMENT, "the module %s can't be unloaded: %s", name,
			    strerror(errno));
	}
}

static int load_kvm(const char *arguments[], struct failure *why)
{
	char *argv[MAX_ARGUMENTS + 3] = { "modprobe", KVM_INTEL };
	char said[256];
	unsigned int i;

	for (i = 0; arguments[i] && i < MAX_ARGUMENTS; i++)
		argv[2 + i] = (char *)arguments[i];
	if (!modprobe(argv, said, sizeof(said)) && loaded(KVM_INTEL))
		return 0;
	return fail(why, STATUS_ENVIRONMENT, "modprobe %s: %s", KVM_INTEL,
		    said[0] ? said : "it was not loaded; the kernel log says why");
}

static const char *mmu_word(const struct kvm_wanted *wanted)
{
	return wanted->mmu == HVBENCH_MMU_EPT ? "ept=1" : "ept=0";
}

static int load_as_wanted(const struct kvm_wanted *wanted, struct failure *why)
{
	const char *arguments[4] = { mmu_word(wanted), wanted->vpid ? "vpid=1" : "vpid=0" };

	if (wanted->pml >= 0)
		arguments[2] = wanted->pml ? "pml=1" : "pml=0";
	if (load_kvm(arguments, why))
		return -1;
	if (is_as_wanted(wanted))
		return 0;
	return fail(why, STATUS_ENVIRONMENT,
		    "kvm_intel was loaded with %s %s%s%s, but this CPU lacks what that needs",
		    arguments[0], arguments[1], arguments[2] ? " " : "",
		    arguments[2] ? arguments[2] : "");
}

/* Ours makes room; that alone is enough where KVM waits as it is wanted. */
static int change(const struct kvm_wanted *wanted, struct failure *why)
{
	bool held = loaded(OURS);
	int ret;

	/* Before the first change: this process may be killed at any time. */
	kvm_state_save(KVM_STATE_FILE, &found);
	if (!unload(OURS))
		return in_use(OURS, why);
	found.changed |= held;
	if (is_as_wanted(wanted)) {
		kvm_state_save(KVM_STATE_FILE, &found);
		return 0;
	}
	if (!unload(KVM_INTEL))
		return in_use(KVM_INTEL, why);
	found.changed = found.kvm_changed = true;
	found.loaded = 0;
	kvm_state_save(KVM_STATE_FILE, &found);
	ret = load_as_wanted(wanted, why);
	found.loaded = which_kvm_intel();
	kvm_state_save(KVM_STATE_FILE, &found);
	return ret;
}

int kvm_module_use(const struct kvm_wanted *wanted, struct failure *why)
{
	char first[sizeof(why->text)];
	struct failure also;

	if (is_as_wanted(wanted) && !loaded(OURS))
		return 0;
	if (exists(KVM_INTEL, "parameters") && !loaded(KVM_INTEL) && !is_as_wanted(wanted))
		return fail(why, STATUS_ENVIRONMENT,
			    "kvm_intel is built into this kernel, so that its MMU can't be changed "
			    "to %s: boot with kvm_intel.%s",
			    mmu_word(wanted), mmu_word(wanted));
	if (!find_modprobe())
		return fail(why, STATUS_ENVIRONMENT,
			    "modprobe %s: no modprobe in /usr/sbin or /sbin: install kmod",
			    KVM_INTEL);
	if (note_host(why))
		return -1;
	if (!change(wanted, why))
		return 0;
	if (kvm_module_restore(&also)) {
		snprintf(first, sizeof(first), "%s", why->text);
		fail(why, STATUS_ENVIRONMENT, "%.900s; and the host is not as it was: %.900s",
		     first, also.text);
	}
	return -1;
}

/* Loads kvm_intel as it was found; modprobe's own configuration says most of it. */
static int restore_kvm_intel(struct failure *why)
{
	char words[MAX_ARGUMENTS][96];
	const char *arguments[MAX_ARGUMENTS + 1] = { NULL };
	json_t *now, *value;
	unsigned int nr = 0;
	const char *key;

	if (load_kvm(arguments, why))
		return -1;
	now = kvm_module_parameters(KVM_INTEL);
	json_object_foreach(found.parameters, key, value)
	{
		/* Several words tell a state ("EPT disabled"), and are no argument. */
		if (nr == MAX_ARGUMENTS || strchr(json_string_value(value), ' ') ||
		    json_equal(json_object_get(now, key), value))
			continue;
		snprintf(words[nr], sizeof(words[nr]), "%.60s=%.30s", key,
			 json_string_value(value));
		arguments[nr] = words[nr];
		nr++;
	}
	json_decref(now);
	if (!nr)
		return 0;
	return unload(KVM_INTEL) ? load_kvm(arguments, why) : in_use(KVM_INTEL, why);
}

static int restore_kvm(struct failure *why)
{
	char said[256];
	int i, ret = 0;

	if (!found.kvm_changed)
		return 0;
	if (!unload(KVM_INTEL))
		return in_use(KVM_INTEL, why);
	if (found.kvm[NR_KVM_MODULES - 1])
		ret = restore_kvm_intel(why);
	for (i = NR_KVM_MODULES - 2; i >= 0; i--) {
		char *argv[] = { "modprobe", (char *)kvm_modules[i], NULL };

		if (!found.kvm[i])
			unload(kvm_modules[i]);
		else if (!loaded(kvm_modules[i]))
			modprobe(argv, said, sizeof(said));
	}
	return ret;
}

static int restore_ours(struct failure *why)
{
	int fd, ret, error;

	if (!found.ours[0] || loaded(OURS))
		return 0;
	fd = open(found.ours, O_RDONLY | O_CLOEXEC);
	do
		ret = fd < 0 ? -1 : (int)syscall(SYS_finit_module, fd, "", 0);
	while (ret && fd >= 0 && errno == EINTR);
	error = errno;
	if (fd >= 0)
		close(fd);
	if (!ret)
		return 0;
	return fail(why, STATUS_ENVIRONMENT, "the module hvbench can't be loaded again from %s: %s",
		    found.ours, strerror(error));
}

int kvm_module_restore(struct failure *why)
{
	struct failure also;
	int ret, ours;

	if (!found.changed) {
		kvm_state_remove(KVM_STATE_FILE);
		return 0;
	}
	ret = restore_kvm(why);
	/* Ours may be had back all the same. */
	ours = restore_ours(ret ? &also : why);
	if (ret || ours)
		return -1;
	kvm_state_remove(KVM_STATE_FILE);
	json_decref(found.parameters);
	memset(&found, 0, sizeof(found));
	return 0;
}

int kvm_module_recover(struct failure *why)
{
	if (found.changed || !host_may_load_modules() || !kvm_state_left(KVM_STATE_FILE, &found))
		return 0;
	/* From here on it is ours. */
	kvm_state_save(KVM_STATE_FILE, &found);
	if (found.loaded && loaded(KVM_INTEL) && found.loaded != which_kvm_intel()) {
		/* Somebody loaded KVM since: it is theirs. */
		kvm_state_remove(KVM_STATE_FILE);
		json_decref(found.parameters);
		memset(&found, 0, sizeof(found));
		return 0;
	}
	if (!kvm_module_restore(why)) {
		fprintf(stderr, "hvbench: a run that was killed had left VT-x to KVM; the host's "
				"modules are again as they were before it\n");
		return 0;
	}
	/* The next call tries again. */
	json_decref(found.parameters);
	memset(&found, 0, sizeof(found));
	return fail_within(why, "a run that was killed has left VT-x to KVM");
}
