// SPDX-License-Identifier: GPL-2.0
/* The EPT backend: dirty logging by each method, split and merged leaves. */
#include "ept_guest.h"

static void act(enum hv_log_action action)
{
	t.m.mmu.dirty.on = action != HV_LOG_STOP;
	machine_log_backend(&t.m, action);
}

static u64 weight(const u64 *bits)
{
	u64 i, n = 0;

	for (i = 0; i < t.m.mmu.dirty.words; i++)
		n += hweight64(bits[i]);
	return n;
}

/* A look: exactly these frames of the first 64 are written and touched. */
static bool looks(u64 written, u64 touched)
{
	struct hv_dirty *dirty = &t.m.mmu.dirty;
	bool ok;

	act(HV_LOG_COLLECT);
	ok = dirty->written[0] == written && dirty->touched[0] == touched &&
	     weight(dirty->written) == hweight64(written) &&
	     weight(dirty->touched) == hweight64(touched);
	memset(dirty->written, 0, dirty->words * sizeof(u64));
	memset(dirty->touched, 0, dirty->words * sizeof(u64));
	return ok;
}

static void log_open(enum hvbench_size backing, enum hvbench_size leaf, u32 log, bool ad)
{
	ept_defaults(backing, leaf);
	t.config.knob[HVBENCH_KNOB_LOG] = log;
	t.config.knob[HVBENCH_KNOB_EPT_AD] = ad;
	ept_open();
}

/* What the CPU does in the leaf when the guest touches the page. */
static void set(u64 gpa, u64 bits)
{
	int level;

	*end_of(gpa, &level) |= bits;
}

static void test_fault(void)
{
	report_prefix("ept log fault");
	log_open(HVBENCH_SIZE_4K, HVBENCH_SIZE_4K, HVBENCH_LOG_FAULT, false);
	act(HV_LOG_START);
	report(!flushes_root(), "START with an empty EPT flushes nothing");
	act(HV_LOG_STOP);
	violate(0x3000, HV_PF_WRITE);
	violate(0x4000, 0);
	violate(0x5000, 0);
	act(HV_LOG_START);
	report(flushes_root() && is_leaf(0x3000, 1, LEAF_R | LEAF_X) &&
		       is_leaf(0x4000, 1, LEAF_R | LEAF_X),
	       "START takes W from all leaves and flushes");
	report_equal(violate(0x3000, HV_PF_WRITE), HV_LOGGED, "a first write is logged");
	report(is_leaf(0x3000, 1, LEAF_RWX) && !flushes_root(), "W is back, nothing is flushed");
	report_equal(violate(0x3000, HV_PF_WRITE), HV_DONE, "once more is spurious");
	report_equal(violate(0x4000, 0), HV_DONE, "so is a read of one without W");
	report(violate(0x6000, HV_PF_WRITE) == HV_FILLED && is_leaf(0x6000, 1, LEAF_RWX),
	       "a write to a page not yet there is one event: filled with W");
	report(violate(0x7000, 0) == HV_FILLED && is_leaf(0x7000, 1, LEAF_R | LEAF_X),
	       "a read fills without W");
	report(looks(1 << 3 | 1 << 6, 0), "COLLECT: the two that were written");
	report(flushes_root() && is_leaf(0x3000, 1, LEAF_R | LEAF_X) &&
		       is_leaf(0x6000, 1, LEAF_R | LEAF_X),
	       "these two lose W again, with a flush");
	report(looks(0, 0) && !flushes_root(), "a second look finds nothing and flushes nothing");
	report_equal(violate(0x6000, HV_PF_WRITE), HV_LOGGED,
		     "a write after the look is logged anew");
	act(HV_LOG_STOP);
	report(is_leaf(0x3000, 1, LEAF_RWX) && is_leaf(0x7000, 1, LEAF_RWX),
	       "STOP gives W back to all");
	report(!count(HVBENCH_CNT_ept_split) && !count(HVBENCH_CNT_ept_merge), "nothing was split");
	guest_close(&t);
}

