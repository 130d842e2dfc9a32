/* SPDX-License-Identifier: GPL-2.0 */
/* A directory for the files of the tests, removed when the process ends. */
#ifndef TOOL_SCRATCH_H
#define TOOL_SCRATCH_H

#include <stdbool.h>

const char *scratch(void);
void scratch_mkdir(const char *path);
/* Below scratch(); valid until the next call that takes a name. */
const char *scratch_path(const char *name);
/* A file there, and its path. */
const char *scratch_write(const char *name, const char *text);
bool scratch_exists(const char *name);
/* The file's text, to be freed; an empty one where there is no file. */
char *scratch_read(const char *name);

#endif
