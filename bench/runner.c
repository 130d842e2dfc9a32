// SPDX-License-Identifier: GPL-2.0
/* See runner.h. */
#include <stdlib.h>
#include <string.h>

#include "counts.h"
#include "phases.h"
#include "runner.h"
#include "stop.h"

/* The basic exit reason is in bits 15:0 (SDM 3C, 25.9.1). */
#define BASIC_REASON 0xffff

static void write_params(const struct run_spec *spec, struct vm *vm)
{
	struct hvbench_guest_params params = {
		.magic = HVBENCH_PARAMS_MAGIC,
		.abi = HVBENCH_GUEST_ABI,
		.nr_values = spec->guest->info.nr_params,
		.memory_bytes = vm->config.memory_bytes,
		.image_end = spec->guest->image_end,
	};
	unsigned int i;

	for (i = 0; i < HVBENCH_MAX_PARAMS; i++)
		params.values[i] = spec->value[i];
	memcpy((char *)vm->memory + HVBENCH_PARAMS_GPA, &params, sizeof(params));
}

static int prepare(struct vm *vm, const struct run_spec *spec, struct failure *why)
{
	const struct hvbench_guest_info *info = &spec->guest->info;
	struct hvbench_start start = {
		.rip = spec->guest->entry,
		.cr3 = spec->knob[HVBENCH_KNOB_LA57] ? info->cr3_la57 : info->cr3,
		.rdi = HVBENCH_PARAMS_GPA,
	};

	if (guest_file_load(spec->guest, vm->memory, vm->config.memory_bytes, why))
		return -1;
	write_params(spec, vm);
	return vm->engine->ops->start(vm, &start, why);
}

static int check_stop(unsigned int timeout_seconds, struct failure *why)
{
	switch (stop_requested()) {
	case STOP_SIGNAL:
		return fail(why, STATUS_RUN_FAILED, "interrupted");
	case STOP_TIMEOUT:
		return fail(why, STATUS_RUN_FAILED, "the guest did not end within %u s (--timeout)",
			    timeout_seconds);
	default:
		return 0;
	}
}

static int explain_end(const struct hvbench_run *run, struct failure *why)
{
	char reason[EXIT_NAME_BYTES], detail[96] = "";

	if (run->end == HVBENCH_END_NO_MEMORY || run->end == HVBENCH_END_EPT_MISCONFIG ||
	    run->end == HVBENCH_END_FORBIDDEN)
		snprintf(detail, sizeof(detail), ", gpa %#llx", run->gpa);
	else if (run->end == HVBENCH_END_ENTRY_FAILED)
		snprintf(detail, sizeof(detail), ", VM-instruction error %llu", run->entry_error);
	return fail(why, STATUS_RUN_FAILED,
		    "%s (rip %#llx, cr2 %#llx, cr3 %#llx, last exit %s, qualification %#llx%s)",
		    end_text(run->end), run->rip, run->cr2, run->cr3,
		    exit_name(run->exit_reason & BASIC_REASON, reason), run->exit_qualification,
		    detail);
}

/* All counters of this moment: the engine's, and those of the models. */
static int read_counters(struct vm *vm, const struct run_terms *terms, struct snapshot *now,
			 struct failure *why)
{
	vm->engine->ops->read_counters(vm, now);
	return terms->modelled ? probe_read(terms->probe, now->model, why) : 0;
}

/* Runs until the guest's EXIT. now is room for the counters of a moment. */
static int run_loop(struct vm *vm, struct phases *phases, struct snapshot *now,
		    const struct run_terms *terms, struct failure *why)
{
	const struct engine_ops *ops = vm->engine->ops;
	struct hvbench_mailbox box;
	struct hvbench_run run;

	while (!phases->exited) {
		if (check_stop(terms->timeout_seconds, why) || ops->run(vm, &run, why))
			return -1;
		switch (run.exit) {
		case HVBENCH_RUN_NONE:
			break;
		case HVBENCH_RUN_DOORBELL:
			if (read_counters(vm, terms, now, why))
				return -1;
			/* One copy: what is checked is what is used. */
			memcpy(&box, (char *)vm->memory + HVBENCH_MAILBOX_GPA, sizeof(box));
			if (phases_ring(phases, run.doorbell, &box, now, why))
				return -1;
			break;
		case HVBENCH_RUN_ENDED:
			return explain_end(&run, why);
		default:
			return fail(why, STATUS_RUN_FAILED,
				    "the engine came back with %u, which this tool does not know",
				    run.exit);
		}
	}
	return 0;
}

