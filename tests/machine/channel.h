/* SPDX-License-Identifier: GPL-2.0 */
/* The tests' own way to the probe, see bench/model/channel.h. */
#ifndef TESTS_MACHINE_CHANNEL_H
#define TESTS_MACHINE_CHANNEL_H

#include "../../bench/model/channel.h"

/* Filled and read by the caller. */
extern struct model_page_request request;

/* Ends the test where ports or memory cannot be had. */
void channel_open(void);
/* The answer; magic, version and kind are filled in. */
enum model_answer channel_ask(enum model_request_kind kind);
/* A whole description; the last answer. */
enum model_answer channel_describe(unsigned int number, const char *path);

#endif
