// SPDX-License-Identifier: GPL-2.0
/* See stop.h. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "stop.h"

#define REPEAT_NS (50 * 1000 * 1000)

static volatile sig_atomic_t signalled, timed_out, unheard;
static timer_t timer;

static void set_timer(unsigned int seconds, long nanoseconds)
{
	struct itimerspec spec = {
		.it_value = { .tv_sec = seconds, .tv_nsec = nanoseconds },
		.it_interval = { .tv_nsec = REPEAT_NS },
	};

	timer_settime(timer, 0, &spec, NULL);
}

/* timer_settime() is async-signal-safe. */
static void on_signal(int number)
{
	(void)number;
	signalled = 1;
	set_timer(0, REPEAT_NS);
}

/*
 * Somebody closed the pipe that we write to. The signal is of our own write and never
 * comes before a call that blocks, so that it needs no repetition. A handler and not
 * SIG_IGN, because a child is to have the default action back.
 */
static void on_pipe(int number)
{
	(void)number;
	unheard = 1;
	signalled = 1;
}

static void on_timer(int number)
{
	(void)number;
	timed_out = 1;
}

int stop_install(struct failure *why)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	struct sigaction action = { .sa_handler = on_timer };
	struct sigaction old;
	unsigned int i;

	/* No SA_RESTART: a blocking call is to come back with EINTR. */
	sigaction(SIGALRM, &action, NULL);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer))
		return fail(why, STATUS_ENVIRONMENT, "no timer: %s", strerror(errno));
	action.sa_handler = on_pipe;
	sigaction(SIGPIPE, &action, NULL);
	action.sa_handler = on_signal;
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		/* nohup and background shells ignore some on purpose. */
		sigaction(signals[i], NULL, &old);
		if (old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
	return 0;
}

void stop_arm(unsigned int seconds)
{
	timed_out = 0;
	if (!signalled)
		set_timer(seconds, 0);
}

void stop_disarm(void)
{
	struct itimerspec none = { .it_value = { 0 } };

	timer_settime(timer, 0, &none, NULL);
	timed_out = 0;
}

enum stop stop_requested(void)
{
	/* The repeated timer of a signal sets timed_out too. */
	if (signalled)
		return STOP_SIGNAL;
	return timed_out ? STOP_TIMEOUT : STOP_NONE;
}

bool stop_unheard(void)
{
	return unheard;
}

void stop_forget(void)
{
	stop_disarm();
	signalled = 0;
	unheard = 0;
}
