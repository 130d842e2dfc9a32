// SPDX-License-Identifier: GPL-2.0
/* Memory and page tables of the made-up machine, see machine.h. */
#include <stdio.h>
#include <stdlib.h>

#include "machine.h"
#include "paging.h"

#define BUCKETS 4096
#define HOST_PAGES 0x10000000ull /* hpa: where EPT puts the guest's tables */
#define EPT_PAGES 0x40000000ull /* hpa: EPT's own tables */
#define GUEST_PAGES 0x1000000ull /* gpa of the guest's tables */

struct page {
	uint64_t number;
	struct page *next;
	uint64_t word[512];
};

static struct page *page_at(struct machine *m, uint64_t hpa, bool make)
{
	struct page **bucket = m->pages + hpa / SIZE_4K % BUCKETS;
	struct page *page = *bucket;

	while (page && page->number != hpa / SIZE_4K)
		page = page->next;
	if (!page && make) {
		page = calloc(1, sizeof(*page));
		if (!page)
			abort();
		page->number = hpa / SIZE_4K;
		page->next = *bucket;
		*bucket = page;
	}
	return page;
}

static bool read_word(void *opaque, uint64_t hpa, uint64_t *value)
{
	const struct page *page = page_at(opaque, hpa, false);

	if (!page)
		return false;
	*value = page->word[hpa % SIZE_4K / 8];
	return true;
}

uint64_t machine_peek(struct machine *m, uint64_t hpa)
{
	uint64_t value = 0;

	read_word(m, hpa, &value);
	return value;
}

void machine_poke(struct machine *m, uint64_t hpa, uint64_t value)
{
	page_at(m, hpa, true)->word[hpa % SIZE_4K / 8] = value;
}

static bool leaf_at(uint64_t entry, unsigned int level)
{
	return level == 1 || (entry & PAGING_LEAF && level <= 3);
}

/* The entry that maps gpa, or the last one that is there. */
static uint64_t find_ept_entry(struct machine *m, uint64_t gpa, uint64_t *hpa)
{
	uint64_t table = m->guest.eptp & PAGING_ADDRESS;

	for (unsigned int level = eptp_levels(m->guest.eptp);; level--) {
		const uint64_t at = table + 8 * level_index(gpa, level);
		const uint64_t entry = machine_peek(m, at);

		if (!(entry & EPT_RIGHTS)) {
			*hpa = UINT64_MAX;
			return at;
		}
		table = entry & PAGING_ADDRESS;
		if (leaf_at(entry, level)) {
			*hpa = page_base(table, level - 1) | page_offset(gpa, level - 1);
			return at;
		}
	}
}

static uint64_t to_hpa(struct machine *m, uint64_t gpa)
{
	uint64_t hpa = gpa;

	if (m->guest.eptp)
		find_ept_entry(m, gpa, &hpa);
	return hpa;
}

uint64_t machine_ept_entry(struct machine *m, uint64_t gpa)
{
	uint64_t hpa;

	return find_ept_entry(m, gpa, &hpa);
}

void machine_map_ept(struct machine *m, uint64_t gpa, uint64_t hpa, enum model_page page,
		     unsigned int flags)
{
	uint64_t table = m->guest.eptp & PAGING_ADDRESS;
	unsigned int level = eptp_levels(m->guest.eptp);

	for (; level > page + 1u; level--) {
		const uint64_t at = table + 8 * level_index(gpa, level);

		if (!(machine_peek(m, at) & EPT_RIGHTS)) {
			machine_poke(m, at, m->next_ept | EPT_RIGHTS);
			machine_poke(m, m->next_ept, 0);
			m->next_ept += SIZE_4K;
		}
		table = machine_peek(m, at) & PAGING_ADDRESS;
	}
	machine_poke(m, table + 8 * level_index(gpa, level),
		     hpa | EPT_READ | EPT_EXECUTE | (level > 1 ? PAGING_LEAF : 0) |
		     (flags & MAP_READ_ONLY ? 0 : EPT_WRITE) |
		     (flags & MAP_CLEAN ? 0 : EPT_DIRTY));
}

/* A page for a table of the guest, which EPT maps. */
static uint64_t take_table(struct machine *m)
{
	const uint64_t gpa = m->next_table;

	m->next_table += m->table_stride;
	if (m->guest.eptp && to_hpa(m, gpa) == UINT64_MAX) {
		const uint64_t hpa = m->next_host;

		machine_map_ept(m, page_base(gpa, m->table_page), hpa, m->table_page, 0);
		m->next_host += m->host_stride;
	}
	machine_poke(m, to_hpa(m, gpa), 0);
	return gpa;
}

/* The hpa of the entry for gva at that level; tables on the way are made. */
static uint64_t entry_at(struct machine *m, uint64_t gva, unsigned int level)
{
	uint64_t table;

	if (!m->guest.cr3)
		m->guest.cr3 = machine_new_root(m);
	table = m->guest.cr3 & PAGING_ADDRESS;
	for (unsigned int at = m->guest.levels; at > level; at--) {
		const uint64_t where = to_hpa(m, table) + 8 * level_index(gva, at);

		if (!(machine_peek(m, where) & PAGING_PRESENT))
			machine_poke(m, where, take_table(m) | PAGING_PRESENT | PAGING_WRITABLE);
		table = machine_peek(m, where) & PAGING_ADDRESS;
	}
	return to_hpa(m, table) + 8 * level_index(gva, level);
}

