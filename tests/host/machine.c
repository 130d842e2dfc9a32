// SPDX-License-Identifier: GPL-2.0
/*
 * The vCPU loop in miniature, what is under the guest's instructions
 * (machine_guest.c): the machine's life, VM entry, which programs the controls and
 * has hv/vmx/flush.c execute the flushes, and every call into the backend, which is
 * held to the contract of hv/mmu.h.
 */
#include <stdarg.h>

#include "machine_call.h"
#include "vmx/insn.h"
#include "vmx/vmx.h"

bool machine_fail(struct machine *m, const char *text, ...)
{
	va_list args;

	if (m->failed)
		return false;
	m->failed = true;
	va_start(args, text);
	vsnprintf(m->why, sizeof(m->why), text, args);
	va_end(args);
	return false;
}

void machine_create(struct machine *m, const struct machine_config *config)
{
	memset(m, 0, sizeof(*m));
	memcpy(m->knob, config->knob, sizeof(m->knob));
	m->rng.state = config->seed;
	m->cpu_rng.state = ~config->seed;
	m->tlb = &m->cpu_tlb[0];
	m->pool.limit_pages = config->limit_pages ? config->limit_pages : ~0u;
	m->vcpu.vpid = !config->knob[HVBENCH_KNOB_VPID] ? 0 : config->vpid ? config->vpid : 1;
	m->vcpu.flushed_cpu = -1;
	m->mmu = (struct hv_mmu){
		.ops = config->ops,
		.caps = config->caps,
		.knob = m->knob,
		.memory = &m->memory,
		.pool = &m->pool,
		.counter = m->counter,
		.work_limit = HV_WORK_MAX,
		.paging = config->paging,
	};
	if (config->knob[HVBENCH_KNOB_BACKING] == HVBENCH_SIZE_1G
		    ? hv_memory_pin(&m->memory, config->memory_bytes, 0, NULL)
		    : hv_memory_create(&m->memory, config->memory_bytes,
				       config->knob[HVBENCH_KNOB_BACKING], config->populate)) {
		fprintf(stderr, "the arena is too small\n");
		exit(2);
	}
	if (config->knob[HVBENCH_KNOB_LOG]) {
		m->mmu.dirty.words = DIV_ROUND_UP(m->memory.nr_frames, 64);
		m->mmu.dirty.block = 16;
		m->mmu.dirty.written = calloc(3 * m->mmu.dirty.words, sizeof(u64));
		assert(m->mmu.dirty.written);
		m->mmu.dirty.touched = m->mmu.dirty.written + m->mmu.dirty.words;
		m->tried = m->mmu.dirty.touched + m->mmu.dirty.words;
	}
}

int machine_start(struct machine *m)
{
	int error = hv_pool_fill(&m->pool, m->mmu.ops->pages, m->mmu.ops->nodes);

	if (!error)
		error = m->mmu.ops->create(&m->mmu);
	m->started = !error;
	/* The root itself is a page that the guest must never reach. */
	if (m->started)
		tlb_fill_stale(m, m->mmu.controls.root_hpa);
	return error;
}

const char *machine_destroy(struct machine *m)
{
	const char *error;

	if (m->started)
		m->mmu.ops->destroy(&m->mmu);
	error = pool_check(&m->pool);
	if (!error && (m->pool.used_pages || m->pool.used_nodes))
		error = "pool: pages or nodes were not given back";
	/* Reported by the caller, not again as a leak by the pool. */
	m->pool.used_pages = m->pool.used_nodes = 0;
	hv_pool_destroy(&m->pool);
	hv_memory_destroy(&m->memory);
	free(m->mmu.dirty.written);
	return error;
}

int machine_add_page(struct machine *m, u64 gva)
{
	int cpu;

	for (cpu = 0; cpu < MACHINE_CPUS; cpu++)
		m->cpu_tlb[cpu].page[m->nr_pages].gva = gva & ~0xfffull;
	return m->nr_pages++;
}

void machine_poke(struct machine *m, u64 gpa, u64 value)
{
	if (hv_memory_populate(&m->memory, gpa >> HV_PAGE_SHIFT)) {
		fprintf(stderr, "the arena is too small\n");
		exit(2);
	}
	*(u64 *)hv_va(hv_memory_hpa(&m->memory, gpa >> HV_PAGE_SHIFT) | (gpa & 0xff8)) = value;
}

/* ---- VM exit and entry ---- */

static bool same_controls(const struct hv_controls *a, const struct hv_controls *b)
{
	return a->root_hpa == b->root_hpa && a->nested == b->nested && a->ept_ad == b->ept_ad &&
	       a->pml == b->pml && a->trap_cr3 == b->trap_cr3 && a->trap_invlpg == b->trap_invlpg &&
	       a->filter_not_present == b->filter_not_present && a->pcid == b->pcid &&
	       a->cr0_guest_owned == b->cr0_guest_owned &&
	       a->cr4_guest_owned == b->cr4_guest_owned && a->cr0_force == b->cr0_force &&
	       a->cr4_force == b->cr4_force && a->cr4_pass == b->cr4_pass &&
	       a->efer_force == b->efer_force && a->exception_bitmap == b->exception_bitmap;
}

