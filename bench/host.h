/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The machine that we run on, as far as results depend on it: its kind, CPU,
 * kernel and power settings, and the CPU that the process is pinned to.
 */
#ifndef BENCH_HOST_H
#define BENCH_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "failure.h"
#include "tables.h"

#define HOST_NOT_AVAILABLE "not available"
#define HOST_MODULES "/lib/modules"

/*
 * `hvbench.machine=emulated` on the kernel's command line says emulated. Elsewhere
 * a hypervisor below makes the machine nested.
 */
enum machine_kind host_machine(const char *cmdline_path, bool hypervisor);

/* CPUID says that a hypervisor is present. */
bool host_has_hypervisor(void);
/* Its signature, as KVMKVMKVM, or HOST_NOT_AVAILABLE. */
void host_hypervisor(char *buf, size_t size);

/* True where /proc/cpuinfo lists vmx among its flags. */
bool host_has_vmx(void);

/* The first line of a file, or HOST_NOT_AVAILABLE. */
void host_read_line(const char *path, char *buf, size_t size);

/* The value of a `name : value` line, or HOST_NOT_AVAILABLE. */
void host_read_field(const char *path, const char *name, char *buf, size_t size);

/* Has this process CAP_SYS_MODULE? */
bool host_may_load_modules(void);

/* Where the module for this kernel lies, or would lie. */
void host_module_path(char *buf, size_t size);

/*
 * Pins the process to a CPU: the chosen one, or with -1 CPU 0 of an emulated
 * machine (so that runs repeat exactly), else the current one. Returns the
 * CPU or -1.
 */
int host_pin(int cpu, enum machine_kind machine, struct failure *why);

#endif