uint64_t machine_upper_entry(struct machine *m, uint64_t gva, unsigned int level)
{
	return entry_at(m, gva, level);
}

void machine_map(struct machine *m, uint64_t gva, uint64_t gpa, enum model_page page,
		 unsigned int flags)
{
	machine_poke(m, entry_at(m, gva, page + 1),
		     gpa | PAGING_PRESENT | (page ? PAGING_LEAF : 0) |
		     (flags & MAP_READ_ONLY ? 0 : PAGING_WRITABLE) |
		     (flags & MAP_CLEAN ? 0 : PAGING_DIRTY) |
		     (flags & MAP_GLOBAL ? PAGING_GLOBAL : 0));
}

static uint64_t find_entry(struct machine *m, uint64_t gva, uint64_t *gpa)
{
	uint64_t table = m->guest.cr3 & PAGING_ADDRESS;

	for (unsigned int level = m->guest.levels;; level--) {
		const uint64_t at = to_hpa(m, table) + 8 * level_index(gva, level);
		const uint64_t entry = machine_peek(m, at);

		table = entry & PAGING_ADDRESS;
		if (leaf_at(entry, level) || !(entry & PAGING_PRESENT)) {
			*gpa = page_base(table, level - 1) | page_offset(gva, level - 1);
			return at;
		}
	}
}

uint64_t machine_entry(struct machine *m, uint64_t gva)
{
	uint64_t gpa;

	return find_entry(m, gva, &gpa);
}

uint64_t machine_hpa(struct machine *m, uint64_t address)
{
	uint64_t gpa;

	find_entry(m, address, &gpa);
	return to_hpa(m, gpa);
}

uint64_t machine_new_root(struct machine *m)
{
	return take_table(m);
}

uint64_t machine_new_ept(struct machine *m)
{
	const uint64_t table = m->next_ept;

	m->next_ept += SIZE_4K;
	machine_poke(m, table, 0);
	return table | 3 << 3 | 6;
}

void machine_open(struct machine *m, const struct model_cpu *cpu, bool ept, bool native)
{
	*m = (struct machine){
		.memory = { .read = read_word, .opaque = m },
		.pages = calloc(BUCKETS, sizeof(struct page *)),
		.cpu = cpu,
		.next_table = GUEST_PAGES,
		.table_stride = SIZE_4K,
		.next_host = HOST_PAGES,
		.host_stride = SIZE_4K,
		.next_ept = EPT_PAGES,
		.guest = { .guest = true, .levels = 4, .vpid = 1 },
		.host = { .levels = 4 },
	};
	m->model = model_new(cpu, 1, native, &m->memory);
	if (!m->pages || !m->model)
		abort();
	if (ept)
		m->guest.eptp = machine_new_ept(m);
}

void machine_five_levels(struct machine *m)
{
	m->guest.levels = 5;
	if (m->guest.eptp)
		m->guest.eptp = (m->guest.eptp & ~(7ull << 3)) | 4 << 3;
}

void machine_close(struct machine *m)
{
	struct page **buckets = m->pages;

	for (unsigned int i = 0; i < BUCKETS; i++) {
		while (buckets[i]) {
			struct page *page = buckets[i];

			buckets[i] = page->next;
			free(page);
		}
	}
	free(m->pages);
	model_free(m->model);
}

void machine_in_guest(struct machine *m)
{
	model_set_context(m->model, 0, &m->guest);
}

void machine_in_host(struct machine *m)
{
	model_set_context(m->model, 0, &m->host);
}

void machine_load(struct machine *m, uint64_t address)
{
	model_access(m->model, 0, MODEL_LOAD, address, machine_hpa(m, address), 8);
}

void machine_store(struct machine *m, uint64_t address)
{
	model_access(m->model, 0, MODEL_STORE, address, machine_hpa(m, address), 8);
}

void machine_fault(struct machine *m, enum model_access access, uint64_t address, uint64_t gpa)
{
	const struct model_fault fault = {
		.access = access, .exits = true, .address = address, .gpa = gpa,
	};

	model_fault(m->model, 0, &fault);
}

uint64_t machine_count(struct machine *m, enum model_world world, enum model_count count)
{
	struct model_counts counts = { 0 };

	model_read(m->model, &counts);
	return counts.count[world][count];
}

uint64_t machine_references(struct machine *m, enum model_world world)
{
	uint64_t sum = 0;

	for (unsigned int count = MODEL_CNT_ref_guest_1; count <= MODEL_CNT_ref_ept_5; count++)
		sum += machine_count(m, world, count);
	return sum;
}

static uint64_t all_loads(struct machine *m)
{
	uint64_t sum = 0;

	for (unsigned int world = 0; world < NR_MODEL_WORLDS; world++)
		sum += machine_count(m, world, MODEL_CNT_walk_load);
	return sum;
}

unsigned int machine_walks(struct machine *m, uint64_t address)
{
	const uint64_t before = all_loads(m);

	machine_load(m, address);
	return all_loads(m) - before;
}
