// SPDX-License-Identifier: GPL-2.0
/* hv/vmx/flush.c: what is executed and counted for what was asked for, and what is not. */
#include "fake_vcpu.h"
#include "ept_guest.h"

#define EPTP (0x5000 | 6 | 3 << 3)
#define GVA 0x8000012000ull

#define INVEPT_ONE { true, INVEPT_SINGLE, EPTP, 0 }
#define INVEPT_EACH { true, INVEPT_ALL, 0, 0 }
#define INVVPID_AT(gva) { false, INVVPID_ADDR, FAKE_VPID, gva }
#define INVVPID_ONE { false, INVVPID_SINGLE, FAKE_VPID, 0 }
#define INVVPID_EACH { false, INVVPID_ALL, 0, 0 }

#define flushed(...)                                                 \
	({                                                           \
		const struct fake_flush __want[] = { __VA_ARGS__ };  \
		fake_flushed(__want, ARRAY_SIZE(__want));            \
	})

static struct hv_flush *asked(void)
{
	return &fake.vcpu.mmu.flush;
}

static bool nothing_asked(void)
{
	return !asked()->context && !asked()->root && !asked()->address;
}

/* These flushes were counted, each once, and no other. */
static bool counted(u64 invept_single, u64 invept_all, u64 addr, u64 single, u64 all)
{
	bool right = fake_count(HVBENCH_CNT_flush_invept_single) == invept_single &&
		     fake_count(HVBENCH_CNT_flush_invept_all) == invept_all &&
		     fake_count(HVBENCH_CNT_flush_invvpid_addr) == addr &&
		     fake_count(HVBENCH_CNT_flush_invvpid_single) == single &&
		     fake_count(HVBENCH_CNT_flush_invvpid_all) == all &&
		     fake_count_all() == invept_single + invept_all + addr + single + all;

	fake_forget();
	return right;
}

/* A vCPU that was entered on this CPU before. */
static void open_flushed(void)
{
	fake_open();
	report(!vmx_flush(&fake.vcpu), "a first flush succeeds");
	fake_forget();
}

static void test_first_entry(void)
{
	fake_open();
	report(!vmx_flush(&fake.vcpu) && flushed(INVEPT_ONE, INVVPID_ONE) &&
	       counted(1, 0, 0, 1, 0), "the first entry flushes the EPT root and the VPID");
	report(!vmx_flush(&fake.vcpu) && flushed() && counted(0, 0, 0, 0, 0),
	       "the second flushes nothing");
	fake_close();

	fake_open();
	fake.vcpu.mmu.controls.nested = false;
	report(!vmx_flush(&fake.vcpu) && flushed(INVVPID_ONE), "without EPT only the VPID is flushed");
	fake_close();

	fake_open();
	fake.vcpu.mmu.controls.ept_ad = true;
	report(!vmx_flush(&fake.vcpu) &&
	       flushed({ true, INVEPT_SINGLE, EPTP | 1 << 6, 0 }, INVVPID_ONE),
	       "INVEPT's operand is the EPTP with its A/D flag");
	fake_close();
}