static void test_fault_2m(void)
{
	report_prefix("ept log fault 2m");
	log_open(HVBENCH_SIZE_2M, HVBENCH_SIZE_2M, HVBENCH_LOG_FAULT, false);
	violate(0, HV_PF_WRITE);
	violate(MIB(2), 0);
	act(HV_LOG_START);
	report(is_leaf(0, 2, LEAF_R | LEAF_X),
	       "START takes W from a large leaf and leaves it large");
	flushes_root();
	while (t.m.pool.free_pages) {
		arena_give_page(hv_pool_take_page(&t.m.pool));
		t.m.pool.used_pages--;
	}
	report(violate(0x5123, HV_PF_WRITE) == HV_NEED_POOL && is_leaf(0, 2, LEAF_R | LEAF_X) &&
		       !t.m.mmu.dirty.written[0] && !count(HVBENCH_CNT_ept_split),
	       "the first write wants a table, and changes nothing without one");
	hv_pool_fill(&t.m.pool, 1, 0);
	report_equal(violate(0x5123, HV_PF_WRITE), HV_LOGGED, "with one it is logged");
	report(is_leaf(0x5000, 1, LEAF_RWX) && is_leaf(0x4000, 1, LEAF_R | LEAF_X) &&
		       is_leaf(0x1ff000, 1, LEAF_R | LEAF_X) && count(HVBENCH_CNT_ept_split) == 1,
	       "the leaf is split: W in the page written to alone");
	report(flushes_root(), "a split flushes");
	report(is_leaf(MIB(2), 2, LEAF_R | LEAF_X), "the other large leaf is as it was");
	report(looks(1 << 5, 0), "COLLECT names the 4K page");
	hv_pool_fill(&t.m.pool, 8, 0);
	report(violate(MIB(4), HV_PF_WRITE) == HV_FILLED && is_leaf(MIB(4), 1, LEAF_RWX) &&
		       count(HVBENCH_CNT_ept_split) == 1,
	       "a write to 2M not yet there fills 4K of it");
	report(violate(MIB(6), 0) == HV_FILLED && is_leaf(MIB(6), 2, LEAF_R | LEAF_X),
	       "a read fills all 2M without W");
	flushes_root();
	act(HV_LOG_STOP);
	report(is_leaf(0, 2, LEAF_RWX) && is_leaf(MIB(2), 2, LEAF_RWX) &&
		       is_leaf(MIB(4), 2, LEAF_RWX) && is_leaf(MIB(6), 2, LEAF_RWX),
	       "STOP: four large leaves with W");
	report(count(HVBENCH_CNT_ept_merge) == 2 && flushes_root() && t.m.pool.used_pages == 3,
	       "two tables were merged and given back, with a flush");
	guest_close(&t);
}

static void test_fault_1g(void)
{
	report_prefix("ept log fault 1g");
	log_open(HVBENCH_SIZE_1G, HVBENCH_SIZE_1G, HVBENCH_LOG_FAULT, false);
	violate(0, 0);
	act(HV_LOG_START);
	report_equal(violate(0x3000, HV_PF_WRITE), HV_LOGGED, "a write to a 1G leaf is logged");
	report(is_leaf(0x3000, 1, LEAF_RWX) && is_leaf(0x4000, 1, LEAF_R | LEAF_X) &&
		       is_leaf(MIB(1022), 2, LEAF_R | LEAF_X) &&
		       count(HVBENCH_CNT_ept_split) == 2 && t.m.pool.used_pages == 4,
	       "it is split into 2M leaves, and one of these into 4K leaves");
	report(looks(1 << 3, 0), "COLLECT names the 4K page");
	act(HV_LOG_STOP);
	report(is_leaf(0, 3, LEAF_RWX) && count(HVBENCH_CNT_ept_merge) == 2 &&
		       t.m.pool.used_pages == 2,
	       "STOP makes one 1G leaf of it again");
	guest_close(&t);
}

