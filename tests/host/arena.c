// SPDX-License-Identifier: GPL-2.0
/*
 * The process's side of hv/: host-physical memory, and the sleeping halves of
 * hv/pool.h and hv/memory.h (the module's own are hv/pool.c and hv/memory.c).
 *
 * The arena hands out 4K pages from its lower half in a scrambled order, so
 * that neighbours in guest memory are not neighbours in host memory, and 2M
 * pages from its upper half; a few 1G pages, which cost nothing until they are
 * touched, lie behind. Freed pages are poisoned: AddressSanitizer
 * reports a backend that reads a table it gave back and the pool has freed.
 */
#include <stdarg.h>
#include <sys/mman.h>
#include <sanitizer/asan_interface.h>

#include "arena.h"
#include "host_memory.h"

#define PAGE ((u64)HV_PAGE_BYTES)
#define LARGE (1ull << HV_CHUNK_SHIFT)
#define SMALL_PAGES 16384ull /* 64M; a power of two, see arena_small() */
#define LARGE_PAGES 32ull /* 64M */
#define LISTS_BYTES (SMALL_PAGES * PAGE + LARGE_PAGES * LARGE)
#define GIANT_PAGES 2ull /* the first at HV_GIANT_BYTES */

char *arena_base;
u64 arena_bytes;
unsigned int shim_warnings;
size_t shim_blocks, shim_blocks_left = ~0ul;

static u32 small_free[SMALL_PAGES], nr_small_free;
static u32 large_free[LARGE_PAGES], nr_large_free;
static bool small_out[SMALL_PAGES], large_out[LARGE_PAGES];
static u32 nr_giants_out;

void shim_warn(const char *file, int line, const char *text, ...)
{
	va_list args;

	shim_warnings++;
	fprintf(stderr, "# WARN at %s:%d: ", file, line);
	va_start(args, text);
	vfprintf(stderr, text, args);
	va_end(args);
}

