// SPDX-License-Identifier: GPL-2.0
/* See failure.h. */
#include <stdio.h>
#include <string.h>

#include "failure.h"

int fail(struct failure *why, int status, const char *format, ...)
{
	va_list args;

	why->status = status;
	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	return -1;
}

int fail_within(struct failure *why, const char *format, ...)
{
	char old[sizeof(why->text)];
	va_list args;
	size_t used;

	memcpy(old, why->text, sizeof(old));
	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	used = strlen(why->text);
	snprintf(why->text + used, sizeof(why->text) - used, ": %s", old);
	return -1;
}
