// SPDX-License-Identifier: GPL-2.0
/*
 * monitor.c: runs Bochs and watches the machine in it. Called by
 * scripts/machine/run:
 *
 *   monitor DIR TIMEOUT -- BOCHS ARGUMENT...
 *
 * DIR holds the disk ("disk.img") and receives
 *   kernel.log	what the kernel printed
 *   out.tar	the machine's /out
 *   ended	how it ended, "key value" lines
 * The command's output goes to stdout and stderr as it comes, and its exit
 * status is returned. A machine that dies is explained on stderr; the exit
 * statuses for that are in the table at the top.
 *
 * Two channels are watched: Bochs' standard output, where the kernel's
 * early console and the option ROM arrive through port 0xE9, mixed with
 * words of Bochs itself and of what is loaded into it; and the mailbox on the
 * disk (disk.h).
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "complaints.h"
#include "disk.h"

enum {
	STATUS_TIMEOUT = 124,
	STATUS_MACHINE = 125,	/* it could not start, or Bochs broke */
	STATUS_KERNEL = 126,	/* the kernel died or complained */
};

#define POLL_MS		10
#define TAIL_LINES	60
#define LINE_SIZE	1024

/* A module that is not the kernel's own, unsigned: that is what we test. */
#define TAINT_EXPECTED	((1ull << 12) | (1ull << 13))

struct machine {
	pid_t pid;
	int console;			/* Bochs' stdout */
	int disk;
	FILE *log, *tar;
	const char *dir;

	char line[LINE_SIZE];		/* of the console, being put together */
	size_t line_length;
	char tail[TAIL_LINES][LINE_SIZE];	/* a ring of the last lines */
	unsigned int lines;
	char complaint[LINE_SIZE];	/* the first bad line */
	unsigned int complaints;	/* how many there are */

	unsigned int mailbox, number;	/* where the next frame is awaited */
	double started, init_at;
	unsigned long long init_ticks;
	int rom_seen, panicked, was_reset, ended, failed, timed_out;
	struct end end;
};

static volatile sig_atomic_t stop_signal;

static void on_signal(int signal)
{
	stop_signal = signal;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void __attribute__((format(printf, 1, 2))) say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("machine: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
}

static void console_line(struct machine *m, const char *line)
{
	if (!strcmp(line, "hvbench: option ROM")) {
		m->was_reset = m->rom_seen;
		m->rom_seen = 1;
		return;
	}
	/* The probe in Bochs, see probe/probe.c. */
	if (!strncmp(line, "no model: ", 10)) {
		say("%s", line);
		return;
	}
	/* The kernel's lines open with a time stamp; Bochs' own do not. */
	if (strncmp(line, "hvbench: ", 9)) {
		if (line[0] != '[' || !strchr(line, ']') ||
		    strspn(line + 1, " 0123456789.") < 8)
			return;
	}
	fprintf(m->log, "%s\n", line);
	snprintf(m->tail[m->lines++ % TAIL_LINES], LINE_SIZE, "%s", line);
	/* Before init it speaks of the emulated processor, not of the command. */
	if (m->init_at && is_complaint(line) && !m->complaints++)
		snprintf(m->complaint, sizeof(m->complaint), "%s", line);
	if (strstr(line, "end Kernel panic"))
		m->panicked = 1;
}

static void read_console(struct machine *m)
{
	char buffer[4096];
	ssize_t i, n = read(m->console, buffer, sizeof(buffer));

	if (n <= 0) {
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			return;
		close(m->console);
		m->console = -1;
		n = 1;
		buffer[0] = '\n';	/* the last line may lack its end */
	}
	for (i = 0; i < n; i++) {
		if (buffer[i] == '\n' || m->line_length == LINE_SIZE - 1) {
			m->line[m->line_length] = '\0';
			console_line(m, m->line);
			m->line_length = 0;
		}
		if (buffer[i] != '\n' && buffer[i] != '\r' && buffer[i])
			m->line[m->line_length++] = buffer[i];
	}
}

static void write_all(int fd, const void *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno != EINTR)
			err(STATUS_MACHINE, "writing the command's output");
		if (n > 0) {
			data = (const char *)data + n;
			size -= n;
		}
	}
}

static void handle_frame(struct machine *m, const struct frame *f, const void *data)
{
	switch (f->type) {
	case FRAME_INIT:
		m->init_at = seconds();
		memcpy(&m->init_ticks, data, sizeof(m->init_ticks));
		break;
	case FRAME_STDOUT:
		write_all(STDOUT_FILENO, data, f->length);
		break;
	case FRAME_STDERR:
		write_all(STDERR_FILENO, data, f->length);
		break;
	case FRAME_OUT:
		if (fwrite(data, f->length, 1, m->tar) != 1)
			err(STATUS_MACHINE, "%s/out.tar", m->dir);
		break;
	case FRAME_ERROR:
		say("init failed: %.*s", (int)f->length, (const char *)data);
		m->failed = 1;
		break;
	case FRAME_END:
		memcpy(&m->end, data, sizeof(m->end));
		m->ended = 1;
		break;
	}
}

static void read_mailbox(struct machine *m)
{
	static char payload[FRAME_MAX];
	struct frame f;

	while (!m->ended &&
	       pread(m->disk, &f, sizeof(f), (off_t)m->mailbox * SECTOR) == sizeof(f) &&
	       f.magic == FRAME_MAGIC && f.number == m->number) {
		const void *data = f.data;
		unsigned int sectors = 0;

		if (f.length > FRAME_INLINE) {
			sectors = (f.length + SECTOR - 1) / SECTOR;
			if (f.length > FRAME_MAX ||
			    pread(m->disk, payload, f.length,
				  (off_t)(m->mailbox + 1) * SECTOR) != f.length)
				errx(STATUS_MACHINE, "the mailbox is damaged");
			data = payload;
		}
		handle_frame(m, &f, data);
		m->mailbox += 1 + sectors;
		m->number++;
	}
}

