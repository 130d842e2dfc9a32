// SPDX-License-Identifier: GPL-2.0
/* The surroundings of a vCPU in the tests, see fake_vcpu.h. */
#include "fake_vcpu.h"
#include "pmu.h"

struct fake fake;
bool hv_pmu_used = true;

/* ---- the backend ---- */

static enum hv_verdict answer_with(struct hv_answer *answer)
{
	if (fake.refusals) {
		fake.refusals--;
		return HV_NEED_POOL;
	}
	if (answer->gva == 0 || fake.answer.gva)
		*answer = fake.answer;
	return fake.verdict;
}

static int backend_create(struct hv_mmu *mmu)
{
	if (fake.create_error)
		return fake.create_error;
	fake.created = true;
	mmu->controls.nested = true;
	mmu->controls.root_hpa = 0x5000;
	return 0;
}

static void backend_destroy(struct hv_mmu *mmu)
{
	fake.created = false;
}

static enum hv_verdict backend_fault(struct hv_mmu *mmu, const struct hv_fault *fault,
				     struct hv_answer *answer)
{
	fake.faults++;
	return answer_with(answer);
}

static enum hv_verdict backend_set_paging(struct hv_mmu *mmu, const struct hv_paging *new,
					  struct hv_answer *answer)
{
	fake.loads++;
	fake.loaded = *new;
	fake.before = mmu->paging;
	return answer_with(answer);
}

static enum hv_verdict backend_invlpg(struct hv_mmu *mmu, u64 gva, struct hv_answer *answer)
{
	fake.invlpgs++;
	return answer_with(answer);
}

static enum hv_verdict backend_invpcid(struct hv_mmu *mmu, enum hv_invpcid type, u16 pcid, u64 gva,
				       struct hv_answer *answer)
{
	fake.invpcids++;
	return answer_with(answer);
}

static u64 backend_reach(struct hv_mmu *mmu, u64 gva, u32 access)
{
	if (!(access & HV_PF_FETCH))
		fake.reach_access = access;
	return fake.reach_hpa + gva % HV_PAGE_BYTES;
}

static enum hv_verdict backend_wrote(struct hv_mmu *mmu, u64 gpa, u32 bytes)
{
	fake.wrotes++;
	fake.wrote_gpa = gpa;
	fake.wrote_bytes = bytes;
	return fake.wrote_verdict;
}

static enum hv_verdict backend_cannot_emulate(struct hv_mmu *mmu, u64 gpa)
{
	fake.cannots++;
	fake.wrote_gpa = gpa;
	return fake.cannot_verdict;
}

static int backend_set_rights(struct hv_mmu *mmu, u64 gfn, u32 frames, u32 rights)
{
	fake.rights_calls++;
	fake.rights_gfn = gfn;
	fake.rights_frames += frames;
	return fake.set_rights_error;
}

static const struct hv_mmu_ops backend = {
	.name = "fake",
	.pages = FAKE_PAGES,
	.nodes = FAKE_NODES,
	.create = backend_create,
	.destroy = backend_destroy,
	.fault = backend_fault,
	.set_paging = backend_set_paging,
	.invlpg = backend_invlpg,
	.invpcid = backend_invpcid,
	.reach = backend_reach,
	.wrote = backend_wrote,
	.cannot_emulate = backend_cannot_emulate,
	.set_rights = backend_set_rights,
};

/* ---- the CPU ---- */

static void note_flush(struct fake_flush flush)
{
	assert(fake.nr_flushes < FAKE_MAX_FLUSHES);
	fake.flush[fake.nr_flushes++] = flush;
}

static int execute_invept(void *context, enum invept_type type, u64 eptp)
{
	if (fake.refuse_invept[type])
		return -EIO;
	note_flush((struct fake_flush){ true, type, eptp, 0 });
	return 0;
}

static int execute_invvpid(void *context, enum invvpid_type type, u16 vpid, u64 gva)
{
	if (fake.refuse_invvpid[type])
		return -EIO;
	note_flush((struct fake_flush){ false, type, vpid, gva });
	return 0;
}

/* ---- what hv/vcpu.c calls of hv/vmx/, of dirty.c and of pmu.c ---- */

int vmx_vcpu_create(struct hv_vcpu *vcpu, bool vpid)
{
	if (fake.vmx_create_error)
		return fake.vmx_create_error;
	vcpu->vpid = vpid ? FAKE_VPID : 0;
	vcpu->flushed_cpu = -1;
	fake.vmx_created = true;
	return 0;
}

void vmx_vcpu_destroy(struct hv_vcpu *vcpu)
{
	fake.vmx_created = false;
}

int vmx_switch_in(struct hv_vcpu *vcpu)
{
	if (fake.switch_in_errors) {
		fake.switch_in_errors--;
		return -EIO;
	}
	assert(!fake.has_cpu);
	fake.has_cpu = true;
	fake.switches++;
	return 0;
}

void vmx_switch_out(struct hv_vcpu *vcpu)
{
	assert(fake.has_cpu);
	fake.has_cpu = false;
}