static void test_requests(void)
{
	open_flushed();
	hv_flush_addr(&fake.vcpu.mmu, GVA);
	report(!vmx_flush(&fake.vcpu) && flushed(INVVPID_AT(GVA)) && counted(0, 0, 1, 0, 0),
	       "one address: INVVPID by address");
	hv_flush_addr(&fake.vcpu.mmu, GVA);
	hv_flush_addr(&fake.vcpu.mmu, GVA);
	report(!vmx_flush(&fake.vcpu) && flushed(INVVPID_AT(GVA)) && counted(0, 0, 1, 0, 0),
	       "the same address twice: one INVVPID by address");
	hv_flush_addr(&fake.vcpu.mmu, GVA);
	hv_flush_addr(&fake.vcpu.mmu, GVA + HV_PAGE_BYTES);
	report(!vmx_flush(&fake.vcpu) && flushed(INVVPID_ONE) && counted(0, 0, 0, 1, 0),
	       "two addresses: one INVVPID of the VPID");
	hv_flush_context(&fake.vcpu.mmu);
	report(!vmx_flush(&fake.vcpu) && flushed(INVVPID_ONE) && counted(0, 0, 0, 1, 0),
	       "the context: one INVVPID of the VPID");
	hv_flush_addr(&fake.vcpu.mmu, GVA);
	hv_flush_context(&fake.vcpu.mmu);
	report(!vmx_flush(&fake.vcpu) && flushed(INVVPID_ONE) && counted(0, 0, 0, 1, 0),
	       "the context covers an address");
	hv_flush_root(&fake.vcpu.mmu);
	report(!vmx_flush(&fake.vcpu) && flushed(INVEPT_ONE) && counted(1, 0, 0, 0, 0),
	       "the root: one INVEPT");
	hv_flush_root(&fake.vcpu.mmu);
	hv_flush_addr(&fake.vcpu.mmu, GVA);
	report(!vmx_flush(&fake.vcpu) && flushed(INVEPT_ONE, INVVPID_AT(GVA)) &&
	       counted(1, 0, 1, 0, 0), "the root and an address: both");
	report(nothing_asked() && !vmx_flush(&fake.vcpu) && flushed(), "each once");
	vmx_capability.invvpid_addr = false;
	hv_flush_addr(&fake.vcpu.mmu, GVA);
	report(!vmx_flush(&fake.vcpu) && flushed(INVVPID_ONE) && counted(0, 0, 0, 1, 0) &&
	       nothing_asked(), "a CPU without INVVPID by address: of the VPID");
	fake_close();
}

static void test_migration(void)
{
	open_flushed();
	fake.vcpu.vmcs.cpu = 1;
	report(!vmx_flush(&fake.vcpu) && flushed(INVEPT_ONE, INVVPID_ONE) &&
	       counted(1, 0, 0, 1, 0), "on another CPU both are flushed");
	report(!vmx_flush(&fake.vcpu) && flushed(), "once there");
	fake.vcpu.vmcs.cpu = 0;
	report(!vmx_flush(&fake.vcpu) && flushed(INVEPT_ONE, INVVPID_ONE),
	       "and again back on the first, which may hold what is stale by now");
	fake.vcpu.vmcs.cpu = 1;
	hv_flush_addr(&fake.vcpu.mmu, GVA);
	report(!vmx_flush(&fake.vcpu) && flushed(INVEPT_ONE, INVVPID_ONE) && nothing_asked(),
	       "an address is covered by the flush of another CPU");
	fake_close();

	/* Each has its own VPID and root. */
	open_flushed();
	fake.vcpu.vpid = FAKE_VPID + 1;
	fake.vcpu.mmu.controls.root_hpa = 0x9000;
	hv_flush_context(&fake.vcpu.mmu);
	hv_flush_root(&fake.vcpu.mmu);
	report(!vmx_flush(&fake.vcpu) &&
	       flushed({ true, INVEPT_SINGLE, 0x9000 | 6 | 3 << 3, 0 },
		       { false, INVVPID_SINGLE, FAKE_VPID + 1, 0 }),
	       "of several VMs on a CPU each flushes its own");
	fake_close();
}

static void open_without_vpid(void)
{
	fake_prepare();
	fake.knob[HVBENCH_KNOB_VPID] = 0;
	report(!hv_vcpu_create(&fake.vcpu), "a vCPU without VPID is created");
}

static void test_transitions(void)
{
	open_without_vpid();
	report(!vmx_flush(&fake.vcpu) && flushed(INVEPT_ONE) && counted(1, 0, 0, 0, 0),
	       "without VPID only INVEPT is executed, and no exit was there to count");
	fake.vcpu.entered = true;
	report(!vmx_flush(&fake.vcpu) && flushed() &&
	       fake_count(HVBENCH_CNT_flush_transition) == 1 && fake_count_all() == 1,
	       "an exit and entry is counted as a flush");
	hv_flush_addr(&fake.vcpu.mmu, GVA);
	hv_flush_context(&fake.vcpu.mmu);
	report(!vmx_flush(&fake.vcpu) && flushed() && nothing_asked() &&
	       fake_count(HVBENCH_CNT_flush_transition) == 2, "which does all that is asked for");
	fake.vcpu.exit_owner = HV_EXIT_HARNESS;
	report(!vmx_flush(&fake.vcpu) && fake_count(HVBENCH_CNT_flush_transition) == 2,
	       "the harness's exits are not counted");
	fake.vcpu.exit_owner = HV_EXIT_HOST;
	report(!vmx_flush(&fake.vcpu) && fake_count(HVBENCH_CNT_flush_transition) == 2,
	       "nor are the host's own");
	fake.vcpu.exit_owner = HV_EXIT_GUEST;
	hv_flush_root(&fake.vcpu.mmu);
	report(!vmx_flush(&fake.vcpu) && flushed(INVEPT_ONE), "the root is flushed by INVEPT");
	fake_close();
}

