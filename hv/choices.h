/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A table in the order of a knob's choices (uapi/knobs.h) has an element for each:
 * hv_assert_choices(), in a function, or the module does not build. C has no
 * constant for the bars of a string, but the optimizer knows their number.
 */
#ifndef HV_CHOICES_H
#define HV_CHOICES_H

#include "shim.h"
#include "uapi/knobs.h"

#define HV_BAR(s, i) ((s)[(i) < sizeof(s) ? (i) : sizeof(s) - 1] == '|')
#define HV_BARS_8(s, i) \
	(HV_BAR(s, i) + HV_BAR(s, (i) + 1) + HV_BAR(s, (i) + 2) + HV_BAR(s, (i) + 3) + \
	 HV_BAR(s, (i) + 4) + HV_BAR(s, (i) + 5) + HV_BAR(s, (i) + 6) + HV_BAR(s, (i) + 7))
#define HV_BARS_32(s) \
	(HV_BARS_8(s, 0) + HV_BARS_8(s, 8) + HV_BARS_8(s, 16) + HV_BARS_8(s, 24))

#define HV_BARS_FIT(id, name, choices, def, help) static_assert(sizeof(choices) <= 32);
HVBENCH_KNOBS(HV_BARS_FIT)
#undef HV_BARS_FIT

/* clang-format takes the list of cases apart. */
/* clang-format off */
static __always_inline u32 hv_nr_choices(enum hvbench_knob knob)
{
	switch (knob) {
#define HV_KNOB_CHOICES(id, name, choices, def, help) \
	case HVBENCH_KNOB_##id: \
		return 1 + HV_BARS_32(choices);
	HVBENCH_KNOBS(HV_KNOB_CHOICES)
#undef HV_KNOB_CHOICES
	default:
		return 0;
	}
}
/* clang-format on */

#define hv_assert_choices(table, knob) BUILD_BUG_ON(ARRAY_SIZE(table) != hv_nr_choices(knob))

#endif
