// SPDX-License-Identifier: GPL-2.0
/*
 * Every combination of P, W, U, NX in the leaf and in one level above it, for
 * 4K, 2M and 1G pages, with CR0.WP, EFER.NXE, CR4.SMEP and CR4.SMAP on and off,
 * for eight kinds of access, on every backend: the outcome and the guest's A/D
 * bits against the reference walker.
 */
#include "report.h"

extern const struct hv_mmu_ops spt_mmu_ops __attribute__((weak));

static const u32 accesses[] = {
	0,
	HV_ACCESS_AC,
	HV_PF_USER,
	HV_PF_FETCH,
	HV_PF_USER | HV_PF_FETCH,
	HV_PF_WRITE,
	HV_PF_WRITE | HV_ACCESS_AC,
	HV_PF_USER | HV_PF_WRITE,
};

static struct test_guest t;

struct combination {
	int leaf; /* level */
	u32 leaf_flags, upper_flags, upper; /* upper: level */
	bool wp, nxe, smep, smap;
};

static u64 flags_of(u32 four)
{
	return (four & 1 ? PTE_P : 0) | (four & 2 ? PTE_W : 0) | (four & 4 ? PTE_U : 0) |
	       (four & 8 ? PTE_NX : 0);
}

static void lay_out(const struct combination *c)
{
	int level;

	for (level = 4; level >= c->leaf; level--) {
		u64 flags = PTE_P | PTE_W | PTE_U;
		u64 target = (u64)(6 - level) << 12;

		if (level == c->leaf) {
			flags = flags_of(c->leaf_flags);
			target = level == 1 ? 0x9000 : level == 2 ? 0x200000 : 0;
			if (level > 1)
				flags |= PTE_PS;
		} else if (level == (int)c->upper) {
			flags = flags_of(c->upper_flags);
		}
		machine_poke(&t.m, (u64)(5 - level) << 12, target | flags);
	}
}

static bool read_guest(void *context, u64 addr, u64 *value)
{
	*value = guest_word(&t, addr);
	return addr < t.config.memory_bytes;
}

static bool one_access(const struct ref_cpu *cpu, u64 gva, u32 access)
{
	struct ref_path path;
	struct outcome out;
	u32 code = 0;
	bool fault;
	int i;

	ref_walk(cpu, ref_root(cpu), gva, read_guest, NULL, &path);
	fault = path.end != REF_MAPPED || !ref_allows(cpu, &path.map, access);
	if (fault)
		code = ref_error_code(cpu, path.end, access);
	out = guest_access(&t, gva, access);
	if (fault != (out.kind == OUT_FAULT))
		return false;
	for (i = 0; i < path.nr; i++) {
		u64 want = path.step[i].value, now = guest_word(&t, path.step[i].addr);

		if (fault) {
			/* On the way to a fault A may be set or not. */
			if ((want ^ now) & ~PTE_A)
				return false;
			continue;
		}
		want |= PTE_A;
		if (access & HV_PF_WRITE && i == path.nr - 1)
			want |= PTE_D;
		if (now != want)
			return false;
	}
	if (fault)
		return out.error_code == code && out.gva == gva;
	return out.hpa == (hv_memory_hpa(&t.m.memory, path.map.base >> 12) | (gva & 0xfff));
}

static bool one_combination(const struct hv_mmu_ops *ops, u32 sync, const struct combination *c)
{
	const u64 gva = 0x678;
	struct ref_cpu cpu;
	bool right = true;
	u32 i;

	guest_defaults(&t, ops, 2);
	t.config.populate = false;
	t.config.knob[HVBENCH_KNOB_SPT_SYNC] = sync;
	if (!c->wp)
		t.config.paging.cr0 &= ~HV_CR0_WP;
	if (!c->nxe)
		t.config.paging.efer &= ~HV_EFER_NXE;
	if (c->smep)
		t.config.paging.cr4 |= HV_CR4_SMEP;
	if (c->smap)
		t.config.paging.cr4 |= HV_CR4_SMAP;
	cpu = (struct ref_cpu){ t.config.paging, 40, true };
	guest_open(&t);
	lay_out(c);
	guest_start(&t);
	/* Twice: the second round meets what the first one filled. */
	for (i = 0; i < 2 * ARRAY_SIZE(accesses); i++) {
		u32 access = accesses[i % ARRAY_SIZE(accesses)];

		if (one_access(&cpu, gva, access))
			continue;
		right = false;
		printf("# leaf level %d %#llx, level %u %#llx, WP %d NXE %d SMEP %d SMAP %d, "
		       "access %#x of round "
		       "%u\n",
		       c->leaf, flags_of(c->leaf_flags), c->upper, flags_of(c->upper_flags), c->wp,
		       c->nxe, c->smep, c->smap, access, i / (u32)ARRAY_SIZE(accesses));
		break;
	}
	guest_close(&t);
	return right;
}

static void all_combinations(const struct hv_mmu_ops *ops, u32 sync)
{
	struct combination c;
	u32 total = 0, right = 0, i;

	for (c.leaf = 1; c.leaf <= 3; c.leaf++) {
		for (c.upper = (u32)c.leaf + 1; c.upper <= 4; c.upper++) {
			for (i = 0; i < 4096; i++) {
				c.leaf_flags = i & 15;
				c.upper_flags = i >> 4 & 15;
				c.wp = i >> 8 & 1;
				c.nxe = i >> 9 & 1;
				c.smep = i >> 10 & 1;
				c.smap = i >> 11 & 1;
				total++;
				right += one_combination(ops, sync, &c);
			}
		}
	}
	report_equal(right, total,
		     "all combinations of rights, page sizes, WP, NXE, SMEP and SMAP, 8 accesses "
		     "each, twice");
}

void test_backend_rights(void)
{
	report_prefix("rights ept");
	all_combinations(&ept_mmu_ops, 0);
	if (!&spt_mmu_ops) {
		report_prefix("rights spt");
		report_skip("spt/ is not linked in");
		return;
	}
	report_prefix("rights spt vtlb");
	all_combinations(&spt_mmu_ops, HVBENCH_SPT_SYNC_VTLB);
	report_prefix("rights spt unsync");
	all_combinations(&spt_mmu_ops, HVBENCH_SPT_SYNC_UNSYNC);
	report_prefix("rights spt trap");
	all_combinations(&spt_mmu_ops, HVBENCH_SPT_SYNC_TRAP);
}
