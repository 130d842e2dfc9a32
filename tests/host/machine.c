// SPDX-License-Identifier: GPL-2.0
/*
 * The vCPU loop in miniature: turns what the CPU meets into the backend's
 * events, obeys the verdicts, executes the flushes at "VM entry", and holds
 * the backend to the contract of hv/mmu.h on every call.
 */
#include <stdarg.h>

#include "machine.h"

#define MAX_TRIES 48 /* of one instruction; more is a loop */
#define PF_VECTOR 14

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
	m->pool.limit_pages = config->limit_pages ? config->limit_pages : ~0u;
	m->mmu = (struct hv_mmu){
		.ops = config->ops,
		.caps = config->caps,
		.knob = m->knob,
		.memory = &m->memory,
		.pool = &m->pool,
		.counter = m->counter,
		.paging = config->paging,
	};
	if (config->knob[HVBENCH_KNOB_BACKING] == HVBENCH_SIZE_1G
		    ? hv_memory_pin(&m->memory, config->memory_bytes, 0)
		    : hv_memory_create(&m->memory, config->memory_bytes,
				       config->knob[HVBENCH_KNOB_BACKING], config->populate)) {
		fprintf(stderr, "the arena is too small\n");
		exit(2);
	}
}

int machine_start(struct machine *m)
{
	int error = hv_pool_fill(&m->pool, m->mmu.ops->pages, m->mmu.ops->nodes);

	if (!error)
		error = m->mmu.ops->create(&m->mmu);
	m->started = !error;
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
	return error;
}

int machine_add_page(struct machine *m, u64 gva)
{
	m->tlb.page[m->tlb.nr_pages].gva = gva & ~0xfffull;
	return m->tlb.nr_pages++;
}

void machine_poke(struct machine *m, u64 gpa, u64 value)
{
	if (hv_memory_populate(&m->memory, gpa >> HV_PAGE_SHIFT)) {
		fprintf(stderr, "the arena is too small\n");
		exit(2);
	}
	*(u64 *)hv_va(hv_memory_hpa(&m->memory, gpa >> HV_PAGE_SHIFT) | (gpa & 0xff8)) = value;
}