void arena_init(void)
{
	if (arena_base)
		return;
	arena_bytes = (1 + GIANT_PAGES) * HV_GIANT_BYTES;
	arena_base = mmap(NULL, arena_bytes + HV_GIANT_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (arena_base == MAP_FAILED) {
		perror("mmap of the arena");
		exit(2);
	}
	/* hpa and pointer must agree on what is 1G aligned. */
	arena_base = (char *)ALIGN((u64)arena_base, HV_GIANT_BYTES);
	mprotect(arena_base + LISTS_BYTES, HV_GIANT_BYTES - LISTS_BYTES, PROT_NONE);
	arena_rewind();
}

/* As if nothing had ever been handed out, so that a seed always sees the same. */
void arena_rewind(void)
{
	u32 i;

	/* An odd multiplier permutes the numbers below a power of two. */
	for (i = 0; i < SMALL_PAGES; i++)
		small_free[i] = (u32)(i * 7919ull % SMALL_PAGES);
	for (i = 0; i < LARGE_PAGES; i++)
		large_free[i] = (u32)(i * 5ull % LARGE_PAGES);
	nr_small_free = SMALL_PAGES;
	nr_large_free = LARGE_PAGES;
	nr_giants_out = 0;
	memset(small_out, 0, sizeof(small_out));
	memset(large_out, 0, sizeof(large_out));
	ASAN_POISON_MEMORY_REGION(arena_base, LISTS_BYTES);
}

u64 arena_pages_out(void)
{
	return SMALL_PAGES - nr_small_free + (LARGE_PAGES - nr_large_free) * HV_CHUNK_FRAMES +
	       (nr_giants_out * HV_GIANT_BYTES >> HV_PAGE_SHIFT);
}

bool arena_holds(u64 hpa)
{
	u64 offset = hpa - ARENA_HPA;

	if (offset < SMALL_PAGES * PAGE)
		return small_out[offset / PAGE];
	if (offset < LISTS_BYTES)
		return large_out[(offset - SMALL_PAGES * PAGE) / LARGE];
	return offset >= HV_GIANT_BYTES && offset < (1 + nr_giants_out) * HV_GIANT_BYTES;
}

static void *arena_take(u32 *list, u32 *nr, bool *out, u64 first, u64 bytes)
{
	char *page;

	if (!*nr)
		return NULL;
	page = arena_base + first + list[--*nr] * bytes;
	out[list[*nr]] = true;
	ASAN_UNPOISON_MEMORY_REGION(page, bytes);
	return memset(page, 0, bytes);
}

static void arena_give(u32 *list, u32 *nr, bool *out, u64 first, u64 bytes, void *page)
{
	ASAN_POISON_MEMORY_REGION(page, bytes);
	list[*nr] = (u32)(((char *)page - arena_base - first) / bytes);
	out[list[(*nr)++]] = false;
}

void *arena_take_page(void)
{
	return arena_take(small_free, &nr_small_free, small_out, 0, PAGE);
}

void arena_give_page(void *page)
{
	arena_give(small_free, &nr_small_free, small_out, 0, PAGE, page);
}

static void *arena_take_large(void)
{
	return arena_take(large_free, &nr_large_free, large_out, SMALL_PAGES * PAGE, LARGE);
}

static void arena_give_large(void *page)
{
	arena_give(large_free, &nr_large_free, large_out, SMALL_PAGES * PAGE, LARGE, page);
}

void *hv_zalloc_page(void)
{
	return arena_take_page();
}

void free_page(unsigned long page)
{
	if (page)
		arena_give_page((void *)page);
}

/* ---- hv/pool.h ---- */

static int pool_cut_nodes(struct hv_pool *pool)
{
	char *page = arena_take_page();
	u64 i;

	if (!page)
		return -ENOMEM;
	/* The first node's place links the pages that nodes are cut from. */
	*(void **)page = pool->node_pages;
	pool->node_pages = page;
	for (i = HV_NODE_BYTES; i < PAGE; i += HV_NODE_BYTES) {
		pool->used_nodes++; /* hv_pool_give_node() counts it down */
		hv_pool_give_node(pool, page + i);
	}
	return 0;
}

int hv_pool_fill(struct hv_pool *pool, u32 pages, u32 nodes)
{
	while (pool->free_pages < pages) {
		void *page = arena_take_page();

		if (!page)
			return -ENOMEM;
		pool->used_pages++;
		hv_pool_give_page(pool, page);
	}
	while (pool->free_nodes < nodes) {
		if (pool_cut_nodes(pool))
			return -ENOMEM;
	}
	return 0;
}

void hv_pool_destroy(struct hv_pool *pool)
{
	WARN(pool->used_pages || pool->used_nodes, "pool: %u pages and %u nodes leaked\n",
	     pool->used_pages, pool->used_nodes);
	while (pool->pages) {
		void *page = hv_pool_take_page(pool);

		arena_give_page(page);
	}
	while (pool->node_pages) {
		void *page = pool->node_pages;

		pool->node_pages = *(void **)page;
		arena_give_page(page);
	}
	memset(pool, 0, sizeof(*pool));
}

static const char *pool_check_list(const struct hv_pool_link *link, u64 bytes, u32 count,
				   const char *unclean)
{
	for (; link; link = link->next, count--) {
		const u64 *word = (const u64 *)link;
		u64 i;

		if (!count)
			return "pool: a free list is longer than its count";
		for (i = 1; i < bytes / sizeof(u64); i++)
			if (word[i])
				return unclean;
	}
	return count ? "pool: a free list is shorter than its count" : NULL;
}

const char *pool_check(const struct hv_pool *pool)
{
	const char *error;

	error = pool_check_list(pool->pages, PAGE, pool->free_pages,
				"pool: a page was given back unclean");
	if (error)
		return error;
	return pool_check_list(pool->nodes, HV_NODE_BYTES, pool->free_nodes,
			       "pool: a node was given back unclean");
}

/* ---- hv/memory.h ---- */

static int memory_alloc_chunks(struct hv_memory *mem, u64 bytes, enum hvbench_size backing)
{
	*mem = (struct hv_memory){
		.nr_frames = bytes >> HV_PAGE_SHIFT,
		.chunk = calloc(bytes >> HV_CHUNK_SHIFT, sizeof(u64)),
		.backing = backing,
	};
	return mem->chunk ? 0 : -ENOMEM;
}

/* address says nothing here: the 1G pages are the arena's, and zero. */
int hv_memory_pin(struct hv_memory *mem, u64 bytes, u64 address, const char **why)
{
	u64 i, nr = bytes >> HV_GIANT_SHIFT;
	u64 hpa = ARENA_HPA + (1 + nr_giants_out) * HV_GIANT_BYTES;

	if (nr_giants_out + nr > GIANT_PAGES || memory_alloc_chunks(mem, bytes, HVBENCH_SIZE_1G))
		return -ENOMEM;
	madvise(hv_va(hpa), bytes, MADV_DONTNEED);
	/* Neighbours in guest memory are none here either. */
	for (i = 0; i < bytes >> HV_CHUNK_SHIFT; i++)
		mem->chunk[i] = (hpa + ((i << HV_CHUNK_SHIFT) ^ (nr > 1 ? HV_GIANT_BYTES : 0))) |
				HV_CHUNK_LARGE;
	nr_giants_out += nr;
	return 0;
}

int hv_memory_create(struct hv_memory *mem, u64 bytes, enum hvbench_size backing, bool populate)
{
	u64 gfn;

	if (memory_alloc_chunks(mem, bytes, backing))
		return -ENOMEM;
	for (gfn = 0; populate && gfn < mem->nr_frames; gfn++) {
		if (hv_memory_populate(mem, gfn)) {
			hv_memory_destroy(mem);
			return -ENOMEM;
		}
	}
	return 0;
}

int hv_memory_populate(struct hv_memory *mem, u64 gfn)
{
	u64 *chunk = &mem->chunk[gfn / HV_CHUNK_FRAMES];
	u64 *page;
	void *fresh;

	if (gfn >= mem->nr_frames)
		return -EFAULT;
	if (!*chunk) {
		bool large = mem->backing != HVBENCH_SIZE_4K;

		fresh = large ? arena_take_large() : arena_take_page();
		if (!fresh)
			return -ENOMEM;
		*chunk = hv_pa(fresh) | (large ? HV_CHUNK_LARGE : 0);
	}
	if (*chunk & HV_CHUNK_LARGE)
		return 0;
	page = (u64 *)hv_va(*chunk) + gfn % HV_CHUNK_FRAMES;
	if (!*page) {
		fresh = arena_take_page();
		if (!fresh)
			return -ENOMEM;
		*page = hv_pa(fresh);
	}
	return 0;
}

void hv_memory_destroy(struct hv_memory *mem)
{
	u64 i, j;

	if (mem->backing == HVBENCH_SIZE_1G) {
		/* Taken and given back like a stack. */
		nr_giants_out -= mem->nr_frames >> (HV_GIANT_SHIFT - HV_PAGE_SHIFT);
		mem->nr_frames = 0;
	}
	for (i = 0; i < mem->nr_frames / HV_CHUNK_FRAMES; i++) {
		u64 chunk = mem->chunk[i];

		if (chunk & HV_CHUNK_LARGE) {
			arena_give_large(hv_va(chunk & ~HV_CHUNK_LARGE));
			continue;
		}
		for (j = 0; chunk && j < HV_CHUNK_FRAMES; j++)
			if (((u64 *)hv_va(chunk))[j])
				arena_give_page(hv_va(((u64 *)hv_va(chunk))[j]));
		if (chunk)
			arena_give_page(hv_va(chunk));
	}
	free(mem->chunk);
	memset(mem, 0, sizeof(*mem));
}