/* hv/vmx/ writes the VMCS where a backend says that something changed, only then. */
static bool program_controls(struct machine *m)
{
	struct hv_controls *controls = &m->mmu.controls;

	if (controls->root_changed) {
		m->hw.root_hpa = controls->root_hpa;
		m->hw.pcid = controls->pcid;
		controls->root_changed = false;
	}
	if (!controls->changed)
		return same_controls(&m->hw, controls) ||
		       machine_fail(m, "the controls changed and the backend did not say so");
	controls->changed = false;
	m->hw = *controls;
	if (!m->hw.nested && !m->hw.trap_cr3)
		return machine_fail(m, "a guest may load CR3 over shadow tables");
	if (m->hw.pcid && !(m->hw.cr4_force & HV_CR4_PCIDE && m->mmu.caps.pcid))
		return machine_fail(m, "a PCID without CR4.PCIDE, or on a CPU that has none");
	return true;
}

/* Each instruction works on all that the CPU holds, whichever VM it is of. */
static int execute_invept(void *context, enum invept_type type, u64 eptp)
{
	struct machine *m = context;

	if (type == INVEPT_SINGLE && rng_once_in(&m->cpu_rng, m->refuse))
		return -EIO;
	m->flushes_root++;
	for (; m; m = m->neighbour) {
		if (type == INVEPT_SINGLE)
			tlb_flush_root(m, eptp & PTE_ADDR);
		else
			tlb_flush_all_roots(m);
	}
	return 0;
}

static int execute_invvpid(void *context, enum invvpid_type type, u16 vpid, u64 gva)
{
	struct machine *m = context;

	/* VPID 0 is no operand (SDM 3C, 31.3). */
	if (type != INVVPID_ALL && (!vpid || rng_once_in(&m->cpu_rng, m->refuse)))
		return -EIO;
	if (type == INVVPID_ADDR)
		m->flushes_addr++;
	else
		m->flushes_context++;
	for (; m; m = m->neighbour) {
		if (type == INVVPID_ADDR)
			tlb_flush_addr(m, vpid, gva);
		else if (type == INVVPID_SINGLE)
			tlb_flush_vpid(m, vpid);
		else
			tlb_flush_all_vpids(m);
	}
	return 0;
}

/* Without a VPID each transition drops linear and combined mappings (SDM 3C, 29.4.3.1). */
static void transition(struct machine *m)
{
	if (!m->vcpu.vpid)
		tlb_flush_vpid(m, 0);
}

void machine_migrate(struct machine *m, int cpu)
{
	transition(m);
	m->vcpu.vmcs.cpu = cpu;
	m->tlb = &m->cpu_tlb[cpu];
	transition(m);
}

/* The TLB hears of what the backend asked for only by what flush.c executes. */
bool machine_enter(struct machine *m)
{
	const struct hv_flush *flush = &m->mmu.flush;

	if (!program_controls(m))
		return false;
	/* The entry drops what a walk by the old root has cached since the exit. */
	if (m->outside)
		transition(m);
	m->outside = false;
	if (rng_once_in(&m->cpu_rng, m->migrate))
		machine_migrate(m, (int)rng_below(&m->cpu_rng, MACHINE_CPUS));
	vmx_process.invept = execute_invept;
	vmx_process.invvpid = execute_invvpid;
	vmx_process.context = m;
	if (vmx_flush(&m->vcpu))
		return machine_fail(m, "no flush of the CPU's was wide enough");
	if (flush->root || flush->context || flush->address)
		return machine_fail(m, "a flush is asked for after it was executed");
	m->vcpu.entered = true;
	return true;
}

void machine_exit(struct machine *m)
{
	transition(m);
	m->outside = true;
}

/* ---- calls into the backend ---- */

static void stock_up(struct machine *m)
{
	u32 pages = m->mmu.ops->pages, nodes = m->mmu.ops->nodes;

	if (hv_pool_fill(&m->pool, pages, nodes)) {
		fprintf(stderr, "the arena is too small\n");
		exit(2);
	}
}

/* Leaves less in stock than one event may need: it must say so or do with it. */
static void stock_low(struct machine *m)
{
	u32 pages = m->mmu.ops->pages ? rng_below(&m->rng, m->mmu.ops->pages) : 0;

	while (m->pool.free_pages > pages) {
		void *page = hv_pool_take_page(&m->pool);

		m->pool.used_pages--;
		arena_give_page(page);
	}
}

