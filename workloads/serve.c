// SPDX-License-Identifier: GPL-2.0
/*
 * A server that keeps values in memory: each request switches to another
 * address space and back, looks its key up in a hash table and reads a value of
 * 1 KB. It stands for memcached in docs/calibration.md, which fixes what a
 * request is: two CR3 loads without PCID, there and back, some pages of the
 * kernel touched there, one load from the hash table, uniform, and one value of
 * 16 lines, Zipf. No mapping changes.
 *
 * Both spaces share the tables of the kernel's pages, as those of processes do.
 * The pages are not global, so that each switch has to bring them back.
 *
 * Theory: no exit under EPT. Under a shadow MMU two exits a request for CR3, and
 * nothing else where both roots are kept; otherwise all that a request touches
 * is filled again after each load. Under any MMU a request begins with an empty
 * TLB (under EPT but for guest-physical translations).
 */
#include "runtime/hot.h"
#include "runtime/workload.h"
#include "runtime/zipf.h"

enum { REQUESTS, KERNEL, TABLE, VALUES, SEED };

WORKLOAD("serve", "switch there and back, look a key up, read its value",
	 "Servers that keep data in memory (memcached): context switches, "
	 "a large hash table, values of 1 KB of which some are popular.",
	 LARGE_BYTES * 8, [REQUESTS] = { "requests", "requests served", 4096, 1, 100000000 },
	 [KERNEL] = { "kernel", "kernel pages touched in each request", 8, 0, 64 },
	 [TABLE] = { "table", "4K pages of the hash table", 256, 1, 262144 },
	 [VALUES] = { "values", "4K pages of values, four in each", 1024, 1, 262144 },
	 [SEED] = { "seed", "of the random numbers", 1, 0, ~0ull });

#define KERNEL_GVA (2 * DATA_GVA)
#define VALUE_LINES 16u
#define PAGE_VALUES (PAGE_LINES / VALUE_LINES)

struct server {
	struct zipf zipf; /* of values, not of pages */
	u64 there, back; /* CR3 */
	u64 kernel, table, seed;
	u64 wrong;
};

/* Each line holds the number of its page. What was read takes part in the next choice. */
static HOT_CODE void look(struct server *server, u64 page, u64 line)
{
	u64 differs = *line_word(DATA_GVA, PAGE_BYTES, page, line) ^ page;

	server->seed ^= differs;
	server->wrong |= differs;
}

static HOT_CODE void serve(struct server *server)
{
	u64 value, i;

	flush_by_cr3(server->there);
	for (i = 0; i < server->kernel; i++)
		*page_word(KERNEL_GVA, PAGE_BYTES, i) += 1;
	flush_by_cr3(server->back);

	i = random_below(&server->seed, server->table * PAGE_LINES);
	look(server, i / PAGE_LINES, i % PAGE_LINES);
	value = zipf_next(&server->zipf, &server->seed);
	for (i = 0; i < VALUE_LINES; i++)
		look(server, server->table + value / PAGE_VALUES,
		     value % PAGE_VALUES * VALUE_LINES + i);
}

static HOT_CODE void measure(const char *name, enum phase_condition condition,
			     struct server *server, u64 requests)
{
	u64 ops = requests;

	phase_begin(name, condition);
	while (requests--)
		serve(server);
	phase_end(ops);
}

/* One more request than those measured: the first one. */
static void check_all(const struct server *server, u64 gpa, u64 pages, u64 kernel_gpa)
{
	u64 i;

	check(!server->wrong,
	      "a request saw another page than its own (bits 0x%llx of the number differ)",
	      server->wrong);
	for (i = 0; i < server->kernel; i++)
		check_word(KERNEL_GVA, PAGE_BYTES, kernel_gpa, i, param(REQUESTS) + 1);
	for (i = 0; i < pages; i++)
		check_word(DATA_GVA, PAGE_BYTES, gpa, i, i);
}

void workload_run(void)
{
	u64 pages = param(TABLE) + param(VALUES), gpa = frames_take(pages), kernel_gpa, page, line;
	struct space other;
	struct server server = {
		.kernel = param(KERNEL),
		.table = param(TABLE),
		.seed = param(SEED),
	};

	server.zipf = zipf_begin(param(VALUES) * PAGE_VALUES);
	kernel_gpa = frames_take(server.kernel);
	memset(gpa_pointer(kernel_gpa), 0, server.kernel * PAGE_BYTES);
	space_map_range(&boot_space, DATA_GVA, PAGE_BYTES, gpa, pages, MAP_RW);
	if (server.kernel)
		space_map_range(&boot_space, KERNEL_GVA, PAGE_BYTES, kernel_gpa, server.kernel,
				MAP_RW);
	other = space_create();
	*space_entry(&other, KERNEL_GVA, LEVEL_PML4E) =
		*space_entry(&boot_space, KERNEL_GVA, LEVEL_PML4E);
	server.there = other.root;
	server.back = boot_space.root;

	phase_begin("fill", COLD);
	for (page = 0; page < pages; page++)
		for (line = 0; line < PAGE_LINES; line++)
			*line_word(DATA_GVA, PAGE_BYTES, page, line) = page;
	phase_end(pages);

	measure("first-request", COLD, &server, 1);
	measure("request", CHANGE, &server, param(REQUESTS));
	check_all(&server, gpa, pages, kernel_gpa);
}