/* VM entry: execute what the backend asked for (hv/vmx/flush.c). */
static void machine_enter(struct machine *m)
{
	struct hv_flush *flush = &m->mmu.flush;
	u32 i;

	if (flush->root && m->mmu.controls.nested) {
		cpu_flush_all(m, true, true);
		m->flushes_root++;
	}
	if (flush->context) {
		cpu_flush_all(m, true, false);
		m->flushes_context++;
	}
	for (i = 0; i < flush->nr_addr; i++)
		cpu_flush_page(m, flush->addr[i], false);
	m->flushes_addr += flush->nr_addr;
	memset(flush, 0, sizeof(*flush));
	m->mmu.controls.changed = false;
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

/* What must be the same after HV_NEED_*. */
struct before {
	u64 counter[HVBENCH_NR_COUNTERS];
	struct ref_path path;
	u32 used_pages, used_nodes;
	bool low;
};

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

static void call_begins(struct machine *m, u64 gva, struct before *before)
{
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

/* Mends what the backend asks for; false on a breach of the contract. */
static bool obey(struct machine *m, enum hv_verdict verdict, u64 gva,
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
	default:
		if (m->pool.used_pages > m->pool.limit_pages &&
		    m->pool.used_pages > before->used_pages && !m->mmu.controls.nested)
			return machine_fail(m, "%u pages in use, limit %u", m->pool.used_pages,
					    m->pool.limit_pages);
		return true;
	}
}

static enum hv_verdict call_fault(struct machine *m, const struct hv_fault *fault, u64 gva,
				  struct hv_answer *answer)
{
	struct before before;
	enum hv_verdict verdict;

	memset(answer, 0, sizeof(*answer));
	call_begins(m, gva, &before);
	verdict = m->mmu.ops->fault(&m->mmu, fault, answer);
	if (!obey(m, verdict, gva, answer, &before))
		return HV_BROKEN;
	if (verdict == HV_FILLED)
		m->counter[HVBENCH_CNT_fault_fill]++;
	if (verdict == HV_TRACKED)
		m->counter[HVBENCH_CNT_fault_track]++;
	if (verdict == HV_GUEST_FAULT) {
		m->counter[HVBENCH_CNT_fault_guest]++;
		m->counter[HVBENCH_CNT_inject_pf]++;
	}
	return verdict;
}

/* ---- the guest's instructions ---- */

/* True if the fault goes to the backend, in *fault. */
static bool exits(struct machine *m, const struct oracle_access *access,
		  const struct cpu_result *result, struct hv_fault *fault)
{
	memset(fault, 0, sizeof(*fault));
	if (result->end == CPU_EPT_VIOLATION) {
		fault->space = HV_FAULT_GPA;
		fault->gpa = result->gpa;
		fault->access = result->access;
		return true;
	}
	if (m->mmu.controls.nested || !(m->mmu.controls.exception_bitmap & BIT(PF_VECTOR)))
		return false;
	fault->space = HV_FAULT_GVA;
	fault->gva = access->gva;
	fault->error_code = result->error_code;
	fault->access = result->error_code & HV_PF_ACCESS;
	return true;
}

bool machine_access(struct machine *m, const struct oracle_access *access, struct outcome *out)
{
	bool filled = false;
	int tries;

	memset(out, 0, sizeof(*out));
	for (tries = 0; tries < MAX_TRIES; tries++) {
		enum hv_verdict verdict;
		struct hv_answer answer;
		struct cpu_result result;
		struct hv_fault fault;

		machine_enter(m);
		cpu_access(m, access, &result);
		if (result.end == CPU_BAD_TABLE)
			return machine_fail(
				m, "the CPU met a malformed or wild entry in the backend's tables");
		if (result.end == CPU_DONE) {
			out->kind = OUT_DONE;
			out->hpa = result.hpa;
			return true;
		}
		if (!exits(m, access, &result, &fault)) {
			out->kind = OUT_FAULT;
			out->gva = access->gva;
			out->error_code = result.error_code;
			return true;
		}
		if (filled && fault.space == HV_FAULT_GVA)
			return machine_fail(m, "HV_FILLED for %#llx, but the access faulted again",
					    access->gva);
		verdict = call_fault(m, &fault, access->gva, &answer);
		filled = verdict == HV_FILLED;
		switch (verdict) {
		case HV_BROKEN:
			return false;
		case HV_GUEST_FAULT:
			out->kind = OUT_FAULT;
			out->gva = answer.gva;
			out->error_code = answer.error_code;
			return true;
		case HV_OUTSIDE:
			out->kind = OUT_OUTSIDE;
			out->gpa = answer.gpa;
			return true;
		default:
			break;
		}
	}
	return machine_fail(m, "no end after %d tries of an access to %#llx", MAX_TRIES,
			    access->gva);
}

bool machine_set_paging(struct machine *m, const struct hv_paging *new, bool cr3_loaded)
{
	const struct hv_controls *controls = &m->mmu.controls;
	struct hv_paging old = m->mmu.paging;
	u64 cr0 = (old.cr0 ^ new->cr0) & ~controls->cr0_guest_owned;
	u64 cr4 = (old.cr4 ^ new->cr4) & ~controls->cr4_guest_owned;
	bool exit = cr0 || cr4 || old.efer != new->efer || (cr3_loaded && controls->trap_cr3);
	enum hv_verdict verdict = HV_DONE;
	struct hv_answer answer;
	struct before before;
	int tries;

	machine_enter(m);
	for (tries = 0; exit && tries < MAX_TRIES; tries++) {
		memset(&answer, 0, sizeof(answer));
		call_begins(m, 0, &before);
		verdict = m->mmu.ops->set_paging(&m->mmu, new, &answer);
		if (!obey(m, verdict, 0, &answer, &before))
			return false;
		if (verdict != HV_NEED_POOL && verdict != HV_NEED_BACKING)
			break;
	}
	if (verdict != HV_DONE)
		return machine_fail(m, "set_paging ended with verdict %d", verdict);
	m->mmu.paging = *new;
	/* What the CPU itself flushes when no exit takes the write away. */
	if ((old.cr4 ^ new->cr4) & HV_CR4_PGE && !cr4)
		cpu_flush_all(m, true, false);
	if (cr3_loaded && !controls->trap_cr3)
		cpu_flush_all(m, false, false);
	return true;
}

bool machine_invlpg(struct machine *m, u64 gva)
{
	enum hv_verdict verdict;
	struct hv_answer answer;
	struct before before;
	int tries;

	machine_enter(m);
	if (!m->mmu.controls.trap_invlpg) {
		cpu_flush_page(m, gva, true);
		return true;
	}
	for (tries = 0; tries < MAX_TRIES; tries++) {
		memset(&answer, 0, sizeof(answer));
		call_begins(m, gva, &before);
		verdict = m->mmu.ops->invlpg(&m->mmu, gva, &answer);
		if (!obey(m, verdict, gva, &answer, &before))
			return false;
		if (verdict != HV_NEED_POOL && verdict != HV_NEED_BACKING)
			break;
	}
	if (verdict != HV_DONE)
		return machine_fail(m, "invlpg ended with verdict %d", verdict);
	return true;
}
