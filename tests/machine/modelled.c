// SPDX-License-Identifier: GPL-2.0
/*
 * modelled CPUFILE... -- COMMAND...: has the CPUs modelled while COMMAND runs, and prints what
 * they counted, lines "CPUFILE WORLD COUNT VALUE". Runs as root in the emulated machine.
 * Ends with the status of COMMAND.
 */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"

static void must(enum model_answer answer)
{
	if (answer == MODEL_NO_ANSWER)
		errx(3, "no answer: there is no probe");
	if (answer != MODEL_OK)
		errx(4, "%s", request.text);
}

static int run(char **command)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		err(2, "fork");
	if (!pid) {
		execvp(command[0], command);
		err(127, "%s", command[0]);
	}
	if (waitpid(pid, &status, 0) != pid)
		err(2, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void print(const char *path)
{
	static const char *const worlds[NR_MODEL_WORLDS] = { "guest", "host", "native" };
	static const char *const names[NR_MODEL_COUNTS] = {
#define NAME(name, unit, meaning) #name,
		MODEL_COUNTS(NAME)
#undef NAME
	};
	unsigned int world, i;

	for (world = 0; world < NR_MODEL_WORLDS; world++)
		for (i = 0; i < NR_MODEL_COUNTS; i++)
			printf("%s %s %s %llu\n", path, worlds[world], names[i],
			       (unsigned long long)request.counts.count[world][i]);
}

int main(int argc, char **argv)
{
	int i, nr, status;

	for (nr = 0; nr + 1 < argc && strcmp(argv[nr + 1], "--"); nr++)
		;
	if (nr + 2 >= argc)
		errx(2, "usage: modelled CPUFILE... -- COMMAND...");
	channel_open();
	must(channel_ask(MODEL_HELLO));
	for (i = 0; i < nr; i++)
		must(channel_describe(i, argv[1 + i]));
	if (nr)
		must(channel_ask(MODEL_START));
	status = run(argv + nr + 2);
	for (i = 0; i < nr; i++) {
		request.number = i;
		must(channel_ask(MODEL_READ));
		print(argv[1 + i]);
	}
	must(channel_ask(MODEL_FORGET));
	return status;
}
