// SPDX-License-Identifier: GPL-2.0
/*
 * supervise.c: runs a command, and when that ends, for whatever reason, kills
 * everything that it started and that still runs: in the background, in a
 * session of its own, orphaned. Called through scripts/supervise by the scripts
 * that start machines, which cost a CPU for as long as they run.
 *
 *   supervise [--timeout SECONDS] [--grace SECONDS] [--watch FIFO] COMMAND ARGUMENT...
 *
 * SIGINT, SIGTERM, SIGHUP and SIGQUIT, where they are not ignored (nohup), are
 * passed on as SIGTERM to the command and all that it started; so is the
 * timeout. What has not ended after the grace (10 seconds) is killed. Exit
 * status: the command's, 124 after the timeout, 125 if it can't be supervised,
 * 128 + the signal that ended the command or this program.
 *
 * --watch is for a command that sudo started: a user can send it no signal. When
 * no process has FIFO open for writing any more, that is as a SIGTERM.
 *
 * There are two processes beside the command: this one, and a guard, which is
 * the command's parent. Each is a subreaper, to which orphans fall, so that
 * SIGKILL of either leaves the other one to clean up. The command finds the
 * guard's process id in HVBENCH_SUPERVISOR: it is supervised where that is its
 * own parent.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	STATUS_TIMEOUT = 124,
	STATUS_SETUP = 125,
	GRACE_SECONDS = 10,
	KILL_SECONDS = 10,	/* what SIGKILL can't end by then is told of */
	MOST_PROCESSES = 16384,
};

static const int stops[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
#define STOPS (sizeof(stops) / sizeof(stops[0]))

/* As the caller had them: for the command. */
static struct sigaction old_actions[STOPS], old_child;
static sigset_t old_mask;

static double timeout, grace = GRACE_SECONDS;
static const char *watched;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static pid_t parent_of(pid_t pid)
{
	char path[64], text[512], *end;
	int parent = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	/* "PID (NAME) STATE PARENT": a name may hold anything, ")" too. */
	if (fgets(text, sizeof(text), file) && (end = strrchr(text, ')')))
		sscanf(end + 1, " %*c %d", &parent);
	fclose(file);
	return parent;
}

/* All processes whose ancestor this one is. */
static size_t find_descendants(pid_t *found)
{
	static struct {
		pid_t pid, parent;
	} all[MOST_PROCESSES];
	size_t count = 0, descendants = 0, i, j;
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	pid_t above;

	while (proc && (entry = readdir(proc)) && count < MOST_PROCESSES) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		all[count].pid = atoi(entry->d_name);
		all[count].parent = parent_of(all[count].pid);
		count++;
	}
	if (proc)
		closedir(proc);
	for (above = getpid(), i = 0;; above = found[i++]) {
		for (j = 0; j < count; j++)
			if (all[j].parent == above)
				found[descendants++] = all[j].pid;
		if (i == descendants)
			return descendants;
	}
}

static void reap(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/* Sends SIGNAL to all descendants; how many there are. */
static size_t signal_descendants(int signal)
{
	static pid_t found[MOST_PROCESSES];
	size_t count = find_descendants(found), i;

	for (i = 0; i < count; i++)
		kill(found[i], signal);
	return count;
}

/*
 * SIGTERM, so that each can remove its files; SIGKILL for what is there at END. A
 * process that forks while it is being looked for is found in a later round.
 */
static void end_descendants(double end)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
	size_t count = signal_descendants(SIGTERM);

	while (count) {
		nanosleep(&pause, NULL);
		reap();
		count = signal_descendants(now() < end ? 0 : SIGKILL);
		if (count && now() > end + KILL_SECONDS) {
			warnx("%zu processes can't be killed", count);
			return;
		}
	}
}

