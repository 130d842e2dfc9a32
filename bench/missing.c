// SPDX-License-Identifier: GPL-2.0
/* See missing.h. */
#include <string.h>

#include "missing.h"

void missing_tell(struct missing *missing, const char *text)
{
	size_t i;

	for (i = 0; i < json_array_size(missing->texts); i++) {
		if (!strcmp(json_string_value(json_array_get(missing->texts, i)), text))
			return;
	}
	fprintf(missing->err, "%s; left out\n", text);
	json_array_append_new(missing->texts, json_string(text));
}
