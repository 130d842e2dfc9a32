// SPDX-License-Identifier: GPL-2.0
/* The EPT backend: what the tool forbids, frame by frame. */
#include "ept_guest.h"

#include <time.h>

#define R HVBENCH_MAY_READ
#define W HVBENCH_MAY_WRITE
#define X HVBENCH_MAY_EXECUTE

static int set_rights(u64 gpa, u32 pages, u32 rights)
{
	return t.m.mmu.ops->set_rights(&t.m.mmu, gpa >> HV_PAGE_SHIFT, pages, rights);
}

/* The verdicts on a read, a write and a fetch. */
static bool verdicts(u64 gpa, enum hv_verdict read, enum hv_verdict write, enum hv_verdict fetch)
{
	return violate(gpa, 0) == read && violate(gpa, HV_PF_WRITE) == write &&
	       violate(gpa, HV_PF_FETCH) == fetch;
}

static void test_combinations(void)
{
	u32 rights;

	report_prefix("ept rights");
	ept_defaults(HVBENCH_SIZE_4K, HVBENCH_SIZE_4K);
	ept_open();
	report(set_rights(0x1000, 1, W) == -EOPNOTSUPP &&
		       set_rights(0x1000, 1, W | X) == -EOPNOTSUPP,
	       "W without R can't be expressed");
	report(!set_rights(0x1000, 1, R | W | X) && !flushes_root(), "all rights change nothing");
	for (rights = 0; rights < 8; rights++) {
		u64 gpa = 0x10000 + rights * HV_PAGE_BYTES;
		bool early;

		if (rights == W || rights == (W | X))
			continue;
		for (early = false;; early = true, gpa += MIB(2)) {
			if (early)
				violate(gpa, 0);
			report(!set_rights(gpa, 1, rights), "rights %u are set", rights);
			report((violate(gpa, 0) == HV_FORBIDDEN) == !(rights & R) &&
				       (violate(gpa, HV_PF_WRITE) == HV_FORBIDDEN) ==
					       !(rights & W) &&
				       (violate(gpa, HV_PF_FETCH) == HV_FORBIDDEN) == !(rights & X),
			       "%u: the verdict is FORBIDDEN where they say so, a fill %s", rights,
			       early ? "before" : "after");
			report(rights ? is_leaf(gpa, 1, rights) : !(*end_of(gpa, &(int){ 0 }) & 7),
			       "%u: the leaf has exactly these", rights);
			if (early)
				break;
		}
	}
	report(violate(0x10000, HV_PF_WRITE) == HV_FORBIDDEN && answer.gpa == 0x10000,
	       "FORBIDDEN tells the address");
	report(verdicts(0x20000, HV_FILLED, HV_DONE, HV_DONE), "a neighbour is as always");
	guest_close(&t);

	ept_defaults(HVBENCH_SIZE_4K, HVBENCH_SIZE_4K);
	t.config.caps.ept_exec_only = false;
	ept_open();
	report_equal(set_rights(0x1000, 1, X), -EOPNOTSUPP, "execute-only needs the CPU's help");
	guest_close(&t);
}

static void test_flushes(void)
{
	report_prefix("ept rights flush");
	ept_defaults(HVBENCH_SIZE_4K, HVBENCH_SIZE_4K);
	ept_open();
	violate(0x3000, 0);
	set_rights(0x5000, 1, R);
	report(!flushes_root(), "nothing of a frame without a leaf is cached");
	set_rights(0x3000, 1, R);
	report(flushes_root(), "what is taken away is flushed");
	set_rights(0x3000, 1, R | W);
	report(!flushes_root() && is_leaf(0x3000, 1, R | W), "what is granted is not");
	report_equal(violate(0x3000, HV_PF_WRITE), HV_DONE,
		     "a violation by what the CPU had cached is spurious");
	set_rights(0x3000, 1, 0);
	report(flushes_root(), "a page that loses all its rights is flushed");
	guest_close(&t);

	ept_defaults(HVBENCH_SIZE_4K, HVBENCH_SIZE_4K);
	t.config.knob[HVBENCH_KNOB_EPT_FILL] = 1;
	ept_open();
	set_rights(0x9000, 1, 0);
	set_rights(0xa000, 1, R);
	violate(0x8000, 0);
	report(!(*end_of(0x9000, &(int){ 0 }) & 7) && is_leaf(0xa000, 1, R) &&
		       count(HVBENCH_CNT_ept_fill_around) == 6,
	       "a group filled around obeys");
	guest_close(&t);
}

