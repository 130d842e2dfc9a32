/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's words to the tool: console lines, checks and the end of the run,
 * all through the mailbox. The format knows %s %c %d %u %x %% with l or ll.
 */
#ifndef RUNTIME_REPORT_H
#define RUNTIME_REPORT_H

#include "types.h"
#include "uapi/guest.h"

#define FORMAT(n) __attribute__((format(printf, n, n + 1)))

static inline struct hvbench_mailbox *mailbox(void)
{
	return gpa_pointer(HVBENCH_MAILBOX_GPA);
}

/* Shown at the next newline, or when the mailbox is full. */
void print(const char *format, ...) FORMAT(1);

/* Ends the run with exit_status 1 and this sentence. */
void fail(const char *format, ...) FORMAT(1) __attribute__((noreturn, cold));

/* Ends the run; 0: all checks passed. */
void end_run(u32 status) __attribute__((noreturn));

/* What must hold, or the run fails with the sentence. */
#define check(condition, ...)               \
	do {                                \
		if (unlikely(!(condition))) \
			fail(__VA_ARGS__);  \
	} while (0)

#endif
