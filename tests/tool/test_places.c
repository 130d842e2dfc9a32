// SPDX-License-Identifier: GPL-2.0
/* Where things lie: made-up trees of a build and of an installation. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "cure.h"
#include "places.h"
#include "scratch.h"

static const char *const directories[] = { "../near", "../share/far", NULL };

static void make_trees(void)
{
	static const char *const made[] = { "tree",
					    "tree/bin",
					    "tree/share",
					    "tree/share/far",
					    "tree/near",
					    "tree/share/hvbench",
					    "tree/share/hvbench/suites" };
	char path[512];
	unsigned int i;

	for (i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", scratch(), made[i]);
		scratch_mkdir(path);
	}
	scratch_write("tree/near/both", "");
	scratch_write("tree/share/far/both", "");
	scratch_write("tree/share/far/only", "");
	scratch_write("tree/share/hvbench/suites/default.suite", "");
	scratch_write("tree/share/hvbench/suites/smoke.suite", "");
}

static bool ends_in(const char *text, const char *end)
{
	size_t length = strlen(text), rest = strlen(end);

	return length >= rest && !strcmp(text + length - rest, end);
}

static void test_find(const char *base)
{
	char path[600], small[20];

	check(place_find(base, directories, "both", path, sizeof(path)) &&
		      ends_in(path, "/tree/bin/../near/both"),
	      "the first directory that has it");
	check(place_find(base, directories, "only", path, sizeof(path)) &&
		      ends_in(path, "/tree/bin/../share/far/only"),
	      "else the next");
	check(!place_find(base, directories, "none", path, sizeof(path)), "or none");
	check(!place_find(base, directories, "only", small, sizeof(small)),
	      "a path that has no room is none");
}

static void test_suite_names(const char *base)
{
	struct failure why = { .status = 0 };
	struct place_names names;
	char path[600];

	place_names(&place_suites, base, &names);
	check(names.nr == 2 && !strcmp(names.name[0], "default") && !strcmp(names.name[1], "smoke"),
	      "the suites that there are");
	check(!place_named(&place_suites, base, "default", path, sizeof(path), &why) &&
		      ends_in(path, "/bin/../share/hvbench/suites/default.suite"),
	      "a suite by its name");
	check(!place_named(&place_suites, base, "./default", path, sizeof(path), &why) &&
		      !strcmp(path, "./default"),
	      "a path is never a name");
	check(!place_named(&place_suites, base, "Makefile", path, sizeof(path), &why) &&
		      !strcmp(path, "Makefile"),
	      "a file goes before a name");
	check(place_named(&place_suites, base, "smokr", path, sizeof(path), &why) &&
		      why.status == STATUS_USAGE,
	      "no such name: wrong usage");
	check_holds(why.text,
		    "no suite \"smokr\": it is neither a file nor the name of one; did you mean "
		    "\"smoke\"? (right: default, smoke)",
		    "with the names that there are");
	check(place_named(&place_suites, "/nonexistent", "x", path, sizeof(path), &why) &&
		      ends_in(why.text, "nor the name of one"),
	      "or none where there are none");
}

static const char *cure_module(const char *base, const char *modules)
{
	static char text[1600];

	cure_no_module(base, modules, "6.1.0", text, sizeof(text));
	return text;
}

/* Of the tree and of an installation: what the one says the other has not. */
static void test_cures(void)
{
	static const char *const made[] = {
		"src",
		"src/build",
		"src/build/bin",
		"src/scripts",
		"usr",
		"usr/bin",
		"src/scripts/machine",
		"modules",
		"modules/6.1.0",
		"modules/6.1.0/updates",
		"modules/6.1.0/updates/dkms",
		"src/build/module",
		"src/build/module/6.1.0",
	};
	struct stat device = { .st_mode = S_IFCHR | 0600 };
	char tree[300], installed[300], modules[300], text[300];
	unsigned int i;

	for (i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		scratch_mkdir(scratch_path(made[i]));
	scratch_write("src/scripts/machine/hvbench", "");
	snprintf(tree, sizeof(tree), "%s/src/build/bin", scratch());
	snprintf(installed, sizeof(installed), "%s/usr/bin", scratch());
	snprintf(modules, sizeof(modules), "%s/modules", scratch());
	check(place_in_tree(tree) && !place_in_tree(installed), "the source tree is known");
	cure_no_vmx(tree, text, sizeof(text));
	check_holds(text, "MACHINE=emulated make bench", "no VT-x, in the tree: its own machine");
	cure_no_vmx(installed, text, sizeof(text));
	check_holds(text, "source tree", "no VT-x, installed: where there is one");
	check_text(cure_module(tree, modules),
		   "make build, then as root: insmod build/module/6.1.0/hvbench.ko",
		   "no module in the tree: how to make it");
	check_holds(cure_module(installed, modules),
		    "for the kernel 6.1.0: install the package "
		    "hvbench-dkms",
		    "no module installed: the package");
	check_holds(cure_module(installed, modules), "as root: modprobe hvbench", "and modprobe");
	scratch_write("src/build/module/6.1.0/hvbench.ko", "");
	check(ends_in(cure_module(tree, modules), "/src/build/bin/../module/6.1.0/hvbench.ko"),
	      "a module that was built is named");
	scratch_write("modules/6.1.0/updates/dkms/hvbench.ko.xz", "");
	check_text(cure_module(installed, modules), "as root: modprobe hvbench",
		   "one that DKMS made is modprobe's");
	check_holds(cure_module(tree, modules), "insmod", "but the build's own goes before that");
	cure_no_permission(&device, text, sizeof(text));
	check_holds(text, "60-hvbench.rules", "root's device: the rule that gives it to a group");
	device.st_mode = S_IFCHR | 0660;
	device.st_gid = 123;
	cure_no_permission(&device, text, sizeof(text));
	check_holds(text, "adduser USER hvbench", "a group's device: how to be in it");
}

void test_places(void)
{
	struct failure why;
	char base[512], own[512];

	check_group("places");
	make_trees();
	snprintf(base, sizeof(base), "%s/tree/bin", scratch());
	test_find(base);
	test_suite_names(base);
	check(!place_own(own, sizeof(own), &why) && ends_in(own, "/tests/tool"),
	      "a command knows where it lies");
	test_cures();
}
