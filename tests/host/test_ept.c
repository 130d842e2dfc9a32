// SPDX-License-Identifier: GPL-2.0
/* The EPT backend: exact counts and entries for known touches. */
#include "ept_guest.h"

/* The entry that maps gpa and its level, or 0 where the path ends. */
static u64 entry_of(u64 gpa, int *level)
{
	u64 entry = *end_of(gpa, level);

	return entry & LEAF_RWX ? entry : 0;
}

static void start(bool large, u32 leaf, bool populate)
{
	guest_defaults(&t, &ept_mmu_ops, 8);
	t.config.populate = populate;
	t.config.knob[HVBENCH_KNOB_BACKING] = large;
	t.config.knob[HVBENCH_KNOB_EPT_LEAF] = leaf;
	guest_open(&t);
	guest_start(&t);
	hv_pool_fill(&t.m.pool, 64, 0);
}

static void test_controls(void)
{
	const struct hv_controls *c = &t.m.mmu.controls;

	report_prefix("ept controls");
	start(false, 0, true);
	report(c->nested && !c->trap_cr3 && !c->trap_invlpg && !c->exception_bitmap &&
		       !c->cr0_force && !c->efer_force,
	       "nested; no paging event of the guest exits");
	report_equal(c->cr0_guest_owned, HV_CR0_WP | HV_CR0_AM | HV_CR0_MP,
		     "CR0 bits without meaning to the EPT are the guest's");
	report_equal(c->cr4_guest_owned,
		     HV_CR4_PSE | HV_CR4_PGE | HV_CR4_PCIDE | HV_CR4_SMEP | HV_CR4_SMAP,
		     "so are those of CR4");
	report(t.m.mmu.flush.root, "the new root is flushed before its first use");
	report(c->changed && !(c->root_hpa & 0xfff) && t.m.pool.used_pages == 1,
	       "the empty EPT is one page");
	report(t.m.mmu.ops->set_paging(&t.m.mmu, &t.m.mmu.paging, &answer) == HV_DONE &&
		       t.m.mmu.ops->invlpg(&t.m.mmu, 0x1000, &answer) == HV_DONE,
	       "a trapped control-register write or INVLPG is done");
	guest_close(&t);
}

static void test_4k(void)
{
	int level, i;

	report_prefix("ept 4k");
	start(false, 0, true);
	report_equal(violate(0x3456, HV_PF_WRITE), HV_FILLED, "the first touch fills");
	report_equal(entry_of(0x3000, &level), hv_memory_hpa(&t.m.memory, 3) | 0x77,
		     "entry: the host page, RWX, write-back with the PAT ignored, no other bit");
	report(level == 1 && t.m.pool.used_pages == 4, "four levels of one table");
	report(!entry_of(0x4000, &level) && level == 1, "its neighbour has no entry");
	report_equal(violate(0x3000, 0), HV_DONE, "a spurious violation is done");
	report(count(HVBENCH_CNT_ept_fill_4k) == 1 && t.m.pool.used_pages == 4, "and adds nothing");
	for (i = 4; i < 512; i++)
		violate((u64)i << 12, HV_PF_FETCH);
	report(count(HVBENCH_CNT_ept_fill_4k) == 509 && t.m.pool.used_pages == 4,
	       "509 pages of a 2M touched: 509 entries, still one table");
	violate(0x200000, 0);
	report(count(HVBENCH_CNT_ept_fill_4k) == 510 && t.m.pool.used_pages == 5,
	       "one page of the next 2M: one table more");
	report(count(HVBENCH_CNT_ept_fill_2m) == 0, "no 2M leaf");
	guest_close(&t);
	report_equal(t.m.pool.used_pages, 0, "destroy gives all tables back");
}

static void test_2m(void)
{
	int level;

	report_prefix("ept 2m");
	start(true, HVBENCH_SIZE_2M, true);
	report_equal(violate(0x2ff123, 0), HV_FILLED, "the first touch fills");
	report_equal(entry_of(0x2ff000, &level), hv_memory_hpa(&t.m.memory, 512) | 0xf7,
		     "entry: the 2M host page from its start, RWX, WB, PS");
	report(level == 2 && t.m.pool.used_pages == 3, "three levels of one table");
	report(count(HVBENCH_CNT_ept_fill_2m) == 1 && count(HVBENCH_CNT_ept_fill_4k) == 0,
	       "one 2M leaf, no 4K leaf");
	report_equal(violate(0x3fffff, HV_PF_WRITE), HV_DONE, "the rest of the 2M is there");
	guest_close(&t);

	start(true, HVBENCH_SIZE_4K, true);
	violate(0x2ff123, 0);
	report(entry_of(0x2ff000, &level) == (hv_memory_hpa(&t.m.memory, 0x2ff) | 0x77) &&
		       level == 1,
	       "2M backing with ept.leaf=4k gives a 4K leaf inside it");
	guest_close(&t);
}

