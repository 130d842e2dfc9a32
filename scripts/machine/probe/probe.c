// SPDX-License-Identifier: GPL-2.0
/*
 * probe.so: loaded into Bochs by scripts/machine/run (LD_PRELOAD), always. It lets the tool
 * in the machine have CPUs modelled (bench/model/), by what Bochs' instrumentation tells.
 * As long as no model is asked for, it is called at VM exits, at instructions that
 * flush TLBs, and at OUT, and does nothing there.
 *
 * A Bochs that is built otherwise is refused in one line, and runs as if the probe were
 * not there: the tool gets no answer, and says that it has no model.
 */
#include <stdio.h>

#include "bochs.h"
#include "channel.h"
#include "feed.h"

__attribute__((constructor)) static void probe_loaded(void)
{
	void (*functions[BOCHS_NR_SLOTS])(void);
	char why[128] = "its instrumentation cannot be written";

	switch (bochs_find(why, sizeof(why))) {
	case BOCHS_NOT_BOCHS:
		return;
	case BOCHS_FOUND:
		feed_functions(functions);
		functions[BOCHS_OUTP] = (void (*)(void))channel_outp;
		if (bochs_attach(functions))
			return;
		break;
	case BOCHS_REFUSED:
		break;
	}
	fprintf(stderr, "no model: this Bochs is another build than Debian's (%s); "
		"modelled CPUs are not available\n", why);
}