void vmx_program_start(struct hv_vcpu *vcpu, const struct hvbench_start *start)
{
	assert(fake.has_cpu);
	fake.starts++;
}

/* As in vmx.c: the account of the last exit is closed, the next one begins. */
bool vmx_enter(struct hv_vcpu *vcpu)
{
	const struct hv_flush *flush = &vcpu->mmu.flush;

	assert(fake.has_cpu);
	fake.flushes_pending += flush->context | flush->root | flush->address;
	kernel.tsc += fake.exit_ticks;
	hv_vcpu_account(vcpu);
	vcpu->exit_tsc = kernel.tsc;
	if (fake.entry_fails) {
		vcpu->entered = false;
		return false;
	}
	fake.entries++;
	vcpu->entered = true;
	vcpu->exit_owner = HV_EXIT_GUEST;
	vcpu->exit_reason = fake.exit_reason;
	return true;
}

enum hv_next vmx_handle_exit(struct hv_vcpu *vcpu)
{
	assert(fake.has_cpu);
	return fake.handle(vcpu, fake.entries);
}

void vmx_describe(struct hv_vcpu *vcpu, struct hvbench_run *run)
{
	assert(fake.has_cpu);
	fake.descriptions++;
}

int hv_dirty_create(struct hv_mmu *mmu)
{
	fake.dirty = !fake.dirty_create_error;
	return fake.dirty_create_error;
}

void hv_dirty_destroy(struct hv_mmu *mmu)
{
	fake.dirty = false;
}

void hv_pmu_begin_events(const struct hvbench_stats *stats)
{
	kernel.pmu_on++;
}

void hv_pmu_end_events(void)
{
	kernel.pmu_on--;
}

void hv_pmu_mark(const struct hvbench_stats *stats, struct hv_pmu_mark *mark)
{
	kernel.pmu_on++;
}

void hv_pmu_add_since(const struct hvbench_stats *stats, const struct hv_pmu_mark *mark)
{
	kernel.pmu_on--;
}

/* ---- the fixture ---- */

void fake_prepare(void)
{
	struct hv_vcpu *vcpu = &fake.vcpu;

	memset(&fake, 0, sizeof(fake));
	memset(&kernel, 0, sizeof(kernel));
	memset(vmx_process.field, 0, sizeof(vmx_process.field));
	vmx_process.invept = execute_invept;
	vmx_process.invvpid = execute_invvpid;
	vmx_capability = (struct vmx_capability){
		.ept = true, .vpid = true, .invvpid_addr = true, .slice_tsc = 1000,
	};
	arena_init();
	if (hv_memory_create(&fake.memory, 2 << HV_CHUNK_SHIFT, HVBENCH_SIZE_4K, false))
		exit(2);
	fake.knob[HVBENCH_KNOB_VPID] = 1;
	fake.verdict = fake.wrote_verdict = HV_DONE;
	vcpu->mmu.ops = &backend;
	vcpu->mmu.knob = fake.knob;
	vcpu->mmu.memory = &fake.memory;
	vcpu->control = &fake.control;
	vcpu->stats = &fake.control.stats;
}

void fake_open(void)
{
	fake_prepare();
	if (hv_vcpu_create(&fake.vcpu)) {
		report(false, "a vCPU is created");
		exit(1);
	}
}

void fake_open_started(void)
{
	struct hvbench_start start = { .rip = 0x10000, .cr3 = 0x3000, .rdi = 0x77 };

	fake_open();
	report(!hv_vcpu_set_start(&fake.vcpu, &start), "a start is set");
	fake_forget();
}

void fake_close(void)
{
	hv_vcpu_destroy(&fake.vcpu);
	hv_memory_destroy(&fake.memory);
	report(!arena_pages_out() && !fake.created && !fake.dirty && !fake.vmx_created,
	       "destroy gives everything back");
	report(!fake.has_cpu && !kernel.preempt_off && !kernel.pmu_on,
	       "the CPU, preemption and perf's events are given back");
}

u64 fake_count(enum hvbench_counter counter)
{
	return fake.control.stats.counter[counter];
}

u64 fake_count_all(void)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < HVBENCH_NR_COUNTERS; i++)
		sum += fake.control.stats.counter[i];
	return sum;
}

bool fake_flushed(const struct fake_flush *want, u32 nr)
{
	bool same = nr == fake.nr_flushes;
	u32 i;

	for (i = 0; same && i < nr; i++)
		same = fake.flush[i].is_invept == want[i].is_invept &&
		       fake.flush[i].type == want[i].type && fake.flush[i].id == want[i].id &&
		       fake.flush[i].gva == want[i].gva;
	fake.nr_flushes = 0;
	return same;
}

void fake_forget(void)
{
	memset(&fake.control, 0, sizeof(fake.control));
	fake.nr_flushes = 0;
	fake.faults = fake.loads = fake.invlpgs = fake.invpcids = fake.wrotes = fake.cannots = 0;
	fake.entries = fake.descriptions = fake.switches = fake.starts = fake.flushes_pending = 0;
}