/* What is modelled of a run: only under EPT the guest's own tables are the ones that CR3 names. */
static struct modelled modelled_of(const struct run_spec *spec, const struct run_terms *terms)
{
	struct modelled modelled = { .nr = 0 };

	if (terms->modelled)
		modelled = *terms->modelled;
	modelled.native = spec->mmu == HVBENCH_MMU_EPT;
	return modelled;
}

/* From the start of a VM that was made to its end. */
static int live(struct vm *vm, const struct run_spec *spec, const struct run_terms *terms,
		struct phases *phases, struct snapshot *now, struct failure *why)
{
	int ret;

	if (prepare(vm, spec, why))
		return -1;
	if (!terms->modelled)
		return run_loop(vm, phases, now, terms, why);
	if (probe_start(terms->probe, terms->modelled, why))
		return -1;
	ret = run_loop(vm, phases, now, terms, why);
	probe_stop(terms->probe);
	return ret;
}

/* One VM's life. counting: see struct vm_config; without a console the guest is mute. */
static int run_vm(struct engine *engine, const struct run_spec *spec, bool counting,
		  const struct run_terms *terms, struct run_result *result, struct failure *why)
{
	struct modelled modelled = modelled_of(spec, terms);
	struct snapshot *now = calloc(1, sizeof(*now));
	struct phases *phases = malloc(sizeof(*phases));
	struct vm_config config;
	struct vm vm;
	int ret = -1;

	memset(result, 0, sizeof(*result));
	spec_config(spec, &config);
	config.counting = counting;
	if (!now || !phases) {
		fail(why, STATUS_ENVIRONMENT, "out of memory");
		goto out;
	}
	phases_init(phases, engine->ops, result, &modelled, terms->console);
	/* Armed before the VM is made: that may take its time, too. */
	stop_arm(terms->timeout_seconds);
	if (engine->ops->create(engine, &config, &vm, why)) {
		/* Perhaps it was our own signal that broke it off. */
		check_stop(terms->timeout_seconds, why);
	} else {
		ret = live(&vm, spec, terms, phases, now, why);
		/* The guest's last word was its EXIT. */
		result->total = now->stats;
		engine->ops->destroy(&vm);
	}
	stop_disarm();
	if (ret)
		result_free(result);
out:
	free(phases);
	free(now);
	return ret;
}

static int merge(struct run_result *timed, const struct run_result *counted,
		 const struct run_terms *terms, struct failure *why)
{
	char what[256];

	if (!results_same_phases(timed, counted))
		return fail(why, STATUS_RUN_FAILED,
			    "the run that counted went through other phases than the timed one");
	if (!counts_fit(timed, counted, what, sizeof(what))) {
		if (terms->machine == MACHINE_EMULATED)
			return fail(why, STATUS_RUN_FAILED,
				    "the counts are not of the run that was timed: %s", what);
		fprintf(terms->console,
			"hvbench: WARNING: the counts are not quite of the run that was timed: "
			"%s\n",
			what);
	}
	counts_take(timed, counted);
	return 0;
}

/* The guest said all it has to say when it was timed, and was modelled. */
static int count(struct engine *engine, const struct run_spec *spec, const struct run_terms *terms,
		 struct run_result *timed, struct failure *why)
{
	struct run_terms mute = *terms;
	struct run_result counted;
	int ret;

	mute.console = NULL;
	mute.modelled = NULL;
	if (run_vm(engine, spec, true, &mute, &counted, why))
		return fail_within(why, "while counting");
	ret = merge(timed, &counted, terms, why);
	result_free(&counted);
	return ret;
}

int run_guest(struct engine *engine, const struct run_spec *spec, const struct run_terms *terms,
	      struct run_result *result, struct failure *why)
{
	if (run_vm(engine, spec, false, terms, result, why))
		return -1;
	if (!engine->ops->counts_apart || !count(engine, spec, terms, result, why))
		return 0;
	result_free(result);
	return -1;
}