static void test_refused(void)
{
	open_flushed();
	fake.refuse_invvpid[INVVPID_ADDR] = true;
	hv_flush_addr(&fake.vcpu.mmu, GVA);
	report(!vmx_flush(&fake.vcpu) && flushed(INVVPID_ONE) && counted(0, 0, 0, 1, 0) &&
	       nothing_asked(), "INVVPID by address refused: of the VPID, and counted so");
	fake.refuse_invvpid[INVVPID_SINGLE] = true;
	hv_flush_addr(&fake.vcpu.mmu, GVA);
	report(!vmx_flush(&fake.vcpu) && flushed(INVVPID_EACH) && counted(0, 0, 0, 0, 1) &&
	       nothing_asked(), "that refused too: of all VPIDs");
	hv_flush_context(&fake.vcpu.mmu);
	report(!vmx_flush(&fake.vcpu) && flushed(INVVPID_EACH) && counted(0, 0, 0, 0, 1),
	       "INVVPID of the VPID refused: of all");
	fake.refuse_invept[INVEPT_SINGLE] = true;
	hv_flush_root(&fake.vcpu.mmu);
	report(!vmx_flush(&fake.vcpu) && flushed(INVEPT_EACH) && counted(0, 1, 0, 0, 0) &&
	       nothing_asked(), "INVEPT of the root refused: of all");
	fake_close();
}

static void test_all_refused(void)
{
	open_flushed();
	fake.refuse_invvpid[INVVPID_ADDR] = fake.refuse_invvpid[INVVPID_SINGLE] =
		fake.refuse_invvpid[INVVPID_ALL] = true;
	hv_flush_addr(&fake.vcpu.mmu, GVA);
	report(vmx_flush(&fake.vcpu) == -EIO && flushed() && counted(0, 0, 0, 0, 0),
	       "every INVVPID refused: an error, and nothing is counted");
	fake.refuse_invvpid[INVVPID_ADDR] = false;
	report(!vmx_flush(&fake.vcpu) && flushed(INVVPID_AT(GVA)) && nothing_asked(),
	       "the request was not lost");
	fake.refuse_invvpid[INVVPID_ADDR] = true;
	hv_flush_context(&fake.vcpu.mmu);
	report(vmx_flush(&fake.vcpu) == -EIO && asked()->context, "nor is that for the context");
	fake_close();

	open_flushed();
	fake.refuse_invept[INVEPT_SINGLE] = fake.refuse_invept[INVEPT_ALL] = true;
	hv_flush_root(&fake.vcpu.mmu);
	hv_flush_addr(&fake.vcpu.mmu, GVA);
	report(vmx_flush(&fake.vcpu) == -EIO && counted(0, 0, 0, 0, 0) && asked()->root &&
	       asked()->address, "every INVEPT refused: an error, and all requests stay");
	fake.refuse_invept[INVEPT_SINGLE] = false;
	report(!vmx_flush(&fake.vcpu) && flushed(INVEPT_ONE, INVVPID_AT(GVA)),
	       "which are executed once the CPU accepts");
	fake_close();

	fake_open();
	fake.refuse_invvpid[INVVPID_SINGLE] = fake.refuse_invvpid[INVVPID_ALL] = true;
	report(vmx_flush(&fake.vcpu) == -EIO && flushed(INVEPT_ONE), "a new CPU that refuses");
	fake.refuse_invvpid[INVVPID_SINGLE] = false;
	report(!vmx_flush(&fake.vcpu) && flushed(INVVPID_ONE), "is flushed as soon as it accepts");
	fake_close();
}