static void test_absent(void)
{
	u64 before[HVBENCH_NR_COUNTERS];

	report_prefix("ept absent");
	start(false, 0, false);
	memcpy(before, t.m.counter, sizeof(before));
	report(violate(16ull << 20, 0) == HV_OUTSIDE && answer.gpa == 16ull << 20,
	       "the first address beyond memory is outside");
	report(violate(0xfffffffffff8ull, 0) == HV_OUTSIDE && answer.gpa == 0xfffffffffff8ull,
	       "so is the last of 48 bits");
	report(violate(0x5678, 0) == HV_NEED_BACKING && answer.gpa == 0x5678,
	       "memory without a host page needs one");
	report(t.m.pool.used_pages == 1 && !memcmp(before, t.m.counter, sizeof(before)),
	       "none of these changed anything");
	hv_memory_populate(&t.m.memory, 5);
	report_equal(violate(0x5678, 0), HV_FILLED, "populated, it fills");
	guest_close(&t);
}

static void test_pool_shortage(void)
{
	int level;

	report_prefix("ept pool");
	guest_defaults(&t, &ept_mmu_ops, 8);
	guest_open(&t);
	report_equal(ept_mmu_ops.create(&t.m.mmu), -ENOMEM, "no page for the root: -ENOMEM");
	guest_start(&t);
	while (t.m.pool.free_pages > 2) {
		arena_give_page(hv_pool_take_page(&t.m.pool));
		t.m.pool.used_pages--;
	}
	report_equal(violate(0x1000, 0), HV_NEED_POOL,
		     "two pages where three are needed: HV_NEED_POOL");
	report(t.m.pool.used_pages == 1 && t.m.pool.free_pages == 2 && !entry_of(0x1000, &level) &&
		       level == 4 && !count(HVBENCH_CNT_ept_fill_4k),
	       "and nothing changed");
	hv_pool_fill(&t.m.pool, ept_mmu_ops.pages, 0);
	report_equal(violate(0x1000, 0), HV_FILLED,
		     "ops->pages in stock are enough for the longest path");
	report_equal(violate(0x2000, 0), HV_FILLED,
		     "an empty stock is enough where the tables are there");
	guest_close(&t);
}

static void test_refusals(void)
{
	report_prefix("ept refusals");
	guest_defaults(&t, &ept_mmu_ops, 8);
	t.config.caps.ept_ad = false;
	t.config.knob[HVBENCH_KNOB_EPT_AD] = 1;
	guest_open(&t);
	report_equal(machine_start(&t.m), -EINVAL, "ept.ad without the capability");
	report_equal(t.m.pool.used_pages, 0, "leaves nothing behind");
	guest_close(&t);

	guest_defaults(&t, &ept_mmu_ops, 8);
	t.config.knob[HVBENCH_KNOB_EPT_LEAF] = HVBENCH_SIZE_2M;
	guest_open(&t);
	report_equal(machine_start(&t.m), -EINVAL, "ept.leaf=2m on 4K backing");
	guest_close(&t);

	t.config.knob[HVBENCH_KNOB_BACKING] = HVBENCH_SIZE_2M;
	t.config.caps.ept_2m = false;
	guest_open(&t);
	report_equal(machine_start(&t.m), -EINVAL, "ept.leaf=2m without the capability");
	guest_close(&t);

	guest_defaults(&t, &ept_mmu_ops, 8);
	t.config.knob[HVBENCH_KNOB_EPT_AD] = 1;
	guest_open(&t);
	report(!machine_start(&t.m) && t.m.mmu.controls.ept_ad, "ept.ad with it");
	guest_close(&t);
}

static void test_walk_through_it(void)
{
	u64 fills;

	report_prefix("ept guest");
	guest_defaults(&t, &ept_mmu_ops, 8);
	guest_open(&t);
	machine_poke(&t.m, 0x1000, 0x2000 | PTE_P | PTE_W);
	machine_poke(&t.m, 0x2000, 0x3000 | PTE_P | PTE_W);
	machine_poke(&t.m, 0x3000, 0x4000 | PTE_P | PTE_W);
	machine_poke(&t.m, 0x4008, 0x9000 | PTE_P | PTE_W);
	guest_start(&t);
	report(guest_reaches(&t, 0x1238, 0, 0x9238), "a first access reaches its page");
	report_equal(count(HVBENCH_CNT_fault_fill), 5,
		     "by five violations: four tables and the page");
	report_equal(guest_word(&t, 0x4008), 0x9000 | PTE_P | PTE_W | PTE_A,
		     "the CPU set A, not D");
	fills = count(HVBENCH_CNT_fault_fill);
	report(guest_reaches(&t, 0x1238, HV_PF_WRITE, 0x9238) && guest_word(&t, 0x4008) & PTE_D,
	       "a write sets D");
	report_equal(guest_access(&t, 0x1238, HV_PF_USER).error_code, 5,
		     "the guest's own fault reaches the guest");
	report(count(HVBENCH_CNT_fault_fill) == fills && !count(HVBENCH_CNT_fault_guest),
	       "all without an exit");
	guest_close(&t);
}

void test_ept(void)
{
	test_controls();
	test_4k();
	test_2m();
	test_absent();
	test_pool_shortage();
	test_refusals();
	test_walk_through_it();
}
