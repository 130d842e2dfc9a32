// SPDX-License-Identifier: GPL-2.0
/* Console, checks and the end of the run; see report.h. */
#include <stdarg.h>

#include "report.h"
#include "cpu.h"

struct sink {
	char *at, *end; /* end: room for the final 0 lies there */
	bool console; /* full, or a line is complete: show and start over */
};

static void console_show(struct sink *sink)
{
	struct hvbench_mailbox *box = mailbox();

	box->console_bytes = (u32)(sink->at - box->console);
	if (box->console_bytes)
		doorbell(HVBENCH_BELL_CONSOLE);
	box->console_bytes = 0;
	sink->at = box->console;
}

static void put(struct sink *sink, char c)
{
	if (sink->at == sink->end) {
		if (!sink->console)
			return;
		console_show(sink);
	}
	*sink->at++ = c;
	if (sink->console && c == '\n')
		console_show(sink);
}

static void put_string(struct sink *sink, const char *s)
{
	while (*s)
		put(sink, *s++);
}

static void put_number(struct sink *sink, u64 value, u32 base)
{
	char digits[20];
	u32 n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (n)
		put(sink, digits[--n]);
}

static void put_signed(struct sink *sink, long long value)
{
	if (value < 0)
		put(sink, '-');
	put_number(sink, value < 0 ? -(u64)value : (u64)value, 10);
}

static void format_to(struct sink *sink, const char *f, va_list args)
{
	bool is_long;

	for (; *f; f++) {
		if (*f != '%') {
			put(sink, *f);
			continue;
		}
		is_long = false;
		while (*++f == 'l')
			is_long = true;
		switch (*f) {
		case 's':
			put_string(sink, va_arg(args, const char *));
			break;
		case 'c':
			put(sink, (char)va_arg(args, int));
			break;
		case 'd':
			put_signed(sink, is_long ? va_arg(args, long long) : va_arg(args, int));
			break;
		case 'u':
		case 'x':
			put_number(sink, is_long ? va_arg(args, u64) : va_arg(args, u32),
				   *f == 'x' ? 16 : 10);
			break;
		default:
			put(sink, *f);
		}
	}
}

void print(const char *format, ...)
{
	struct hvbench_mailbox *box = mailbox();
	static u32 pending; /* bytes of a line without its newline yet */
	struct sink sink = { box->console + pending, box->console + sizeof(box->console), true };
	va_list args;

	va_start(args, format);
	format_to(&sink, format, args);
	va_end(args);
	pending = (u32)(sink.at - box->console);
}

void end_run(u32 status)
{
	mailbox()->exit_status = status;
	for (;;) {
		doorbell(HVBENCH_BELL_EXIT);
		cpu_halt();
	}
}

void fail(const char *format, ...)
{
	struct hvbench_mailbox *box = mailbox();
	struct sink sink = { box->message, box->message + sizeof(box->message) - 1, false };
	va_list args;

	va_start(args, format);
	format_to(&sink, format, args);
	va_end(args);
	*sink.at = '\0';
	end_run(1);
}