static void test_large(void)
{
	report_prefix("ept rights 2m");
	ept_defaults(HVBENCH_SIZE_2M, HVBENCH_SIZE_2M);
	ept_open();
	violate(0, 0);
	report(!set_rights(0x3000, 2, R) && flushes_root(), "rights of a part of a large leaf");
	report(is_leaf(0x2000, 1, LEAF_RWX) && is_leaf(0x3000, 1, R) && is_leaf(0x4000, 1, R) &&
		       is_leaf(0x5000, 1, LEAF_RWX) && count(HVBENCH_CNT_ept_split) == 1,
	       "split it: these frames differ from their neighbours");
	set_rights(MIB(2) + 0x3000, 1, R);
	report(violate(MIB(2), 0) == HV_FILLED && is_leaf(MIB(2), 1, LEAF_RWX),
	       "a later fill beside a limited frame is of 4K");
	report(violate(MIB(4), 0) == HV_FILLED && is_leaf(MIB(4), 2, LEAF_RWX),
	       "elsewhere it is of 2M");
	report(!set_rights(0x3000, 1, R | W | X) && is_leaf(0x3000, 1, LEAF_RWX),
	       "one frame is free again");
	flushes_root();
	report(!set_rights(0x4000, 1, R | W | X) && is_leaf(0, 2, LEAF_RWX) && flushes_root() &&
		       count(HVBENCH_CNT_ept_merge) == 1,
	       "with the last one the leaf is large again");
	guest_close(&t);

	report_prefix("ept rights 1g");
	ept_defaults(HVBENCH_SIZE_1G, HVBENCH_SIZE_1G);
	ept_open();
	violate(0, 0);
	set_rights(MIB(4) + 0x3000, 1, R | X);
	report(is_leaf(MIB(4) + 0x3000, 1, R | X) && is_leaf(MIB(4) + 0x2000, 1, LEAF_RWX) &&
		       is_leaf(MIB(2), 2, LEAF_RWX) && count(HVBENCH_CNT_ept_split) == 2,
	       "a 1G leaf is split down to the frame");
	set_rights(MIB(4) + 0x3000, 1, R | W | X);
	report(is_leaf(0, 3, LEAF_RWX) && count(HVBENCH_CNT_ept_merge) == 2, "and merged again");
	guest_close(&t);

	ept_defaults(HVBENCH_SIZE_1G, HVBENCH_SIZE_1G);
	ept_open();
	set_rights(MIB(4) + 0x3000, 1, R | X);
	report(violate(MIB(2), 0) == HV_FILLED && is_leaf(MIB(2), 2, LEAF_RWX),
	       "where rights come first, the 1G around is filled by 2M");
	guest_close(&t);
}

/* Under a dirty log: the log gives W back only where the tool lets it. */
static void test_with_log(void)
{
	u64 *written;

	report_prefix("ept rights and log");
	ept_defaults(HVBENCH_SIZE_2M, HVBENCH_SIZE_2M);
	t.config.knob[HVBENCH_KNOB_LOG] = HVBENCH_LOG_FAULT;
	ept_open();
	violate(0, 0);
	t.m.mmu.dirty.on = true;
	machine_log_backend(&t.m, HV_LOG_START);
	set_rights(0x3000, 1, R);
	report(is_leaf(0x2000, 1, R | X) && is_leaf(0x3000, 1, R), "a split keeps W away");
	report(violate(0x2000, HV_PF_WRITE) == HV_LOGGED &&
		       violate(0x3000, HV_PF_WRITE) == HV_FORBIDDEN,
	       "a write is logged, or forbidden");
	written = t.m.mmu.dirty.written;
	report(written[0] == 1 << 2, "the forbidden one is not logged");
	t.m.mmu.dirty.on = false;
	machine_log_backend(&t.m, HV_LOG_STOP);
	report(is_leaf(0x2000, 1, LEAF_RWX) && is_leaf(0x3000, 1, R) &&
		       !count(HVBENCH_CNT_ept_merge),
	       "STOP keeps rights, and the table that they need");
	guest_close(&t);

	ept_defaults(HVBENCH_SIZE_4K, HVBENCH_SIZE_4K);
	t.config.knob[HVBENCH_KNOB_LOG] = HVBENCH_LOG_AD;
	t.config.knob[HVBENCH_KNOB_EPT_AD] = 1;
	ept_open();
	violate(0x3000, 0);
	t.m.mmu.dirty.on = true;
	machine_log_backend(&t.m, HV_LOG_START);
	*end_of(0x3000, &(int){ 0 }) |= LEAF_A | LEAF_D;
	set_rights(0x3000, 1, 0);
	report(t.m.mmu.dirty.written[0] == 1 << 3 && t.m.mmu.dirty.touched[0] == 1 << 3,
	       "a leaf that goes away tells first what it knew");
	guest_close(&t);
}

