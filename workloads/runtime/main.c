// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's main(): entry.S comes here with the parameter page. Checks what
 * it was given, sets the machine up, runs the workload, ends the run.
 */
#include "hot.h"
#include "layout.h"
#include "phase.h"
#include "workload.h"

_Static_assert(DOORBELL_PORT == HVBENCH_PORT_DOORBELL, "entry.S");
_Static_assert(sizeof(struct stack_area) == STACK_BYTES, "entry.S");
_Static_assert(sizeof(struct hvbench_guest_params) <= PAGE_BYTES, "guest.h");
_Static_assert(sizeof(struct hvbench_mailbox) <= PAGE_BYTES, "guest.h");

/* boot_tables.S maps that much. */
#define MAPPED_BYTES (4ull << 30)

extern const struct hvbench_guest_info guest_info;
extern u8 image_end[];
void guest_main(const struct hvbench_guest_params *given);

struct stack_area stack_area __attribute__((aligned(4096)));
static struct hvbench_guest_params params;

u64 param(u32 index)
{
	return params.values[index];
}

u64 memory_bytes(void)
{
	return params.memory_bytes;
}

static void check_params(void)
{
	const struct hvbench_guest_param_info *info = guest_info.params;
	u32 i;

	check(params.magic == HVBENCH_PARAMS_MAGIC, "the parameter page has a wrong magic number");
	check(params.abi == HVBENCH_GUEST_ABI, "this guest speaks ABI %u, the tool %u",
	      HVBENCH_GUEST_ABI, params.abi);
	check(params.nr_values == guest_info.nr_params, "%u parameters expected, %u given",
	      guest_info.nr_params, params.nr_values);
	for (i = 0; i < params.nr_values; i++)
		check(params.values[i] >= info[i].min && params.values[i] <= info[i].max,
		      "parameter %s is %llu, but must be %llu to %llu", info[i].name,
		      params.values[i], info[i].min, info[i].max);
	check(params.image_end >= (u64)image_end && params.image_end % PAGE_BYTES == 0 &&
		      params.image_end <= params.memory_bytes,
	      "the tool says that the image ends at 0x%llx", params.image_end);
	check(params.memory_bytes <= MAPPED_BYTES, "a guest can use 4 GB of memory at most");
}

void guest_main(const struct hvbench_guest_params *given)
{
	setup_begin();
	params = *given;
	space_init();
	trap_init();
	check_params();
	frames_init(params.image_end, params.memory_bytes);
	workload_run();
	setup_end();
	end_run(0);
}
