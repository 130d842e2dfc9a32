/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the files that belong to this command lie, seen from its own directory:
 * in a build tree, installed below a prefix, or beside it in the emulated machine.
 */
#ifndef BENCH_PLACES_H
#define BENCH_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "failure.h"

/* The directory of the running command, without a slash at its end. */
int place_own(char *buf, size_t size, struct failure *why);

/*
 * The first directory that holds name; buf is then the path of name in it. False
 * where none does. Directories are seen from base, NULL ends them.
 */
bool place_find(const char *base, const char *const *directories, const char *name, char *buf,
		size_t size);

/* base lies in the source tree's build directory. */
bool place_in_tree(const char *base);

/* DKMS has made the module for that kernel; modules is /lib/modules. */
bool place_has_dkms(const char *modules, const char *release);

/*
 * The module's file for that kernel: of the build that base belongs to, of DKMS, or
 * beside the command in the emulated machine. False where there is none; buf is then
 * where it would be.
 */
bool place_module(const char *base, const char *modules, const char *release, char *buf,
		  size_t size);

/* Files that come with the command and are called by their names. */
struct place_kind {
	const char *noun; /* for errors */
	const char *suffix;
	const char *const *directories; /* NULL ends them */
};

extern const struct place_kind place_suites, place_cpus;

/* The names of the files of a kind, in alphabetical order. */
struct place_names {
	unsigned int nr;
	char name[32][64];
};

void place_names(const struct place_kind *kind, const char *base, struct place_names *names);

/*
 * The file that a word stands for: word itself where it is a path or names a file,
 * else the file of that name. base is where this command lies.
 */
int place_named(const struct place_kind *kind, const char *base, const char *word, char *buf,
		size_t size, struct failure *why);

#endif