static void test_ad(void)
{
	report_prefix("ept log ad");
	log_open(HVBENCH_SIZE_4K, HVBENCH_SIZE_4K, HVBENCH_LOG_AD, true);
	violate(0x3000, HV_PF_WRITE);
	violate(0x4000, 0);
	violate(0x5000, 0);
	set(0x3000, LEAF_A | LEAF_D);
	flushes_root();
	act(HV_LOG_START);
	report(is_leaf(0x3000, 1, LEAF_RWX) && flushes_root() && !t.m.mmu.controls.pml,
	       "START clears A and D, keeps W, and flushes");
	report(looks(0, 0) && !flushes_root(), "nothing touched: an empty look, no flush");
	set(0x4000, LEAF_A | LEAF_D);
	set(0x5000, LEAF_A);
	report(looks(1 << 4, 1 << 4 | 1 << 5), "COLLECT: D is written, A is touched");
	report(flushes_root() && is_leaf(0x4000, 1, LEAF_RWX) && is_leaf(0x5000, 1, LEAF_RWX),
	       "the bits are cleared, with a flush");
	report(looks(0, 0), "and are not found again");
	guest_close(&t);

	report_prefix("ept log ad 2m");
	log_open(HVBENCH_SIZE_2M, HVBENCH_SIZE_2M, HVBENCH_LOG_AD, true);
	violate(0, 0);
	act(HV_LOG_START);
	report(is_leaf(0, 2, LEAF_R | LEAF_X), "a large leaf loses W, to be split");
	report(violate(0x5000, HV_PF_WRITE) == HV_LOGGED && is_leaf(0x5000, 1, LEAF_RWX) &&
		       is_leaf(0x6000, 1, LEAF_RWX),
	       "the first write splits it, and all its pages may be written");
	set(0x6000, LEAF_A | LEAF_D);
	report(looks(1 << 6, 1 << 6), "COLLECT goes by the CPU's bits, by 4K page");
	set(0x6000, LEAF_A | LEAF_D);
	act(HV_LOG_STOP);
	report(is_leaf(0, 2, LEAF_RWX | LEAF_A | LEAF_D), "STOP merges, and keeps A and D");
	violate(MIB(2), 0);
	act(HV_LOG_START);
	set(MIB(2), LEAF_A);
	act(HV_LOG_COLLECT);
	report(weight(t.m.mmu.dirty.touched) == 512 && hv_dirty_is(t.m.mmu.dirty.touched, 1023) &&
		       !weight(t.m.mmu.dirty.written),
	       "a large leaf that was read tells of all its frames");
	guest_close(&t);
}

static void test_pml(void)
{
	report_prefix("ept log pml");
	log_open(HVBENCH_SIZE_4K, HVBENCH_SIZE_4K, HVBENCH_LOG_PML, true);
	violate(0x3000, HV_PF_WRITE);
	violate(0x4000, HV_PF_WRITE);
	set(0x3000, LEAF_A | LEAF_D);
	set(0x4000, LEAF_A | LEAF_D);
	t.m.mmu.controls.changed = false;
	report(!t.m.mmu.controls.pml, "off before START");
	act(HV_LOG_START);
	report(t.m.mmu.controls.pml && t.m.mmu.controls.changed && is_leaf(0x3000, 1, LEAF_RWX),
	       "START turns it on and clears D");
	set(0x3000, LEAF_A | LEAF_D);
	set(0x4000, LEAF_A | LEAF_D);
	/* The log's page still holds the address of the other one. */
	hv_dirty_note(t.m.mmu.dirty.written, 3);
	flushes_root();
	report(looks(1 << 3, 0) && flushes_root(), "COLLECT: what the CPU logged");
	report(is_leaf(0x3000, 1, LEAF_RWX | LEAF_A) &&
		       is_leaf(0x4000, 1, LEAF_RWX | LEAF_A | LEAF_D),
	       "D is cleared in exactly these");
	t.m.mmu.controls.changed = false;
	act(HV_LOG_STOP);
	report(!t.m.mmu.controls.pml && t.m.mmu.controls.changed, "STOP turns it off");
	guest_close(&t);
}

void test_ept_log(void)
{
	test_fault();
	test_fault_2m();
	test_fault_1g();
	test_ad();
	test_pml();
}
