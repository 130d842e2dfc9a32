/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VM for tests of the module's interface: opened by hand, with a guest of a
 * few bytes instead of an ELF file.
 */
#ifndef TESTS_MACHINE_VM_H
#define TESTS_MACHINE_VM_H

#include <stdbool.h>
#include <stddef.h>

#include "../../hv/uapi/hvbench.h"

#define VM_BYTES (8ull << 20)

struct vm {
	int fd;
	unsigned char *memory;
	size_t bytes; /* of it */
	const struct hvbench_control *control;
};

/* A code fragment between two labels of guests.S. */
#define GUEST(name) extern const char guest_##name[], guest_##name##_end[];

/* The default configuration of that MMU. */
struct hvbench_config vm_config(enum hvbench_mmu mmu);

int vm_device(void); /* /dev/hvbench, opened once; ends the test without it */
unsigned int vm_live(void);

/* Ends the test with a message on failure. */
struct vm vm_make(struct hvbench_config *config);
struct vm vm_open(enum hvbench_mmu mmu, bool populate); /* VM_BYTES */
void vm_load(struct vm *vm, const char *code, const char *end);
struct vm vm_start(enum hvbench_mmu mmu, const char *code, const char *end);
/* Runs until something else than a signal happens; the answer of the ioctl. */
int vm_run(struct vm *vm);
void vm_close(struct vm *vm);

#endif
