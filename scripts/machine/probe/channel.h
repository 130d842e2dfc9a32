/* SPDX-License-Identifier: GPL-2.0 */
/* The requests of the tool in the machine, see bench/model/channel.h. */
#ifndef PROBE_CHANNEL_H
#define PROBE_CHANNEL_H

#include <stdint.h>

/* For BOCHS_OUTP. */
void channel_outp(uint16_t port, unsigned int bytes, unsigned int value);

#endif
