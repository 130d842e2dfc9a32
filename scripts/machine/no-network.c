// SPDX-License-Identifier: GPL-2.0
/*
 * no-network.c: loaded into Bochs by scripts/machine/run (LD_PRELOAD).
 *
 * Bochs must have a display, and the one that needs neither screen nor
 * terminal is a VNC server, which listens on TCP 5900 of every address.
 * Nobody is to connect, and without a port it gives up; so it is told that
 * it has one, and then waits for a visitor for ever. A network namespace of
 * its own would do where users may create one; this works everywhere.
 */
#include <sys/socket.h>
#include <unistd.h>

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
	(void)fd;
	(void)address;
	(void)length;
	return 0;
}

int listen(int fd, int backlog)
{
	(void)fd;
	(void)backlog;
	return 0;
}

int accept(int fd, struct sockaddr *address, socklen_t *length)
{
	(void)fd;
	(void)address;
	(void)length;
	for (;;)
		pause();
}
