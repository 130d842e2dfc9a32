// SPDX-License-Identifier: GPL-2.0
/* The file that tells a later run how the host's modules were found: kvm_state.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "kvm_state.h"
#include "scratch.h"

static struct kvm_state example(void)
{
	struct kvm_state state = { .changed = true, .kvm_changed = true, .loaded = 1ull << 40 | 77 };

	state.kvm[1] = true;
	state.parameters = json_pack("{s:s}", "ept", "N");
	snprintf(state.ours, sizeof(state.ours), "/lib/modules/a b/hvbench.ko");
	return state;
}

/* As a process does that is killed then. */
static void save_and_die(const char *path)
{
	pid_t pid = fork();

	if (!pid) {
		struct kvm_state state = example();

		kvm_state_save(path, &state);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

/* The file with one thing in it changed is that of nobody. */
static void check_changed(const char *path, const char *from, const char *to, const char *what)
{
	struct kvm_state state = { .changed = false };
	char *text, *at;

	save_and_die(path);
	text = scratch_read("state");
	at = strstr(text, from);
	check(at != NULL, "the file has %s", from);
	if (at)
		memcpy(at, to, strlen(to));
	scratch_write("state", text);
	check(!kvm_state_left(path, &state), "%s", what);
	free(text);
}

void test_kvm_state(void)
{
	struct kvm_state mine = example(), state = { .changed = false };
	char path[512];

	check_group("kvm_state");
	snprintf(path, sizeof(path), "%s", scratch_write("state", ""));
	unlink(path);
	check(!kvm_state_left(path, &state), "without a file there is nothing to bring back");

	kvm_state_save(path, &mine);
	check(!kvm_state_left(path, &state), "nor while its writer lives");
	kvm_state_remove(path);
	check(access(path, F_OK), "which removes it in the end");

	save_and_die(path);
	check(kvm_state_left(path, &state), "that of a dead process is found");
	check(state.changed && state.kvm_changed && !state.kvm[0] && state.kvm[1] &&
		      !state.kvm[2] && state.loaded == mine.loaded,
	      "and says which modules there were");
	check_text(state.ours, mine.ours, "where ours lies");
	check(json_equal(state.parameters, mine.parameters), "and what KVM's parameters were");
	json_decref(state.parameters);
	kvm_state_remove(path);
	check(!access(path, F_OK), "a dead process's file is not removed by the way");
	kvm_state_save(path, &mine);
	check(!kvm_state_left(path, &state), "it becomes this process's");
	kvm_state_remove(path);
	json_decref(mine.parameters);

	save_and_die(path);
	chmod(path, 0622);
	check(!kvm_state_left(path, &state), "a file that others may write says nothing");
	unlink(path);
	check(!symlink("/proc/self/status", path) && !kvm_state_left(path, &state),
	      "nor does a link");
	unlink(path);
	check_changed(path, "\"boot\": \"", "\"boot\": \"x", "one of before the reboot says nothing");
	check_changed(path, "\"modules\": [", "\"modules\": 7", "nor one that is damaged");
	check_changed(path, "\"ept\": \"N\"", "\"ept\": 777", "nor one of the wrong types");
	unlink(path);
}
