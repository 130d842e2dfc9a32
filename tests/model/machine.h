/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A made-up machine for the tests: physical memory that exists where something was
 * written, page tables in it, and a model of a CPU that runs on it. Tables are taken from two
 * pools, one of guest-physical and one of host-physical pages, so that a test says how
 * far apart they lie.
 */
#ifndef MODEL_TEST_MACHINE_H
#define MODEL_TEST_MACHINE_H

#include "cpus.h"
#include "model.h"

#define SIZE_4K 0x1000ull
#define SIZE_2M 0x200000ull
#define SIZE_1G 0x40000000ull
#define SIZE_512G 0x8000000000ull

/* Of entries, beside those that map() sets. */
#define MAP_READ_ONLY 1u
#define MAP_CLEAN 2u /* the dirty bit is 0 */
#define MAP_GLOBAL 4u

struct machine {
	struct model_memory memory;
	struct page **pages; /* what exists, by hash */
	struct model *model;
	const struct model_cpu *cpu;
	uint64_t next_table, table_stride; /* gpa of the guest's next table, and the step on */
	uint64_t next_host, host_stride; /* hpa of what EPT maps a guest's table to */
	uint64_t next_ept; /* hpa of EPT's next table */
	enum model_page table_page; /* page size by which EPT maps the guest's tables */
	struct model_context guest, host;
};

/* An empty machine, with 4-level tables and 4-level EPT; ept false: the guest has none. */
void machine_open(struct machine *m, const struct model_cpu *cpu, bool ept, bool native);
void machine_close(struct machine *m);
/* The same machine with 5-level tables in both dimensions. */
void machine_five_levels(struct machine *m);
/* A root for other tables: its CR3. */
uint64_t machine_new_root(struct machine *m);
/* Another, empty EPT: its EPTP. */
uint64_t machine_new_ept(struct machine *m);

uint64_t machine_peek(struct machine *m, uint64_t hpa);
void machine_poke(struct machine *m, uint64_t hpa, uint64_t value);
/* Maps a page in the tables of guest.cr3, and in those of guest.eptp. */
void machine_map(struct machine *m, uint64_t gva, uint64_t gpa, enum model_page page,
		 unsigned int flags);
void machine_map_ept(struct machine *m, uint64_t gpa, uint64_t hpa, enum model_page page,
		     unsigned int flags);
/* Where the leaf entry is that maps it. */
uint64_t machine_entry(struct machine *m, uint64_t gva);
/* The entry of that level on the way, of tables that are there. */
uint64_t machine_upper_entry(struct machine *m, uint64_t gva, unsigned int level);
uint64_t machine_ept_entry(struct machine *m, uint64_t gpa);

/* The model in the guest's context, and in the host's. */
void machine_in_guest(struct machine *m);
void machine_in_host(struct machine *m);
/* Accesses of 8 bytes, at the hpa that the tables give now. */
void machine_load(struct machine *m, uint64_t address);
void machine_store(struct machine *m, uint64_t address);
/* An access that exits, with a page fault or (gpa) an EPT violation. */
void machine_fault(struct machine *m, enum model_access access, uint64_t address, uint64_t gpa);
uint64_t machine_hpa(struct machine *m, uint64_t address);
/* A load, and how many walks it took: whether the TLBs had dropped the translation. */
unsigned int machine_walks(struct machine *m, uint64_t address);

/* Counts of a world since the machine was opened. */
uint64_t machine_count(struct machine *m, enum model_world world, enum model_count count);
/* References of walks, of both dimensions. */
uint64_t machine_references(struct machine *m, enum model_world world);

#endif