static void start_bochs(struct machine *m, char **argv)
{
	pid_t parent = getpid();
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		err(STATUS_MACHINE, "pipe");
	m->started = seconds();
	m->pid = fork();
	if (m->pid < 0)
		err(STATUS_MACHINE, "fork");
	if (!m->pid) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		/* Nothing may outlive us, however we end. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(STATUS_MACHINE);
		dup2(null, 0);
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(fds[1]);
	m->console = fds[0];
}

static void kill_bochs(struct machine *m)
{
	kill(m->pid, SIGKILL);
	while (waitpid(m->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void show_kernel_log(const struct machine *m, unsigned int count)
{
	unsigned int i, n = m->lines < count ? m->lines : count;

	if (!n) {
		say("the kernel printed nothing");
		return;
	}
	say("the end of the kernel log:");
	for (i = m->lines - n; i < m->lines; i++)
		fprintf(stderr, "  %s\n", m->tail[i % TAIL_LINES]);
}

static void write_ended(const struct machine *m, const char *how, int status)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/ended", m->dir);
	f = fopen(path, "we");
	if (!f)
		err(STATUS_MACHINE, "%s", path);
	fprintf(f, "ended %s\nstatus %d\n", how, status);
	if (m->init_at)
		fprintf(f, "boot_seconds %.2f\nboot_ticks %llu\n",
			m->init_at - m->started, m->init_ticks);
	fprintf(f, "complaints %u\n", m->complaints);
	fprintf(f, "seconds %.2f\n", seconds() - m->started);
	if (m->ended)
		fprintf(f, "ticks %llu\n", m->end.ticks);
	fclose(f);
}

/* Says what happened, and turns it into an exit status. */
static int verdict(struct machine *m, double timeout)
{
	unsigned long long taint = m->end.taint_after & ~m->end.taint_before & ~TAINT_EXPECTED;
	const char *how = "command";
	int status = m->end.status;

	if (stop_signal) {
		how = "signal";
		status = 128 + stop_signal;
		say("stopped by signal %d", (int)stop_signal);
	} else if (m->panicked) {
		how = "panic";
		status = STATUS_KERNEL;
		say("the kernel panicked");
		show_kernel_log(m, TAIL_LINES);
	} else if (m->was_reset) {
		how = "reset";
		status = STATUS_KERNEL;
		say("the machine was reset (a reboot, or a triple fault)");
		show_kernel_log(m, 30);
	} else if (m->failed) {
		how = "init";
		status = STATUS_MACHINE;
		show_kernel_log(m, 30);
	} else if (!m->ended && m->timed_out) {
		how = "timeout";
		status = STATUS_TIMEOUT;
		say("no end after %g seconds; %s", timeout,
		    m->init_at ? "the command was running" : "the kernel had not reached init");
		show_kernel_log(m, 30);
	} else if (!m->ended) {
		how = m->rom_seen ? "stopped" : "start";
		status = m->rom_seen ? STATUS_KERNEL : STATUS_MACHINE;
		say(m->rom_seen ? "the machine stopped by itself (a triple fault?)" :
				  "Bochs did not start the machine");
		show_kernel_log(m, 30);
	} else if (m->complaint[0] || taint) {
		how = "complaint";
		if (m->complaint[0])
			say("the kernel complained: %s", m->complaint);
		if (taint)
			say("the command tainted the kernel: 0x%llx (see tainted-kernels.rst)", taint);
		show_kernel_log(m, TAIL_LINES);
		if (!status)
			status = STATUS_KERNEL;
	}
	write_ended(m, how, status);
	return status;
}

static FILE *open_in(const char *dir, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	if (!f)
		err(STATUS_MACHINE, "%s", path);
	return f;
}

int main(int argc, char **argv)
{
	static struct machine m = { .mailbox = MAILBOX_LBA, .number = 1 };
	struct sigaction stop = { .sa_handler = on_signal };
	char path[4096];
	double timeout;
	int status;

	if (argc < 5 || strcmp(argv[3], "--"))
		errx(STATUS_MACHINE, "called by scripts/machine/run only");
	m.dir = argv[1];
	timeout = strtod(argv[2], NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGTERM);

	snprintf(path, sizeof(path), "%s/disk.img", m.dir);
	m.disk = open(path, O_RDONLY | O_CLOEXEC);
	if (m.disk < 0)
		err(STATUS_MACHINE, "%s", path);
	m.log = open_in(m.dir, "kernel.log");
	m.tar = open_in(m.dir, "out.tar");

	start_bochs(&m, argv + 4);
	while (!stop_signal && !m.ended && !m.panicked && !m.was_reset && !m.failed &&
	       m.console >= 0 && seconds() - m.started < timeout) {
		struct pollfd p = { m.console, POLLIN, 0 };

		if (poll(&p, 1, POLL_MS) > 0)
			read_console(&m);
		read_mailbox(&m);
	}
	/* Bochs need not be asked: the last frame is on the disk. */
	m.timed_out = m.console >= 0;
	kill_bochs(&m);
	while (m.console >= 0)
		read_console(&m);
	read_mailbox(&m);
	status = verdict(&m, timeout);
	if (fclose(m.log) || fclose(m.tar))
		err(STATUS_MACHINE, "writing to %s", m.dir);
	return status;
}
