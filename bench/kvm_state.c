// SPDX-License-Identifier: GPL-2.0
/* See kvm_state.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"
#include "kvm_state.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define MAX_BYTES (64 << 10)

/*
 * When a process began, in ticks since the boot: with the number it names one process for
 * ever (proc(5), field 22 of stat). 0: there is none.
 */
static json_int_t process_begin(json_int_t pid)
{
	unsigned long long begin = 0;
	char path[64], line[1024], *field;
	unsigned int i;

	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	host_read_line(path, line, sizeof(line));
	/* The second is the name, in parentheses, whatever it contains. */
	field = strrchr(line, ')');
	for (i = 2; field && i < 22; i++)
		field = strchr(field + 1, ' ');
	if (field)
		begin = strtoull(field, NULL, 10);
	return begin;
}

/* Root writes it: nobody else's file decides what is loaded. */
static json_t *read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	static char text[MAX_BYTES];
	struct stat file;
	ssize_t bytes = -1;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &file) && S_ISREG(file.st_mode) && file.st_uid == geteuid() &&
	    !(file.st_mode & (S_IWGRP | S_IWOTH)))
		bytes = read(fd, text, sizeof(text));
	close(fd);
	return bytes > 0 ? json_loadb(text, bytes, 0, NULL) : NULL;
}

static json_int_t integer(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static bool is_of_this_boot(const json_t *object)
{
	const char *written = json_string_value(json_object_get(object, "boot"));
	char boot[64];

	host_read_line(BOOT_ID, boot, sizeof(boot));
	return written && !strcmp(written, boot);
}

static bool writer_lives(const json_t *object)
{
	json_int_t pid = integer(object, "pid");

	return is_of_this_boot(object) && pid > 0 && process_begin(pid) == integer(object, "begin");
}

/* The number of the living process that wrote it; 0 without such. */
static json_int_t owner(const char *path)
{
	json_t *object = read_file(path);
	json_int_t pid = object && writer_lives(object) ? integer(object, "pid") : 0;

	json_decref(object);
	return pid;
}

static json_t *json_of(const struct kvm_state *state)
{
	json_t *modules = json_array();
	char boot[64];
	unsigned int i;

	for (i = 0; i < NR_KVM_MODULES; i++)
		json_array_append_new(modules, json_boolean(state->kvm[i]));
	host_read_line(BOOT_ID, boot, sizeof(boot));
	return json_pack("{s:s, s:I, s:I, s:b, s:s, s:I, s:o, s:O?}", "boot", boot, "pid",
			 (json_int_t)getpid(), "begin", process_begin(getpid()), "kvm_changed",
			 state->kvm_changed, "ours", state->ours, "loaded",
			 (json_int_t)state->loaded, "modules", modules, "parameters",
			 state->parameters);
}

void kvm_state_save(const char *path, const struct kvm_state *state)
{
	char beside[512];
	json_t *object;
	int fd;

	if (owner(path) && owner(path) != getpid())
		return;
	snprintf(beside, sizeof(beside), "%.400s.%d", path, (int)getpid());
	unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return;
	object = json_of(state);
	/* What is there is a whole file, or the one before. */
	if (!object || json_dumpfd(object, fd, JSON_INDENT(1)) || rename(beside, path))
		unlink(beside);
	close(fd);
	json_decref(object);
}

void kvm_state_remove(const char *path)
{
	if (owner(path) == getpid())
		unlink(path);
}

static bool parse(const json_t *object, struct kvm_state *state)
{
	const char *ours = json_string_value(json_object_get(object, "ours"));
	const json_t *modules = json_object_get(object, "modules");
	json_t *parameters = json_object_get(object, "parameters");
	const char *key;
	json_t *value;
	unsigned int i;

	if (!ours || strlen(ours) >= sizeof(state->ours) ||
	    json_array_size(modules) != NR_KVM_MODULES)
		return false;
	json_object_foreach(parameters, key, value)
	{
		if (!json_is_string(value))
			return false;
	}
	memset(state, 0, sizeof(*state));
	snprintf(state->ours, sizeof(state->ours), "%s", ours);
	for (i = 0; i < NR_KVM_MODULES; i++)
		state->kvm[i] = json_is_true(json_array_get(modules, i));
	state->changed = true;
	state->kvm_changed = json_is_true(json_object_get(object, "kvm_changed"));
	state->loaded = integer(object, "loaded");
	state->parameters = json_is_object(parameters) ? json_incref(parameters) : NULL;
	return true;
}

bool kvm_state_left(const char *path, struct kvm_state *state)
{
	json_t *object = read_file(path);
	bool left = object && is_of_this_boot(object) && !writer_lives(object) &&
		    parse(object, state);

	json_decref(object);
	return left;
}