static int status_of(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* Waits up to END, 0 for ever; the signal or 0. */
static int wait_signal(const sigset_t *set, double end)
{
	struct timespec rest;
	double seconds;
	int signal;

	if (end == 0) {
		signal = sigwaitinfo(set, NULL);
	} else {
		seconds = end - now();
		if (seconds < 0)
			seconds = 0;
		rest.tv_sec = seconds;
		rest.tv_nsec = (seconds - rest.tv_sec) * 1e9;
		signal = sigtimedwait(set, NULL, &rest);
	}
	return signal < 0 ? 0 : signal;
}

/* A process of its own, whose end the kernel signals as that of any child's. */
static pid_t start_watch(const sigset_t *set)
{
	pid_t pid = fork();
	char byte;
	int fd;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigprocmask(SIG_UNBLOCK, set, NULL);
	fd = open(watched, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		warn("%s", watched);
	while (fd >= 0 && read(fd, &byte, 1) > 0)
		;
	_exit(0);
}

static pid_t start_command(char **argv)
{
	char guard[32];
	pid_t pid;
	size_t i;

	snprintf(guard, sizeof(guard), "%d", (int)getpid());
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != atoi(guard))
		_exit(STATUS_SETUP);
	setenv("HVBENCH_SUPERVISOR", guard, 1);
	for (i = 0; i < STOPS; i++)
		sigaction(stops[i], &old_actions[i], NULL);
	sigaction(SIGCHLD, &old_child, NULL);
	sigprocmask(SIG_SETMASK, &old_mask, NULL);
	execvp(argv[0], argv);
	warn("%s", argv[0]);
	_exit(127);
}

/* The command's parent. All but SIGTERM it leaves to its own parent. */
static int guard(pid_t parent, char **argv)
{
	bool stopping = false, timed_out = false;
	double end = timeout > 0 ? now() + timeout : 0;
	int status = 0, signal;
	sigset_t set;
	pid_t command, pid, watch = -1;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		return STATUS_SETUP;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	if (watched)
		watch = start_watch(&set);
	command = start_command(argv);
	if (command < 0 || (watched && watch < 0))
		err(STATUS_SETUP, "fork");
	for (;;) {
		signal = wait_signal(&set, end);
		if (signal == SIGCHLD) {
			while ((pid = waitpid(-1, &status, WNOHANG)) > 0 && pid != command)
				if (pid == watch)
					signal = SIGTERM;
			if (pid == command)
				break;
		}
		if (end && now() >= end && stopping) {
			status = SIGKILL;
			break;
		}
		if (signal != SIGTERM && !(end && now() >= end))
			continue;
		if (!stopping) {
			timed_out = signal != SIGTERM;
			stopping = true;
			end = now() + grace;
			signal_descendants(SIGTERM);
			signal_descendants(SIGCONT);
		}
	}
	end_descendants(stopping ? end : now() + grace);
	return timed_out ? STATUS_TIMEOUT : status_of(status);
}

static double seconds_from(const char *text, const char *option)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value > 0 && value < 1e7))
		errx(STATUS_SETUP, "%s must be a number of seconds, not '%s'", option, text);
	return value;
}

int main(int argc, char **argv)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t set, blocked;
	int status = 0, stopped = 0, signal;
	pid_t parent = getpid(), child;
	size_t i;

	while (argc > 3 && !strncmp(argv[1], "--", 2)) {
		if (!strcmp(argv[1], "--timeout"))
			timeout = seconds_from(argv[2], argv[1]);
		else if (!strcmp(argv[1], "--grace"))
			grace = seconds_from(argv[2], argv[1]);
		else if (!strcmp(argv[1], "--watch"))
			watched = argv[2];
		else
			break;
		argv += 2;
		argc -= 2;
	}
	if (argc < 2 || argv[1][0] == '-')
		errx(STATUS_SETUP, "usage: supervise [--timeout SECONDS] [--grace SECONDS] [--watch FIFO] COMMAND...");

	/* A signal that is ignored must not be blocked: it would be delivered then. */
	sigemptyset(&set);
	sigemptyset(&blocked);
	sigaddset(&set, SIGCHLD);
	sigaddset(&blocked, SIGTERM);	/* the guard's, when we die */
	for (i = 0; i < STOPS; i++) {
		sigaction(stops[i], NULL, &old_actions[i]);
		if (old_actions[i].sa_handler == SIG_IGN)
			continue;
		sigaddset(&set, stops[i]);
		sigaddset(&blocked, stops[i]);
	}
	sigaddset(&blocked, SIGCHLD);
	sigaction(SIGCHLD, &standard, &old_child);
	sigprocmask(SIG_BLOCK, &blocked, &old_mask);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	fflush(NULL);
	child = fork();
	if (child < 0)
		err(STATUS_SETUP, "fork");
	if (!child) {
		sigaction(SIGTERM, &standard, NULL);
		return guard(parent, argv + 1);
	}
	for (;;) {
		signal = wait_signal(&set, 0);
		if (signal != SIGCHLD && signal) {
			stopped = stopped ? stopped : signal;
			kill(child, SIGTERM);
		} else if (waitpid(child, &status, WNOHANG) == child) {
			break;
		}
	}
	end_descendants(now() + grace);
	return stopped ? 128 + stopped : status_of(status);
}
