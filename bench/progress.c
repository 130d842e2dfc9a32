// SPDX-License-Identifier: GPL-2.0
/* See progress.h. */
#include <sys/ioctl.h>

#include "progress.h"

#define DEFAULT_COLUMNS 80

void progress_init(struct progress *progress, FILE *out, bool terminal, unsigned int total)
{
	progress->out = out;
	progress->terminal = terminal;
	progress->quiet = false;
	progress->total = total;
	progress->done = 0;
	clock_gettime(CLOCK_MONOTONIC, &progress->start);
}

void progress_left(unsigned int done, unsigned int total, double elapsed, char *buf, size_t size)
{
	unsigned int seconds;

	if (!done) {
		snprintf(buf, size, "time left: not known yet");
		return;
	}
	seconds = elapsed / done * (total - done) + 0.5;
	if (seconds < 60)
		snprintf(buf, size, "about %u s left", seconds);
	else if (seconds < 3600)
		snprintf(buf, size, "about %u min %u s left", seconds / 60, seconds % 60);
	else
		snprintf(buf, size, "about %u h %u min left", seconds / 3600, seconds / 60 % 60);
}

static double elapsed(const struct progress *progress)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - progress->start.tv_sec + (now.tv_nsec - progress->start.tv_nsec) / 1e9;
}

/* A line longer than the terminal would wrap and could not be redrawn. */
static unsigned int columns(FILE *out)
{
	struct winsize size = { .ws_col = 0 };

	if (ioctl(fileno(out), TIOCGWINSZ, &size) || size.ws_col < 20)
		return DEFAULT_COLUMNS;
	return size.ws_col;
}

void progress_begin(struct progress *progress, const char *label)
{
	char text[512], left[64];

	if (!progress->terminal)
		return;
	progress_left(progress->done, progress->total, elapsed(progress), left, sizeof(left));
	snprintf(text, sizeof(text), "[%u/%u] %s; %s", progress->done + 1, progress->total, left,
		 label);
	fprintf(progress->out, "\r\033[K%.*s", columns(progress->out) - 1, text);
	fflush(progress->out);
}

void progress_end(struct progress *progress, const char *label, bool ok, const char *outcome)
{
	progress->done++;
	if (ok && (progress->terminal || progress->quiet))
		return;
	progress_clear(progress);
	fprintf(progress->out, "[%u/%u] %s: %s\n", progress->done, progress->total, label, outcome);
	fflush(progress->out);
}

void progress_clear(struct progress *progress)
{
	if (progress->terminal)
		fprintf(progress->out, "\r\033[K");
}
