/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A simulated machine around one MMU backend: the vCPU loop of the module in
 * miniature (machine.c, machine_guest.c) and the CPU that runs on the backend's
 * tables (cpu.c, tlb.c).
 *
 * The CPU is as mean as the manual permits: its TLB and paging-structure
 * caches keep everything until a flush covers it, and of several cached
 * answers it takes the oldest that grants the access. A flush that the
 * backend forgot therefore shows as an access to a wrong page.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "arena.h"
#include "oracle.h"
#include "vcpu.h"

/*
 * A pseudo-random sequence (splitmix64): the same for a seed everywhere. Or a
 * tape, the bytes of a fuzzer's input, and 0 after its end.
 */
struct rng {
	u64 state;
	const u8 *tape, *tape_end;
};

static inline bool rng_ended(const struct rng *rng)
{
	return rng->tape && rng->tape == rng->tape_end;
}

static inline u64 rng_take(struct rng *rng, u32 bytes)
{
	u64 value = 0;

	for (; bytes && rng->tape < rng->tape_end; bytes--)
		value = value << 8 | *rng->tape++;
	return value;
}

static inline u64 rng_next(struct rng *rng)
{
	u64 z;

	if (rng->tape)
		return rng_take(rng, 8);
	z = rng->state += 0x9e3779b97f4a7c15ull;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static inline u32 rng_below(struct rng *rng, u32 n)
{
	/* A byte is one choice, so that the fuzzer can change just that. */
	if (rng->tape)
		return n <= 256 ? (u32)(rng_take(rng, 1) * n >> 8)
				: (u32)(rng_take(rng, 4) * n >> 32);
	return (u32)((rng_next(rng) >> 32) * n >> 32);
}

/* True once in n times; never for n = 0. */
static inline bool rng_once_in(struct rng *rng, u32 n)
{
	return n && !rng_below(rng, n);
}

#define MACHINE_CPUS 3
#define TLB_SET 12
#define TLB_GPAS 64

/*
 * What the CPU tags its entries with: the VPID, the PCID, and the EPT root (SDM 3C,
 * 29.4.1: EP4TA, bits 51:12 alone; 0 without EPT).
 */
struct tlb_tag {
	u64 root;
	u16 vpid, pcid;
};

struct tlb_map {
	struct ref_map map; /* base: of the host page */
	struct tlb_tag tag;
	u8 ept; /* rights that the EPT gives, all without EPT */
};

struct tlb_start {
	struct ref_start start; /* table: as the CPU walks it */
	struct tlb_tag tag;
};

/* What the CPU holds for one page. */
struct tlb_page {
	u64 gva;
	int nr_maps, nr_starts;
	struct tlb_map map[TLB_SET];
	struct tlb_start start[TLB_SET];
};

/* A guest-physical mapping, with EPT only. */
struct tlb_gpa {
	u64 gfn, hpa, rights, root;
};

/* Of one CPU. */
struct tlb {
	struct tlb_page page[ORACLE_PAGES];
	struct tlb_gpa gpa[TLB_GPAS];
};

struct machine {
	/* Of it flush.c sees vpid, flushed_cpu, vmcs.cpu, the exit's flags and mmu. */
	union {
		struct hv_vcpu vcpu;
		struct {
			char before_mmu[offsetof(struct hv_vcpu, mmu)];
			struct hv_mmu mmu; /* vcpu.mmu */
		};
	};
	struct hv_memory memory;
	struct hv_pool pool;
	u32 knob[HVBENCH_NR_KNOBS];
	u64 counter[HVBENCH_NR_COUNTERS];
	struct hv_controls hw; /* what the last VM entry programmed */
	struct tlb cpu_tlb[MACHINE_CPUS];
	struct tlb *tlb; /* of the CPU that the vCPU is on */
	struct machine *neighbour; /* another VM on this CPU: INVEPT and INVVPID reach its entries */
	int nr_pages;
	/*
	 * A bit per frame, with the knob log: EPT violations by writes since
	 * the last look. The write may end elsewhere after all, because the
	 * violation has dropped an old translation.
	 */
	u64 *tried;
	struct rng rng;
	struct rng cpu_rng; /* what the CPUs do; apart, so that a seed's guest stays the same */
	/* How mean: once in so many times, 0 for never. */
	u32 evict; /* the TLB loses a page's entries before an access */
	u32 denial; /* a cached refusal is believed without a look at memory */
	u32 low_pool; /* the backend is called with less in stock than it may need */
	u32 no_emulation; /* an instruction can't be emulated */
	u32 migrate; /* the vCPU goes to another CPU before an entry */
	u32 refuse; /* the CPU refuses an INVEPT or INVVPID, but not of the widest type */
	/* What flush.c executed. */
	bool outside; /* of the guest: there was an exit since the last entry */
	u64 flushes_context, flushes_root, flushes_addr;
	u64 slices; /* answers HV_AGAIN */
	bool started; /* ops->create was content */
	bool failed; /* the backend broke the contract: why says how */
	char why[512];
};

struct machine_config {
	const struct hv_mmu_ops *ops;
	u64 memory_bytes;
	bool populate; /* memory of the size that the knob backing names */
	u32 knob[HVBENCH_NR_KNOBS];
	struct hv_mmu_caps caps;
	u32 limit_pages; /* 0: none */
	struct hv_paging paging;
	u64 seed;
	u16 vpid; /* where the knob vpid is on; 0: 1 */
};

/*
 * Guest memory first (so that a guest can be laid out in it), the backend
 * second. machine_start() returns what ops->create said. machine_destroy()
 * returns NULL or what the backend left behind.
 */
void machine_create(struct machine *m, const struct machine_config *config);
int machine_start(struct machine *m);
const char *machine_destroy(struct machine *m);

/* The vCPU goes to that CPU, as between an exit and the next entry. */
void machine_migrate(struct machine *m, int cpu);

/* A page that the TLB keeps apart; same numbers as the oracle's. */
int machine_add_page(struct machine *m, u64 gva);

/* Writes guest memory as the loader of an image does, before the start. */
void machine_poke(struct machine *m, u64 gpa, u64 value);

/*
 * The guest's instructions. All return false when the backend broke the
 * contract (m->why); a guest's own fault is an outcome, not a failure. After a
 * write that ended OUT_DONE with out->emulated, the caller changes memory and
 * calls machine_wrote().
 */
bool machine_access(struct machine *m, const struct oracle_access *access, struct outcome *out);
/*
 * One instruction that touches two pages: each of its tries begins with the first.
 * out is the outcome of the second, or of the first where that ended it.
 */
bool machine_access_both(struct machine *m, const struct oracle_access *first,
			 const struct oracle_access *second, struct outcome *out);
bool machine_wrote(struct machine *m, u64 gpa, u32 bytes);
bool machine_set_paging(struct machine *m, const struct hv_paging *new, enum paging_load load);
bool machine_invlpg(struct machine *m, u64 gva);
bool machine_invpcid(struct machine *m, enum hv_invpcid type, u16 pcid, u64 gva);

/* The dirty log; after HV_LOG_COLLECT the caller takes the bits and clears them. */
bool machine_log(struct machine *m, enum hv_log_action action);
/* The same for the backend alone, all of guest memory at once. */
static inline void machine_log_backend(struct machine *m, enum hv_log_action action)
{
	m->mmu.dirty.fresh = true;
	m->mmu.ops->log(&m->mmu, action, 0, m->memory.nr_frames);
}

/* Does the backend know where the CPU gets by that access? */
bool machine_check_reach(struct machine *m, const struct oracle_access *access);

bool machine_fail(struct machine *m, const char *text, ...)
	__attribute__((__format__(printf, 2, 3)));

/* ---- cpu.c ---- */

enum cpu_end { CPU_DONE, CPU_PAGE_FAULT, CPU_EPT_VIOLATION, CPU_BAD_TABLE };

struct cpu_result {
	enum cpu_end end;
	u64 hpa; /* CPU_DONE */
	u32 error_code; /* CPU_PAGE_FAULT */
	u64 gpa; /* CPU_EPT_VIOLATION */
	u32 access; /* CPU_EPT_VIOLATION */
};

void cpu_access(struct machine *m, const struct oracle_access *access, struct cpu_result *result);
/* Where a CPU with nothing cached gets on shadow tables, or HV_HPA_ABSENT. */
u64 cpu_reach(struct machine *m, u64 gva, u32 access);
/* The CPU walks ahead on its own, without setting a flag. */
void machine_speculate(struct machine *m, int page);

/* ---- tlb.c ---- */

/* The tag of what is cached or used now. */
struct tlb_tag tlb_tag(const struct machine *m);
bool tlb_is(const struct tlb_tag *a, const struct tlb_tag *b);
/* May the translation be used now? */
bool tlb_serves(const struct tlb_map *map, const struct tlb_tag *now);
void tlb_add_map(struct machine *m, struct tlb_page *p, const struct ref_map *map, u64 ept);
void tlb_add_start(struct machine *m, struct tlb_page *p, const struct ref_start *start);

/*
 * INVVPID of a VPID (0: what each transition without a VPID does), of an address in it,
 * of all but 0; INVEPT of a root, of all. On the CPU that the vCPU is on.
 */
void tlb_flush_vpid(struct machine *m, u16 vpid);
void tlb_flush_addr(struct machine *m, u16 vpid, u64 gva);
void tlb_flush_all_vpids(struct machine *m);
void tlb_flush_root(struct machine *m, u64 root);
void tlb_flush_all_roots(struct machine *m);
/*
 * On all CPUs: what a VM of the past may have left behind that had this one's VPID and
 * root. All of it leads to hpa.
 */
void tlb_fill_stale(struct machine *m, u64 hpa);
/* What the guest's own instructions drop where they don't exit. */
void tlb_flush_pcid(struct machine *m, u16 pcid);
void tlb_invlpg(struct machine *m, u64 gva);
void tlb_invpcid(struct machine *m, enum hv_invpcid type, u16 pcid, u64 gva);
/* What a page fault and an EPT violation drop. */
void tlb_page_fault(struct machine *m, u64 gva);
void tlb_ept_violation(struct machine *m, u64 gva, u64 gpa);

#endif
