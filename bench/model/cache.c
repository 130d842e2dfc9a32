// SPDX-License-Identifier: GPL-2.0
/* The levels of cache behind the first, see cache.h. */
#include "cache.h"

int caches_init(struct caches *caches, const struct model_cpu *cpu, struct sets *l3)
{
	caches->l3 = l3;
	if (sets_init(&caches->l1i, &cpu->cache[MODEL_L1I], NULL) ||
	    sets_init(&caches->l1d, &cpu->cache[MODEL_L1D], NULL) ||
	    sets_init(&caches->l2, &cpu->cache[MODEL_L2], NULL))
		return -1;
	return 0;
}

void caches_free(struct caches *caches)
{
	sets_free(&caches->l1i);
	sets_free(&caches->l1d);
	sets_free(&caches->l2);
}

void caches_reset(struct caches *caches)
{
	sets_reset(&caches->l1i);
	sets_reset(&caches->l1d);
	sets_reset(&caches->l2);
}

static void put(struct sets *sets, uint64_t line)
{
	if (sets->nr_sets)
		sets_fill(sets, sets_index(sets, line), line, cache_key(line));
}

enum cache_served cache_miss(struct caches *caches, struct sets *l1, uint64_t line)
{
	enum cache_served served = CACHE_L2;

	put(l1, line);
	if (!cache_hit(&caches->l2, line)) {
		put(&caches->l2, line);
		served = CACHE_L3;
		if (!cache_hit(caches->l3, line)) {
			put(caches->l3, line);
			served = CACHE_MEMORY;
		}
	}
	return served;
}
