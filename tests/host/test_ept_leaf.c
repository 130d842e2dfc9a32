// SPDX-License-Identifier: GPL-2.0
/* The EPT backend: sizes of leaves, and the group filled around a violation. */
#include "ept_guest.h"

static void test_1g(void)
{
	report_prefix("ept 1g");
	ept_defaults(HVBENCH_SIZE_1G, HVBENCH_SIZE_1G);
	ept_open();
	report_equal(violate(0x2ff45678, HV_PF_WRITE), HV_FILLED, "the first touch fills");
	report(is_leaf(0, 3, LEAF_RWX), "entry: the 1G page from its start, RWX, WB, PS");
	report(t.m.pool.used_pages == 2 && count(HVBENCH_CNT_ept_fill_1g) == 1 &&
		       !count(HVBENCH_CNT_ept_fill_2m) && !count(HVBENCH_CNT_ept_fill_4k),
	       "two levels of one table, one 1G leaf, no other");
	report_equal(violate(MIB(1024) - 1, 0), HV_DONE, "the last byte of the 1G is there");
	report_equal(violate(MIB(1024), 0), HV_OUTSIDE, "the next is outside");
	guest_close(&t);

	ept_defaults(HVBENCH_SIZE_1G, HVBENCH_SIZE_2M);
	ept_open();
	violate(0x2ff45678, 0);
	report(is_leaf(0x2fe00000, 2, LEAF_RWX) && count(HVBENCH_CNT_ept_fill_2m) == 1,
	       "1G backing with ept.leaf=2m gives a 2M leaf inside it");
	guest_close(&t);

	ept_defaults(HVBENCH_SIZE_1G, HVBENCH_SIZE_4K);
	ept_open();
	violate(0x2ff45678, 0);
	report(is_leaf(0x2ff45000, 1, LEAF_RWX), "with ept.leaf=4k a 4K leaf");
	guest_close(&t);
}

static void test_group(u32 choice, u32 nr)
{
	u64 gpa = MIB(2) + 0x155000, group = nr * HV_PAGE_BYTES;
	u64 first = gpa & ~(group - 1);
	int level;

	report_prefix("ept fill");
	ept_defaults(HVBENCH_SIZE_4K, HVBENCH_SIZE_4K);
	t.config.knob[HVBENCH_KNOB_EPT_FILL] = choice;
	ept_open();
	report_equal(violate(gpa, 0), HV_FILLED, "%u: a violation fills", nr);
	report(count(HVBENCH_CNT_ept_fill_4k) == nr &&
		       count(HVBENCH_CNT_ept_fill_around) == nr - 1 && t.m.pool.used_pages == 4,
	       "%u: that many leaves, all but one of them beside it, in one table", nr);
	report(is_leaf(first, 1, LEAF_RWX) && is_leaf(first + group - HV_PAGE_BYTES, 1, LEAF_RWX),
	       "%u: the aligned group's first and last are right", nr);
	report((nr == 512 || !(*end_of(first + group, &level) & LEAF_RWX)) &&
		       (nr == 512 || !(*end_of(first - HV_PAGE_BYTES, &level) & LEAF_RWX)),
	       "%u: its neighbours are empty", nr);
	guest_close(&t);
}

static void test_group_of_few(void)
{
	int level;

	report_prefix("ept fill");
	ept_defaults(HVBENCH_SIZE_4K, HVBENCH_SIZE_4K);
	t.config.knob[HVBENCH_KNOB_EPT_FILL] = 1;
	t.config.populate = false;
	ept_open();
	hv_memory_populate(&t.m.memory, 9);
	hv_memory_populate(&t.m.memory, 11);
	report_equal(violate(0x9000, 0), HV_FILLED, "a group of which two have a host page");
	report(is_leaf(0x9000, 1, LEAF_RWX) && is_leaf(0xb000, 1, LEAF_RWX) &&
		       !(*end_of(0xa000, &level) & LEAF_RWX) &&
		       count(HVBENCH_CNT_ept_fill_4k) == 2 &&
		       count(HVBENCH_CNT_ept_fill_around) == 1,
	       "only these two are filled");
	hv_memory_populate(&t.m.memory, 10);
	report(violate(0xa000, 0) == HV_FILLED && count(HVBENCH_CNT_ept_fill_4k) == 3 &&
		       count(HVBENCH_CNT_ept_fill_around) == 1,
	       "a later violation in the group finds the others there");
	guest_close(&t);

	ept_defaults(HVBENCH_SIZE_2M, HVBENCH_SIZE_2M);
	t.config.knob[HVBENCH_KNOB_EPT_FILL] = 3;
	ept_open();
	violate(0x9000, 0);
	report(count(HVBENCH_CNT_ept_fill_2m) == 1 && !count(HVBENCH_CNT_ept_fill_4k),
	       "a large leaf has no group");
	guest_close(&t);
}