static bool guest_read(void *context, u64 addr, u64 *value)
{
	struct machine *m = context;
	u64 hpa = hv_memory_hpa(&m->memory, addr >> HV_PAGE_SHIFT);

	if (hpa == HV_HPA_OUTSIDE)
		return false;
	*value = hpa == HV_HPA_ABSENT ? 0 : *(u64 *)hv_va(hpa | (addr & 0xff8));
	return true;
}

static void guest_path(struct machine *m, u64 gva, struct ref_path *path)
{
	struct ref_cpu cpu = {
		.reg = m->mmu.paging,
		.physical_address_bits = m->mmu.caps.physical_address_bits,
		.gigabyte_pages = m->mmu.caps.gigabyte_pages,
	};

	ref_walk(&cpu, ref_root(&cpu), gva, guest_read, m, path);
}

void machine_call_begins(struct machine *m, u64 gva, struct before *before)
{
	machine_exit(m);
	before->low = rng_once_in(&m->rng, m->low_pool);
	if (before->low)
		stock_low(m);
	else
		stock_up(m);
	memcpy(before->counter, m->counter, sizeof(before->counter));
	before->used_pages = m->pool.used_pages;
	before->used_nodes = m->pool.used_nodes;
	guest_path(m, gva, &before->path);
}

static bool unchanged(struct machine *m, u64 gva, const struct before *before, const char *verdict)
{
	struct ref_path path;
	bool same;
	int i;

	if (memcmp(before->counter, m->counter, sizeof(m->counter)))
		return machine_fail(m, "%s, but a counter moved", verdict);
	guest_path(m, gva, &path);
	same = path.nr == before->path.nr;
	for (i = 0; same && i < path.nr; i++)
		same = path.step[i].value == before->path.step[i].value;
	if (!same)
		return machine_fail(m, "%s, but the guest's entries for %#llx changed", verdict,
				    gva);
	return true;
}

static u32 allowed_over_limit(const struct machine *m)
{
	return m->mmu.work_limit < HV_WORK_MAX ? m->mmu.ops->pages : 0;
}

/* Mends what the backend asks for; false on a breach of the contract. */
bool machine_obey(struct machine *m, enum hv_verdict verdict, u64 gva,
		  const struct hv_answer *answer, const struct before *before)
{
	u64 gfn = answer->gpa >> HV_PAGE_SHIFT;

	if (shim_warnings)
		return machine_fail(m, "the backend warned");
	switch (verdict) {
	case HV_NEED_POOL:
		if (!before->low)
			return machine_fail(m, "HV_NEED_POOL with a full stock");
		stock_up(m);
		return unchanged(m, gva, before, "HV_NEED_POOL");
	case HV_NEED_BACKING:
		m->counter[HVBENCH_CNT_fault_host]++;
		((struct before *)before)->counter[HVBENCH_CNT_fault_host]++;
		if (hv_memory_hpa(&m->memory, gfn) != HV_HPA_ABSENT)
			return machine_fail(
				m, "HV_NEED_BACKING for gpa %#llx, which is there or outside",
				answer->gpa);
		if (hv_memory_populate(&m->memory, gfn)) {
			fprintf(stderr, "the arena is too small\n");
			exit(2);
		}
		return unchanged(m, gva, before, "HV_NEED_BACKING");
	case HV_BROKEN:
		return machine_fail(m, "HV_BROKEN");
	case HV_FORBIDDEN:
		return machine_fail(m, "HV_FORBIDDEN, and nothing is forbidden");
	default:
		/* Where the work was too much for one event, what goes is still there. */
		if (hv_pool_used_bytes(&m->pool) >
			    ((u64)m->pool.limit_pages + allowed_over_limit(m)) * HV_PAGE_BYTES &&
		    m->pool.used_pages > before->used_pages && !m->mmu.controls.nested)
			return machine_fail(m, "%u pages and %u nodes in use, limit %u pages",
					    m->pool.used_pages, m->pool.used_nodes,
					    m->pool.limit_pages);
		return true;
	}
}

enum hv_verdict machine_event(struct machine *m, machine_ask *ask,
			      const struct machine_event *event, struct hv_answer *answer)
{
	int tries, slices = 0;

	for (tries = 0; tries < MACHINE_MAX_TRIES; tries++) {
		struct before before;
		enum hv_verdict verdict;

		memset(answer, 0, sizeof(*answer));
		machine_call_begins(m, event->gva, &before);
		verdict = ask(m, event, answer);
		if (!machine_obey(m, verdict, event->gva, answer, &before))
			return HV_BROKEN;
		if (verdict == HV_AGAIN) {
			/* The guest is let go on, and runs into the same event. */
			if (!machine_enter(m))
				return HV_BROKEN;
			if (++slices == MACHINE_MAX_SLICES)
				break;
			m->slices++;
			tries--;
			continue;
		}
		if (verdict != HV_NEED_POOL && verdict != HV_NEED_BACKING)
			return verdict;
	}
	machine_fail(m, "no end after %d tries of an event", MACHINE_MAX_TRIES);
	return HV_BROKEN;
}
