// SPDX-License-Identifier: GPL-2.0
/*
 * init.c: the first process in the emulated machine. It mounts the usual
 * file systems, runs the command in /command with /bin/sh, and sends what
 * the command prints, the files it leaves in /out and its exit status to
 * the host through the mailbox on the disk (disk.h, monitor.c). Then it ends
 * the machine. Linked statically; it and busybox are all there is.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "disk.h"
#define outb init_outb	/* <sys/io.h> has its own, arguments swapped */
#define inb init_inb
#include "ata.h"

static struct frame frame;
static unsigned int mailbox = MAILBOX_LBA;

static void send_frame(enum frame_type type, const void *data, unsigned int length)
{
	/* Aligned, and with room to write whole sectors. */
	static unsigned char payload[FRAME_MAX] __attribute__((aligned(SECTOR)));
	unsigned int sectors = 0;

	frame.magic = FRAME_MAGIC;
	frame.number++;
	frame.type = type;
	frame.length = length;
	if (length <= FRAME_INLINE) {
		if (length)
			memcpy(frame.data, data, length);
	} else {
		sectors = (length + SECTOR - 1) / SECTOR;
		memcpy(payload, data, length);
		ata_write(mailbox + 1, sectors, payload);
	}
	ata_write(mailbox, 1, &frame);
	mailbox += 1 + sectors;
}

static void __attribute__((noreturn)) power_off(void)
{
	/* Bochs ends when it has read this word from its shutdown port. */
	const char *word = "Shutdown";

	sync();
	while (*word)
		init_outb(0x8900, *word++);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...)
{
	int error = errno;
	char text[400];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	snprintf(text + n, sizeof(text) - n, ": %s", strerror(error));
	send_frame(FRAME_ERROR, text, strlen(text));
	power_off();
}

static void mount_all(void)
{
	static const struct {
		const char *type, *where;
	} mounts[] = {
		{ "proc", "/proc" },
		{ "sysfs", "/sys" },
		{ "devtmpfs", "/dev" },
		{ "debugfs", "/sys/kernel/debug" },
		{ "tracefs", "/sys/kernel/tracing" },
		{ "tmpfs", "/tmp" },
		{ "tmpfs", "/run" },
		{ "tmpfs", "/out" },
	};
	size_t i;

	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].where, 0755);
		if (mount(mounts[i].type, mounts[i].where, mounts[i].type, 0, NULL))
			die("mounting %s", mounts[i].where);
	}
	/* Where busybox puts its links; a program that runs another needs one. */
	mkdir("/sbin", 0755);
	mkdir("/usr", 0755);
	mkdir("/usr/bin", 0755);
	mkdir("/usr/sbin", 0755);
	mkdir("/dev/shm", 01777);
	if (mount("tmpfs", "/dev/shm", "tmpfs", 0, NULL))
		die("mounting /dev/shm");
}

static unsigned long long taint(void)
{
	unsigned long long value = 0;
	FILE *f = fopen("/proc/sys/kernel/tainted", "re");

	if (!f || fscanf(f, "%llu", &value) != 1)
		die("/proc/sys/kernel/tainted");
	fclose(f);
	return value;
}

static char *read_command(void)
{
	static char text[128 << 10];
	int fd = open("/command", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n < 0)
		die("/command");
	text[n] = '\0';
	close(fd);
	return text;
}

/* Starts a program; *out and *err (if asked for) are where its output comes from. */
static pid_t start(char *const argv[], int *out, int *err)
{
	int out_pipe[2] = { -1, -1 }, err_pipe[2] = { -1, -1 };
	pid_t pid;

	if ((out && pipe2(out_pipe, O_CLOEXEC)) || (err && pipe2(err_pipe, O_CLOEXEC)))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		setsid();
		dup2(null, 0);
		dup2(out ? out_pipe[1] : null, 1);
		dup2(err ? err_pipe[1] : null, 2);
		execv(argv[0], argv);
		_exit(127);
	}
	if (out) {
		close(out_pipe[1]);
		*out = out_pipe[0];
	}
	if (err) {
		close(err_pipe[1]);
		*err = err_pipe[0];
	}
	return pid;
}

static int shell_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* It is enough that the signal interrupts ppoll() in forward(). */
static void on_child(int signal)
{
	(void)signal;
}

/*
 * Forwards everything until the program is dead and nothing more waits in
 * its pipes. A background process that it left may keep them open; that one
 * is not waited for. Returns the exit status as a shell says it.
 */
static int forward(pid_t pid, const int fd[2], const enum frame_type type[2])
{
	static char buffer[FRAME_MAX];
	struct pollfd p[2] = { { fd[0], POLLIN, 0 }, { fd[1], POLLIN, 0 } };
	int status = 0, dead = 0, i;
	sigset_t blocked, open_mask;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &blocked, &open_mask);
	for (;;) {
		static const struct timespec now;
		int ready, one;
		pid_t gone;

		/* Being process 1, we also bury everybody else's orphans. */
		while ((gone = waitpid(-1, &one, WNOHANG)) > 0) {
			if (gone == pid) {
				dead = 1;
				status = shell_status(one);
			}
		}
		ready = ppoll(p, 2, dead ? &now : NULL, &open_mask);
		if (ready < 0 && errno != EINTR)
			die("ppoll");
		if (ready <= 0) {
			if (dead && !ready)
				break;
			continue;
		}
		for (i = 0; i < 2; i++) {
			ssize_t n;

			if (!p[i].revents)
				continue;
			n = read(p[i].fd, buffer, sizeof(buffer));
			if (n > 0)
				send_frame(type[i], buffer, n);
			else
				p[i].fd = -1;	/* closed: poll ignores it */
		}
	}
	sigprocmask(SIG_SETMASK, &open_mask, NULL);
	return status;
}

static int run_command(void)
{
	static const enum frame_type type[2] = { FRAME_STDOUT, FRAME_STDERR };
	char *const argv[] = { "/bin/sh", "-c", read_command(), NULL };
	int fd[2];
	pid_t pid = start(argv, &fd[0], &fd[1]);

	return forward(pid, fd, type);
}

static void send_out(void)
{
	static const enum frame_type type[2] = { FRAME_OUT, FRAME_STDERR };
	char *const argv[] = { "/bin/tar", "-cf", "-", "-C", "/out", ".", NULL };
	int fd[2];
	pid_t pid = start(argv, &fd[0], &fd[1]);

	if (forward(pid, fd, type)) {
		errno = EIO;
		die("tar of /out");
	}
}

int main(void)
{
	char *const install[] = { "/bin/busybox", "--install", "-s", NULL };
	struct sigaction child = { .sa_handler = on_child };
	struct end end = { 0 };
	unsigned long long ticks;
	int status;

	if (iopl(3))
		power_off();
	ata_init();
	ticks = __builtin_ia32_rdtsc();
	send_frame(FRAME_INIT, &ticks, sizeof(ticks));
	sigaction(SIGCHLD, &child, NULL);
	mount_all();
	waitpid(start(install, NULL, NULL), &status, 0);
	clearenv();
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/", 1);
	setenv("TERM", "dumb", 1);
	umask(022);
	if (chdir("/"))
		die("/");

	end.taint_before = taint();
	end.status = run_command();
	end.taint_after = taint();
	send_out();
	end.ticks = __builtin_ia32_rdtsc();
	send_frame(FRAME_END, &end, sizeof(end));
	power_off();
}
