// SPDX-License-Identifier: GPL-2.0
/*
 * The differential test under a coverage-guided fuzzer (libFuzzer): an
 * input's first bytes choose the strategy, the mode and the seed of the machine
 * and the guest, the rest are the operations, a byte for each choice.
 *
 *   make fuzz [FUZZ_SECONDS=60]   the corpus stays in build/fuzz/corpus
 *   build/fuzz/fuzz FILE          replays the input of a crash
 */
#include <unistd.h>

#include "program.h"

#define HEADER 4 /* bytes: strategy and mode, then the seed */
#define OPERATIONS 3000

const char *spt_audit(struct hv_mmu *mmu);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static const struct {
	const struct hv_mmu_ops *ops;
	u32 sync;
} strategies[] = {
	{ &ept_mmu_ops, 0 },
	{ &spt_mmu_ops, HVBENCH_SPT_SYNC_VTLB },
	{ &spt_mmu_ops, HVBENCH_SPT_SYNC_UNSYNC },
	{ &spt_mmu_ops, HVBENCH_SPT_SYNC_TRAP },
};

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct program_result result;
	struct program_config config = { .operations = OPERATIONS, .features = PROGRAM_ALL };
	u32 choice;

	if (size <= HEADER)
		return 0;
	choice = data[0] % ARRAY_SIZE(strategies);
	config.ops = strategies[choice].ops;
	config.sync = strategies[choice].sync;
	config.audit = config.ops == &spt_mmu_ops ? spt_audit : NULL;
	config.mode = data[0] & 0x80 ? PROGRAM_LAZY : PROGRAM_STRICT;
	config.seed = data[1] | data[2] << 8 | (u64)data[3] << 16;
	config.tape = data + HEADER;
	config.tape_bytes = size - HEADER;
	if (program_run(&config, &result))
		return 0;
	fprintf(stderr,
		"%s\n%s\nreplay: build/fuzz/fuzz with the file that libFuzzer names below\n",
		result.setup, result.why);
	abort();
}