/* CPU time of giving back the rights of so many chunks, each with a table. */
static u64 time_of_return(u32 chunks)
{
	struct timespec begin, end;
	u32 i;

	ept_defaults(HVBENCH_SIZE_1G, HVBENCH_SIZE_2M);
	ept_open();
	for (i = 0; i < chunks; i++) {
		violate(MIB(2) * i, 0);
		hv_pool_fill(&t.m.pool, 4, 0);
	}
	for (i = 0; i < chunks; i++)
		set_rights(MIB(2) * i, HV_CHUNK_FRAMES, R);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
	for (i = 0; i < chunks; i++)
		set_rights(MIB(2) * i, HV_CHUNK_FRAMES, R | W | X);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
	report(is_leaf(0, 2, LEAF_RWX) && is_leaf(MIB(2) * (chunks - 1), 2, LEAF_RWX),
	       "rights of %u chunks are given back", chunks);
	guest_close(&t);
	return (end.tv_sec - begin.tv_sec) * 1000000000ull + end.tv_nsec - begin.tv_nsec;
}

/* Eight times as many take about eight times as long, and not 64 times. */
static void test_time(void)
{
	u64 few = ~0ull, many = ~0ull;
	int i;

	report_prefix("ept rights time");
	for (i = 0; i < 3; i++) {
		few = min(few, time_of_return(16));
		many = min(many, time_of_return(128));
	}
	report(many < 24 * few, "returning rights takes time in proportion (%llu and %llu ns)", few,
	       many);
}

/* Of whole chunks no list is kept, and one that has become uniform goes. */
static void test_lists(void)
{
	size_t before;

	report_prefix("ept rights lists");
	ept_defaults(HVBENCH_SIZE_4K, HVBENCH_SIZE_4K);
	ept_open();
	set_rights(0, 1, R);
	before = shim_blocks;
	report(!set_rights(MIB(2), 512, R) && !set_rights(MIB(4), 512, 0) && shim_blocks == before,
	       "whole chunks need no memory");
	report(verdicts(MIB(2) + 0x5000, HV_FILLED, HV_FORBIDDEN, HV_FORBIDDEN) &&
		       violate(MIB(4), 0) == HV_FORBIDDEN,
	       "and are limited all the same");
	report(!set_rights(MIB(2) + 0x5000, 1, R | W) && shim_blocks == before + 1 &&
		       verdicts(MIB(2) + 0x5000, HV_DONE, HV_DONE, HV_FORBIDDEN) &&
		       verdicts(MIB(2) + 0x6000, HV_FILLED, HV_FORBIDDEN, HV_FORBIDDEN),
	       "one frame that differs makes a list");
	report(!set_rights(MIB(2) + 0x5000, 1, R) && shim_blocks == before &&
		       verdicts(MIB(2) + 0x5000, HV_DONE, HV_FORBIDDEN, HV_FORBIDDEN),
	       "which goes when it differs no more");
	shim_blocks_left = 0;
	report(set_rights(MIB(6) + 0x1000, 1, R) == -ENOMEM &&
		       verdicts(MIB(6) + 0x1000, HV_FILLED, HV_DONE, HV_DONE),
	       "without memory for it nothing has changed");
	shim_blocks_left = ~0ul;
	guest_close(&t);
}

void test_ept_rights(void)
{
	test_time();
	test_lists();
	test_combinations();
	test_flushes();
	test_large();
	test_with_log();
}
