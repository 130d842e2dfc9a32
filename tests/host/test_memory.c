// SPDX-License-Identifier: GPL-2.0
/* The inline halves of hv/pool.h, hv/memory.h and hv/mmu.h. */
#include "report.h"

static void test_pool(void)
{
	struct hv_pool pool = { .limit_pages = ~0u };
	u64 *page, *node;

	report_prefix("pool");
	report(!hv_pool_take_page(&pool) && !hv_pool_take_node(&pool),
	       "an empty pool gives nothing");
	report(!hv_pool_fill(&pool, 3, 5) && pool.free_pages == 3 && pool.free_nodes >= 5,
	       "filled to at least what was asked for");
	report(hv_pool_has(&pool, 3, 5) && !hv_pool_has(&pool, 4, 0),
	       "hv_pool_has() counts the stock");
	page = hv_pool_take_page(&pool);
	node = hv_pool_take_node(&pool);
	report(page && !((u64)page & 0xfff) && !page[0] && !page[511],
	       "a page is aligned and zero");
	report(node && !node[0] && !node[15], "a node is zero");
	report(pool.used_pages == 1 && pool.used_nodes == 1 &&
		       hv_pool_used_bytes(&pool) == 4096 + 128,
	       "what is taken is counted");
	hv_pool_give_page(&pool, page);
	hv_pool_give_node(&pool, node);
	report(!pool.used_pages && pool.free_pages == 3 && !pool_check(&pool),
	       "what is given back is free again");
	page[7] = 1;
	report(pool_check(&pool), "pool_check() sees a page given back unclean");
	page[7] = 0;
	hv_pool_destroy(&pool);
	report_equal(arena_pages_out(), 0, "destroy frees every page");
}

static void test_guest_memory(enum hvbench_size backing)
{
	bool large = backing == HVBENCH_SIZE_2M;
	struct hv_memory mem;
	u64 hpa;

	report_prefix(large ? "memory 2m" : "memory 4k");
	report(!hv_memory_create(&mem, 4 << 20, backing, false), "created empty");
	report_equal(hv_memory_hpa(&mem, 0), HV_HPA_ABSENT, "a frame never touched is absent");
	report_equal(hv_memory_hpa(&mem, 1024), HV_HPA_OUTSIDE,
		     "the first frame beyond the end is outside");
	report_equal(hv_memory_hpa(&mem, ~0ull >> 12), HV_HPA_OUTSIDE,
		     "the last frame of all is outside");
	report(!hv_memory_is_large(&mem, 5) && !hv_memory_is_large(&mem, 1024) &&
		       !hv_memory_is_giant(&mem, 5),
	       "nothing absent or outside is large");
	report(!hv_memory_populate(&mem, 513), "one frame populated");
	hpa = hv_memory_hpa(&mem, 513);
	report(HV_HPA_VALID(hpa) && !(hpa & 0xfff) && !*(u64 *)hv_va(hpa),
	       "it has a zeroed host page");
	report_equal(hv_memory_is_large(&mem, 600), large, "its 2M is large if backed so");
	report_equal(HV_HPA_VALID(hv_memory_hpa(&mem, 514)), large,
		     "its neighbour is there if backed by 2M");
	report_equal(hv_memory_hpa(&mem, 511), HV_HPA_ABSENT, "the 2M before it is not");
	if (large)
		report_equal(hv_memory_hpa(&mem, 512) & 0x1fffff, 0, "the 2M page is aligned");
	report(!hv_memory_populate(&mem, 513) && hv_memory_hpa(&mem, 513) == hpa,
	       "populated twice, it stays");
	report_equal(hv_memory_populate(&mem, 1024), -EFAULT, "outside can't be populated");
	hv_memory_destroy(&mem);
	report_equal(arena_pages_out(), 0, "destroy frees every page");
}

static void test_giant_memory(void)
{
	struct hv_memory mem;
	u64 hpa;

	report_prefix("memory 1g");
	report(!hv_memory_pin(&mem, 1 << 30, 0, NULL), "a 1G page of the tool's is pinned");
	hpa = hv_memory_hpa(&mem, 0);
	report(HV_HPA_VALID(hpa) && !(hpa & (HV_GIANT_BYTES - 1)), "it is there and aligned");
	report_equal(hv_memory_hpa(&mem, 0x3ffff), hpa + 0x3ffff000, "and contiguous to its end");
	report(hv_memory_is_giant(&mem, 0x3ffff) && hv_memory_is_large(&mem, 0x3ffff),
	       "all of it is giant, and large");
	report(hv_memory_hpa(&mem, 0x40000) == HV_HPA_OUTSIDE && !hv_memory_is_giant(&mem, 0x40000),
	       "the first frame beyond the end is outside, not giant");
	report(!hv_memory_populate(&mem, 7) && hv_memory_hpa(&mem, 7) == hpa + 0x7000,
	       "populate has nothing to do");
	hv_memory_destroy(&mem);
	report_equal(arena_pages_out(), 0, "destroy gives it back");
}

static void test_flush(void)
{
	struct hv_mmu mmu = { 0 };

	report_prefix("flush");
	hv_flush_addr(&mmu, 0x3000);
	hv_flush_addr(&mmu, 0x3000);
	report(mmu.flush.address && !mmu.flush.context && mmu.flush.gva == 0x3000,
	       "one address is flushed by itself");
	hv_flush_addr(&mmu, 0xff000);
	report(mmu.flush.context, "a second one flushes the context");
	hv_flush_root(&mmu);
	report(mmu.flush.root, "a root flush is kept apart");
}

void test_memory(void)
{
	test_pool();
	test_guest_memory(HVBENCH_SIZE_4K);
	test_guest_memory(HVBENCH_SIZE_2M);
	test_giant_memory();
	test_flush();
}