/* ---- on the model of the TLB ---- */

#define TABLES 0x1000 /* of the guest: identity, by 2M pages */
#define DATA 0x5000

static void open_layout(void)
{
	guest_open(&t);
	machine_poke(&t.m, TABLES, 0x2000 | PTE_P | PTE_W | PTE_A);
	machine_poke(&t.m, 0x2000, 0x3000 | PTE_P | PTE_W | PTE_A);
	machine_poke(&t.m, 0x3000, 0 | PTE_P | PTE_W | PTE_A | PTE_D | PTE_PS);
	machine_add_page(&t.m, DATA);
	guest_start(&t);
}

/* A VM under EPT, on pages that the arena hands out as to the one before. */
static void open_vm(void)
{
	arena_rewind();
	guest_defaults(&t, &ept_mmu_ops, 2);
	open_layout();
}

static void test_root_of_another(void)
{
	static struct tlb left[MACHINE_CPUS];
	u64 root, *pages;

	open_vm();
	report(guest_reaches(&t, DATA, HV_PF_WRITE, DATA), "a VM reaches its memory");
	memcpy(left, t.m.cpu_tlb, sizeof(left));
	root = t.m.mmu.controls.root_hpa;
	guest_close(&t);

	open_vm();
	pages = hv_va(t.m.memory.chunk[0]);
	swap(pages[DATA >> HV_PAGE_SHIFT], pages[(DATA >> HV_PAGE_SHIFT) + 1]);
	memcpy(t.m.cpu_tlb, left, sizeof(left));
	report(t.m.mmu.controls.root_hpa == root && left[0].page[0].nr_maps > 0,
	       "another VM of the same VPID gets the same page as its root");
	report(guest_reaches(&t, DATA, HV_PF_WRITE, DATA),
	       "and reaches its own memory, not what the CPU still holds of the first");
	machine_migrate(&t.m, 1);
	report(guest_reaches(&t, DATA, HV_PF_WRITE, DATA), "so too on another CPU");
	guest_close(&t);
}

static bool holds(const struct machine *m)
{
	return m->tlb->page[0].nr_maps && m->tlb->gpa[DATA >> HV_PAGE_SHIFT].hpa;
}

/* Two VMs on one CPU, whose VPIDs and roots differ. */
static void test_neighbours(void)
{
	static struct test_guest first;

	open_vm();
	report(guest_reaches(&t, DATA, HV_PF_WRITE, DATA), "a VM reaches its memory");
	first = t;
	first.m.tlb = &first.m.cpu_tlb[0];
	first.m.mmu.pool = &first.m.pool;
	first.m.mmu.counter = first.m.counter;
	first.m.mmu.memory = &first.m.memory;
	first.m.mmu.knob = first.m.knob;

	guest_defaults(&t, &ept_mmu_ops, 2);
	t.config.vpid = 2;
	open_layout();
	t.m.neighbour = &first.m;
	report(guest_reaches(&t, DATA, HV_PF_WRITE, DATA) && holds(&first.m) && holds(&t.m),
	       "the first entry of a second VM drops nothing of the first's");
	hv_flush_addr(&t.m.mmu, DATA);
	hv_flush_root(&t.m.mmu);
	report(guest_reaches(&t, DATA, 0, DATA) && holds(&first.m) &&
	       t.m.flushes_addr == 1 && t.m.flushes_root == 2,
	       "its later flushes drop nothing of the first's");
	first.m.neighbour = &t.m;
	t.m.neighbour = NULL;
	hv_flush_context(&first.m.mmu);
	hv_flush_root(&first.m.mmu);
	report(guest_reaches(&first, DATA, 0, DATA) && holds(&t.m),
	       "and the first's flushes nothing of the second's");
	machine_destroy(&first.m);
	guest_close(&t);
}

void test_vmx_flush(void)
{
	report_prefix("flush");
	test_first_entry();
	test_requests();
	test_migration();
	test_transitions();
	test_refused();
	test_all_refused();
	test_root_of_another();
	test_neighbours();
}