static void test_itlb_multihit(void)
{
	report_prefix("ept itlb multihit");
	ept_defaults(HVBENCH_SIZE_2M, HVBENCH_SIZE_2M);
	t.config.caps.itlb_multihit = true;
	ept_open();
	violate(0x5000, 0);
	report(is_leaf(0x5000, 2, LEAF_R | LEAF_W), "a 2M leaf has no X");
	flushes_root();
	report_equal(violate(0x6000, HV_PF_FETCH), HV_FILLED, "a fetch from it is served");
	report(is_leaf(0x6000, 1, LEAF_RWX) && is_leaf(0, 1, LEAF_RWX) &&
		       is_leaf(0x1ff000, 1, LEAF_RWX) &&
		       count(HVBENCH_CNT_ept_split_fetch) == 1 && count(HVBENCH_CNT_ept_split) == 1,
	       "by 512 executable 4K leaves");
	report(flushes_root(), "the large one is flushed");
	report_equal(violate(MIB(2) + 0x3000, HV_PF_FETCH), HV_FILLED, "a first touch that fetches");
	report(is_leaf(MIB(2) + 0x3000, 1, LEAF_RWX) && count(HVBENCH_CNT_ept_fill_2m) == 1 &&
		       count(HVBENCH_CNT_ept_split) == 1,
	       "fills a 4K leaf at once");
	guest_close(&t);

	ept_defaults(HVBENCH_SIZE_2M, HVBENCH_SIZE_2M);
	t.config.caps.itlb_multihit = true;
	t.config.knob[HVBENCH_KNOB_MITIGATIONS] = HVBENCH_MITIGATIONS_OFF;
	ept_open();
	violate(0x5000, 0);
	report(is_leaf(0x5000, 2, LEAF_RWX), "with mitigations=off it has");
	guest_close(&t);

	ept_defaults(HVBENCH_SIZE_1G, HVBENCH_SIZE_1G);
	t.config.caps.itlb_multihit = true;
	ept_open();
	violate(0x5000, HV_PF_WRITE);
	report(is_leaf(0, 3, LEAF_R | LEAF_W), "a 1G leaf has no X");
	violate(0x6000, HV_PF_FETCH);
	report(is_leaf(0x6000, 1, LEAF_RWX) && is_leaf(MIB(4), 2, LEAF_R | LEAF_W) &&
		       count(HVBENCH_CNT_ept_split) == 2,
	       "a fetch leaves 2M leaves without X around its 4K leaves");
	guest_close(&t);
}

static void refused(const char *what)
{
	guest_open(&t);
	report_equal(machine_start(&t.m), -EINVAL, "%s", what);
	report_equal(t.m.pool.used_pages, 0, "leaves nothing behind");
	guest_close(&t);
}

static void test_refusals(void)
{
	report_prefix("ept refusals");
	ept_defaults(HVBENCH_SIZE_2M, HVBENCH_SIZE_1G);
	refused("ept.leaf=1g on 2M backing");
	ept_defaults(HVBENCH_SIZE_1G, HVBENCH_SIZE_1G);
	t.config.caps.ept_1g = false;
	refused("ept.leaf=1g without the capability");
	ept_defaults(HVBENCH_SIZE_4K, HVBENCH_SIZE_4K);
	t.config.knob[HVBENCH_KNOB_LOG] = HVBENCH_LOG_AD;
	refused("log=ad without ept.ad");
	t.config.knob[HVBENCH_KNOB_LOG] = HVBENCH_LOG_PML;
	refused("log=pml without ept.ad");
	t.config.knob[HVBENCH_KNOB_EPT_AD] = 1;
	t.config.caps.pml = false;
	refused("log=pml without the capability");
}

void test_ept_leaf(void)
{
	test_1g();
	test_group(1, 8);
	test_group(2, 64);
	test_group(3, 512);
	test_group_of_few();
	test_itlb_multihit();
	test_refusals();
}
